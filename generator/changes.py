"""What has changed on disk: the folders of an edition under observation, and the events of one save settled into one
set of paths.

Events are hints. What is reported is where something may have changed; where even that is doubtful (events were lost,
a folder was away for a while) the answer is "look at everything". A folder that appears is reported as a whole, since
files may have been put into it before it was watched.

Native events do not work everywhere: on network folders, and beyond the system's limit of watches. There the edition
is looked through at intervals instead.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from watchdog import events
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserverVFS

from generator.config import EDITION_FILE

FOLDERS = ("content", "templates", "assets")
"""The folders of an edition that its site is made from."""

CALM = 0.015
"""Seconds of quiet after which a save is taken to be over, if every file met was closed or renamed to its place."""

UNFINISHED = 0.06
"""The same while a file is being written, or is gone: most editors that move a file away put it back at once."""

LONGEST = 0.5
"""Seconds after the first event at which there is a build even if no quiet comes."""

INTERVAL = 1.0
"""Seconds between two looks at a folder that has no events."""

HEARTBEAT = 0.5
"""Seconds between two looks at whether the watched folders are still the same ones."""

_REMOTE = re.compile(r"nfs\d?|cifs|smb\w*|9p|virtiofs|afs|ncpfs|vboxsf|prl_fs|drvfs|ceph|gluster\w*|lustre|davfs|fuse(\..*)?")  # fmt: skip
"""File systems that do not tell of what others change in them. A local disk by way of FUSE is called fuseblk."""

_TRACES = re.compile(r"[.#].*|~\$.*|.*(~|\.sw[a-z]|\.tmp|\.bak|___jb_(tmp|old)___)|4913")
"""Names of hidden files, and of what editors leave beside the file while they save it."""

_EVENTS: list[type[events.FileSystemEvent]] = [
    events.FileCreatedEvent,
    events.FileModifiedEvent,
    events.FileClosedEvent,
    events.FileAttribEvent,
    events.FileMovedEvent,
    events.FileDeletedEvent,
    events.DirCreatedEvent,
    events.DirMovedEvent,
    events.DirDeletedEvent,
]

Changed = frozenset[str] | None
"""Paths of the edition where something may have changed; None: anywhere."""


class Burst:
    """Events on their way to one build, from several threads. ``closes``: the system says when a written file is
    closed, so that a file that is not yet closed can be waited for."""

    def __init__(self, closes: bool) -> None:
        self.closes = closes
        self.calm, self.unfinished, self.longest = CALM, UNFINISHED, LONGEST
        self._news = threading.Condition()
        self._finished: dict[str, bool] = {}
        self._doubt = False
        self._first = self._last = 0.0

    def add(self, path: str, finished: bool = True) -> None:
        """Take note of ``path``; ``finished``: the event says that it is as it will be."""
        with self._news:
            self._finished[path] = finished
            self._note()

    def doubt(self) -> None:
        """Take note that something was missed."""
        with self._news:
            self._doubt = True
            self._note()

    def _note(self) -> None:
        self._last = time.monotonic()
        self._first = self._first or self._last
        self._news.notify()

    def wait(self, timeout: float) -> Changed:
        """Return what has come once it is quiet; an empty set if nothing comes within ``timeout`` seconds."""
        with self._news:
            if not self._news.wait_for(lambda: bool(self._first), timeout):
                return frozenset()
            while (left := self._due() - time.monotonic()) > 0:
                self._news.wait(left)
            changed = None if self._doubt else frozenset(self._finished)
            self._finished.clear()
            self._doubt, self._first = False, 0.0
            return changed

    def _due(self) -> float:
        # Without word of closing, a pause is all there is to go by.
        short = self.calm if self.closes else self.unfinished / 2
        quiet = short if all(self._finished.values()) else self.unfinished
        return min(self._last + quiet, self._first + self.longest)


class Watcher:
    """Observes the edition in ``root``, which is resolved. ``poll``: look at intervals whatever the file system is.
    ``tell`` is given sentences for the user. Use it in a ``with`` statement."""

    def __init__(self, root: Path, tell: Callable[[str], None], poll: bool = False, interval: float = INTERVAL) -> None:
        self.root, self.tell, self.interval = root, tell, interval
        self.polls = poll
        self.burst = Burst(sys.platform == "linux" and not poll)
        self._observer: BaseObserver | None = None
        self._watches: dict[str, tuple[ObservedWatch, tuple[int, int]]] = {}
        self._links: dict[str, set[str]] = {}
        self._new_folders = self._new_links = False
        self._gone = False
        self._others = 0
        self._lost = _Lost(self.burst.doubt)

    def __enter__(self) -> Watcher:
        logging.getLogger("watchdog").addHandler(self._lost)
        if not self.polls and (remote := _remote(self.root)):
            self.tell(f"The edition lies on a network folder ({remote}), which does not tell of changes; it is looked through every {self.interval:g} s.")  # fmt: skip
            self.polls = True
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        logging.getLogger("watchdog").removeHandler(self._lost)

    def wait(self, timeout: float | None = None) -> Changed:
        """Return what has changed since the last call, once it is quiet. Events that come meanwhile are kept for
        the next call. With a ``timeout`` in seconds, return an empty set if nothing has come by then."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            left = HEARTBEAT if until is None else min(HEARTBEAT, until - time.monotonic())
            changed = self.burst.wait(max(left, 0))
            self._keep_up()
            if (changed is None or changed) and not self._gone:
                return changed
            if until is not None and time.monotonic() >= until:
                return frozenset()

    # ---- what is watched

    def _start(self) -> None:
        self.burst.closes = sys.platform == "linux" and not self.polls
        self._others = _inotify_watches()
        if not self.polls:
            try:
                self._begin(_native())
                if not self._is_limited():
                    return
                limit = "max_user_watches"
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EMFILE):
                    raise
                limit = "max_user_watches" if error.errno == errno.ENOSPC else "max_user_instances"
            self._stop()
            self._tell_of_limit(limit)
            self.polls, self.burst.closes = True, False
        self._begin(PollingObserverVFS(os.lstat, lambda folder: os.scandir(folder), polling_interval=self.interval))

    def _begin(self, observer: BaseObserver) -> None:
        self._observer = observer
        observer.start()
        self._watch("", recursive=False)
        for folder in FOLDERS:
            self._watch(folder)
        self._find_links()

    def _stop(self) -> None:
        self._watches.clear()
        if self._observer is not None and self._observer.is_alive():
            self._observer.stop()
            self._observer.join()
        self._observer = None

    def _watch(self, folder: str, recursive: bool = True) -> None:
        """Watch ``folder`` of the edition if it is there; a link to a folder is none (see files.py)."""
        identity = _identity(self.root / folder)
        if identity and self._observer:
            path = str(self.root / folder) if folder else str(self.root)
            take = _Take(self._take)
            watch = self._observer.schedule(take, path, recursive=recursive, event_filter=_EVENTS)
            self._watches[folder] = (watch, identity)

    def _unwatch(self, folder: str) -> None:
        known = self._watches.pop(folder, None)
        if known and self._observer:
            self._observer.unschedule(known[0])

    def _keep_up(self) -> None:
        """See whether the watched folders are still those that stand at their paths, and watch what is there now."""
        if _identity(self.root) is None:
            if not self._gone:
                self._gone = True
                self._stop()
                self.tell(f"The edition's folder {self.root} is not there any more: it was moved, renamed or deleted, or its disk is away. When it is back, watching goes on; press Ctrl-C to end.")  # fmt: skip
            return
        if self._gone or self._is_stale("") or self._is_deaf():
            if self._gone:
                self.tell("The edition's folder is there again.")
            self._gone = False
            self._stop()
            self._start()
            self.burst.doubt()
            return
        for folder in FOLDERS:
            if self._is_stale(folder):
                self._unwatch(folder)
                self._watch(folder)
                self.burst.add(folder)
        if self._new_links:
            self._find_links()
        if self._new_folders and not self.polls:
            self._new_folders = False
            if self._is_limited():
                self._stop()
                self.polls = True
                self._tell_of_limit("max_user_watches")
                self._start()
                self.burst.doubt()

    def _is_stale(self, folder: str) -> bool:
        """Whether what is watched as ``folder`` is not what stands there, or is watched no longer."""
        known = self._watches.get(folder)
        if known is None:
            return _identity(self.root / folder) is not None
        alive = self._observer is not None and any(e.is_alive() for e in self._observer.emitters if e.watch == known[0])
        return not alive or known[1] != _identity(self.root / folder)

    def _is_deaf(self) -> bool:
        """Whether the library's thread that reads from the system has failed, which nobody else would notice."""
        reader = getattr(self._observer, "_inotify_fd", None)
        return isinstance(reader, threading.Thread) and not reader.is_alive()

    def _find_links(self) -> None:
        """Note which files of the edition are links to others of it: an event tells of the other only."""
        self._new_links = False
        self._links = {}
        beside = set()
        for path in (EDITION_FILE, *(link for folder in FOLDERS for link in _links(self.root, folder))):
            target = Path(os.path.realpath(self.root / path))
            if os.path.islink(self.root / path) and target.is_relative_to(self.root):
                to = target.relative_to(self.root)
                self._links.setdefault(to.as_posix(), set()).add(path)
                if len(to.parts) > 1 and to.parts[0] not in FOLDERS:
                    beside.add(to.parent.as_posix())
        for folder in self._watches.keys() - {"", *FOLDERS} - beside:
            self._unwatch(folder)
        for folder in sorted(beside - self._watches.keys()):
            self._watch(folder, recursive=False)

    def _is_limited(self) -> bool:
        """Whether fewer folders are watched than there are: the library does not tell that the limit was reached."""
        if not sys.platform.startswith("linux"):
            return False
        for _ in range(20):
            wanted = sum(_count(self.root, folder) for folder in FOLDERS) + 1
            if _inotify_watches() - self._others >= wanted:
                return False
            time.sleep(0.01)  # folders made just now are being entered
        return True

    def _tell_of_limit(self, limit: str) -> None:
        name = f"fs.inotify.{limit}"
        number = 524288 if limit == "max_user_watches" else 1024
        self.tell(
            f"The system's limit of watched folders is reached ({name}), so the edition is looked through every "
            f"{self.interval:g} s instead, which is slower. To raise the limit until the next start of the machine: "
            f"sudo sysctl {name}={number}. To keep it, write the line {name}={number} into "
            "/etc/sysctl.d/60-edition.conf."
        )

    # ---- events, in the observer's thread

    def _take(self, event: events.FileSystemEvent) -> None:
        kind, waits = event.event_type, self.burst.closes
        if kind == events.EVENT_TYPE_MOVED:
            if not (event.src_path and event.dest_path):
                self.burst.doubt()
            # What was moved away is finished when it is known where to.
            self._add(os.fsdecode(event.src_path), True, event.is_directory)
            self._add(os.fsdecode(event.dest_path), True, event.is_directory)
        elif kind == events.EVENT_TYPE_DELETED:
            self._add(os.fsdecode(event.src_path), False, event.is_directory)
        elif kind in (events.EVENT_TYPE_CREATED, events.EVENT_TYPE_MODIFIED):
            self._add(os.fsdecode(event.src_path), not waits, event.is_directory)
        else:
            self._add(os.fsdecode(event.src_path), True, event.is_directory)

    def _add(self, path: str, finished: bool, is_folder: bool) -> None:
        try:
            inside = Path(path).relative_to(self.root)
        except ValueError:
            return
        if not inside.parts or any(_TRACES.fullmatch(part) for part in inside.parts):
            return
        known = inside.as_posix()
        if is_folder:
            self._new_folders = True
        elif known in self._links or os.path.islink(path):
            self._new_links = True
        if known == EDITION_FILE or inside.parts[0] in FOLDERS:
            self.burst.add(known, finished)
        for link in self._links.get(known, ()):
            self.burst.add(link, finished)


