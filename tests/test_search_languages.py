"""Searching in German, Spanish and French: the terms made here against those that the browser makes, of many words and of
any, and every answer of an index in these languages against lunr.js on the whole, in files and in one.

``tests/search/words.de.txt``, ``tests/search/families.de.txt`` and their neighbours hold cases that an editor can add to.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story import Story
from test_search import queries
from test_shards import as_volumes, assert_answers_are_lunrs

from generator.diagnostics import EditionError
from generator.search import FIELDS, Parameters, build_index
from generator.search.analyser import analyse, fold
from generator.search.languages import LANGUAGES, language

HERE = Path(__file__).parent / "search"
Ask = Callable[..., Any]
TAGS = [known.code for known in LANGUAGES if known.table]


@pytest.fixture(scope="session")
def ask(node: Callable[..., str], checkout: Path) -> Ask:
    """A function that runs a script of tests/search/ with the search engine and JSON values, and returns its JSON."""

    def run(script: str, **values: Any) -> Any:
        lunr = checkout / "assets/lib/lunr.js"
        return json.loads(node(HERE / script, lunr, checkout / "assets/search-engine.js", stdin=json.dumps(values)))

    return run


# Words


def lines_of(name: str) -> list[str]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def cases() -> list[tuple[str, str, list[str]]]:
    found = []
    for tag in TAGS:
        split = (line.split(" => ") for line in lines_of(f"words.{tag}.txt"))
        found += [(tag, text, terms.split()) for text, terms in split]
    return found


@pytest.mark.parametrize(("tag", "text", "expected"), cases())
def test_words_have_the_terms_listed(tag: str, text: str, expected: list[str]) -> None:
    assert Counter(dict(analyse({"text": text}, tag).fields[1].items())) == Counter(expected)


@pytest.mark.parametrize("tag", TAGS)
def test_the_browser_finds_the_listed_terms_in_the_same_words(ask: Ask, tag: str) -> None:
    listed = [(text, expected) for one, text, expected in cases() if one == tag]
    found = ask("terms.cjs", language=language(tag).in_root(), texts=[text for text, _ in listed])["texts"]
    assert [[term for term in one if term] for one in found] == [expected for _, expected in listed]
    assert len(listed) > 5


@pytest.mark.parametrize("tag", TAGS)
def test_the_forms_of_a_word_have_one_term_and_other_words_have_others(tag: str) -> None:
    term_of: dict[str, str] = {}
    for family in lines_of(f"families.{tag}.txt"):
        terms = {form: analyse({"text": form}, tag).fields[1].terms for form in family.split()}
        assert len(set(terms.values())) == 1, terms
        term = terms.popitem()[1]
        assert term and term not in term_of, (family, term_of.get(term))
        term_of[term] = family
    assert len(term_of) > 20


def endings(tag: str) -> set[str]:
    """All endings that a table takes off a word first."""
    steps = [step for tried, _, otherwise in language(tag).table["blocks"] for step in (*tried, *otherwise)]
    return {ending.lower() for step in steps for rule in step[1:] for ending in rule[0].split(" ")}


def made_up_words(tag: str) -> list[str]:
    """Beginnings of a few letters, and the words of the language's own list, with every ending, and two and three endings
    together."""
    chance = random.Random(tag)
    known = ["", *sorted(endings(tag))]
    words = set(language(tag).stop_words)
    for _ in range(60_000):
        letters = chance.choice(("aeiouy", "abeilstuy", "gquyeids", "lyse7'é", "bcdfghjklmnpqrstvwxz", "aeiournst"))
        start = "".join(chance.choices(letters, k=chance.randint(0, 7)))
        words.add(start + "".join(chance.choices(known, k=chance.randint(0, 3))))
    return sorted(words)


@pytest.mark.parametrize("tag", TAGS)
def test_stems_are_the_browsers(ask: Ask, tag: str) -> None:
    words = made_up_words(tag)
    stem = language(tag).stemmer()
    theirs = ask("terms.cjs", language=language(tag).in_root(), words=words)["words"]
    assert [(w, stem(w), t) for w, t in zip(words, theirs, strict=True) if stem(w) != t] == []
    assert len(words) > 45_000 and sum(map(str.__ne__, words, theirs)) > 20_000


@pytest.mark.parametrize("tag", TAGS)
def test_every_ending_is_of_use(tag: str) -> None:
    """A slip in a table would leave an ending that no word loses."""
    words = made_up_words(tag)
    stem = language(tag).stemmer()
    changed = {word: stem(word) for word in words}
    for ending in endings(tag):
        assert any(word.endswith(ending) and not to.endswith(ending) for word, to in changed.items()), ending


def assert_terms_are_the_browsers(ask: Ask, tag: str, texts: Sequence[str]) -> int:
    """Compare the terms and the field's length of each text; return how many terms were compared."""
    found = ask("terms.cjs", language=language(tag).in_root(), texts=texts)["texts"]
    different = []
    for text, theirs in zip(texts, found, strict=True):
        ours = analyse({"text": text}, tag).fields[1]
        if Counter(dict(ours.items())) != Counter(t for t in theirs if t) or ours.length != len(theirs):
            different.append((text, ours, theirs))
    assert different[:5] == []
    return sum(map(len, found))


