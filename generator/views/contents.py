"""The contents of a volume: its page, its printed pages, its tree of parts and documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator import urls
from generator.catalog import VolumeCatalog
from generator.document import Division, Facts
from generator.views.frame import Data, Frame, Page, document_path


class Contents:
    """Makes the pages of a volume that list what is in it."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def home(self) -> Page:
        """The first page of the site."""
        volumes = []
        for volume in self.frame.catalog.volumes.values():
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
        return self.frame.page("index.html", "home.html", self.frame.edition.title, volumes=volumes)

    def volumes(self) -> list[Data]:
        """Links to all volumes."""
        return [{"title": v.volume.title, "path": urls.page(id)} for id, v in self.frame.catalog.volumes.items()]

    def volume(self, volume: VolumeCatalog) -> Page:
        """The page of a volume: title, what is known of it, contents."""
        about = volume.volume
        described: Data = {
            **self.frame.head(volume),
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
        contents = self.tree(volume.contents, volume)
        return self.frame.page(
            urls.page(about.id),
            "volume.html",
            about.title,
            trail=self.frame.trail(),
            volume=described,
            contents=contents,
        )

    def page_list(self, volume: VolumeCatalog) -> Page:
        """Every printed page of a volume, with where it stands."""
        rows = []
        for label, places in volume.pages.items():
            rows.append({
                "label": label,
                "marked": any(p.anchor for p in places),
                "places": [
                    {
                        "path": document_path(volume.by_id[p.document]),
                        "anchor": p.anchor or p.document,
                        "name": self.frame.name(volume.by_id[p.document]),
                        "title": volume.by_id[p.document].title,
                    }
                    for p in places
                ],
            })  # fmt: skip
        return self.frame.page(
            urls.page(volume.volume.id, "pages"),
            "pages.html",
            self.frame.messages["page_list"],
            trail=self.frame.trail(volume),
            volume=self.frame.head(volume),
            rows=rows,
        )

    def tree(self, divisions: Iterable[Division], volume: VolumeCatalog) -> list[Data]:
        """Parts of a volume's contents with all that is in them."""
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
                    "children": self.tree(division.children, volume),
                })  # fmt: skip
            else:
                out.append(self.frame.row(facts))
        return out

    def _range(self, documents: list[Facts]) -> str:
        numbers = [f.metadata.number for f in documents if f.metadata.number]
        if not numbers:
            return ""
        if len(numbers) == 1:
            return f"({self.frame.messages['document_n'].replace('{label}', numbers[0])})"
        text = self.frame.messages["documents_range"]
        return text.replace("{first}", numbers[0]).replace("{last}", numbers[-1])


def _documents(division: Division, volume: VolumeCatalog) -> Iterator[str]:
    for child in division.children:
        if child.children:
            yield from _documents(child, volume)
        elif child.id in volume.by_id and volume.by_id[child.id].role == "document":
            yield child.id
