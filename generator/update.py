"""The site brought up to date after an edit of documents, without a look at what the edit does not reach.

Everything that was read and planned is still at hand. Where a change is of another kind (of the templates, of a
volume's lists, of which documents there are), or where the last build had errors, nothing is done here, and all is
looked at again.
"""

from __future__ import annotations

from collections.abc import Collection

from generator import extras, sources
from generator.diagnostics import Severity
from generator.report import Clock, Report
from generator.stages import Build
from generator.views import affected


def update(build: Build, changed: Collection[str]) -> Report | None:
    """Bring the site of ``build``, which was the last one and had no errors, up to date. ``changed`` are the files and
    folders of the edition that may have changed. Returns None if only a whole build can do it; ``build`` is then of no
    use any more."""
    volumes = _volumes(build, changed)
    if volumes is None:
        return None
    last, build.report = build.report, Report()
    clock = Clock(build.report.seconds)
    content = sources.scan(build.root, build.content, volumes)
    if not _is_alike(build.content, content):
        return None
    clock.lap("scan")
    records = build.reader.files(content, volumes)
    clock.lap("read")
    keys = dict(build.reader.keys), dict(build.reader.names)
    catalog = build.reader.catalog(content, records)
    made = affected.edits(build.site.catalog, catalog)
    faults = (d for found in build.reader.faults.values() for d in found)
    if made is None or any(d.severity == Severity.ERROR for d in faults):
        return None
    reached = affected.apply(build.site, catalog, made)
    if reached is None:
        return None
    build.content = content
    build.count(catalog)
    clock.lap("catalog")
    build.publication.begin_again()
    # Where documents stand in the files may have changed, even if they have not.
    build.check(catalog, reached.volumes | (volumes & catalog.volumes.keys()), all_addresses=reached.is_told)
    planned = build.plan(reached.pages, again=True)
    build.report.pages = last.pages + sum(path not in build.publication.manifest for path in planned)
    clock.lap("plan")
    build.render(planned)
    clock.lap("render")
    if made:
        build.write([*build.classic(), *(extras.own_files(build.site) if reached.is_told else ())])
    clock.lap("files")
    _index(build)
    clock.lap("index")
    for step, before, now in (
        ("names", keys[1], build.reader.names),
        *((s, keys[0], build.reader.keys) for s in _BY_DOCUMENT),
    ):
        build.store.forget(step, {before[e.key] for e in made if e.key in before} - {now.get(e.key) for e in made})
    build.publication.end_again()
    clock.lap("finish")
    build.told()
    return build.report


_BY_DOCUMENT = ("facts", "document", "terms", "positions")


def _index(build: Build) -> None:
    """Bring the search index up to date, and remove the files that it no longer has."""
    before = build.index
    if before is None:
        return
    build.index = build.search_index(before)
    assert build.index
    build.index.begin(build.publication.is_recorded, build.work)
    files = build.index.update()
    if not files or not build.write(files, whole=True):
        return
    build.index.remember()
    if gone := sorted(before.paths - build.index.paths):
        build.report.removed += build.publication.remove(gone)


def _volumes(build: Build, changed: Collection[str]) -> set[str] | None:
    """The volumes whose text may have changed; None if anything else may have."""
    known = {file.path for file in build.content.files}
    found = set()
    for path in changed:
        folder, _, below = path.partition("/")
        volume, inside, _ = below.partition("/")
        if folder != "content" or volume == sources.PAGES:
            return None
        if not inside:
            volume = volume.removesuffix(".xml")
        if volume not in build.content.volumes or (path not in known and volume in build.content.images):
            return None
        found.add(volume)
    return found


def _is_alike(before: sources.Content, after: sources.Content) -> bool:
    """Whether the same files are there, apart from what the texts say."""
    return (
        (before.volumes, before.images, before.about, before.diagnostics)
        == (after.volumes, after.images, after.about, after.diagnostics)
    ) and [file.path for file in before.files] == [file.path for file in after.files]
