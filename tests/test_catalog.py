"""The catalog and the references looked up in it."""

from __future__ import annotations

import pytest

from generator import links, urls
from generator.catalog import Catalog, VolumeCatalog, page_range
from generator.document import (
    Division,
    Facts,
    Metadata,
    NoteFact,
    PageFact,
    ParagraphFact,
    Reference,
    ReferenceFact,
    Volume,
)
from generator.facsimiles import page_value


def facts(id: str, *pages: str, volume: str = "v1", starts: bool = False, **more: object) -> Facts:
    number = str(more.pop("number", id[1:]))
    first_page = str(more.pop("first_page", ""))
    marks = tuple(PageFact(p, f"pg_{p}") for p in pages)
    metadata = Metadata(number=number, first_page=first_page)
    return Facts(volume, id, "document", f"Title {id}", metadata, b"", pages=marks, starts_on_mark=starts, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        (facts("d1"), ""),
        (facts("d1", "1019", "1020"), "[1018]–1020"),
        (facts("d1", "1019", "1020", first_page="1018"), "[1018]–1020"),
        (facts("d1", "1018", "1019", starts=True), "1018–1019"),
        (facts("d1", "1018", starts=True, first_page="1017"), "1018"),
        (facts("d1", first_page="12"), "[12]"),
        (facts("d1", "XIV"), "[XIII]–XIV"),
        (facts("d1", "x"), "[ix]–x"),
        (facts("d1", "A-3"), "A-3"),
        (facts("d1", "12a", "13"), "12a–13"),
        (facts("d1", "1"), "1"),
    ],
)
def test_the_pages_of_a_document(document: Facts, shown: str) -> None:
    assert str(page_range(document)) == shown


@pytest.mark.parametrize(("label", "value"), [("12", 12), ("xiv", 14), ("MCMXLIX", 1949), ("A1", None), ("", None)])
def test_the_value_of_a_page_label(label: str, value: int | None) -> None:
    assert page_value(label) == value


def catalog() -> Catalog:
    one = facts(
        "d1", "12", "13",
        notes=(NoteFact("d1fn1", "1"), NoteFact("d1fnstar", "*"), NoteFact("d1fn1-2", "1")),
        paragraphs=(ParagraphFact("3", "p2"),), paragraph_count=4,
        attachments=(ParagraphFact("1", "d1-att1"),), anchors=("tab-a",),
        references=(ReferenceFact(Reference("v2", "d7"), "d1fn1", ("note", "1"), "elsewhere", 3, 5),),
    )  # fmt: skip
    two = facts("d2", "14", references=(ReferenceFact(Reference(part="page", value="13"), "p1", ("paragraph", "1"), "p. 13", 9, 1),))  # fmt: skip
    v1 = VolumeCatalog(Volume("v1", "One"), [two, one, facts("d10")])
    v2 = VolumeCatalog(Volume("v2", "Two"), [facts("d7", volume="v2")])
    return Catalog([v1, v2], drafts=[("v1", "d5")])


@pytest.mark.parametrize(
    ("reference", "leads_to"),
    [
        (Reference(document="d2"), ("document", "resolved", "v1", "d2", "")),
        (Reference("v2", "d7"), ("document", "resolved", "v2", "d7", "")),
        (Reference("v2"), ("volume", "resolved", "v2", "", "")),
        (Reference(document="v2"), ("volume", "resolved", "v2", "", "")),
        (Reference(part="page", value="13"), ("page", "resolved", "v1", "d1", "pg_13")),
        (Reference(part="page", value="11"), ("page", "resolved", "v1", "d1", "")),
        (Reference(document="d1", part="note", value="*"), ("note", "resolved", "v1", "d1", "d1fnstar")),
        (Reference(document="d1", part="note", value="1"), ("note", "resolved", "v1", "d1", "d1fn1")),
        (Reference(document="d1", part="note", value="d1fn1-2"), ("note", "resolved", "v1", "d1", "d1fn1-2")),
        (Reference(document="d1", part="paragraph", value="3"), ("paragraph", "resolved", "v1", "d1", "p2")),
        (Reference(document="d1", part="paragraph", value="p4"), ("paragraph", "resolved", "v1", "d1", "p4")),
        (Reference(document="d1", part="attachment", value="1"), ("attachment", "resolved", "v1", "d1", "d1-att1")),
        (Reference(part="anchor", value="tab-a"), ("anchor", "resolved", "v1", "d1", "tab-a")),
        (Reference(part="anchor", value="d10"), ("document", "resolved", "v1", "d10", "")),
        (Reference(part="note", value="1"), ("note", "broken", "", "", "")),
        (Reference("v3", "d1"), ("volume", "not-in-edition", "", "", "")),
        (Reference(document="d5"), ("document", "unpublished", "", "", "")),
        (Reference(document="d3"), ("document", "broken", "", "", "")),
        (Reference(document="d1", part="paragraph", value="p5"), ("paragraph", "broken", "", "", "")),
        (Reference(part="page", value="99"), ("page", "broken", "", "", "")),
    ],
)
def test_where_references_lead(reference: Reference, leads_to: tuple[str, ...]) -> None:
    made = catalog()
    found = links.resolve(reference, made.volumes["v1"].by_id["d2"], made)
    assert (found.kind, found.status, found.volume, found.document, found.anchor) == leads_to


