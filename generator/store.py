"""The build state: a SQLite file that knows keys and bytes, not documents.

It may be thrown away at any time; the next build is then a cold one. It lives beside the sources in
``.edition/``, never in the site.

* ``sources``: for each source file its stat and digest, and what it was cut into
* one table a step: key of the step -> its encoded result
* ``outputs``: the manifest, every file of the site that is ours, with the key it was made from. A file is
  entered before it is written for the first time, so that a killed build leaves nothing unknown behind.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import msgspec

from generator.diagnostics import EditionError, Rule, Span, diagnostic

SCHEMA = 2
STEPS = ("facts", "document", "terms")


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
    says what the key was made of, for explanations."""

    path: str
    key: bytes
    size: int
    mtime_ns: int
    inputs: bytes = b""


class Store:
    """The open state of one edition. Use as a context manager; ``commit`` makes what was put durable."""

    def __init__(self, path: Path, engine: bytes, site: str) -> None:
        """Open or make the state at ``path`` for the output folder ``site`` (each has a manifest of its own).
        Results made by another ``engine`` are dropped, manifests are kept. A file that is no usable state is
        renamed aside; ``set_aside`` then says where."""
        self.path = path
        self.site = site
        self.set_aside: Path | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except sqlite3.DatabaseError:
            self._db.close()
            self.set_aside = path.with_suffix(".unreadable")
            os.replace(path, self.set_aside)
            for extra in ("-wal", "-shm"):
                Path(f"{path}{extra}").unlink(missing_ok=True)
            self._open()
        if self.meta("engine") != engine:
            for table in ("sources", *STEPS):
                self._db.execute(f"DELETE FROM {table}")
            self.put_meta("engine", engine)
            self._db.commit()

    def _open(self) -> None:
        self._db = sqlite3.connect(self.path, isolation_level="DEFERRED")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value BLOB)")
        found = self.meta("schema")
        if found != b"%d" % SCHEMA:
            for (table,) in self._db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
                if table != "outputs":
                    self._db.execute(f"DROP TABLE {table}")
            self._db.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB)")
            self._db.execute(
                "CREATE TABLE sources(path TEXT PRIMARY KEY, size INT, mtime_ns INT, ctime_ns INT, inode INT,"
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

    def meta(self, key: str) -> bytes:
        """Return the value kept under ``key``, or empty bytes."""
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return bytes(row[0]) if row else b""

    def put_meta(self, key: str, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (key, value))

    def sources(self) -> dict[str, Source]:
        """Return all remembered source files by path."""
        return {row[0]: Source(*row) for row in self._db.execute("SELECT * FROM sources")}

    def put_sources(self, sources: Iterable[Source]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO sources VALUES(?,?,?,?,?,?,?,?)",
            [(s.path, s.size, s.mtime_ns, s.ctime_ns, s.inode, s.scanned_ns, s.digest, s.split) for s in sources],
        )

    def forget_sources(self, paths: Iterable[str]) -> None:
        self._db.executemany("DELETE FROM sources WHERE path=?", [(p,) for p in paths])

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

    def keep_only(self, step: str, keys: set[bytes]) -> None:
        """Drop the results of ``step`` whose key is not among ``keys``."""
        stale = [(k,) for k in self.keys(step) - keys]
        self._db.executemany(f"DELETE FROM {step} WHERE key=?", stale)

    def outputs(self) -> dict[str, Output]:
        """Return the manifest."""
        columns = "path, key, size, mtime_ns, inputs"
        rows = self._db.execute(f"SELECT {columns} FROM outputs WHERE site=?", (self.site,))
        return {row[0]: Output(*row) for row in rows}

    def announce(self, paths: Iterable[str]) -> None:
        """Enter files that are about to be written, durably, as ours."""
        self._db.executemany(
            "INSERT OR IGNORE INTO outputs VALUES(?,?,x'',0,0,x'')", [(self.site, path) for path in paths]
        )
        self._db.commit()

    def record(self, outputs: Iterable[Output]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO outputs VALUES(?,?,?,?,?,?)",
            [(self.site, o.path, o.key, o.size, o.mtime_ns, o.inputs) for o in outputs],
        )

    def forget_outputs(self, paths: Iterable[str]) -> None:
        self._db.executemany("DELETE FROM outputs WHERE site=? AND path=?", [(self.site, p) for p in paths])


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the edition's build lock in ``folder``. Raises EditionError, naming the holder, if it is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    held = filelock.FileLock(folder / "lock")
    holder = folder / "lock-holder"
    try:
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
    try:
        holder.write_text(f"process {os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        held.release()