class _Take(events.FileSystemEventHandler):
    """Hands every event on."""

    def __init__(self, take: Callable[[events.FileSystemEvent], None]) -> None:
        self.take = take

    def dispatch(self, event: events.FileSystemEvent) -> None:
        self.take(event)


class _Lost(logging.Handler):
    """Hears the warnings of the library, which are all it says of events that were lost."""

    def __init__(self, doubt: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self.doubt = doubt

    def emit(self, record: logging.LogRecord) -> None:
        self.doubt()


def _native() -> BaseObserver:
    if sys.platform == "linux":
        from watchdog.observers.inotify_move_event_grouper import InotifyMoveEventGrouper

        # The library holds every event back for half a second while it does not know where a file was moved to. The two
        # halves of a move come together, so this is ample; and a file that was moved out of the edition is just gone.
        InotifyMoveEventGrouper.delay = CALM
        # A folder that is found in two ways at once is watched all the same.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
    return Observer()


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one at the same path; None where there is none."""
    try:
        known = os.lstat(folder)
    except OSError:
        return None
    return (known.st_dev, known.st_ino) if os.path.isdir(folder) and not os.path.islink(folder) else None


def _links(root: Path, folder: str) -> Iterator[str]:
    """The links below a folder of the edition, by path."""
    if _identity(root / folder):
        for here, folders, names in os.walk(root / folder):
            folders[:] = [name for name in folders if not _TRACES.fullmatch(name)]
            for name in names:
                if os.path.islink(f"{here}/{name}"):
                    yield Path(here, name).relative_to(root).as_posix()


def _count(root: Path, folder: str) -> int:
    """How many folders there are in a folder of the edition, with itself."""
    return sum(1 for _ in os.walk(root / folder)) if _identity(root / folder) else 0


def _inotify_watches() -> int:
    """How many watches this process holds, as Linux knows it."""
    count = 0
    try:
        for handle in os.listdir("/proc/self/fd"):
            if os.readlink(f"/proc/self/fd/{handle}") == "anon_inode:inotify":
                with open(f"/proc/self/fdinfo/{handle}", encoding="ascii") as info:
                    count += sum(line.startswith("inotify ") for line in info)
    except OSError:
        pass  # a handle was closed meanwhile, or this is no Linux
    return count


class Mount(msgspec.Struct, frozen=True):
    """Where a file system is mounted, and of what kind it is."""

    at: str
    kind: str


def mounts(table: str) -> list[Mount]:
    """Read a table of mounts as Linux has it in /proc/mounts, in which blanks are written in octal."""
    rows = (line.split(" ") for line in table.splitlines())
    return [Mount(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), row[1]), row[2]) for row in rows if len(row) > 2]


def remote_kind(folder: str, mounted: list[Mount]) -> str:
    """Return the kind of the file system that ``folder`` lies on if it is a remote one, else nothing."""
    above = [m for m in mounted if folder == m.at or folder.startswith(m.at.rstrip("/") + "/")]
    # A later mount at the same place hides the earlier one.
    kind = max(enumerate(above), key=lambda item: (len(item[1].at), item[0]))[1].kind if above else ""
    return kind if _REMOTE.fullmatch(kind) else ""


def _remote(root: Path) -> str:
    try:
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as table:
            mounted = mounts(table.read())
    except OSError:
        return ""
    return next((kind for path in ("", *FOLDERS) if (kind := remote_kind(str(root / path), mounted))), "")
