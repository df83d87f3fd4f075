"""How pages say that they can be cited: the citations of a document in all styles, for people, and what the head of a
page says for programs (Highwire and Dublin Core for reference managers, Open Graph for links, schema.org).

Nothing here depends on another document: only on the document itself, its volume, and the edition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from generator import urls
from generator.catalog import VolumeCatalog
from generator.dates import EditionDate
from generator.document import Facts, Volume
from generator.exporters import citations
from generator.exporters.citations import Source, Work
from generator.exporters.personal_names import Name
from generator.views.cards import CARD_HEIGHT, CARD_WIDTH, card_path
from generator.views.frame import Data, Frame, document_path

_SCHEMA = "https://schema.org"


class _Known(msgspec.Struct, frozen=True):
    """What is the same for all documents of a volume: how it is cited, the names of its persons, and what the heads of
    all pages say of it: ``meta`` elements by name, those of its picture, and the end of the schema.org data."""

    volume: Volume
    work: Work
    persons: Mapping[str, str]
    names: tuple[tuple[str, str], ...]
    picture: tuple[tuple[str, str], ...]
    in_schema: str


class Citing:
    """Makes what pages of ``frame`` say of being cited."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._volumes: dict[str, _Known] = {}

    def document(self, facts: Facts, volume: VolumeCatalog) -> tuple[Data, Data]:
        """What the page of a document says: for the box below it each style's citation as HTML, and the page on which the
        document begins; and for its head."""
        about = self._about(volume.volume)
        source = citations.source_of(facts, about.persons, self._address(document_path(facts)))
        at = citations.locators(source)
        found = citations.cite(source, about.work, at)
        box = {
            "first": source.first,
            "styles": {name: citations.html(words, at.get(name)) for name, words in found.items()},
            "by_page": list(at),
        }
        summary = facts.metadata.summary or facts.opening
        head = {
            "names": self._names(facts, source, about),
            "properties": self._properties(facts.title, summary, "article", source.address, about),
            "schema": _encoded(self._schema(facts, source))[:-1] + about.in_schema,
        }
        return box, head

    def volume(self, volume: VolumeCatalog) -> Data:
        """What the head of a volume's page says."""
        known = self._about(volume.volume)
        work, about = known.work, volume.volume
        address = self._address(urls.page(about.id))
        names = [
            ("DC.type", "book"),
            ("DC.title", work.title),
            *known.names,
            ("citation_language", self.frame.edition.language),
            ("citation_abstract", about.summary),
            ("DC.identifier", address),
            ("DC.rights", self.frame.edition.licence),
        ]
        book = {"@context": _SCHEMA, **_book(work), "url": address, "abstract": about.summary}
        return {
            "names": _given(names),
            "properties": self._properties(work.title, about.summary, "book", address, known),
            "schema": _encoded(book),
        }

    def home(self) -> Data:
        """What the head of the first page says."""
        edition = self.frame.edition
        about = edition.description or edition.subtitle
        site = {
            "@context": _SCHEMA,
            "@type": "WebSite",
            "name": edition.title,
            "url": edition.base_url,
            "description": about,
            "inLanguage": edition.language,
            "publisher": _agent(edition.publisher),
            "license": edition.licence if edition.licence.startswith("http") else "",
        }
        properties = self._properties(edition.title, about, "website", edition.base_url, None)
        return {"names": [], "properties": properties, "schema": _encoded(site)}

    def _about(self, volume: Volume) -> _Known:
        known = self._volumes.get(volume.id)
        if known is None or known.volume is not volume:
            known = self._volumes[volume.id] = self._look(volume)
        return known

    def _look(self, volume: Volume) -> _Known:
        edition = self.frame.edition
        work = citations.work_of(volume, edition.title, edition.publisher)
        names = [
            *(("citation_editor", _highwire(name, len(work.editors) == 1)) for name in work.editors),
            ("citation_series_title", work.series),
            ("citation_volume", work.volume.removeprefix("vol. ")),
            ("citation_publisher", work.publisher),
            ("citation_publication_date", work.year),
        ]
        return _Known(
            volume,
            work,
            {entry.id: entry.name for entry in volume.persons},
            tuple(_given(names)),
            tuple(self._picture(volume.id, volume.title)),
            f',"isPartOf":{_encoded(_book(work))}}}',
        )

    def _picture(self, volume: str, alt: str) -> list[tuple[str, str]]:
        """The card of a volume or of the site in Open Graph; without a public address a page has none."""
        base = self.frame.edition.base_url
        if not base:
            return []
        return [
            ("og:image", base + urls.address(card_path(volume))),
            ("og:image:width", str(CARD_WIDTH)),
            ("og:image:height", str(CARD_HEIGHT)),
            ("og:image:alt", alt),
        ]

    def _address(self, path: str) -> str:
        base = self.frame.edition.base_url
        return base + urls.address(path) if base else ""

    def _names(self, facts: Facts, source: Source, about: _Known) -> list[tuple[str, str]]:
        """The ``meta`` elements by name. Reference managers take the document for a part of the volume; its own date
        is that of the volume for them, as in the citations, and stands in Dublin Core."""
        meta = facts.metadata
        alone = len(source.authors) == 1
        return _given([
            ("citation_title", source.title),
            *(("citation_author", _highwire(name, alone)) for name in source.authors),
            ("citation_inbook_title", about.work.title),
            *about.names,
            ("citation_firstpage", source.first),
            ("citation_lastpage", source.last),
            ("citation_language", meta.lang or self.frame.edition.language),
            ("citation_abstract", meta.summary),
            ("citation_keywords", "; ".join(meta.topics)),
            ("citation_public_url", source.address),
            ("DC.date", _iso(source.date)),
            ("DC.type", "Text"),
            ("DC.rights", self.frame.edition.licence),
        ])  # fmt: skip

    def _properties(
        self, title: str, summary: str, kind: str, address: str, about: _Known | None
    ) -> list[tuple[str, str]]:
        """The ``meta`` elements of Open Graph, on a page of a volume if that is given."""
        edition = self.frame.edition
        return _given([
            ("og:type", kind),
            ("og:title", title),
            ("og:description", summary),
            ("og:url", address),
            ("og:site_name", edition.title if about else ""),
            ("og:locale", edition.language.replace("-", "_") if "-" in edition.language else ""),
            *(about.picture if about else self._picture("", edition.title)),
        ])  # fmt: skip

    def _schema(self, facts: Facts, source: Source) -> Data:
        meta = facts.metadata
        return {
            "@context": _SCHEMA,
            "@type": "Chapter",
            "name": source.title,
            "url": source.address,
            "inLanguage": meta.lang or self.frame.edition.language,
            "author": [_person(name) for name in source.authors],
            "genre": meta.kind,
            "dateCreated": _iso(source.date),
            "locationCreated": {"@type": "Place", "name": meta.place} if meta.place else {},
            "position": source.number,
            "pageStart": source.first,
            "pageEnd": source.last,
            "abstract": meta.summary,
            "keywords": list(meta.topics),
        }


