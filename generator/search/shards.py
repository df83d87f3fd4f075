"""The index of the whole edition, cut into files of which a reader's browser fetches those that a query needs.

``update`` makes the files from the terms of the documents, and from the previous state only what has changed since. It
is a function of values, and what it yields depends on the present documents alone: the files and the state after any
history of edits are those of an index made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from generator import digest
from generator.search import numbering, postings, tables
from generator.search.analyser import FIELDS, DocumentPositions, DocumentTerms
from generator.search.index import LUNR_VERSION, PIPELINE, Parameters
from generator.search.layouts import ByTerm, Lengths, Records, Words, document_key, length, order_key, term_of

ROOT = "root.js"
"""The one file of the index whose name does not change; it names all others."""

LISTS = "lists"
"""The folder of the lists of files that not every query needs."""

FORM = 1
"""The form of the files. Another form is another index."""

LARGE = 40_000
"""From this many documents on the files of terms are twice as large, from four times as many four times, so that the
root, which names them, does not grow with the edition."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A document to be found: ``terms`` is a key under which its terms can be loaded, the same as long as they are the
    same; ``record`` is what a result shows of it, as JSON."""

    terms: bytes
    record: bytes = b"null"


class Settings(msgspec.Struct, frozen=True):
    """How the index is made: weights, and whether places are kept, which phrases need."""

    parameters: Parameters = Parameters()
    places: bool = True


class Known(msgspec.Struct, frozen=True, array_like=True):
    """A document as it was last indexed: the key of its terms, the digest of its record."""

    terms: bytes
    record: bytes


class Volume(msgspec.Struct, frozen=True, array_like=True):
    """A volume as it was last indexed: its name, the digest of all its entries, its documents by id."""

    name: str
    digest: bytes
    documents: dict[str, Known]


class Block(msgspec.Struct, frozen=True, array_like=True):
    """A block of documents: its code, and one more than its highest slot."""

    code: int
    top: int


class State(msgspec.Struct, frozen=True):
    """What is remembered of an index between two updates. ``volumes`` keeps their order and their documents; the second
    block of a volume is named with a ``/`` after its name."""

    settings: Settings
    volumes: tuple[Volume, ...]
    blocks: dict[str, Block]
    totals: tuple[int, ...]
    tables: dict[str, tables.State]


class Update(msgspec.Struct, frozen=True):
    """What an update comes to: the files to ``write`` (path below the folder of the index -> bytes), those to
    ``remove`` once they are written, and the new state. ``files`` are the paths of all that the index now has."""

    write: dict[str, bytes]
    remove: list[str]
    files: list[str]
    state: State


LoadTerms = Callable[[bytes], DocumentTerms]
LoadPositions = Callable[[bytes], DocumentPositions]
Volumes = Mapping[str, Mapping[str, Entry]]


def update(
    previous: State | None,
    volumes: Volumes,
    load_terms: LoadTerms,
    load_positions: LoadPositions,
    read: tables.Read,
    settings: Settings = Settings(),  # noqa: B008  (frozen)
) -> Update:
    """Bring an index from ``previous`` (None: from nothing) to the documents of ``volumes``.

    ``volumes`` are in the order of the edition: volume -> id -> entry. ``load_terms`` and ``load_positions`` return
    what stands under an entry's key; they are called for the documents that were added, changed, removed or
    moved, also with the old keys, and may raise KeyError for these. ``read`` returns a file of the index as it
    was written, by its path, or None. Where something old is missing or damaged, all is made anew.
    """
    before = set(_paths(previous)) if previous else set()
    if previous is not None and previous.settings == settings:
        try:
            return _Changed(previous, volumes, load_terms, load_positions, read).run()
        except (_AllAnew, KeyError):
            pass
        except tables.Damaged:
            before = set()  # whatever else is there may be damaged too
    made = _made_anew(volumes, load_terms, load_positions, settings)
    write = {path: content for path, content in made.write.items() if path not in before}
    gone = set(_paths(previous)) - set(made.files) if previous else set()
    return Update(write, sorted(gone), made.files, made.state)


def encode_state(state: State) -> bytes:
    """Return the state as bytes, to be kept until the next update."""
    return msgspec.msgpack.encode(state)


def decode_state(data: bytes) -> State | None:
    """Return the state that ``data`` holds; None if it holds none of this form."""
    try:
        return msgspec.msgpack.decode(data, type=State)
    except msgspec.MsgspecError:
        return None


def layouts(documents: int) -> dict[str, tables.Layout]:
    """Return the tables of an index over this many documents."""
    scale = 1
    while documents >= LARGE * scale * scale:
        scale *= 2
    return {
        "terms": ByTerm("terms", 16_000 * scale, 4_000 * scale),
        "places": ByTerm("places", 48_000 * scale, 12_000 * scale),
        "words": Words(),
        "lengths": Lengths(),
        "records": Records(),
    }


def numbers(state: State) -> dict[tuple[str, str], int]:
    """Return the number by which the browser knows each document (volume, id): it goes through the volumes in order."""
    found: dict[tuple[str, str], int] = {}
    base = 0
    for volume in state.volumes:
        for name, slots in _slots(volume.name, volume.documents).items():
            if slots:
                found.update({(volume.name, id): base + slot for id, slot in slots.items()})
                base += state.blocks[name].top
    return found


def _slots(volume: str, ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return the slots of a volume's documents, by the names of its two blocks."""
    slots = numbering.slots(ids)
    return {volume: slots.numbered, f"{volume}/": slots.others}


