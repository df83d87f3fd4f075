"""The build: the one place that knows the order of things.

scan sources -> read what changed -> facts -> catalog -> plan every page -> render the pages whose key is new
-> search index, assets, files -> remove what is no longer planned -> remember.

Every page's key is the digest of all that decides its bytes; a page whose key is as recorded, and whose file
is as written, is not touched. Nothing is deleted after a build with errors.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from functools import cache, partial
from pathlib import Path

import msgspec

from generator import config, consistency, digest, listing, output, sources, steps, theme, urls, workers
from generator.catalog import Catalog, VolumeCatalog
from generator.diagnostics import Diagnostic, EditionError, Rule, Severity, Span, diagnostic, did_you_mean
from generator.document import Facts, Volume
from generator.phrases import Grammar, phrase
from generator.readers import Part
from generator.search.analyser import DocumentTerms
from generator.search.index import as_script, build_index
from generator.store import STEPS, Output, Source, Store, lock
from generator.views import Page, Site, document_path
from generator.wording import date_in_words

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
    state = edition_root / STATE
    with lock(state):
        (state / ".gitignore").write_text("*\n", encoding="utf-8")
        with (
            Store(state / "state.sqlite3", _engine(), str(options.output.resolve())) as store,
            workers.available(options.jobs, executor) as work,
        ):
            return _Build(options, edition_root, edition, store, work, progress or (lambda *_: None)).run()


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
        messages = looks.messages(self.edition.language)
        self.images = {f"{v}/{name}": path for v, named in content.images.items() for name, path in named.items()}
        site = Site(self.edition, catalog, messages, self.images)
        self.found += consistency.check(catalog, self.where, self.images)
        planned = self._plan(site, looks)
        clock.lap("plan")
        files = list(self._files(site, catalog))
        self._make_way({*planned, *(path for path, _, _ in files)})
        self._render(planned, site, looks, messages)
        clock.lap("render")
        self._write_files(planned, files)
        clock.lap("files")
        self._finish(planned, records)
        clock.lap("finish")
        self.report.diagnostics = self._sorted_diagnostics()
        return self.report

    # ---- stages

    def _prepare(self) -> None:
        if self.store.set_aside:
            name = self.store.set_aside.name
            self.report.notices.append(f"The build state could not be read. It is kept as {STATE}/{name}; everything is built anew.")  # fmt: skip
        if self.options.clean:
            self.store.forget_sources(self.store.sources())
            for step in STEPS:
                self.store.keep_only(step, set())
        self.manifest = {} if self.options.clean else self.store.outputs()
        if self.store.meta("unfinished"):
            output.sweep(self.output)
        self.store.put_meta("unfinished", b"1")
        self.store.commit()
        try:
            self.output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EditionError(steps.output_fault(str(self.options.output), error)) from None

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

    def _plan(self, site: Site, looks: theme.Theme) -> dict[str, tuple[Page, dict[str, bytes]]]:
        """Return every page by path with the digests of what decides it. A page whose template has a fault is
        reported and left as it is."""
        shared = {"site": digest.of(site.data()), "words": digest.of(site.messages), "engine": _engine()}
        planned: dict[str, tuple[Page, dict[str, bytes]]] = {}
        faults: dict[str, Diagnostic] = {}
        self.unplanned: set[str] = set()
        for page in site.pages():
            if page.template not in faults:
                try:
                    shared["template"] = looks.closure(page.template)
                except theme.TemplateFault as fault:
                    faults[page.template] = fault.diagnostic
            if page.template in faults:
                self.unplanned.add(page.path)
                continue
            inputs = {**shared, **{f"data: {name}": digest.of(value) for name, value in page.data.items()}}
            inputs["base"] = digest.of(page.absolute)
            if page.text:
                inputs["text"] = self.digests[page.text]
                inputs["references"] = digest.of(page.targets, page.images)
            if other := planned.get(page.path):
                where = self.where.get(page.text or ("", ""), (page.path, 0))[0]
                taken = (
                    f'the address "{urls.address(page.path)}" is taken by {other[0].data.get("title", "another page")}'
                )
                self.found.append(
                    diagnostic(Rule.ADDRESS_TAKEN, taken, Span(where), hint="Give one of them another name.")
                )
                continue
            planned[page.path] = (page, inputs)
        self.found += faults.values()
        self.report.pages = len(planned)
        return planned

    def _render(
        self,
        planned: Mapping[str, tuple[Page, dict[str, bytes]]],
        site: Site,
        looks: theme.Theme,
        words: dict[str, str],
    ) -> None:
        keys = {path: digest.of(inputs) for path, (_, inputs) in planned.items()}
        stale = [path for path in planned if not self._is_current(path, keys[path])]
        self._explain(planned, keys)
        self.store.announce(path for path in stale if path not in self.manifest)
        shared = steps.Context(
            str(self.root),
            str(self.output),
            site.data(),
            words,
            digest.of([looks.closure(planned[p][0].template) for p in stale]),
        )
        step = partial(steps.render_pages, msgspec.msgpack.encode(shared))
        jobs = (self._job(planned[path][0]) for path in stale)
        count = 0
        for batch in self.work.run(step, jobs, len(stale)):
            self._record(batch, keys, planned)
            count += len(batch)
            self.progress("Rendering", count, len(stale))

    def _make_way(self, wanted: set[str]) -> None:
        """Remove files of ours that stand where a folder must be now, or in a folder that must be a file now.
        Nobody else's file is ever in the way of ours without a message."""
        stale = self.manifest.keys() - wanted
        needed = {folder for path in wanted for folder in _folders(path)} if stale else set()
        blocking = [path for path in stale if path in needed or not wanted.isdisjoint(_folders(path))]
        if blocking:
            self.report.removed += self._remove(sorted(blocking))
            self.store.commit()

    def _job(self, page: Page) -> steps.Job:
        document = (self.store.result("document", self.keys[page.text]) or b"") if page.text else b""
        return steps.Job(page.path, page.template, page.absolute, page.data, document, page.targets, page.images)

    def _record(self, batch: Iterable[steps.Done], keys: Mapping[str, bytes], planned: Mapping[str, tuple[Page, dict[str, bytes]]]) -> None:  # fmt: skip
        fatal: Diagnostic | None = None
        outputs = []
        for done in batch:
            self.report.rendered.append(done.path)
            if done.written is None:
                assert done.fault
                fatal = done.fault if done.fatal else fatal
                self.found.append(done.fault)
                self.unplanned.add(done.path)
                continue
            if done.written.changed:
                self.report.written.append(done.path)
            inputs = msgspec.msgpack.encode({n: d[:6] for n, d in planned[done.path][1].items()})
            outputs.append(Output(done.path, keys[done.path], done.written.size, done.written.mtime_ns, inputs))
        self.store.record(outputs)
        self.store.commit()
        if fatal:
            raise EditionError(fatal)

    def _files(self, site: Site, catalog: Catalog) -> Iterator[tuple[str, bytes, Callable[[], bytes]]]:
        """Yield the files that are no pages: path, key, and how to make the bytes."""
        for path, data in site.files():
            yield path, digest.of("file", data), partial(bytes, data)
        copied = {f"assets/{name}": file for name, file in theme.assets(self.root).items()}
        copied |= {path: self.root / source for path, source in self.images.items()}
        for path, file in copied.items():
            yield path, digest.of("copy", digest.of_bytes(file.read_bytes())), file.read_bytes
        if self.edition.search.enabled:
            yield from self._search_files(site, catalog)

    def _search_files(self, site: Site, catalog: Catalog) -> Iterator[tuple[str, bytes, Callable[[], bytes]]]:
        indexed = [volume.by_id[id] for volume in catalog.volumes.values() for id in volume.order]
        parts = [self.keys[f.volume, f.id] for f in indexed]
        key = digest.of("search", _engine(), parts)

        def index() -> bytes:
            terms = self._terms(parts)
            return build_index([(str(n), terms[part]) for n, part in enumerate(parts)])

        made: list[bytes] = []

        def once() -> bytes:
            if not made:
                made.append(index())
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
        yield "search/lunr-index.json", key, once
        yield "search/lunr-index.js", key, lambda: as_script("lunr-index", once())
        yield "search/documents.json", shown_key, lambda: shown
        yield "search/documents.js", shown_key, lambda: as_script("documents", shown)

    def _terms(self, parts: list[bytes]) -> dict[bytes, DocumentTerms]:
        remembered = self.store.results("terms")
        for part in parts:
            if part not in remembered:
                terms = steps.search_terms(self.store.result("document", part) or b"")
                remembered[part] = terms
                self.store.put_results("terms", [(part, terms)])
        decode = msgspec.msgpack.Decoder(DocumentTerms).decode
        return {part: decode(remembered[part]) for part in parts}

    def _write_files(
        self, planned: Mapping[str, object], files: Iterable[tuple[str, bytes, Callable[[], bytes]]]
    ) -> None:
        self.kept = set(planned)
        for path, key, make in files:
            self.kept.add(path)
            if self._is_current(path, key):
                continue
            self.store.announce([path])
            try:
                written = output.write(self.output, path, make())
            except OSError as error:
                raise EditionError(steps.output_fault(path, error)) from None
            self.report.rendered.append(path)
            if written.changed:
                self.report.written.append(path)
            self.store.record([Output(path, key, written.size, written.mtime_ns, b"")])
            self.store.commit()

    def _finish(self, planned: Mapping[str, object], records: Mapping[str, Source]) -> None:
        """Remove what is no longer planned, unless there were errors, and forget what is no longer of use."""
        errors = any(d.severity == Severity.ERROR for d in self.found)
        stale = sorted(self.store.outputs().keys() - self.kept - self.unplanned)
        if stale and errors:
            self.report.notices.append("Because of the errors nothing was removed from the site.")
        elif stale:
            self.report.removed += self._remove(stale)
        decode = msgspec.msgpack.Decoder(steps.Remembered).decode
        live = {part.key for record in records.values() for part in decode(record.split).parts}
        for step in STEPS:
            self.store.keep_only(step, live)
        self.store.put_meta("unfinished", b"")
        self.store.commit()

    # ---- small things

    def _remove(self, paths: list[str]) -> list[str]:
        try:
            output.remove(self.output, paths)
        except OSError as error:
            raise EditionError(steps.output_fault(paths[0], error)) from None
        self.store.forget_outputs(paths)
        return paths

    def _is_current(self, path: str, key: bytes) -> bool:
        """Whether the file at ``path`` was made from ``key`` and is still as it was written."""
        known = self.manifest.get(path)
        if known is None or known.key != key:
            return False
        try:
            stat = os.stat(f"{self.output}/{path}")
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (known.size, known.mtime_ns)

    def _explain(self, planned: Mapping[str, tuple[Page, dict[str, bytes]]], keys: Mapping[str, bytes]) -> None:
        """Say why the page ``options.explain`` is rendered or kept."""
        wanted = self.options.explain.strip("/")
        if not wanted:
            return
        path = next((p for p in (wanted, f"{wanted}/{urls.INDEX}") if p in planned), None)
        if path is None:
            near = did_you_mean(wanted, [urls.address(p).rstrip("/") for p in planned])
            self.report.explanation.append(f'The site has no page "{wanted}". {near}'.strip())
            return
        known = self.manifest.get(path)
        if known is None or not known.key:
            self.report.explanation.append(f"{path}: rendered, since it was not in the site before.")
        elif known.key == keys[path]:
            kept = self._is_current(path, keys[path])
            self.report.explanation.append(f"{path}: kept, nothing it shows has changed." if kept else f"{path}: written again, since the file was changed or deleted by hand.")  # fmt: skip
        else:
            before = msgspec.msgpack.decode(known.inputs, type=dict[str, bytes]) if known.inputs else {}
            after = {n: d[:6] for n, d in planned[path][1].items()}
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


def _folders(path: str) -> Iterator[str]:
    """The folders that hold ``path``, innermost first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _moved(found: Diagnostic, lines: int) -> Diagnostic:
    """A diagnostic of a part, with its place in the file."""
    if not lines or not found.span.line:
        return found
    span = msgspec.structs.replace(found.span, line=found.span.line + lines)
    return msgspec.structs.replace(found, span=span)


@cache
def _engine() -> bytes:
    """The digest of everything that turns sources into bytes: our own code and the versions of what it runs on."""
    libraries = ("jinja2", "markdown-it-py", "mdit-py-plugins", "lxml", "msgspec", "PyYAML")
    versions = [importlib.metadata.version(name) for name in libraries]
    code = digest.of_tree(Path(__file__).parent, (".py",))
    return digest.of(code, versions, platform.python_version())