PARTS = [
    *"aeiouyéßœIİıſΣσςжA9_'’\"“”.,;:()[]*~^+-–—…½ﬁ\u00a0\u00ad\ufeff\u0301\u0000\udc9c",
    *"nation ung ción l’ qu' aujourd’ ’S 𝒜 \ue000 ment ae ueber constructor __proto__".split(" "),
    *("der ", "les ", "los ", " ", "\n", "\ud835a"),
]
"""Pieces that words and signs of every kind are put together of; two of them have half a character."""


@pytest.mark.parametrize("tag", [*TAGS, "it"])
def test_terms_of_odd_tokens_are_the_browsers(ask: Ask, tag: str) -> None:
    chance = random.Random(387)
    texts = ["".join(chance.choices(PARTS, k=chance.randint(1, 9))) for _ in range(15_000)]
    assert assert_terms_are_the_browsers(ask, tag, texts) > 15_000


@settings(max_examples=12, deadline=None)
@given(st.lists(st.text() | st.lists(st.sampled_from(PARTS), max_size=12).map("".join), min_size=20, max_size=60))
def test_terms_of_any_text_are_the_browsers(ask: Ask, texts: list[str]) -> None:
    for tag in TAGS:
        assert_terms_are_the_browsers(ask, tag, texts)


@pytest.fixture(scope="session")
def corpus(shared: Path) -> list[str]:
    """All words of the volumes that are given, in whatever language they are."""
    folder = shared / "corpus" / "volumes"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    words: set[str] = set()
    for path in sorted(folder.glob("*.xml")):
        words.update(re.sub(r"<[^>]*>", " ", path.read_text("utf-8")).split())
    return sorted(words)


@pytest.mark.parametrize("tag", TAGS)
def test_terms_of_real_volumes_are_the_browsers(ask: Ask, corpus: list[str], tag: str) -> None:
    assert assert_terms_are_the_browsers(ask, tag, corpus) > 100_000


# Answers


def forms_in(tag: str) -> list[str]:
    """Words as they are written in a language: those of the two lists, its very common words, and odd ones."""
    listed = [word for name in ("families", "words") for line in lines_of(f"{name}.{tag}.txt") for word in line.split()]
    common = sorted(language(tag).stop_words)[::4]
    return [*(word for word in listed if word != "=>"), *common, "Köln", "10–753", "***", "Ñandú", "“Note”", "(l’on)"]


