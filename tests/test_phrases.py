"""References found in prose: the phrases, what they name, where they lead, and that the text stays what it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path

import msgspec
import phrases_measure
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import dates, facts, links
from generator.catalog import Catalog, VolumeCatalog
from generator.document import Division, Document, Facts, Metadata, Node, Reference, Volume, plain_text, reference_of
from generator.phrases import Grammar, inline, names, phrase, tag
from generator.phrases.grammar import expand
from generator.readers import Part, markdown, tei
from generator.readers.plaintext import transcribe
from generator.readers.plaintext_writer import to_markdown

CASES = Path(__file__).parent / "phrases"
TABLE = CASES / "table.md"


def document(body: str, id: str = "d50", volume: str = "v", front: str = "") -> Document:
    """A document from Markdown."""
    data = f"---\ntitle: A letter\n{front}---\n\n{body}\n".encode()
    read = markdown.read(Part("markdown", volume, id, f"content/{volume}/{id}.md", data))
    assert read.document is not None, read.diagnostics
    return read.document


def in_notes(*notes: str) -> str:
    """Markdown with these notes, and two more paragraphs, numbered."""
    marks = "".join(f"[^{n}]" for n in range(1, len(notes) + 1))
    given = "".join(f"\n\n[^{n}]: {text}" for n, text in enumerate(notes, 1))
    return f"Text.{marks}{given}"


def found(tagged: Document) -> list[tuple[str, Reference]]:
    """The references of a document in order, those of the notes last, with their words."""
    out: list[tuple[str, Reference]] = []

    def keep(run: inline.Run) -> list[inline.Mark]:
        out.extend((run.text[a:b].strip(), reference_of(node)) for a, b, node in run.links)
        return []

    inline.document(tagged, keep, keep)
    return out


def shown(reference: Reference) -> str:
    return "#".join(filter(None, (reference.volume, reference.document, reference.part, reference.value)))


def cases() -> Iterator[object]:
    for file in sorted(set(CASES.glob("*.md")) - {TABLE}):
        for title, text, expected in read_cases(file):
            yield pytest.param(title, text, expected, id=f"{file.stem}: {title}")


def read_cases(file: Path) -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    """The cases of a file: heading, text, expected lines cut at their arrows."""
    for block in re.split(r"^## ", file.read_text("utf-8"), flags=re.M)[1:]:
        title, _, rest = block.partition("\n")
        lines = rest.strip().splitlines()
        texts = [line for line in lines if line and not line.startswith("- ")]
        yield title, "\n".join(texts), [tuple(line[2:].split(" → ")) for line in lines if line.startswith("- ")]


@pytest.mark.parametrize(("title", "text", "expected"), list(cases()))
def test_case(title: str, text: str, expected: list[tuple[str, str]]) -> None:
    if title.endswith("in text"):
        body = f"{text}\n\n2. Second.\n\n3. Third.\n\n4. Fourth."
    else:
        notes = text.split("\n---\n")
        # Notes that references to notes of the same document lead to.
        body = in_notes(*notes, *(["Drafted by the editor."] * (3 - len(notes))))
    assert [(words, shown(made)) for words, made in found(tag(document(body), Grammar()).document)] == expected


# Where they lead


def edition(*documents: Document, volumes: tuple[Volume, ...] = ()) -> Catalog:
    """A catalog of tagged documents."""
    known = {v.id: v for v in volumes}
    of: dict[str, list[Facts]] = {}
    for one in documents:
        of.setdefault(one.volume, []).append(facts_of(tag(one, Grammar()).document))
    return Catalog(VolumeCatalog(known.get(id, Volume(id, id)), found) for id, found in of.items())


def facts_of(tagged: Document) -> Facts:
    """Facts, with the certainty of references."""
    made = facts.of(tagged, b"")
    exact = [reference for _, reference in found(tagged)]
    return msgspec.structs.replace(
        made,
        references=tuple(
            msgspec.structs.replace(fact, reference=next((r for r in exact if shown(r) == shown(fact.reference)), fact.reference))
            for fact in made.references
        ),
    )  # fmt: skip


def resolved(note: str, *others: Document, volumes: tuple[Volume, ...] = (), front: str = "") -> list[links.Resolution]:
    one = document(in_notes(note), front=front)
    catalog = edition(one, *others, volumes=volumes)
    origin = catalog.volumes["v"].by_id["d50"]
    return [links.resolve(made.reference, origin, catalog) for made in origin.references]


HERE = Volume("v", "A", subseries="1952–1954", number="I, Part 1")
OTHER = Volume("w", "B", subseries="1952–1954", number="IV")


def place(resolution: links.Resolution) -> str:
    return "#".join(filter(None, (resolution.volume, resolution.document, resolution.anchor)))


def test_a_footnote_of_a_document_of_the_edition() -> None:
    (found,) = resolved("See footnote 2, Document 51.", document(in_notes("One.", "Two."), "d51"))
    assert (found.status, place(found), found.certainty) == ("resolved", "v#d51#d51fn2", "certain")


def others(*numbers: int) -> list[Document]:
    """Documents with these numbers."""
    return [document("Text.", f"d{n}") for n in numbers]


def test_a_document_that_a_whole_volume_has_not_is_broken() -> None:
    (found,) = resolved("See Document 99.", *others(*range(1, 50)))
    assert found.status == "broken" and "d99" in found.reason


def test_a_document_that_a_selection_has_not_is_not_in_the_edition() -> None:
    missing, page = resolved("See Document 2 and p. 7.", *others(1, 3, 51))
    assert (missing.status, page.status) == ("not-in-edition", "not-in-edition")
    assert 'has no document "d2"; this edition has a selection' in missing.reason


def test_a_page_whose_mark_is_missing_is_broken() -> None:
    (found,) = resolved("See p. 13.", document("One [Page 12] two [Page 14] three.", "d7"))
    assert found.status == "broken"


def test_neighbours_in_a_selection_are_none() -> None:
    before, after = document("T.", "d40", front="number: '40'\n"), document("T.", "d51", front="number: '51'\n")
    supra, infra = resolved("*Supra* and *infra*.", before, after, front="number: '50'\n")
    assert (supra.status, place(infra)) == ("not-in-edition", "v#d51")


def test_a_reference_to_itself_is_said() -> None:
    (found,) = resolved("See Document 50.")
    assert (found.status, found.reason) == ("resolved", "refers to the document it stands in")


def test_supra_and_infra_are_the_neighbours() -> None:
    neighbours = [document(in_notes("A."), "d49"), document("Text.", "d51")]
    above, below = resolved("See footnote 1, *supra*, and the letter, *infra*.", *neighbours)
    assert (place(above), place(below)) == ("v#d49#d49fn1", "v#d51")


def test_infra_of_the_last_document_is_broken() -> None:
    (found,) = resolved("*Infra.*", *others(*range(1, 50)))
    assert (found.status, found.reason) == ("broken", "there is no document after this one")


def test_another_volume_by_its_number() -> None:
    other = document("One [Page 12] two.", "d3", "w")
    page, doc = resolved("See vol. IV, p. 12, and vol. IV, Document 3.", other, volumes=(HERE, OTHER))
    assert (place(page), place(doc)) == ("w#d3#pg_12", "w#d3")


def test_a_volume_outside_the_edition_is_no_error() -> None:
    (found,) = resolved("See vol. VII, p. 12.", volumes=(HERE,))
    assert (found.status, found.reason) == ("not-in-edition", "vol. VII is not in this edition")


def test_a_volume_of_other_years_is_another() -> None:
    other = document("One [Page 12] two.", "d3", "w")
    wrong, right = resolved(
        "See *Foreign Relations*, 1945, vol. IV, p. 12, and *Foreign Relations*, 1952–1954, vol. IV, p. 12.",
        other,
        volumes=(HERE, OTHER),
    )
    assert (wrong.status, place(right)) == ("not-in-edition", "w#d3#pg_12")


def test_a_forthcoming_volume_is_unpublished() -> None:
    (found,) = resolved("Scheduled for publication in *Foreign Relations*, 1955–1957, vol. IX.", volumes=(HERE,))
    assert found.status == "unpublished"


def test_a_volume_in_parts_is_ambiguous_without_the_part() -> None:
    parts = (HERE, Volume("x", "C", subseries="1952–1954", number="V, Part 1"), Volume("y", "D", subseries="1952–1954", number="V, Part 2"))  # fmt: skip
    (found,) = resolved("See vol. V.", document("T.", "d1", "x"), document("T.", "d1", "y"), volumes=parts)
    assert (found.status, found.candidates) == ("ambiguous", ("x", "y"))


def test_numbers_run_on_through_the_parts_of_a_volume() -> None:
    second = Volume("x", "C", subseries="1952–1954", number="I, Part 2")
    documents = [document("Text.", "d70", "x"), document("One [Page 12] two.", "d51")]
    (there,) = resolved("See Document 70.", *documents, volumes=(HERE, second), front="number: '50'\n")
    assert place(there) == "x#d70"
    numbered = document("Text.", "d51", front="number: '51'\n")
    (elsewhere,) = resolved("See Document 90.", numbered, volumes=(HERE,), front="number: '50'\n")
    assert elsewhere.status == "not-in-edition"


def test_the_document_on_a_page_by_its_title_and_note() -> None:
    paper = msgspec.structs.replace(document(in_notes("One.", "Two.") + "\n\nOne [Page 1014] two.", "d51"), title=(Node("text", text="NSC 152/2"),))  # fmt: skip
    (found,) = resolved("See footnote 2 to NSC 152/2, p. 1014.", paper)
    assert (found.status, place(found), found.certainty) == ("resolved", "v#d51#d51fn2", "certain")


def test_a_page_that_two_documents_share_is_linked_itself() -> None:
    one = document(in_notes("A.") + "\n\nOne [Page 12] two.", "d51")
    two = document(in_notes("A.") + "\n\nOne [Page 13] two.", "d52")
    (found,) = resolved("See p. 12, fn. 1.", one, two)
    assert (found.kind, place(found), found.candidates, found.certainty) == (
        "page",
        "v#d51#pg_12",
        ("d51", "d52"),
        "likely",
    )


def telegram(id: str, number: str, date: str, place: str) -> Document:
    front = f"kind: telegram\ndate: {date}\nplace: {place}\n"
    return document(f"{number}. The talks began.", id, front=front)


def test_a_despatch_on_its_page_is_confirmed() -> None:
    despatch = document(
        "1714. Sir: [Page 1039] I report.", "d51", front="kind: despatch\ndate: 1953-11-10\nplace: London\n"
    )
    (found,) = resolved("See despatch 1714 from London, Nov. 10, p. 1039.", despatch)
    assert (found.kind, place(found), found.reason) == ("page", "v#d51#pg_1039", "number, post and date agree")
    (other,) = resolved("See despatch 1715 from London, Nov. 10, p. 1039.", despatch)
    assert (place(other), other.certainty) == ("v#d51#pg_1039", "likely")


def test_a_telegram_by_number_post_and_date() -> None:
    note = "Polto 582 from Paris, Oct. 15, 1953, and telegram 582 from Paris, Oct. 16, 1953."
    right, wrong_day = resolved(note, telegram("d51", "582", "1953-10-15", "Paris"))
    assert (place(right), right.certainty) == ("v#d51", "certain")
    assert (wrong_day.status, wrong_day.certainty) == ("not-in-edition", "suggestion")


def test_a_telegram_by_its_number_alone_is_a_suggestion() -> None:
    (found,) = resolved("See telegram 582.", telegram("d51", "582", "1953-10-15", "Paris"))
    assert (place(found), found.certainty) == ("v#d51", "suggestion")


def test_a_telegram_does_not_cite_itself_by_its_number() -> None:
    """Another post's telegram of that number is meant."""
    one = document("582. See telegram 582 of Oct. 15.", front="kind: telegram\ndate: 1953-10-15\nplace: Paris\n")
    catalog = edition(one)
    (made,) = catalog.volumes["v"].by_id["d50"].references
    assert links.resolve(made.reference, catalog.volumes["v"].by_id["d50"], catalog).status == "not-in-edition"


