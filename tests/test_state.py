"""What is remembered may be lost or damaged, what stands in the output may be somebody else's: nothing is deleted or
written over that is not ours, and nothing of ours stays behind."""

from __future__ import annotations

import os
import shutil
import sqlite3
from functools import partial
from pathlib import Path

import msgspec
import pytest
from story import Story

from generator import files, manifest, output
from generator.addresses import Addresses
from generator.build import Options, Report, build
from generator.diagnostics import Diagnostic, EditionError
from generator.store import StateDamaged, guarded


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path)
    # Old enough to be taken as unchanged, so that a build trusts what is remembered of them.
    for file in story.root.rglob("*.*"):
        os.utime(file, ns=(10**18, 10**18))
    assert not story.build().diagnostics
    return story


def state(story: Story) -> Path:
    return story.root / ".edition/state.sqlite3"


def change(story: Story, statement: str) -> None:
    with sqlite3.connect(state(story)) as database:
        assert database.execute(statement).rowcount
    database.close()


def rules(report: Report) -> list[str]:
    return [d.rule for d in report.diagnostics]


# ---- a state that cannot be used, and one that is damaged


@pytest.mark.parametrize(
    ("code", "damaged"),
    [
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_READONLY_DIRECTORY, False),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_IOERR_WRITE, False),
        (sqlite3.SQLITE_CORRUPT_INDEX, True),
        (sqlite3.SQLITE_NOTADB, True),
        (None, True),
    ],
)
def test_only_a_damaged_state_is_set_aside(tmp_path: Path, code: int | None, damaged: bool) -> None:
    error = sqlite3.OperationalError("as it happens")
    if code is not None:
        error.sqlite_errorcode = code
    with pytest.raises(StateDamaged if damaged else EditionError, match="as it happens"), guarded(tmp_path / "s"):
        raise error


def test_a_locked_state_is_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.1))
    before = state(story).read_bytes()
    other = sqlite3.connect(state(story), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(EditionError, match=r"\.edition/state\.sqlite3.*locked"):
        story.build()
    other.close()
    assert state(story).read_bytes() == before
    assert not list(state(story).parent.glob("*.unreadable*"))
    assert not story.build().rendered


def test_a_folder_where_the_state_should_be(story: Story) -> None:
    state(story).unlink()
    state(story).mkdir()
    with pytest.raises(EditionError, match="the build state cannot be used"):
        story.build()


def test_a_file_where_the_folder_of_the_state_should_be(story: Story) -> None:
    shutil.rmtree(story.root / ".edition")
    story.write(".edition", "mine")
    with pytest.raises(EditionError, match="the build state cannot be used"):
        story.build()
    assert (story.root / ".edition").read_text() == "mine"


def test_every_state_that_was_set_aside_is_kept(story: Story) -> None:
    for n in range(3):
        state(story).write_bytes(b"junk %d" % n * 1000)
        assert any("could not be read" in notice for notice in story.build().notices)
    aside = sorted(state(story).parent.glob("*.unreadable*"))
    assert [p.name for p in aside] == ["state.unreadable", "state.unreadable-2", "state.unreadable-3"]
    assert {p.read_bytes()[:6] for p in aside} == {b"junk 0", b"junk 1", b"junk 2"}


def test_damage_anywhere_in_the_state(story: Story) -> None:
    for n in range(5, 40):
        story.write(f"content/v1/d{n}.md", f'---\ntitle: "Letter {n}"\n---\n\n{"Text. " * 200}\n')
        os.utime(story.root / f"content/v1/d{n}.md", ns=(10**18, 10**18))
    story.build()
    good = state(story).read_bytes()
    story.delete("content/v1/d39.md")
    clean = story.clean()
    damaged = 0
    for page in range(0, len(good) // 4096, 3):
        state(story).write_bytes(good[: page * 4096] + b"\xa5" * 4096 + good[(page + 1) * 4096 :])
        for end in ("-wal", "-shm"):
            Path(f"{state(story)}{end}").unlink(missing_ok=True)
        damaged += bool(story.build().notices)
        assert story.tree() == clean, page
        story.write("content/v1/d39.md", '---\ntitle: "Letter 39"\n---\n\nText.\n')
        story.build()
        story.delete("content/v1/d39.md")
    assert damaged > 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET value=x'c1'",
        "DELETE FROM facts",
        "DELETE FROM document",
        "UPDATE document SET value=x'93c1'",
        "UPDATE sources SET split=x'c1'",
        "UPDATE facts SET value=x''",
    ],
)
def test_rows_that_are_spoilt_or_missing(story: Story, statement: str) -> None:
    change(story, statement)
    story.edit("edition.toml", "A test edition", "New words")  # so that every page wants its document
    report = story.build()
    assert any("could not be read" in notice for notice in report.notices)
    assert not report.diagnostics
    assert story.tree() == story.clean()
    assert not story.build().rendered


