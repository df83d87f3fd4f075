"""Search: the terms and the index made here against lunr.js itself, run by Node, and the search page's own functions.

``tests/search/words.txt`` holds the cases that an editor can add to.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.search import FIELDS, DocumentTerms, FieldTerms, Parameters, analyse, as_script, build_index
from generator.search.analyser import fold, in_utf16_order
from generator.search.languages import language
from generator.search.stemmer import stem

HERE = Path(__file__).parent / "search"
Documents = Sequence[tuple[str, dict[str, str]]]
Node = Callable[..., str]
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def lunr_js(checkout: Path) -> Path:
    """lunr.js, which setting up the project puts into assets/lib/. Search cannot be tested without it."""
    path = checkout / "assets" / "lib" / "lunr.js"
    if not path.is_file():
        pytest.fail("assets/lib/lunr.js is missing: set the project up first (make setup, or pip install -e .)")
    return path


@pytest.fixture(scope="session")
def ask(node: Node, lunr_js: Path, checkout: Path) -> Ask:
    """A function that runs a script of tests/search/ with JSON values as its input and returns its JSON."""

    def run(script: str, **values: Any) -> Any:
        given = json.dumps(values, ensure_ascii=True)
        return json.loads(node(HERE / script, lunr_js, checkout / "assets" / "search.js", stdin=given))

    return run


def terms(text: str) -> Counter[str]:
    return Counter(dict(analyse({"text": text}).fields[FIELDS.index("text")].items()))


# Words


def cases() -> list[tuple[str, list[str]]]:
    lines = (HERE / "words.txt").read_text("utf-8").split("\n")
    split = (line.split(" => ") for line in lines if line and not line.startswith("#"))
    return [(text, found.split()) for text, found in split]


@pytest.mark.parametrize(("text", "expected"), cases())
def test_words_have_the_terms_listed(text: str, expected: list[str]) -> None:
    assert terms(text) == Counter(expected)


def test_lunr_finds_the_listed_terms_in_the_same_words(ask: Ask) -> None:
    listed = cases()
    found = ask("terms.cjs", texts=[text for text, _ in listed])["texts"]
    assert [[term for term in one if term] for one in found] == [expected for _, expected in listed]


def test_stop_words_are_lunrs(ask: Ask) -> None:
    stop_words = language("en").stop_words
    assert len(stop_words) > 100
    assert ask("terms.cjs", texts=[" ".join(sorted(stop_words))])["texts"] == [[]]


ENDINGS = """s es ies sses ss ed eed ing ated bled izing y ey ational tional enci anci izer bli abli alli entli eli ousli
    ization ation ator alism iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al
    ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ll""".split()


def made_up_words() -> list[str]:
    """Beginnings of a few letters, rich in y, e and doubles, with every ending, and two endings together."""
    chance = random.Random(1831)
    words = {""}
    for _ in range(40_000):
        letters = chance.choice(("aeiouy", "abeilstyz", "ydeis", "lyse7'é", "bcdfghjklmnpqrstvwxz"))
        start = "".join(chance.choices(letters, k=chance.randint(0, 6)))
        words.add(start + chance.choice(ENDINGS))
        words.add(start + chance.choice(ENDINGS) + chance.choice(ENDINGS))
        words.add("".join(chance.choices("yaebst", k=chance.randint(1, 7))))
    return sorted(words)


def test_stems_are_lunrs(ask: Ask) -> None:
    words = made_up_words()
    stems = ask("terms.cjs", words=words)["words"]
    assert [(w, stem(w), theirs) for w, theirs in zip(words, stems, strict=True) if stem(w) != theirs] == []
    assert len(set(stems)) > 20_000


def odd_tokens() -> list[str]:
    """Words and signs put together at random: what stands in real transcripts, and worse."""
    chance = random.Random(387)
    parts = [
        *"aéßœIİıſΣσςжA9_'’\"“”.,;:()[]*~^+-–—…½ﬁ\u00a0\u2009\u00ad\ufeff\u0301\u0085\x1c\x00",
        "nation",
        "ing",
        "'s",
    ]
    parts += ["’S", "𝒜", "😀", "\ue000", "ed", "The ", "the", " ", "\n", "constructor", "__proto__"]
    return ["".join(chance.choices(parts, k=chance.randint(1, 9))) for _ in range(20_000)]


def assert_terms_are_lunrs(ask: Ask, texts: Sequence[str]) -> int:
    """Compare the terms and the field's length of each text; return how many terms were compared."""
    found = ask("terms.cjs", texts=texts)["texts"]
    different = []
    for text, theirs in zip(texts, found, strict=True):
        ours = analyse({"text": text}).fields[1]
        if Counter(dict(ours.items())) != Counter(t for t in theirs if t) or ours.length != len(theirs):
            different.append((text, ours, theirs))
    assert different[:5] == []
    return sum(map(len, found))


