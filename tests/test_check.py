"""``edition check``: everything that is wrong, and where the references lead, without a page being written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from story import BASE, Story

from generator import build, check
from generator.cli import main

NOTE = (
    "See Document 1; Document 9; pp. 12–11; vol. IV, p. 3; telegram 5 from Bonn; footnote 1, Document 1; "
    "(460.509/10–1553). Scheduled for publication in vol. XI. See *Foreign Relations*, 1944, vol. i, p. 5."
)
FILES = {
    **BASE,
    "edition.toml": 'title = "T"\n[references]\nelsewhere = ["history.state.gov"]\n',
    "content/v1/d2.md": f"---\ntitle: Second Letter\n---\n\nTwo begins [Page 12] here.[^1] [[d77]]\n\n[^1]: {NOTE}\n",
}


def run(story: Story, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", "--edition", str(story.root), *options])


def survey(story: Story) -> check.Checked:
    return check.check(build.survey(build.Options(story.root, story.site)))


def told(story: Story) -> dict[str, Any]:
    result = run(story, "--format", "json")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_every_reference_is_told_with_its_place_and_what_became_of_it(tmp_path: Path) -> None:
    references = [r for r in told(Story(tmp_path, FILES))["references"] if r["document"] == "v1#d2"]
    assert [(r["words"], r["kind"], r["status"], r["target"]) for r in references] == [
        ("Document 77", "document", "broken", ""),
        ("Document 1", "document", "resolved", "v1#d1"),
        ("Document 9", "document", "broken", ""),
        ("pp. 12", "page", "resolved", "v1#d2#pg_12"),
        ("11", "page", "resolved", "v1#d2"),
        ("vol. IV, p. 3", "volume", "not-in-edition", ""),
        ("telegram 5 from Bonn", "document", "not-in-edition", ""),
        ("footnote 1, Document 1", "note", "resolved", "v1#d1#d1fn1"),
        ("460.509/10–1553", "file", "not-in-edition", ""),
        ("vol. XI", "volume", "unpublished", ""),
        ("Foreign Relations, 1944, vol. i, p. 5", "page", "elsewhere", "https://history.state.gov/historicaldocuments/frus1944v01/pg_5"),
    ]  # fmt: skip
    assert references[0] == {
        "file": "content/v1/d2.md", "line": 5, "column": 32, "document": "v1#d2", "words": "Document 77",
        "kind": "document", "status": "broken", "certainty": "certain",
        "reason": 'the volume "v1" has no document "d77"', "candidates": [], "target": "",
    }  # fmt: skip
    assert (references[2]["line"], references[2]["column"]) == (7, 23)


def test_diagnostics_stand_in_the_order_of_files_and_are_those_of_a_build(tmp_path: Path) -> None:
    story = Story(tmp_path, FILES)
    story.write("content/v1/d1.md", "---\ntitle: First\nnumbr: 3\n---\n\nOne.\n")
    story.write("content/v2/d1.md", "---\ntitle: E\n---\n\n[[d99]]\n")
    story.write("templates/document.html", "{% nonsense %}")
    found = told(story)["diagnostics"]
    assert [(d["file"], d["rule"], d["severity"]) for d in found] == [
        ("content/v1/d1.md", "unknown-key", "error"),
        ("content/v1/d2.md", "broken-reference", "warning"),
        ("content/v1/d2.md", "doubtful-reference", "note"),
        ("content/v2/d1.md", "broken-reference", "warning"),
        ("templates/document.html", "template", "error"),
    ]  # fmt: skip
    assert (found[0]["line"], found[0]["hint"]) == (3, 'Did you mean "number"?')
    made = [(d.span.file, d.rule, d.severity) for d in story.build().diagnostics]
    assert made == [(d["file"], d["rule"], d["severity"]) for d in found]


def test_the_text_has_a_table_and_the_unresolved_by_status(tmp_path: Path) -> None:
    result = run(Story(tmp_path, FILES))
    assert result.exit_code == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    table = lines[lines.index("References") + 1 :]
    assert table[0].split() == ["certain", "likely", "suggestion", "elsewhere", "not", "here", "unpublished", "ambiguous", "broken", "all"]  # fmt: skip
    counts = {row.split()[0]: row.split()[1:] for row in table[1 : table.index("")]}
    assert counts["document"] == ["3", "–", "–", "–", "1", "–", "–", "2", "6"]
    assert counts["all"][-1] == "14"
    assert "Broken: 2" in lines and "Not in this edition: 2" in lines and "Unpublished: 1" in lines
    assert '  content/v1/d2.md:7:23: "Document 9": the volume "v1" has no document "d9"' in lines
    assert "Elsewhere" not in result.stdout and "460.509" not in result.stdout
    assert lines.index("Broken: 2") < lines.index("Unpublished: 1") < lines.index("Not in this edition: 2")


def test_all_lists_those_that_lead_somewhere(tmp_path: Path) -> None:
    lines = run(Story(tmp_path, FILES), "--all").stdout.splitlines()
    assert '  content/v1/d2.md:7:11: "Document 1": v1#d1' in lines
    there = "https://history.state.gov/historicaldocuments/frus1944v01/pg_5"
    assert any(line.endswith(f'"Foreign Relations, 1944, vol. i, p. 5": {there}') for line in lines)
    assert any('"460.509/10–1553": the number of an archival file' in line for line in lines)


def test_candidates_are_named(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for id, place in (("d5", "Paris"), ("d6", "Bonn")):
        story.write(f"content/v1/{id}.md", f"---\ntitle: T\nkind: telegram\ndate: 1953-10-15\nplace: {place}\n---\n\n582. We met.\n")  # fmt: skip
    story.write("content/v1/d9.md", "---\ntitle: T\n---\n\nText.[^1]\n\n[^1]: See telegram 582.\n")
    (found,) = [r for r in told(story)["references"] if r["status"] == "ambiguous"]
    assert found["candidates"] == ["v1#d5", "v1#d6"]
    assert "v1#d5, v1#d6" in run(story).stdout


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("Text.", [], 0),
        ("[[d99]]", [], 0),
        ("[[d99]]", ["--strict"], 1),
        ("Text.[^1]", [], 1),
        ("Text.", ["--format", "yaml"], 2),
        ("Text.", ["--nonsense"], 2),
    ],
)
def test_exit_codes(tmp_path: Path, text: str, options: list[str], code: int) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", f"---\ntitle: T\n---\n\n{text}\n")
    assert run(story, *options).exit_code == code


def test_a_faulty_edition_file_is_told_in_either_form(tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'titel = "T"\n'})
    assert "edition.toml:1:1: unknown-key" in run(story).stderr
    result = run(story, "--format", "json")
    assert result.exit_code == 1
    assert [d["rule"] for d in json.loads(result.stdout)["diagnostics"]] == ["unknown-key", "missing-value"]


def test_nothing_is_written_and_nothing_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(tmp_path, FILES)
    for file in (path for path in story.root.rglob("*") if path.is_file()):
        os.utime(file, ns=(10**18, 10**18))  # the stat of a file that has just been written is not trusted
    first = survey(story)
    assert not story.site.exists() and not (story.root / "site").exists()
    built = story.build()
    assert (built.read, built.reread) == (0, 0), "what the check read is remembered for the build"
    before = story.tree()

    def not_again(*_: object) -> None:
        raise AssertionError("a document was read again")

    monkeypatch.setattr("generator.steps._reading_of", not_again)
    assert survey(story) == first
    assert story.tree() == before
    monkeypatch.undo()
    assert not story.build().written


def test_words_of_a_text_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    cited = check.Cited("f.md", 1, 0, "v#d", "a\x1b[31mb\n", "page", "broken", "", "", (), "")
    assert "\x1b" not in check.as_text(check.Checked((), (cited,)))


def test_an_edition_without_references(tmp_path: Path) -> None:
    story = Story(tmp_path, {"edition.toml": 'title = "T"\n', "content/v/d1.md": "---\ntitle: T\n---\n\nText.\n"})
    assert run(story).stdout == "No references.\n"
    assert json.loads(run(story, "--format", "json").stdout) == {"diagnostics": [], "references": []}


def test_json_has_all_fields_of_a_reference() -> None:
    cited = check.Cited("f.md", 1, 0, "v#d", "w", "page", "broken", "", "", (), "")
    (shown,) = json.loads(check.as_json(check.Checked((), (cited,))))["references"]
    assert set(shown) == {field.name for field in msgspec.structs.fields(check.Cited)}


def test_unresolved_references_stand_in_the_order_of_files(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("edition.toml", 'title = "T"\nvolumes = ["v2", "v1"]\n')
    for file in ("v1/d9", "v2/d9"):
        story.write(f"content/{file}.md", "---\ntitle: T\n---\n\n[[d99]]\n")
    lines = run(story).stdout.partition("Broken")[2].splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:3]] == ["content/v1/d9.md", "content/v2/d9.md"]
