"""The stages of a build, in order.

scan sources -> read what changed -> facts -> catalog -> plan every page -> render the pages whose key is new
-> search index, assets, files -> remove what is no longer planned -> remember.

Every page's key is the digest of all that decides its bytes; a page whose key is as recorded, and whose file
is as written, is not touched. Nothing is deleted after a build with errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec

from generator import config, consistency, digest, extras, output, sources, steps, theme, urls
from generator.addresses import Addresses
from generator.catalog import Catalog, VolumeCatalog
from generator.diagnostics import Diagnostic, EditionError, Severity, did_you_mean
from generator.document import Volume
from generator.engine import engine
from generator.extras import Extra, SearchIndex
from generator.output import Claim
from generator.publication import Publication
from generator.reading import Reader
from generator.rendering import Around
from generator.report import Clock, Findings, Options, Report, Survey
from generator.search import variants
from generator.search.records import Listed, contents, counted_as
from generator.search.shards import Contents
from generator.search.variants import Given
from generator.store import STEPS, Output, Source, StateDamaged, Store
from generator.views import Page, Site, document_path, downloads
from generator.workers import Workers

Progress = Callable[[str, int, int], None]


class Planned(msgspec.Struct, frozen=True):
    """A page to be: its data, the digests of what it shares with others (templates, words, its document's text ...),
    and the key of it all; the files beside it, with the one key that they have."""

    page: Page
    shared: dict[str, bytes]
    key: bytes
    files: tuple[str, ...] = ()
    files_key: bytes = b""

    @property
    def keys(self) -> dict[str, bytes]:
        """The key of the page and of each file beside it, by path."""
        return {self.page.path: self.key, **dict.fromkeys(self.files, self.files_key)}

    def inputs(self) -> dict[str, bytes]:
        """What the key was made of, by name, in six bytes each: for explanations."""
        page = self.page
        named = {**self.shared, "references": digest.of(page.around), "base": digest.of(page.absolute)}
        return {n: d[:6] for n, d in {**named, **{f"data: {n}": digest.of(v) for n, v in page.data.items()}}.items()}


class Build:
    """The site of an edition and what it is made of. ``run`` makes all of it; where what is held is still so,
    ``generator.update`` brings single documents up to date. The other methods are the stages, in order."""

    publication: Publication

    def __init__(
        self, options: Options, root: Path, edition: config.Edition, store: Store, work: Workers, progress: Progress
    ) -> None:
        self.options, self.root, self.edition = options, root, edition
        self.store, self.work, self.progress = store, work, progress
        self.output = options.output.resolve()
        self.report = Report()
        self.findings = Findings(root)
        self.found: list[Diagnostic] = []
        self.checked: dict[str, list[Diagnostic]] = {}
        self.reader = Reader(root, edition, store, work, progress, options.drafts)
        self.addresses = Addresses()
        self.unplanned: set[str] = set()
        self.index: SearchIndex | None = None
        self.theme_key = b""
        self._lists: tuple[list[Volume], dict[str, Listed], Given] | None = None
        self._contents: dict[str, tuple[VolumeCatalog, Listed, Contents]] = {}

    def run(self) -> Report:
        """Bring the whole site up to date, which ``publication`` says how it stands."""
        clock = Clock(self.report.seconds)
        records = self.look(clock)
        index = self.search_index()
        if index:
            # What another process makes of it is made while this one plans.
            index.begin(self.publication.is_current, self.work)
        own = self._free(extras.own_files(self.site))
        own += self._free(self.classic())
        planned = self.plan(self.site.pages())
        self.report.pages = len(planned)
        clock.lap("plan")
        extra = self._make_way(planned, [*own, *self._free(self._copies())], index.paths if index else set())
        self._explain(planned)
        self.render(planned)
        clock.lap("render")
        self._write_extras(extra)
        clock.lap("files")
        self._write_index(index)
        self.extra |= index.paths if index else set()
        clock.lap("index")
        self.index = index
        self._finish(planned, records)
        clock.lap("finish")
        self.told()
        return self.report

    def survey(self) -> Survey:
        self.look(Clock(self.report.seconds))
        self._free(extras.own_files(self.site))
        self._free(self.classic())
        self.plan(self.site.pages())
        self._free(self._copies())
        self.store.commit()
        self.told()
        notices = tuple(self.report.notices)
        return Survey(self.edition, self.site.catalog, self.reader.where, tuple(self.report.diagnostics), notices)

    def told(self) -> None:
        """Put all that is wrong into the report."""
        self.findings.put(self._findings())
        self.report.diagnostics = self.findings.sorted()
        if self.options.reasons:
            self.report.kept = sorted(self.publication.manifest.keys() - set(self.report.rendered))

    # ---- stages

    def look(self, clock: Clock) -> Mapping[str, Source]:
        """Read all there is, and say what is wrong with it. Returns the records of all files."""
        self._prepare()
        # What an attempt to go on from the last build took over from it counts no more.
        self.found, self.checked = [], {}
        self.content = sources.scan(self.root)
        clock.lap("scan")
        records = self.reader.files(self.content)
        clock.lap("read")
        catalog = self.reader.catalog(self.content, records)
        self.count(catalog)
        clock.lap("catalog")
        self.begin(self.content, catalog)
        self.check(catalog, catalog.volumes)
        return records

    def begin(self, content: sources.Content, catalog: Catalog) -> None:
        """Take what was read for what the site is to be made of."""
        self.content = content
        self.theme_key = theme.fingerprint(self.root)
        self.looks = theme.Theme(self.root)
        self.images = {f"{v}/{name}": path for v, named in content.images.items() for name, path in named.items()}
        messages = self.looks.messages(self.edition.language)
        self.site = Site(self.edition, catalog, messages, self.images)
        self.shared = {"site": digest.of(self.site.data()), "words": digest.of(messages), "engine": engine()}
        self.formats = tuple(exporter.suffix for exporter in downloads.offered(self.edition))

    def count(self, catalog: Catalog) -> None:
        """Put into the report how much there is, and how much of it was read."""
        report = self.report
        report.read, report.reread = self.reader.read, self.reader.reread
        report.volumes = len(catalog.volumes)
        report.documents = sum(len(v.documents) for v in catalog.volumes.values())
        report.drafts = [document_path(facts) for facts in self.reader.drafts]

    def check(self, catalog: Catalog, volumes: Iterable[str], all_addresses: bool = True) -> None:
        """Say what does not fit together in ``volumes`` and in the free pages."""
        where = self.reader.where
        for id in volumes:
            self.checked[id] = list(consistency.check_volume(catalog.volumes[id], catalog, where, self.images))
        if all_addresses:
            self.checked[sources.PAGES] = list(consistency.check_pages(catalog, where))

    def _findings(self) -> dict[str, list[Diagnostic]]:
        """All that is wrong, by where it was found."""
        return {
            "content": list(self.content.diagnostics),
            **{f"reading {id}": found for id, found in self.reader.faults.items()},
            "theme": self.looks.diagnostics,
            **{f"checking {id}": found for id, found in self.checked.items()},
            "building": self.found,
        }

    def _prepare(self) -> None:
        if self.options.clean:
            for table in ("sources", "copies"):
                self.store.forget_sources(self.store.sources(table), table)
            for step in STEPS:
                self.store.keep_only(step, set())

    def plan(self, pages: Iterable[Page], again: bool = False) -> dict[str, Planned]:
        """Return the ``pages`` by path, each with its key. A page whose template has a fault is reported and left as it
        is. Those that are planned ``again`` have their address already."""
        planned: dict[str, Planned] = {}
        faults: dict[str, Diagnostic] = {}
        for page in pages:
            source = self._source_of(page)
            taken = None if again and page.path in self.addresses else self.addresses.claim(page.path, source)
            files = downloads.files_of(page, self.formats)
            if taken:
                self.found.append(taken)
                self.unplanned.update((page.path, *files))
                continue
            own = dict(self.shared)
            if page.template not in faults:
                try:
                    own["template"] = self.looks.closure(page.template)
                except theme.TemplateFault as fault:
                    faults[page.template] = fault.diagnostic
            if page.template in faults:
                self.unplanned.update((page.path, *files))
                continue
            if page.text:
                own["text"] = self.reader.digests[page.text]
            files_key = digest.of(own["engine"], own["text"], page.record) if files else b""
            bare = msgspec.structs.replace(page, record=None) if page.record else page
            planned[page.path] = Planned(page, own, digest.of(own, bare), files, files_key)
        self.found += faults.values()
        return planned

    def _source_of(self, page: Page) -> str:
        """The file or folder of the edition that a page is made from; empty for one that is made from all of it."""
        if page.text:
            return self.reader.where[page.text][0]
        volume = page.path.partition("/")[0]
        return f"content/{volume}" if volume in self.site.catalog.volumes else ""

    def _free(self, extra: Iterable[Extra]) -> list[Extra]:
        """Those files whose address is free."""
        free = []
        for file in extra:
            if taken := self.addresses.claim(file.path, file.source):
                self.found.append(taken)
                self.unplanned.add(file.path)
            else:
                free.append(file)
        return free

    def render(self, planned: Mapping[str, Planned]) -> None:
        """Make the planned pages that are not as they should be."""
        is_current = self.publication.is_current
        stale: dict[str, list[str]] = {}
        for page, plan in planned.items():
            paths = [path for path, key in plan.keys.items() if not is_current(path, key)]
            if paths:
                stale[page] = paths
        if self.options.reasons:
            self.report.reasons |= {p: self._reasons(planned[page], p) for page, paths in stale.items() for p in paths}
        claims = self.publication.announce(path for paths in stale.values() for path in paths)
        words = dict(self.site.messages)
        shared = steps.Context(str(self.output), self.site.data(), words, self.looks.sources)
        step = partial(steps.render_pages, msgspec.msgpack.encode(shared))
        jobs = (self._job(planned[page].page, paths, claims) for page, paths in stale.items())
        count, total = 0, sum(map(len, stale.values()))
        for batch in self.work.run(step, jobs, len(stale)):
            self._record(batch, planned)
            count += len(batch)
            self.progress("Rendering", count, total)

    def _make_way(self, planned: dict[str, Planned], extra: list[Extra], index: set[str]) -> list[Extra]:
        """Remove files of ours that stand where a folder must be now, or in a folder that must be a file now; after
        errors, leave out what they keep from being written instead. ``index`` are the files of the search index, which
        are in no way. Return the files to write."""
        blocking, kept = self.publication.blocked({*paths_of(planned), *(file.path for file in extra), *index})
        if not blocking:
            return extra
        if not self._has_errors():
            self.report.removed += self.publication.remove(blocking)
            return extra
        self.unplanned |= kept
        for page, plan in list(planned.items()):
            if page in kept:
                del planned[page]
            elif not kept.isdisjoint(plan.files):
                files = tuple(path for path in plan.files if path not in kept)
                planned[page] = msgspec.structs.replace(plan, files=files)
        return [file for file in extra if file.path not in kept]

    def _job(self, page: Page, paths: list[str], claims: Mapping[str, Claim]) -> steps.Job:
        """What makes those of ``paths`` that are the page, and the files beside it."""
        template, data = (page.template, page.data) if page.path in paths else ("", {})
        claim = claims.get(page.path, Claim.OURS)
        if page.text is None:
            return steps.Job(page.path, template, page.absolute, data, claim=claim)
        document, found = self.text_of(page.text)
        files = tuple(
            steps.File(path, downloads.suffix_of(path), claims.get(path, Claim.OURS))
            for path in paths
            if path != page.path
        )
        around, record = (page.around if template else Around()), (page.record if files else None)
        return steps.Job(page.path, template, page.absolute, data, document, found, around, claim, files, record)

    def text_of(self, key: tuple[str, str]) -> tuple[bytes, bytes]:
        """A document that was read, and the names found in it, encoded."""
        document = self.store.result("document", self.reader.keys[key])
        names = self.reader.names.get(key)
        found = self.store.result("names", names) if names else b""
        if not document or found is None:
            raise StateDamaged("a document is missing")
        return document, found

    def _record(self, batch: Iterable[steps.Done], planned: Mapping[str, Planned]) -> None:
        fatal: Diagnostic | None = None
        outputs: list[Output] = []
        refused: list[str] = []
        for done in batch:
            self.report.rendered.append(done.path)
            page = f"{done.path.rpartition('/')[0]}/{urls.INDEX}"
            if done.written is None:
                assert done.fault
                fatal = done.fault if done.fatal else fatal
                # What keeps a page from being written mostly keeps the files beside it too, and is told once.
                if page == done.path or page not in refused:
                    self.found.append(done.fault)
                refused.append(done.path)
                self.unplanned.add(done.path)
                continue
            if done.written.changed:
                self.report.written.append(done.path)
            written, plan = done.written, planned.get(done.path)
            if plan:
                inputs, key = msgspec.msgpack.encode(plan.inputs()), plan.key
            else:  # a file beside a page
                inputs, key = b"", planned[page].files_key
            outputs.append(Output(done.path, key, written.size, written.mtime_ns, inputs))
        self.publication.record(outputs, refused)
        if fatal:
            raise EditionError(fatal)

    def classic(self) -> Iterator[Extra]:
        """The search index in one file, if there is one."""
        search = self.edition.search
        if (
            self.options.classic
            and search.enabled
            and search.has_classic(sum(len(v.order) for v in self.site.catalog.volumes.values()))
        ):
            yield from extras.classic_files(self._searched(), engine(), self.store, self.edition.searched_in)

    def _copies(self) -> Iterator[Extra]:
        return extras.copies(self.to_copy(self.content, self.found), self.root, self.store, self.found)

    def to_copy(self, content: sources.Content, found: list[Diagnostic]) -> dict[str, tuple[Path, str]]:
        """The files that are copied, by path in the site, each with the folder below which it lies, and where; what
        cannot be copied is put into ``found``."""
        named = {path: (folder, path) for path, folder in theme.assets(self.root, found).items()}
        images = ((f"{v}/{name}", path) for v, named in content.images.items() for name, path in named.items())
        return named | {path: (self.root, source) for path, source in images}

    def _searched(self) -> dict[str, Contents]:
        """What the search index holds, by volume."""
        terms, names, words = self.reader.keys, self.reader.names, self.site.messages
        shared = digest.of(engine(), words)
        before, self._contents = self._contents, {}
        listed, _ = self._of_lists()
        for id, volume in self.site.catalog.volumes.items():
            known = before.get(id)
            if known is None or known[0] is not volume or known[1] != listed[id]:
                alike = known is not None and known[1] == listed[id] and known[0].volume is volume.volume
                last = (known[0], known[2]) if known and alike else None
                known = (volume, listed[id], contents(volume, terms, names, words, shared, listed[id], last))
            self._contents[id] = known
        return {id: of_volume for id, (_, _, of_volume) in self._contents.items()}

    def search_index(self, last: SearchIndex | None = None) -> SearchIndex | None:
        """The search index as it should be, if there is one; ``last`` is what it was, where that is known."""
        if not self.edition.search.enabled:
            return None
        live = set(self.reader.keys.values())
        _, forms = self._of_lists()
        language = self.edition.searched_in
        return SearchIndex(self._searched(), live, engine(), self.store, self.output, language, forms, last)

    def _of_lists(self) -> tuple[dict[str, Listed], Given]:
        """What the lists of all volumes come to in a search: as what entries are counted, and forms of words."""
        volumes = [volume.volume for volume in self.site.catalog.volumes.values()]
        known = self._lists
        if known is None or len(known[0]) != len(volumes) or any(a is not b for a, b in zip(known[0], volumes, strict=True)):  # fmt: skip
            known = (volumes, counted_as(volumes), variants.given(volumes, self.edition.searched_in))
        self._lists = known
        return known[1], known[2]

    def _write_index(self, index: SearchIndex | None) -> None:
        if index and (files := index.update()):
            self.progress("Indexing", 0, len(files))
            self.publication.take_over(extras.shards_in(self.output, self.publication.manifest))
            if self.write(files, whole=True):
                index.remember()
            self.progress("Indexing", len(files), len(files))

    def _write_extras(self, extra: list[Extra]) -> None:
        self.extra = {file.path for file in extra}
        self.write(extra)

    def write(self, files: list[Extra], whole: bool = False) -> bool:
        """Write those of the files that are not as they should be, in this order; return whether all could be. If they
        are of use only as a ``whole``, none is written after one that could not be."""
        stale = [file for file in files if not self.publication.is_current(file.path, file.key)]
        claims = self.publication.announce(file.path for file in stale)
        outputs: list[Output] = []
        refused: list[str] = []
        for file in stale:
            if whole and refused:
                refused.append(file.path)
                continue
            try:
                written = output.write(self.output, file.path, file.make(), claims.get(file.path, Claim.OURS))
            except OSError as error:
                raise EditionError(steps.output_fault(file.path, error)) from None
            self.report.rendered.append(file.path)
            if isinstance(written, output.Refused):
                self.found.append(written.diagnostic)
                refused.append(file.path)
                continue
            if written.changed:
                self.report.written.append(file.path)
            outputs.append(Output(file.path, file.key, written.size, written.mtime_ns, b""))
        self.publication.record(outputs, refused)
        return not refused

    def _finish(self, planned: Mapping[str, Planned], records: Mapping[str, Source]) -> None:
        """Remove what is no longer planned, unless there were errors, and forget what is no longer of use."""
        self.publication.sweep()
        known = paths_of(planned) | self.extra | self.unplanned
        stale = sorted(self.publication.manifest.keys() - known)
        if stale and self._has_errors():
            self.report.notices.append("Because of the errors nothing was removed from the site.")
        elif stale:
            self.report.removed += self.publication.remove(stale)
        if strangers := self.publication.strangers(known):
            few = ", ".join(strangers[:3]) + (", …" if len(strangers) > 3 else "")
            count = f"Files in the site that are not known to be ours: {len(strangers)} ({few})."
            self.report.notices.append(f"{count} They were left alone. If an earlier build made them, delete the folder once and build again.")  # fmt: skip
        decode = msgspec.msgpack.Decoder(steps.Remembered).decode
        live = {part.key for record in records.values() for part in decode(record.split).parts}
        for step in STEPS:
            self.store.keep_only(
                step, {*self.reader.names.values(), *self.reader.of_lists} if step == "names" else live
            )
        self.publication.finish()

    # ---- small things

    def _has_errors(self) -> bool:
        return any(d.severity == Severity.ERROR for found in self._findings().values() for d in found)

    def _explain(self, planned: Mapping[str, Planned]) -> None:
        """Say why the page ``options.explain`` is rendered or kept."""
        wanted = self.options.explain.strip("/")
        if not wanted:
            return
        beside = f"{wanted.rpartition('/')[0]}/{urls.INDEX}"
        page = next((p for p in (wanted, f"{wanted}/{urls.INDEX}", beside) if p in planned), None)
        path = wanted if page == beside and wanted in planned[beside].files else page
        if page is None or path is None or (page == beside and path == page != wanted):
            near = did_you_mean(wanted, [urls.address(p).rstrip("/") for p in planned])
            self.report.explanation.append(f'The site has no page "{wanted}". {near}'.strip())
            return
        plan = planned[page]
        if self.publication.is_current(path, plan.keys[path]):
            self.report.explanation.append(f"{path}: kept, nothing it shows has changed.")
        else:
            self.report.explanation.append(f"{path}: rendered, since {'; '.join(self._reasons(plan, path))}.")

    def _reasons(self, plan: Planned, path: str) -> list[str]:
        """Why a page, or the file ``path`` beside it, is made anew."""
        known = self.publication.manifest.get(path)
        if self.options.clean:
            return ["everything is made anew (--clean)"]
        if known is None or not known.key:
            return ["it was not in the site before"]
        if known.key == plan.keys[path]:
            return ["the file was changed or deleted by hand"]
        if path != plan.page.path:
            return ["changed: the document, or what is known of it"]
        inputs = self.store.inputs(plan.page.path)
        before = msgspec.msgpack.decode(inputs, type=dict[str, bytes]) if inputs else {}
        after = plan.inputs()
        return [f"changed: {n}" for n in sorted(before.keys() | after.keys()) if before.get(n) != after.get(n)]


def paths_of(planned: Mapping[str, Planned]) -> set[str]:
    """The paths of planned pages and of the files beside them."""
    return set(planned).union(*(plan.files for plan in planned.values() if plan.files))
