"""``edition watch``: real saves of real files, in the ways editors save, and what is built after them.

That there was *one* build is shown by what the next edit brings: its build is the next one, and names that edit alone.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from story import Story

from generator import build, changes, watch
from generator.build import Options, Report, Session
from generator.changes import Watcher
from generator.store import lock
from generator.watch import Outcome

PATIENCE = 60.0
"""Seconds after which what is waited for has not come; nothing is proved by them."""

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="this is about inotify")


class Stop(Exception):
    """Ends the watching of a test."""


class Watched:
    """The edition of a story, being watched in a thread of its own."""

    def __init__(self, story: Story, poll: bool = False) -> None:
        self.story = story
        self.outcomes: list[Outcome] = []
        self.said: list[str] = []
        self.builds = False
        self.during: Callable[[], None] = lambda: None
        self.watcher = Watcher(story.root.resolve(), self.said.append, poll, interval=0.1)
        # Ample, so that it does not depend on the machine what makes up one save.
        self.watcher.burst.calm = self.watcher.burst.unfinished = 0.2
        self.watcher.burst.longest = 10.0
        self._news = threading.Condition()
        self._ends = False
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Watched:
        self._thread.start()
        self.next()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends = True
        self.watcher.burst.doubt()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        session = Session(Options(self.story.root, self.story.site))

        def build(changed: Collection[str] | None) -> Report:
            during, self.during = self.during, lambda: None
            during()
            return session.build(changed)

        try:
            with self.watcher:
                watch.watch(build, self.watcher, self._tell, self._begin)
        except Stop:
            pass
        finally:
            session.close()

    def _begin(self) -> None:
        self.builds = True
        if self._ends:
            raise Stop

    def _tell(self, outcome: Outcome) -> None:
        with self._news:
            self.builds = False
            self.outcomes.append(outcome)
            self._news.notify()

    def next(self) -> Outcome:
        """Wait for the next outcome and take it."""
        with self._news:
            assert self._news.wait_for(lambda: bool(self.outcomes), PATIENCE), f"no build; said: {self.said}"
            return self.outcomes.pop(0)

    def expect(self, *changed: str) -> Outcome:
        """The next build is told of exactly these files, and then there is none until another file is edited."""
        outcome = self.next()
        assert outcome.changed == tuple(sorted(changed))
        self.story.write("content/pages/sentinel.md", f"---\ntitle: Sentinel {time.monotonic_ns()}\n---\n\nx\n")
        assert self.next().changed == ("content/pages/sentinel.md",)
        assert self.story.tree() == self.story.clean()
        return outcome

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what several builds may have to bring about."""
        end = time.monotonic() + PATIENCE
        while self.builds or not condition():
            assert time.monotonic() < end, f"it did not come about; said: {self.said}"
            with self._news:
                self._news.wait(0.05)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


@pytest.fixture
def watched(story: Story) -> Iterator[Watched]:
    with Watched(story) as watched:
        yield watched


D1 = "content/v1/d1.md"


def edited(story: Story) -> bytes:
    return (story.root / D1).read_bytes().replace(b"One", b"Uno")


def test_a_plain_save(watched: Watched, story: Story) -> None:
    (story.root / D1).write_bytes(edited(story))
    outcome = watched.expect(D1)
    assert outcome.report and "v1/d1/index.html" in outcome.report.written
    assert "Uno, see" in story.page("v1/d1/index.html")


def test_vim_moves_the_file_away_and_writes_it_anew(watched: Watched, story: Story) -> None:
    file, data = story.root / D1, edited(story)
    swap = file.with_name(".d1.md.swp")
    swap.write_bytes(b"b0VIM 9.0")
    probe = file.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = file.with_name("d1.md~")
    file.rename(backup)
    with file.open("wb") as new:
        new.write(data)
        new.flush()
        os.fsync(new.fileno())
    file.chmod(0o644)
    backup.unlink()
    swap.unlink()
    watched.expect(D1)


