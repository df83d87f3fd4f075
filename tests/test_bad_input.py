"""Bad input: each fault is told with its place, the line and a hint, all of them at once, and costs nobody else's work."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from story import Story

from generator.cli import main

GOOD = '---\ntitle: "Good"\n---\n\nText.\n'


def run(story: Story, *options: str) -> Result:
    return CliRunner().invoke(main, ["build", "--edition", str(story.root), "--output", str(story.site), *options])


def document(body: str, front: str = 'title: "Bad"') -> str:
    return f"---\n{front}\n---\n\n{body}\n"


FAULTS: dict[str, tuple[str | bytes, str, str]] = {
    "no front matter": ("Just text.\n", "d9.md:1:1: front-matter", "Just text."),
    "front matter not closed": ('---\ntitle: "x"\n\nText.\n', "d9.md:1:1: front-matter", "---"),
    "not YAML": (document("x", 'title: "x" y'), "d9.md:2:12: front-matter", 'title: "x" y'),
    "no title": (document("x", "number: 3"), "d9.md:2:1: missing-value", "number: 3"),
    "unknown key": (document("x", "title: x\ndaet: 1953"), "d9.md:3:1: unknown-key", 'Did you mean "date"?'),
    "key twice": (document("x", "title: x\ntitle: y"), "d9.md:3:1: duplicate-key", "title: y"),
    "wrong type": (document("x", "title: x\ntopics: trade"), "d9.md:3:9: wrong-value", "topics: trade"),
    "impossible date": (document("x", "title: x\ndate: 1953-02-30"), "d9.md:3:7: wrong-value", "1953-02-30"),
    "wrong status": (document("x", "title: x\nstatus: publish"), "d9.md:3:9: wrong-value", "published"),
    "anchors": (document("x", "title: &a x"), "d9.md:2:8: front-matter", "title: &a x"),
    "note without marker": (document("x\n\n[^3]: A note."), "d9.md:7:1: note-without-marker", "[^3]: A note."),
    "marker without note": (document("A word.[^3]"), "d9.md:5:8: marker-without-note", "A word.[^3]"),
    "not UTF-8": (document("Caf\xe9.").encode("latin-1"), "d9.md:5:4: invalid-utf8", "UTF-8"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_a_document(tmp_path: Path, name: str) -> None:
    text, message, also = FAULTS[name]
    story = Story(tmp_path)
    story.write("content/v1/d9.md", text)
    result = run(story)
    assert result.exit_code == 1
    assert f"content/v1/{message}: " in result.stderr
    assert also in result.stderr
    assert "hint:" in result.stderr
    assert "Traceback" not in result.stderr
    assert (story.site / "v1/d1/index.html").is_file()


def test_all_faults_at_once_and_the_rest_is_built(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for n, (text, _, _) in enumerate(FAULTS.values(), 20):
        story.write(f"content/v1/d{n}.md", text)
    result = run(story)
    assert result.exit_code == 1
    for n, (_, message, _) in enumerate(FAULTS.values(), 20):
        assert f"content/v1/{message.replace('d9.md', f'd{n}.md')}: " in result.stderr
    for n in (1, 2, 3, 4):
        assert (story.site / f"v1/d{n}/index.html").is_file()


def test_a_page_number_that_falls_is_a_warning(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", document("One [Page 20] two [Page 19] three."))
    result = run(story)
    assert result.exit_code == 0
    assert "content/v1/d9.md:5:19: page-backwards: " in result.stderr
    assert run(story, "--strict").exit_code == 1


def test_a_broken_reference_names_the_nearest(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", document("See [[d22]], [[d1#fn4]], [[p. 99]] and [[elsewhere#d1]]."))
    result = run(story)
    assert result.exit_code == 0
    assert "content/v1/d9.md:5:5: broken-reference: " in result.stderr
    assert 'Did you mean "d2"?' in result.stderr
    assert 'has no footnote "4"' in result.stderr
    assert 'Did you mean "12"?' in result.stderr
    assert "elsewhere#d1" not in result.stderr.replace(document(""), "").split("broken-reference")[0]
    page = story.page("v1/d9/index.html")
    assert page.count('class="ref unresolved"') == 4
    assert 'data-status="broken"' in page
    assert 'data-status="not-in-edition"' in page
    assert 'href="../d22' not in page


def test_duplicate_ids(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/D1.md", GOOD)
    story.write("content/v1/more/d2.md", GOOD)
    result = run(story)
    assert result.exit_code == 1
    assert result.stderr.count("duplicate-id") == 2
    assert "is taken by content/v1/" in result.stderr


def test_faults_of_names(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/my letter.md", GOOD)
    story.write("content/search/d1.md", GOOD)
    story.write("content/v1/pages.md", GOOD)
    result = run(story)
    assert result.exit_code == 1
    assert result.stderr.count("bad-id") == 3


def test_two_sources_for_one_address(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/pages/v1.md", GOOD)
    result = run(story)
    assert result.exit_code == 1
    assert "address-taken" in result.stderr


def test_faults_of_a_volume(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/volume.toml", 'titel = "One"\nyear = 1953\n')
    story.write("content/v2/volume.toml", 'title = "Two\n')
    story.write("content/v2/persons.yaml", "smith:\n  nane: Smith\n")
    result = run(story)
    assert result.exit_code == 1
    assert 'content/v1/volume.toml:1:1: unknown-key: unknown key "titel"' in result.stderr
    assert 'Did you mean "title"?' in result.stderr
    assert 'content/v1/volume.toml:2:1: wrong-value: "year" must be text' in result.stderr
    assert "content/v2/volume.toml:1:13: toml: " in result.stderr
    assert 'content/v2/persons.yaml:2:3: unknown-key: The key "nane" is not known' in result.stderr
    assert (story.site / "v2/d1/index.html").is_file()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "x"\n', "edition.toml:1:1: unknown-key"),
        ('subtitle = "x"\n', "edition.toml:1:1: missing-value"),
        ('title = "x"\nbase_url = "ftp://x"\n', "edition.toml:2:1: wrong-value"),
        ('title = "x"\nlanguage = "english please"\n', "edition.toml:2:1: wrong-value"),
        ('title = "x"\n[search]\nenabled = "yes"\n', "edition.toml:3:1: wrong-value"),
        ('title = "x"\n[search]\nenbled = true\n', "edition.toml:3:1: unknown-key"),
        ('title = "x"\nvolumes = "v1"\n', "edition.toml:2:1: wrong-value"),
        ('title = "x"\nvolumes = ["v1", "v3"]\n', "edition.toml:2:1: unknown-volume"),
        ("title = x\n", "edition.toml:1:9: toml"),
    ],
)
def test_faults_of_the_edition_file(tmp_path: Path, text: str, message: str) -> None:
    story = Story(tmp_path)
    story.write("edition.toml", text)
    result = run(story)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "hint:" in result.stderr


def test_no_edition_here(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["build", "--edition", str(tmp_path)])
    assert result.exit_code == 1
    assert "no-edition" in result.stderr and "edition new" in result.stderr
    assert CliRunner().invoke(main, ["bild"]).exit_code == 2
    assert CliRunner().invoke(main, ["build", "--base-url", "nonsense", "--edition", str(Story(tmp_path).root)]).exit_code == 2  # fmt: skip


def test_a_fault_introduced_and_mended(tmp_path: Path) -> None:
    """Its last good page stays while the fault is there; nothing else is lost; then it is as if nothing had been."""
    story = Story(tmp_path)
    story.build()
    before = story.tree()
    story.edit("content/v1/d2.md", "title:", "tilte:")
    assert story.build().errors == 1
    assert story.tree()["v1/d2/index.html"] == before["v1/d2/index.html"]
    again = story.build()
    assert again.errors == 1 and not again.written
    story.edit("content/v1/d2.md", "tilte:", "title:")
    assert not story.build().diagnostics
    assert story.tree() == before


def test_a_warning_is_shown_again(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", document("One [Page 20] two [Page 19] three."))
    first, second = story.build(), story.build()
    assert [str(d) for d in first.diagnostics] == [str(d) for d in second.diagnostics] != []
    assert not second.rendered


TEMPLATE_FAULTS = {
    "a cycle": ({"parts/neighbours.html": '{% include "parts/a.html" %}', "parts/a.html": '\n {% include "parts/neighbours.html" %}'}, "templates/parts/a.html:2:2: template: the templates include each other"),
    "a dynamic include": ({"parts/neighbours.html": "<p>\n{% include document.id %}"}, "templates/parts/neighbours.html:2:1: template: a template may only"),
    "a missing include": ({"parts/neighbours.html": '{% include "parts/cited_by.html" %}'}, 'Did you mean "parts/cited-by.html"?'),
    "an error of syntax": ({"parts/neighbours.html": "<p>\n{% if %}"}, "templates/parts/neighbours.html:2:1: template: "),
    "an error at run time": ({"parts/neighbours.html": "<p>\n\n{{ nothing.like.this }}"}, "neighbours.html:3:1: template: 'nothing' is undefined"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPLATE_FAULTS)
def test_faults_of_templates(tmp_path: Path, name: str) -> None:
    """Pages of other templates are built; those of this one stay as they were."""
    files, message = TEMPLATE_FAULTS[name]
    story = Story(tmp_path)
    story.build()
    before = story.page("v1/d1/index.html")
    story.edit("content/v1/volume.toml", "Volume One", "Another Title")
    for path, text in files.items():
        story.write(f"templates/{path}", text)
    result = run(story)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Another Title" in story.page("v1/index.html")
    assert story.page("v1/d1/index.html") == before
    for path in files:
        story.delete(f"templates/{path}")
    assert not story.build().errors
    assert story.tree() == story.clean()


def test_an_optional_include_belongs_to_the_closure(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("templates/parts/neighbours.html", '<p>{% include "parts/own.html" ignore missing %}</p>')
    story.build()
    story.write("templates/parts/own.html", "here")
    story.build()
    assert "<p>here</p>" in story.page("v1/d1/index.html")


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    story = Story(tmp_path)
    (story.site).mkdir()
    (story.site / "v1").write_text("a file of somebody's where a folder of ours should be")
    result = run(story)
    assert result.exit_code == 1
    assert "output: a file that is not ours stands where a folder is needed" in result.stderr
    assert (story.site / "v1").is_file()
    (story.site / "v1").unlink()
    assert run(story).exit_code == 0
    assert story.tree() == story.clean()


def test_a_file_becomes_a_folder(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("assets/own", "a file")
    story.build()
    story.delete("assets/own")
    story.write("assets/own/more", "in a folder")
    story.build()
    assert story.tree() == story.clean()
    story.delete("assets/own/more")
    (story.root / "assets/own").rmdir()
    story.write("assets/own", "a file again")
    story.build()
    assert story.tree() == story.clean()


def test_links_that_lead_out_of_the_edition(tmp_path: Path) -> None:
    story = Story(tmp_path)
    (tmp_path / "secret.md").write_text(GOOD)
    (story.root / "content/v1/d9.md").symlink_to(tmp_path / "secret.md")
    result = run(story)
    assert result.exit_code == 1
    assert "content/v1/d9.md: unreadable: the link leads out" in result.stderr
    assert not (story.site / "v1/d9").exists()


def test_traces_of_editors_are_no_documents(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for name in (".d1.md.swp", "d1.md~", "#d1.md#", ".#d1.md", "d1.md.bak", "4913"):
        story.write(f"content/v1/{name}", "not a document")
    assert run(story).exit_code == 0


def test_a_number_pasted_with_the_title_is_not_doubled(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", '---\ntitle: "9. Telegram *From* [[d99]]"\nnumber: "9"\n---\n\nText.\n')
    assert "d9.md:2:28: broken-reference" in run(story).stderr
    assert '<span class="document-number">9.</span> Telegram <em>From</em>' in story.page("v1/d9/index.html")
