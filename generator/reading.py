"""Reading an edition: from its files to the catalog, with what was remembered of them.

What changed is read; documents are remembered by their own bytes, so the rest is not. Then the people, terms and
places of each volume's lists are looked for in its documents, which is remembered too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


class Reader:
    """Reads the edition in ``root`` and keeps what it finds. After ``catalog``: ``where`` has file and line of each
    document, ``keys`` its key in the store, ``digests`` that of its text with the names found in it, ``names`` the key of
    those, ``of_lists`` the keys of what was found out about lists."""

    def __init__(
        self, root: Path, edition: config.Edition, store: Store, work: workers.Workers, progress: Progress
    ) -> None:
        self.root, self.edition, self.store = root, edition, store
        self.work, self.progress = work, progress
        self.found: list[Diagnostic] = []
        self.read = self.reread = 0
        self.where: dict[Key, tuple[str, int]] = {}
        self.keys: dict[Key, bytes] = {}
        self.names: dict[Key, bytes] = {}
        self.of_lists: set[bytes] = set()
        self._lists: dict[Key, str] = {}
        self.digests: dict[Key, bytes] = {}

    def files(self, content: sources.Content) -> dict[str, Source]:
        """Read the files that changed; return the records of all files by path."""
        known = self.store.sources()
        how = steps.Reading(self._grammar(), self.edition.search.enabled)
        records = {f.path: known[f.path] for f in content.files if sources.is_unchanged(f, known.get(f.path))}
        changed = [f for f in content.files if f.path not in records]
        have = self.store.keys("facts") if changed else set()
        pending: dict[bytes, Part] = {}
        whole: list[Source] = []
        count = 0
        for batch in self.work.run(partial(steps.read_files, str(self.root), how), changed, len(changed)):
            for read in batch:
                records[read.source.path] = read.source
                self._keep(read.results)
                pending.update((key, part) for key, part in read.parts if key not in have)
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
        self.read = len(changed)
        self.store.forget_sources(known.keys() - records.keys())
        return {f.path: records[f.path] for f in content.files}

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
        """Return the facts of all documents in order, with the people, terms and places found in them."""
        tei_volumes: dict[str, Volume] = {}
        drafts: list[Key] = []
        facts = self._facts(content, records, tei_volumes, drafts)
        abouts = {id: self._volume(id, content, tei_volumes.get(id)) for id in self._order(content.volumes)}
        listed = {id for id, about in abouts.items() if any(entries_of(about, kind) for kind in KINDS)}
        known = self.store.results("names") if listed else {}
        volumes = []
        for id, about in abouts.items():
            named = self._named(about, facts[id], known) if id in listed else facts[id]
            volumes.append(VolumeCatalog(about, named.values()))
        return Catalog(volumes, facts[sources.PAGES].values(), drafts, self.edition.references.registry)

    def _facts(
        self, content: sources.Content, records: Mapping[str, Source], tei_volumes: dict[str, Volume], drafts: list[Key]
    ) -> dict[str, dict[str, Facts]]:
        """The facts of the documents of each volume, as remembered; what TEI says of volumes, and drafts, are put into
        the last two."""
        remembered = self.store.results("facts")
        decode = msgspec.msgpack.Decoder(steps.Read).decode
        decode_record = msgspec.msgpack.Decoder(steps.Remembered).decode
        facts: dict[str, dict[str, Facts]] = {volume: {} for volume in (*content.volumes, sources.PAGES)}
        folded: dict[Key, str] = {}
        for file in content.files:
            record = decode_record(records[file.path].split)
            self.found += record.diagnostics
            if record.volume and file.path == f"content/{file.volume}.xml":
                tei_volumes[file.volume] = record.volume
            for part in record.parts:
                if part.key not in remembered:
                    raise StateDamaged("the facts of a document are missing")
                read = decode(remembered[part.key])
                self.found += (_moved(d, part.line - 1) for d in read.diagnostics)
                if read.facts is None:
                    continue
                if other := folded.get((file.volume, part.id.lower())):
                    hint = "Give one of them another id; ids that differ only in capitals cannot both be addresses."
                    self.found.append(diagnostic(Rule.DUPLICATE_ID, f'the id "{part.id}" is taken by {other}', Span(file.path, part.line), hint=hint))  # fmt: skip
                    continue
                folded[file.volume, part.id.lower()] = file.path
                if read.facts.metadata.status == "draft":
                    drafts.append((file.volume, part.id))
                    continue
                facts[file.volume][part.id] = read.facts
                self.where[file.volume, part.id] = (file.path, part.line)
                self.keys[file.volume, part.id] = part.key
                self.digests[file.volume, part.id] = read.facts.digest
        return facts

    def _named(self, volume: Volume, facts: Mapping[str, Facts], known: dict[bytes, bytes]) -> dict[str, Facts]:
        """The facts of a volume's documents, with whom and what of its lists they name; ``known`` is what is
        remembered, and what is found is added to it."""
        lists = msgspec.msgpack.encode(steps.Lists(volume.persons, volume.terms, volume.places, self.edition.language))
        of_lists = digest.of_bytes(lists)
        keys = {id: digest.of("names", self.keys[volume.id, id], of_lists) for id in facts}
        wanted = [id for id, key in keys.items() if key not in known]
        work = (self._job(keys[id], facts[id]) for id in wanted)
        for batch in self.work.run(partial(steps.find_names, lists), work, len(wanted)):
            known.update(batch)
            self.store.put_results("names", batch)
            self.store.commit()
        decode = msgspec.msgpack.Decoder(Mentions).decode
        self._faults_of(volume.id, lists, of_lists, known)
        out: dict[str, Facts] = {}
        for id, of in facts.items():
            names = decode(known[keys[id]])
            key = (volume.id, id)
            self.names[key] = keys[id]
            self.found += (_moved(d, self.where[key][1] - 1) for d in names.faults)
            if names.marks:
                self.digests[key] = digest.of(self.digests[key], names.marks)
            out[id] = _with_names(of, names)
        return out

    def _faults_of(self, volume: str, lists: bytes, of_lists: bytes, known: dict[bytes, bytes]) -> None:
        """Say what keeps names of a volume's lists from being found; to know it takes as long as looking for them."""
        files = {f"{kind}s": self._lists.get((volume, f"{kind}s"), f"content/{volume}.xml") for kind in KINDS}
        key = digest.of("faults of names", files, of_lists)
        if key not in known:
            known[key] = msgspec.msgpack.encode(steps.faults_of_names(lists, files))
            self.store.put_results("names", [(key, known[key])])
        self.of_lists.add(key)
        self.found += msgspec.msgpack.decode(known[key], type=list[Diagnostic])

    def _job(self, key: bytes, facts: Facts) -> tuple[bytes, bytes, str, SourceNote | None]:
        document = self.store.result("document", self.keys[facts.volume, facts.id])
        if not document:
            raise StateDamaged("a document is missing")
        return key, document, self.where[facts.volume, facts.id][0], facts.source

    def _volume(self, id: str, content: sources.Content, tei: Volume | None) -> Volume:
        about = content.about.get(id, {})
        file = f"content/{id}/{config.VOLUME_FILE}"
        volume, found = config.read_volume(id, file, about.get(config.VOLUME_FILE))
        self.found += found
        if tei:
            given = {name: value for name in volume.__struct_fields__ if (value := getattr(volume, name))}
            if config.VOLUME_FILE not in about:
                del given["title"]
            volume = msgspec.structs.replace(tei, **given)
        for name in sources.LISTS:
            if name in about:
                self._lists[id, name.removesuffix(".yaml")] = f"content/{id}/{name}"
                entries, found = listing.read_entries(f"content/{id}/{name}", about[name])
                self.found += found
                volume = msgspec.structs.replace(volume, **{name.removesuffix(".yaml"): entries})
        return volume

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
                self.found.append(diagnostic(Rule.UNKNOWN_VOLUME, f'there is no volume "{id}" in content/', Span(config.EDITION_FILE, line, 1), hint=hint, text=text))  # fmt: skip
        return [*dict.fromkeys(wanted), *(v for v in volumes if v not in wanted)]


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
