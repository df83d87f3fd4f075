"""The files of the site that are no pages: rules for the host, assets and images, the search index.

Each comes with the key of all that decides its bytes, and is made only when that key is new. A file that is copied
is not read again while its stat is as remembered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec

from generator import digest, files, sources, steps
from generator.catalog import Catalog
from generator.diagnostics import Diagnostic, EditionError
from generator.search.analyser import DocumentTerms
from generator.search.index import as_script, build_index
from generator.store import Source, StateDamaged, Store
from generator.views import Site, document_path
from generator.wording import date_in_words


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


def search_files(site: Site, catalog: Catalog, keys: Mapping[tuple[str, str], bytes], engine: bytes, store: Store) -> Iterator[Extra]:  # fmt: skip
    """Yield the search index of all documents, whose parts have the ``keys``."""
    indexed = [volume.by_id[id] for volume in catalog.volumes.values() for id in volume.order]
    parts = [keys[f.volume, f.id] for f in indexed]
    key = digest.of("search", engine, parts)
    made: list[bytes] = []

    def once() -> bytes:
        if not made:
            terms = _terms(parts, store)
            made.append(build_index([(str(n), terms[part]) for n, part in enumerate(parts)]))
        return made[0]

    shown = msgspec.json.encode([
        {
            "u": document_path(f),
            "n": f.metadata.number,
            "t": f.title,
            "v": catalog.volumes[f.volume].volume.title,
            "d": date_in_words(f.metadata.date, site.messages),
            "s": f.metadata.summary or f.opening,
        }
        for f in indexed
    ])  # fmt: skip
    shown_key = digest.of("documents", shown)
    yield Extra("search/lunr-index.json", key, once)
    yield Extra("search/lunr-index.js", key, lambda: as_script("lunr-index", once()))
    yield Extra("search/documents.json", shown_key, lambda: shown)
    yield Extra("search/documents.js", shown_key, lambda: as_script("documents", shown))


def _terms(parts: Iterable[bytes], store: Store) -> dict[bytes, DocumentTerms]:
    remembered = store.results("terms")
    decode = msgspec.msgpack.Decoder(DocumentTerms).decode
    out = {}
    for part in parts:
        if part not in remembered:
            document = store.result("document", part)
            if not document:
                raise StateDamaged("a document is missing")
            remembered[part] = steps.search_terms(document)
            store.put_results("terms", [(part, remembered[part])])
        out[part] = decode(remembered[part])
    return out
