"""What lies in the folder, what the machine does, and our own bugs: each ends in a message, and costs no more than it
must."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from story import Story

from generator import files, rendering, sources, steps, theme, urls, workers
from generator.cli import main
from generator.diagnostics import Diagnostic, EditionError, Rule, Span, diagnostic
from generator.engine import _APART, _LIBRARIES
from generator.readers import Part

GOOD = '---\ntitle: "Good"\n---\n\nText.\n'


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def run(story: Story, *options: str) -> Result:
    return CliRunner().invoke(main, ["build", "--edition", str(story.root), "--output", str(story.site), *options])


# ---- files that cannot be read

UNREADABLE = {
    "edition.toml": "",
    "content/v1/d1.md": "",
    "content/v1/persons.yaml": "a:\n  name: A\n",
    "content/v1/volume.toml": "",
    "content/v1/x.png": "x",
    "assets/x.css": "x",
    "assets/x/y.css": "x",
    "templates/base.html": "x",
    "templates/messages/en.toml": 'home = "Start"\n',
}


@pytest.mark.parametrize("path", UNREADABLE)
def test_a_file_that_cannot_be_read(story: Story, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening fails as it does without the permission, which the tests of an administrator always have."""
    if UNREADABLE[path]:
        story.write(path, UNREADABLE[path])
    refused = str(story.root / path)
    opened = os.open

    def opening(name: str, *arguments: int, **options: int) -> int:
        if str(name) == refused:
            raise PermissionError(13, "Permission denied", name)
        return opened(name, *arguments, **options)

    monkeypatch.setattr(os, "open", opening)
    result = run(story)
    assert result.exit_code == 1, result.stdout
    assert f"{path}: unreadable: the file cannot be read: Permission denied" in result.stderr
    assert "failed" not in result.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions hold back")
@pytest.mark.parametrize("mode", [0o000, 0o444])
@pytest.mark.parametrize("path", ["content/v2", "assets/x", "templates/parts"])
def test_a_folder_without_permission(story: Story, path: str, mode: int) -> None:
    story.write(f"{path}/any.html", "x")
    (story.root / path).chmod(mode)
    try:
        result = run(story)
    finally:
        (story.root / path).chmod(0o755)
    assert result.exit_code == 1 and f"{path}: unreadable: the folder cannot be" in result.stderr


@pytest.mark.parametrize("path", ["content/v2", "assets/x", "templates/parts"])
def test_a_folder_that_cannot_be_listed(story: Story, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story.write(f"{path}/any.html", "x")
    scandir = os.scandir

    def scanning(name: object) -> object:
        if str(name) == str(story.root / path):
            raise PermissionError(13, "Permission denied", str(name))
        return scandir(name)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", scanning)
    result = run(story)
    assert result.exit_code == 1 and f"{path}: unreadable: the folder cannot be read" in result.stderr


# ---- links, pipes, traces


@pytest.mark.parametrize("folder", ["content/v1", "assets", "templates"])
def test_links(story: Story, tmp_path: Path, folder: str) -> None:
    story.write(f"{folder}/own.html", "own")
    (tmp_path / "secret").write_text("secret words")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "one.html").write_text("secret words")
    here = story.root / folder
    (here / "out.html").symlink_to(tmp_path / "secret")
    (here / "folder").symlink_to(tmp_path / "secrets")
    (here / "loop").symlink_to(".")
    (here / "gone.html").symlink_to("nowhere")
    (here / "round.html").symlink_to("round.html")
    (here / "in.html").symlink_to("own.html")
    result = run(story)
    assert result.exit_code == 1
    assert f"{folder}/out.html: unreadable: the link leads out" in result.stderr
    assert f"{folder}/folder: unreadable: the link leads out" in result.stderr
    assert f"{folder}/loop: unreadable: a folder may not be a link" in result.stderr
    assert f"{folder}/gone.html: unreadable: the link leads nowhere" in result.stderr
    assert f"{folder}/round.html: unreadable: " in result.stderr
    assert f"{folder}/in.html" not in result.stderr
    assert not any(b"secret words" in data for data in story.tree().values())
    if folder == "assets":
        assert story.page("assets/in.html") == "own"


@pytest.mark.parametrize("folder", ["content", "assets", "templates"])
def test_a_folder_of_the_edition_is_no_link(story: Story, tmp_path: Path, folder: str) -> None:
    if (story.root / folder).exists():
        (story.root / folder).rename(tmp_path / folder)
    else:
        (tmp_path / folder).mkdir()
    (story.root / folder).symlink_to(tmp_path / folder)
    result = run(story)
    assert result.exit_code == 1 and f"{folder}: unreadable: a folder may not be a link" in result.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("path", ["content/v1/d9.md", "content/v1/persons.yaml", "assets/x.css", "templates/base.html"])
