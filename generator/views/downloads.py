"""The files beside a document's page: which there are, and what they show besides its text.

Of other documents they show nothing but where its references lead, which its page shows too: whatever reaches the page
reaches them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.catalog import VolumeCatalog, page_range
from generator.config import Edition
from generator.document import Facts, Volume
from generator.exporters import EXPORTERS, Exporter
from generator.exporters.record import Record
from generator.rendering import Around
from generator.views.frame import Data, Frame, Page


def offered(edition: Edition) -> tuple[Exporter, ...]:
    """The formats that the edition wants, in the order of ``EXPORTERS``."""
    return tuple(exporter for exporter in EXPORTERS if exporter.suffix in edition.downloads.formats)


def listed(edition: Edition) -> list[Data]:
    """What pages say of the formats: the end of the file's name, its type without parameters, the message that names
    it, whether it has the text."""
    return [
        {
            "suffix": exporter.suffix,
            "type": exporter.media_type.partition(";")[0],
            "label": f"download_{exporter.suffix.replace('.', '_')}",
            "text": exporter.has_text,
        }
        for exporter in offered(edition)
    ]


def files_of(page: Page, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of the files beside ``page``: ``v01/d3/d3.md`` and so on."""
    if page.record is None or page.text is None:
        return ()
    volume, id = page.text
    stem = f"{volume}/{id}/{id}."
    return tuple([stem + suffix for suffix in suffixes])


def suffix_of(path: str) -> str:
    """The end of the name of a file beside a page: ``csl.json`` of ``v01/d3/d3.csl.json``."""
    folder, _, name = path.rpartition("/")
    return name[len(folder.rpartition("/")[2]) + 1 :]


def headers(edition: Edition) -> Iterator[str]:
    """The rules by which a host serves the files as what they are. JSON every host knows; a rule for it would meet the
    files of ``csl.json`` too, and Netlify joins what two rules say."""
    for exporter in offered(edition):
        if exporter.suffix == "json":
            continue
        yield f"/:volume/:document/*.{exporter.suffix}\n  Content-Type: {exporter.media_type}\n"


class Records:
    """What the files of documents show besides their texts, made in ``frame``."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._volumes: dict[str, tuple[Volume, Volume]] = {}
        self._named: dict[str, tuple[Volume, dict[str, str]]] = {}

    def of(self, facts: Facts, volume: VolumeCatalog, path: str, around: Around) -> Record | None:
        """The record of a document whose page stands at ``path``; None where the edition wants no files."""
        edition = self.frame.edition
        if not edition.downloads.formats:
            return None
        pages = page_range(facts)
        return Record(
            edition.title,
            self._about(volume.volume),
            path,
            self.frame.name(facts),
            edition.publisher,
            edition.licence,
            facts.metadata.lang or edition.language,
            edition.base_url,
            pages.first,
            pages.last,
            pages.inferred,
            around.targets,
            self._parties(facts, volume.volume),
        )

    def _parties(self, facts: Facts, volume: Volume) -> tuple[tuple[str, str], ...]:
        """Who sent and got a document, by id, under the names of the volume's list."""
        parties = {p.person for p in (*facts.metadata.sender, *facts.metadata.addressee) if p.person}
        if not parties:
            return ()
        known = self._named.get(volume.id)
        if known is None or known[0] is not volume:
            known = self._named[volume.id] = (volume, {entry.id: entry.name for entry in volume.persons})
        return tuple((id, known[1][id]) for id in sorted(parties) if id in known[1])

    def _about(self, volume: Volume) -> Volume:
        """A volume without its contents and lists."""
        known = self._volumes.get(volume.id)
        if known is None or known[0] is not volume:
            bare = msgspec.structs.replace(volume, contents=(), persons=(), terms=(), places=(), facsimile="")
            known = self._volumes[volume.id] = (volume, bare)
        return known[1]
