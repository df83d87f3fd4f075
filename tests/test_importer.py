"""Importing files into an edition: where they go, what is never overwritten, what is said of bad input."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from pathlib import Path

import pytest

from generator import importer
from generator.build import Options, build
from generator.diagnostics import EditionError
from generator.importer import RECORD, ImportReport, import_files
from generator.readers import Part, markdown

NUMBERED = "72a. Letter From the Consul1\n\nDear Sir: Come.\n\nQuill\n  1. Not printed."
BARE = "The Consul to the Governor\n\nSend oil."


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    folder = tmp_path / "edition"
    folder.mkdir()
    (folder / "edition.toml").write_text('title = "An Edition"\n')
    return folder


def put(edition: Path, name: str, text: str | bytes) -> Path:
    file = edition.parent / "in" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def run(edition: Path, *files: Path, **options: bool | str) -> ImportReport:
    return import_files(edition, files, "v1", **options)  # type: ignore[arg-type]


def actions(report: ImportReport) -> list[tuple[str, str]]:
    return [(f.action, f.target.rpartition("/")[2]) for f in report.files]


def contents(edition: Path) -> dict[str, bytes]:
    return {p.relative_to(edition).as_posix(): p.read_bytes() for p in sorted(edition.rglob("*")) if p.is_file()}


def test_a_document_a_volume_and_a_record_are_made(edition: Path) -> None:
    report = run(edition, put(edition, "a.txt", NUMBERED))
    assert actions(report) == [("written", "d72a.md")]
    assert report.errors == 0
    written = (edition / "content/v1/d72a.md").read_bytes()
    document = markdown.read(Part("markdown", "v1", "d72a", "d72a.md", written)).document
    assert document and document.metadata.number == "72a"
    assert 'title = "v1"' in (edition / "content/v1/volume.toml").read_text()
    assert any("volume.toml is new" in n for n in report.notices)
    assert (edition / RECORD).is_file()
    assert not [p for p in edition.rglob("*") if "tmp" in p.name]


def test_ids_come_from_the_option_the_number_or_the_next_one_free(edition: Path) -> None:
    bare, numbered = put(edition, "bare.txt", BARE), put(edition, "n.txt", NUMBERED)
    other = put(edition, "other.txt", BARE.replace("oil", "coal"))
    assert actions(run(edition, bare, numbered, other)) == [
        ("written", "d73.md"),
        ("written", "d72a.md"),
        ("written", "d74.md"),
    ]
    third = put(edition, "third.txt", BARE.replace("oil", "wood"))
    assert actions(run(edition, third, id="d5")) == [("written", "d5.md")]


def test_a_number_is_not_taken_by_a_document_without_one(edition: Path) -> None:
    first, numbered = put(edition, "1.txt", "10. One\n\nText."), put(edition, "3.txt", "11. Three\n\nText.")
    assert actions(run(edition, first, put(edition, "2.txt", BARE), numbered)) == [
        ("written", "d10.md"),
        ("written", "d12.md"),
        ("written", "d11.md"),
    ]


def test_importing_again_changes_nothing(edition: Path) -> None:
    files = [put(edition, "a.txt", NUMBERED), put(edition, "b.txt", BARE)]
    run(edition, *files)
    before = contents(edition)
    assert [a for a, _ in actions(run(edition, *files))] == ["unchanged", "unchanged"]
    assert contents(edition) == before


def test_a_better_transcript_replaces_what_nobody_changed(edition: Path) -> None:
    file = put(edition, "a.txt", NUMBERED)
    run(edition, file)
    put(edition, "a.txt", NUMBERED.replace("Come", "Go"))
    assert actions(run(edition, file)) == [("written", "d72a.md")]
    assert "Dear Sir: Go." in (edition / "content/v1/d72a.md").read_text()


def test_what_an_editor_changed_stays(edition: Path) -> None:
    file = put(edition, "a.txt", NUMBERED)
    run(edition, file)
    document = edition / "content/v1/d72a.md"
    document.write_text(document.read_text().replace("Come", "Come soon"))
    put(edition, "a.txt", NUMBERED.replace("Come", "Go"))
    before = contents(edition)
    report = run(edition, file)
    assert actions(report) == [("refused", "d72a.md")]
    assert report.errors == 1
    assert "was changed after it was imported" in str(report.diagnostics[0])
    assert contents(edition) == before
    assert actions(run(edition, file, force=True)) == [("written", "d72a.md")]
    assert "Dear Sir: Go." in document.read_text()


@pytest.mark.parametrize("record", [None, b"{", b'{"content/v1/d72a.md": 3}', b"\xff"])
def test_without_a_record_every_document_counts_as_changed(edition: Path, record: bytes | None) -> None:
    file = put(edition, "a.txt", NUMBERED)
    run(edition, file)
    put(edition, "a.txt", NUMBERED.replace("Come", "Go"))
    if record is None:
        (edition / RECORD).unlink()
    else:
        (edition / RECORD).write_bytes(record)
    report = run(edition, file)
    assert actions(report) == [("refused", "d72a.md")]
    assert bool(report.notices) == (record is not None)
    assert "Come" in (edition / "content/v1/d72a.md").read_text()


def test_another_document_of_the_same_number_does_not_replace_the_first(edition: Path) -> None:
    run(edition, put(edition, "a.txt", NUMBERED))
    # The same file name with another document in it: an editor pastes one after the other into one file.
    report = run(edition, put(edition, "a.txt", NUMBERED.replace("Consul", "Mayor")))
    assert actions(report) == [("refused", "d72a.md")]
    assert "another source" in str(report.diagnostics[0])
    both = run(edition, put(edition, "x.txt", "1. X\n\nY."), put(edition, "y.txt", "1. Z\n\nY."))
    assert actions(both) == [("written", "d1.md"), ("refused", "d1.md")]
    assert both.diagnostics[0].rule == "duplicate-id"


def test_ids_that_differ_in_capitals_or_kind_of_file_collide(edition: Path) -> None:
    folder = edition / "content/v1"
    folder.mkdir(parents=True)
    (folder / "D72A.md").write_text("mine")
    (folder / "d1.xml").write_text("<TEI/>")
    report = run(edition, put(edition, "a.txt", NUMBERED), put(edition, "b.txt", "1. X\n\nY."), force=True)
    assert [d.rule for d in report.diagnostics] == ["duplicate-id", "duplicate-id"]
    assert (folder / "D72A.md").read_text() == "mine"


def test_a_dry_run_writes_nothing_and_tells_all(edition: Path) -> None:
    before = contents(edition)
    report = run(edition, put(edition, "a.txt", NUMBERED + "\n  2. The date."), dry_run=True)
    assert actions(report) == [("would be written", "d72a.md")]
    assert contents(edition) == before
    assert not (edition / "content").exists()
    assert report.unsure == 1
    assert report.files[0].text.startswith("---\ntitle:")
    assert "notes: 2, references placed: 1; to confirm: 1" in str(report.files[0])


@pytest.mark.parametrize(
    ("name", "data", "rule", "words"),
    [
        ("a.txt", b"", "missing-value", "empty"),
        ("a.txt", b" \n\t\n", "missing-value", "empty"),
        ("a.txt", b"\x7fELF\x00\x01", "invalid-utf8", "no text"),
        ("a.txt", "1. Ä\n\nB".encode("utf-16"), "invalid-utf8", "UTF-16"),
        ("a.txt", b"1. T\r\n\r\nCaf\xe9 au lait", "invalid-utf8", "a.txt:3:4"),
        ("a.xml", b"<TEI/>", "malformed-xml", "no text in TEI"),
        ("a.xml", b"<TEI>\n<text", "malformed-xml", "a.xml:2:6"),
        ("a.md", b"---\n---\n", "wrong-value", "needs no import"),
        ("a.pdf", b"%PDF", "wrong-value", "text file"),
    ],
)
def test_bad_input_is_told_and_keeps_nobody_from_it(
    edition: Path, name: str, data: bytes, rule: str, words: str
) -> None:
    report = run(edition, put(edition, name, data), put(edition, "good.txt", BARE))
    assert [a for a, _ in actions(report)] == ["failed", "written"]
    (found,) = report.diagnostics
    assert found.rule == rule
    assert words in str(found)


def test_files_that_cannot_be_read(edition: Path) -> None:
    report = run(edition, edition.parent / "nowhere.txt", edition)
    assert [d.rule for d in report.diagnostics] == ["unreadable", "unreadable"]
    assert report.errors == 2


def test_a_large_file_is_refused(edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "LARGEST", 10)
    assert run(edition, put(edition, "a.txt", NUMBERED)).diagnostics[0].rule == "too-large"


def test_texts_without_title_or_notes_are_imported_with_a_word_of_warning(edition: Path) -> None:
    report = run(edition, put(edition, "a.txt", "x " * 900), put(edition, "b.txt", "7. A Letter1\n\nCome."))
    assert [d.rule for d in report.diagnostics] == ["import-unsure", "import-unsure"]
    assert "No title was found" in report.diagnostics[0].message
    assert "no list of notes" in report.diagnostics[1].message
    assert report.errors == 0


@pytest.mark.parametrize("volume", ["", "..", "a/b", "pages", "search", ".x", "con"])
def test_impossible_volumes(edition: Path, volume: str) -> None:
    with pytest.raises(EditionError, match="bad-id"):
        import_files(edition, [put(edition, "a.txt", NUMBERED)], volume)
    assert not (edition / "content").exists()


def test_wrong_use(edition: Path) -> None:
    file = put(edition, "a.txt", NUMBERED)
    with pytest.raises(EditionError, match="bad-id"):
        run(edition, file, id="../d1")
    with pytest.raises(EditionError, match="one id cannot serve 2 files"):
        run(edition, file, file, id="d1")
    with pytest.raises(EditionError, match="no-edition"):
        import_files(edition.parent, [file], "v1")


def test_a_link_out_of_the_edition_is_not_followed(edition: Path) -> None:
    outside = edition.parent / "outside"
    outside.mkdir()
    (edition / "content").mkdir()
    (edition / "content/v1").symlink_to(outside)
    with pytest.raises(EditionError, match="no folder of this edition"):
        run(edition, put(edition, "a.txt", NUMBERED))
    assert not list(outside.iterdir())


def test_a_volume_file_that_is_there_is_kept(edition: Path) -> None:
    (edition / "content/v1").mkdir(parents=True)
    (edition / "content/v1/volume.toml").write_text('title = "Mine"\n')
    report = run(edition, put(edition, "a.txt", NUMBERED))
    assert not report.notices
    assert (edition / "content/v1/volume.toml").read_text() == 'title = "Mine"\n'


def test_word_files_need_pandoc(edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(edition))
    report = run(edition, put(edition, "a.docx", b"PK"))
    assert "pandoc, which is not installed" in str(report.diagnostics[0])


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for pandoc is a shell script")
def test_word_files_go_through_pandoc(edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for pandoc, which answers as pandoc does for a Word file with a note."""
    folder = edition.parent / "bin"
    folder.mkdir()
    pandoc = folder / "pandoc"
    text = r"# 9. Letter From the Consul[^1]\n\nCome to \\[Page 12\\] Amber.\n\n[^1]: Not printed.\n"
    pandoc.write_text(f"#!/bin/sh\ncat >/dev/null\nprintf '{text}'\n")
    pandoc.chmod(pandoc.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    report = run(edition, put(edition, "a.docx", b"PK"))
    assert actions(report) == [("written", "d9.md")]
    reading = markdown.read(Part("markdown", "v1", "d9", "d9.md", (edition / "content/v1/d9.md").read_bytes()))
    assert not reading.diagnostics
    assert reading.document and len(reading.document.notes) == 1
    assert "[Page 12]" in report.files[0].text
    pandoc.write_text("#!/bin/sh\necho 'not a docx file' >&2\nexit 63\n")
    assert "pandoc cannot read it: not a docx file" in str(run(edition, put(edition, "b.docx", b"PK")).diagnostics[0])


# TEI

TEI = Path(__file__).parent / "tei"


def facts(site: Path) -> list[dict[str, object]]:
    """What the built site knows of its documents, without what the file's kind decides."""
    found = json.loads((site / "documents.json").read_text())
    return [{k: v for k, v in d.items() if k in ("id", "number", "title", "date", "pages", "notes", "url")} for d in found]  # fmt: skip


def pages(site: Path) -> list[str]:
    """The page list, as far as it leads to documents."""
    listing = (site / "v1/pages/index.html").read_text()
    links = re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', listing.split("<main", 1)[1].split("</main", 1)[0])
    return [" ".join(link) for link in links if re.match(r"\.\./d\d", link[0])]


def test_a_volume_in_tei_becomes_documents_lists_and_contents(edition: Path) -> None:
    source = put(edition, "v1.xml", (TEI / "volume.xml").read_bytes())
    report = run(edition, source)
    assert report.errors == 0, report.diagnostics
    names = sorted(p.name for p in (edition / "content/v1").iterdir())
    assert {"d1.md", "d2.md", "volume.toml", "persons.yaml"} <= set(names)
    assert "[[chapters]]" in (edition / "content/v1/volume.toml").read_text()
    before = contents(edition)
    assert {a for a, _ in actions(run(edition, source))} == {"unchanged"}
    assert contents(edition) == before
    built = build(Options(edition, edition / "site", jobs=1))
    assert built.errors == 0, built.diagnostics


def test_the_documents_of_a_volume_are_those_of_the_tei(edition: Path) -> None:
    other = edition.parent / "tei"
    (other / "content").mkdir(parents=True)
    (other / "edition.toml").write_text('title = "An Edition"\n')
    (other / "content/v1.xml").write_bytes((TEI / "volume.xml").read_bytes())
    run(edition, put(edition, "v1.xml", (TEI / "volume.xml").read_bytes()))
    sites = []
    for root in (edition, other):
        assert build(Options(root, root / "site", jobs=1)).errors == 0
        sites.append(root / "site")
    assert [d for d in facts(sites[0]) if str(d["id"])[1:].isdigit()] == [d for d in facts(sites[1]) if str(d["id"])[1:].isdigit()]  # fmt: skip
    assert pages(sites[0]) == pages(sites[1]) != []


def test_what_an_editor_changed_in_a_volume_stays(edition: Path) -> None:
    source = put(edition, "v1.xml", (TEI / "volume.xml").read_bytes())
    run(edition, source)
    document, volume = edition / "content/v1/d1.md", edition / "content/v1/volume.toml"
    document.write_text(document.read_text() + "\nMine.\n")
    volume.write_text('title = "Mine"\n')
    report = run(edition, source)
    changed = {name: action for action, name in actions(report) if action != "unchanged"}
    assert changed == {"d1.md": "refused", "volume.toml": "kept"}
    assert [d.rule for d in report.diagnostics if d.rule != "import-simplified"] == ["import-refused"]
    assert document.read_text().endswith("Mine.\n") and volume.read_text() == 'title = "Mine"\n'
    forced = {name: action for action, name in actions(run(edition, source, force=True))}
    assert (forced["d1.md"], forced["volume.toml"]) == ("written", "written")
    assert "Mine" not in document.read_text()


def test_an_edited_volume_is_imported_again(edition: Path) -> None:
    """The title of a document may have changed in the source: it is the same document by its id."""
    data = (TEI / "volume.xml").read_text()
    run(edition, put(edition, "v1.xml", data))
    before = (edition / "content/v1/d1.md").read_text()
    title = next(line for line in before.split("\n") if line.startswith("title: "))
    word = max(re.findall(r"[A-Za-z]+", title.removeprefix("title: ")), key=len)
    report = run(edition, put(edition, "v1.xml", data.replace(word, "Changed")))
    assert report.errors == 0, report.diagnostics
    assert "Changed" in (edition / "content/v1/d1.md").read_text()


def test_a_dry_run_of_a_volume_writes_nothing(edition: Path) -> None:
    before = contents(edition)
    report = run(edition, put(edition, "v1.xml", (TEI / "volume.xml").read_bytes()), dry_run=True)
    assert {a for a, _ in actions(report)} == {"would be written"}
    assert contents(edition) == before


def test_a_single_document_in_tei_is_one_document(edition: Path) -> None:
    letter = put(edition, "letter.xml", (TEI / "letter.xml").read_bytes())
    report = run(edition, letter)
    assert [a for a, _ in actions(report)] == ["written"]
    assert actions(run(edition, letter, id="d9")) == [("written", "d9.md")]
    reading = markdown.read(Part("markdown", "v1", "d9", "d9.md", (edition / "content/v1/d9.md").read_bytes()))
    assert reading.document and not [d for d in reading.diagnostics if d.severity == "error"]
    volume = put(edition, "v1.xml", (TEI / "volume.xml").read_bytes())
    assert "one id cannot serve" in str(run(edition, volume, id="d9").diagnostics[0])


def test_what_markdown_has_no_form_for_is_told_once_a_kind(edition: Path) -> None:
    report = run(edition, put(edition, "v1.xml", (TEI / "blocks.xml").read_bytes()))
    told = [d for d in report.diagnostics if d.rule == "import-simplified"]
    assert told
    assert len({d.message.split(" has no form")[0] for d in told}) == len(told)
    assert all(d.span.line and d.span.file.endswith("v1.xml") for d in told)


def test_a_volume_that_is_still_published_in_tei_is_told(edition: Path) -> None:
    (edition / "content").mkdir()
    source = edition / "content/v1.xml"
    source.write_bytes((TEI / "volume.xml").read_bytes())
    assert any("take it out of content/" in n for n in run(edition, source).notices)


def test_a_volume_of_the_series(edition: Path, shared: Path) -> None:
    report = import_files(edition, [shared / "corpus/volumes/frus1917-72PubDip.xml"], "v1")
    assert report.errors == 0
    assert len(list((edition / "content/v1").glob("d*.md"))) == 44
    built = build(Options(edition, edition / "site", jobs=1))
    assert built.errors == 0, built.diagnostics
