"""The lists of a volume: entries, faults with their places, and offices with their times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import Story

from generator import listing, roles
from generator.document import Entry, Role

CASES = Path(__file__).parent / "lists"


def read(text: str, name: str = "persons.yaml") -> tuple[tuple[Entry, ...], list[str]]:
    """The entries of a list, and its faults: place and message."""
    entries, found = listing.read_entries(f"content/v/{name}", text.encode())
    return entries, [f"{d.span.line}:{d.span.column} {d.rule}: {d.message}" for d in found]


def test_every_key_of_a_person() -> None:
    entries, found = read(
        "holm:\n  name: Holm, Anna\n  text: A pilot.\n  names: [Holm, A. Holm]\n  links: ['https://example.org/1']\n"
        "  same: anna-holm\n  roles:\n    - {text: Pilot, since: 1951-03, until: 1953}\n    - text: Harbour Master\n"
    )
    assert found == []
    assert entries == (
        Entry(
            "holm", "Holm, Anna", "A pilot.", ("Holm", "A. Holm"), ("https://example.org/1",),
            (Role("Pilot", "1951-03-01", "1953-12-31"), Role("Harbour Master")), "anna-holm",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ("since: 1953-02-11", ("1953-02-11", "")),
        ("since: 1953-02", ("1953-02-01", "")),
        ("since: 1953~", ("1953-01-01", "")),
        ("until: 1952-02", ("", "1952-02-29")),
        ("until: 1952", ("", "1952-12-31")),
        ("since: 1952, until: 1952", ("1952-01-01", "1952-12-31")),
    ],
)
def test_times_of_an_office_are_days(given: str, days: tuple[str, str]) -> None:
    entries, found = read(f"a:\n  name: A\n  roles:\n    - {{text: Pilot, {given}}}\n")
    assert found == []
    assert [(role.since, role.until) for role in entries[0].roles] == [days]


@pytest.mark.parametrize("at", ["48.8566, 2.3522", "[48.8566, 2.3522]", '["48.8566", "+2.3522"]'])
def test_a_place_lies_somewhere(at: str) -> None:
    entries, found = read(f"paris:\n  name: Paris\n  at: {at}\n", "places.yaml")
    assert found == []
    assert entries[0].at == (48.8566, 2.3522)


def test_south_and_west_are_below_zero() -> None:
    entries, _ = read("lima:\n  name: Lima\n  at: -12.05, -77.04\n", "places.yaml")
    assert entries[0].at == (-12.05, -77.04)


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("Paris", "3:7 wrong-value: at: not a latitude and a longitude"),
        ("48.8", "3:7 wrong-value: at: not a latitude and a longitude"),
        ("48,8, 2,3", "3:7 wrong-value: at: not a latitude and a longitude"),
        ("nan, 2.3", "3:7 wrong-value: at: not a latitude and a longitude"),
        ("{a: b}", "3:7 wrong-value: at: not a latitude and a longitude"),
        ("98.2, 2.3", "3:7 wrong-value: at: the latitude 98.2 is out of range"),
        ("8.2, 182.3", "3:7 wrong-value: at: the longitude 182.3 is out of range"),
    ],
)
def test_a_place_that_lies_nowhere(at: str, message: str) -> None:
    assert read(f"a:\n  name: A\n  at: {at}\n", "places.yaml") == ((), [message])


def test_latitude_and_longitude_exchanged() -> None:
    _, found = listing.read_entries("content/v/places.yaml", b"a:\n  name: A\n  at: 139.7, 35.7\n")
    assert "latitude, between -90 and 90, stands first" in found[0].hint


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ("[{since: 1953}]", "3:11 missing-value: roles: an office has no text"),
        ("[Pilot]", "3:11 wrong-value: roles: an office has a text, and may have a beginning and an end"),
        ("Pilot", "3:10 wrong-value: roles: a list of offices is expected"),
        (
            "[{text: Pilot, since: 1954, until: 1953-12}]",
            "3:45 wrong-value: until: the office ends (1953-12) before it begins (1954)",
        ),
        (
            "[{text: Pilot, since: March 1953}]",
            '3:32 wrong-value: since: "March 1953" is not a date such as 1953-10-07, 1953-10, 1953~ or 1953-10-07/1953-10-09',
        ),
        (
            "[{text: Pilot, since: 1953-02-30}]",
            '3:32 wrong-value: since: "1953-02-30": there is no day 30 in that month',
        ),
        (
            "[{text: Pilot, since: 1953/1954}]",
            '3:32 wrong-value: since: "1953/1954" is a span of time where one date is expected',
        ),
        ("[{text: Pilot, form: 1953}]", '3:25 unknown-key: The key "form" is not known'),
    ],
)
def test_an_office_with_a_fault(roles: str, message: str) -> None:
    assert read(f"a:\n  name: A\n  roles: {roles}\n") == ((), [message])


def test_a_comma_within_braces() -> None:
    """It ends the text; YAML takes what follows for a key."""
    _, found = listing.read_entries("content/v/persons.yaml", b"a: {name: Holm, Anna}\n")
    assert [(d.rule, d.span.column) for d in found] == [("unknown-key", 17)]
    assert found[0].hint == "Put a text with a comma in quotation marks."


@pytest.mark.parametrize(
    ("name", "key", "known"),
    [
        ("persons.yaml", "at: 1, 2", False), ("persons.yaml", "roles: []", True), ("terms.yaml", "roles: []", False),
        ("terms.yaml", "at: 1, 2", False), ("places.yaml", "roles: []", False), ("places.yaml", "at: 1, 2", True),
    ],
)  # fmt: skip
def test_each_list_has_its_keys(name: str, key: str, known: bool) -> None:
    entries, found = read(f"a:\n  name: A\n  {key}\n", name)
    assert bool(entries) == known
    assert [f.split(": ")[0] for f in found] == ([] if known else ["3:3 unknown-key"])


def test_the_same_name_twice() -> None:
    entries, found = read("a:\n  name: Holm, Anna\nb:\n  name: B\nc:\n  name: holm,  Anna\n")
    assert [entry.id for entry in entries] == ["a", "b", "c"]
    assert found == ['6:9 shared-name: "a" (line 1) and "c" have the same name, "holm,  Anna"']


def test_an_alias_of_two_persons() -> None:
    entries, found = read("a:\n  name: Holm, Anna\n  names: [Holm]\nb:\n  name: Holm, Bent\n  names:\n    - B. Holm\n    - Holm\n")  # fmt: skip
    assert len(entries) == 2
    assert found == ['8:7 shared-name: "Holm" is a name of "a" (line 1) and of "b"']


def test_an_alias_that_is_somebody_elses_name() -> None:
    _, found = read("a:\n  name: A\n  names: [Holm]\nb:\n  name: Holm\n")
    assert found == ['5:9 shared-name: "Holm" is a name of "a" (line 1) and of "b"']


def test_an_entry_may_repeat_its_own_name() -> None:
    assert read("a:\n  name: Holm\n  names: [Holm, Holm]\n")[1] == []


def test_capitals_tell_terms_apart() -> None:
    text = "a:\n  name: AID\nb:\n  name: aid\n"
    assert read(text, "terms.yaml")[1] == []
    assert len(read(text, "persons.yaml")[1]) == 1


def test_two_entries_of_a_list_are_not_the_same() -> None:
    _, found = read("a:\n  name: A\n  same: holm\nb:\n  name: B\n  same: holm\n")
    assert found == ['6:9 shared-name: "a" (line 1) and "b" are both "holm"']
    assert read("a:\n  name: A\n  same: anna holm\n")[1] == ['3:9 wrong-value: same: "anna holm" is not one word']


def test_faults_of_the_whole_list() -> None:
    assert read("- a\n- b\n")[1] == ["1:1 front-matter: The list is not a list of keys and values"]
    entries, found = read("a:\n  name: A\na:\n  name: A\nb c:\n  name: B\nd: D\ne:\n  text: E\n")
    assert [entry.id for entry in entries] == ["a"]
    assert found == [
        '3:1 duplicate-key: the id "a" stands in line 1 already',
        "5:1 bad-id: an entry begins with its id, one word",
        '7:4 wrong-value: the entry "d" has no name',
        '8:1 missing-value: the entry "e" has no name',
    ]


def test_the_line_of_a_fault_is_shown() -> None:
    _, found = listing.read_entries("content/v/places.yaml", b"a:\r\n  name: A\r\n  at: nowhere\r\n")
    assert found[0].line == "  at: nowhere"
    assert found[0].hint


def test_places_belong_to_the_volume(tmp_path: Path) -> None:
    """The list is looked for in the volume's folder like the others, and faults do not stop the rest."""
    story = Story(tmp_path)
    story.write("content/v1/places.yaml", "paris:\n  name: Paris\n  at: 48.9, 2.4\nnice:\n  name: Nice\n  at: 443, 7\n")
    report = story.build()
    assert [(d.rule, d.span.file, d.span.line) for d in report.diagnostics] == [
        ("wrong-value", "content/v1/places.yaml", 6)
    ]