def test_terms_of_odd_tokens_are_lunrs(ask: Ask) -> None:
    assert assert_terms_are_lunrs(ask, odd_tokens()) > 20_000


def test_fold_is_the_same_on_both_sides(ask: Ask) -> None:
    # Not in a word each, as the possessive has a test of its own; surrogates cannot be handed to Node one by one.
    characters = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    folded = ask("terms.cjs", folds=characters)["folds"]
    assert [(c, fold(c), f) for c, f in zip(characters, folded, strict=True) if fold(c) != f] == []
    assert sum(map(str.__ne__, characters, folded)) > 1_000


@given(st.text())
def test_fold_leaves_nothing_that_python_and_javascript_split_differently(text: str) -> None:
    folded = fold(text)
    assert re.findall(r"[\x00-\x08\x0e-\x1f\x7f-\xa0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]", folded) == []
    assert fold(folded) == folded or "'" in folded


@given(st.text(), st.text(alphabet="aé’'–- the ing\n", max_size=60))
def test_terms_of_any_text(first: str, second: str) -> None:
    document = analyse({"title": first, "notes": second})
    for field in document.fields:
        found = field.split()
        assert found == in_utf16_order(set(found))
        assert len(found) == len(field.frequencies)
        assert sum(field.frequencies) <= field.length
        assert not set(found) & {"", "the"}
    assert document.fields[1] == FieldTerms()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(document), type=DocumentTerms) == document


def test_accents_may_be_composed_or_not() -> None:
    for text in ("Déjà vu à Köln", "Ångström"):
        assert terms(unicodedata.normalize("NFD", text)) == terms(unicodedata.normalize("NFC", text))


# The index


def own_documents() -> list[tuple[str, dict[str, str]]]:
    """Documents made of words of our own: rare and common ones, empty fields, repeated words, odd signs."""
    chance = random.Random(1953)
    syllables = "ba cor den el fur gan hil is jo ket lam mor nis op par quen ros sel tur ul ven wix yar zo".split()
    endings = ["", "", "ing", "ed", "ation", "s", "ly", "ment", "’s", "ness"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 3))) + chance.choice(endings) for _ in range(1500)]
    words += ["the", "of", "Köln", "don’t", "10–753", "“cited”", "—", "constructor", "__proto__", "_index", "a𝒜\ue000a"]
    words += ["x\ue000x", "x𝒜x", "U.S.S.R.", "***"]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    chance.shuffle(words)

    def text(longest: int) -> str:
        return " ".join(chance.choices(words, weights, k=chance.randint(0, longest)))

    made = [(str(n), {"title": text(12), "text": text(300), "notes": text(60)}) for n in range(150)]
    made += [
        ("150", {}),
        ("151", {"text": "— *** —"}),
        ("152", {"notes": "repeated " * 40}),
        ("153", {"text": "the of"}),
    ]
    return made


