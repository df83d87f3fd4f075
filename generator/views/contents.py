"""The contents of a volume: its page, its printed pages, its tree of parts and documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from generator import facsimiles, urls
from generator.catalog import VolumeCatalog
from generator.document import Division, Facts
from generator.views import kinds, on_this_day, printed_pages
from generator.views.citing import Citing
from generator.views.frame import Data, Frame, Page, document_path
from generator.views.scans import Scans
from generator.wording import filled

_UNFOLDED = 60
"""Contents with up to so many documents are not folded."""


class Contents:
    """Makes the pages of a volume that list what is in it."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.citing = Citing(frame)

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
        title = self.frame.edition.title
        today = on_this_day.path(self.frame)
        return self.frame.page(
            "index.html",
            "home.html",
            title,
            volumes=volumes,
            metadata=self.citing.home(),
            on_this_day=today,
            lists=kinds.links(self.frame),
        )

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
            folds=sum(1 for _ in _parts(volume.contents, volume)) > 1,
            metadata=self.citing.volume(volume),
        )

    def page_list(self, volume: VolumeCatalog) -> Page:
        """Every printed page of a volume, with where it stands."""
        rows = []
        scans = Scans(volume.volume, self.frame.images)
        facs = {(f.id, p.anchor): p.facs for f in volume.by_id.values() for p in f.pages if p.facs}
        for label, places in volume.pages.items():
            picture = scans.address(
                label, next((facs[key] for p in places if (key := (p.document, p.anchor)) in facs), "")
            )
            rows.append({
                "picture": picture,
                "is_outside": facsimiles.is_outside(picture),
                "id": printed_pages.row_id(label),
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

    def tree(self, divisions: tuple[Division, ...], volume: VolumeCatalog) -> list[Data]:
        """Parts of a volume's contents with all that is in them. In long contents the parts that hold documents are
        folded."""
        parts = list(_parts(divisions, volume))
        many = sum(documents for _, documents in parts) > _UNFOLDED and sum(bool(held) for _, held in parts) > 1
        folded = {id(part) for part, documents in parts if many and documents}
        return self._tree(divisions, volume, folded)

    def _tree(self, divisions: Iterable[Division], volume: VolumeCatalog, folded: Collection[int]) -> list[Data]:
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
                    "open": id(division) not in folded,
                    "children": self._tree(division.children, volume, folded),
                })  # fmt: skip
            else:
                out.append(self.frame.row(facts))
        return out

    def _range(self, documents: list[Facts]) -> str:
        """What a part holds: the numbers of its documents, or how many there are."""
        words = self.frame.messages
        numbers = [f.metadata.number for f in documents if f.metadata.number]
        if len(numbers) < 2:
            count = len(documents)
            return words["document_1"] if count == 1 else filled(words["documents_n"], n=str(count)) if count else ""
        return filled(words["documents_range"], first=numbers[0], last=numbers[-1])


def _parts(divisions: Iterable[Division], volume: VolumeCatalog) -> Iterator[tuple[Division, int]]:
    """Yield the parts, and how many documents each holds itself."""
    for division in divisions:
        if division.children:
            held = sum(not c.children and c.id in volume.by_id and volume.by_id[c.id].role == "document" for c in division.children)  # fmt: skip
            yield division, held
            yield from _parts(division.children, volume)


def _documents(division: Division, volume: VolumeCatalog) -> Iterator[str]:
    for child in division.children:
        if child.children:
            yield from _documents(child, volume)
        elif child.id in volume.by_id and volume.by_id[child.id].role == "document":
            yield child.id
