"""The plain data of each page: what a template shows, and nothing it must look up.

A ``Page`` is a value: the same page data make the same page. Everything a page shows of other documents is in
its data, so a change elsewhere reaches a page exactly when it changes what that page shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import msgspec

from generator import links, urls
from generator.catalog import Catalog, VolumeCatalog, page_range
from generator.config import Edition
from generator.dates import EditionDate
from generator.document import Division, Facts, Reference, Target
from generator.wording import date_in_words, filled

Data = dict[str, Any]


class Page(msgspec.Struct, frozen=True):
    """One page of the site: its path, template and data. ``text`` names the document whose text it shows
    (volume and id), whose references lead to ``targets`` and whose images stand at ``images``; ``absolute`` is set
    for a page that is served at any address."""

    path: str
    template: str
    data: Data
    text: tuple[str, str] | None = None
    targets: tuple[tuple[Reference, Target], ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    absolute: str = ""


class Site:
    """Makes the pages of an edition from its configuration, catalog, messages and the paths of its images."""

    def __init__(
        self, edition: Edition, catalog: Catalog, messages: Mapping[str, str], images: Collection[str] = ()
    ) -> None:
        self.edition = edition
        self.images = images
        self.catalog = catalog
        self.messages = messages
        self.backlinks = links.backlinks(catalog)
        self._rows: dict[tuple[str, str], Data] = {}
        self._heads: dict[str, Data] = {}

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
        }

    def pages(self) -> Iterator[Page]:
        """Yield every page of the site, in a fixed order."""
        yield self._home()
        for facts in self.catalog.pages:
            yield self._text_page(facts)
        for volume in self.catalog.volumes.values():
            yield self._volume(volume)
            yield self._page_list(volume)
            yield from self._entry_lists(volume)
            for id in volume.order:
                facts = volume.by_id[id]
                yield self._document(facts, volume) if facts.role == "document" else self._section(facts, volume)
        yield from self._chronology()
        if self.edition.search.enabled:
            yield self._page("search/index.html", "search.html", self.messages["search"], volumes=self._volumes())
        base = self.edition.base_url
        prefix = "/" + base.split("/", 3)[3] if base else "/"
        yield self._page(
            "404.html", "404.html", self.messages["page_not_found"], absolute=prefix, volumes=self._volumes()
        )
        if base:
            yield Page("sitemap.xml", "sitemap.xml", {"addresses": [base + urls.address(p) for p in self._addresses()]})

    # ---- pages of a volume

    def _document(self, facts: Facts, volume: VolumeCatalog) -> Page:
        path = document_path(facts)
        before, after = volume.neighbours(facts.id)
        meta = facts.metadata
        row = self._row(facts)
        described: Data = {
            "id": facts.id,
            "volume": facts.volume,
            "title": facts.title,
            "number": meta.number,
            "printed_number": meta.printed_number,
            "name": self._name(facts),
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
            "opening": facts.opening,
        }
        return self._page(
            path,
            "document.html",
            f"{meta.printed_number} {facts.title}".strip(),
            trail=self._trail(volume, facts.id),
            shown=facts,
            document=described,
            volume=self._volume_head(volume),
            previous=self._neighbour(before),
            next=self._neighbour(after),
            cited_by=self._cited_by(facts),
        )

    def _section(self, facts: Facts, volume: VolumeCatalog) -> Page:
        path = document_path(facts)
        inside = _find(volume.contents, facts.id)
        return self._page(
            path,
            "section.html",
            facts.title,
            trail=self._trail(volume, facts.id),
            shown=facts,
            section={"id": facts.id, "role": facts.role, "title": facts.title},
            volume=self._volume_head(volume),
            contents=self._contents(inside.children if inside else (), volume),
            cited_by=self._cited_by(facts),
        )

    def _volume(self, volume: VolumeCatalog) -> Page:
        about = volume.volume
        described: Data = {
            **self._volume_head(volume),
            "subtitle": about.subtitle,
            "subseries": about.subseries,
            "number": about.number,
            "editors": list(about.editors),
            "general_editor": about.general_editor,
            "publisher": about.publisher,
            "place": about.place,
            "year": about.year,
            "summary": about.summary,
            "count": len(volume.documents),
        }
        contents = self._contents(volume.contents, volume)
        return self._page(
            urls.page(about.id), "volume.html", about.title, trail=self._trail(), volume=described, contents=contents
        )

    def _page_list(self, volume: VolumeCatalog) -> Page:
        rows = []
        for label, places in volume.pages.items():
            rows.append({
                "label": label,
                "marked": any(p.anchor for p in places),
                "places": [
                    {
                        "path": document_path(volume.by_id[p.document]),
                        "anchor": p.anchor or p.document,
                        "name": self._name(volume.by_id[p.document]),
                        "title": volume.by_id[p.document].title,
                    }
                    for p in places
                ],
            })  # fmt: skip
        return self._page(
            urls.page(volume.volume.id, "pages"),
            "pages.html",
            self.messages["page_list"],
            trail=self._trail(volume),
            volume=self._volume_head(volume),
            rows=rows,
        )

    def _entry_lists(self, volume: VolumeCatalog) -> Iterator[Page]:
        """The lists of persons and terms, unless the volume brings such a section as its own text."""
        for name, entries in (("persons", volume.volume.persons), ("terms", volume.volume.terms)):
            if entries and name not in volume.by_id:
                shown = [{"id": e.id, "name": e.name, "text": e.text, "links": list(e.links)} for e in entries]
                yield self._page(
                    urls.page(volume.volume.id, name),
                    "entries.html",
                    self.messages[name],
                    trail=self._trail(volume),
                    volume=self._volume_head(volume),
                    list=name,
                    entries=sorted(shown, key=lambda e: str(e["name"]).casefold()),
                )

    def _contents(self, divisions: Iterable[Division], volume: VolumeCatalog) -> list[Data]:
        out: list[Data] = []
        for division in divisions:
            facts = volume.by_id.get(division.id)
            if division.children or facts is None:
                inside = [volume.by_id[i] for i in _documents(division, volume)]
                out.append({
                    "kind": division.kind,
                    "title": division.title,
                    "id": division.id,
                    "path": document_path(facts) if facts else "",
                    "range": self._range(inside),
                    "children": self._contents(division.children, volume),
                })  # fmt: skip
            else:
                out.append(self._row(facts))
        return out

    def _row(self, facts: Facts) -> Data:
        """A document as lists show it: a title without notes, and what tells it from the next."""
        key = (facts.volume, facts.id)
        if key not in self._rows:
            self._rows[key] = self._make_row(facts)
        return self._rows[key]

    def _make_row(self, facts: Facts) -> Data:
        return {
            "kind": facts.role,
            "id": facts.id,
            "volume": facts.volume,
            "path": document_path(facts),
            "number": facts.metadata.printed_number or facts.metadata.number,
            "title": facts.title,
            "date": date_in_words(facts.metadata.date, self.messages),
            "date_iso": _iso(facts.metadata.date),
            "dateline": facts.dateline,
            "source_line": facts.source_line,
            "summary": facts.metadata.summary,
            "pages": str(page_range(facts)),
        }

    def _range(self, documents: list[Facts]) -> str:
        numbers = [f.metadata.number for f in documents if f.metadata.number]
        if not numbers:
            return ""
        if len(numbers) == 1:
            return f"({self.messages['document_n'].replace('{label}', numbers[0])})"
        text = self.messages["documents_range"]
        return text.replace("{first}", numbers[0]).replace("{last}", numbers[-1])

    # ---- pages of the site

    def _volumes(self) -> list[Data]:
        return [{"title": v.volume.title, "path": urls.page(id)} for id, v in self.catalog.volumes.items()]

    def _home(self) -> Page:
        volumes = []
        for volume in self.catalog.volumes.values():
            about = volume.volume
            years = sorted({y for f in volume.documents if f.metadata.date for y in (f.metadata.date.start[:4],)})
            volumes.append({
                "id": about.id,
                "title": about.title,
                "subtitle": about.subtitle,
                "summary": about.summary,
                "path": urls.page(about.id),
                "count": len(volume.documents),
                "years": years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}" if years else "",
            })  # fmt: skip
        return self._page("index.html", "home.html", self.edition.title, volumes=volumes)

    def _text_page(self, facts: Facts) -> Page:
        path = urls.page(facts.id)
        section = {"id": facts.id, "role": facts.role, "title": facts.title}
        return self._page(
            path,
            "section.html",
            facts.title,
            trail=self._trail(),
            shown=facts,
            section=section,
            volume=None,
            contents=[],
            cited_by=[],
        )

    def _chronology(self) -> Iterator[Page]:
        title = self.messages["chronology"]
        names = self.messages["months"].split()
        years: list[Data] = []
        pages: list[Page] = []
        for year, in_year in groupby(self.catalog.by_date, key=lambda f: _year(f)):
            months: list[Data] = []
            for month, in_month in groupby(sorted(in_year, key=_month), key=_month):
                rows = [{**self._row(f), "volume_title": self._title_of(f.volume)} for f in in_month]
                name = names[int(month) - 1] if month else self.messages["month_unknown"]
                path = urls.page("chronology", year, month) if month else ""
                months.append({"month": month, "name": name, "path": path, "count": len(rows), "documents": rows})
                if month:
                    heading = filled(self.messages["date_month"], month=name, year=year)
                    trail = [*self._trail(), (title, urls.page("chronology")), (year, urls.page("chronology", year))]
                    pages.append(self._year_page(path, heading, [months[-1]], trail))
            path = urls.page("chronology", year)
            trail = [*self._trail(), (title, urls.page("chronology"))]
            pages.append(self._year_page(path, year, months, trail))
            counts = [{k: m[k] for k in ("month", "name", "path", "count")} for m in months]
            years.append({"year": year, "path": path, "count": sum(m["count"] for m in months), "months": counts})
        yield self._page(urls.page("chronology"), "chronology.html", title, trail=self._trail(), years=years)
        yield from sorted(pages, key=lambda p: p.path)

    def _year_page(self, path: str, heading: str, months: list[Data], trail: list[tuple[str, str]]) -> Page:
        return self._page(path, "chronology_year.html", heading, trail=trail, months=months, heading=heading)

    # ---- files that are no pages

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the site that need no template: path and bytes."""
        yield "_headers", _HEADERS.encode()
        yield "_redirects", "".join(f"{old} {new} 301\n" for old, new in self._redirects()).encode()
        yield "robots.txt", self._robots().encode()
        yield "documents.json", msgspec.json.format(msgspec.json.encode(self._documents()), indent=1) + b"\n"

    def _redirects(self) -> list[tuple[str, str]]:
        """The old addresses of documents (``aliases``) with their new ones, as a host sees them."""
        out = {}
        for volume in self.catalog.volumes.values():
            for facts in volume.by_id.values():
                for alias in facts.metadata.aliases:
                    out[f"{self.base_path}{alias.strip('/')}/"] = self.base_path + urls.address(document_path(facts))
        return sorted(out.items())

    @property
    def base_path(self) -> str:
        """The path of the site below its host: ``/edition/`` for ``https://example.org/edition/``."""
        base = self.edition.base_url
        return "/" + base.split("/", 3)[3] if base else "/"

    def _robots(self) -> str:
        base = self.edition.base_url
        return "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}sitemap.xml\n" if base else "")

    def _documents(self) -> list[Data]:
        """What documents.json says of each document, for programs."""
        out = []
        for volume in self.catalog.volumes.values():
            for f in volume.documents:
                meta = f.metadata
                known: Data = {
                    "id": f.id,
                    "volume": f.volume,
                    "address": urls.address(document_path(f)),
                    "number": meta.number,
                    "title": f.title,
                    "date": meta.date.edtf if meta.date else "",
                    "place": meta.place,
                    "kind": meta.kind,
                    "classification": meta.classification,
                    "from": [p.name for p in meta.sender],
                    "to": [p.name for p in meta.addressee],
                    "pages": str(page_range(f)),
                    "source_line": f.source_line,
                }
                out.append({k: v for k, v in known.items() if v})
        return out

    def _addresses(self) -> Iterator[str]:
        yield "index.html"
        yield from (urls.page(p.id) for p in self.catalog.pages)
        for volume in self.catalog.volumes.values():
            yield urls.page(volume.volume.id)
            yield from (document_path(volume.by_id[id]) for id in volume.order)

    # ---- what pages have in common

    def _page(
        self,
        path: str,
        template: str,
        title: str,
        *,
        trail: list[tuple[str, str]] | None = None,
        shown: Facts | None = None,
        absolute: str = "",
        **data: Any,
    ) -> Page:
        base = self.edition.base_url
        data["title"] = title
        data["canonical"] = base + urls.address(path) if base and not absolute else ""
        data["trail"] = [{"title": t, "path": p} for t, p in trail or []]
        if shown is None:
            return Page(path, template, data, absolute=absolute)
        text, images = (shown.volume, shown.id), self._images(shown, path)
        return Page(path, template, data, text, self._targets(shown, path), images, absolute)

    def _trail(self, volume: VolumeCatalog | None = None, id: str = "") -> list[tuple[str, str]]:
        """The breadcrumbs that lead to a page: home, volume, the chapters around ``id`` that have pages."""
        out = [(self.messages["home"], "index.html")]
        if volume:
            out.append((volume.volume.title, urls.page(volume.volume.id)))
            for division in volume.parts_around.get(id, ()):
                out.append((division.title, document_path(volume.by_id[division.id]) if division.id in volume.by_id else ""))  # fmt: skip
        return out

    def _volume_head(self, volume: VolumeCatalog) -> Data:
        if volume.volume.id in self._heads:
            return self._heads[volume.volume.id]
        about = volume.volume
        lists = [n for n, e in (("persons", about.persons), ("terms", about.terms)) if e and n not in volume.by_id]
        head: Data = {
            "id": about.id,
            "title": about.title,
            "path": urls.page(about.id),
            "pages_path": urls.page(about.id, "pages") if volume.pages else "",
            "lists": [{"title": self.messages[n], "path": urls.page(about.id, n)} for n in lists],
        }
        self._heads[about.id] = head
        return head

    def _neighbour(self, facts: Facts | None) -> Data | None:
        return {"path": document_path(facts), "name": self._name(facts), "title": facts.title} if facts else None

    def _targets(self, facts: Facts, path: str) -> tuple[tuple[Reference, Target], ...]:
        out: dict[Reference, Target] = {}
        for made, found in links.resolved(facts, self.catalog):
            if made.reference not in out:
                out[made.reference] = self._target(made.reference, found, facts, path)
        return tuple(out.items())

    def _target(self, reference: Reference, found: links.Resolution, facts: Facts, path: str) -> Target:
        if found.status != "resolved":
            if found.certainty == "suggestion" or found.kind == "file":
                return Target(found.kind, "plain")
            return Target(found.kind, found.status, "", self.messages["unresolved_" + found.status.replace("-", "_")])
        name = self._reference_name(reference, found, facts)
        sure = "" if found.certainty == "certain" else found.certainty
        target = self.catalog.get(found.volume, found.document) if found.document else None
        if target is None:
            return Target("volume", found.status, urls.relative(path, urls.page(found.volume)), name, name, sure)
        title = f"{self._name(target)}: {target.title}" if target.role == "document" else target.title
        if found.volume != facts.volume and found.volume in self.catalog.volumes:
            title = f"{self._title_of(found.volume)}, {title}"
        if sure == "suggestion":
            title = self.messages["perhaps"].replace("{title}", title)
        href = urls.relative(path, document_path(target), found.anchor)
        if (target.volume, target.id) == (facts.volume, facts.id):
            href, title = "#" + (found.anchor or facts.id), ""
        return Target(found.kind, found.status, href, title, name, sure)

    def _reference_name(self, reference: Reference, found: links.Resolution, facts: Facts) -> str:
        """What to call a reference's target where the editor gave no words: empty where the reference says it, with
        ``{words}`` where what it says is part of the name."""
        target = self.catalog.get(found.volume, found.document)
        words = self._name(target) if target else ""
        if reference.part == "page":
            words = "{words}"
        elif reference.part == "note" and reference.document:
            words = f"{self.messages['cited_in_note'].replace('{label}', reference.value)}, {words}"
        elif reference.part == "paragraph" and reference.document and reference.value.isdecimal():
            words = f"{self.messages['cited_in_paragraph'].replace('{label}', reference.value)}, {words}"
        elif reference.part:
            words = ""
        elsewhere = found.volume != facts.volume or not found.document
        volume = self._title_of(found.volume) if elsewhere and found.volume in self.catalog.volumes else ""
        return ", ".join(filter(None, (words, volume)))

    def _images(self, facts: Facts, path: str) -> tuple[tuple[str, str], ...]:
        """The images of a document that are at hand, each with the link to it."""
        found = ((i.id, image_path(facts.volume, i.id, self.images)) for i in facts.images)
        return tuple((url, urls.relative(path, image)) for url, image in found if image)

    def _cited_by(self, facts: Facts) -> list[Data]:
        """Who refers to this document: one entry a citing document, with each place it does so from."""
        out: list[Data] = []
        for _, group in groupby(self.backlinks.get((facts.volume, facts.id), ()), key=lambda b: (b.facts.volume, b.facts.id)):  # fmt: skip
            made = list(group)
            citing = made[0].facts
            places: dict[str, Data] = {}
            for link in made:
                kind, label = link.made.place
                words = self.messages[f"cited_in_{kind}"].replace("{label}", label) if kind else ""
                places.setdefault(link.made.anchor, {"anchor": link.made.anchor or citing.id, "words": words})
            out.append({
                "path": document_path(citing),
                "name": self._name(citing),
                "title": citing.title if citing.role == "document" else "",
                "volume": self._title_of(citing.volume) if citing.volume != facts.volume else "",
                "places": list(places.values()),
            })  # fmt: skip
        return out

    def _name(self, facts: Facts) -> str:
        """How a list calls a document in a word: ``Document 387``; a section goes by its title."""
        if facts.role != "document":
            return facts.title
        return self.messages["document_n"].replace("{label}", facts.metadata.number or facts.id)

    def _title_of(self, volume: str) -> str:
        return self.catalog.volumes[volume].volume.title