def _made_anew(volumes: Volumes, load_terms: LoadTerms, load_positions: LoadPositions, settings: Settings) -> Update:
    volume_of = {name: volume for volume in volumes for name in (volume, f"{volume}/")}
    slots = {name: of_block for volume, ids in volumes.items() for name, of_block in _slots(volume, ids).items()}
    tops = {name: max(of_block.values()) + 1 for name, of_block in slots.items() if of_block}
    codes = numbering.codes(tops)
    collected = postings.Collector()
    lengths: list[tables.Row] = []
    records: list[tables.Row] = []
    totals = [0] * len(FIELDS)
    for name, code in codes.items():
        entries = volumes[volume_of[name]]
        documents = []
        for slot, id in sorted((slot, id) for id, slot in slots[name].items()):
            entry = entries[id]
            terms = load_terms(entry.terms)
            documents.append((slot, terms, load_positions(entry.terms) if settings.places else None))
            counts = [field.length for field in terms.fields]
            totals = [a + b for a, b in zip(totals, counts, strict=True)]
            lengths.append((code, slot, *counts))
            records.append((code, slot, entry.record))
        collected.add_block(code, documents)
    made = {kind: tables.Table(layout) for kind, layout in layouts(len(lengths)).items()}
    terms_of_all = sorted(collected.terms(), key=order_key)
    made["terms"].build(
        (term, *posting) for term, (posting, _) in zip(terms_of_all, collected.rows(terms_of_all), strict=True)
    )
    if settings.places:
        made["places"].build(
            (term, *places) for term, (_, places) in zip(terms_of_all, collected.rows(terms_of_all), strict=True)
        )
    made["words"].build((term,) for term in sorted(terms_of_all, key=length))
    made["lengths"].build(lengths)
    made["records"].build(records)
    known = tuple(_volume(name, entries, None) for name, entries in volumes.items())
    blocks = {name: Block(code, tops[name]) for name, code in codes.items()}
    return _finished(State(settings, known, blocks, tuple(totals), _states(made)), made, None)


def _volume(name: str, entries: Mapping[str, Entry], before: Volume | None) -> Volume:
    """Return what is to be remembered of a volume; ``before`` itself if that is all the same."""
    of_all = digest.of(list(entries.items()))
    if before and before.digest == of_all:
        return before
    documents = {id: Known(entry.terms, digest.of_bytes(entry.record)[:8]) for id, entry in entries.items()}
    return Volume(name, of_all, documents)


def _states(made: Mapping[str, tables.Table]) -> dict[str, tables.State]:
    return {kind: table.state for kind, table in made.items()}


def _documents(volume: Volume | None) -> Mapping[str, Known]:
    return volume.documents if volume else {}


def _count(volumes: Iterable[Volume]) -> int:
    return sum(len(volume.documents) for volume in volumes)


class _AllAnew(Exception):
    """So much has changed that making all anew is less work."""