def documents_in(tag: str) -> list[tuple[str, dict[str, str]]]:
    """Documents of the words of a language as they are written and of made-up ones, rare and common."""
    chance = random.Random(1953)
    made_up = [word for word in made_up_words(tag) if word.isalnum() and len(word) > 3]
    words = [*chance.sample(made_up, 900), *forms_in(tag)]
    chance.shuffle(words)
    weights = [1 / (rank + 1) for rank in range(len(words))]

    def text(longest: int) -> str:
        return " ".join(chance.choices(words, weights, k=chance.randint(0, longest)))

    return [(str(n), {"title": text(12), "text": text(200), "notes": text(40)}) for n in range(400)]


def queries_in(tag: str, documents: list[tuple[str, dict[str, str]]], count: int) -> list[str]:
    """Queries of every syntax, from the words of the documents, and from words as they are written: with accents,
    apostrophes, hyphens and quotes, very common ones, and signs that make no query."""
    chance = random.Random(tag)
    written = [word for word in forms_in(tag) if not set(word) & set("*:~^")]
    signs = [
        "{}",
        "+{} +{}",
        "{} -{}",
        "-{}",
        "title:{} {}",
        "{}^3 {}",
        "{}~1",
        "{}*",
        "*{}",
        "{}-{}",
        "+{}",
        "“{} {}”",
    ]
    signs += [
        '"{} {}"',
        "{}’s",
        "l’{}",
        "(d'{})",
        "{}–{}",
        "{}, {}.",
        "title:{}*",
        "+{}~2 {}",
        "{}:{}",
        "+{} {}^",
        "{} \\",
        " {} ",
    ]
    own = [sign.format(chance.choice(written), chance.choice(written)) for sign in signs for _ in range(8)]
    common = [f"{sign}{word}" for word in sorted(language(tag).stop_words)[::9] for sign in ("", "+", "-", "title:")]
    return [*queries(documents, count), *own, *common]


@pytest.mark.parametrize("tag", TAGS)
def test_answers_are_lunrs(ask: Ask, tmp_path: Path, tag: str) -> None:
    documents = documents_in(tag)
    asked = queries_in(tag, documents, 700)
    counted = assert_answers_are_lunrs(ask, tmp_path, as_volumes(documents), asked, tag=tag)
    assert len(asked) > 900
    assert counted["answered"] > 700 and counted["refused"] > 10
    assert counted["results"] > 60_000


@pytest.mark.parametrize("tag", TAGS)
def test_the_index_in_one_file_is_what_lunr_builds(ask: Ask, tag: str) -> None:
    """lunr.js as it is loads it, once the engine has made the stemmer known to it."""
    documents = documents_in(tag)[:150]
    asked = queries_in(tag, documents, 300)
    parameters = Parameters()
    index = build_index([(ref, analyse(fields, tag)) for ref, fields in documents], parameters, tag)
    answer = ask(
        "compare.cjs",
        language=language(tag).in_root(),
        fields=FIELDS,
        boosts=parameters.boosts,
        b=parameters.b,
        k1=parameters.k1,
        documents=documents,
        index=json.loads(index),
        queries=asked,
    )
    assert answer["differences"] == []
    assert answer["answered"] > 300 and answer["terms"] > 500


def test_an_index_without_a_stemmer_answers_as_lunr(ask: Ask, tmp_path: Path) -> None:
    """A language that is not known has neither stems nor very common words."""
    documents = documents_in("de")[:120]
    counted = assert_answers_are_lunrs(ask, tmp_path, as_volumes(documents), queries(documents, 200), tag="it")
    assert counted["answered"] > 150
    assert analyse({"text": "Der Botschafter, il negoziato"}, "it").fields[1].split() == [
        "botschafter",
        "der",
        "il",
        "negoziato",
    ]


@pytest.mark.parametrize("known", LANGUAGES, ids=lambda known: known.code)
def test_stop_words_are_as_they_are_searched(known: Any) -> None:
    """Folded, and one token each: another would never be met."""
    for word in known.stop_words:
        assert fold(word).lower() == word and word.split("-") == [word]
    assert len(known.stop_words) > 100


def test_a_tag_names_its_language() -> None:
    assert language("de-CH").code == language("DE").code == "de"
    assert language("it").pipeline == () and language("fr").pipeline == ("stemmer-fr",)


