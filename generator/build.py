"""The build: the one place that knows the order of things.

scan sources -> read what changed -> facts -> catalog -> plan every page -> render the pages whose key is new
-> search index, assets, files -> remove what is no longer planned -> remember.

Every page's key is the digest of all that decides its bytes; a page whose key is as recorded, and whose file
is as written, is not touched. Nothing is deleted after a build with errors.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml
from lxml import etree

from generator import config, consistency, digest, extras, output, sources, steps, theme, urls, workers
from generator.addresses import Addresses
from generator.catalog import Catalog
from generator.diagnostics import Diagnostic, EditionError, Rule, Severity, Span, diagnostic, did_you_mean
from generator.extras import Extra, SearchIndex
from generator.output import Claim
from generator.publication import Publication
from generator.reading import Reader
from generator.search.records import contents
from generator.search.shards import Contents
from generator.store import STEPS, Output, Source, StateDamaged, Store, guarded, lock, set_aside
from generator.views import Page, Site

STATE = ".edition"
Progress = Callable[[str, int, int], None]
T = TypeVar("T")


class Options(msgspec.Struct, frozen=True):
    """What one build is asked for. ``jobs`` 0 means one a processor; ``base_url`` None means the edition's own;
    ``explain`` names a path of the site."""

    edition: Path
    output: Path
    jobs: int = 0
    clean: bool = False
    base_url: str | None = None
    explain: str = ""


class Report(msgspec.Struct):
    """What a build did. ``read`` counts the source files looked into, ``reread`` the documents in them that had to be
    read; ``rendered`` were made anew, ``written`` of them differed from what stood there."""

    documents: int = 0
    volumes: int = 0
    read: int = 0
    reread: int = 0
    pages: int = 0
    rendered: list[str] = []
    written: list[str] = []
    removed: list[str] = []
    diagnostics: list[Diagnostic] = []
    seconds: dict[str, float] = {}
    notices: list[str] = []
    explanation: list[str] = []

    @property
    def errors(self) -> int:
        return sum(d.severity == Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        return sum(d.severity == Severity.WARNING for d in self.diagnostics)


class Survey(msgspec.Struct, frozen=True):
    """What an edition holds, read as for a build: its catalog, the place of each document, all that was found."""

    edition: config.Edition
    catalog: Catalog
    where: consistency.Where
    diagnostics: tuple[Diagnostic, ...]
    notices: tuple[str, ...] = ()


def build(options: Options, executor: Executor | None = None, progress: Progress | None = None) -> Report:
    """Bring the site up to date and return what was done.

    Raises EditionError where nothing can be built: no edition, a faulty edition file, a held lock, an output
    that cannot be written. Faults of single documents are in the report.
    """
    return _run(options, executor, progress, lambda work: work.run())


def survey(options: Options, executor: Executor | None = None, progress: Progress | None = None) -> Survey:
    """Read the edition as ``build`` does, plan its pages, and write none. Raises as ``build`` does."""
    return _run(options, executor, progress, lambda work: work.survey())


def _run(options: Options, executor: Executor | None, progress: Progress | None, stages: Callable[[_Build], T]) -> T:
    """Run ``stages`` with the edition's state, which is made anew where it is damaged."""
    edition_root = options.edition.resolve()
    edition = config.read_edition(edition_root)
    if options.base_url is not None:
        edition = msgspec.structs.replace(edition, base_url=config.base_url(options.base_url))
    output = options.output.resolve()
    _check_output(edition_root, output)
    site = output.relative_to(edition_root).as_posix() if output.is_relative_to(edition_root) else str(output)
    state = edition_root / STATE / "state.sqlite3"

    def once(*notices: str) -> T:
        with (
            workers.paused_collector(),
            guarded(state),
            Store(state, _engine(), site) as store,
            workers.available(options.jobs, executor) as work,
        ):
            made = _Build(options, edition_root, edition, store, work, progress or (lambda *_: None))
            made.report.notices += notices
            return stages(made)

    with lock(state.parent):
        try:
            return once()
        except StateDamaged:
            name = set_aside(state).name
        try:
            return once(f"The build state was damaged and could not be read. It is kept as {STATE}/{name}; everything was built anew.")  # fmt: skip
        except StateDamaged as error:
            hint = f"The disk may be failing. Delete {STATE}/{state.name} and build again; if that does not help, report it."  # fmt: skip
            again = f"the build state is damaged as soon as it is written: {error}"
            raise EditionError(diagnostic(Rule.STATE, again, Span(f"{STATE}/{state.name}"), hint=hint)) from error