def test_a_backup_in_another_folder(watched: Watched, story: Story, tmp_path: Path) -> None:
    """As with vim's ``backupdir``: where the file was moved to is not seen."""
    file, data = story.root / D1, edited(story)
    file.rename(tmp_path / "backup")
    file.write_bytes(data)
    watched.expect(D1)


def test_an_atomic_save(watched: Watched, story: Story) -> None:
    for name in (".d1.md.x1Y2", "d1.md~", "d1.md.tmp", "d1.md___jb_tmp___", ".goutputstream-K2J7A2"):
        temporary = story.root / "content/v1" / name
        temporary.write_bytes(edited(story).replace(b"A note", name.encode()))
        temporary.replace(story.root / D1)
        assert watched.next().changed == (D1,)
    (story.root / D1).write_bytes(edited(story))
    watched.expect(D1)


@pytest.mark.skipif(shutil.which("sed") is None, reason="there is no sed here")
def test_sed(watched: Watched, story: Story) -> None:
    subprocess.run(["sed", "-i", "s/One/Uno/", str(story.root / D1)], check=True)
    outcome = watched.next()
    # sed's own file has a name that might be anybody's, and is gone.
    assert D1 in (outcome.changed or ()) and len(outcome.changed or ()) <= 2
    assert story.tree() == story.clean() and "Uno, see" in story.page("v1/d1/index.html")


def test_what_editors_leave_is_not_heard_of(watched: Watched, story: Story) -> None:
    for name in (".d1.md.swp", ".d1.md.swx", "d1.md~", "#d1.md#", "4913", "d1.md.tmp", "d1.md.bak", "~$d1.docx"):
        story.write(f"content/v1/{name}", "x")
    (story.root / "content/v1/.#d1.md").symlink_to("editor@host.1234")
    (story.root / "content/v1/.#d1.md").unlink()
    story.write(".edition/notes", "x")
    story.write("content/.git/index", "x")
    (story.root / D1).write_bytes(edited(story))
    watched.expect(D1)


def test_nothing_else_in_the_edition_is_watched(watched: Watched, story: Story) -> None:
    for path in ("README.md", "notes/d1.md", "site/v1/index.html", "content.old/d1.md"):
        story.write(path, "x")
    (story.root / D1).write_bytes(edited(story))
    watched.expect(D1)


def test_twenty_files_saved_at_once_are_one_build(watched: Watched, story: Story) -> None:
    paths = [f"content/v1/d{n}.md" for n in range(1, 21)]
    for path in paths:
        story.write(path, f"---\ntitle: Saved with others\n---\n\n{path}\n")
    watched.expect(*paths)


def test_an_edit_during_a_build_is_built_after_it(watched: Watched, story: Story) -> None:
    watched.during = lambda: story.write("content/v1/d2.md", "---\ntitle: Meanwhile\n---\n\nTwo.\n")
    (story.root / D1).write_bytes(edited(story))
    assert watched.next().changed == (D1,)
    watched.expect("content/v1/d2.md")


def test_a_file_is_renamed(watched: Watched, story: Story) -> None:
    story.rename("content/v1/d4.md", "content/v1/d40.md")
    outcome = watched.expect("content/v1/d4.md", "content/v1/d40.md")
    assert outcome.report and "v1/d4/index.html" in outcome.report.removed


def test_a_folder_is_renamed_and_edited_in(watched: Watched, story: Story) -> None:
    story.rename("content/v2", "content/v3")
    watched.until(lambda: (story.site / "v3/d1/index.html").exists() and not (story.site / "v2").exists())
    story.edit("content/v3/d1.md", "other volume", "volume renamed")
    watched.until(lambda: "volume renamed" in story.page("v3/d1/index.html"))
    story.rename("content/v1/d4.md", "content/v3/d4.md")
    watched.until(lambda: (story.site / "v3/d4/index.html").exists() and not (story.site / "v1/d4").exists())
    assert story.tree() == story.clean()


