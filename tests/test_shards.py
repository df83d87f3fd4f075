"""The index in files: against lunr.js on the whole, after any edits against one made anew, and what it fetches."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_search import own_documents, queries

from generator import digest
from generator.document import Document, Metadata, Node, Note, plain_text
from generator.search import FIELDS, Parameters, groups, layouts, lists, shards, variant_table
from generator.search.analyser import DocumentPositions, DocumentTerms, fold, take_apart
from generator.search.digits import ENCODED, NUMBER, SEPARATOR, decode
from generator.search.languages import language
from generator.search.layouts import order_key, term_of
from generator.search.numbering import codes, slots
from generator.search.partition import cuts
from generator.search.passages import fields_of
from generator.search.shards import (
    Contents,
    Entry,
    Settings,
    State,
    Update,
    Volumes,
    decode_state,
    encode_state,
    numbers,
    update,
)
from generator.search.variants import NONE, Given

HERE = Path(__file__).parent / "search"
Texts = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Volume -> id -> field -> text."""
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(node: Callable[..., str], checkout: Path) -> Ask:
    """A function that runs a script of tests/search/ with the search engine and JSON values, and returns its JSON."""
    lunr = checkout / "assets" / "lib" / "lunr.js"
    if not lunr.is_file():
        pytest.fail("assets/lib/lunr.js is missing: set the project up first (make setup, or pip install -e .)")

    def run(script: str, **values: Any) -> Any:
        return json.loads(node(HERE / script, lunr, checkout / "assets/search-engine.js", stdin=json.dumps(values)))

    return run


class Site:
    """An index: the state, the files (in a folder too, if one is given), and the terms that were made for it."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.state: State | None = None
        self.files: dict[str, bytes] = {}
        self.loaded: dict[bytes, tuple[DocumentTerms, DocumentPositions]] = {}

    def update(self, texts: Texts, how: Settings = Settings(), variants: Given = NONE) -> Update:  # noqa: B008
        """Bring the index to ``texts``, as the build does it: write, then remove; return what was done."""
        done = update(
            self.state,
            self.volumes(texts, how.language),
            lambda key: self.loaded[key][0],
            lambda key: self.loaded[key][1],
            self.files.get,
            how,
            variants,
        )
        self.files.update(done.write)
        for path in done.remove:
            del self.files[path]
        assert sorted(self.files) == sorted(done.files)
        if self.folder:
            for path, content in done.write.items():
                (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / path).write_bytes(content)
        self.state = decode_state(encode_state(done.state))
        assert self.state == done.state
        return done

    def volumes(self, texts: Texts, tag: str) -> Volumes:
        return {
            volume: contents({id: self._entry(volume, id, one, tag) for id, one in ids.items()})
            for volume, ids in texts.items()
        }

    def _entry(self, volume: str, id: str, fields: Mapping[str, str], tag: str) -> Entry:
        key = json.dumps(fields).encode()
        if key not in self.loaded:
            self.loaded[key] = taken_apart(key, tag)
        shown = json.dumps({"u": f"{volume}/{id}/", "t": fields.get("title", "")}).encode()
        return Entry(key, shown, facets_of(id, fields))


def facets_of(id: str, fields: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Made-up values: a date or none, a day or a longer time; a kind or none; several persons."""
    words = fields.get("text", "").split()
    day = f"19{50 + len(id) % 4}-0{1 + len(words) % 3}-1{len(words) % 10}"
    dates = () if len(words) % 5 == 0 else (f"{day}/1955-12-31",) if len(words) % 5 == 1 else (day,)
    kind = (words[0][:2],) if words and len(words[0]) > 4 else ()
    return dates, kind, (), tuple(dict.fromkeys(word[:3] for word in words[:8]))


def contents(entries: Mapping[str, Entry]) -> Contents:
    return Contents(digest.of(list(entries.items())), lambda: entries)


@cache
def taken_apart(fields: bytes, tag: str) -> tuple[DocumentTerms, DocumentPositions]:
    return take_apart(json.loads(fields), tag)