def cases() -> Iterator[tuple[str, str, list[str]]]:
    """The cases of roles.md: heading, text, offices."""
    for block in re.split(r"^## ", (CASES / "roles.md").read_text("utf-8"), flags=re.M)[1:]:
        heading, text, *offices = block.strip().split("\n")
        yield heading, text, [office.removeprefix("- ") for office in offices]


def shown(role: Role) -> str:
    return f"{role.since}..{role.until} {role.text}"


@pytest.mark.parametrize(("heading", "text", "offices"), list(cases()))
def test_offices_in_running_text(heading: str, text: str, offices: list[str]) -> None:
    assert [shown(role) for role in roles.roles_of(text)] == offices, heading


@pytest.mark.parametrize(
    ("day", "office"),
    [
        ("1951-02-28", ""),
        ("1951-03-01", "Pilot"),
        ("1953-05-09", "Pilot"),
        ("1953-05-10", "Harbour Master; Senator"),
        ("1954-01-01", "Senator"),
        ("1960-01-01", "Senator"),
        ("1953-05-10T10:30", "Harbour Master; Senator"),
        ("1953-05", ""),
        ("", ""),
    ],
)
def test_the_office_at_a_day(day: str, office: str) -> None:
    held = (Role("Pilot", "1951-03-01", "1953-05-09"), Role("Harbour Master", "1953-05-10", "1953-12-31"), Role("Senator", "1953-05-10"), Role("Clerk"))  # fmt: skip
    assert roles.role_at(Entry("a", "A", "Cook from 1900", roles=held), day) == office