def document_path(facts: Facts) -> str:
    """The path of the page that shows a document, a section, or a free page of the site."""
    return f"{facts.volume}/{facts.id}/{urls.INDEX}" if facts.role != "page" else urls.page(facts.id)


def image_path(volume: str, url: str, images: Collection[str]) -> str:
    """The path in the site of the image that a document of ``volume`` calls ``url``, or nothing if it is not among
    ``images``. Sources often leave the suffix out, or name another form of the same picture."""
    name = f"{volume}/{url.removeprefix('./')}"
    stem = name.rpartition(".")[0] if "." in name.rpartition("/")[2] else name
    candidates = (name, *(stem + suffix for suffix in (".jpg", ".png", ".webp", ".svg", ".gif", ".jpeg", ".avif")))
    return next((c for c in candidates if c in images), "")


def _iso(date: EditionDate | None) -> str:
    """The machine-readable form of a date for ``<time datetime>``: a day, a month or a year, else nothing."""
    if date is None or date.precision == "span":
        return ""
    return date.start[: {"day": 10, "month": 7, "year": 4}[date.precision]]


def _year(facts: Facts) -> str:
    assert facts.metadata.date
    return facts.metadata.date.start[:4]


def _month(facts: Facts) -> str:
    """``10``, or nothing for a date that is no nearer than a year."""
    date = facts.metadata.date
    assert date
    return date.start[5:7] if date.precision in ("day", "month") or date.start[:7] == date.end[:7] else (
        "" if date.start[5:] == "01-01" and date.end[5:] == "12-31" else date.start[5:7]
    )  # fmt: skip


def _documents(division: Division, volume: VolumeCatalog) -> Iterator[str]:
    for child in division.children:
        if child.children:
            yield from _documents(child, volume)
        elif child.id in volume.by_id and volume.by_id[child.id].role == "document":
            yield child.id


def _find(contents: tuple[Division, ...], id: str) -> Division | None:
    for division in contents:
        if division.id == id:
            return division
        inner = _find(division.children, id)
        if inner:
            return inner
    return None


_HEADERS = """\
/*
  Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=()
/assets/*
  Cache-Control: public, max-age=3600
/search/*
  Cache-Control: public, max-age=0, must-revalidate
"""