# In the site


FOUND = [
    (
        "de",
        [
            "Verhandlungen über das Übereinkommen",
            "Die Häuser der Länder; Frage der Grenzen.",
            "Botschafter in Köln, fuer Gruesse",
        ],
        {
            "Verhandlung": [1],
            "VERHANDLUNGEN": [1],
            "Ubereinkommen": [1],
            "Uebereinkommens": [1],
            "ueber": [],  # very common
            "haus +land": [2],
            "Haeuser": [2],
            "“Frage der Grenze”": [2],
            '"Grenze der Frage"': [],
            "Grenze Köln": [2, 3],
            "Koeln": [3],
            "Grüße": [3],
            "-Verhandlung -Grenze": [3],
            "title:botschafterinnen": [],
            "uebereinkomm*": [1],
            "Verhamdlung~1": [1],
        },
    ),
    (
        "fr",
        ["Négociation d’un accord", "L’État et les traités; l’or des États généraux.", "Papiers qu’il faut garder"],
        {
            "négocier": [1],
            "negociees": [1],
            "l'accord": [1],
            "accords": [1],
            "État": [2],
            "d'etat": [2],
            "général": [2],
            "or": [2],
            "traité": [2],
            "il": [],
            "papier -accord": [3],
            "“l’or des États”": [2],
        },
    ),
    (
        "es",
        ["Negociaciones con España", "Los Estados Unidos y la secretaría; año 1953.", "Necesaria la política exterior"],
        {
            "negociación": [1],
            "espana": [1],
            "estado": [2],
            "SECRETARIAS": [2],
            "ano": [2],
            "necesarios +políticas": [3],
            "los": [],
        },
    ),
]


@pytest.mark.parametrize(("tag", "texts", "wanted"), FOUND, ids=[tag for tag, *_ in FOUND])
def test_an_edition_is_searched_in_its_language(
    ask: Ask, tmp_path: Path, tag: str, texts: list[str], wanted: dict[str, list[int]]
) -> None:
    files = {"edition.toml": f'title = "E"\nlanguage = "{tag}"\n', "content/v1/volume.toml": 'title = "V"\n'}
    for number, text in enumerate(texts, 1):
        files[f"content/v1/d{number}.md"] = f'---\ntitle: "{number}"\n---\n\n{text}\n'
    story = Story(tmp_path, files)
    assert not story.build().errors
    calls = [
        call
        for at, query in enumerate(wanted, 1)
        for call in (["session.search", query], ["session.results", at, 0, 9])
    ]
    answers = ask("engine.cjs", folder=str(story.site / "search"), calls=calls)[1::2]
    found = {
        query: sorted(int(re.findall(r"\d+", one["shown"]["u"])[-1]) for one in answer["answer"]["results"])
        for query, answer in zip(wanted, answers, strict=True)
    }
    assert found == wanted


def test_the_language_of_an_edition(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.edit("edition.toml", "\n", '\nlanguage = "de"\n')
    story.write("content/v1/d3.md", "---\ntitle: Dritter Brief\n---\n\nDie Verhandlungen.\n")
    story.build()

    def terms() -> bytes:
        tree = story.tree()
        return b"".join(data for path, data in tree.items() if "/terms/" in path) + tree["search/root.js"]

    assert b'"verhandl"' in terms() and b'"code":"de"' in terms()
    story.edit("edition.toml", "\n", '\n[search]\nlanguage = "en"\n[references]\n')
    with pytest.raises(EditionError):  # the rest of the file stands in the table now
        story.build()
    story.write("edition.toml", 'title = "A"\nlanguage = "de"\n[search]\nlanguage = "en"\n')
    assert not story.build().errors
    assert b'"verhandlungen"' in terms() and b'"language":null' in terms()
    assert story.tree() == story.clean()
    story.write("edition.toml", 'title = "A"\n[search]\nlanguage = "German!"\n')
    with pytest.raises(EditionError, match='"German!" is not a language tag'):
        story.build()