def as_volumes(documents: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, dict[str, Mapping[str, str]]]:
    """Spread documents over volumes, with ids of every kind."""
    volumes: dict[str, dict[str, Mapping[str, str]]] = {"w3": {}, "w1": {}, "w20": {}}
    for number, (_, fields) in enumerate(documents):
        volume = ("w3", "w1", "w1", "w20")[number % 4]
        id = f"d{number}" if number % 7 else ("preface", f"d{number}a", "letter-to-a-friend", f"d0{number}")[number % 4]
        volumes[volume][id if id not in volumes[volume] else f"{id}-{number}"] = fields
    return volumes


# Against lunr.js


def assert_answers_are_lunrs(
    ask: Ask,
    folder: Path,
    texts: Texts,
    asked: Sequence[str],
    parameters: Parameters = Parameters(),  # noqa: B008
    tag: str = "en",
) -> dict[str, int]:
    """Compare the answers to ``asked`` on an index in files with lunr.js's own; return what was counted."""
    site = Site(folder)
    done = site.update(texts, Settings(parameters, language=tag))
    refs = numbers(done.state)
    documents = sorted(
        ((refs[volume, id], fields) for volume, ids in texts.items() for id, fields in ids.items()),
        key=lambda one: one[0],
    )
    answer = ask(
        "shards.cjs",
        folder=str(folder),
        language=language(tag).in_root(),
        fields=FIELDS,
        boosts=parameters.boosts,
        b=parameters.b,
        k1=parameters.k1,
        documents=[(str(ref), fields) for ref, fields in documents],
        queries=asked,
    )
    assert answer.pop("differences") == []
    counted: dict[str, int] = answer
    return counted


MORE = [
    "word~0",
    "ba*~1",
    "*",
    "**",
    "b*",
    "ba**",
    "*a*",
    "b*r*n",
    "+the word",
    "-the",
    "-*",
    "+ba* -bacor",
    "title:zzz -text:zzz",
    "—",
    "don’t",
    "10–753",
    "“cited”",
    "a𝒜\ue000a",
    "x*x",
    "x~1",
    "𝒜*",
    "U.S.S.R.",
    "place: here",
]
"""Queries beside those of test_search that are read in ways of their own."""


@pytest.mark.parametrize("parameters", [Parameters(), Parameters(k1=2.0, b=0.3, boosts=(1.0, 1.5, 7.0))])
def test_answers_are_lunrs(ask: Ask, tmp_path: Path, parameters: Parameters) -> None:
    documents = own_documents()
    asked = [*queries(documents, 1000), *MORE]
    counted = assert_answers_are_lunrs(ask, tmp_path, as_volumes(documents), asked, parameters)
    assert counted["answered"] > 750
    assert counted["results"] > 50_000
    assert counted["refused"] >= 6
    assert counted["tooMany"] == 0


@pytest.mark.parametrize("documents", [[], [("0", {})], [("0", {"title": "one"})], [("0", {"text": "* * *"})]])
def test_smallest_indexes_answer_as_lunr(ask: Ask, tmp_path: Path, documents: Any) -> None:
    asked = [*queries([("0", {"text": "word other one"})], 20), *MORE]
    assert_answers_are_lunrs(ask, tmp_path, as_volumes(documents), asked)


def real_texts(shared: Path, names: Sequence[str], count: int) -> dict[str, dict[str, Mapping[str, str]]]:
    """Return documents of real volumes, roughly: their words, without regard to what the marks of TEI mean."""
    folder = shared / "corpus" / "volumes"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    texts: dict[str, dict[str, Mapping[str, str]]] = {}
    for name in names:
        if sum(map(len, texts.values())) >= count:
            break
        volume = texts[name.removesuffix(".xml")] = {}
        for div in re.split(r'<div(?=[^>]*type="document")', (folder / name).read_text("utf-8"))[1:]:
            id = re.search(r'xml:id="([^"]+)"', div)
            if id is None or sum(map(len, texts.values())) >= count:
                continue
            body = re.sub(r"^[^>]*>", "", div)
            notes = re.findall(r"<note\b.*?</note>", body, re.DOTALL)
            head = re.search(r"<head\b.*?</head>", body, re.DOTALL)
            parts = {"title": head[0] if head else "", "text": re.sub(r"<note\b.*?</note>", "", body, flags=re.DOTALL)}
            parts["notes"] = "\n".join(note.replace("\n", " ") for note in notes)
            volume[id[1]] = {field: re.sub(r"<[^>]*>", "", text) for field, text in parts.items()}
    return texts


