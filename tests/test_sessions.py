"""Sessions and processes together, under everything that can happen: any edit, kills at every write, a full disk, long use.

What is compared is always the same: the site is that of a clean build, and the next build has nothing to do.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from story import BASE, Story, killed_at, tree

from generator.build import Options, Session
from generator.diagnostics import EditionError

STEPS = int(os.environ.get("EDITION_STEPS", "240"))
"""Steps of the random walk; 2,000 are for the night."""

TEI = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Volume</title></titleStmt></fileDesc></teiHeader>
<text><body><div type="document" xml:id="d1" n="1"><head>One</head><p>{0}, see <ref target="#d2">2</ref>.</p></div>
<div type="document" xml:id="d2" n="2"><head>Two {1}</head><p>Text <pb n="7" xml:id="pg_7"/> on.</p></div></body></text></TEI>
"""

Step = Callable[[Story, random.Random], None]


def document(story: Story, dice: random.Random, path: str = "") -> None:
    """A document written, or written anew."""
    path = path or f"content/v{dice.choice('12')}/d{dice.randint(1, 7)}.md"
    about = [f"title: {dice.choice(['Letter', 'Note', 'Telegram'])}", f'number: "{path[-4]}"', f"date: 195{dice.randint(1, 4)}-03-0{dice.randint(1, 3)}"]  # fmt: skip
    about += dice.choice(
        [
            [],
            ["status: draft"],
            [f"aliases: [old/{dice.randrange(10**9)}]"],
            ['first_page: "11"'],
            ["role: section"],
            ["kind: telegram"],
            [f"updated: 2026-11-0{dice.randint(1, 9)}"],
        ]
    )
    words = ["Words of a letter.", "More [[d2]].", "See [[v1#d3]].", "Turn [Page 12] here.", "\n\n[Page 14]\n\n", "On [[p. 12]].",
             "Ann Alder came.", "The XYZ met.", "See Document 2.", "Vol. V, Document 1.", "\n\n3. A point.\n\n", "See *supra*."]  # fmt: skip
    text = " ".join(dice.choices(words, k=dice.randint(0, 5)))
    story.write(
        path,
        "---\n" + "\n".join(about) + f"\n---\n\n{text} With a note.[^1]\n\n[^1]: See Document {dice.randint(1, 5)}.\n",
    )


def word(story: Story, dice: random.Random) -> None:
    """The commonest edit: a word more."""
    for path in sorted(story.root.glob("content/v*/d*.md"))[: dice.randint(1, 3)]:
        path.write_text(
            path.read_text(encoding="utf-8").replace(" With", f" Word{dice.randint(1, 99)} With", 1), encoding="utf-8"
        )


def lists(story: Story, dice: random.Random) -> None:
    """People and terms, named otherwise, or gone."""
    persons = "".join(
        f"{id}:\n  name: {name}\n" for id, name in (("a", "Alder, Ann"), ("b", "Birch, Ben")) if dice.random() < 0.7
    )
    terms = dice.choice(["x:\n  name: XYZ\n", "x:\n  name: XYZ\n  text: the committee\n", ""])
    for name, text in (("persons", persons), ("terms", terms)):
        file = f"content/v{dice.choice('12')}/{name}.yaml"
        story.write(file, text) if text else (story.root / file).unlink(missing_ok=True)


def about(story: Story, dice: random.Random) -> None:
    """A volume described otherwise, or its chapters."""
    chapters = dice.choice(["", '[[chapters]]\ntitle = "First"\ndocuments = ["d1-d2"]\n'])
    story.write(
        f"content/v{dice.choice('12')}/volume.toml",
        f'title = "Volume {dice.randint(1, 3)}"\nnumber = "Volume V"\n{chapters}',
    )


def volume_in_tei(story: Story, dice: random.Random) -> None:
    story.write("content/v3.xml", TEI.format(dice.choice(["Text", "Words"]), dice.randint(1, 2)))


def configuration(story: Story, dice: random.Random) -> None:
    story.write(
        "edition.toml", f'title = "{dice.choice("AB")}"\n[search]\nenabled = {dice.choice(["true", "false"])}\n'
    )