def test_a_missing_table(story: Story) -> None:
    database = sqlite3.connect(state(story))
    database.execute("DROP TABLE outputs")
    database.commit()
    database.close()
    story.delete("content/v1/d4.md")
    assert any("could not be read" in notice for notice in story.build().notices)
    assert story.tree() == story.clean()


# ---- the manifest outlives the state


def test_a_lost_state_leaves_no_deleted_document_behind(story: Story) -> None:
    state(story).unlink()
    story.delete("content/v1/d4.md")
    assert "v1/d4/index.html" in story.build().removed
    assert story.tree() == story.clean()


def test_a_killed_build_is_known_to_the_second_copy(story: Story) -> None:
    story.write("content/v1/d8.md", '---\ntitle: "Eight"\n---\n\nText.\n')
    child = os.fork()
    if child == 0:
        try:
            output.write = lambda *_: os._exit(1)
            story.build()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    (journal,) = (story.root / ".edition").glob("outputs-*.txt")
    assert "v1/d8/index.html" in manifest.read(journal)


@pytest.mark.parametrize("what", ["site", "state"])
def test_the_edition_is_moved_with_its_site(tmp_path: Path, what: str) -> None:
    story = Story(tmp_path)
    story.site = story.root / "site"
    story.build()
    moved = Story(tmp_path / "elsewhere", {})
    moved.root.parent.mkdir()
    story.root.rename(moved.root)
    moved.site = moved.root / "site"
    if what == "state":
        state(moved).unlink()
    moved.delete("content/v1/d4.md")
    report = moved.build()
    assert "v1/d4/index.html" in report.removed
    if what == "site":
        assert "v2/d1/index.html" not in report.rendered
    assert moved.tree() == moved.clean()


def test_everything_remembered_is_deleted(story: Story) -> None:
    (story.site / "CNAME").write_text("example.org")
    shutil.rmtree(story.root / ".edition")
    story.delete("content/v1/d4.md")
    story.edit("edition.toml", "A test edition", "New words")
    story.write("assets/edition.css", "ours {}")
    report = story.build()
    assert not report.diagnostics
    (notice,) = report.notices
    assert "not known to be ours: 10 (CNAME, chronology/1954/index.html, v1/d4/d4.bib, …)" in notice
    (story.site / "CNAME").unlink()
    shutil.rmtree(story.site / "v1/d4")
    shutil.rmtree(story.site / "chronology/1954")
    assert story.tree() == story.clean()
    assert not story.build().notices


def test_the_second_copy_of_the_manifest(tmp_path: Path) -> None:
    journal = tmp_path / "outputs.txt"
    assert manifest.read(journal) == []
    manifest.add(journal, ["b/index.html", "a\n\u00e9.png"])
    with open(journal, "ab") as file:
        file.write(b'"torn of')
    manifest.add(journal, ["c", "../out", "/etc/passwd", "a//b"])
    assert manifest.read(journal) == ["a\n\u00e9.png", "b/index.html", "c"]
    manifest.replace(journal, ["c"])
    assert manifest.read(journal) == ["c"]


# ---- what is not ours