def real_queries(texts: Texts, count: int) -> list[str]:
    """Return queries from the words of ``texts``, with common and rare ones as they come."""
    return queries([(id, dict(fields)) for ids in texts.values() for id, fields in ids.items()], count)


def test_answers_on_real_documents_are_lunrs(ask: Ask, tmp_path: Path, shared: Path) -> None:
    texts = real_texts(shared, ["frus1952-54v01p1.xml", "frus1955-57v10.xml", "frus1943v06.xml"], 1000)
    counted = assert_answers_are_lunrs(ask, tmp_path, texts, real_queries(texts, 1000))
    assert counted["answered"] > 750
    assert counted["terms"] > 10_000
    assert sum(map(len, texts.values())) == 1000


# What an edit costs, and that it leaves no trace


def small(_: int) -> dict[str, Any]:
    """Tables as ``layouts`` gives them, but in files of a few rows."""
    return {
        "terms": layouts.ByTerm("terms", 600, 150),
        "places": layouts.ByTerm("places", 700, 200),
        "words": layouts.Words(target=200),
        "lengths": layouts.Lengths(target=30),
        **{folder: layouts.Columns(folder, target=100) for folder in layouts.COLUMNS},
        "variants": variant_table.Variants(target=60),
    }


class Editor:
    """Changes an edition at random: words, documents, volumes."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.spare = [fields for _, fields in own_documents()]
        self.texts: dict[str, dict[str, Mapping[str, str]]] = {"w1": {}}
        if seed % 2:
            self.texts = as_volumes(own_documents())

    def edit(self, kinds: str = "word word word add add remove volume drop order none") -> str:
        """Make one change and return its kind."""
        kind = self.chance.choice(kinds.split())
        volume = self.chance.choice(list(self.texts)) if self.texts else ""
        ids = self.texts.get(volume, {})
        id = self.chance.choice(list(ids)) if ids else ""
        if kind == "word" and id:
            words = ids[id].get("text", "").split(" ")
            at = self.chance.randrange(len(words))
            words[at : at + self.chance.randrange(2)] = [self.chance.choice(("Köln", "bacor\nbacor", "trade", ""))]
            ids[id] = {**ids[id], "text": " ".join(words)}
        elif kind == "add" and volume:
            for _ in range(self.chance.choice((1, 1, 12))):
                n = self.chance.randrange(60)
                ids[self.chance.choice((f"d{n}", f"d{n}", f"d{n}a", f"d0{n}", f"letter-{n}"))] = self.chance.choice(
                    self.spare
                )
        elif kind == "remove" and id:
            del ids[id]
        elif kind == "volume":
            self.texts[f"w{self.chance.randrange(30)}"] = {"d1": self.chance.choice(self.spare), "preface": {}}
        elif kind == "drop" and len(self.texts) > 3:
            del self.texts[volume]
        elif kind == "order":
            self.texts = {name: self.texts[name] for name in self.chance.sample(list(self.texts), len(self.texts))}
        return kind


@pytest.fixture
def made_anew(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small files; and a list to which each index made anew adds its number of volumes."""
    calls: list[int] = []
    real = shards._made_anew

    def counted(volumes: Any, *others: Any) -> Update:
        calls.append(len(volumes))
        return real(volumes, *others)

    monkeypatch.setattr(shards, "layouts", small)
    monkeypatch.setattr(lists, "IN_ROOT", 400)
    monkeypatch.setattr(groups, "SLOTS", 8)
    monkeypatch.setattr(groups, "EACH", 2)
    monkeypatch.setattr(shards, "_made_anew", counted)
    return calls


@pytest.mark.parametrize("seed", range(6))
def test_any_edits_leave_the_index_that_is_made_anew(made_anew: list[int], seed: int) -> None:
    editor = Editor(seed)
    site = Site()
    steps = 40
    most = 0
    variants = forms_of(0)
    for step in range(steps):
        kind = editor.edit()
        if editor.chance.random() < 0.3:
            variants = forms_of(editor.chance.randrange(60))
        site.update(editor.texts, variants=variants)
        clean = Site()
        clean.update(editor.texts, variants=variants)
        most = max(most, len(clean.files))
        assert clean.state == site.state, (step, kind)
        assert clean.files == site.files, (step, kind)
        assert site.update(editor.texts, variants=variants).write.keys() == {"root.js"}
    assert most > 100
    assert len(made_anew) - steps < steps / 3


