"""Other forms of words: what the lists of an edition and telegraphese know, what a query finds by them, and that scores
of what was typed stay as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_shards import HERE, Ask, Site, ask  # noqa: F401  (a fixture)

from generator.document import Entry, Volume
from generator.search import lists, variants
from generator.search.shards import ROOT, Settings, numbers
from generator.search.variants import Given, given

SPELT_OUT = [
    tuple(part.strip() for part in line.split("|"))
    for line in (HERE / "spelt_out.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.mark.parametrize(("name", "text", "full"), SPELT_OUT)
def test_what_a_term_is_short_for(name: str, text: str, full: str) -> None:
    assert variants.spelt_out(name, text) == full


def test_letters_that_fit_in_countless_ways_end() -> None:
    assert variants.spelt_out("a" * 60, " ".join(["a" * 30] * 10)) == ""


@pytest.mark.parametrize(
    ("expansion", "meanings"),
    [
        ("would", ["would"]),
        ("following or follow", ["following", "follow"]),
        ("foreign minister or ministry", ["foreign minister", "foreign ministry"]),
        ("minister or ministry of defense", ["minister of defense", "ministry of defense"]),
        ("high commissioner or high commission", ["high commissioner", "high commission"]),
        (
            "American consul general or consulate general",
            ["American consul general", "American consulate general"],
        ),
        ("responsible, responsibility or respective", ["responsible", "responsibility", "respective"]),
        ("reference telegram, the telegram referred to", ["reference telegram"]),
        ("night action: to be acted on at any hour", ["night action"]),
    ],
)
def test_what_telegraphese_means(expansion: str, meanings: list[str]) -> None:
    assert variants.meant(expansion) == meanings


@pytest.mark.parametrize("tag", ["en", "fr", "de", "ru"])
def test_forms_are_the_same_terms_here_and_in_the_browser(ask: Ask, tag: str, tmp_path: Path) -> None:  # noqa: F811
    """Else what is typed would not be found in the table."""
    forms = list(given([], "en").forms)
    texts = [*(text for of in given([], "en").forms.values() for text in of), *forms, "Łódź–Köln", "d’Estaing", "Uebereinkommen", "Grüße", "U.S.S.R.", "the", "—"]  # fmt: skip
    Site(tmp_path).update({}, Settings(language=tag))
    calls = [["search", "x"], *(["termsOf", text] for text in texts)]
    _, *answers = ask("engine.cjs", folder=str(tmp_path), calls=calls)
    assert len(texts) > 800
    for text, answer in zip(texts, answers, strict=True):
        assert [term for term in answer["answer"] if term] == variants.terms(text, tag), text


def entry(name: str, text: str = "", *names: str) -> Entry:
    return Entry(name.lower().replace(" ", "-"), name, text, names)


LISTS = Volume(
    "v1",
    "One",
    persons=(
        entry("Zaroubin (Zarubin), Georgi N."),
        entry("Reed, Anna", "", "Robin", "Mrs. Reed"),
        entry("Park Il Ho (Pak Il-ho)"),
        entry("Castro Ruz, Fidel"),
    ),
    terms=(
        entry("COCOM", "Coordinating Committee at Paris of many nations"),
        entry("USSR", "Union of Soviet Socialist Republics"),
        entry("FonMin", "Foreign Minister; Foreign Ministry"),
        entry("A", "Agriculture"),
    ),
    places=(entry("Saigon", "A city on a river", "Ho Chi Minh City"),),
)


def test_forms_of_lists() -> None:
    forms = given([LISTS], "en").forms
    assert forms["zarubin"] == ("zaroubin",) and forms["zaroubin"] == ("zarubin",)
    assert forms["robin"] == ("reed",) and forms["reed"] == ("Robin",), "Mrs. Reed is found as Reed"
    assert forms["park il ho"] == ("pak il ho",)
    assert not any("castro" in key for key in forms), "who finds the part finds the whole"
    assert "Coordinating Committee" in forms["cocom"] and "COCOM" in forms["coordin committe"]
    assert {"FonMin"} <= set(forms["foreign minist"])
    assert forms["ussr"][:2] == ("U.S.S.R.", "Union of Soviet Socialist Republics")
    assert forms["saigon"] == ("Ho Chi Minh City",) and forms["ho chi minh citi"] == ("Saigon",)
    assert "agricultur" not in {key for key, of in forms.items() if "A" in of}


def test_forms_of_telegraphese() -> None:
    forms = given([], "en").forms
    assert forms["would"] == ("wd", "wld")
    assert forms["wld"] == ("wd",), "would itself is in no index"
    assert forms["repres"] == ("Rep",) or forms["repres"] == ("rep",)
    assert "sit" not in forms and "art" not in forms, "words too, but for their neighbours"
    assert given([], "de").forms == {}


def test_the_key_is_that_of_the_lists() -> None:
    other = Volume("v1", "Another title", persons=LISTS.persons, terms=LISTS.terms, places=LISTS.places)
    assert given([LISTS], "en").key == given([other], "en").key
    assert given([LISTS], "en").key != given([LISTS], "de").key
    fewer = Volume("v1", "One", persons=LISTS.persons[1:], terms=LISTS.terms, places=LISTS.places)
    assert given([LISTS], "en").key != given([fewer], "en").key


# Queries


TEXTS = {
    "v1": {
        "d1": {"title": "One", "text": "The Representatives discussed how the embassy would trade in rice."},
        "d2": {"title": "Two", "text": "US Reps discussed Emb wld trade."},
        "d3": {"title": "Three", "text": "COCOM met the reps.", "notes": "On rice."},
        "d4": {"title": "Four", "text": "The Coordinating Committee met. Rice."},
        "d5": {"title": "Five", "text": "A committee, coordinating nothing, met Zarubin in Saigon."},
        "d6": {"title": "Emb at Saigon", "text": "Zaroubin. A letter of Robin."},
        "d7": {"title": "Seven", "text": "Mrs. Reed and the FonMin."},
    }
}


@pytest.fixture(scope="module", params=["root", "files"])
def indexed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Site]:
    """An index over ``TEXTS`` with the forms of ``LISTS``, which stand in the root or in files."""
    folder = tmp_path_factory.mktemp("index")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "files":
            patch.setattr(lists, "IN_ROOT", 10)
        site = Site(folder)
        done = site.update(TEXTS, variants=given([LISTS], "en"))
    assert any(path.startswith("variants/") for path in done.files) is (request.param == "files")
    return folder, site


def answers(ask: Callable[..., Any], indexed: tuple[Path, Site], *queries: tuple[str, bool]) -> list[dict[str, Any]]:  # noqa: F811
    folder, site = indexed
    assert site.state
    id_of = {ref: id for (_, id), ref in numbers(site.state).items()}
    calls = [["search", *query] for query in queries]
    found = [one["answer"] for one in ask("engine.cjs", folder=str(folder), calls=calls)]
    return [{**one, "ids": " ".join(sorted(id_of[ref] for ref in one["refs"]))} for one in found]


@pytest.mark.parametrize(
    ("query", "ids", "also"),
    [
        ("representatives", "d1 d2 d3", {"Rep"}),
        ("reps", "d1 d2 d3", {"Representative"}),
        ("wld", "d2", set()),
        ("would", "d2", {"wld"}),  # itself it is in no index
        ("+would", "d2", {"wld"}),
        ("would rice", "d1 d3 d4", set()),  # among others it says nothing
        ("would -trade", "", set()),
        ("COCOM", "d3 d4", {"Coordinating Committee"}),
        ("Coordinating Committee", "d3 d4 d5", {"COCOM"}),
        ('"Coordinating Committee"', "d3 d4", {"COCOM"}),
        ('+"coordinating committee" +rice', "d3 d4", {"COCOM"}),
        ("+COCOM +rice", "d3 d4", {"Coordinating Committee"}),
        ("+cocom +reps", "d3", set()),
        ("+representatives +embassy", "d1 d2", {"Rep", "emb"}),
        ("rice -representatives", "d3 d4", set()),  # what is taken away is what was typed
        ("rice -reps", "d1 d4", set()),
        ("embassy -saigon", "d1 d2", {"emb"}),
        ("title:embassy", "d6", {"emb"}),
        ("notes:embassy", "", set()),
        ('"representatives discussed"', "d1 d2", {"Rep"}),  # another form at the place of a word
        ('"met the representatives"', "d3", {"Rep"}),
        ('"met representatives"', "", set()),
        ('-"coordinating committee" met', "d3 d5", set()),
        ('"US representatives"', "d1 d2 d3", {"Rep"}),  # US is a very common word
        ('"representatives"', "d1", set()),  # in quotation marks a word is meant as it stands
        ("representatives~1", "d1", set()),
        ("represent*", "d1", set()),
        ("foreign minister", "d7", {"FonMin"}),
        ("foreign rice minister", "d1 d3 d4", set()),
        ("zarubin", "d5 d6", {"zaroubin"}),
        ("Reed", "d6 d7", {"Robin"}),
        ("Ho Chi Minh City", "d5 d6", {"Saigon"}),
        ("nowhere", "", set()),
    ],
)
def test_query(ask: Ask, indexed: tuple[Path, Site], query: str, ids: str, also: set[str]) -> None:  # noqa: F811
    (found,) = answers(ask, indexed, (query, False))
    assert found["ids"] == ids
    assert {form.lower() for form in found["also"]} == {form.lower() for form in also}


def test_exactly_what_is_typed(ask: Ask, indexed: tuple[Path, Site]) -> None:  # noqa: F811
    for query, ids in (("representatives", "d1"), ("COCOM", "d3"), ('"coordinating committee"', "d4"), ("would", "")):
        (found,) = answers(ask, indexed, (query, True))
        assert found["ids"] == ids and found["also"] == []


def test_scores_of_what_is_typed_stay(ask: Ask, indexed: tuple[Path, Site]) -> None:  # noqa: F811
    """What holds no other form has the score that lunr.js gives it; other forms count half, so that what
    was typed comes first."""
    calls: list[list[object]] = [["session.search", "representatives rice", exact] for exact in (False, True)]
    calls += [["session.search", "reps", True], ["session.results", 1, 0, 9]]
    both, exact, short, shown = (one["answer"] for one in ask("engine.cjs", folder=str(indexed[0]), calls=calls))
    score = dict(zip(both["refs"].values(), both["scores"].values(), strict=True))
    typed = dict(zip(exact["refs"].values(), exact["scores"].values(), strict=True))
    other = dict(zip(short["refs"].values(), short["scores"].values(), strict=True))
    assert typed.keys() < score.keys() and other.keys() & typed.keys()
    for ref, found in score.items():
        assert found == pytest.approx(typed.get(ref, 0) + other.get(ref, 0) / 2)
        if ref not in other:
            assert found == typed[ref]
    terms = {one["ref"]: set(one["terms"]) for one in shown["results"]}
    assert all("rep" in terms[ref] for ref in other)


def test_no_round_more_for_forms_in_the_root(ask: Ask, indexed: tuple[Path, Site]) -> None:  # noqa: F811
    in_files = any(path.startswith("variants/") for path in indexed[1].files)
    for query in ("rice", "embassy", '"coordinating committee"'):
        (cold,) = ask("engine.cjs", folder=str(indexed[0]), calls=[["search", query]])
        assert cold["rounds"] == 2 or in_files, query


# What an edit changes


def test_only_forms_that_stand_in_documents_are_kept() -> None:
    site = Site()
    site.update({"v1": {"d1": {"text": "Emb and rice."}}}, variants=given([LISTS], "en"))
    assert rows(site) == {"embassi": "emb"}
    site.update({"v1": {"d1": {"text": "Emb and rice. The committee wld."}}}, variants=given([LISTS], "en"))
    assert rows(site) == {"embassi": "emb", "would": "wld", "wd": "wld", "cmte": "committee", "comit": "committee"}
    site.update({"v1": {"d1": {"text": "Rice."}}}, variants=given([LISTS], "en"))
    assert rows(site) == {}


def rows(site: Site) -> dict[str, str]:
    root = json.loads(site.files[ROOT].decode().partition(",")[2].rpartition(")")[0])
    flat = root["variants"]["rows"]
    return dict(zip(flat[::2], flat[1::2], strict=True))


def test_an_edit_of_a_list_writes_few_files() -> None:
    many = {f"typed{n:04}": (f"word{n:04} and more",) for n in range(1500)}
    text = " ".join(f"word{n:04}" for n in range(1500)) + " more"
    site = Site()
    site.update({"v1": {"d1": {"text": text}}}, variants=Given(b"1", lambda: many))
    before = {path for path in site.files if path.startswith("variants/")}
    changed = {**many, "typed0700": ("more",)}
    done = site.update({"v1": {"d1": {"text": text}}}, variants=Given(b"2", lambda: changed))
    assert len(before) > 10
    assert {path.split("/")[0] for path in done.write} == {"variants", ROOT}
    assert len(done.write) <= 3