def test_two_telegrams_of_one_number_are_ambiguous() -> None:
    pair = (telegram("d51", "582", "1953-10-15", "Paris"), telegram("d52", "582", "1953-10-15", "Bonn"))
    (found,) = resolved("See telegram 582.", *pair)
    assert (found.status, found.candidates) == ("ambiguous", ("v#d51", "v#d52"))


def test_ibid_runs_on_from_the_documents_before() -> None:
    before = [
        document(in_notes("See *Foreign Relations*, 1952–1954, vol. IV, p. 1."), "d47"),
        document(in_notes("*Ibid.*, vol. I, Part 1, p. 3."), "d48"),
        document("No notes.", "d49"),
    ]
    (found,) = resolved("*Ibid.*, p. 12.", document("One [Page 12] two.", "d51"), *before, volumes=(HERE, OTHER))
    assert place(found) == "v#d51#pg_12"


def test_ibid_after_nothing_leads_nowhere() -> None:
    (found,) = resolved("*Ibid.*, p. 12.", document(in_notes("*Ibid.*, p. 3."), "d49"))
    assert (found.status, found.certainty) == ("not-in-edition", "suggestion")


def test_an_endless_chain_of_ibid_ends() -> None:
    chain = [document(in_notes("*Ibid.*, p. 3."), f"d{n}", front=f"number: '{n}'\n") for n in range(1, 50)]
    (found,) = resolved("*Ibid.*, p. 12.", *chain, front="number: '50'\n")
    assert found.status == "not-in-edition"