def forms_of(seed: int) -> Given:
    """Other forms of the words of the test's documents, and of others."""
    chance = random.Random(seed)
    words = [*(term for _, fields in own_documents() for term in fields.get("text", "").split()[:3]), "bacor", "trade"]
    pairs = {f"typed{n}": tuple(sorted({chance.choice(words) for _ in range(2)})) for n in range(seed)}
    return Given(digest.of(pairs), lambda: pairs)


def rows_of(files: Mapping[str, bytes], folder: str) -> dict[str, set[str]]:
    """Return the rows of a table by terms, file by file."""
    layout = layouts.ByTerm(folder, 1, 1)
    return {
        path: {repr(row) for row in layout.decode(content[content.index(b",") + 1 : -3])}
        for path, content in files.items()
        if path.startswith(f"{folder}/")
    }


@pytest.mark.parametrize("folder", ["terms", "places"])
def test_an_edit_touches_the_files_of_its_terms(made_anew: list[int], folder: str) -> None:
    editor = Editor(1)
    site = Site()
    site.update(editor.texts)
    before = rows_of(site.files, folder)
    touched = changes = 0
    for _ in range(60):
        kind = editor.edit("word word word remove")
        site.update(editor.texts)
        after = rows_of(site.files, folder)
        gone = set().union(*before.values()) - set().union(*after.values())
        come = set().union(*after.values()) - set().union(*before.values())
        old = [rows for path, rows in before.items() if path not in after]
        new = [rows for path, rows in after.items() if path not in before]
        # A file without a changed row is written only where rows moved from or to a file with one.
        for rows in new:
            near = [one for one in old if one & rows]
            assert (
                rows & come
                or any(one & gone for one in near)
                or any(one & other and other & come for one in near for other in new)
            ), kind
        touched += len(new)
        changes += len(come)
        before = after
    assert len(made_anew) == 1
    assert len(before) > 60
    assert 0 < touched < 1.2 * changes


def test_a_document_more_moves_few_others() -> None:
    ids = [f"letter-{number}" for number in range(200)] + [f"d{number}" for number in range(1, 300)]
    moved = []
    for count in range(2, len(ids)):
        before, after = slots(ids[:count]), slots(ids[: count + 1])
        both = {**before.numbered, **before.others}
        moved.append(sum({**after.numbered, **after.others}[id] != slot for id, slot in both.items()))
        assert len(set(after.others.values())) == len(after.others)
        assert slots(reversed(ids[: count + 1])) == after
    assert max(moved) < 20
    assert sum(moved) / len(moved) < 2
    assert slots(["d007", "d7", "d0", "preface", "12", "d12345"]).numbered == {"d7": 7, "12": 12}


def test_blocks_have_codes_of_their_own() -> None:
    names = [f"w{number}" for number in range(1200)]
    assert len(set(codes(names).values())) == len(names)
    assert codes(reversed(names)) == codes(names)


@pytest.mark.parametrize("damage", [lambda content: content.replace(b"b", b"c"), lambda content: b""])
def test_a_damaged_index_is_made_anew(damage: Callable[[bytes], bytes]) -> None:
    texts = as_volumes(own_documents())
    site = Site()
    site.update(texts)
    texts["w1"]["d1"] = {"text": "trade"}
    site.files = {path: damage(content) for path, content in site.files.items()}
    site.update(texts)
    clean = Site()
    clean.update(texts)
    assert clean.files == site.files


def test_other_settings_make_another_index() -> None:
    texts = as_volumes(own_documents())
    site = Site()
    site.update(texts)
    how = Settings(Parameters(boosts=(1.0, 1.0, 1.0)), places=False)
    site.update(texts, how)
    clean = Site()
    clean.update(texts, how)
    assert clean.files == site.files
    assert not any(path.startswith("places/") for path in clean.files)


def test_a_state_of_another_form_is_none() -> None:
    assert decode_state(b"") is None
    assert decode_state(b"\x81\xa1a\x01") is None