def _check_output(root: Path, output: Path) -> None:
    """Refuse an output folder in which the site would mix with what it is made from."""
    inside = [name for name in ("content", "templates", "assets", STATE) if output.is_relative_to((root / name).resolve())]  # fmt: skip
    if inside or root.is_relative_to(output):
        where = f"lies in the edition's folder {inside[0]}/" if inside else "is the edition's own folder, or holds it"
        hint = "Choose a folder of its own, such as site/ in the edition."
        raise EditionError(diagnostic(Rule.OUTPUT, f"the output {where}", Span(str(output)), hint=hint))


class Planned(msgspec.Struct, frozen=True):
    """A page to be: its data, the digests of what it shares with others (templates, words, its document's text ...),
    and the key of it all."""

    page: Page
    shared: dict[str, bytes]
    key: bytes

    def inputs(self) -> dict[str, bytes]:
        """What the key was made of, by name, in six bytes each: for explanations."""
        page = self.page
        named = {**self.shared, "references": digest.of(page.around), "base": digest.of(page.absolute)}
        return {n: d[:6] for n, d in {**named, **{f"data: {n}": digest.of(v) for n, v in page.data.items()}}.items()}


class _Build:
    """One run. Its methods are the stages, in order."""

    def __init__(
        self,
        options: Options,
        root: Path,
        edition: config.Edition,
        store: Store,
        work: workers.Workers,
        progress: Progress,
    ) -> None:
        self.options, self.root, self.edition = options, root, edition
        self.store, self.work, self.progress = store, work, progress
        self.output = options.output.resolve()
        self.report = Report()
        self.found: list[Diagnostic] = []
        self.reader = Reader(root, edition, store, work, progress)
        self.addresses = Addresses()
        self.unplanned: set[str] = set()

    def run(self) -> Report:
        clock = _Clock(self.report.seconds)
        self.publication = Publication(self.store, self.output, self.options.clean)
        site, looks, records = self._look(clock)
        own = self._free(self._own_files(site, site.catalog))
        index = self._index(site)
        planned = self._plan(site, looks)
        clock.lap("plan")
        extra = self._make_way(planned, [*own, *self._free(self._copies())], index.paths if index else set())
        self._render(planned, site, looks, dict(site.messages))
        clock.lap("render")
        self._write_extras(extra)
        clock.lap("files")
        self._write_index(index)
        clock.lap("index")
        self._finish(planned, records)
        clock.lap("finish")
        self.report.diagnostics = self._sorted_diagnostics()
        return self.report

    def survey(self) -> Survey:
        site, looks, _ = self._look(_Clock(self.report.seconds))
        self._free(self._own_files(site, site.catalog))
        self._plan(site, looks)
        self._free(self._copies())
        self.store.commit()
        found = tuple(self._sorted_diagnostics())
        return Survey(self.edition, site.catalog, self.reader.where, found, tuple(self.report.notices))

    # ---- stages

    def _look(self, clock: _Clock) -> tuple[Site, theme.Theme, dict[str, Source]]:
        """Read all there is, and say what is wrong with it. Returns the site, its theme, the records of all files."""
        self._prepare()
        content = sources.scan(self.root)
        self.found += content.diagnostics
        clock.lap("scan")
        records = self.reader.files(content)
        self.report.read, self.report.reread = self.reader.read, self.reader.reread
        clock.lap("read")
        catalog = self.reader.catalog(content, records)
        self.report.volumes = len(catalog.volumes)
        self.report.documents = sum(len(v.documents) for v in catalog.volumes.values())
        self.found += self.reader.found
        clock.lap("catalog")
        looks = theme.Theme(self.root)
        self.found += looks.diagnostics
        self.images = {f"{v}/{name}": path for v, named in content.images.items() for name, path in named.items()}
        self.found += consistency.check(catalog, self.reader.where, self.images)
        return Site(self.edition, catalog, looks.messages(self.edition.language), self.images), looks, records

    def _prepare(self) -> None:
        if self.options.clean:
            for table in ("sources", "copies"):
                self.store.forget_sources(self.store.sources(table), table)
            for step in STEPS:
                self.store.keep_only(step, set())

    def _plan(self, site: Site, looks: theme.Theme) -> dict[str, Planned]:
        """Return every page by path with its key. A page whose template has a fault is
        reported and left as it is."""
        shared = {"site": digest.of(site.data()), "words": digest.of(site.messages), "engine": _engine()}
        planned: dict[str, Planned] = {}
        faults: dict[str, Diagnostic] = {}
        for page in site.pages():
            if taken := self.addresses.claim(page.path, self._source_of(page, site)):
                self.found.append(taken)
                self.unplanned.add(page.path)
                continue
            if page.template not in faults:
                try:
                    shared["template"] = looks.closure(page.template)
                except theme.TemplateFault as fault:
                    faults[page.template] = fault.diagnostic
            if page.template in faults:
                self.unplanned.add(page.path)
                continue
            own = {**shared, "text": self.reader.digests[page.text]} if page.text else dict(shared)
            planned[page.path] = Planned(page, own, digest.of(own, page))
        self.found += faults.values()
        self.report.pages = len(planned)
        return planned

    def _source_of(self, page: Page, site: Site) -> str:
        """The file or folder of the edition that a page is made from; empty for one that is made from all of it."""
        if page.text:
            return self.reader.where[page.text][0]
        volume = page.path.partition("/")[0]
        return f"content/{volume}" if volume in site.catalog.volumes else ""

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

    def _render(self, planned: Mapping[str, Planned], site: Site, looks: theme.Theme, words: dict[str, str]) -> None:
        stale = [path for path, plan in planned.items() if not self.publication.is_current(path, plan.key)]
        self._explain(planned)
        claims = self.publication.announce(stale)
        shared = steps.Context(
            str(self.output),
            site.data(),
            words,
            looks.sources,
        )
        step = partial(steps.render_pages, msgspec.msgpack.encode(shared))
        jobs = (self._job(planned[path].page, claims.get(path, Claim.OURS)) for path in stale)
        count = 0
        for batch in self.work.run(step, jobs, len(stale)):
            self._record(batch, planned)
            count += len(batch)
            self.progress("Rendering", count, len(stale))

    def _make_way(self, planned: dict[str, Planned], extra: list[Extra], index: set[str]) -> list[Extra]:
        """Remove files of ours that stand where a folder must be now, or in a folder that must be a file now; after
        errors, leave out what they keep from being written instead. ``index`` are the files of the search index, which
        are in no way. Return the files to write."""
        blocking, kept = self.publication.blocked({*planned, *(file.path for file in extra), *index})
        if not blocking:
            return extra
        if not self._has_errors():
            self.report.removed += self.publication.remove(blocking)
            return extra
        self.unplanned |= kept
        for path in kept & planned.keys():
            del planned[path]
        return [file for file in extra if file.path not in kept]

    def _job(self, page: Page, claim: Claim) -> steps.Job:
        if page.text is None:
            return steps.Job(page.path, page.template, page.absolute, page.data, claim=claim)
        document = self.store.result("document", self.reader.keys[page.text])
        names = self.reader.names.get(page.text)
        found = self.store.result("names", names) if names else b""
        if not document or found is None:
            raise StateDamaged("a document is missing")
        return steps.Job(page.path, page.template, page.absolute, page.data, document, found, page.around, claim)

    def _record(self, batch: Iterable[steps.Done], planned: Mapping[str, Planned]) -> None:
        fatal: Diagnostic | None = None
        outputs: list[Output] = []
        refused: list[str] = []
        for done in batch:
            self.report.rendered.append(done.path)
            if done.written is None:
                refused.append(done.path)
                assert done.fault
                fatal = done.fault if done.fatal else fatal
                self.found.append(done.fault)
                self.unplanned.add(done.path)
                continue
            if done.written.changed:
                self.report.written.append(done.path)
            plan, written = planned[done.path], done.written
            inputs = msgspec.msgpack.encode(plan.inputs())
            outputs.append(Output(done.path, plan.key, written.size, written.mtime_ns, inputs))
        self.publication.record(outputs, refused)
        if fatal:
            raise EditionError(fatal)

    def _own_files(self, site: Site, catalog: Catalog) -> Iterator[Extra]:
        yield from extras.own_files(site)
        if self.edition.search.enabled:
            count = sum(len(volume.order) for volume in catalog.volumes.values())
            if self.edition.search.has_classic(count):
                yield from extras.classic_files(self._searched(site), _engine(), self.store)

    def _copies(self) -> Iterator[Extra]:
        named = {path: (folder, path) for path, folder in theme.assets(self.root, self.found).items()}
        named |= {path: (self.root, source) for path, source in self.images.items()}
        return extras.copies(named, self.root, self.store, self.found)

    def _searched(self, site: Site) -> dict[str, Contents]:
        """What the search index holds, by volume."""
        terms, names = self.reader.keys, self.reader.names
        shared = digest.of(_engine(), site.messages)
        return {id: contents(v, terms, names, site.messages, shared) for id, v in site.catalog.volumes.items()}

    def _index(self, site: Site) -> SearchIndex | None:
        if not self.edition.search.enabled:
            return None
        live = set(self.reader.keys.values())
        return SearchIndex(self._searched(site), live, _engine(), self.store, self.output)

    def _write_index(self, index: SearchIndex | None) -> None:
        if index and (files := index.update(self.publication.is_current)):
            self.progress("Indexing", 0, len(files))
            self.publication.take_over(extras.shards_in(self.output, self.publication.manifest))
            if self._write(files, whole=True):
                index.remember()
            self.progress("Indexing", len(files), len(files))
        self.extra |= index.paths if index else set()

    def _write_extras(self, extra: list[Extra]) -> None:
        self.extra = {file.path for file in extra}
        self._write(extra)

    def _write(self, files: list[Extra], whole: bool = False) -> bool:
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

    def _finish(self, planned: Mapping[str, object], records: Mapping[str, Source]) -> None:
        """Remove what is no longer planned, unless there were errors, and forget what is no longer of use."""
        known = planned.keys() | self.extra | self.unplanned
        stale = sorted(self.store.outputs().keys() - known)
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
        return any(d.severity == Severity.ERROR for d in self.found)

    def _explain(self, planned: Mapping[str, Planned]) -> None:
        """Say why the page ``options.explain`` is rendered or kept."""
        wanted = self.options.explain.strip("/")
        if not wanted:
            return
        path = next((p for p in (wanted, f"{wanted}/{urls.INDEX}") if p in planned), None)
        if path is None:
            near = did_you_mean(wanted, [urls.address(p).rstrip("/") for p in planned])
            self.report.explanation.append(f'The site has no page "{wanted}". {near}'.strip())
            return
        known = self.publication.manifest.get(path)
        if self.options.clean:
            self.report.explanation.append(f"{path}: rendered, since everything is made anew (--clean).")
        elif known is None or not known.key:
            self.report.explanation.append(f"{path}: rendered, since it was not in the site before.")
        elif known.key == planned[path].key:
            kept = self.publication.is_untouched(path)
            self.report.explanation.append(f"{path}: kept, nothing it shows has changed." if kept else f"{path}: written again, since the file was changed or deleted by hand.")  # fmt: skip
        else:
            before = msgspec.msgpack.decode(known.inputs, type=dict[str, bytes]) if known.inputs else {}
            after = planned[path].inputs()
            changed = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
            self.report.explanation.append(f"{path}: rendered, because these changed: {', '.join(changed)}.")

    def _sorted_diagnostics(self) -> list[Diagnostic]:
        """All that was found, each once, in the order of the files, with the line it speaks of."""
        unique = {(d.sort_key()): d for d in self.found}
        texts: dict[str, list[str]] = {}
        out = []
        for _, found in sorted(unique.items()):
            span = found.span
            if span.line and not found.line:
                if span.file not in texts:
                    try:
                        texts[span.file] = (self.root / span.file).read_text(encoding="utf-8-sig").split("\n")
                    except (OSError, UnicodeDecodeError):
                        texts[span.file] = []
                if span.line <= len(texts[span.file]):
                    found = msgspec.structs.replace(found, line=texts[span.file][span.line - 1])
            out.append(found)
        return out


class _Clock:
    """Seconds of wall time by stage."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds, self.last = seconds, time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = round(now - self.last, 4)
        self.last = now


_LIBRARIES = tuple("click filelock jinja2 lunr lxml markdown-it-py mdit-py-plugins msgspec PyYAML rich".split())
"""What the program requires, for where it is not installed and cannot be asked."""


@cache
def _engine() -> bytes:
    """The digest of everything that turns sources into bytes: our own code and the versions of what it runs on."""
    try:
        required = importlib.metadata.requires("documentary-edition") or []
    except importlib.metadata.PackageNotFoundError:  # run from a checkout without being installed
        required = []
    named = {re.split(r"[^A-Za-z0-9._-]", line)[0] for line in required if "extra ==" not in line}
    # What these stand on decides bytes, too.
    libraries = sorted({*(named or _LIBRARIES), "markupsafe", "mdurl"}, key=str.lower)
    versions = [(name, importlib.metadata.version(name)) for name in libraries]
    versions += [("libxml2", ".".join(map(str, etree.LIBXML_VERSION))), ("libyaml", str(yaml.__with_libyaml__))]
    code = digest.of_tree(Path(__file__).parent, (".py",))
    return digest.of(code, versions, platform.python_version())