def test_a_chapter_by_its_number() -> None:
    from generator.document import Division

    volume = Volume("v", "A", contents=(Division("chapter", "ch4", "4. The Blockade", (Division("document", "d50"),)),))
    (found,) = resolved("See chapter 4.", document("T.", "ch4"), volumes=(volume,))
    assert (found.kind, place(found)) == ("chapter", "v#ch4")


# The table of phrases, from every kind of source, in notes and in text


def as_markdown(title: str, body: list[str], notes: list[str]) -> bytes:
    marked = [re.sub(r"⟦(\d)⟧", r"[^\1]", block) for block in body]
    given = [f"[^{n}]: {text}" for n, text in enumerate(notes, 1)]
    return "\n\n".join((f'---\ntitle: "{title}"\n---', *marked, *given)).encode()


def as_transcript(title: str, body: list[str], notes: list[str]) -> bytes:
    """The Markdown that the importer makes of a plain transcript: numbers hang on words, notes stand at the end."""
    marked = [re.sub(r"⟦(\d)⟧", r"\1", block) for block in body]
    given = [f"  {n}. {text}" for n, text in enumerate(notes, 1)]
    plain = "\n\n".join((f"50. {title}", *marked)) + "\n" + "\n".join(given)
    return to_markdown(transcribe(plain.replace("*", ""))).encode()