def queries(documents: Documents, count: int) -> list[str]:
    """Queries of every syntax, from the documents' own words: one word to four, and each sign of lunr's."""
    chance = random.Random(count)
    words = sorted({word for _, fields in documents for text in fields.values() for word in fold(text).lower().split()})
    words = [word for word in words if word.isalnum() and len(word) > 2]

    def word() -> str:
        return chance.choice(words)

    forms: list[Callable[[], str]] = [
        word,
        lambda: f"{word()} {word()}",
        lambda: f"{word()} {word()} {word()} {word()}",
        lambda: f"+{word()} {word()}",
        lambda: f"+{word()} +{word()[:2]}*",
        lambda: f"{word()} -{word()}",
        lambda: f"-{word()}",
        lambda: f"-{word()} -{word()}",
        lambda: f"{chance.choice(FIELDS)}:{word()}",
        lambda: f"+{chance.choice(FIELDS)}:{word()} {word()}",
        lambda: f"-{chance.choice(FIELDS)}:{word()} {word()}",
        lambda: f"{word()}^10 {word()}",
        lambda: f"{word()}~1",
        lambda: f"{word()}~2 {word()}^3",
        lambda: f"{word()[:3]}*",
        lambda: f"*{word()[-3:]}",
        lambda: f"{word()[:2]}*{word()[-1]}",
        lambda: f"{chance.choice(FIELDS)}:{word()[:2]}* +{word()}~1^4",
        lambda: f"{word()}-{word()} {word().upper()}",
        lambda: f"{word()} {word()} {word()} {word()}".replace(" ", chance.choice(("  ", "\t", " ")), 1),
    ]
    made = [form() for _ in range(count // len(forms)) for form in forms]
    refused = ["place:here", "word~x", "word^x", "+", "-", "+ +", "title:", "~1", "^3", "word~1~1 word^2^3"]
    return (
        made + refused + ["", "*", "the", "+the", "zzzzzz", "+zzzzzz word", "\\", "wo\\rd", "__proto__", "constructor"]
    )


def assert_index_is_lunrs(ask: Ask, documents: Documents, parameters: Parameters, count: int) -> dict[str, int]:
    """Compare everything of the two indexes and the answers to at least ``count`` queries; return what was compared."""
    asked = queries(documents, count)
    answer = ask(
        "compare.cjs",
        fields=FIELDS,
        boosts=parameters.boosts,
        b=parameters.b,
        k1=parameters.k1,
        documents=documents,
        index=json.loads(build_index([(ref, analyse(fields)) for ref, fields in documents], parameters)),
        queries=asked,
    )
    assert answer.pop("differences") == []
    assert len(asked) >= count
    counted: dict[str, int] = answer
    return counted


@pytest.mark.parametrize("parameters", [Parameters(), Parameters(k1=2.0, b=0.3, boosts=(1.0, 1.0, 7.0))])
def test_index_is_what_lunr_builds(ask: Ask, parameters: Parameters) -> None:
    compared = assert_index_is_lunrs(ask, own_documents(), parameters, 500)
    assert compared["terms"] > 700
    assert compared["weights"] > 10_000
    assert compared["answered"] > 350
    assert compared["refused"] >= 6


@pytest.mark.parametrize("documents", [[], [("0", {})], [("0", {"title": "one"})], [("0", {"text": "* * *"})]])
def test_smallest_indexes_are_what_lunr_builds(ask: Ask, documents: Documents) -> None:
    texts = [("0", {"text": "word other"})]
    asked = queries(texts, 20)
    index = json.loads(build_index([(ref, analyse(fields)) for ref, fields in documents]))
    given = {"fields": FIELDS, "boosts": Parameters().boosts, "b": 0.75, "k1": 1.2}
    assert ask("compare.cjs", **given, documents=documents, index=index, queries=asked)["differences"] == []


def test_index_is_the_same_bytes_whatever_order_a_set_has(checkout: Path) -> None:
    # Another process has another seed for the hashes of strings.
    program = (
        "import sys; sys.path.insert(0, 'tests'); import test_search as t, hashlib;"
        "index = t.build_index([(r, t.analyse(f)) for r, f in t.own_documents()]);"
        "print(hashlib.sha256(index).hexdigest())"
    )
    digests = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=checkout,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_references_may_hold_any_sign() -> None:
    index = json.loads(build_index([('v/d"1"\\é', analyse({"title": "one"}))]))
    assert index["fieldVectors"][0][0] == 'title/v/d"1"\\é'
    assert index["invertedIndex"][0][1]["title"] == {'v/d"1"\\é': {}}


def test_script_hands_over_the_same_data(node: Node) -> None:
    documents = own_documents()[:20]
    data = build_index([(ref, analyse(fields)) for ref, fields in documents])
    assert json.loads(node(HERE / "script.cjs", stdin=as_script("lunr-index", data).decode())) == [
        "lunr-index",
        json.loads(data),
    ]
    assert as_script("documents", b'[{"t":"\xe2\x80\xa8</script>"}]\n') == (
        b'editionSearch("documents",[{"t":"\xe2\x80\xa8</script>"}]);\n'
    )


# Real volumes, where they are


def volume_texts(shared: Path, names: Sequence[str]) -> list[str]:
    folder = shared / "corpus" / "volumes"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    texts = []
    for name in names:
        source = (folder / name).read_text("utf-8")
        for div in re.split(r'<div[^>]*type="document"', source)[1:]:
            texts.append(re.sub(r"<[^>]*>", " ", re.sub(r"^[^>]*>", "", div)))
    return texts


def test_terms_of_real_volumes_are_lunrs(ask: Ask, shared: Path) -> None:
    folder = shared / "corpus" / "volumes"
    names = sorted(path.name for path in folder.glob("*.xml"))
    words = sorted({word for text in volume_texts(shared, names) for word in text.split()})
    assert len(words) > 100_000
    assert assert_terms_are_lunrs(ask, words) > 100_000


def test_index_of_real_documents_is_what_lunr_builds(ask: Ask, shared: Path) -> None:
    texts = volume_texts(shared, ["frus1952-54v01p1.xml"])[:250]
    documents = [
        (str(number), {"title": text.strip()[:80], "text": text, "notes": text[-300:]})
        for number, text in enumerate(texts)
    ]
    compared = assert_index_is_lunrs(ask, documents, Parameters(), 320)
    assert compared["weights"] > 50_000
    assert compared["answered"] > 250


# The search page's own functions

SMALL = [
    ("0", {"title": "Telegram from Djakarta", "text": "The examination of the strategic nature of the trade."}),
    ("1", {"title": "Memorandum", "text": "The Secretary’s examination: 12:30, at Köln.", "notes": "Not printed."}),
    ("2", {"title": "Letter", "text": "Policies of the U.S.S.R. and East–West trade in 1953–1954."}),
]


@pytest.fixture(scope="session")
def page(ask: Ask) -> Ask:
    """A function that calls a function of the search page, with the index over SMALL."""
    index = json.loads(build_index([(ref, analyse(fields)) for ref, fields in SMALL]))

    def call(name: str, *arguments: Any) -> Any:
        return ask("page.cjs", index=index, calls=[[name, *arguments]])[0]

    return call


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("telegram", "0"),
        ("TELEGRAMS", "0"),
        ("secretary", "1"),
        ("Secretary's,", "1"),
        ("“Secretary’s”", "1"),
        ('"strategic nature"', "0"),
        ("(Köln)", "1"),
        ("koln", "1"),
        ("KO\u0308LN", "1"),
        ("East—West", "2"),
        ("u.s.s.r.", "2"),
        ("+examination +Köln", "1"),
        ("+the +examination", "0 1"),
        ("+the", ""),
        ("+“the” telegram", "0"),
        ("-the telegram", "0"),
        ("+— telegram", "0"),
        ("examination -köln", "0"),
        ("telegram - memorandum", "0 1"),
        ("trade--memorandum", "0 1 2"),
        ("-examination", "2"),
        ("exam*", "0 1"),
        ("examinations*", "0 1"),
        ("policy*", "2"),
        ("*", ""),
        ("t*", ""),
        ("telegrom~1", "0"),
        ("telegrom~99", "0"),
        ("title:memorandum", "1"),
        ("notes:printed", "1"),
        ("12:30", "1"),
        ("Subject: telegram", "0"),
        ("telegram ~", "0"),
        ("telegram ^^ +", "0"),
        ("\\", ""),
        ("+", ""),
        ("", ""),
        ("“ ”", ""),
        ("__proto__:telegram", ""),
        ("title: telegram", "0"),
        ("--telegram", "0"),
    ],
)
def test_query_finds(page: Ask, query: str, refs: str) -> None:
    assert sorted(page("search", query)["refs"]) == refs.split()


