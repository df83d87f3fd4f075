"""The plain data of each page: what a template shows, and nothing it must look up.

A ``Page`` is a value: the same page data make the same page. Everything a page shows of other documents is in
its data, so a change elsewhere reaches a page exactly when it changes what that page shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from generator import urls
from generator.catalog import Catalog
from generator.config import Edition
from generator.views import chronology, own_files
from generator.views.contents import Contents
from generator.views.entries import Entries
from generator.views.frame import Data, Frame, Page, document_path
from generator.views.texts import Texts, image_path

__all__ = ["Page", "Site", "document_path", "image_path"]


class Site:
    """Makes the pages of an edition from its configuration, catalog, messages and the paths of its images."""

    def __init__(
        self, edition: Edition, catalog: Catalog, messages: Mapping[str, str], images: Collection[str] = ()
    ) -> None:
        self.edition = edition
        self.catalog = catalog
        self.messages = messages
        self._frame = frame = Frame(edition, catalog, messages, images)
        self._contents = Contents(frame)
        self._entries = Entries(frame)
        self._texts = Texts(frame, self._contents, self._entries)

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
        }

    def pages(self) -> Iterator[Page]:
        """Yield every page of the site, in a fixed order."""
        frame, contents, texts = self._frame, self._contents, self._texts
        yield contents.home()
        for facts in self.catalog.pages:
            yield texts.free_page(facts)
        for volume in self.catalog.volumes.values():
            yield contents.volume(volume)
            yield contents.page_list(volume)
            for id in volume.order:
                facts = volume.by_id[id]
                yield texts.document(facts, volume) if facts.role == "document" else texts.section(facts, volume)
        yield from self._entries.pages()
        yield from chronology.pages(frame)
        volumes = contents.volumes()
        if self.edition.search.enabled:
            yield frame.page("search/index.html", "search.html", self.messages["search"], volumes=volumes)
        yield frame.page("404.html", "404.html", self.messages["page_not_found"], absolute=frame.base_path, volumes=volumes)  # fmt: skip
        if base := self.edition.base_url:
            yield Page("sitemap.xml", "sitemap.xml", {"addresses": [base + urls.address(p) for p in self._addresses()]})

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the site that need no template: path and bytes."""
        return own_files.files(self._frame)

    def _addresses(self) -> Iterator[str]:
        yield "index.html"
        yield from (urls.page(p.id) for p in self.catalog.pages)
        for volume in self.catalog.volumes.values():
            yield urls.page(volume.volume.id)
            yield from (document_path(volume.by_id[id]) for id in volume.order)