class _Changed:
    """One update of an index."""

    def __init__(
        self,
        previous: State,
        volumes: Volumes,
        load_terms: LoadTerms,
        load_positions: LoadPositions,
        read: tables.Read,
    ) -> None:
        self.previous, self.volumes = previous, volumes
        self.load_terms = load_terms
        self.load_positions = load_positions if previous.settings.places else None
        self.before = {volume.name: volume for volume in previous.volumes}
        self.now: dict[str, Volume] = {}
        self.totals = list(previous.totals)
        # term -> for each field: code of a block -> slot -> what becomes of the document there
        self.terms: dict[str, list[dict[int, dict[int, postings.Change]]]] = {}
        self.lengths: dict[str, tables.Row | None] = {}
        self.records: dict[str, tables.Row | None] = {}
        made = layouts(_count(previous.volumes))
        self.tables = {kind: tables.Table(made[kind], previous.tables[kind], read) for kind in made}

    def run(self) -> Update:
        for volume, entries in self.volumes.items():
            self.now[volume] = _volume(volume, entries, self.before.get(volume))
        count = _count(self.now.values())
        if layouts(count) != layouts(_count(self.previous.volumes)):
            raise _AllAnew
        blocks = self._blocks()
        changes: list[tuple[_Standing | None, _Standing | None]] = []
        for volume in dict.fromkeys((*self.before, *self.now)):
            if self.before.get(volume) is not self.now.get(volume) or self._moved(volume, blocks):
                changes += self._changes(volume, blocks)
        if len(changes) > 20 + count // 20:
            raise _AllAnew
        # What leaves its place first: another document may have it now.
        for old, new in sorted(changes, key=lambda change: change[1] is not None):
            self._collect(old, new)
        self._apply()
        volumes = tuple(self.now.values())
        states = _states(self.tables)
        state = State(self.previous.settings, volumes, blocks, tuple(self.totals), states)
        return _finished(state, self.tables, self.previous)

    def _blocks(self) -> dict[str, Block]:
        """The blocks as they are now; volumes with the ids they had keep their slots."""
        tops = {name: block.top for name, block in self.previous.blocks.items()}
        for volume in dict.fromkeys((*self.before, *self.now)):
            if self.before.get(volume) is self.now.get(volume):
                continue
            now = _documents(self.now.get(volume))
            if now.keys() == _documents(self.before.get(volume)).keys():
                continue
            for name, slots in _slots(volume, now).items():
                tops.pop(name, None)
                if slots:
                    tops[name] = max(slots.values()) + 1
        return {name: Block(code, tops[name]) for name, code in numbering.codes(tops).items()}

    def _moved(self, volume: str, blocks: Mapping[str, Block]) -> bool:
        before = self.previous.blocks
        return any(
            name in before and (name not in blocks or blocks[name].code != before[name].code)
            for name in (volume, f"{volume}/")
        )

    def _changes(self, volume: str, blocks: Mapping[str, Block]) -> Iterator[tuple[_Standing | None, _Standing | None]]:
        """Yield what changed in a volume: how a document stood in the index, and how it stands there now."""
        before = self._standing(volume, _documents(self.before.get(volume)), self.previous.blocks)
        now = self._standing(volume, _documents(self.now.get(volume)), blocks)
        for id in dict.fromkeys((*before, *now)):
            old, new = before.get(id), now.get(id)
            if old == new:
                continue
            if old and new and (old.code, old.slot) != (new.code, new.slot):
                yield old, None
                yield None, new
            else:
                yield old, new

    def _standing(self, volume: str, known: Mapping[str, Known], blocks: Mapping[str, Block]) -> dict[str, _Standing]:
        return {
            id: _Standing(volume, id, blocks[name].code, slot, known[id])
            for name, slots in _slots(volume, known).items()
            for id, slot in slots.items()
        }

    def _collect(self, old: _Standing | None, new: _Standing | None) -> None:
        """Put down what the change of one document, at its place in the index, means for the tables."""
        standing = new or old
        assert standing
        key = document_key(standing.code, standing.slot)
        if not (old and new and old.known.record == new.known.record):
            shown = self.volumes[new.volume][new.id].record if new else b""
            self.records[key] = (new.code, new.slot, shown) if new else None
        if old and new and old.known.terms == new.known.terms:
            return
        old_terms = self._load(old)
        new_terms = self._load(new)
        if new:
            self.lengths[key] = (new.code, new.slot, *(field_length for field_length, _ in new_terms))
        else:
            self.lengths[key] = None
        for number, ((old_length, before), (new_length, now)) in enumerate(zip(old_terms, new_terms, strict=True)):
            self.totals[number] += new_length - old_length
            for term in before.keys() | now.keys():
                if before.get(term) != now.get(term):
                    fields = self.terms.setdefault(term, [{} for _ in FIELDS])
                    fields[number].setdefault(standing.code, {})[standing.slot] = now.get(term)

    def _load(self, standing: _Standing | None) -> list[tuple[int, dict[str, tuple[int, str]]]]:
        """Return for each field of a document its length and its terms, with how often and where they stand."""
        if standing is None:
            return [(0, {})] * len(FIELDS)
        key = standing.known.terms
        loaded = []
        places = self.load_positions(key).fields if self.load_positions else None
        for number, field in enumerate(self.load_terms(key).fields):
            written = places[number].split('"') if places else [""] * len(field.frequencies)
            terms = field.split()
            loaded.append((field.length, dict(zip(terms, zip(field.frequencies, written), strict=False))))  # noqa: B905
        return loaded

    def _apply(self) -> None:
        terms: dict[str, tables.Row | None] = {}
        places: dict[str, tables.Row | None] = {}
        words: dict[str, tables.Row | None] = {}
        for term, fields in self.terms.items():
            key = order_key(term)
            old = self.tables["terms"].row(key)
            old_places = self.tables["places"].row(key) if self.load_positions else None
            empty = ("",) * len(FIELDS)
            pairs = [
                postings.changed(posting, written, changes) if changes else (posting, written)
                for posting, written, changes in zip(
                    old[1:] if old else empty, old_places[1:] if old_places else empty, fields, strict=True
                )
            ]
            row = (term, *(posting for posting, _ in pairs))
            row_places = (term, *(written for _, written in pairs))
            stays = any(row[1:])
            if row != old:
                terms[key] = row if stays else None
            if self.load_positions and row_places != old_places:
                places[key] = row_places if stays else None
            if bool(old) != stays:
                words[self.tables["words"].layout.key(row)] = (term,) if stays else None
        for kind, changes in (
            ("terms", terms),
            ("places", places),
            ("words", words),
            ("lengths", self.lengths),
            ("records", self.records),
        ):
            if changes:
                self.tables[kind].change(changes)