@pytest.mark.parametrize("path", ["v1/d9/index.html", "assets/new.css", "v1/new.png"])
def test_a_foreign_file_is_neither_written_over_nor_deleted(story: Story, path: str) -> None:
    source = {"v1/d9/index.html": "content/v1/d9.md", "v1/new.png": "content/v1/new.png"}.get(path, path)
    theirs = story.site / path
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("mine")
    story.write(source, '---\ntitle: "Nine"\n---\n\nText.\n')
    story.write("content/v1/d8.md", '---\ntitle: "Eight"\n---\n\nText.\n')
    for _ in range(2):
        report = story.build()
        (found,) = report.diagnostics
        assert (found.rule, found.span.file) == ("output", path)
        assert "not ours" in found.message and found.hint
        assert theirs.read_text() == "mine"
        assert (story.site / "v1/d8/index.html").exists()
    story.delete(source)
    story.build()
    assert theirs.read_text() == "mine"


def test_a_file_with_the_very_bytes_of_ours_is_taken_over(story: Story) -> None:
    (story.site / "v1").mkdir(exist_ok=True)
    (story.site / "v1/new.png").write_bytes(b"image")
    story.write("content/v1/new.png", b"image")
    assert not story.build().diagnostics
    story.delete("content/v1/new.png")
    assert "v1/new.png" in story.build().removed


def test_the_first_build_into_a_folder_in_use(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for path in ("index.html", "robots.txt", "v1/d1/index.html"):
        (story.site / path).parent.mkdir(parents=True, exist_ok=True)
        (story.site / path).write_text("mine")
    report = story.build()
    assert {d.span.file for d in report.diagnostics} == {"index.html", "robots.txt", "v1/d1/index.html"}
    assert (story.site / "v1/d2/index.html").exists()
    assert {(story.site / p).read_text() for p in ("index.html", "robots.txt", "v1/d1/index.html")} == {"mine"}


def test_a_folder_and_a_file_in_the_way(story: Story) -> None:
    (story.site / "v1/d8/index.html").mkdir(parents=True)
    (story.site / "v1/d9").write_text("mine")
    for n in (8, 9):
        story.write(f"content/v1/d{n}.md", '---\ntitle: "New"\n---\n\nText.\n')
    assert rules(story.build()) == ["output", "output"]
    assert (story.site / "v1/d9").read_text() == "mine"


def test_nothing_goes_through_a_link_to_a_folder(story: Story) -> None:
    elsewhere = story.root.parent / "elsewhere"
    shutil.move(story.site / "v2", elsewhere)
    (story.site / "v2").symlink_to(elsewhere)
    before = {p: p.read_bytes() for p in elsewhere.rglob("*") if p.is_file()}
    story.edit("content/v2/d1.md", "In the", "Now in the")
    assert "link" in story.build().diagnostics[0].message
    story.edit("content/v1/d1.md", "[[v2#d1]]", "gone")
    shutil.rmtree(story.root / "content/v2")
    assert not story.build().diagnostics
    assert {p: p.read_bytes() for p in elsewhere.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("where", [".", "..", "content", "content/v1", "templates", "assets/x", ".edition"])
def test_the_site_does_not_mix_with_what_it_is_made_from(tmp_path: Path, where: str) -> None:
    story = Story(tmp_path)
    before = story.root.stat().st_mtime_ns
    with pytest.raises(EditionError, match="the output") as raised:
        build(Options(story.root, story.root / where))
    assert raised.value.diagnostics[0].rule == "output"
    assert story.root.stat().st_mtime_ns == before


# ---- addresses


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("v/d1/index.html", "v/d1/index.html", True),
        ("v/d1/index.html", "V/D1/index.html", True),
        ("robots.txt", "robots.txt/index.html", True),
        ("robots.txt/d1/index.html", "Robots.txt", True),
        ("v/a/b/c.png", "v/a", True),
        ("v/d1/index.html", "v/d2/index.html", False),
        ("v/d1/index.html", "v/d1.html", False),
    ],
)
def test_addresses(first: str, second: str, clash: bool) -> None:
    addresses = Addresses()
    assert addresses.claim(first, "content/one") is None
    taken = addresses.claim(second, "content/two")
    assert (taken is not None) == clash
    if taken:
        assert "content/one" in taken.message and taken.span.file == "content/two"
    again = addresses.claim(second, "content/three")
    assert again and ("content/one" if clash else "content/two") in again.message


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("content/robots.txt/d1.md", "Text.", "content/robots.txt"),
        ("content/404.html/d1.md", "Text.", "content/404.html"),
        ("content/pages/V1.md", "Text.", "content/pages/V1.md"),
        ("content/v1/D1/index.html.png", "", ""),
        ("assets/x/index.html", "x", ""),
        ("content/v1/D2/INDEX.HTML.svg/x.png", "x", ""),
        ("content/v1/Persons/index.html/x.png", "x", ""),
        ("content/v1/d2/index.html/x.png", "x", "content/v1/d2/index.html/x.png"),
        ("content/v1/index.html.md", "Text.", "content/v1/index.html.md"),
    ],
)
def test_two_sources_that_want_one_address(story: Story, path: str, text: str, said: str) -> None:
    story.write(path, f"---\ntitle: New\n---\n\n{text}\n" if path.endswith(".md") else text)
    report = story.build()
    if not said:
        assert not report.diagnostics
    else:
        assert set(rules(report)) == {"address-taken"}
        assert any(said in str(d) for d in report.diagnostics)
    assert "First Letter" in story.page("v1/d1/index.html")
    story.delete(path)
    for folder in (story.root / path).parents:
        if folder.name == "content" or any(folder.iterdir()):
            break
        folder.rmdir()
    assert not story.build().diagnostics
    assert story.tree() == story.clean()


