"""The pictures of a volume's printed pages, as the site links to them, and what does not fit about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from generator import facsimiles
from generator.catalog import VolumeCatalog
from generator.config import VOLUME_FILE
from generator.diagnostics import Diagnostic, Rule, Severity, Span, diagnostic
from generator.document import Facts, Volume
from generator.facsimiles import Runs


class Scans:
    """Where the pictures of the pages of ``volume`` are; ``images`` are the paths of those that lie in the edition."""

    def __init__(self, volume: Volume, images: Collection[str]) -> None:
        self._id = volume.id
        self._pattern = volume.facsimile
        self._runs = facsimiles.runs(volume.facsimile_images) if volume.facsimile_images else Runs()
        self._images = images

    def address(self, label: str, facs: str = "") -> str:
        """Return the address of the picture of a page: outside, or a path in the site; empty if there is none. ``facs``
        is what the source says of it."""
        found = self.wanted(label, facs)
        if not found or facsimiles.is_outside(found):
            return found
        path = f"{self._id}/{found.removeprefix('./')}"
        return path if path in self._images else ""

    def wanted(self, label: str, facs: str = "") -> str:
        """Return the same, or the path in the volume's folder, whether it is there or not."""
        if facs and (own := facsimiles.given(facs)):
            return own
        if not self._pattern:
            return ""
        page = label.strip("[]")
        image = self._runs.image(page)
        if image == "":
            return ""
        values = {"page": page, "image": image or "", "facs": facs.strip(), "volume": self._id}
        return facsimiles.fill(self._pattern, values)

    def run(self, label: str) -> tuple[str, str] | None:
        """Return the number of the image of a page, and the page with which its run begins."""
        return self._runs.run(label.strip("[]"))


def check(volume: VolumeCatalog, images: Collection[str]) -> Iterator[Diagnostic]:
    """Yield what does not fit about the pictures of a volume."""
    about = volume.volume
    if not about.facsimile:
        return
    scans = Scans(about, images)
    pages = {label.strip("[]"): facs for label, facs in _pages(volume)}
    yield from _shared(volume, scans, pages)
    span = Span(f"content/{about.id}/{VOLUME_FILE}")
    wanted = {label: scans.wanted(label, facs) for label, facs in pages.items()}
    unsaid = [label for label, found in wanted.items() if not found and not _is_left_out(scans, label)]
    if unsaid:
        hint = 'Say in facsimile_images which images they are, or that there are none: xii = "".'
        text = f"the pattern of facsimile makes no picture for {_some(unsaid)}"
        yield diagnostic(Rule.FACSIMILE, text, span, hint=hint)
    missing = [label for label, found in wanted.items() if found and not scans.address(label, pages[label])]
    if missing:
        found = diagnostic(Rule.MISSING_IMAGE, f"there is no picture of {_some(missing)}", span)
        hint = f"The picture of page {missing[0]} would be content/{about.id}/{wanted[missing[0]]}."
        # Not all pages need have one; but where none has, it is the pattern that is wrong.
        severity = Severity.WARNING if len(missing) == len(pages) else Severity.NOTE
        yield msgspec.structs.replace(found, severity=severity, hint=hint)


def origins(volumes: Iterable[VolumeCatalog]) -> tuple[list[str], list[str]]:
    """Return the hosts that pictures come from, and those of IIIF services, which a script asks."""
    pictures: set[str] = set()
    services: set[str] = set()
    for volume in volumes:
        pattern = volume.volume.facsimile
        found = {facsimiles.fill(pattern, dict.fromkeys(facsimiles.SLOTS, "1"))} if pattern else set()
        found |= {facsimiles.given(page.facs) for facts in volume.by_id.values() for page in facts.pages if "://" in page.facs}  # fmt: skip
        for address in filter(facsimiles.is_outside, found):
            pictures.add(facsimiles.origin(address))
            if facsimiles.is_service(address):
                services.add(facsimiles.origin(address))
    return sorted(pictures), sorted(services)


def facs_of(facts: Facts) -> dict[str, str]:
    """What the source says of the picture of each page of a document, by the anchor of its mark."""
    return {page.anchor: page.facs for page in facts.pages if page.facs}


def _pages(volume: VolumeCatalog) -> Iterator[tuple[str, str]]:
    told = {(f.id, anchor): facs for f in volume.by_id.values() for anchor, facs in facs_of(f).items()}
    for label, places in volume.pages.items():
        yield label, next((told[key] for p in places if (key := (p.document, p.anchor)) in told), "")


def _shared(volume: VolumeCatalog, scans: Scans, pages: Collection[str]) -> Iterator[Diagnostic]:
    """Pages that would have the same image, told once for the run in which the second of them lies."""
    lines = {run.page: run.line for run in volume.volume.facsimile_images}
    taken: dict[str, str] = {}
    said: set[str] = set()
    for label in pages:
        found = scans.run(label)
        if not found or not found[0]:
            continue
        image, start = found
        other = taken.setdefault(image, label)
        if other != label and start not in said:
            said.add(start)
            text = f"the pages {other} and {label} would both have image {image}"
            hint = f"See the number given for page {start} in facsimile_images, and those before it."
            yield diagnostic(Rule.FACSIMILE, text, Span(f"content/{volume.volume.id}/{VOLUME_FILE}", lines[start], 1), hint=hint)  # fmt: skip


def _is_left_out(scans: Scans, label: str) -> bool:
    found = scans.run(label)
    return found is not None and found[0] == ""


def _some(labels: list[str]) -> str:
    """``page 3``, or ``the pages 3, 4, 5 and 12 more``."""
    if len(labels) == 1:
        return f"page {labels[0]}"
    few = ", ".join(labels[:5])
    return f"the pages {few}" + (f" and {len(labels) - 5} more" if len(labels) > 5 else "")
