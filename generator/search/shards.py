"""The index of the whole edition, cut into files of which a reader's browser fetches those that a query needs.

``update`` makes the files from the terms of the documents, and from the previous state only what has changed since. It
is a function of values, and what it yields depends on the present documents alone: the files and the state after any
history of edits are those of an index made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from generator import digest
from generator.search import groups, lists, numbering, postings, tables, variant_table
from generator.search.analyser import FIELDS, DocumentPositions, DocumentTerms
from generator.search.index import LUNR_VERSION, Parameters
from generator.search.languages import language
from generator.search.layouts import (
    COLUMNS,
    ByTerm,
    Columns,
    Lengths,
    Words,
    document_key,
    length,
    order_key,
)
from generator.search.variants import NONE, Given

ROOT = "root.js"
"""The one file of the index whose name does not change; it names all others."""

FOLDERS = ("terms", "places", "words", "lengths", *COLUMNS, groups.FOLDER, lists.FOLDER, variant_table.FOLDER)
"""All folders of the index."""

FORM = 1
"""The form of the files. Another form is another index."""

LARGE = 40_000
"""From this many documents on the files of terms are twice as large, from four times as many four times, so that the
root, which names them, does not grow with the edition."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A document to be found: ``terms`` is a key under which its terms can be loaded, the same as long as they are the
    same; ``record`` is what a result shows of it, as JSON; ``facets`` are its values in each of ``layouts.COLUMNS``, by
    which results can be counted and narrowed."""

    terms: bytes
    record: bytes = b"null"
    facets: tuple[tuple[str, ...], ...] = ()


class Contents:
    """The documents of a volume: a ``key`` that is the same as long as ``make`` gives the same entries by id. They are
    made only if the key is new."""

    def __init__(self, key: bytes, make: Callable[[], Mapping[str, Entry]]) -> None:
        self.key = key
        self._make = make

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The entries, made when first asked for."""
        entries = self._make()
        self._make = lambda: entries  # what they were made from is let go
        return entries


class Settings(msgspec.Struct, frozen=True):
    """How the index is made: weights, whether places are kept, which phrases need, and the language of the terms."""

    parameters: Parameters = Parameters()
    places: bool = True
    language: str = "en"


class Known(msgspec.Struct, frozen=True, array_like=True):
    """A document as it was last indexed: the key of its terms, the digest of its facets."""

    terms: bytes
    facets: bytes


class Volume(msgspec.Struct, frozen=True, array_like=True):
    """A volume as it was last indexed: its name, the key of its contents, its documents by id."""

    name: str
    key: bytes
    documents: dict[str, Known]


class Block(msgspec.Struct, frozen=True, array_like=True):
    """A block of documents: its code, and one more than its highest slot."""

    code: int
    top: int


class State(msgspec.Struct, frozen=True):
    """What is remembered of an index between two updates. ``volumes`` keeps their order and their documents; ``blocks`` and
    ``groups`` (of records) are by block, where the second block of a volume is named with a ``/`` after its name."""

    settings: Settings
    volumes: tuple[Volume, ...]
    blocks: dict[str, Block]
    totals: tuple[int, ...]
    tables: dict[str, tables.State]
    groups: dict[str, tuple[groups.Group, ...]]
    variants: variant_table.Known


class Update(msgspec.Struct, frozen=True):
    """What an update comes to: the files to ``write`` (path below the folder of the index -> bytes), those to
    ``remove`` once they are written, and the new state. ``files`` are the paths of all that the index now has."""

    write: dict[str, bytes]
    remove: list[str]
    files: list[str]
    state: State


LoadTerms = Callable[[bytes], DocumentTerms]
LoadPositions = Callable[[bytes], DocumentPositions]
Volumes = Mapping[str, Contents]


def update(
    previous: State | None,
    volumes: Volumes,
    load_terms: LoadTerms,
    load_positions: LoadPositions,
    read: tables.Read,
    settings: Settings = Settings(),  # noqa: B008  (frozen)
    variants: Given = NONE,
) -> Update:
    """Bring an index from ``previous`` (None: from nothing) to the documents of ``volumes``.

    ``volumes`` are in the order of the edition, by name. ``load_terms`` and ``load_positions`` return
    what stands under an entry's key; they are called for the documents that were added, changed, removed or
    moved, also with the old keys, and may raise KeyError for these. ``read`` returns a file of the index as it
    was written, by its path, or None. ``variants`` are other forms of words. Where something old is missing or
    damaged, all is made anew.
    """
    before = {*_paths(previous), *lists.of(previous.tables).files} if previous else set()
    damaged = False
    if previous is not None and previous.settings == settings:
        try:
            return _Changed(previous, volumes, load_terms, load_positions, read, variants).run(before)
        except (_AllAnew, KeyError):
            pass
        except tables.Damaged:
            damaged = True  # and so may be whatever else is there
    made = _made_anew(volumes, load_terms, load_positions, settings, variants)
    write = {path: content for path, content in made.write.items() if damaged or path not in before}
    return Update(write, sorted(before - set(made.files)), made.files, made.state)


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
        # Of many documents only those lengths are fetched that a query needs.
        "lengths": Lengths(target=16_000 if scale == 1 else 6_000),
        **{folder: Columns(folder) for folder in COLUMNS},
        variant_table.FOLDER: variant_table.Variants(),
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