def as_tei(title: str, body: list[str], notes: list[str]) -> bytes:
    def inline(text: str) -> str:
        text = re.sub(r"\*(.+?)\*", r'<hi rend="italic">\1</hi>', escape(text))
        return re.sub(r"⟦(\d)⟧", lambda n: f'<note n="{n[1]}" xml:id="d50fn{n[1]}">{inline(notes[int(n[1]) - 1])}</note>', text)  # fmt: skip

    paragraphs = "".join(f"<p>{inline(block)}</p>\n" for block in body)
    return f'<div xmlns="http://www.tei-c.org/ns/1.0" type="document" xml:id="d50" n="50"><head>{title}</head>\n{paragraphs}</div>'.encode()  # fmt: skip


WRITTEN = {"markdown": as_markdown, "transcript": as_transcript, "tei": as_tei}


def read_as(source: str, where: str, text: str) -> Document:
    """A document that has ``text`` in its notes, in the editors' text, or in its own text."""
    about = "The harbour was closed.⟦1⟧ The agent came back.⟦2⟧ He wrote at once.⟦3⟧"
    numbered = ["2. Second.", "3. Third.", "4. Fourth."]
    title, body, notes = "Telegram From the Consul", [about, *numbered], ["Drafted by the editor."] * 3
    if where == "note":
        given = text.split("\n---\n")
        notes = [*given, *notes[len(given) :]]
    else:
        title, body = title if where == "own text" else "Editorial Note", [about, *numbered, text]
    data = WRITTEN[source](title, body, notes)
    if source == "tei":
        (part,) = tei.split("content/v/d50.xml", "v", data).parts
        read = tei.read(part)
    else:
        read = markdown.read(Part("markdown", "v", "d50", "content/v/d50.md", data))
    assert read.document is not None and len(read.document.notes) == 3, read.diagnostics
    metadata = msgspec.structs.replace(read.document.metadata, date=dates.parse("1953-11-01"))
    return msgspec.structs.replace(read.document, metadata=metadata)


