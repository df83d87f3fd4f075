"""The plain data of each page: what a template shows, and nothing it must look up.

A ``Page`` is a value: the same page data make the same page. Everything a page shows of other documents is in
its data, so a change elsewhere reaches a page exactly when it changes what that page shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from generator import urls
from generator.catalog import Catalog, VolumeCatalog
from generator.config import Edition
from generator.exporters.card import Card
from generator.registers import Kind
from generator.related import Related
from generator.views import cards, chronology, downloads, feed, kinds, on_this_day, own_files
from generator.views.contents import Contents
from generator.views.entries import Entries
from generator.views.frame import Data, Frame, Page, document_path
from generator.views.references import References
from generator.views.texts import Texts, image_path

__all__ = ["Page", "Site", "document_path", "image_path"]


EntryKey = tuple[Kind, str, str]
"""An entry of a list: kind, volume, id."""


class Site:
    """Makes the pages of an edition from its configuration, catalog, messages and the paths of its images."""

    def __init__(
        self, edition: Edition, catalog: Catalog, messages: Mapping[str, str], images: Collection[str] = ()
    ) -> None:
        self.edition = edition
        self.catalog = catalog
        self.messages = messages
        self.frame = frame = Frame(edition, catalog, messages, images)
        self._contents = Contents(frame)
        self._entries = Entries(frame)
        self._texts = Texts(frame, self._contents, self._entries, References(frame))

    def data(self) -> Data:
        """What every page shows: the edition's title and the like, and its menu."""
        edition = self.edition
        return {
            "title": edition.title,
            "subtitle": edition.subtitle,
            "description": edition.description,
            "language": edition.language,
            "publisher": edition.publisher,
            "licence": edition.licence,
            "base_url": edition.base_url,
            "search": edition.search.enabled,
            "menu": [{"title": p.title, "path": urls.page(p.id)} for p in self.catalog.pages],
            "lists": self._entries.menu(),
            "downloads": downloads.listed(edition),
            "feed": feed.PATH if feed.has_feed(self.frame) else "",
        }

    def pages(self) -> Iterator[Page]:
        """Yield every page of the site, in a fixed order."""
        frame, contents, texts = self.frame, self._contents, self._texts
        yield contents.home()
        for facts in self.catalog.pages:
            yield texts.free_page(facts)
        for volume in self.catalog.volumes.values():
            yield contents.volume(volume)
            yield contents.page_list(volume)
            for id in volume.order:
                yield self._text(volume, id)
        yield from self._entries.pages()
        yield from chronology.pages(frame)
        yield from on_this_day.pages(frame)
        yield from kinds.pages(frame)
        volumes = contents.volumes()
        if self.edition.search.enabled:
            yield frame.page("search/index.html", "search.html", self.messages["search"], volumes=volumes)
        yield frame.page("404.html", "404.html", self.messages["page_not_found"], absolute=frame.base_path, volumes=volumes)  # fmt: skip
        if base := self.edition.base_url:
            yield Page("sitemap.xml", "sitemap.xml", {"addresses": [base + urls.address(p) for p in self._addresses()]})
        yield from feed.pages(frame)

    def adopt(
        self,
        catalog: Catalog,
        edited: Collection[tuple[str, str]],
        cited: Collection[tuple[str, str]] = (),
        told: bool = False,
    ) -> None:
        """Go on with another ``catalog`` of the same documents, of which some were ``edited``. If others are ``told`` of
        it, they may be cited, related and listed otherwise; ``cited`` are those of which the citations may differ."""
        self.catalog = self.frame.catalog = catalog
        self.frame.forget(edited)
        if told:
            self._entries = Entries(self.frame)
            self._texts = Texts(self.frame, self._contents, self._entries, self._texts.references.after(cited))

    def page_of(self, volume: str, id: str) -> Page:
        """The page of a document, a section, or a free page."""
        if volume not in self.catalog.volumes:
            facts = self.catalog.get(volume, id)
            assert facts
            return self._texts.free_page(facts)
        return self._text(self.catalog.volumes[volume], id)

    def overviews(self, volumes: Iterable[VolumeCatalog]) -> Iterator[Page]:
        """The pages that list the documents of ``volumes``, the first of the site, and the feed."""
        yield self._contents.home()
        for volume in volumes:
            yield self._contents.volume(volume)
            yield self._contents.page_list(volume)
        yield from feed.pages(self.frame)

    @property
    def relations(self) -> Related:
        """What belongs together."""
        return self._texts.references.relations

    def is_list(self, section: str) -> bool:
        """Whether a section with this id is a volume's own list of persons, terms or places."""
        return self._entries.is_list(section)

    def all_the_same(self, entries: Collection[EntryKey]) -> set[EntryKey]:
        """Entries of lists, with those of other volumes that are the same."""
        return {(k, *one) for k, volume, id in entries for one in self._entries.registers[k].same((volume, id))}

    def occurring(self, entries: Collection[EntryKey]) -> set[EntryKey]:
        """Those of the entries that have a page."""
        return {(k, volume, id) for k, volume, id in entries if self._entries.has_page(k, (volume, id))}

    def entry_pages(self, entries: Collection[EntryKey], lists: bool) -> Iterator[Page]:
        """The pages of these entries and, if ``lists``, all lists."""
        return self._entries.some(entries, lists)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the site that need no template: path and bytes."""
        return own_files.files(self.frame)

    def cards(self) -> dict[str, Card]:
        """The pictures that other sites show beside a link to this one, by path."""
        return cards.cards(self.frame)

    def _text(self, volume: VolumeCatalog, id: str) -> Page:
        facts = volume.by_id[id]
        if facts.role == "document":
            return self._texts.document(facts, volume)
        return self._texts.section(facts, volume)

    def _addresses(self) -> Iterator[str]:
        yield "index.html"
        yield from (urls.page(p.id) for p in self.catalog.pages)
        for volume in self.catalog.volumes.values():
            yield urls.page(volume.volume.id)
            yield from (document_path(volume.by_id[id]) for id in volume.order)
