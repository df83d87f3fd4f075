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

import msgspec
import yaml
from lxml import etree

from generator import config, consistency, digest, extras, listing, output, sources, steps, theme, urls, workers
from generator.addresses import Addresses
from generator.catalog import Catalog, VolumeCatalog
from generator.diagnostics import Diagnostic, EditionError, Rule, Severity, Span, diagnostic, did_you_mean
from generator.document import Facts, Volume
from generator.extras import Extra
from generator.output import Claim
from generator.phrases import Grammar, phrase
from generator.publication import Publication
from generator.readers import Part
from generator.store import STEPS, Output, Source, StateDamaged, Store, guarded, lock, set_aside
from generator.views import Page, Site

STATE = ".edition"
Progress = Callable[[str, int, int], None]


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


def build(options: Options, executor: Executor | None = None, progress: Progress | None = None) -> Report:
    """Bring the site up to date and return what was done.

    Raises EditionError where nothing can be built: no edition, a faulty edition file, a held lock, an output
    that cannot be written. Faults of single documents are in the report.
    """
    edition_root = options.edition.resolve()
    edition = config.read_edition(edition_root)
    if options.base_url is not None:
        edition = msgspec.structs.replace(edition, base_url=config.base_url(options.base_url))
    output = options.output.resolve()
    _check_output(edition_root, output)
    site = output.relative_to(edition_root).as_posix() if output.is_relative_to(edition_root) else str(output)
    state = edition_root / STATE / "state.sqlite3"

    def once() -> Report:
        with (
            workers.paused_collector(),
            guarded(state),
            Store(state, _engine(), site) as store,
            workers.available(options.jobs, executor) as work,
        ):
            return _Build(options, edition_root, edition, store, work, progress or (lambda *_: None)).run()

    with lock(state.parent):
        try:
            return once()
        except StateDamaged:
            name = set_aside(state).name
        try:
            report = once()
        except StateDamaged as error:
            hint = f"The disk may be failing. Delete {STATE}/{state.name} and build again; if that does not help, report it."  # fmt: skip
            again = f"the build state is damaged as soon as it is written: {error}"
            raise EditionError(diagnostic(Rule.STATE, again, Span(f"{STATE}/{state.name}"), hint=hint)) from error
        report.notices.insert(0, f"The build state was damaged and could not be read. It is kept as {STATE}/{name}; everything was built anew.")  # fmt: skip
        return report


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
        named = {**self.shared, "references": digest.of(page.targets, page.images), "base": digest.of(page.absolute)}
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
        self.where: dict[tuple[str, str], tuple[str, int]] = {}
        self.keys: dict[tuple[str, str], bytes] = {}
        self.digests: dict[tuple[str, str], bytes] = {}
        self.addresses = Addresses()
        self.unplanned: set[str] = set()

    def run(self) -> Report:
        clock = _Clock(self.report.seconds)
        self._prepare()
        content = sources.scan(self.root)
        self.found += content.diagnostics
        clock.lap("scan")
        records = self._read(content)
        clock.lap("read")
        catalog = self._catalog(content, records)
        clock.lap("catalog")
        looks = theme.Theme(self.root)
        self.found += looks.diagnostics
        messages = looks.messages(self.edition.language)
        self.images = {f"{v}/{name}": path for v, named in content.images.items() for name, path in named.items()}
        site = Site(self.edition, catalog, messages, self.images)
        self.found += consistency.check(catalog, self.where, self.images)
        own = self._free(self._own_files(site, catalog))
        planned = self._plan(site, looks)
        clock.lap("plan")
        extra = self._make_way(planned, [*own, *self._free(self._copies())])
        self._render(planned, site, looks, messages)
        clock.lap("render")
        self._write_extras(extra)
        clock.lap("files")
        self._finish(planned, records)
        clock.lap("finish")
        self.report.diagnostics = self._sorted_diagnostics()
        return self.report

    # ---- stages

    def _prepare(self) -> None:
        if self.options.clean:
            for table in ("sources", "copies"):
                self.store.forget_sources(self.store.sources(table), table)
            for step in STEPS:
                self.store.keep_only(step, set())
        self.publication = Publication(self.store, self.output, self.options.clean)

    def _read(self, content: sources.Content) -> dict[str, Source]:
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
        self.report.read = len(changed)
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
                raise EditionError(diagnostic(Rule.WRONG_VALUE, str(error), Span(config.EDITION_FILE))) from None
        return Grammar(self.edition.language, given.series, tuple(own), given.outside)

    def _keep(self, results: Iterable[steps.Result]) -> None:
        results = list(results)
        self.report.reread += len(results)
        self.store.put_results("facts", [(r.key, r.read) for r in results])
        self.store.put_results("document", [(r.key, r.document) for r in results if r.document])
        self.store.put_results("terms", [(r.key, r.terms) for r in results if r.terms])

    def _catalog(self, content: sources.Content, records: Mapping[str, Source]) -> Catalog:
        remembered = self.store.results("facts")
        decode = msgspec.msgpack.Decoder(steps.Read).decode
        decode_record = msgspec.msgpack.Decoder(steps.Remembered).decode
        facts: dict[str, dict[str, Facts]] = {volume: {} for volume in (*content.volumes, sources.PAGES)}
        folded: dict[tuple[str, str], str] = {}
        drafts: list[tuple[str, str]] = []
        tei_volumes: dict[str, Volume] = {}
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
        volumes = [self._volume(id, content, tei_volumes.get(id), facts[id]) for id in self._order(content.volumes)]
        self.report.volumes = len(volumes)
        self.report.documents = sum(len(v.documents) for v in volumes)
        return Catalog(volumes, facts[sources.PAGES].values(), drafts)

    def _volume(self, id: str, content: sources.Content, tei: Volume | None, facts: Mapping[str, Facts]) -> VolumeCatalog:  # fmt: skip
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
                entries, found = listing.read_entries(f"content/{id}/{name}", about[name])
                self.found += found
                volume = msgspec.structs.replace(volume, **{name.removesuffix(".yaml"): entries})
        return VolumeCatalog(volume, facts.values())

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
            own = {**shared, "text": self.digests[page.text]} if page.text else dict(shared)
            planned[page.path] = Planned(page, own, digest.of(own, page))
        self.found += faults.values()
        self.report.pages = len(planned)
        return planned

    def _source_of(self, page: Page, site: Site) -> str:
        """The file or folder of the edition that a page is made from; empty for one that is made from all of it."""
        if page.text:
            return self.where[page.text][0]
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

    def _make_way(self, planned: dict[str, Planned], extra: list[Extra]) -> list[Extra]:
        """Remove files of ours that stand where a folder must be now, or in a folder that must be a file now; after
        errors, leave out what they keep from being written instead. Return the files to write."""
        blocking, kept = self.publication.blocked({*planned, *(file.path for file in extra)})
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
        document = self.store.result("document", self.keys[page.text]) if page.text else b""
        if document is None or (page.text and not document):
            raise StateDamaged("a document is missing")
        return steps.Job(page.path, page.template, page.absolute, page.data, document, page.targets, page.images, claim)

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
            yield from extras.search_files(site, catalog, self.keys, _engine(), self.store)

    def _copies(self) -> Iterator[Extra]:
        named = {path: (folder, path) for path, folder in theme.assets(self.root, self.found).items()}
        named |= {path: (self.root, source) for path, source in self.images.items()}
        return extras.copies(named, self.root, self.store, self.found)

    def _write_extras(self, extra: list[Extra]) -> None:
        self.extra = {file.path for file in extra}
        stale = [file for file in extra if not self.publication.is_current(file.path, file.key)]
        claims = self.publication.announce(file.path for file in stale)
        for file in stale:
            try:
                written = output.write(self.output, file.path, file.make(), claims.get(file.path, Claim.OURS))
            except OSError as error:
                raise EditionError(steps.output_fault(file.path, error)) from None
            self.report.rendered.append(file.path)
            if isinstance(written, output.Refused):
                self.found.append(written.diagnostic)
                self.publication.record((), (file.path,))
                continue
            if written.changed:
                self.report.written.append(file.path)
            self.publication.record((Output(file.path, file.key, written.size, written.mtime_ns, b""),), ())

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
            self.store.keep_only(step, live)
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


def _moved(found: Diagnostic, lines: int) -> Diagnostic:
    """A diagnostic of a part, with its place in the file."""
    if not lines or not found.span.line:
        return found
    span = msgspec.structs.replace(found.span, line=found.span.line + lines)
    return msgspec.structs.replace(found, span=span)


_LIBRARIES = (
    "click",
    "filelock",
    "jinja2",
    "lunr",
    "lxml",
    "markdown-it-py",
    "mdit-py-plugins",
    "msgspec",
    "PyYAML",
    "rich",
)
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