# The pieces


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 1 << 30)), unique_by=lambda one: one[1]), st.integers(1, 30)
)
def test_cuts_are_those_of_cutting_again_and_again(entries: list[tuple[int, int]], target: int) -> None:
    def cut(low: int, high: int) -> list[int]:
        if sum(size for size, _ in entries[low:high]) <= target or high - low < 2:
            return []
        at = max(range(low + 1, high), key=lambda index: entries[index][1])
        return [*cut(low, at), at, *cut(at, high)]

    priorities = [number.to_bytes(4, "big") for _, number in entries]
    assert cuts([size for size, _ in entries], priorities, target) == cut(0, len(entries))


@given(st.lists(st.integers(0, 1 << 40)))
def test_numbers_are_read_as_written(listed: list[int]) -> None:
    written = [ENCODED[number] for number in listed]
    text = "".join(written)
    assert decode(text) == listed
    assert NUMBER.findall(text) == written
    assert not set(text) & set(f'"\\<{SEPARATOR}') and text.isascii() and text.isprintable()


def test_the_browser_reads_the_same_numbers(ask: Ask, tmp_path: Path) -> None:
    listed = [*range(3000), *(3**n for n in range(30)), *(2**n - 1 for n in range(50))]
    text = "".join(ENCODED[number] for number in listed)
    assert ask("engine.cjs", folder=str(tmp_path), calls=[["numbers", text]])[0]["answer"] == listed


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_terms_are_sorted_as_in_the_browser(terms: list[str]) -> None:
    assert sorted(terms, key=order_key) == sorted(terms, key=lambda term: term.encode("utf-16-be"))
    assert [term_of(order_key(term)) for term in terms] == terms


# Phrases


@cache
def term_of_token(token: str) -> str | None:
    return take_apart({"text": token})[0].fields[1].terms or None


def holds(fields: Mapping[str, str], phrase: str, names: Sequence[str]) -> bool:
    """Whether the words of ``phrase`` stand in a field as they stand there; any word for a very common one."""

    def read(text: str) -> list[str | None]:
        return [term_of_token(token) for token in fold(text).lower().replace("-", " ").split()]

    wanted = read(phrase)
    while wanted and wanted[0] is None:
        wanted.pop(0)
    while wanted and wanted[-1] is None:
        wanted.pop()
    for name in names:
        for line in fields.get(name, "").split("\n"):
            words = read(line)
            for at in range(len(words) - len(wanted) + 1):
                if all(term is None or words[at + i] == term for i, term in enumerate(wanted)):
                    return True
    return False


def test_phrases_are_found_where_they_stand(ask: Ask, tmp_path: Path) -> None:
    chance = random.Random(6)
    words = "trade trades the of examination nature strategic Köln East–West don’t 10–753 *** U.S. memorandum".split()
    texts: dict[str, dict[str, dict[str, str]]] = {"w1": {}, "w2": {}}
    for number in range(120):
        made = {name: " ".join(chance.choices(words, k=chance.randrange(90))) for name in FIELDS}
        made["text"] = "\n".join(made["text"][i : i + 200] for i in range(0, len(made["text"]), 200))
        texts[chance.choice(("w1", "w2"))][chance.choice((f"d{number}", f"letter-{number}"))] = made
    done = Site(tmp_path).update(texts)
    refs = numbers(done.state)
    asked: list[tuple[str, str, Sequence[str], bool]] = []
    for _ in range(150):
        phrase = " ".join(chance.choices(words, k=chance.randint(2, 4)))
        if len(take_apart({"text": phrase})[0].fields[1].terms.split()) < 1:
            continue
        field = chance.choice(("", "", *FIELDS))
        forbidden = chance.random() < 0.2
        sign = "-" if forbidden else chance.choice(("", "+"))
        quoted = chance.choice(('"{}"', "“{}”")).format(phrase)
        asked.append((f"{sign}{field}{':' if field else ''}{quoted}", phrase, [field] if field else FIELDS, forbidden))
    answers = ask("engine.cjs", folder=str(tmp_path), calls=[["search", query] for query, *_ in asked])
    found = 0
    for (query, phrase, names, forbidden), answer in zip(asked, answers, strict=True):
        expected = {
            refs[volume, id]
            for volume, ids in texts.items()
            for id, fields in ids.items()
            if holds(fields, phrase, names) != forbidden
        }
        assert set(answer["answer"]["refs"]) == expected, query
        found += bool(expected)
    assert found > 60