def table() -> Iterator[object]:
    for title, text, expected in read_cases(TABLE):
        tags = re.search(r"\((own text|notes|italics)\)", title)
        places = {"own text": ["own text"], "notes": ["note"]}.get(tags[1] if tags else "", ["note", "editors' text"])
        for source in WRITTEN:
            for where in places:
                if not (tags and tags[1] == "italics" and source == "transcript"):
                    yield pytest.param(source, where, text, expected, id=f"{title}, {where}, {source}")


def test_the_table_is_whole() -> None:
    counts = Counter(int(title.split()[0]) for title, _, _ in read_cases(TABLE))
    assert {row for row, count in counts.items() if count >= 3} == set(range(1, 21))


STAND_INS: dict[str, dict[str, str]] = {
    "v": {
        "d12": "---\ntitle: A\n---\n\nText.", "d15": "---\ntitle: A\n---\n\nText.",
        "d49": "---\ntitle: A\n---\n\n" + in_notes("A.", "B.", "C.", "D."), "d51": "---\ntitle: A\n---\n\nText.",
        "d60": "---\ntitle: A\n---\n\nOne [Page 12] two [Page 15] three.",
        "d61": "---\ntitle: A\n---\n\nOne [Page 642] two [Page 643] three.",
        "d62": "---\ntitle: A\n---\n\n[Page 124] " + in_notes("The agent."),
        "d63": "---\ntitle: NSC 152/2\n---\n\n[Page 1014] " + in_notes("One.", "Two."),
        "d64": "---\ntitle: A\nkind: despatch\ndate: 1953-11-10\nplace: London\n---\n\n1714. Sir: [Page 1039] I report.",
        "d65": "---\ntitle: A\nkind: telegram\ndate: 1953-10-15\nplace: Paris\n---\n\n582. We [Page 1050] met.",
        "d66": "---\ntitle: A\nkind: telegram\n---\n\n1831. We met.",
        "d67": "---\ntitle: A\nkind: telegram\nplace: Geneva\ndate: 1953-05-01\n---\n\n11751. We met.",
        "d90": "---\ntitle: A\n---\n\nText.", "d91": "---\ntitle: A\n---\n\nText.",
        "d123": "---\ntitle: A\n---\n\nText.\n\n:::attachment\nOne.\n:::\n\n:::attachment\nTwo.\n:::",
        "d131": "---\ntitle: A\n---\n\nText.", "d136": "---\ntitle: A\n---\n\n" + in_notes("A.", "B."),
        "d211": "---\ntitle: A\n---\n\n" + in_notes("A.", "B.", "C.", "D.", "E."),
        "ch4": "---\ntitle: A\n---\n\nText.", "app3": "---\ntitle: A\n---\n\nText.",
    },
    "w": {"d3": "---\ntitle: A\n---\n\nOne [Page 313] two."},
    "x": {"d8": "---\ntitle: A\n---\n\nOne [Page 1914] two."},
    "y": {"d1": "---\ntitle: A\n---\n\nOne [Page 2019] two [Page 2020] three."},
}  # fmt: skip
"""An edition in which everything that the table names is there."""

STAND_IN_VOLUMES = {
    "v": Volume("v", "A", subseries="1952–1954", number="I", contents=(
        Division("chapter", "ch4", "4. The Blockade", (Division("document", "d1-d999"),)),
        Division("chapter", "app3", "Appendix C. Ships"),
    )),
    "w": Volume("w", "B", subseries="1952–1954", number="IV"),
    "x": Volume("x", "C", subseries="1952–1954", number="VII, Part 2"),
    "y": Volume("y", "D", subseries="1945", number="IX"),
}  # fmt: skip


def stand_in(full: bool) -> dict[str, list[Facts]]:
    if not full:
        return {"v": []}
    return {
        volume: [
            facts.of(document, b"")
            for id, text in documents.items()
            if (document := markdown.read(Part("markdown", volume, id, f"content/{volume}/{id}.md", text.encode())).document)
        ]
        for volume, documents in STAND_INS.items()
    }  # fmt: skip