def theme(story: Story, dice: random.Random) -> None:
    """Templates, nested ones, words and assets that come and go."""
    own = {"templates/parts/neighbours.html": "<p>{{ document.id }}</p>\n", "templates/messages/en.toml": 'home = "Start"\n', "assets/own.css": "a{}", "content/v1/map.png": "image"}  # fmt: skip
    for path, text in own.items():
        if dice.random() < 0.3:
            story.write(path, text + " " * dice.randint(0, 1) * (path.endswith("css")))
        elif dice.random() < 0.3:
            (story.root / path).unlink(missing_ok=True)


def page(story: Story, dice: random.Random) -> None:
    path = f"content/pages/{dice.choice(['about', 'help'])}.md"
    if dice.random() < 0.4:
        (story.root / path).unlink(missing_ok=True)
    else:
        story.write(path, f"---\ntitle: Page {dice.randint(1, 3)}\n---\n\nText, [[v1#d1]].\n")


def gone(story: Story, dice: random.Random) -> None:
    found = sorted(story.root.glob("content/v[123]*/d*.md"))
    if found:
        dice.choice(found).unlink()


def renamed(story: Story, dice: random.Random) -> None:
    """A document, or a whole volume and back."""
    volumes = [path for path in (story.root / "content/v2", story.root / "content/v9") if path.is_dir()]
    if len(volumes) == 1 and dice.random() < 0.3:
        volumes[0].rename(story.root / ("content/v9" if volumes[0].name == "v2" else "content/v2"))
        return
    found = sorted(story.root.glob("content/v1/d*.md"))
    if found:
        dice.choice(found).rename(story.root / f"content/v1/d{dice.randint(1, 9)}.md")


def by_hand(story: Story, dice: random.Random) -> None:
    """A file of the site changed or deleted by hand; a file that is not ours put beside it."""
    found = sorted(story.site.rglob("index.html"))
    if found and dice.random() < 0.7:
        file = dice.choice(found)
        file.unlink() if dice.random() < 0.5 else file.write_text("by hand", encoding="utf-8")
    story.write_foreign("notes.txt", "mine")


def fault(story: Story, dice: random.Random) -> None:
    """An error, mended by whatever is written there next."""
    story.write(f"content/v1/d{dice.randint(1, 7)}.md", "---\ntitel: Wrong\n---\n\nText.\n")


KINDS: list[Step] = [document, document, document, word, word, word, lists, about, volume_in_tei, configuration, theme, page, gone, renamed, by_hand, fault]  # fmt: skip


def sources(story: Story) -> dict[str, bytes]:
    return {path: data for path, data in tree(story.root).items() if not path.startswith(".edition/")}


def mended(story: Story) -> None:
    for file in story.root.glob("content/v*/d*.md"):
        if "titel" in file.read_text(encoding="utf-8"):
            file.write_text("---\ntitle: Mended\n---\n\nText.\n", encoding="utf-8")