def _made_anew(
    volumes: Volumes, load_terms: LoadTerms, load_positions: LoadPositions, settings: Settings, variants: Given
) -> Update:
    volume_of = {name: volume for volume in volumes for name in (volume, f"{volume}/")}
    slots = {name: of_block for volume, of in volumes.items() for name, of_block in _slots(volume, of.entries).items()}
    tops = {name: max(of_block.values()) + 1 for name, of_block in slots.items() if of_block}
    codes = numbering.codes(tops)
    collected = postings.Collector()
    lengths: list[tables.Row] = []
    columns: dict[str, list[tables.Row]] = {folder: [] for folder in COLUMNS}
    totals = [0] * len(FIELDS)
    for name, code in codes.items():
        entries = volumes[volume_of[name]].entries
        documents = []
        for slot, id in sorted((slot, id) for id, slot in slots[name].items()):
            entry = entries[id]
            terms = load_terms(entry.terms)
            documents.append((slot, terms, load_positions(entry.terms) if settings.places else None))
            counts = [field.length for field in terms.fields]
            totals = [a + b for a, b in zip(totals, counts, strict=True)]
            lengths.append((code, slot, *counts))
            for folder, rows in columns.items():
                rows.append((code, slot, *_values(entry, folder)))
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
    for folder, rows in columns.items():
        made[folder].build(rows)
    of_variants, made[variant_table.FOLDER] = variant_table.made(
        variants, set(terms_of_all).__contains__, settings.language
    )
    known = tuple(_volume(name, contents, None) for name, contents in volumes.items())
    blocks = {name: Block(code, tops[name]) for name, code in codes.items()}
    written: dict[str, bytes] = {}
    of_records = {
        name: _groups(code, slots[name], volumes[volume_of[name]].entries, written) for name, code in codes.items()
    }
    state = State(settings, known, blocks, tuple(totals), _states(made), of_records, of_variants)
    return _finished(state, made, written, set())


def _groups(
    code: int, slots: Mapping[str, int], entries: Mapping[str, Entry], written: dict[str, bytes]
) -> tuple[groups.Group, ...]:
    """Return the groups of a block's records; their files are put into ``written``."""
    records = sorted((slot, entries[id].record) for id, slot in slots.items())
    made = []
    for group, files in groups.of_block(code, records):
        made.append(group)
        written.update(files)
    return tuple(made)


def _values(entry: Entry, folder: str) -> tuple[tuple[str, ...], ...]:
    """Return the values of a document in the columns of one table."""
    names = [name for names in COLUMNS.values() for name in names]
    given = dict(zip(names, entry.facets, strict=False))
    return tuple(given.get(name, ()) for name in COLUMNS[folder])


