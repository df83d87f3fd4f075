"""The build state: a SQLite file that knows keys and bytes, not documents.

It lives beside the sources in ``.edition/``, never in the site. If it is lost or damaged, the next build is a cold
one: what is ours in the site is written a second time (``manifest``), and all else can be worked out again.

* ``sources``: for each source file its stat and digest, and what it was cut into
* ``copies``: the same for files that are copied into the site
* one table a step: key of the step -> its encoded result
* ``outputs``: the manifest, every file of the site that is ours, with the key it was made from. A file is
  entered before it is written for the first time, so that a killed build leaves nothing unknown behind.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import msgspec

from generator import digest, manifest
from generator.diagnostics import Diagnostic, EditionError, Rule, Span, diagnostic

SCHEMA = 5
STEPS = ("facts", "document", "names", "terms", "positions")


class Source(msgspec.Struct, frozen=True):
    """A source file as last read: stat, digest of its bytes, when it was scanned (ns), what it yielded."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    scanned_ns: int
    digest: bytes
    split: bytes


class Output(msgspec.Struct, frozen=True):
    """A file of the site. ``key`` is empty while the file has been announced but not yet recorded; ``inputs``
    says what the key was made of, for explanations: it is kept, and read by ``Store.inputs`` alone."""

    path: str
    key: bytes
    size: int
    mtime_ns: int
    inputs: bytes = b""


class StateDamaged(Exception):
    """The state holds what no build has written. It can be set aside and made anew."""


class Store:
    """The open state of one edition. Use as a context manager; ``commit`` makes what was put durable."""

    def __init__(self, path: Path, engine: bytes, site: str) -> None:
        """Open or make the state at ``path`` for the output folder ``site`` (each has a manifest of its own).
        Results made by another ``engine`` are dropped, manifests are kept. Raises as ``guarded`` does."""
        self.path = path
        self.site = site
        self._version = 0
        self.journal = path.parent / f"outputs-{digest.of(site).hex()[:12]}.txt"
        with guarded(path):
            self._db = sqlite3.connect(path, isolation_level="DEFERRED")
            try:
                self._open()
                if self.meta("engine") != engine:
                    for table in ("sources", *STEPS):
                        self._db.execute(f"DELETE FROM {table}")
                    self.put_meta("engine", engine)
                    self._db.commit()
            except BaseException:
                self._db.close()
                raise

    def _open(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value BLOB)")
        found = self.meta("schema")
        if found != b"%d" % SCHEMA:
            for (table,) in self._db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
                if table != "outputs":
                    self._db.execute(f"DROP TABLE {table}")
            self._db.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB)")
            for table in ("sources", "copies"):
                self._db.execute(
                    f"CREATE TABLE {table}(path TEXT PRIMARY KEY, size INT, mtime_ns INT, ctime_ns INT, inode INT,"
                    " scanned_ns INT, digest BLOB, split BLOB)"
                )
            for step in STEPS:
                self._db.execute(f"CREATE TABLE {step}(key BLOB PRIMARY KEY, value BLOB)")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS outputs(site TEXT, path TEXT, key BLOB, size INT,"
                " mtime_ns INT, inputs BLOB, PRIMARY KEY(site, path))"
            )
            self.put_meta("schema", b"%d" % SCHEMA)
            self._db.commit()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def commit(self) -> None:
        self._db.commit()

    def is_changed_by_others(self) -> bool:
        """Whether anybody else has changed the state since this was last asked."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        before, self._version = self._version, version
        return bool(before != version)

    def meta(self, key: str) -> bytes:
        """Return the value kept under ``key``, or empty bytes."""
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return bytes(row[0]) if row else b""

    def put_meta(self, key: str, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (key, value))

    def unfinished(self) -> bytes:
        """Return what the last build of this output noted when it began, or empty bytes if it came to its end."""
        return self.meta(f"unfinished {self.site}")

    def put_unfinished(self, note: bytes) -> None:
        self.put_meta(f"unfinished {self.site}", note)

    def sources(self, table: str = "sources") -> dict[str, Source]:
        """Return all remembered source files by path; those that are copied are in the table ``copies``."""
        return {row[0]: Source(*row) for row in self._db.execute(f"SELECT * FROM {table}")}

    def put_sources(self, sources: Iterable[Source], table: str = "sources") -> None:
        self._db.executemany(
            f"INSERT OR REPLACE INTO {table} VALUES(?,?,?,?,?,?,?,?)",
            [(s.path, s.size, s.mtime_ns, s.ctime_ns, s.inode, s.scanned_ns, s.digest, s.split) for s in sources],
        )

    def forget_sources(self, paths: Iterable[str], table: str = "sources") -> None:
        self._db.executemany(f"DELETE FROM {table} WHERE path=?", [(p,) for p in paths])

    def results(self, step: str) -> dict[bytes, bytes]:
        """Return all remembered results of ``step`` by key."""
        return dict(self._db.execute(f"SELECT key, value FROM {step}"))

    def keys(self, step: str) -> set[bytes]:
        return {row[0] for row in self._db.execute(f"SELECT key FROM {step}")}

    def result(self, step: str, key: bytes) -> bytes | None:
        row = self._db.execute(f"SELECT value FROM {step} WHERE key=?", (key,)).fetchone()
        return bytes(row[0]) if row else None

    def put_results(self, step: str, results: Iterable[tuple[bytes, bytes]]) -> None:
        self._db.executemany(f"INSERT OR REPLACE INTO {step} VALUES(?,?)", results)

    def forget(self, step: str, keys: Iterable[bytes]) -> None:
        """Drop these results of ``step``."""
        self._db.executemany(f"DELETE FROM {step} WHERE key=?", [(key,) for key in keys])

    def keep_only(self, step: str, keys: set[bytes]) -> None:
        """Drop the results of ``step`` whose key is not among ``keys``."""
        self.forget(step, self.keys(step) - keys)

    def outputs(self) -> dict[str, Output]:
        """Return the manifest; if the state knows none, what its second copy holds, as announced."""
        columns = "path, key, size, mtime_ns"
        rows = self._db.execute(f"SELECT {columns} FROM outputs WHERE site=?", (self.site,))
        known = {row[0]: Output(*row) for row in rows}
        if not known:
            with _written(self.journal):
                known = {path: Output(path, b"", 0, 0) for path in manifest.read(self.journal)}
            self._enter(known)
        return known

    def inputs(self, path: str) -> bytes:
        """Return what the key of a file of the site was made of, or nothing."""
        row = self._db.execute("SELECT inputs FROM outputs WHERE site=? AND path=?", (self.site, path)).fetchone()
        return bytes(row[0]) if row else b""

    def announce(self, paths: Iterable[str]) -> None:
        """Enter files that are about to be written, durably, as ours."""
        paths = list(paths)
        with _written(self.journal):
            manifest.add(self.journal, paths)
        self._enter(paths)

    def _enter(self, paths: Iterable[str]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO outputs VALUES(?,?,x'',0,0,x'')", [(self.site, path) for path in paths]
        )
        self._db.commit()

    def save_manifest(self, paths: Iterable[str], changed: bool) -> None:
        """Make ``paths`` the manifest's second copy, if they have ``changed`` or it is not there."""
        if changed or not self.journal.exists():
            with _written(self.journal):
                manifest.replace(self.journal, paths)

    def record(self, outputs: Iterable[Output]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO outputs VALUES(?,?,?,?,?,?)",
            [(self.site, o.path, o.key, o.size, o.mtime_ns, o.inputs) for o in outputs],
        )

    def forget_outputs(self, paths: Iterable[str]) -> None:
        self._db.executemany("DELETE FROM outputs WHERE site=? AND path=?", [(self.site, p) for p in paths])


