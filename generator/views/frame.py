"""What all pages have in common: the page itself as a value, and the words, rows and links that many of them show.

Everything a page shows of other documents is in its data, so a change elsewhere reaches a page exactly when it
changes what that page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from generator import urls
from generator.catalog import Catalog, VolumeCatalog, page_range
from generator.config import Edition
from generator.dates import EditionDate
from generator.document import Facts
from generator.exporters.record import Record
from generator.rendering import Around
from generator.wording import date_in_words

Data = dict[str, Any]


class Page(msgspec.Struct, frozen=True):
    """One page of the site: its path, template and data. ``text`` names the document whose text it shows (volume and
    id), with what is ``around`` it; ``absolute`` is the way to the site's root for a page that is served at any address;
    ``record`` is what the files beside it show besides the text, which the page itself does not depend on."""

    path: str
    template: str
    data: Data
    text: tuple[str, str] | None = None
    around: Around = Around()
    absolute: str = ""
    record: Record | None = None


class Frame:
    """What pages are made from: the edition's configuration, its catalog, the messages, the paths of its images."""

    def __init__(
        self, edition: Edition, catalog: Catalog, messages: Mapping[str, str], images: Collection[str] = ()
    ) -> None:
        self.edition = edition
        self.catalog = catalog
        self.messages = messages
        self.images = images
        self._rows: dict[tuple[str, str], Data] = {}
        self._heads: dict[str, Data] = {}
        self._listed: dict[tuple[str, str], bytes] = {}

    def forget(self, documents: Collection[tuple[str, str]]) -> None:
        """Make anew what is shown of these documents, and of their volumes."""
        for key in documents:
            self._rows.pop(key, None)
            self._listed.pop(key, None)
            self._heads.pop(key[0], None)

    def page(
        self,
        path: str,
        template: str,
        title: str,
        *,
        trail: list[tuple[str, str]] | None = None,
        absolute: str = "",
        **data: Any,
    ) -> Page:
        """A page without a text, with the title, address and breadcrumbs that every page has."""
        base = self.edition.base_url
        data["title"] = title
        data["canonical"] = base + urls.address(path) if base and not absolute else ""
        data["trail"] = [{"title": t, "path": p} for t, p in trail or []]
        return Page(path, template, data, absolute=absolute)

    @property
    def base_path(self) -> str:
        """The path of the site below its host: ``/edition/`` for ``https://example.org/edition/``."""
        base = self.edition.base_url
        return "/" + base.split("/", 3)[3] if base else "/"

    def trail(self, volume: VolumeCatalog | None = None, id: str = "") -> list[tuple[str, str]]:
        """The breadcrumbs that lead to a page: home, volume, the chapters around ``id`` that have pages."""
        out = [(self.messages["home"], "index.html")]
        if volume:
            out.append((volume.volume.title, urls.page(volume.volume.id)))
            for division in volume.parts_around.get(id, ()):
                out.append((division.title, document_path(volume.by_id[division.id]) if division.id in volume.by_id else ""))  # fmt: skip
        return out

    def head(self, volume: VolumeCatalog) -> Data:
        """What the pages of a volume say of it."""
        if volume.volume.id in self._heads:
            return self._heads[volume.volume.id]
        about = volume.volume
        given = (("persons", about.persons), ("terms", about.terms), ("places", about.places))
        lists = [name for name, entries in given if entries and name not in volume.by_id]
        head: Data = {
            "id": about.id,
            "title": about.title,
            "path": urls.page(about.id),
            "pages_path": urls.page(about.id, "pages") if volume.pages else "",
            "lists": [{"title": self.messages[n], "path": urls.page(about.id, n)} for n in lists],
        }
        self._heads[about.id] = head
        return head

    def row(self, facts: Facts) -> Data:
        """A document as lists show it: a title without notes, and what tells it from the next."""
        key = (facts.volume, facts.id)
        if key not in self._rows:
            self._rows[key] = self._make_row(facts)
        return self._rows[key]

    def brief(self, facts: Facts) -> Data:
        """A document as long lists show it, in a line: number, title, date."""
        row = self.row(facts)
        return {name: row[name] for name in ("path", "number", "title", "date", "date_iso")}

    def listed(self, facts: Facts, make: Callable[[Facts], bytes]) -> bytes:
        """What a list for programs says of a document, made by ``make`` when first asked for."""
        key = (facts.volume, facts.id)
        if key not in self._listed:
            self._listed[key] = make(facts)
        return self._listed[key]

    def _make_row(self, facts: Facts) -> Data:
        return {
            "kind": facts.role,
            "id": facts.id,
            "volume": facts.volume,
            "path": document_path(facts),
            "number": facts.metadata.printed_number or facts.metadata.number,
            "title": facts.title,
            "date": date_in_words(facts.metadata.date, self.messages),
            "date_iso": iso(facts.metadata.date),
            "dateline": facts.dateline,
            "source_line": facts.source_line,
            "summary": facts.metadata.summary,
            "pages": str(page_range(facts)),
        }

    def neighbour(self, facts: Facts | None) -> Data | None:
        """A link to the document before or after."""
        return {"path": document_path(facts), "name": self.name(facts), "title": facts.title} if facts else None

    def name(self, facts: Facts) -> str:
        """How a list calls a document in a word: ``Document 387``; a section goes by its title."""
        if facts.role != "document":
            return facts.title
        return self.messages["document_n"].replace("{label}", facts.metadata.number or facts.id)

    def title_of(self, volume: str) -> str:
        """The title of a volume."""
        return self.catalog.volumes[volume].volume.title


def document_path(facts: Facts) -> str:
    """The path of the page that shows a document, a section, or a free page of the site."""
    return f"{facts.volume}/{facts.id}/{urls.INDEX}" if facts.role != "page" else urls.page(facts.id)


def iso(date: EditionDate | None) -> str:
    """The machine-readable form of a date for ``<time datetime>``: a day, a month or a year, else nothing."""
    if date is None or date.precision == "span":
        return ""
    return date.start[: {"day": 10, "month": 7, "year": 4}[date.precision]]
