"""The files of the site that are no pages: rules for the host, assets and images, the search index.

Each comes with the key of all that decides its bytes, and is made only when that key is new. A file that is copied
is not read again while its stat is as remembered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from functools import cache, partial
from itertools import groupby
from pathlib import Path

import msgspec

from generator import digest, files, sources, steps
from generator.diagnostics import Diagnostic, EditionError
from generator.engine import engine
from generator.exporters.card import draw
from generator.search import groups, shards, tables
from generator.search.analyser import DocumentPositions, DocumentTerms
from generator.search.index import as_script, build_index
from generator.search.shards import Volumes
from generator.search.variants import NONE, Forms, Given
from generator.store import Source, StateDamaged, Store, reading
from generator.views import Site
from generator.workers import Workers, paused_collector


class Extra(msgspec.Struct, frozen=True):
    """A file of the site: path, key, how to make the bytes, and its source (empty for the site's own)."""

    path: str
    key: bytes
    make: Callable[[], bytes]
    source: str = ""


def copies(named: Mapping[str, tuple[Path, str]], root: Path, store: Store, found: list[Diagnostic]) -> Iterator[Extra]:  # fmt: skip
    """Yield the files that are copied, given by path in the site: the folder below which they lie, and where. One that
    cannot be read is told in ``found``. ``root`` is the edition, whose files are named as sources."""
    known = store.sources("copies")
    new: list[Source] = []
    for path, (folder, below) in named.items():
        scanned = sources.now_ns()
        met = _met(path, folder / below)
        record = known.get(path)
        if record is None or met is None or not sources.is_unchanged(met, record):
            data = files.read(folder, below)
            if isinstance(data, Diagnostic):
                found.append(data)
                continue
            of = digest.of_bytes(data)
            if met:
                record = Source(path, met.size, met.mtime_ns, met.ctime_ns, met.inode, scanned, of, b"")
                new.append(record)
        else:
            of = record.digest
        yield Extra(path, digest.of("copy", of), partial(_read, folder, below), below if folder == root else "")
    store.put_sources(new, "copies")
    store.forget_sources(known.keys() - named.keys(), "copies")


def copied(named: Mapping[str, tuple[Path, str]], store: Store) -> dict[str, bytes] | None:
    """Return the digests of the files that are copied, given as for ``copies``; None if one may have changed since."""
    known = store.sources("copies")
    found = {}
    for path, (folder, below) in named.items():
        met, record = _met(path, folder / below), known.get(path)
        if met is None or record is None or not sources.is_unchanged(met, record):
            return None
        found[path] = record.digest
    return found


def _met(path: str, file: Path) -> sources.File | None:
    try:
        stat = os.stat(file)
    except OSError:
        return None
    changed = 0 if os.name == "nt" else stat.st_ctime_ns
    return sources.File(path, "", "", stat.st_size, stat.st_mtime_ns, changed, stat.st_ino)


def _read(folder: Path, below: str) -> bytes:
    data = files.read(folder, below)
    if isinstance(data, Diagnostic):
        raise EditionError(data)
    return data


def own_files(site: Site) -> Iterator[Extra]:
    """Yield the small files that the site makes of its catalog."""
    for path, data in site.files():
        yield Extra(path, digest.of("file", data), partial(bytes, data))
    for path, card in site.cards().items():
        yield Extra(path, digest.of("card", engine(), card), partial(draw, card))


def classic_files(contents: Volumes, program: bytes, store: Store, language: str) -> Iterator[Extra]:
    """Yield the search index in one file, as lunr.js loads it, with what is shown of its documents. ``program`` is the
    digest of the code, ``language`` that of the words."""
    entries = [entry for volume in contents.values() for entry in volume.entries.values()]
    terms, _ = _loaders(store, {entry.terms for entry in entries}, language)

    @cache
    def index() -> bytes:
        documents = [(str(number), terms(entry.terms)) for number, entry in enumerate(entries)]
        return build_index(documents, tag=language)

    def shown() -> bytes:
        return b"[%b]" % b",".join(entry.record for entry in entries)

    of_index = digest.of("index", program, language, [entry.terms for entry in entries])
    of_shown = digest.of("shown", [entry.record for entry in entries])
    yield Extra("search/lunr-index.json", of_index, index)
    yield Extra("search/lunr-index.js", of_index, lambda: as_script("lunr-index", index()))
    yield Extra("search/documents.json", of_shown, shown)
    yield Extra("search/documents.js", of_shown, lambda: as_script("documents", shown()))


class KeptIndex(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of the search index beside its state: the digest of the program that made it, the key of all
    its contents, the paths of its files."""

    program: bytes = b""
    key: bytes = b""
    paths: tuple[str, ...] = ()


class SearchIndex:
    """The search index of one build, cut into files. What it was in the last build is kept in the store, for each
    output by itself; ``paths`` are the files that must stay in the site: first those of the last build, after
    ``update`` those of this one too, after ``remember`` those alone."""

    def __init__(
        self,
        contents: Volumes,
        live: Collection[bytes],
        program: bytes,
        store: Store,
        site: Path,
        language: str,
        variants: Given = NONE,
        last: SearchIndex | None = None,
    ) -> None:
        """``live`` holds the keys of the documents' terms, ``program`` is the digest of the code, ``site`` the output
        folder, whose folder search/ no page or image can have, ``language`` that of the words, ``variants`` their
        other forms. ``last`` is the index of the last build, if it is at hand and was remembered."""
        self.contents, self.live, self.program, self.store, self.site = contents, live, program, store, site
        self.variants = variants
        self.settings = shards.Settings(language=language)
        named = [(name, volume.key) for name, volume in contents.items()]
        self.key = digest.of(program, self.settings, variants.key, named)
        kept = b"" if last else store.meta(self._name("search"))
        self.kept: KeptIndex = msgspec.msgpack.decode(kept, type=KeptIndex) if kept else KeptIndex()
        self._state: shards.State | None = None
        if last:
            self.kept, self._state = last.kept, last._state
        self.paths = set(self.kept.paths)
        self._is_current = False
        self._begun: Callable[[], shards.Update] | None = None
        self._made: shards.Update | None = None

    def begin(self, is_current: Callable[[str, bytes], bool], work: Workers) -> None:
        """Look what has to be done, before ``update``: an index that must be made anew is begun in a process of its own,
        if there are any. ``is_current`` says whether a file of the site was made from a key and is as it was written."""
        whole = all(is_current(path, _NAMED) for path in self.kept.paths)
        self._is_current = whole and self.kept.key == self.key and is_current(_ROOT, self.key)
        if self._is_current:
            return
        if whole and self.kept.program == self.program:
            self._state = self._state or shards.decode_state(self.store.meta(self._name("search state")))
        else:
            self._state = None
        if self._state is None and work.are_started and self.store.keys("terms").issuperset(self.live):
            documents = {name: (volume.key, dict(volume.entries)) for name, volume in self.contents.items()}
            variants = (self.variants.key, self.variants.forms)
            self._begun = work.start(_made_anew, IndexJob(str(self.store.path), documents, self.settings, variants))

    def update(self) -> list[Extra]:
        """Return the files to write, in this order; none if all is as it should be."""
        if self._is_current:
            self.paths.add(_ROOT)
            return []
        if self._begun:
            done = self._begun()
        else:
            load = _loaders(self.store, self.live, self.settings.language)
            done = shards.update(self._state, self.contents, *load, self._read, self.settings, self.variants)
        self._made = done
        self.paths |= {f"{_FOLDER}/{path}" for path in done.files}
        return [
            Extra(f"{_FOLDER}/{path}", self.key if path == shards.ROOT else _NAMED, partial(bytes, content))
            for path, content in done.write.items()
        ]

    def remember(self) -> None:
        """Keep the new state, once all files are written."""
        if self._made:
            self.paths = {f"{_FOLDER}/{path}" for path in self._made.files}
            self.kept = kept = KeptIndex(self.program, self.key, tuple(sorted(self.paths - {_ROOT})))
            self._state = self._made.state
            self.store.put_meta(self._name("search"), msgspec.msgpack.encode(kept))
            self.store.put_meta(self._name("search state"), shards.encode_state(self._made.state))
            self.store.commit()

    def _name(self, what: str) -> str:
        return f"{what} {self.store.site}"

    def _read(self, path: str) -> bytes | None:
        try:
            return (self.site / _FOLDER / path).read_bytes()
        except OSError:
            return None


_FOLDER = "search"
_ROOT = f"{_FOLDER}/{shards.ROOT}"
_NAMED = digest.of("named by its content")
"""The key of every file of the index but the root."""


def shards_in(site: Path, known: Container[str]) -> list[str]:
    """Return the files in the output folder ``site`` that are of a search index and not ``known``. They are named by their
    content, or by that of their group, so they are ours whatever else was forgotten."""
    found = []
    for folder in shards.FOLDERS:
        try:
            names = os.listdir(f"{site}/{_FOLDER}/{folder}")
        except OSError:
            continue
        paths = sorted(path for name in names if (path := f"{_FOLDER}/{folder}/{name}") not in known)
        if folder == groups.FOLDER:
            for named, files in groupby(paths, lambda path: Path(path).name[:10]):
                of_group = list(files)
                if groups.name([_data(site / path) for path in of_group]) == named:
                    found += of_group
        else:
            found += [path for path in paths if tables.name(_data(site / path)) == Path(path).stem]
    return found


def _data(file: Path) -> bytes:
    try:
        return tables.unwrapped(file.stem, file.read_bytes())
    except OSError:
        return b""


class IndexJob(msgspec.Struct, frozen=True):
    """An index to be made: the file of the state that has the terms; the documents of each volume, with the volume's key;
    weights; the other forms of words, with their key."""

    state: str
    documents: dict[str, tuple[bytes, dict[str, shards.Entry]]]
    settings: shards.Settings
    variants: tuple[bytes, Forms]


def _made_anew(job: IndexJob) -> shards.Update:
    """Make an index from nothing but its documents, whose terms the state has: the step for another process."""

    def volume(key: bytes, entries: Mapping[str, shards.Entry]) -> shards.Contents:
        return shards.Contents(key, lambda: entries)

    key, forms = job.variants
    with paused_collector(), reading(job.state) as result:
        terms, positions = _decoders(lambda step, key: result(step, key) or b"")
        contents = {name: volume(*of) for name, of in job.documents.items()}
        return shards.update(None, contents, terms, positions, lambda _: None, job.settings, Given(key, lambda: forms))


def _decoders(load: Callable[[str, bytes], bytes]) -> tuple[shards.LoadTerms, shards.LoadPositions]:
    terms = msgspec.msgpack.Decoder(DocumentTerms).decode
    positions = msgspec.msgpack.Decoder(DocumentPositions).decode
    return lambda key: terms(load("terms", key)), lambda key: positions(load("positions", key))


def _loaders(store: Store, live: Collection[bytes], language: str) -> tuple[shards.LoadTerms, shards.LoadPositions]:
    """Return the functions that load the terms of a document and their places by key; those of a document that is
    ``live`` are made where they are missing. They raise KeyError for another, and StateDamaged."""

    def load(step: str, key: bytes) -> bytes:
        found = store.result(step, key)
        if found is not None:
            return found
        document = store.result("document", key)
        if not document and key in live:
            raise StateDamaged("a document is missing")
        if not document:
            raise KeyError(key)
        made = dict(zip(("terms", "positions"), steps.search_terms(document, language), strict=True))
        for name, value in made.items():
            store.put_results(name, [(key, value)])
        return made[step]

    return _decoders(load)