def test_a_pipe_is_not_read(story: Story, path: str) -> None:
    (story.root / path).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(story.root / path)
    result = run(story)
    assert result.exit_code == 1 and f"{path}: unreadable: this is neither a file nor a folder" in result.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_files_place_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    assert isinstance(files.read(tmp_path, "x"), Diagnostic)


def test_traces_of_editors_are_not_published(story: Story) -> None:
    for name in (".x.css.swp", "x.css~", "#x.css#", "x.css.bak", "x.css.tmp", ".hidden/x.css"):
        story.write(f"assets/{name}", "not to be published")
    assert not story.build().errors
    assert not any(b"not to be published" in data for data in story.tree().values())


def test_another_file_of_the_same_size_and_time_is_noticed(story: Story) -> None:
    """Such as a copy that keeps times, or a clock set back."""
    path = story.root / "content/v1/d3.md"
    os.utime(path, ns=(10**18, 10**18))
    story.build()
    story.edit("content/v1/d3.md", "Three.", "Tree!.")
    os.utime(path, ns=(10**18, 10**18))
    story.build()
    assert "Tree!" in story.page("v1/d3/index.html")


# ---- files in the wrong place


def test_only_the_volumes_own_folder_describes_it(story: Story) -> None:
    story.write("content/v1/persons.yaml", "smith:\n  name: Smith\n")
    story.write("content/v1/sub/persons.yaml", "jones:\n  name: Jones\n")
    story.write("content/v1/sub/volume.toml", 'title = "Sub"\n')
    result = run(story)
    assert result.exit_code == 1
    assert "content/v1/sub/persons.yaml: misplaced: " in result.stderr
    assert "content/v1/sub/volume.toml: misplaced: " in result.stderr
    assert "Smith" in story.page("v1/persons/index.html") and "Jones" not in story.page("v1/persons/index.html")


def test_markdown_directly_in_content(story: Story) -> None:
    story.write("content/stray.md", GOOD)
    story.write("content/README.md", "For those who work on this.\n")
    result = run(story)
    assert result.exit_code == 0
    assert "content/stray.md: misplaced: " in result.stderr and "content/pages/" in result.stderr
    assert "README" not in result.stderr and "content/README.md: misplaced: " in run(story, "--notes").stderr
    assert not (story.site / "stray").exists() and "README" not in str(story.tree().keys())
    assert sources.scan(story.root).volumes == ("v1", "v2")


LEFT_OUT = {
    "content/v1/d7.MD": ("because of its ending", "Rename it to d7.md."),
    "content/v1/d8.markdown": ("because of its ending", "Rename it to d8.md."),
    "content/v1/d9.docx": ("ends in .docx is not published", "edition import content/v1/d9.docx --volume v1"),
    "content/pages/more.TXT": ("ends in .txt is not published", "written in Markdown, as more.md."),
    "content/v1/person.yml": ("a volume has no such file", 'Did you mean "persons.yaml"?'),
}


def test_what_is_not_published_because_of_its_name_is_told(story: Story) -> None:
    for path in LEFT_OUT:
        story.write(path, "Text.\n")
    story.write("content/v1/d1.txt", "What the document was made from.\n")
    story.write("content/v1/.d2.md.swp", "An editor's own.\n")
    result = run(story)
    assert result.exit_code == 0
    for path, (message, hint) in LEFT_OUT.items():
        said = result.stderr.partition(f"{path}: misplaced: ")[2].splitlines()[:2]
        assert message in said[0] and hint in said[1], path
    assert "d1.txt" not in result.stderr and "content/v1/d1.txt: misplaced: " in run(story, "--notes").stderr
    assert ".swp" not in run(story, "--notes").stderr


def test_tei_is_no_free_page(story: Story) -> None:
    story.write("content/pages/one.xml", "<TEI/>")
    story.write("content/pages.xml", "<TEI/>")
    result = run(story)
    assert "content/pages/one.xml: misplaced: " in result.stderr and result.exit_code == 1
    assert "content/pages.xml: misplaced: " in result.stderr


# ---- messages and templates

