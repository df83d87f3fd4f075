"""Reading an edition: from its files to the catalog, with what was remembered of them.

What changed is read; documents are remembered by their own bytes, so the rest is not. Then the people, terms and
places of each volume's lists are looked for in its documents, which is remembered too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from generator import config, digest, listing, sources, steps, workers
from generator.catalog import Catalog, VolumeCatalog
from generator.diagnostics import Diagnostic, EditionError, Rule, Span, diagnostic, did_you_mean
from generator.document import Facts, MentionFact, SourceNote, Volume
from generator.mentions import Mentions
from generator.phrases import Grammar, phrase
from generator.readers import Part
from generator.registers import KINDS, entries_of
from generator.store import Source, StateDamaged, Store

Progress = Callable[[str, int, int], None]
Key = tuple[str, str]
"""A document: the id of its volume, and its own."""


Said = tuple[Volume, dict[str, str], list[Diagnostic]]
"""A volume, in which files its lists stand, and what is wrong with these."""


class Named(msgspec.Struct, frozen=True):
    """A document with the names found in it: its facts, the digest of its text, faults of its lines."""

    facts: Facts
    digest: bytes
    faults: tuple[Diagnostic, ...]


class VolumeRead(msgspec.Struct):
    """What was read of one volume, or of the free pages: the ``records`` of its files and the files ``about`` it, which
    decide all the rest; its facts by id and, for a volume, what the catalog has of it; what was ``found`` wrong; file and
    line, key, digest and key of the names of each document, and the keys of what was found out about its lists. ``reads``
    and ``named`` are the same in pieces, for when some of it changes."""

    records: list[Source]
    about: Mapping[str, bytes]
    catalog: VolumeCatalog
    found: list[Diagnostic] = []
    drafts: list[Key] = []
    where: dict[Key, tuple[str, int]] = {}
    keys: dict[Key, bytes] = {}
    digests: dict[Key, bytes] = {}
    names: dict[Key, bytes] = {}
    of_lists: set[bytes] = set()
    tei: Volume | None = None
    said: Said | None = None
    splits: dict[bytes, steps.Remembered] = {}
    reads: dict[bytes, steps.Read] = {}
    named: dict[bytes, Named] = {}


class Reader:
    """Reads the edition in ``root`` and keeps what it reads, so that it can be asked again. After ``catalog``: ``where``
    has file and line of each document, ``keys`` its key in the store, ``digests`` that of its text with the names found
    in it, ``names`` the key of those, ``of_lists`` the keys of what was found out about lists."""

    def __init__(
        self,
        root: Path,
        edition: config.Edition,
        store: Store,
        work: workers.Workers,
        progress: Progress,
        drafts: bool = False,
    ) -> None:
        """With ``drafts``, they are taken like other documents."""
        self.root, self.edition, self.store, self._with_drafts = root, edition, store, drafts
        self.work, self.progress = work, progress
        self.read = self.reread = 0
        self.where: dict[Key, tuple[str, int]] = {}
        self.keys: dict[Key, bytes] = {}
        self.names: dict[Key, bytes] = {}
        self.digests: dict[Key, bytes] = {}
        self._records: dict[str, Source] | None = None
        self._volumes: dict[str, VolumeRead] = {}
        self._held: steps.Held = {}
        self._ordering: list[Diagnostic] = []

    @property
    def faults(self) -> dict[str, list[Diagnostic]]:
        """All that was found to be wrong, by volume; under an empty name what is wrong with their order."""
        return {"": self._ordering, **{id: volume.found for id, volume in self._volumes.items()}}

    @property
    def drafts(self) -> list[Facts]:
        """The drafts that are read as if they were finished."""
        volumes = (volume.catalog.by_id.values() for volume in self._volumes.values())
        return [f for facts in volumes for f in facts if f.metadata.status == "draft"] if self._with_drafts else []

    @property
    def of_lists(self) -> set[bytes]:
        return set().union(*(volume.of_lists for volume in self._volumes.values()))

    def files(self, content: sources.Content, again: Collection[str] | None = None) -> dict[str, Source]:
        """Read the files that changed; return the records of all files by path. Only those of the volumes ``again`` can
        have changed, if these are given."""
        known = self.known()
        how = steps.Reading(self._grammar(), self.edition.search.enabled, self.edition.searched_in)
        looked = [f for f in content.files if again is None or f.volume in again]
        changed = [f for f in looked if not sources.is_unchanged(f, known.get(f.path))]
        have = self.store.keys("facts") if changed and again is None else set()
        pending: dict[bytes, Part] = {}
        whole: list[Source] = []
        count = 0
        self.read, self.reread = len(changed), 0
        held = self._held if again is not None and len(changed) <= steps.HELD else None
        for batch in self.work.run(partial(steps.read_files, str(self.root), how, held=held), changed, len(changed)):
            for read in batch:
                known[read.source.path] = read.source
                self._keep(read.results)
                pending.update((k, part) for k, part in read.parts if k not in have and not self._has(k, again))
            # A record says that all parts of its file are known, so it must not be kept before they are.
            self.store.put_sources(read.source for read in batch if not read.parts)
            whole += [read.source for read in batch if read.parts]
            self.store.commit()
            count += len(batch)
            self.progress("Reading", count, len(changed))
        done = 0
        for results in self.work.run(partial(steps.read_parts, how), pending.items(), len(pending)):
            self._keep(results)
            self.store.commit()
            done += len(results)
            self.progress("Reading documents", done, len(pending))
        self.store.put_sources(whole)
        if gone := list(known.keys() - {f.path for f in content.files}):
            self.store.forget_sources(gone)
            for path in gone:
                del known[path]
        return known

    def known(self) -> dict[str, Source]:
        """The records of the files as they were last read, by path."""
        if self._records is None:
            self._records = self.store.sources()
        return self._records

    def _has(self, key: bytes, again: Collection[str] | None) -> bool:
        """Whether a part of the volumes ``again`` is known already."""
        return again is not None and self.store.result("facts", key) is not None

    def _grammar(self) -> Grammar:
        """The grammar of references: the language's phrases, and what the edition adds to them."""
        given = self.edition.references
        own = []
        for added in given.phrases:
            try:
                own.append(phrase(added.rule, added.phrase, added.certainty))
            except ValueError as error:
                place = Span(config.EDITION_FILE, added.line)
                raise EditionError(diagnostic(Rule.WRONG_VALUE, str(error), place)) from None
        return Grammar(self.edition.language, given.series, tuple(own), given.outside)

    def _keep(self, results: Iterable[steps.Result]) -> None:
        results = list(results)
        self.reread += len(results)
        self.store.put_results("facts", [(r.key, r.read) for r in results])
        self.store.put_results("document", [(r.key, r.document) for r in results if r.document])
        self.store.put_results("terms", [(r.key, r.terms) for r in results if r.terms])
        self.store.put_results("positions", [(r.key, r.positions) for r in results if r.positions])

    def catalog(self, content: sources.Content, records: Mapping[str, Source]) -> Catalog:
        """Return the facts of all documents in order, with the people, terms and places found in them. What is as it
        was is the same object as before."""
        files: dict[str, list[Source]] = {volume: [] for volume in (*content.volumes, sources.PAGES)}
        for file in content.files:
            files[file.volume].append(records[file.path])
        before, self._volumes = self._volumes, {}
        stale = {id for id, of in files.items() if not _is_same(before.get(id), of, content.about.get(id, {}))}
        known = _Known(self.store, whole=len(stale) > 1)
        for id, of in files.items():
            if id in stale:
                last = before.pop(id, None)
                self._volumes[id] = self._volume(id, of, content.about.get(id, {}), known, last)
                self._replace(last, self._volumes[id])
            else:
                self._volumes[id] = before.pop(id)
        for gone in before.values():
            self._replace(gone, None)
        self._ordering = []
        volumes = [self._volumes[id].catalog for id in self._order(content.volumes)]
        drafts = [key for volume in self._volumes.values() for key in volume.drafts]
        pages = self._volumes[sources.PAGES].catalog.by_id.values()
        return Catalog(volumes, pages, drafts, self.edition.references.registry)

    def _replace(self, before: VolumeRead | None, now: VolumeRead | None) -> None:
        for name in ("where", "keys", "digests", "names"):
            mine = getattr(self, name)
            for key in getattr(before, name) if before else ():
                if now is None or key not in getattr(now, name):
                    del mine[key]
            if now:
                mine.update(getattr(now, name))

    def _volume(
        self, id: str, records: list[Source], about: Mapping[str, bytes], known: _Known, last: VolumeRead | None
    ) -> VolumeRead:
        """Read a volume from its ``records`` and the files ``about`` it, with what is ``known`` of its documents and what
        was read ``last``."""
        now = VolumeRead(records, about, VolumeCatalog(Volume(id, ""), ()))
        decode = msgspec.msgpack.Decoder(steps.Remembered).decode
        tei: Volume | None = None
        facts: dict[str, Facts] = {}
        folded: dict[str, str] = {}
        for file in records:
            record = last.splits.get(file.split) if last else None
            now.splits[file.split] = record = record or decode(file.split)
            now.found += record.diagnostics
            if record.volume and file.path == f"content/{id}.xml":
                tei = record.volume
            for part in record.parts:
                read = (last.reads.get(part.key) if last else None) or known.read(part.key)
                now.reads[part.key] = read
                now.found += (_moved(d, part.line - 1) for d in read.diagnostics)
                if read.facts is None:
                    continue
                if other := folded.get(part.id.lower()):
                    hint = "Give one of them another id; ids that differ only in capitals cannot both be addresses."
                    now.found.append(diagnostic(Rule.DUPLICATE_ID, f'the id "{part.id}" is taken by {other}', Span(file.path, part.line), hint=hint))  # fmt: skip
                    continue
                folded[part.id.lower()] = file.path
                key = (id, part.id)
                if read.facts.metadata.status == "draft" and not self._with_drafts:
                    now.drafts.append(key)
                    continue
                facts[part.id] = read.facts
                now.where[key] = (file.path, part.line)
                now.keys[key] = part.key
                now.digests[key] = read.facts.digest
        now.tei = tei
        same = last is not None and (last.tei, last.about) == (tei, about)
        now.said = said = (last.said if same and last else None) or self._about(id, about, tei)
        volume, lists, faults = said
        now.found += faults
        if any(entries_of(volume, kind) for kind in KINDS):
            facts = self._named(volume, facts, lists, known, now, last)
        now.catalog = VolumeCatalog(volume, facts.values())
        return now

    def _named(
        self,
        volume: Volume,
        facts: Mapping[str, Facts],
        files: Mapping[str, str],
        known: _Known,
        now: VolumeRead,
        last: VolumeRead | None,
    ) -> dict[str, Facts]:
        """The facts of a volume's documents, with whom and what of its lists, which stand in ``files``, they name."""
        lists = msgspec.msgpack.encode(steps.Lists(volume.persons, volume.terms, volume.places, self.edition.language))
        of_lists = digest.of_bytes(lists)
        keys = {id: digest.of("names", now.keys[volume.id, id], of_lists) for id in facts}
        wanted = [id for id, key in keys.items() if not (last and key in last.named) and known.names(key) is None]
        work = (self._job(keys[id], facts[id], now) for id in wanted)
        for batch in self.work.run(partial(steps.find_names, lists), work, len(wanted)):
            known.put_names(batch)
            self.store.commit()
        decode = msgspec.msgpack.Decoder(Mentions).decode
        self._faults_of(lists, files, of_lists, known, now)
        out: dict[str, Facts] = {}
        for id, of in facts.items():
            held = last.named.get(keys[id]) if last else None
            if held is None:
                found = known.names(keys[id])
                assert found is not None
                names = decode(found)
                text = digest.of(of.digest, names.marks) if names.marks else of.digest
                held = Named(_with_names(of, names), text, names.faults)
            key = (volume.id, id)
            now.named[keys[id]] = held
            now.names[key], now.digests[key] = keys[id], held.digest
            now.found += (_moved(d, now.where[key][1] - 1) for d in held.faults)
            out[id] = held.facts
        return out

    def _faults_of(
        self, lists: bytes, files: Mapping[str, str], of_lists: bytes, known: _Known, now: VolumeRead
    ) -> None:
        """Say what keeps names of a volume's lists from being found; to know it takes as long as looking for them."""
        key = digest.of("faults of names", files, of_lists)
        faults = known.names(key)
        if faults is None:
            faults = msgspec.msgpack.encode(steps.faults_of_names(lists, files))
            known.put_names([(key, faults)])
        now.of_lists.add(key)
        now.found += msgspec.msgpack.decode(faults, type=list[Diagnostic])

    def _job(self, key: bytes, facts: Facts, now: VolumeRead) -> tuple[bytes, bytes, str, SourceNote | None]:
        document = self.store.result("document", now.keys[facts.volume, facts.id])
        if not document:
            raise StateDamaged("a document is missing")
        return key, document, now.where[facts.volume, facts.id][0], facts.source

    def _about(self, id: str, about: Mapping[str, bytes], tei: Volume | None) -> Said:
        """What is said of a volume, in which files its lists stand, and what is wrong with them."""
        if id == sources.PAGES:
            return Volume(id, ""), {}, []
        file = f"content/{id}/{config.VOLUME_FILE}"
        volume, found = config.read_volume(id, file, about.get(config.VOLUME_FILE))
        found = list(found)
        if tei:
            given = {name: value for name in volume.__struct_fields__ if (value := getattr(volume, name))}
            if config.VOLUME_FILE not in about:
                del given["title"]
            volume = msgspec.structs.replace(tei, **given)
        files = {f"{kind}s": f"content/{id}.xml" for kind in KINDS}
        for name in sources.LISTS:
            if name in about:
                kinds = name.removesuffix(".yaml")
                files[kinds] = f"content/{id}/{name}"
                entries, faults = listing.read_entries(files[kinds], about[name])
                found += faults
                volume = msgspec.structs.replace(volume, **{kinds: entries})
        return volume, files, found

    def _order(self, volumes: tuple[str, ...]) -> list[str]:
        """The volumes in the order the edition asks for, the others after them."""
        wanted = []
        for id in self.edition.volumes:
            if id in volumes:
                wanted.append(id)
            else:
                hint = did_you_mean(id, volumes) or "Volumes are the folders and TEI files in content/."
                text = (self.root / config.EDITION_FILE).read_text(encoding="utf-8", errors="replace")
                line = next((n for n, row in enumerate(text.splitlines(), 1) if f'"{id}"' in row), 1)
                self._ordering.append(diagnostic(Rule.UNKNOWN_VOLUME, f'there is no volume "{id}" in content/', Span(config.EDITION_FILE, line, 1), hint=hint, text=text))  # fmt: skip
        return [*dict.fromkeys(wanted), *(v for v in volumes if v not in wanted)]