def test_any_edits_in_sessions_and_processes(tmp_path: Path) -> None:
    seed = int(os.environ.get("EDITION_SEED", "20261122"))
    for walk in range(max(1, STEPS // 24)):
        dice = random.Random(seed + walk)
        story = Story(tmp_path / str(walk))
        session = Session(Options(story.root, story.site, jobs=1))
        seen: dict[str, bytes] = {}
        for _ in range(24):
            for _ in range(dice.choice([1, 1, 1, 2, 4])):
                kind = dice.choice(KINDS)
                kind(story, dice)
            way = dice.random()
            now = sources(story)
            changed = {path for path in seen.keys() | now.keys() if seen.get(path) != now.get(path)}
            if way < 0.7:
                # What was changed in the site by hand is seen when all is looked at.
                session.build(None if way < 0.1 or kind is by_hand else changed)
                seen = now
            elif way < 0.85:
                story.build()
        mended(story)
        report = session.build()
        assert not report.errors, (seed + walk, report.diagnostics)
        site = story.tree()
        site.pop("notes.txt", None)
        assert site == story.clean(), seed + walk
        again = story.build()
        assert (again.rendered, again.removed) == ([], []), seed + walk
        session.close()
        shutil.rmtree(story.root.parent)


# ---- kills


@pytest.mark.parametrize("before", [True, False])
def test_a_session_killed_during_any_write(tmp_path: Path, before: bool) -> None:
    story = Story(tmp_path)
    moment = 1
    held: list[Session] = []

    def prepare() -> None:
        held.append(Session(Options(story.root, story.site, jobs=1)))
        held[0].build()
        story.write(
            "content/v1/d2.md", f'---\ntitle: "Letter {moment}"\nnumber: "2"\n---\n\nTwo begins [Page 12] here.\n'
        )

    while killed_at(moment, before, lambda: held[0].build({"content/v1/d2.md"}), prepare):
        story.build()
        assert story.tree() == story.clean(), moment
        moment += 1
    assert moment > 20


# ---- a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A disk of a size that can be changed, in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def sized(size: str) -> Path:
        more = ["-o", f"remount,size={size}"] if os.path.ismount(disk) else ["-o", f"size={size}"]
        done = subprocess.run(
            ["mount", "-t", "tmpfs", *more, "tmpfs", str(disk)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
        return disk

    if not shutil.which("mount"):
        pytest.skip("no disk can be mounted here")
    yield sized
    subprocess.run(["umount", str(disk)], capture_output=True, check=False)


def whole(site: Path) -> None:
    """No page is cut short."""
    for file in site.rglob("*.html"):
        assert file.read_text(encoding="utf-8").rstrip().endswith("</html>"), file


def many(story: Story, words: str) -> None:
    for number in range(1, 40):
        story.write(
            f"content/v1/d{number}.md",
            f'---\ntitle: "Letter {number}"\nnumber: "{number}"\n---\n\n{words} {"text " * 400}\n',
        )


def test_a_full_disk_during_the_first_build(tmp_path: Path, small_disk: Callable[[str], Path]) -> None:
    story = Story(tmp_path, BASE)
    many(story, "First")
    story.site = small_disk("300k") / "site"
    with pytest.raises(EditionError, match="No space left") as told:
        story.build(jobs=1)
    assert told.value.diagnostics[0].hint and told.value.diagnostics[0].span.file
    whole(story.site)
    small_disk("50m")
    story.build(jobs=1)
    assert story.tree() == story.clean()


@pytest.mark.parametrize("in_a_session", [False, True])
def test_a_full_disk_after_an_edit(tmp_path: Path, small_disk: Callable[[str], Path], in_a_session: bool) -> None:
    story = Story(tmp_path, BASE)
    many(story, "First")
    story.site = small_disk("50m") / "site"
    session = Session(Options(story.root, story.site, jobs=1))
    session.build()
    before = story.tree()
    disk = os.statvfs(story.site)
    small_disk(f"{(disk.f_blocks - disk.f_bfree) * disk.f_frsize // 1024 + 400}k")
    filler = story.site.parent / "filler"
    with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    for number in range(1, 40):
        story.edit(f"content/v1/d{number}.md", "First", "Second " * 300)
    with pytest.raises(EditionError, match="No space left"):
        if in_a_session:
            session.build({f"content/v1/d{number}.md" for number in range(1, 40)})
        else:
            story.build(jobs=1)
    whole(story.site)
    assert {path for path in before if path.endswith(".html")} <= story.tree().keys()
    filler.unlink()
    small_disk("50m")
    report = session.build({"content/v1/d1.md"}) if in_a_session else story.build(jobs=1)
    assert not report.errors
    assert story.tree() == story.clean()


# ---- long use


def test_memory_stays_flat(tmp_path: Path) -> None:
    """What a session holds after many builds is what it held after some; tests/bench.py does the same a thousand times."""
    story = Story(tmp_path, BASE)
    session = Session(Options(story.root, story.site, jobs=1))
    session.build()
    original = (story.root / "content/v1/d2.md").read_text(encoding="utf-8")

    def edits(count: int) -> int:
        for number in range(count):
            title, words = ("Note", "few") if number % 2 else ("Letter", "some more")
            text = original.replace("Second Letter", f"Second {title}").replace("here.", f"here, {words} words.")
            story.write("content/v1/d2.md", text)
            session.build({"content/v1/d2.md"})
        gc.collect()
        # Python's own table of names that it has met grows by leaps, whoever meets them; parts of paths are such names.
        held = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(False, "*/pathlib.py")])
        return sum(trace.size for trace in held.traces)

    tracemalloc.start()
    try:
        edits(4)
        edits(10)
        first = edits(10)
        second = edits(60)
    finally:
        tracemalloc.stop()
    assert second - first < 30_000
    session.close()