@contextmanager
def reading(path: str) -> Iterator[Callable[[str, bytes], bytes | None]]:
    """Open the state in ``path`` to read results of steps by their keys, from beside the process that builds."""
    db = sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)

    def result(step: str, key: bytes) -> bytes | None:
        row = db.execute(f"SELECT value FROM {step} WHERE key=?", (key,)).fetchone()
        return bytes(row[0]) if row else None

    try:
        yield result
    finally:
        db.close()


def set_aside(path: Path) -> Path:
    """Rename the state at ``path``, which is of no use, so that a new one can be made; return its new name. Nothing
    that was set aside before is lost."""
    names = (path.with_suffix(".unreadable" + (f"-{n}" if n > 1 else "")) for n in itertools.count(1))
    aside = next(name for name in names if not os.path.lexists(name))
    with _written(path):
        os.replace(path, aside)
        for extra in ("-wal", "-shm"):
            Path(f"{path}{extra}").unlink(missing_ok=True)
    return aside


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Tell the ways in which using the state at ``path`` may fail: StateDamaged if it holds nonsense, EditionError if
    it is sound and cannot be used (a full disk, a lock, missing rights)."""
    try:
        yield
    except msgspec.DecodeError as error:
        raise StateDamaged(str(error)) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and not isinstance(error, sqlite3.OperationalError):
            raise
        # Without a code: text in a column is not UTF-8. SQLITE_ERROR: a table or a column is missing.
        if code is None or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            raise StateDamaged(str(error)) from error
        raise EditionError(_unusable(path, str(error))) from None


def _unusable(path: Path, reason: str) -> Diagnostic:
    hint = "Nothing is lost. Look for a full disk, missing rights, or another program that holds the file; then build again."  # fmt: skip
    where = Span(f"{path.parent.name}/{path.name}")
    return diagnostic(Rule.STATE, f"the build state cannot be used: {reason}", where, hint=hint)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EditionError(_unusable(path, error.strerror or str(error))) from None


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the edition's build lock in ``folder``. Raises EditionError, naming the holder, if it is taken."""
    held = filelock.FileLock(folder / "lock")
    holder = folder / "lock-holder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A killed build's worker processes need a moment to notice; its lock goes with them.
        held.acquire(timeout=2, poll_interval=0.1)
    except filelock.Timeout:
        try:
            who = holder.read_text(encoding="utf-8").strip()
        except OSError:
            who = ""
        raise EditionError(
            diagnostic(
                Rule.LOCKED,
                f"another build of this edition is running ({who or 'process unknown'})",
                Span(folder.name),
                hint="Wait until it has finished, or stop it; this one has changed nothing.",
            )
        ) from None
    except OSError as error:
        raise EditionError(_unusable(folder / "lock", error.strerror or str(error))) from None
    try:
        with _written(holder):
            holder.write_text(f"process {os.getpid()}\n", encoding="utf-8")
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        yield
    finally:
        held.release()