def test_a_folder_and_its_first_files(watched: Watched, story: Story) -> None:
    story.write("content/v9/volume.toml", 'title = "Nine"\n')
    story.write("content/v9/letters/1953/d1.md", "---\ntitle: First of nine\n---\n\nNine.\n")
    watched.until(lambda: (story.site / "v9/d1/index.html").exists())
    story.write("content/v9/letters/1953/d2.md", "---\ntitle: Second of nine\n---\n\nNine.\n")
    watched.until(lambda: (story.site / "v9/d2/index.html").exists())
    assert story.tree() == story.clean()


def test_a_folder_moved_in_with_all_it_holds(watched: Watched, story: Story, tmp_path: Path) -> None:
    (tmp_path / "v7").mkdir()
    (tmp_path / "v7/d1.md").write_text("---\ntitle: Seven\n---\n\nSeven.\n")
    (tmp_path / "v7").rename(story.root / "content/v7")
    watched.until(lambda: (story.site / "v7/d1/index.html").exists())
    story.edit("content/v7/d1.md", "\nSeven.", "\nEdited there.")
    watched.until(lambda: "Edited there." in story.page("v7/d1/index.html"))


def test_a_watched_folder_goes_and_comes_back(watched: Watched, story: Story) -> None:
    story.write("assets/own.css", "a {}\n")
    watched.until(lambda: (story.site / "assets/own.css").exists())
    shutil.rmtree(story.root / "assets")
    watched.until(lambda: not (story.site / "assets/own.css").exists())
    story.write("assets/again.css", "b {}\n")
    watched.until(lambda: (story.site / "assets/again.css").exists())
    story.write("assets/again.css", "c {}\n")
    watched.until(lambda: story.page("assets/again.css") == "c {}\n")
    assert story.tree() == story.clean()


def test_content_is_replaced_by_another_folder(watched: Watched, story: Story) -> None:
    shutil.copytree(story.root / "content", story.root / "other")
    story.edit("other/v1/d1.md", "One", "Of the other folder")
    (story.root / "content").rename(story.root / "old")
    (story.root / "other").rename(story.root / "content")
    watched.until(lambda: "Of the other folder" in story.page("v1/d1/index.html"))
    story.edit(D1, "Of the other folder", "Edited there")
    watched.until(lambda: "Edited there" in story.page("v1/d1/index.html"))
    story.write("old/v1/d2.md", "not of the edition any more")
    story.edit(D1, "Edited there", "Edited last")
    watched.until(lambda: "Edited last" in story.page("v1/d1/index.html"))
    assert "content/v1/d2.md" not in {path for outcome in watched.outcomes for path in outcome.changed or ()}


def test_the_edition_is_moved_away_and_back(watched: Watched, story: Story, tmp_path: Path) -> None:
    story.root.rename(tmp_path / "elsewhere")
    watched.until(lambda: any("is not there any more" in line for line in watched.said))
    (tmp_path / "elsewhere").rename(story.root)
    watched.until(lambda: any("is there again" in line for line in watched.said))
    story.edit(D1, "One", "Uno")
    watched.until(lambda: "Uno, see" in story.page("v1/d1/index.html"))
    assert story.tree() == story.clean()


def test_a_faulty_edition_file_is_told_and_watching_goes_on(watched: Watched, story: Story) -> None:
    story.edit("edition.toml", "title", "titel")
    outcome = watched.next()
    assert outcome.report is None and outcome.errors and outcome.new == outcome.diagnostics
    assert watch.line(outcome) == f"edition.toml: not built; {outcome.errors} errors, 0 warnings."
    story.edit("edition.toml", "titel", "title")
    outcome = watched.next()
    assert outcome.report and not outcome.diagnostics and len(outcome.gone) == 2
    assert story.tree() == story.clean()


