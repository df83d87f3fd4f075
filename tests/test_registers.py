"""People, terms and places over all volumes: who is one, and where each occurs."""

from __future__ import annotations

from collections.abc import Iterable

from generator import dates
from generator.catalog import Catalog, VolumeCatalog
from generator.document import Entry, Facts, MentionFact, Metadata, RoleFact, SourceNote, Volume
from generator.registers import Register, authority
from generator.related import Related


def facts(volume: str, id: str, date: str = "", **more: object) -> Facts:
    metadata = Metadata(number=id[1:], date=dates.parse(date) if date else None)
    return Facts(volume, id, "document", f"Document {id}", metadata, b"", **more)  # type: ignore[arg-type]


def names(*ids: str) -> tuple[MentionFact, ...]:
    return tuple(MentionFact(id) for id in ids)


def volume(id: str, persons: Iterable[Entry], *documents: Facts) -> VolumeCatalog:
    return VolumeCatalog(Volume(id, id.upper(), persons=tuple(persons)), documents)


def shown(register: Register, key: tuple[str, str]) -> list[tuple[str, list[str]]]:
    return [(id, [o.facts.id for o in found]) for id, found in register.occurrences(key)]


def test_documents_stand_by_date_and_the_undated_last() -> None:
    one = volume(
        "v1",
        [Entry("hale", "Hale, Ruth")],
        facts("v1", "d1", "1950-03-02", persons=names("hale")),
        facts("v1", "d2", persons=names("hale")),
        facts("v1", "d3", "1949", persons=names("hale")),
        facts("v1", "d4", "1951"),
    )
    register = Register("person", [one])
    assert shown(register, ("v1", "hale")) == [("v1", ["d3", "d1", "d2"])]
    assert register.count(("v1", "hale")) == 3
    assert register.path(("v1", "hale")) == "v1/persons/hale/index.html"


def test_roles_are_told_with_the_document() -> None:
    roles = (RoleFact("sender", "hale"), RoleFact("drafter", "hale"), RoleFact("sender", "hale"))
    one = volume("v1", [Entry("hale", "Hale, Ruth")], facts("v1", "d1", roles=roles))
    ((_, (occurrence,)),) = Register("person", [one]).occurrences(("v1", "hale"))
    assert occurrence.roles == ("sender", "drafter")


def test_one_who_occurs_nowhere_has_no_page() -> None:
    register = Register("person", [volume("v1", [Entry("hale", "Hale, Ruth")], facts("v1", "d1"))])
    assert (register.path(("v1", "hale")), register.count(("v1", "hale"))) == ("", 0)


def test_entries_are_one_by_a_shared_id_or_an_authority_file() -> None:
    register = Register(
        "person",
        [
            volume("v1", [Entry("h1", "Hale", same="ruth-hale")], facts("v1", "d1", persons=names("h1"))),
            volume(
                "v2",
                [Entry("h2", "Hale, R.", same="ruth-hale", links=("https://viaf.org/viaf/123",))],
                facts("v2", "d1", persons=names("h2")),
            ),
            volume("v3", [Entry("h1", "Other, Hale")], facts("v3", "d1", persons=names("h1"))),
            volume(
                "v4", [Entry("h4", "Hale", links=("http://www.viaf.org/123/",))], facts("v4", "d9", persons=names("h4"))
            ),
        ],
    )
    assert register.same(("v1", "h1")) == (("v1", "h1"), ("v2", "h2"), ("v4", "h4"))
    assert shown(register, ("v4", "h4")) == [("v1", ["d1"]), ("v2", ["d1"]), ("v4", ["d9"])]
    assert register.count(("v2", "h2")) == 3
    assert shown(register, ("v3", "h1")) == [("v3", ["d1"])]


def test_a_person_under_two_ids_in_one_volume_counts_once() -> None:
    entries = [Entry("a", "Hale", same="x"), Entry("b", "Hale, Ruth", same="x")]
    register = Register("person", [volume("v1", entries, facts("v1", "d1", persons=names("a", "b")))])
    assert register.count(("v1", "a")) == 1
    assert shown(register, ("v1", "b")) == [("v1", ["d1"])]


def test_folders_are_safe_and_differ() -> None:
    ids = ["p_AB_1", "p_ab_1", "p_al-Quwatli (Kuwatly), Shukri", "p_al-Quwatli (Kuwatly) Shukri"]
    one = volume("v1", [Entry(id, id) for id in ids], facts("v1", "d1", persons=names(*ids)))
    register = Register("person", [one])
    folders = [register.path(("v1", id)).split("/")[2] for id in ids]
    assert folders[0] == "p_AB_1"
    assert len({folder.casefold() for folder in folders}) == 4
    assert all(folder.replace("-", "").replace("_", "").isalnum() for folder in folders)


def test_authority_files_are_known_by_their_addresses() -> None:
    assert authority("https://www.wikidata.org/wiki/Q42") == ("Wikidata", "Q42")
    assert authority("https://d-nb.info/gnd/11851332X") == ("GND", "11851332X")
    assert authority("https://example.org/viaf/12") == ("", "")


def test_documents_of_one_file_are_related_and_the_nearest_in_time_come_first() -> None:
    documents = [
        facts("v1", f"d{n}", f"1950-01-{n:02}", source=SourceNote(file=f"611.41/1–{n}50")) for n in range(1, 12)
    ]
    other = facts("v1", "d20", "1950-01-06", source=SourceNote(file="774.00/1–650"))
    catalog = Catalog([volume("v1", [], *documents, other)])
    related = Related(catalog).to(documents[5])
    assert [(r.facts.id, r.reason, r.value) for r in related] == [
        ("d4", "file", "611.41"),
        ("d5", "file", "611.41"),
        ("d7", "file", "611.41"),
        ("d8", "file", "611.41"),
    ]
    assert Related(catalog).to(other) == ()


def test_documents_of_one_day_are_related_by_their_people() -> None:
    people = [Entry(id, id) for id in ("a", "b", "c")]
    sent = facts("v1", "d1", "1950-01-01", roles=(RoleFact("sender", "a"),), persons=names("b", "c"))
    documents = (
        sent,
        facts("v1", "d2", "1950-01-01", roles=(RoleFact("addressee", "a"),)),
        facts("v1", "d3", "1950-01-01", persons=names("b", "c")),
        facts("v1", "d4", "1950-01-01", persons=names("b")),
        facts("v1", "d5", "1950-01-02", roles=(RoleFact("sender", "a"),)),
        facts("v1", "d6", "1950-01", roles=(RoleFact("sender", "a"),)),
    )
    related = Related(Catalog([volume("v1", people, *documents)])).to(sent)
    assert [(r.facts.id, r.reason) for r in related] == [("d2", "day"), ("d3", "day")]