def node(kind: Any, *children: Node | str) -> Node:
    made = [Node("text", text=one) if isinstance(one, str) else one for one in children]
    return Node(kind, tuple(made))


def test_page_marks_and_notes_break_no_phrase() -> None:
    body = (
        node(
            "paragraph", "of a strategic ", node("page_break"), "na", node("page_break"), "ture", node("note_ref"), "."
        ),
        node(
            "list", node("item", node("paragraph", "First\nline", node("line_break"), "here")), node("item", "Second")
        ),
        node(
            "paragraph",
            node("emphasis", "said"),
            " so",
            node("table", node("row", node("cell", "a"), node("cell", "b"))),
        ),
    )
    notes = (Note("d1fn1", "1", body[:1]), Note("d1fn2", "2", (node("paragraph", "Not printed."),)))
    document = Document("w1", "d1", (node("emphasis", "Letter"),), body, Metadata(printed_number="1."), notes=notes)
    fields = fields_of(document)
    assert fields == {
        "title": "1.\nLetter",
        "text": "of a strategic nature.\nFirst line here\nSecond\nsaid so\na\nb",
        "notes": "of a strategic nature.\nNot printed.",
    }
    assert fields["text"].split() == plain_text(body).split()


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ('"examination of strategic"', "d1"),
        ('"examination the strategic"', "d1"),
        ('"examination strategic"', ""),
        ('"strategic trade" memorandum', "d1"),
        ('-"strategic trade"', "d2 d3"),
        ('memorandum -"strategic trade"', "d2"),
        ('"trade strategic"', "d2"),
        ('"printed not"', "d3"),  # not: a stop word, and nothing is left but one word
        ('notes:"printed text"', "d3"),
        ('"the of"', ""),
        ('"memorandum"', "d1 d2"),
        ('-"memorandum"', "d3"),
        ('"memorandum trade', "d1 d2"),
        ('title:"memorandum strategic"', ""),
        ('place:"strategic trade"', "d1"),
    ],
)
def test_phrase_query(ask: Ask, tmp_path: Path, query: str, ids: str) -> None:
    texts = {
        "d1": {"title": "Memorandum", "text": "The examination of strategic trade."},
        "d2": {"title": "Memorandum", "text": "On trade.\nStrategic examination\ntrade strategic"},
        "d3": {"title": "Letter", "text": "Rice.", "notes": "Not printed.\nNot the printed text."},
    }
    refs = numbers(Site(tmp_path).update({"w1": texts}).state)
    answer = ask("engine.cjs", folder=str(tmp_path), calls=[["search", query]])[0]["answer"]
    assert sorted(id for (_, id), ref in refs.items() if ref in answer["refs"]) == ids.split()


# What the browser fetches


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Update]:
    """A folder with the index over as_volumes(own_documents())."""
    folder = tmp_path_factory.mktemp("index")
    return folder, Site(folder).update(as_volumes(own_documents()))


def test_a_query_takes_two_rounds(ask: Ask, published: tuple[Path, Update]) -> None:
    for query, rounds in (
        ("barix", 2),
        ("barix köln -den*", 2),
        ('"köln bacor"', 2),
        ("bacor~1", 3),
        ("b*r", 3),
        ("*ix", 3),
    ):
        cold, warm = ask("engine.cjs", folder=str(published[0]), calls=[["search", query]] * 2)
        assert cold["rounds"] == rounds, query
        assert len(cold["files"]) == len(set(cold["files"])) < len(published[1].files) / 2
        assert warm["rounds"] == 0
        assert warm["answer"] == cold["answer"]