def test_the_nearest_right_name() -> None:
    made = catalog()
    origin = made.volumes["v1"].by_id["d1"]
    assert links.resolve(Reference(part="page", value="19"), origin, made).hint == 'Did you mean "14"?'
    assert links.resolve(Reference(document="d11"), origin, made).hint in ('Did you mean "d1"?', 'Did you mean "d10"?')
    assert links.resolve(Reference(document="D2"), origin, made).hint == 'Did you mean "d2"?'
    assert links.resolve(Reference(part="note", value="9"), origin, made).hint == "There are: 1, *, 1."
    assert links.resolve(Reference(document="d2", part="note", value="9"), origin, made).hint == "There is none."


def test_backlinks() -> None:
    found = links.backlinks(catalog())
    assert [(b.facts.id, b.made.place, b.anchor) for b in found["v2", "d7"]] == [("d1", ("note", "1"), "")]
    assert [(b.facts.id, b.made.place, b.anchor) for b in found["v1", "d1"]] == [("d2", ("paragraph", "1"), "pg_13")]


def test_documents_stand_in_the_order_of_their_numbers() -> None:
    volume = catalog().volumes["v1"]
    assert [f.id for f in volume.documents] == ["d1", "d2", "d10"]
    before, after = volume.neighbours("d2")
    assert before and after and (before.id, after.id) == ("d1", "d10")


def test_chapters_hold_ranges_and_nothing_is_lost() -> None:
    chapters = (Division("chapter", title="A", children=(Division("document", "d1-d2"), Division("document", "d99"))),)
    volume = VolumeCatalog(Volume("v1", "One", contents=chapters), [facts("d1"), facts("d2"), facts("d10")])
    assert [c.id for c in volume.contents[0].children] == ["d1", "d2"]
    assert [f.id for f in volume.documents] == ["d1", "d2", "d10"]


@pytest.mark.parametrize(
    ("origin", "path", "anchor", "link"),
    [
        ("v1/d3/index.html", "v1/d211/index.html", "d211fn5", "../d211/index.html#d211fn5"),
        ("v1/d3/index.html", "v1/d3/index.html", "p1", "#p1"),
        ("v1/d3/index.html", "index.html", "", "../../index.html"),
        ("index.html", "v1/index.html", "", "v1/index.html"),
        ("v1/index.html", "v2/d1/index.html", "", "../v2/d1/index.html"),
        ("v1/pages/index.html", "v1/index.html", "", "../index.html"),
        ("index.html", "assets/a b.css", "", "assets/a%20b.css"),
    ],
)
def test_links_between_pages(origin: str, path: str, anchor: str, link: str) -> None:
    assert urls.relative(origin, path, anchor) == link


def test_ids_are_safe_names() -> None:
    assert all(map(urls.is_id, ("d1", "d72a", "d6B", "frus1952-54v01p1", "t_J.S.S.C.1")))
    assert not any(map(urls.is_id, ("", "..", "-d1", "d 1", "d/1", "con", "NUL.x", "d1.", "é")))
    assert urls.address("v1/d3/index.html") == "v1/d3/"
    assert sorted(["d10", "d2", "d72a", "d72", "d6B"], key=urls.natural) == ["d2", "d6B", "d10", "d72", "d72a"]