FAULTY_WORDS: dict[str, tuple[str | bytes, str]] = {
    "no text": ("x = 1\n", ":1:1: wrong-value: "),
    "a table": ("\n[months]\nx = 1\n", ':2:1: wrong-value: "months" must be text'),
    "eleven months": ('months = "a b c d e f g h i j k"\n', ':1:1: wrong-value: "months" must be 12 words'),
    "six days": ('weekdays = "a b c d e f"\n', ':1:1: wrong-value: "weekdays" must be 7 words'),
    "no day of the week": ('week_begins = "Sunday"\n', ':1:1: wrong-value: "week_begins" must be a number from 1 to 7'),
    "a place missing": ('page = "Page"\n', ':1:1: wrong-value: "page" does not say where {label} comes'),
    "a place misnamed": ('page = "{lable} {label}"\n', ':1:1: wrong-value: "page" holds {lable}'),
    "no TOML": ("home = x\n", ":1:8: toml: "),
    "not UTF-8": ('home = "é"\n'.encode("latin-1"), ":1:9: invalid-utf8: "),
}


@pytest.mark.parametrize("name", FAULTY_WORDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_faulty_words(story: Story, name: str, language: str) -> None:
    text, message = FAULTY_WORDS[name]
    story.write("edition.toml", f'title = "A"\nlanguage = "{language}"\n')
    story.write(f"templates/messages/{language}.toml", text)
    result = run(story)
    assert result.exit_code == 1 and f"templates/messages/{language}.toml{message}" in result.stderr


def test_words_of_an_edition_of_its_own(story: Story) -> None:
    story.write("templates/messages/en.toml", 'home = "Start"\nown_word = "{x}"\n')
    assert not story.build().errors
    assert "Start" in story.page("v1/d1/index.html")


def test_a_fault_in_a_folder_of_templates(story: Story) -> None:
    story.write("templates/parts/neighbours.html", "<p>\n\n  {{ nothing.like.this }}")
    assert "templates/parts/neighbours.html:3:3: template: 'nothing' is undefined" in run(story).stderr


def test_a_template_that_is_not_utf8(story: Story) -> None:
    story.write("templates/parts/neighbours.html", "<p>\ncafé".encode("latin-1"))
    assert "templates/parts/neighbours.html:2:4: invalid-utf8: " in run(story).stderr


@pytest.mark.parametrize("text", ["{{ [1, 2] | random }}", "{{ lipsum() }}"])
def test_no_chance_in_templates(story: Story, text: str) -> None:
    story.write("templates/parts/neighbours.html", text)
    assert "templates/parts/neighbours.html:1:1: template: " in run(story).stderr


def test_pages_are_made_from_the_templates_of_their_keys(story: Story) -> None:
    """What happens to the files while pages are rendered does not reach them."""
    story.write("templates/parts/neighbours.html", "<p>before</p>")
    looks = theme.Theme(story.root)
    looks.closure("document.html")
    story.write("templates/parts/neighbours.html", "<p>meanwhile</p>")
    made = theme.Templates({**looks.sources, "one.html": '{% include "parts/neighbours.html" %}'})
    assert made.render("one.html", "x/index.html", "", {}) == b"<p>before</p>"


# ---- the program's own bugs


def test_a_bug_in_a_reader_costs_one_document(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = steps._reading_of

    def failing(key: bytes, part: Part, how: steps.Reading) -> Iterator[steps.Result | None]:
        if part.id == "d2":
            raise KeyError("oops")
        return reading(key, part, how)

    monkeypatch.setattr(steps, "_reading_of", failing)
    result = run(story)
    assert result.exit_code == 1
    assert "content/v1/d2.md: internal: the program failed on this document: KeyError in failing" in result.stderr
    assert (story.site / "v1/d1/index.html").is_file() and not (story.site / "v1/d2").exists()


def test_a_bug_in_rendering_costs_one_page(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    render = rendering.render

    def failing(document: object, *arguments: object) -> object:
        if getattr(document, "id", "") == "d2":
            raise IndexError("oops")
        return render(document, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "render", failing)
    result = run(story)
    assert result.exit_code == 1 and "v1/d2/index.html: internal: " in result.stderr
    assert (story.site / "v1/d1/index.html").is_file()


def test_a_crash_is_told_in_words(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ValueError is no complaint about --base-url either."""
    story.build()

    def failing(*_: object) -> None:
        raise ValueError("something \x1b[2J odd")

    monkeypatch.setattr("generator.sources.scan", failing)
    result = run(story)
    assert result.exit_code == 1
    assert "The program failed: ValueError: something ␛[2J odd" in result.stderr
    assert "Traceback" not in result.stderr and "base-url" not in result.stderr and "crash.txt" in result.stderr
    assert "Traceback" in (story.root / ".edition/crash.txt").read_text()


def test_a_wrong_base_url_is_wrong_use(story: Story) -> None:
    result = run(story, "--base-url", "http://[")
    assert result.exit_code == 2 and "--base-url" in result.stderr


# ---- worker processes

BUILD = """
import multiprocessing, sys
from pathlib import Path
from generator.build import Options, build
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    report = build(Options(Path(sys.argv[2]), Path(sys.argv[3]), jobs=2))
    print(report.documents, report.errors)
"""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_every_way_to_start_processes(story: Story, tmp_path: Path, method: str) -> None:
    for n in range(5, 65):
        story.write(f"content/v1/d{n}.md", f"---\ntitle: Letter {n}\n---\n\nWords.\n")
    (tmp_path / "program.py").write_text(BUILD)
    command: list[str | Path] = [sys.executable, tmp_path / "program.py", method, story.root, story.site]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
    )
    assert (done.stdout, done.stderr) == ("65 0\n", "")


ORPHANS = """
import multiprocessing, os, sys, time
from generator import workers
def step(batch):
    os.write(1, f"{os.getpid()}\\n".encode())  # in one piece: two workers write to the same pipe
    time.sleep(600)
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with workers.available(2, None) as work:
        list(work.run(step, range(100), 100))
"""


@pytest.mark.skipif(os.name == "nt", reason="asks for processes by signal 0")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_workers_end_with_a_killed_build(tmp_path: Path, method: str) -> None:
    (tmp_path / "program.py").write_text(ORPHANS)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    command = [sys.executable, str(tmp_path / "program.py"), method]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as build:
        assert build.stdout
        try:
            lines = [build.stdout.readline() for _ in range(2)]
        finally:
            build.kill()
        # The pipe ends when the last process that could write to it is gone.
        assert build.stdout.read() == ""
    assert len({int(line) for line in lines}) == 2


def _die(batch: Sequence[int]) -> list[int]:
    os._exit(9)


def _same(batch: Sequence[int]) -> list[int]:
    return list(batch)


def test_a_killed_worker(tmp_path: Path) -> None:
    with workers.available(1, None) as work, pytest.raises(EditionError, match="--jobs 1"):
        list(work.run(_die, range(100), 100))


def test_no_more_batches_are_out_than_keep_the_workers_busy() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for n in range(100 * workers.BATCH):
            taken += 1
            yield n

    with workers.available(3, None) as work:
        results = work.run(_same, items(), 10**6)
        next(results)
        assert taken == 8 * workers.BATCH


# ---- small things


def test_the_key_of_the_program_knows_all_it_requires(checkout: Path) -> None:
    required = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert {re.split("[<>=]", line)[0] for line in required} == {*_LIBRARIES, *_APART}


def test_an_id_has_no_line_break() -> None:
    assert urls.is_id("d1") and not urls.is_id("d1\n")


@pytest.mark.parametrize("number", ["9" * 5000, "1234567890", "١٢", "-1"])
def test_a_whole_number_is_of_a_size(story: Story, number: str) -> None:
    story.write("content/pages/about.md", f"---\ntitle: About\norder: {number}\n---\n\nText.\n")
    result = run(story)
    assert "content/pages/about.md:3:8: wrong-value: order: " in result.stderr and result.exit_code == 1


def test_a_terminal_is_not_obeyed(story: Story) -> None:
    story.write("content/v1/d9.md", "---\ntitle: x\n---\n\nabc \x1b]0;title\x07\x1b[2J[[d99]]\x9b\n")
    result = run(story)
    assert "\x1b" not in result.stderr and "\x07" not in result.stderr and "\x9b" not in result.stderr
    assert "abc ␛]0;title␇␛[2J[[d99]]" in result.stderr


def test_the_caret_stays_in_its_place() -> None:
    found = diagnostic(Rule.TOML, "x", Span("a\x1b.md", 1, 3), text="\x1b\x1bc")
    assert str(found) == "a␛.md:1:3: toml: x\n    ␛␛c\n      ^"


def test_decoding() -> None:
    assert files.decode("x", "\ufeffé".encode()) == "é"
    found = files.decode("x", b"\xef\xbb\xbfab\n\xc3\xa9\xe9x\r\ny")
    assert isinstance(found, Diagnostic)
    assert (found.span, found.line) == (Span("x", 2, 2), "é\N{REPLACEMENT CHARACTER}x")


def test_a_title_of_controls(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["new", str(tmp_path / "e"), "--title", 'A\x07\x7f\nB \\ " C'])
    assert made.exit_code == 0
    assert (tmp_path / "e/edition.toml").read_text().splitlines()[1] == 'title = "A B \\\\ \\" C"'
    assert CliRunner().invoke(main, ["build", "--edition", str(tmp_path / "e")]).exit_code == 0