def _book(work: Work) -> Data:
    return {
        "@type": "Book",
        "name": work.title,
        "editor": [_person(name) for name in (*work.editors, *work.general_editors)],
        "datePublished": work.year,
        "publisher": _agent(work.publisher),
        "position": work.volume.removeprefix("vol. "),
        "isPartOf": {"@type": "BookSeries", "name": work.series} if work.series else {},
    }


def _person(name: Name) -> Data:
    if name.literal:
        return _agent(name.straight())
    return {"@type": "Person", "name": name.straight(), "familyName": name.surname, "givenName": name.given}


def _agent(name: str) -> Data:
    return {"@type": "Organization", "name": name} if name else {}


def _highwire(name: Name, is_alone: bool) -> str:
    """``Sanford, William F. Jr.``, as Zotero understands it: the comma behind the name of a body tells that it is one
    name; and a comma in the only name given, between two words and two others, would make two names of it."""
    if name.literal:
        return f"{name.straight()},"
    if is_alone and " " in name.surname and " " in f"{name.given} {name.suffix}".strip():
        return name.straight()
    return ", ".join(filter(None, (name.surname, " ".join(filter(None, (name.given, name.suffix))))))


def _iso(date: EditionDate | None) -> str:
    """A date in ISO 8601, as far as it is known: ``1953-10``, ``1953-10-07/1953-10-09``."""
    if date is None:
        return ""
    cut = {"day": 10, "month": 7, "year": 4}.get(date.precision)
    return date.start[:cut] if cut else f"{date.start}/{date.end}"


def _given(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[1]]


def _encoded(schema: Mapping[str, Any]) -> str:
    """JSON that can stand in an HTML page: nothing in it ends a script element."""
    text = msgspec.json.encode(_without_empty(schema)).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _without_empty(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_empty(inner) for name, inner in value.items() if inner}
    if isinstance(value, list):
        return [_without_empty(inner) for inner in value]
    return value