@pytest.mark.parametrize(("source", "where", "text", "expected"), list(table()))
def test_the_table(source: str, where: str, text: str, expected: list[tuple[str, ...]]) -> None:
    tagged = tag(read_as(source, where, text), Grammar()).document
    made = [(words, shown(reference)) for words, reference in found(tagged)]
    assert made == [line[:2] for line in expected]
    for full in (True, False):
        known = stand_in(full)
        known["v"].append(facts.of(tagged, b""))
        catalog = Catalog(
            VolumeCatalog(
                STAND_IN_VOLUMES[id] if full else Volume(id, "A", subseries="1952–1954", number="I"), documents
            )
            for id, documents in known.items()
        )
        origin = catalog.volumes["v"].by_id["d50"]
        for (*_, there, alone), fact in zip(expected, origin.references, strict=True):
            result = links.resolve(fact.reference, origin, catalog)
            assert (place(result) if result.status == "resolved" else result.status) == (there if full else alone)


# What an editor is told, and may add


def test_a_falling_range_is_said_with_its_place() -> None:
    tagged = tag(document("Text.[^1]\n\n[^1]: Not printed; see pp. 15–12."), Grammar(), "content/v/d50.md")
    (said,) = tagged.diagnostics
    assert (said.rule, said.message) == ("doubtful-reference", 'the range "15–12" falls')
    assert str(said.span) == "content/v/d50.md:7:28"
    assert [words for words, _ in found(tagged.document)] == ["pp. 15", "12"]