class _Standing(msgspec.Struct, frozen=True):
    """A document in the index: volume, id, code of its block, slot, and what is known of it."""

    volume: str
    id: str
    code: int
    slot: int
    known: Known


def _finished(state: State, made: Mapping[str, tables.Table], previous: State | None) -> Update:
    lists = _lists(state)
    written = {path: content for table in made.values() for path, content in table.written.items()}
    for data in lists.values():
        written[tables.path(LISTS, tables.name(data))] = tables.script(tables.name(data), data)
    present = set(_paths(state))
    before = set(_paths(previous)) if previous else set()
    write = {path: content for path, content in sorted(written.items()) if path in present - before}
    write[ROOT] = tables.script("root", _root(state, lists))
    return Update(write, sorted(before - present), sorted((*present, ROOT)), state)


def _paths(state: State) -> list[str]:
    """Return the paths of all files but the root."""
    tables_of = state.tables.items()
    return [tables.path(kind, file.name) for kind, table in tables_of for file in (*table.files, *table.alone)] + [
        tables.path(LISTS, tables.name(data)) for data in _lists(state).values()
    ]


def _names(files: Iterable[tables.File]) -> str:
    """The names of files in one text, each ten letters."""
    return "".join(file.name for file in files)


def _by_term(table: tables.State) -> list[str]:
    """What finds the file of a term: the first terms of the files, then the terms that have files of their own, and
    the names of these and those."""
    parts = (table.files, table.alone)
    return [*(" ".join(term_of(file.first) for file in files) for files in parts), *map(_names, parts)]


def _by_document(table: tables.State) -> tuple[list[int], str]:
    """What finds the file of a document: code and slot of the first of each file, and the names."""
    firsts = [number for file in table.files for number in (int(file.first[:6]), int(file.first[6:]))]
    return firsts, _names(table.files)


def _lists(state: State) -> dict[str, bytes]:
    """Return the lists of files that not every query needs; they are files of their own."""
    return {
        "places": msgspec.json.encode(_by_term(state.tables["places"])),
        "records": msgspec.json.encode(_by_document(state.tables["records"])),
    }


def _root(state: State, lists: Mapping[str, bytes]) -> bytes:
    parameters = state.settings.parameters
    words = state.tables["words"].files
    root = {
        "form": FORM,
        "lunr": LUNR_VERSION,
        "pipeline": PIPELINE,
        "fields": FIELDS,
        "boosts": parameters.boosts,
        "k1": parameters.k1,
        "b": parameters.b,
        "count": _count(state.volumes),
        "totals": state.totals,
        "blocks": [
            (volume.name, block.code, block.top)
            for volume in state.volumes
            for name in (volume.name, f"{volume.name}/")
            if (block := state.blocks.get(name))
        ],
        "terms": _by_term(state.tables["terms"]),
        "words": ([int(file.first[:6]) for file in words], _names(words)),
        "lengths": _by_document(state.tables["lengths"]),
        "lists": {kind: tables.name(data) for kind, data in lists.items()},
        "phrases": state.settings.places,
    }
    return msgspec.json.encode(root)
