"""The pages that show a text: documents, sections and chapters of volumes, free pages of the site."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from generator import directions, urls
from generator.catalog import VolumeCatalog, page_range
from generator.document import Division, Facts
from generator.rendering import Around
from generator.views import chronology, printed_pages
from generator.views.citing import Citing
from generator.views.contents import Contents
from generator.views.downloads import Records
from generator.views.entries import Entries
from generator.views.frame import Data, Frame, Page, document_path
from generator.views.references import References
from generator.views.scans import Scans

_SOURCE = ("repository", "collection", "file", "classification", "precedence", "drafted", "cleared", "approved")


class Texts:
    """Makes the pages with a text in ``frame``; ``contents`` says what a chapter holds, ``entries`` whom and what a
    document names, ``references`` where it refers to."""

    def __init__(self, frame: Frame, contents: Contents, entries: Entries, references: References) -> None:
        self.frame = frame
        self.contents = contents
        self.entries = entries
        self.references = references
        self.records = Records(frame)
        self.citing = Citing(frame)

    def document(self, facts: Facts, volume: VolumeCatalog) -> Page:
        """The page of a document."""
        path = document_path(facts)
        before, after = volume.neighbours(facts.id)
        meta = facts.metadata
        row = self.frame.row(facts)
        described: Data = {
            "id": facts.id,
            "volume": facts.volume,
            "title": facts.title,
            "number": meta.number,
            "printed_number": meta.printed_number,
            "name": self.frame.name(facts),
            "date": row["date"],
            "date_iso": row["date_iso"],
            "place": meta.place,
            "kind": meta.kind,
            "classification": meta.classification,
            "sender": [p.name for p in meta.sender],
            "addressee": [p.name for p in meta.addressee],
            "topics": list(meta.topics),
            "summary": meta.summary,
            "pages": row["pages"],
            "pages_inferred": page_range(facts).inferred,
            "lang": meta.lang,
            "dir": self._turned(meta.lang),
            "opening": facts.opening,
        }
        cited_at = self.references.cited_at(facts)
        cite, metadata = self.citing.document(facts, volume)
        page = self.frame.page(
            path,
            "document.html",
            f"{meta.printed_number} {facts.title}".strip(),
            trail=self.frame.trail(volume, facts.id),
            document=described,
            volume=self.frame.head(volume),
            previous=self.frame.neighbour(before),
            next=self.frame.neighbour(after),
            in_time=chronology.around(self.frame, facts),
            pages=printed_pages.navigation(facts, volume, Scans(volume.volume, self.frame.images)),
            cited_by=self.references.cited_by(facts),
            cited_at=cited_at,
            mentions=self.entries.cards(facts),
            related=self.references.related(facts),
            source_note=self._source_note(facts),
            cite=cite,
            metadata=metadata,
        )
        page = self._with_text(page, facts, cited_at)
        return msgspec.structs.replace(page, record=self.records.of(facts, volume, path, page.around))

    def section(self, facts: Facts, volume: VolumeCatalog) -> Page:
        """The page of a section or chapter, with what is in it."""
        path = document_path(facts)
        inside = _find(volume.contents, facts.id)
        cited_at = self.references.cited_at(facts)
        page = self.frame.page(
            path,
            "section.html",
            facts.title,
            trail=self.frame.trail(volume, facts.id),
            section={"id": facts.id, "role": facts.role, "title": facts.title},
            volume=self.frame.head(volume),
            pages=printed_pages.navigation(facts, volume, Scans(volume.volume, self.frame.images)),
            contents=self.contents.tree(inside.children if inside else (), volume),
            cited_by=self.references.cited_by(facts),
            cited_at=cited_at,
            mentions={} if self.entries.is_list(facts.id) else self.entries.cards(facts),
        )
        return self._with_text(page, facts, cited_at, self.entries.counts(volume, facts))

    def free_page(self, facts: Facts) -> Page:
        """A free page of the site."""
        path = urls.page(facts.id)
        section = {"id": facts.id, "role": facts.role, "title": facts.title}
        page = self.frame.page(
            path,
            "section.html",
            facts.title,
            trail=self.frame.trail(),
            section=section,
            volume=None,
            pages=None,
            contents=[],
            cited_by=[],
        )
        return self._with_text(page, facts)

    def _with_text(
        self, page: Page, facts: Facts, cited_at: Collection[Data] = (), counts: Collection[tuple[str, str, int]] = ()
    ) -> Page:
        around = Around(
            self.references.targets(facts, page.path),
            self._images(facts, page.path),
            tuple(
                (kind, id, urls.relative(page.path, path), text) for kind, id, path, text in self.entries.links(facts)
            ),
            tuple((place["anchor"], place["count"]) for place in cited_at),
            tuple((anchor, urls.relative(page.path, path), count) for anchor, path, count in counts),
        )
        return msgspec.structs.replace(page, text=(facts.volume, facts.id), around=around)

    def _turned(self, language: str) -> str:
        """The direction in which a document of this language is written, if it is not that of the page."""
        own = directions.of(language) if language else ""
        return own if own != self.frame.messages.get("direction", "ltr") else ""

    def _source_note(self, facts: Facts) -> list[Data]:
        """What the source note says, by field in the interface's words."""
        if facts.source is None:
            return []
        values = ((name, getattr(facts.source, name)) for name in _SOURCE)
        shown = ((name, value if isinstance(value, str) else "; ".join(value)) for name, value in values)
        return [{"name": self.frame.messages[f"source_{name}"], "value": value} for name, value in shown if value]

    def _images(self, facts: Facts, path: str) -> tuple[tuple[str, str], ...]:
        """The images of a document that are at hand, each with the link to it."""
        found = ((i.id, image_path(facts.volume, i.id, self.frame.images)) for i in facts.images)
        return tuple((url, urls.relative(path, image)) for url, image in found if image)


def image_path(volume: str, url: str, images: Collection[str]) -> str:
    """The path in the site of the image that a document of ``volume`` calls ``url``, or nothing if it is not among
    ``images``. Sources often leave the suffix out, or name another form of the same picture."""
    name = f"{volume}/{url.removeprefix('./')}"
    stem = name.rpartition(".")[0] if "." in name.rpartition("/")[2] else name
    candidates = (name, *(stem + suffix for suffix in (".jpg", ".png", ".webp", ".svg", ".gif", ".jpeg", ".avif")))
    return next((c for c in candidates if c in images), "")


def _find(contents: tuple[Division, ...], id: str) -> Division | None:
    for division in contents:
        if division.id == id:
            return division
        inner = _find(division.children, id)
        if inner:
            return inner
    return None