def test_an_edition_has_its_own_series_and_phrases() -> None:
    own = Grammar(series=("Documents of the Colony",), phrases=(phrase("nr", "Nr. {document}"),), outside=("Gazette of Port Example",))  # fmt: skip
    note = "*Documents of the Colony*, 1823, vol. II, p. 5; Nr. Document 7; Gazette of Port Example, p. 9; Foreign Relations, 1952, p. 3."
    made = found(tag(document(in_notes(note)), own).document)
    assert [(words, shown(r)) for words, r in made] == [
        ("Documents of the Colony, 1823, vol. II, p. 5", "vol:1823;2;;#page#5"),
        ("Nr. Document 7", "d7"),
    ]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("see {dokument}", 'Did you mean "document"?'),
        ("{document", "is not closed"),
        ("see above", "needs at least one slot"),
        ("{title}, {page}", "begins with a word"),
    ],
)
def test_a_wrong_phrase_is_explained(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        phrase("own", pattern)


def test_options_of_a_phrase_are_written_out() -> None:
    assert len(list(expand("{footnote} [,] [to|of] {document}"))) == 6


# What is there already


def test_references_that_are_there_win() -> None:
    body = in_notes("See [[d2|Document 2]], Documents [[d3|3]] and 4, and [Document 5](https://example.org/5).")
    made = found(tag(document(body), Grammar()).document)
    assert [(words, shown(r)) for words, r in made if shown(r)] == [("Document 2", "d2"), ("3", "d3"), ("4", "d4")]


def test_a_page_after_a_marked_volume_is_in_that_volume() -> None:
    body = in_notes("See [[w|*Foreign Relations*, 1951, vol. VI]], p. 1471; ibid., p. 12.")
    made = found(tag(document(body), Grammar()).document)
    assert [(words, shown(r)) for words, r in made] == [
        ("Foreign Relations, 1951, vol. VI", "w"),
        ("p. 1471", "w#page#1471"),
        ("ibid., p. 12", "w#page#12"),
    ]


def test_nothing_found_is_the_same_document() -> None:
    given = document("A plain letter of 1823, with *emphasis* and page marks [Page 3] in it.")
    assert tag(given, Grammar()).document is given


PIECES = st.sampled_from((
    "See ", "see ", "footnote 5", "footnotes 2 and 3", ", ", "; ", ". ", "Document 211", "Documents 2–5", "*supra*", "*Ibid.*",
    "p. 12", "pp. 15–12", "vol. IV", "*Foreign Relations*", "*Foreign [Page 9] Relations*", "1952–1954", " and ", "[Page 9]", "[^2]", "para 2", "above",
    "telegram 5 from Bonn, May 3", "460.509/10–1553", "Hull", "(", ")", "thereto", " to ", "[[d7]]", "124n", "chapter 4", "—",
))  # fmt: skip


@given(st.lists(PIECES, max_size=30))
def test_the_text_stays_what_it_is(pieces: list[str]) -> None:
    given = document(f"Text.[^1][^2] {' '.join(pieces)}\n\n[^1]: {''.join(pieces)}\n\n[^2]: Two.")
    tagged = tag(given, Grammar()).document
    assert plain_text(tagged.body) == plain_text(given.body)
    for before, after in zip(given.notes, tagged.notes, strict=True):
        assert plain_text(before.children) == plain_text(after.children)
        assert count(before.children, "page_break") == count(after.children, "page_break")
        assert not nested(after.children, False)
    assert not nested(tagged.body, False)
    assert tag(tagged, Grammar()).document == tagged


def count(nodes: tuple[Node, ...], kind: str) -> int:
    return sum((node.kind == kind) + count(node.children, kind) for node in nodes)


def nested(nodes: tuple[Node, ...], inside: bool) -> bool:
    """Whether a link holds a link or a page mark."""
    links = ("reference", "link", "page_break", "note_ref")
    return any((inside and n.kind in links) or nested(n.children, inside or n.kind in links[:2]) for n in nodes)


# The shared material


def test_the_given_telegrams(shared: Path) -> None:
    from test_given_transcripts import as_markdown

    expected = {
        "telegram-1831": [
            ("CA–910 Aug 21, 1953", "cable:CA;910;;1953-08-21"),
            ("above para 3", "paragraph#3"),
            ("footnote 2 to NSC 152/2, p. 1014", "on:1014;NSC 152/2#note#2"),
            ("Polto 582 from Paris, Oct. 15, 1953", "cable:Polto;582;Paris;1953-10-15"),
            ("instruction CA–2186, Oct. 20", "cable:instruction;2186;;--10-20"),
            ("despatch 1714 from London, Nov. 10, p. 1039", "item:1039;despatch;1714;London;--11-10"),
        ],
        "telegram-234386": [
            ("Geneva 11751", "cable:;11751;Geneva;"),
            ("Geneva 11698", "cable:;11698;Geneva;"),
            ("para 2 above", "paragraph#2"),
            ("Telegram 11751 from Geneva, September 3", "cable:Telegram;11751;Geneva;--09-03"),
            ("Telegram 11698 from Geneva, September 2", "cable:Telegram;11698;Geneva;--09-02"),
            ("footnote 5, Document 211", "d211#note#5"),
        ],
    }
    for name, wanted in expected.items():
        text = as_markdown((shared / f"corpus/plaintext/{name}.txt").read_text("utf-8"), name).encode()
        read = markdown.read(Part("markdown", "given", "d387", f"content/given/{name}.md", text))
        assert read.document
        made = found(tag(read.document, Grammar()).document)
        assert [(words, shown(r)) for words, r in made if r.part != "file"] == wanted


@pytest.mark.parametrize("volume", ["frus1917-72PubDip", "frus1969-76v28"])
def test_what_encoders_marked_is_found_again(shared: Path, volume: str) -> None:
    pairs, _ = phrases_measure.measure(phrases_measure.read(shared / "corpus/volumes", [volume]), Grammar())
    theirs = [pair.verdict for pair in pairs if pair.in_note and pair.theirs]
    agree, differ = theirs.count("agrees"), theirs.count("differs")
    assert len(theirs) > 20
    assert agree / len(theirs) >= 0.97 and agree / (agree + differ) >= 0.99


@pytest.mark.parametrize(
    ("title", "opening", "number"),
    [
        ("Telegram 11751 From the Mission in Geneva", "1. They met today.", "11751"),
        ("Despatch No. 12 From the Consulate", "", "12"),
        ("Telegram From the Embassy", "1831. 1. They met today.", "1831"),
        ("Telegram From the 4th Fleet", "They met today.", ""),
    ],
)
def test_the_number_of_a_cable_stands_in_its_title_or_at_its_beginning(title: str, opening: str, number: str) -> None:
    cable = Facts("v", "d1", "document", title, Metadata(kind="telegram"), b"", opening=opening)
    item = names.item_of(cable)
    assert (item.number if item else "") == number
