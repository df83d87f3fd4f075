"""The two steps that run in worker processes: reading sources, and rendering pages.

Both take and return plain values, so any ``concurrent.futures.Executor`` can run them. Neither reads anything
but its argument and, for reading, the named files; what they need of the theme is named by its digest.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from markupsafe import Markup

from generator import digest, exporters, facts, files, mentions, output, rendering, sources, telegraphese
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import Document, Entry, Facts, SourceNote, Volume
from generator.exporters.record import Record
from generator.phrases import Grammar, tag
from generator.readers import Part, Split
from generator.readers.registry import by_name, split_again
from generator.rendering import Around
from generator.search.analyser import take_apart
from generator.search.passages import fields_of
from generator.store import Source
from generator.theme import TemplateFault, Templates
from generator.workers import paused_collector


class Reading(msgspec.Struct, frozen=True):
    """How the edition wants its sources read: the grammar of its references, whether for searching too, and in which
    language."""

    grammar: Grammar
    search: bool
    language: str = "en"


class PartEntry(msgspec.Struct, frozen=True, array_like=True):
    """A part of a source file, as the file's record remembers it: the document's id, its key, its first line."""

    id: str
    key: bytes
    line: int


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """What a source file was cut into."""

    parts: tuple[PartEntry, ...]
    volume: Volume | None
    diagnostics: tuple[Diagnostic, ...]


class Read(msgspec.Struct, frozen=True, array_like=True):
    """The remembered outcome of reading a part, apart from the document itself."""

    facts: Facts | None
    diagnostics: tuple[Diagnostic, ...]


class Result(msgspec.Struct, frozen=True, array_like=True):
    """One part, read: its key and the encoded ``Read``, ``Document``, ``DocumentTerms`` and ``DocumentPositions``
    (empty if there is no document; the last two also if there is no search)."""

    key: bytes
    read: bytes
    document: bytes = b""
    terms: bytes = b""
    positions: bytes = b""


class FileRead(msgspec.Struct, frozen=True, array_like=True):
    """A source file, scanned: its new record; parts still to be read; results of those read at once."""

    source: Source
    parts: tuple[tuple[bytes, Part], ...] = ()
    results: tuple[Result, ...] = ()


class Lists(msgspec.Struct, frozen=True, array_like=True):
    """The people, terms and places of a volume's lists, and the edition's language."""

    persons: tuple[Entry, ...]
    terms: tuple[Entry, ...]
    places: tuple[Entry, ...]
    language: str


class File(msgspec.Struct, frozen=True, array_like=True):
    """A file to make beside a page: path, format, whose the file is that stands there."""

    path: str
    suffix: str
    claim: output.Claim = output.Claim.OURS


class Job(msgspec.Struct, frozen=True, array_like=True):
    """A page to render: path, template (empty: the page is as it should be), base of absolute links, data; encoded
    document, the encoded names found in it, and what is around it; whose the file is that stands there; the files to
    make beside it, and what they show besides the document."""

    path: str
    template: str
    absolute: str
    data: dict[str, Any]
    document: bytes = b""
    names: bytes = b""
    around: Around = Around()
    claim: output.Claim = output.Claim.OURS
    files: tuple[File, ...] = ()
    record: Record | None = None


class Context(msgspec.Struct, frozen=True):
    """What all pages of a build share: the output, the site's data, the interface's words, and the text of the
    templates by name."""

    output: str
    site: dict[str, Any]
    messages: dict[str, str]
    templates: dict[str, str]


class Done(msgspec.Struct, frozen=True, array_like=True):
    """A page, or a file beside it, after its job: what was written, or why nothing was. ``fatal`` is set when nothing can be written
    at all (a full disk)."""

    path: str
    written: output.Written | None
    fault: Diagnostic | None = None
    fatal: bool = False


class Made(msgspec.Struct, frozen=True):
    """The bytes of a file of the site, and whose the one is that stands there."""

    path: str
    data: bytes
    claim: output.Claim


_LISTS = frozenset(("index", "contents", "toc"))
"""Sections that are made of references, not of prose."""

_encode = msgspec.msgpack.Encoder().encode
_decode_document = msgspec.msgpack.Decoder(Document).decode
_decode_names = msgspec.msgpack.Decoder(mentions.Mentions).decode


HELD = 2
"""How many files of several parts are held between two readings."""

Held = dict[str, tuple[bytes, Split]]
"""Files of several parts as they were last read, by path: their bytes, and how they were cut."""

T = TypeVar("T")


def read_files(edition: str, how: Reading, wanted: Iterable[sources.File], held: Held | None = None) -> list[FileRead]:
    """Read source files whole. A file of one part is read to its end; the parts of others are given back, since
    the caller may know them already. What is ``held`` of them from last time makes it faster, and is brought up to date."""
    with paused_collector():
        return _abreast(_read_file(edition, file, how, held) for file in wanted)


def read_parts(how: Reading, parts: Iterable[tuple[bytes, Part]]) -> list[Result]:
    """Read parts, given with their keys."""
    with paused_collector():
        return _abreast(_read_part(key, part, how) for key, part in parts)


def _abreast(works: Iterable[Iterator[T | None]]) -> list[T]:
    """Run ``works`` side by side, each to its next ``yield`` before any of them goes on, and return what they yielded
    other than None, in their order. Work is cut into steps by ``yield None``: to take one step for forty documents, and
    then the next, costs a third less than to take all steps for one document after the other, since the code and the
    tables of a step then stay in the processor's caches."""
    running = list(works)
    found: list[list[T]] = [[] for _ in running]
    for row in zip_longest(*running):
        for mine, one in zip(found, row, strict=True):
            if one is not None:
                mine.append(one)
    return [one for mine in found for one in mine]