def test_without_offices_the_text_is_read() -> None:
    entry = Entry("a", "A", "Pilot until July 4, 1957; thereafter Harbour Master; Baron")
    assert roles.role_at(entry, "1957-07-04") == "Pilot"
    assert roles.role_at(entry, "1957-07-05") == "Harbour Master"
    assert roles.role_at(Entry("a", "A", "Pilot; Baron"), "1957-07-05") == ""


def test_in_the_month_of_the_change_both_offices_are_named() -> None:
    entry = Entry("a", "A", "Pilot until July 1957; thereafter Harbour Master")
    assert roles.role_at(entry, "1957-06-30") == "Pilot"
    assert roles.role_at(entry, "1957-07-15") == "Pilot; Harbour Master"
    assert roles.role_at(entry, "1957-08-01") == "Harbour Master"


WORDS = st.sampled_from(
    "Pilot Clerk of the to from until since thereafter and again ; , . ( ) – - 1951 1953 54 12 May June in after before".split()
)


@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_no_office_ends_before_it_begins(text: str) -> None:
    for role in roles.roles_of(text):
        assert not role.since or not role.until or role.since <= role.until


def test_offices_of_real_lists(shared: Path) -> None:
    """Of the clauses with a year in the lists of real volumes, nine in ten are understood."""
    from generator.readers.registry import by_name

    understood = total = 0
    for name in ("frus1917-72PubDip", "frus1969-76ve15p1"):
        data = (shared / f"corpus/volumes/{name}.xml").read_bytes()
        volume = by_name("tei").split(f"content/{name}.xml", name, data).volume
        assert volume is not None and volume.persons
        for entry in volume.persons:
            for role in roles.roles_of(entry.text):
                is_told = bool(role.since or role.until)
                total += is_told or bool(re.search(r"\b1[89]\d\d\b", role.text))
                understood += is_told
    assert total > 100
    assert understood / total >= 0.9