def test_only_what_is_new_is_told_again(watched: Watched, story: Story) -> None:
    story.edit(D1, "One, see", "One [[d77]], see")
    assert [d.span.line for d in watched.next().new] == [7]
    story.edit(D1, "One [[d77]]", "A new line.\n\nOne [[d77]]")
    outcome = watched.next()
    assert outcome.new == outcome.gone == () and outcome.warnings == 1
    story.edit(D1, "[[d77]]", "[[d78]]")
    outcome = watched.next()
    assert ["d78" in d.message for d in outcome.new] == [True] and ["d77" in d.message for d in outcome.gone] == [True]


def test_one_line_says_what_was_done(watched: Watched, story: Story) -> None:
    story.edit(D1, "One", "Uno")
    line = watch.line(watched.next())
    assert line.startswith("content/v1/d1.md: 1 page and ") and "written" in line and "0 errors, 0 warnings; " in line
    os.utime(story.root / D1)
    assert watch.line(watched.next()).startswith("content/v1/d1.md: nothing to do; 0 errors, 0 warnings; ")


def test_a_build_that_another_one_kept_from_running_is_tried_again(watched: Watched, story: Story) -> None:
    with lock(story.root / ".edition"):
        story.edit(D1, "One", "Uno")
        assert watched.next().must_wait
    watched.until(lambda: "Uno, see" in story.page("v1/d1/index.html"))


@LINUX
def test_a_link_is_edited_where_it_leads(story: Story) -> None:
    story.write("shared/d5.md", "---\ntitle: Shared\n---\n\nBefore.\n")
    (story.root / "content/v1/d5.md").symlink_to("../../shared/d5.md")
    with Watched(story) as watched:
        story.write("shared/d6.md", "no link leads here")
        story.edit("shared/d5.md", "Before", "After")
        watched.expect("content/v1/d5.md")
        (story.root / "content/v1/d7.md").symlink_to("d1.md")
        watched.next()
        story.edit(D1, "One", "Uno")
        watched.expect(D1, "content/v1/d7.md")