def test_records_and_values_of_documents(ask: Ask, published: tuple[Path, Update]) -> None:
    refs = numbers(published[1].state)
    listed = sorted(refs.items(), key=lambda one: one[1])[::5]
    asked = [ref for _, ref in listed]
    calls: list[list[object]] = [["documents", asked], ["documents", [asked[0], 10**6]]]
    columns = ["volume", "date", "kind", "classification", "person", "place", "colour"]
    shown, unknown, *values = ask(
        "engine.cjs", folder=str(published[0]), calls=[*calls, *(["values", asked, column] for column in columns)]
    )
    assert [one["u"] for one in shown["answer"]] == [f"{volume}/{id}/" for (volume, id), _ in listed]
    assert unknown["answer"][1] is None
    texts = as_volumes(own_documents())
    facets = [facets_of(id, texts[volume][id]) for (volume, id), _ in listed]
    expected = [[[volume] for (volume, _), _ in listed], *([list(one[at]) for one in facets] for at in range(4))]
    assert [one["answer"] for one in values] == [*expected, *([[]] * len(listed) for _ in range(2))]
    assert len(values[4]["files"]) == 1 and values[2]["files"] == []  # with the dates, one read before


def test_results_are_narrowed_counted_and_sorted(ask: Ask, published: tuple[Path, Update]) -> None:
    texts = as_volumes(own_documents())
    refs = numbers(published[1].state)
    facets = {ref: (volume, *facets_of(id, texts[volume][id])) for (volume, id), ref in refs.items()}
    by = {"volume": ["w1", "w20"], "date": ["1951-02-01", "1954-01-01"]}
    people = ["ba", "bac", "lam", "par", "the"]
    found, narrow, persons, sorted_, volumes, years, months, forgotten = (
        one["answer"]
        for one in ask(
            "engine.cjs",
            folder=str(published[0]),
            calls=[
                ["session.search", "-zzzz"],
                ["session.narrow", 1, by],
                ["session.narrow", 1, {**by, "person": people}],
                ["session.narrow", 1, by, "newest"],
                ["session.counts", 2, "volume"],
                ["session.counts", 2, "year"],
                ["session.counts", 1, "month"],
                ["session.results", 77, 0, 5],
            ],
        )
    )
    every = list(found["refs"].values())
    assert sorted(every) == sorted(facets)

    def fits(ref: int) -> bool:
        return any(one[:10] <= "1954-01-01" and one[-10:] >= "1951-02-01" for one in facets[ref][1])

    near = [ref for ref in every if fits(ref)]
    kept = [ref for ref in near if facets[ref][0] in ("w1", "w20")]
    assert list(narrow["refs"].values()) == kept and narrow["total"] == len(kept) > 20
    assert list(persons["refs"].values()) == [ref for ref in kept if set(people) & set(facets[ref][4])]
    assert persons["total"] > 5
    assert list(sorted_["refs"].values()) == sorted(kept, key=lambda ref: facets[ref][1][0][:10], reverse=True)
    assert dict(volumes["counts"]) == Counter(facets[ref][0] for ref in near)
    assert volumes["counts"] == sorted(volumes["counts"], key=lambda one: (-one[1], one[0]))
    of = [ref for ref in every if facets[ref][0] in ("w1", "w20") and facets[ref][1]]
    assert dict(years["counts"]) == Counter(facets[ref][1][0][:4] for ref in of)
    days = [facets[ref][1][0] for ref in every if facets[ref][1]]
    assert dict(months["counts"]) == Counter(day[:7] for day in days if len(day) == 10)
    assert forgotten == {"results": [], "again": None}


def test_numbers_follow_the_order_of_the_volumes(published: tuple[Path, Update]) -> None:
    refs = numbers(published[1].state)
    assert len(set(refs.values())) == len(refs)
    assert list(dict.fromkeys(volume for (volume, _), _ in sorted(refs.items(), key=lambda one: one[1]))) == ["w3", "w1", "w20"]  # fmt: skip


def test_a_search_during_a_publication_ends_well(ask: Ask, tmp_path: Path, published: tuple[Path, Update]) -> None:
    texts = as_volumes(own_documents()[5:])
    other = tmp_path / "other"
    Site(other).update(texts)
    first, _, second, direct = (
        one["answer"]
        for one in ask(
            "engine.cjs",
            folder=str(published[0]),
            calls=[["search", "köln"], ["publish", str(other)], ["search", "ba*"], ["search", "ba*"]],
        )
    )
    alone = ask("engine.cjs", folder=str(other), calls=[["search", "ba*"]])[0]["answer"]
    assert first["refs"]
    assert second == direct == alone