# ---- builds that are interrupted, clean, or faulty


def test_a_killed_build_is_remembered_by_output(story: Story) -> None:
    other = story.site.parent / "other"
    build(Options(story.root, other))
    change(story, f"UPDATE meta SET value=x'31' WHERE key='unfinished {story.site}'")
    half = story.site / f"v1/.index.html{output.TEMPORARY}"
    half.write_text("half")
    build(Options(story.root, other))
    assert half.exists()
    story.build()
    assert not half.exists()


def test_clean_makes_way_too(story: Story) -> None:
    story.write("content/v1/a.png", b"image")
    story.build()
    story.delete("content/v1/a.png")
    story.write("content/v1/a.png.md", "---\ntitle: A\n---\n\nText.\n")
    report = story.build(clean=True)
    assert not report.diagnostics
    assert set(report.rendered) == set(story.tree())
    assert story.tree() == story.clean()


def test_after_errors_nothing_makes_way(story: Story) -> None:
    story.write("content/v1/a.png", b"image")
    story.build()
    story.delete("content/v1/a.png")
    story.write("content/v1/a.png.md", "---\ntitle: A\n---\n\nText.\n")
    story.write("content/v1/d3.md", "broken")
    report = story.build()
    assert set(rules(report)) == {"front-matter"}
    assert not report.removed
    assert (story.site / "v1/a.png").read_bytes() == b"image"
    story.write("content/v1/d3.md", "---\ntitle: Third\n---\n\nThree.\n")
    assert not story.build().diagnostics
    assert story.tree() == story.clean()


def test_copied_files_are_read_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.write("content/v1/a.png", b"image")
    os.utime(story.root / "content/v1/a.png", ns=(10**18, 10**18))
    story.build()
    read: list[str] = []

    def reading(root: Path, path: str) -> bytes | Diagnostic:
        read.append(path)
        return original(root, path)

    original = files.read
    monkeypatch.setattr(files, "read", reading)
    assert not story.build().rendered
    assert not [path for path in read if path.endswith(".png")]
    story.write("content/v1/a.png", b"IMAGE")
    os.utime(story.root / "content/v1/a.png", ns=(10**18, 10**18))
    assert story.build().written == ["v1/a.png"]
    assert (story.site / "v1/a.png").read_bytes() == b"IMAGE"


def test_an_error_of_decoding_is_damage(tmp_path: Path) -> None:
    with pytest.raises(StateDamaged), guarded(tmp_path / "s"):
        msgspec.msgpack.decode(b"\xc1")