def find_names(lists: bytes, wanted: Iterable[tuple[bytes, bytes, str, SourceNote | None]]) -> list[tuple[bytes, bytes]]:  # fmt: skip
    """Look for the names of the (encoded) ``lists`` in encoded documents, given with the key of the result, the source
    file and what the source note says; return each key with its encoded ``Mentions``."""
    lexicon = _lexicon(lists)
    with paused_collector():
        return [
            (key, _encode(mentions.find(_decode_document(document), lexicon, file, source=source)))
            for key, document, file, source in wanted
        ]


def faults_of_names(lists: bytes, files: Mapping[str, str]) -> list[Diagnostic]:
    """Return what keeps names of the (encoded) ``lists`` from being found; ``files`` says where each list stands. The
    reader of a list that is a file of its own has told already which names are shared."""
    return [
        diagnostic(Rule.UNCERTAIN_NAME, fault.message, Span(files[fault.list]), hint=fault.hint)
        for fault in _lexicon(lists).faults
        if fault.kind != "shared" or files[fault.list].endswith(".xml")
    ]


@lru_cache(maxsize=2)
def _lexicon(lists: bytes) -> mentions.Lexicon:
    given = msgspec.msgpack.decode(lists, type=Lists)
    return mentions.Lexicon.of(given.persons, given.terms, given.places, given.language)


def render_pages(context: bytes, jobs: Iterable[Job]) -> list[Done]:
    """Render pages and write them, and the files beside them, to the output of the (encoded) ``context``."""
    renderer = _renderer(context)
    with paused_collector():
        return _abreast(map(renderer.job, jobs))


def _read_file(edition: str, file: sources.File, how: Reading, held: Held | None) -> Iterator[FileRead | None]:
    scanned = sources.now_ns()
    data = files.read(Path(edition), file.path)
    if isinstance(data, Diagnostic):
        yield FileRead(_source(file, 0, b"", Remembered((), None, (data,))))
        return
    yield None
    try:
        split = _split(file, data, held)
    except Exception as error:
        yield FileRead(_source(file, 0, b"", Remembered((), None, (_failed(Span(file.path), error),))))
        return
    keyed = tuple((_part_key(part, how), part) for part in split.parts)
    entries = tuple(PartEntry(part.id, key, part.line) for key, part in keyed)
    source = _source(file, scanned, digest.of_bytes(data), Remembered(entries, split.volume, split.diagnostics))
    if len(keyed) == 1:
        for result in _read_part(*keyed[0], how):
            yield FileRead(source, (), (result,)) if result else None
    else:
        yield FileRead(source, keyed)


def _split(file: sources.File, data: bytes, held: Held | None) -> Split:
    before, known = held.pop(file.path, (b"", None)) if held is not None else (b"", None)
    split = split_again(file.reader, before, known, data) if known else None
    split = split or by_name(file.reader).split(file.path, file.volume, data)
    if held is not None and len(split.parts) > 1:
        held[file.path] = data, split
        while len(held) > HELD:
            del held[next(iter(held))]
    return split


def _source(file: sources.File, scanned: int, of: bytes, remembered: Remembered) -> Source:
    return Source(file.path, file.size, file.mtime_ns, file.ctime_ns, file.inode, scanned, of, _encode(remembered))


def _part_key(part: Part, how: Reading) -> bytes:
    """Where a part stands in its file is no input of its reading; what it is, and what it inherits, are."""
    own = _digest(part.data)
    return digest.of("read", part.reader, part.volume, part.id, part.file, part.context, own, how.grammar, how.language)


@lru_cache(maxsize=1024)
def _digest(data: bytes) -> bytes:
    """The digest of a part, remembered while its file is being written in."""
    return digest.of_bytes(data)


def _read_part(key: bytes, part: Part, how: Reading) -> Iterator[Result | None]:
    try:
        yield from _reading_of(key, part, how)
    except Exception as error:
        yield Result(key, _encode(Read(None, (_failed(Span(part.file), error),))))