@LINUX
def test_a_link_to_a_folder_is_not_followed(story: Story, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (story.root / "content/v5").symlink_to(tmp_path / "far")
    with Watched(story) as watched:
        (tmp_path / "far/d1.md").write_text("x")
        story.edit(D1, "One", "Uno")
        outcome = watched.next()
        assert outcome.changed == (D1,)


def test_polling(story: Story) -> None:
    with Watched(story, poll=True) as watched:
        story.edit(D1, "One", "Uno")
        watched.until(lambda: "Uno, see" in story.page("v1/d1/index.html"))
        story.write("content/v9/d1.md", "---\ntitle: Nine\n---\n\nNine.\n")
        watched.until(lambda: (story.site / "v9/d1/index.html").exists())
        story.rename("content/v1/d4.md", "content/v1/d40.md")
        watched.until(lambda: (story.site / "v1/d40").exists() and not (story.site / "v1/d4").exists())
        shutil.rmtree(story.root / "content/v9")
        watched.until(lambda: not (story.site / "v9").exists())
        story.edit("edition.toml", "A test edition", "Another title")
        watched.until(lambda: "Another title" in story.page("index.html"))
        assert story.tree() == story.clean()


@LINUX
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE])
def test_the_limit_is_said_and_polling_helps(story: Story, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full() -> object:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(changes, "_native", full)
    with Watched(story) as watched:
        name = "max_user_watches" if number == errno.ENOSPC else "max_user_instances"
        assert [f"sudo sysctl fs.inotify.{name}=" in line for line in watched.said] == [True]
        story.edit(D1, "One", "Uno")
        watched.until(lambda: "Uno, see" in story.page("v1/d1/index.html"))


@LINUX
def test_a_limit_met_inside_is_noticed(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library does not tell when a folder within the watched one could not be watched."""
    count = changes._inotify_watches
    monkeypatch.setattr(changes, "_inotify_watches", lambda: min(count(), 3))
    with Watched(story) as watched:
        assert ["fs.inotify.max_user_watches" in line for line in watched.said] == [True]
        story.edit(D1, "One", "Uno")
        watched.until(lambda: "Uno, see" in story.page("v1/d1/index.html"))


@LINUX
def test_every_folder_is_watched(story: Story) -> None:
    for n in range(30):
        story.write(f"content/v1/more/{n}/deep/d{n + 100}.md", "---\ntitle: x\n---\n\nx\n")
    with Watched(story) as watched:
        assert not watched.watcher.polls and watched.said == []
        story.write("content/v1/more/29/deep/d129.md", "---\ntitle: Deep down\n---\n\nx\n")
        assert watched.next().changed == ("content/v1/more/29/deep/d129.md",)


@LINUX
def test_a_library_that_has_failed_is_started_again(watched: Watched, story: Story) -> None:
    reader = getattr(watched.watcher._observer, "_inotify_fd")  # noqa: B009
    reader.stop()
    reader.join()
    assert watched.next().changed is None
    story.edit(D1, "One", "Uno")
    watched.expect(D1)


def test_lost_events_make_it_look_at_everything(watched: Watched, story: Story) -> None:
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    assert watched.next().changed is None


def test_remote_file_systems_are_known() -> None:
    table = (
        "/dev/sda1 / ext4 rw 0 0\nserver:/x /home/me/Edition\\040One nfs4 rw 0 0\n/dev/sdb1 /mnt/disk fuseblk rw 0 0\n"
        "host /mnt/ssh fuse.sshfs rw 0 0\n//nas/x /mnt/nas cifs rw 0 0\ntmpfs /mnt/nas/local tmpfs rw 0 0\n"
        "C:\\134 /mnt/c 9p rw 0 0\n"
    )
    mounted = changes.mounts(table)
    kinds = {
        "/home/me/Edition One": "nfs4",
        "/home/me/Edition One/content": "nfs4",
        "/home/me/Edition One more": "",
        "/home/me": "",
        "/mnt/disk/e": "",
        "/mnt/ssh/e": "fuse.sshfs",
        "/mnt/nas/e": "cifs",
        "/mnt/nas/local/e": "",
        "/mnt/c/Users": "9p",
    }
    assert {path: changes.remote_kind(path, mounted) for path in kinds} == kinds


def test_a_network_folder_is_polled(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_remote", lambda root: "nfs4")
    with Watched(story) as watched:
        assert watched.watcher.polls and "network folder (nfs4)" in watched.said[0]


@pytest.mark.skipif(os.name == "nt", reason="signals are sent in another way there")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_in_the_middle_of_a_build(story: Story, sign: signal.Signals) -> None:
    """It ends without a traceback and leaves no process behind, and the next build puts all right."""
    for n in range(5, 400):
        story.write(f"content/v1/d{n}.md", f"---\ntitle: Letter {n}\n---\n\n" + "Words of a letter. " * 200)
    command = [sys.executable, "-m", "generator", "watch", "--jobs", "2", "--edition", str(story.root), "--output", str(story.site)]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment, text=True, start_new_session=True) as run:
        end = time.monotonic() + PATIENCE
        while not (story.site / "v1").exists():
            assert run.poll() is None and time.monotonic() < end
            time.sleep(0.01)
        os.killpg(run.pid, sign) if sign == signal.SIGINT else run.send_signal(sign)
        out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, err
    assert err == "" and out.endswith("Ended.\n") and "written" not in out
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)
    story.build()
    assert story.tree() == story.clean()
    assert not list(story.site.rglob("*edition-tmp"))


def test_watching_needs_an_edition(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from generator.cli import main

    result = CliRunner().invoke(main, ["watch", "--edition", str(tmp_path)])
    assert result.exit_code == 1 and "no-edition" in result.stderr
    assert build.STATE not in os.listdir(tmp_path)