class _Known:
    """What the store remembers of documents: all of it fetched at once if much will be asked for (``whole``)."""

    def __init__(self, store: Store, whole: bool) -> None:
        self._store, self._whole = store, whole
        self._tables: dict[str, dict[bytes, bytes]] = {}
        self._decode = msgspec.msgpack.Decoder(steps.Read).decode

    def read(self, key: bytes) -> steps.Read:
        found = self._get("facts", key)
        if found is None:
            raise StateDamaged("the facts of a document are missing")
        return self._decode(found)

    def names(self, key: bytes) -> bytes | None:
        return self._get("names", key)

    def put_names(self, found: list[tuple[bytes, bytes]]) -> None:
        self._store.put_results("names", found)
        if "names" in self._tables:
            self._tables["names"].update(found)

    def _get(self, step: str, key: bytes) -> bytes | None:
        if not self._whole:
            return self._store.result(step, key)
        if step not in self._tables:
            self._tables[step] = self._store.results(step)
        return self._tables[step].get(key)


def _is_same(read: VolumeRead | None, records: list[Source], about: Mapping[str, bytes]) -> bool:
    """Whether what was ``read`` of a volume is what would be read now."""
    if read is None or len(read.records) != len(records) or read.about != about:
        return False
    return all(a is b or (a.path, a.split) == (b.path, b.split) for a, b in zip(read.records, records, strict=True))


def _moved(found: Diagnostic, lines: int) -> Diagnostic:
    """A diagnostic of a part, with its place in the file."""
    if not lines or not found.span.line:
        return found
    span = msgspec.structs.replace(found.span, line=found.span.line + lines)
    return msgspec.structs.replace(found, span=span)


def _with_names(facts: Facts, names: Mentions) -> Facts:
    """Facts with the people, terms and places found by name, after those that the source marks."""
    if not (names.persons or names.terms or names.places or names.roles):
        return facts
    return msgspec.structs.replace(
        facts,
        persons=_joined(facts.persons, names.persons),
        terms=_joined(facts.terms, names.terms),
        places=_joined(facts.places, names.places),
        roles=names.roles,
    )


def _joined(given: tuple[MentionFact, ...], found: tuple[MentionFact, ...]) -> tuple[MentionFact, ...]:
    if not found:
        return given
    known = {mention.id for mention in given}
    return (*given, *(mention for mention in found if mention.id not in known))