def test_query_that_is_none_is_taken_as_plain_words(page: Ask) -> None:
    assert page("search", "Subject: telegram")["plain"] is True
    assert page("search", "title:telegram")["plain"] is False


def test_query_of_stop_words_asks_for_nothing(page: Ask) -> None:
    assert page("search", "the of +and")["asked"] == 0
    assert page("search", "the trade")["asked"] == 1


def test_no_query_makes_the_page_fail(ask: Ask) -> None:
    chance = random.Random(2)
    parts = [
        *"+-~^:*\\ \"'.12aé–",
        "trade",
        "trade ",
        "title:",
        "the",
        "exam",
        " telegram",
        " policy ",
        "köln",
        "\ud83d\ude00",
    ]
    asked = ["".join(chance.choices(parts, k=chance.randint(1, 8))) for _ in range(3_000)]
    index = json.loads(build_index([(ref, analyse(fields)) for ref, fields in SMALL]))
    answers = ask("page.cjs", index=index, calls=[["search", query] for query in asked])
    assert len(answers) == len(asked)
    assert sum(bool(answer["refs"]) for answer in answers) > 500
    assert sum(answer["plain"] for answer in answers) > 500


def test_half_typed_word_becomes_a_prefix(page: Ask) -> None:
    assert page("asPrefix", "trade exa", 0) == "trade exa*"
    assert page("asPrefix", "Examinati", 0) == ""
    assert page("asPrefix", "Examinati", 5) == "examin*"
    assert page("asPrefix", "zzzzzz", 5) == ""
    assert page("asPrefix", "exa*", 5) == ""


def shown(pieces: list[dict[str, Any]]) -> str:
    return "".join(f"[{piece['text']}]" if piece["mark"] else piece["text"] for piece in pieces)


def test_words_found_are_marked_as_they_stand(page: Ask) -> None:
    text = "He said: “Köln’s trade”—the (trading) of East–West trade."
    assert shown(page("marked", text, ["koln", "trade"])) == (
        "He said: “[Köln’s] [trade]”—the ([trading]) of East–West [trade]."
    )
    assert shown(page("marked", "No. 10–753", ["753"])) == "No. 10–[753]"


def test_passage_is_the_one_with_most_of_the_words(page: Ask) -> None:
    text = "trade " + "x " * 400 + "here the examination of their trade begins " + "y " * 400
    passage = shown(page("passage", text, ["trade", "examin"]))
    assert "here the [examination] of their [trade] begins y" in passage
    assert passage.startswith("… x") and passage.endswith("y …")
    assert len(passage) < 360
    assert shown(page("passage", "A trade.", ["trade", "examin"])) == "A [trade]."
    assert page("passage", "nothing here", ["trade"]) is None
    twice = "The first trade " + "x " * 400 + "the second trade."
    assert shown(page("passage", twice, ["trade"])).startswith("The first [trade] x")