def _volume(name: str, contents: Contents, before: Volume | None) -> Volume:
    """Return what is to be remembered of a volume; ``before`` itself if that is all the same."""
    if before and before.key == contents.key:
        return before
    documents = {id: Known(entry.terms, digest.of(entry.facets)[:8]) for id, entry in contents.entries.items()}
    return Volume(name, contents.key, documents)


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
        variants: Given,
    ) -> None:
        self.previous, self.volumes, self.variants = previous, volumes, variants
        self.load_terms = load_terms
        self.load_positions = load_positions if previous.settings.places else None
        self.before = {volume.name: volume for volume in previous.volumes}
        self.now: dict[str, Volume] = {}
        self.totals = list(previous.totals)
        # term -> for each field: code of a block -> slot -> what becomes of the document there
        self.terms: dict[str, list[dict[int, dict[int, postings.Change]]]] = {}
        self.lengths: dict[str, tables.Row | None] = {}
        self.columns: dict[str, dict[str, tables.Row | None]] = {folder: {} for folder in COLUMNS}
        made = layouts(_count(previous.volumes))
        self.tables = {kind: tables.Table(made[kind], previous.tables[kind], read) for kind in made}
        self.read = read

    def run(self, before: set[str]) -> Update:
        """Return the update; ``before`` are the paths of the previous index."""
        for volume, contents in self.volumes.items():
            self.now[volume] = _volume(volume, contents, self.before.get(volume))
        count = _count(self.now.values())
        if layouts(count) != layouts(_count(self.previous.volumes)):
            raise _AllAnew
        blocks = self._blocks()
        changes: list[tuple[_Standing | None, _Standing | None]] = []
        of_records = dict(self.previous.groups)
        written: dict[str, bytes] = {}
        for volume in dict.fromkeys((*self.before, *self.now)):
            if self.before.get(volume) is not self.now.get(volume) or self._moved(volume, blocks):
                changes += self._changes(volume, blocks)
                for name, slots in _slots(volume, _documents(self.now.get(volume))).items():
                    if name in blocks:
                        of_records[name] = _groups(blocks[name].code, slots, self.volumes[volume].entries, written)
        if len(changes) > 20 + count // 20:
            raise _AllAnew
        # What leaves its place first: another document may have it now.
        for old, new in sorted(changes, key=lambda change: change[1] is not None):
            self._collect(old, new)
        of_variants = self._apply()
        volumes = tuple(self.now.values())
        states = _states(self.tables)
        of_records = {name: of_records[name] for name in blocks}
        state = State(self.previous.settings, volumes, blocks, tuple(self.totals), states, of_records, of_variants)
        return _finished(state, self.tables, written, before)

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
        entry = self.volumes[new.volume].entries[new.id] if new else None
        if not (old and new and old.known.facets == new.known.facets):
            for folder, rows in self.columns.items():
                rows[key] = (standing.code, standing.slot, *_values(entry, folder)) if entry else None
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

    def _apply(self) -> variant_table.Known:
        """Change the tables; return what is to be remembered of the other forms of words."""
        terms: dict[str, tables.Row | None] = {}
        places: dict[str, tables.Row | None] = {}
        words: dict[str, tables.Row | None] = {}
        there: dict[str, bool] = {}
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
                there[term] = stays
        for kind, changes in (
            ("terms", terms),
            ("places", places),
            ("words", words),
            ("lengths", self.lengths),
            *self.columns.items(),
        ):
            if changes:
                self.tables[kind].change(changes)
        known = self.previous.variants
        # A table that was changed cannot be looked into.
        before = tables.Table(self.tables["terms"].layout, self.previous.tables["terms"], self.read)
        anew = variant_table.changed(
            known,
            self.variants,
            there,
            lambda term: before.row(order_key(term)) is not None,
            self.previous.settings.language,
        )
        if anew:
            known, self.tables[variant_table.FOLDER] = anew
        return known


class _Standing(msgspec.Struct, frozen=True):
    """A document in the index: volume, id, code of its block, slot, and what is known of it."""

    volume: str
    id: str
    code: int
    slot: int
    known: Known


def _finished(state: State, made: Mapping[str, tables.Table], records: Mapping[str, bytes], before: set[str]) -> Update:
    """Return what an update comes to: the tables as they were ``made``, the files of ``records``; ``before`` are the
    paths of the previous index."""
    of = lists.of(state.tables)
    written = {path: content for table in made.values() for path, content in table.written.items()}
    written |= {**records, **of.files}
    present = {*_paths(state), *of.files}
    write = {path: content for path, content in sorted(written.items()) if path in present - before}
    write[ROOT] = tables.script("root", _root(state, of))
    return Update(write, sorted(before - present), sorted((*present, ROOT)), state)


def _paths(state: State) -> Iterator[str]:
    """Yield the paths of all files but the root and the lists."""
    for kind, table in state.tables.items():
        for file in (*table.files, *table.alone):
            yield tables.path(kind, file.name)
    for of_block in state.groups.values():
        for group in of_block:
            yield from group.paths()


def _root(state: State, of: lists.Lists) -> bytes:
    parameters = state.settings.parameters
    spoken = language(state.settings.language)
    words = state.tables["words"].files
    root = {
        "form": FORM,
        "lunr": LUNR_VERSION,
        "pipeline": spoken.pipeline,
        "language": spoken.in_root(),
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
        "terms": lists.by_term(state.tables["terms"]),
        "words": ([int(file.first[:6]) for file in words], lists.names(words)),
        "lengths": lists.by_document(state.tables["lengths"]),
        "records": groups.in_root((state.blocks[name].code, of_block) for name, of_block in state.groups.items()),
        "lists": of.in_root,
        "columns": COLUMNS,
        "variants": variant_table.in_root(state.variants, state.tables[variant_table.FOLDER]),
        "phrases": state.settings.places,
    }
    return msgspec.json.encode(root)