def test_what_was_found_before_a_publication_is_not_mixed_with_what_came_after(
    ask: Ask, tmp_path: Path, published: tuple[Path, Update]
) -> None:
    """The numbers of documents are others in another index: what was found is asked for again, and that is told."""
    documents = own_documents()
    other = tmp_path / "other"
    Site(other).update({"w9": {"d77": dict(documents[3][1])}, **as_volumes(documents[5:])})
    calls: list[list[object]] = [["session.search", "ba*"], ["session.narrow", 1, {"volume": ["w1"]}]]
    after: list[list[object]] = [
        ["session.results", 2, 0, 8],
        ["session.counts", 1, "kind"],
        ["session.results", 2, 0, 8],
    ]
    _, _, _, results, counts, again = (
        one["answer"]
        for one in ask("engine.cjs", folder=str(published[0]), calls=[*calls, ["publish", str(other)], *after])
    )
    _, _, fresh_results, fresh_counts, _ = (
        one["answer"] for one in ask("engine.cjs", folder=str(other), calls=[*calls, *after])
    )
    assert results["results"] == fresh_results["results"] == again["results"]
    assert len({one["shown"]["u"] for one in results["results"]}) == 8
    assert results["again"]["total"] > 8 and again["again"] is None
    assert counts["counts"] == fresh_counts["counts"] and counts["again"]["id"] == 1


def test_what_is_still_at_hand_of_an_older_index_serves(
    ask: Ask, tmp_path: Path, published: tuple[Path, Update]
) -> None:
    """As long as nothing is missing, a reader goes on with what was found."""
    Site(tmp_path).update(as_volumes(own_documents()[:-20]))
    calls: list[list[object]] = [["session.search", "köln"], ["session.results", 1, 0, 5]]
    _, before, _, after = ask(
        "engine.cjs", folder=str(published[0]), calls=[*calls, ["publish", str(tmp_path)], calls[1]]
    )
    assert before["answer"] == after["answer"] and after["files"] == []


def test_a_place_is_looked_up_during_a_publication(ask: Ask, tmp_path: Path, published: tuple[Path, Update]) -> None:
    """The table of values is at hand, the records that belong to it are gone."""
    documents = own_documents()
    other = tmp_path / "other"
    Site(other).update({"w9": {"d77": dict(documents[3][1])}, **as_volumes(documents[5:])})
    look: list[object] = ["session.find", "kind", "^b", "", 30]
    calls = [["session.find", "kind", "^nothing", "", 5], ["publish", str(other)], look]
    _, _, found = ask("engine.cjs", folder=str(published[0]), calls=calls)
    (fresh,) = ask("engine.cjs", folder=str(other), calls=[look])
    assert len(found["answer"]) == 2 and found["answer"] == fresh["answer"]


def test_a_page_left_open_finds_what_was_published_since(
    ask: Ask, tmp_path: Path, published: tuple[Path, Update]
) -> None:
    Site(tmp_path).update({"w1": {"d1": {"text": "köln"}}})
    query = ["search", "köln"]
    calls = [query, ["publish", str(tmp_path)], query, ["later", 400_000], query, ["later", 0], query]
    first, _, soon, _, looked, _, later = ask("engine.cjs", folder=str(published[0]), calls=calls)
    assert first["answer"] == soon["answer"] == looked["answer"] and looked["files"] == ["root.js"]
    assert later["answer"]["refs"] == [1]


def test_an_index_that_is_not_there_is_said(ask: Ask, tmp_path: Path, published: tuple[Path, Update]) -> None:
    calls = [["search", "köln"], ["publish", str(published[0])], ["search", "köln"]]
    failed, _, found = ask("engine.cjs", folder=str(tmp_path), calls=calls)
    assert failed["answer"] == {"error": "Missing", "message": "root.js"}
    assert found["answer"]["refs"]


def test_a_query_that_would_fetch_everything_is_said(ask: Ask, tmp_path: Path, made_anew: list[int]) -> None:
    Site(tmp_path).update({"w1": {"d1": {"text": " ".join(f"telegram{number}" for number in range(5000))}}})
    many, few = ask("engine.cjs", folder=str(tmp_path), calls=[["search", "telegr*"], ["search", "telegram99*"]])
    assert many["answer"]["tooMany"] is True and many["answer"]["refs"] == []
    assert few["answer"]["tooMany"] is False and few["answer"]["refs"] == [1]
    assert len(made_anew) == 1