def _reading_of(key: bytes, part: Part, how: Reading) -> Iterator[Result | None]:
    yield None
    reading = by_name(part.reader).read(part)
    if reading.document is None:
        yield Result(key, _encode(Read(None, reading.diagnostics)))
        return
    document, found = reading.document, reading.diagnostics
    if document.role != "page" and document.id not in _LISTS:
        yield None
        tagged = tag(document, how.grammar, part.file)
        yield None
        document, found = telegraphese.tag(tagged.document, how.grammar.language), (*found, *tagged.diagnostics)
    yield None
    encoded = _encode(document)
    of = facts.of(document, digest.of_bytes(encoded))
    read = _encode(Read(of, found))
    searched = b"", b""
    if how.search and document.role != "page":
        yield None
        fields = fields_of(document)
        yield None
        searched = _taken_apart(fields, how.language)
    yield Result(key, read, encoded, *searched)


def _taken_apart(fields: Mapping[str, str], language: str) -> tuple[bytes, bytes]:
    terms, positions = take_apart(fields, language)
    return _encode(terms), _encode(positions)


def search_terms(document: bytes, language: str) -> tuple[bytes, bytes]:
    """Return the encoded search terms of an encoded document in a language, and their encoded places."""
    return _taken_apart(fields_of(_decode_document(document)), language)


class _Renderer:
    """Renders and writes the pages of one build."""

    def __init__(self, context: Context) -> None:
        self.templates = Templates(context.templates)
        self.output = Path(context.output)
        self.messages = context.messages
        self.shared = {"site": context.site, "t": context.messages}

    def job(self, job: Job) -> Iterator[Done | None]:
        # A document that cannot be decoded is damaged in the state, which is no fault of its own.
        document = _decode_document(job.document) if job.document else None
        if document and job.names:
            document = mentions.apply(document, _decode_names(job.names).marks)
        made: list[Made | Done] = []
        if job.template:
            yield None
            text = self._text(job, document)
            yield None
            made.append(text if isinstance(text, Done) else self._page(job, text))
        if document and job.record:
            for file in job.files:
                yield None
                made.append(self._file(file, document, job.record))
        yield None
        yield from self._together(made) or map(self._write, made)

    def _together(self, made: Sequence[Made | Done]) -> list[Done] | None:
        """Write a page and the files beside it into a folder that was not there before; None if it is otherwise."""
        if len(made) < 2 or not all(isinstance(one, Made) for one in made):
            return None
        folder = made[0].path.rpartition("/")[0]
        try:
            files = [(one.path.rpartition("/")[2], one.data) for one in made if isinstance(one, Made)]
            written = output.write_folder(self.output, folder, files)
        except OSError:
            return None  # told of the file that it happens to
        return [Done(one.path, one) for one in written] if written else None

    def _page(self, job: Job, text: Mapping[str, Any]) -> Made | Done:
        try:
            page = self.templates.render(job.template, job.path, job.absolute, {**self.shared, **job.data, **text})
        except TemplateFault as fault:
            return Done(job.path, None, fault.diagnostic)
        return Made(job.path, page, job.claim)

    def _file(self, file: File, document: Document, record: Record) -> Made | Done:
        try:
            made = exporters.BY_SUFFIX[file.suffix].make(document, record).encode("utf-8")
        except Exception as error:
            return Done(file.path, None, _failed(Span(file.path), error))
        return Made(file.path, made, file.claim)

    def _write(self, made: Made | Done) -> Done:
        if isinstance(made, Done):
            return made
        try:
            written = output.write(self.output, made.path, made.data, made.claim)
        except OSError as error:
            return Done(made.path, None, output_fault(made.path, error), fatal=True)
        if isinstance(written, output.Refused):
            return Done(made.path, None, written.diagnostic)
        return Done(made.path, written)

    def _text(self, job: Job, document: Document | None) -> dict[str, Any] | Done:
        if document is None:
            return {}
        try:
            shown = rendering.render(document, job.around, self.messages)
        except Exception as error:
            return Done(job.path, None, _failed(Span(job.path), error))
        return {"text": {name: Markup(getattr(shown, name)) for name in shown.__struct_fields__}}


@lru_cache(maxsize=2)
def _renderer(context: bytes) -> _Renderer:
    """A renderer is a function of its context, so a worker keeps the last ones."""
    return _Renderer(msgspec.msgpack.decode(context, type=Context))


def _failed(span: Span, error: Exception) -> Diagnostic:
    """A bug of ours, told for the one document that shows it, so that the others are published all the same.

    Raises ``error`` again if memory ran out: that is no fault of the document, and must not be remembered as one.
    """
    if isinstance(error, MemoryError):
        raise error
    at = traceback.extract_tb(error.__traceback__)[-1]
    message = f"the program failed on this document: {type(error).__name__} in {at.name}: {error}"
    return diagnostic(Rule.INTERNAL, message, span, hint="Please report it, with the document if you may.")


def output_fault(path: str, error: OSError) -> Diagnostic:
    """Return the diagnostic for a file of the site that cannot be written."""
    return diagnostic(
        Rule.OUTPUT,
        f"the file cannot be written: {error.strerror or error}",
        Span(path),
        hint="The site on disk is as it was before this file; build again when the cause is mended.",
    )
