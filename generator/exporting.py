"""Documents written into a folder in one of the formats that lie beside their pages: what ``edition export`` does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from generator import steps
from generator.config import Downloads
from generator.diagnostics import Diagnostic, EditionError, Rule, Severity, did_you_mean
from generator.output import Claim
from generator.report import Clock
from generator.stages import Build


class Wanted(msgspec.Struct, frozen=True):
    """What is to be written: the format, by the end of the files' names; of which volume (empty: of all) and which
    document (empty: all); whether files that say something else are written over."""

    suffix: str
    volume: str = ""
    document: str = ""
    force: bool = False


class Exported(msgspec.Struct, frozen=True):
    """What came of it: the paths of the files in the folder, those of them that were not there or said something else
    before; files that were left alone; all that is wrong with the edition."""

    files: tuple[str, ...]
    written: tuple[str, ...]
    kept: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    notices: tuple[str, ...] = ()


def export(build: Build, wanted: Wanted) -> Exported:
    """Write documents into the output folder of ``build``, a folder a volume. Raises EditionError if the folder cannot be
    written, and ValueError, with a message for the editor, if there is no such volume or document."""
    build.edition = msgspec.structs.replace(build.edition, downloads=Downloads((wanted.suffix,)))
    build.look(Clock(build.report.seconds))
    build.store.commit()
    keys = _chosen(build, wanted)
    shared = steps.Context(str(build.output), {}, {}, {})
    claim = Claim.OURS if wanted.force else Claim.FOREIGN
    files, written, kept = [], [], []
    for batch in build.work.run(
        partial(steps.render_pages, msgspec.msgpack.encode(shared)), _jobs(build, keys, wanted.suffix, claim), len(keys)
    ):
        for done in batch:
            if done.written:
                files.append(done.path)
                written += [done.path] if done.written.changed else []
            elif done.fault and (done.fatal or done.fault.rule != Rule.OUTPUT.id):
                raise EditionError(done.fault)
            else:
                kept.append(done.path)
        build.progress("Writing", len(files) + len(kept), len(keys))
    build.told()
    wrong = tuple(d for d in build.report.diagnostics if d.severity == Severity.ERROR)
    return Exported(tuple(files), tuple(written), tuple(kept), wrong, tuple(build.report.notices))


def _chosen(build: Build, wanted: Wanted) -> list[tuple[str, str]]:
    """The documents that are wanted, in their order."""
    volumes = build.site.catalog.volumes
    if wanted.volume and wanted.volume not in volumes:
        message = f'the edition has no volume "{wanted.volume}"'
        raise ValueError(f"{message}. {did_you_mean(wanted.volume, volumes) or f'It has: {chr(44).join(volumes)}.'}")
    chosen = [
        (id, facts.id)
        for id, volume in volumes.items()
        for facts in volume.documents
        if wanted.volume in ("", id) and wanted.document in ("", facts.id)
    ]
    if wanted.document and not chosen:
        known = {facts.id for id, volume in volumes.items() for facts in volume.documents if wanted.volume in ("", id)}
        raise ValueError(f'there is no document "{wanted.document}". {did_you_mean(wanted.document, known)}'.strip())
    return chosen


def _jobs(build: Build, keys: list[tuple[str, str]], suffix: str, claim: Claim) -> Iterator[steps.Job]:
    for volume, id in keys:
        page = build.site.page_of(volume, id)
        document, names = build.text_of((volume, id))
        files = (steps.File(f"{volume}/{id}.{suffix}", suffix, claim),)
        yield steps.Job(page.path, "", "", {}, document, names, files=files, record=page.record)
