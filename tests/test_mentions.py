"""People, terms and places of a volume's lists, found by name: what is found, whom it means, and that the text stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.document import (
    Document,
    Entry,
    MentionFact,
    Metadata,
    Node,
    Note,
    Party,
    Role,
    RoleFact,
    SourceNote,
    plain_text,
)
from generator.mentions import Lexicon, Mark, Mentions, apply, find
from generator.mentions.english import ENGLISH
from generator.mentions.names import parse
from generator.readers import Part, markdown

PERSONS = (
    Entry("aldous", "Aldous, Peter G.", "Secretary of State until 1953"),
    Entry("berg", "van den Berg, Hendrik", "Ambassador of the Netherlands"),
    Entry("black", "Black, Eugene R.", "President of the Bank"),
    Entry("cortez", "Cortez Ruiz, Manuel", "President of Ruritania"),
    Entry("dunn-a", "Dunn, Allan W.", "Director of Central Intelligence"),
    Entry("dunn-j", "Dunn, Joseph Farley", "Secretary of State from January 1953"),
    Entry("farrow", "Farrow, Rt. Hon. Sir Anthony", "Foreign Secretary"),
    Entry("hale-m", "Hale, Margaret", "Prime Minister"),
    Entry("kova", "Kovář, Jiří", "Foreign Minister of Bohemia"),
    Entry("makarov", "al-Makari (Makary, Maqari), Shukri", "President of Levantia"),
    Entry("marsden", "Marsden, General Alfred M."),
    Entry("may", "May, Herbert K.", "Assistant Secretary"),
    Entry("oconnell", "O’Connell, Roderic L."),
    Entry("park", "Pak Chung Hee (Park Chong-hui)", "President of the Republic"),
    Entry("ridge", "Ridge, Thomas P., “Tip,”", "Member of the House"),
    Entry("stahl", "Reinhard Stahl", "Counselor"),
)  # fmt: skip
TERMS = (
    Entry("cocom", "COCOM", "Coordinating Committee"),
    Entry("ga", "GA", "General Assembly"),
    Entry("ga-plenary", "GA Plenary", "its full meeting"),
    Entry("ussr", "USSR", "Union of Soviet Socialist Republics"),
    Entry("us", "U.S.", "United States"),
    Entry("b29", "B–29", "a bomber"),
    Entry("exim", "Exim (Eximbank)", "Export-Import Bank"),
    Entry("fr", "fol", "following"),
    Entry("of", "OF", "an office"),
    Entry("pm", "PM", "Prime Minister"),
    Entry("ss", "S/S", "Executive Secretariat"),
    Entry("victor", "Victor", "a telephone exchange"),
)
PLACES = (
    Entry("paris", "Paris", names=("Lutetia",)),
    Entry("washington", "Washington"),
    Entry("nice", "Nice"),
    Entry("tien", "Tien-tsin"),
)
LEXICON = Lexicon.of(PERSONS, TERMS, PLACES)


def document(body: str, front: str = "", title: str = "A letter", id: str = "d50") -> Document:
    """A document from Markdown."""
    data = f"---\ntitle: {title}\n{front}---\n\n{body}\n".encode()
    read = markdown.read(Part("markdown", "v", id, f"content/v/{id}.md", data))
    assert read.document is not None, read.diagnostics
    return read.document


def texts(document: Document) -> Iterator[Node]:
    """All text nodes in reading order, as marks count them."""

    def within(nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            if node.kind == "text":
                yield node
            yield from within(node.children)

    for nodes in (document.title, document.dateline, document.body, *(note.children for note in document.notes)):
        yield from within(nodes)


def words(document: Document, mentions: Mentions) -> list[str]:
    """The words of each mark, with what they are taken for: ``Dunn=dunn-j``."""
    nodes = list(texts(document))
    return [f"{nodes[mark.node].text[mark.start : mark.end]}={mark.id}" for mark in mentions.marks]


def found(body: str, lexicon: Lexicon = LEXICON, front: str = "") -> list[str]:
    given = document(body, front)
    return words(given, find(given, lexicon, "f"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # the full name, with and without middle names and initials
        ("I saw Peter G. Aldous there.", "Peter G. Aldous=aldous"),
        ("I saw Peter Aldous there.", "Peter Aldous=aldous"),
        ("I saw P.G. Aldous there.", "P.G. Aldous=aldous"),
        ("I saw P. G. Aldous there.", "P. G. Aldous=aldous"),
        ("Joseph Farley Dunn came.", "Joseph Farley Dunn=dunn-j"),
        ("Farley Dunn came.", "Farley Dunn=dunn-j"),
        ("Joe Dunn came.", "Joe Dunn=dunn-j"),
        ("Tip Ridge was there.", "Tip Ridge=ridge"),
        ("PETER ALDOUS wrote it.", "PETER ALDOUS=aldous"),
        # a title
        ("He told Mr. Aldous so.", "Aldous=aldous"),
        ("He told Secretary of State Aldous so.", "Aldous=aldous"),
        ("Amb. van den Berg called.", "van den Berg=berg"),
        ("Sir Anthony agreed.", "Sir Anthony=farrow"),
        ("Sir Anthony Farrow agreed.", "Anthony Farrow=farrow"),
        ("Mrs. Hale smiled.", "Hale=hale-m"),
        # the surname alone
        ("He told Aldous so.", "Aldous=aldous"),
        ("Aldous’s letter and Aldous’ answer.", "Aldous=aldous"),
        ("When Aldous left, it rained.", "Aldous=aldous"),
        ("A pro-Aldous paper.", "Aldous=aldous"),
        ("The Aldous–Farrow talks.", "Aldous=aldous Farrow=farrow"),
        ("He left Aldous, May 4.", "Aldous=aldous"),
        ("Aldous May 4 replied.", "Aldous=aldous"),
        ("O'Connell and O’Connell.", "O'Connell=oconnell"),
        ("General Marsden spoke.", "Marsden=marsden"),
        # names of several words, with particles, accents, other spellings
        ("Hendrik van den Berg wrote.", "Hendrik van den Berg=berg"),
        ("Cortez answered President Cortez Ruiz.", "Cortez=cortez"),
        ("President Ruiz answered.", "Ruiz=cortez"),
        ("The Maqari note, and Shukri al-Makari.", "Maqari=makarov"),
        ("He met Jiri Kovar.", "Jiri Kovar=kova"),
        ("He met Kovář.", "Kovář=kova"),
        # surnames that stand first
        ("Pak Chung Hee ruled.", "Pak Chung Hee=park"),
        ("Park Chong Hui ruled.", "Park Chong Hui=park"),
        ("President Pak ruled.", "Pak=park"),
        ("Chung Hee Pak ruled.", "Chung Hee Pak=park"),
        ("He saw Reinhard Stahl and Stahl.", "Reinhard Stahl=stahl"),
    ],
)  # fmt: skip
def test_persons(body: str, expected: str) -> None:
    assert " ".join(found(body)) == expected


@pytest.mark.parametrize(
    "body",
    [
        "The Aldous Plan failed.",
        "The Peter Aldous Foundation paid.",
        "President Cortez Library.",
        "He met Alice Aldous.",
        "He met Mr. Carey A. Aldous.",
        "The Aldous-Home line.",
        "Mr. Farrow Jones came.",
        "General Pak Yong Sik came.",
        "Mrs. Aldous smiled.",
        "Mr. Ruizo and aldous and Berger.",
        "F. Dunn signed.",
        "It was nice of him.",
    ],
)
def test_other_people_and_things(body: str) -> None:
    assert found(body) == []


def test_names_that_are_words_need_a_title_or_a_fuller_name() -> None:
    """Black and May are words; alone they are people only where the document names them more fully."""
    assert found("The loan was for Black to give.") == []
    assert found("Mr. Black gave it.") == ["Black=black"]
    assert found("Eugene Black came.\n\nThe loan was for Black to give.") == ["Eugene Black=black", "Black=black"]
    assert found("Mr. May came.\n\nIn May it rained; the Ministers, May 18.") == ["May=may"]
    assert found("The Ministers May 18 agreed.") == []
    # A word of the document itself: it has "aldous" in small letters.
    assert found("An aldous is a tree. Aldous grow slowly; he saw Aldous there.") == []
    assert found("An aldous is a tree.\n\nPeter Aldous came.\n\nAldous grow slowly.") == ["Peter Aldous=aldous"]
    assert found("An aldous is a tree.\n\nPeter Aldous came.\n\nHe saw Aldous.")[1:] == ["Aldous=aldous"]


def test_rulers_of_one_name() -> None:
    kings = (Entry("f1", "Faris I", "King"), Entry("f2", "Faris II", "King"), Entry("f", "Faris, ibn Aziz", "Prince"))
    lexicon = Lexicon.of(kings, (), ())
    assert found("He saw Faris II and Faris III.", lexicon) == ["Faris II=f2"]


def test_an_editor_can_say_that_a_word_is_a_name() -> None:
    black = Entry("black", "Black, Eugene R.", names=("Black", "the Banker"))
    lexicon = Lexicon.of((black,), (), ())
    assert found("The loan was for Black to give.", lexicon) == ["Black=black"]
    assert found("Then the Banker said no.", lexicon) == ["the Banker=black"]
    assert found("William Black gave.", lexicon) == []


def test_several_of_one_surname() -> None:
    """Dunn is two people: it means the one whom the document names more fully, if it names one."""
    assert found("Dunn was told.") == []
    assert found("Allan Dunn came.\n\nDunn was told.") == ["Allan Dunn=dunn-a", "Dunn=dunn-a"]
    assert found("Allan Dunn and Joseph Dunn came.\n\nDunn was told.") == ["Allan Dunn=dunn-a", "Joseph Dunn=dunn-j"]
    assert found("Dunn was told.", front="from: Allan Dunn\n") == ["Dunn=dunn-a"]
    assert found("Dunn was told.", front="persons: [dunn-j]\n") == ["Dunn=dunn-j"]
    assert found("[He]{person=dunn-j} came.\n\nDunn was told.") == ["Dunn=dunn-j"]
    # The office tells them apart as well.
    assert found("Secretary Dunn came.\n\nDunn was told.") == ["Dunn=dunn-j", "Dunn=dunn-j"]
    assert found("The Director of Central Intelligence (Dunn) came.") == ["Dunn=dunn-a"]


def test_an_office_that_another_has_only_with_more_words() -> None:
    rogers = (
        Entry("w", "Roman, William D.", "Assistant Secretary of State for Islands"),
        Entry("p", "Roman, William P.", "Secretary of State from 1969"),
    )
    lexicon = Lexicon.of(rogers, (), ())
    assert found("He told Secretary of State Roman.", lexicon) == ["Roman=p"]
    assert found("He told Assistant Secretary of State Roman.", lexicon) == ["Roman=w"]


def test_somebody_else_of_the_same_surname() -> None:
    """George Aldous is not in the list; then Aldous alone may be either, unless the other one is named, too."""
    assert found("George Aldous came.\n\nAldous was told.") == []
    assert found("George Aldous came.\n\nPeter Aldous was told.") == ["Peter Aldous=aldous"]


def test_an_alias_of_two_people() -> None:
    two = (Entry("a", "Adler, Max", names=("Chief Engineer",)), Entry("b", "Boll, Max", names=("Chief Engineer",)))
    lexicon = Lexicon.of(two, (), ())
    assert [(f.kind, f.list, f.ids) for f in lexicon.faults] == [("shared", "persons", ("a", "b"))]
    assert found("The Chief Engineer said so.", lexicon) == []
    assert found("Max Adler came. The Chief Engineer said so.", lexicon) == ["Max Adler=a"]
    assert found("Max Adler came.\n\nThe Chief Engineer said so.", lexicon) == ["Max Adler=a", "Chief Engineer=a"]
    given = document("The Chief Engineer said so.")
    (fault,) = find(given, lexicon, "content/v/d50.md").faults
    assert (fault.rule, str(fault.span)) == ("uncertain-name", "content/v/d50.md:5:5")
    assert '"a", "b"' in fault.message and "[Chief Engineer]{person=a}" in fault.hint


def test_a_person_listed_twice() -> None:
    twice = (Entry("a", "Adler, Max"), Entry("b", "Adler, Max"))
    lexicon = Lexicon.of(twice, (), ())
    assert [(f.kind, f.ids) for f in lexicon.faults] == [("shared", ("a", "b"))]
    assert found("Max Adler came, and Adler went.", lexicon) == []


def test_faults_of_the_lists() -> None:
    terms = (Entry("c", "C"), Entry("ar", "AR"), Entry("ar2", "AR"))
    lexicon = Lexicon.of((Entry("y", "Young, Kenneth"),), terms, (Entry("x", "!"),))
    said = [(f.kind, f.list, f.ids) for f in lexicon.faults]
    assert said == [
        ("short", "terms", ("c",)),
        ("shared", "terms", ("ar", "ar2")),
        ("short", "places", ("x",)),
        ("word", "persons", ("y",)),
    ]
    assert all(f.message and f.hint for f in lexicon.faults)
    assert found("In C and by AR.", lexicon) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("COCOM met.", "COCOM=cocom"),
        ("Cocom met, and cocom.", ""),
        ("At the GA Plenary of the GA.", "GA Plenary=ga-plenary GA=ga"),
        ("GAs and GA54 and GAP and AGA.", "GA=ga"),
        ("The U.S.S.R. and the USSR’s.", "U.S.S.R.=ussr"),
        ("In the US.", "US=us"),
        ("F.U.S. and U.S.A.", ""),
        ("A B-29 and a B–29.", "B-29=b29"),
        ("Eximbank and Exim.", "Eximbank=exim"),
        ("See fol pts. Fol is text.", "fol=fr"),
        ("Fol is text.", "Fol=fr"),
        ("The Fol is text.", ""),
        ("STATUS OF PROGRAMS", ""),
        ("He is with OF now.", "OF=of"),
        ("At 8:17 PM he came.", ""),
        ("The PM came.", "PM=pm"),
        ("The S/S–NSC files.", "S/S=ss"),
        ("The Victor powers.", ""),
    ],
)
def test_terms(body: str, expected: str) -> None:
    assert " ".join(found(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("In Paris, and in Paris’ streets.", "Paris=paris"),
        ("In Lutetia.", "Lutetia=paris"),
        ("In Tien–tsin.", "Tien–tsin=tien"),
        ("The Washington Post and George Washington, President Washington.", ""),
        ("It is nice there.\n\nNice of him.", ""),
        ("He went to Nice.", "Nice=nice"),
        ("Parisian.", ""),
    ],
)
def test_places(body: str, expected: str) -> None:
    assert " ".join(found(body)) == expected


def test_each_is_marked_once_in_a_block() -> None:
    assert found("Aldous saw Aldous.\n\nAldous again.\n\n- Aldous\n- Aldous\n") == ["Aldous=aldous"] * 4
    assert found("Aldous[^1] came.\n\n[^1]: Aldous was late. Aldous!") == ["Aldous=aldous"] * 2
    assert found("Aldous saw [him]{person=aldous}.\n\nAldous.") == ["Aldous=aldous"]


def test_nothing_is_found_where_it_would_be_in_the_way() -> None:
    assert found("[Aldous](https://example.org) and `Aldous` and [[d1|Aldous]] and [Aldous said]{person=black}.") == []
    assert found("[COCOM](https://example.org) and `COCOM` and [[d1|COCOM]] and [COCOM said]{person=black}.") == []
    assert found("    Aldous\n") == []
    for id in ("persons", "terms", "places", "index"):
        given = document("Aldous", id=id)
        assert find(given, LEXICON, "f") == Mentions()


def test_words_around_markup_count() -> None:
    """The words of a link tell who is meant, a page mark and a note's mark part nothing."""
    assert found("[Alice](https://example.org) Aldous came.") == []
    assert found("*Mr.* Black came.") == ["Black=black"]
    assert found("Mr. [Page 12] Black came.") == ["Black=black"]
    assert found("He told Ald[Page 12]ous so.") == []


def test_facts_and_their_places() -> None:
    given = document("Then Peter Aldous came to Paris.\n\n[COCOM]{term=cocom} and Aldous and COCOM.\n\nCOCOM.")
    mentions = find(given, LEXICON, "f")
    assert mentions.persons == (MentionFact("aldous", 5, 6),)
    assert mentions.places == (MentionFact("paris", 5, 27),)
    # What the source marks is a fact already.
    assert mentions.terms == ()
    assert [mark.id for mark in mentions.marks] == ["aldous", "paris", "aldous", "cocom"]


def roles(given: Document, source: SourceNote | None = None) -> list[tuple[str, str]]:
    return [(fact.role, fact.person) for fact in find(given, LEXICON, "f", source=source).roles]


def test_sender_and_addressee() -> None:
    letter = document("Text.", front="from: Peter Aldous\nto: [Allan Dunn, Department of State]\n")
    assert roles(letter) == [("sender", "aldous"), ("addressee", "dunn-a")]
    assert find(letter, LEXICON, "f").persons == (MentionFact("aldous"), MentionFact("dunn-a"))
    known = msgspec.structs.replace(letter, metadata=Metadata(sender=(Party("He", "black"),)))
    assert roles(known) == [("sender", "black")]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Telegram From the Secretary of State (Aldous) to the Embassy", [("sender", "aldous")]),
        ("Telegram From the Department to the Ambassador (Berg)", [("addressee", "berg")]),
        ("Memorandum From the Deputy to the Chief (Aldous) to Sir Anthony Farrow", [("sender", "aldous"), ("addressee", "farrow")]),
        ("Memorandum From the Assistant to the President (Aldous)", [("sender", "aldous")]),
        ("The Secretary of State (Aldous) to the Embassy", [("sender", "aldous")]),
        ("Memorandum by Peter Aldous", [("drafter", "aldous")]),
        ("A Note on Peter Aldous", []),
    ],
)  # fmt: skip
def test_parties_of_the_title(title: str, expected: list[tuple[str, str]]) -> None:
    assert roles(document("Text.", title=f'"{title}"')) == expected


def test_participants() -> None:
    listed = document("PARTICIPANTS\n\n- Mr. Aldous\n- [The Director]{person=dunn-a}\n\nMr. Black was told.")
    assert roles(listed) == [("participant", "aldous"), ("participant", "dunn-a")]
    line = document("Present: Mr. Aldous, Mr. Black\n\nMr. Farrow was told.")
    assert roles(line) == [("participant", "aldous"), ("participant", "black")]
    assert roles(document("Present policy is that of Mr. Aldous.")) == []
    item = Node("item", (Node("text", text="Mr. Aldous"),))
    tei = Document("v", "d1", (), (Node("list", (item,), {"type": "participants"}),))
    assert roles(tei) == [("participant", "aldous")]


def test_roles_of_the_source_note() -> None:
    source = SourceNote(drafted=("Aldous (S/S)",), cleared=("A. Dunn", "Black"), approved=("Farrow",))
    given = document("Eugene Black came.")
    expected = [("drafter", "aldous"), ("clearance", "dunn-a"), ("clearance", "black"), ("approver", "farrow")]
    assert roles(given, source) == expected
    assert {m.id for m in find(given, LEXICON, "f", source=source).persons} == {"aldous", "dunn-a", "black", "farrow"}


def test_apply_puts_nodes_around_the_words() -> None:
    given = document("Then *Peter Aldous* came to Paris.")
    shown = apply(given, find(given, LEXICON, "f").marks)
    paragraph = shown.body[0]
    emphasis = paragraph.children[1]
    assert emphasis.kind == "emphasis"
    (person,) = emphasis.children
    assert (person.kind, person.attrs, plain_text((person,))) == (
        "person",
        {"person": "aldous", "found": "1"},
        "Peter Aldous",
    )
    assert (person.line, person.column) == (5, 7)
    place = paragraph.children[3]
    assert (place.kind, place.attrs, place.line, place.column) == ("place", {"place": "paris", "found": "1"}, 5, 29)
    assert plain_text(shown.body) == plain_text(given.body)


def test_apply_touches_only_what_it_marks() -> None:
    given = document("Nothing.\n\nAldous.")
    shown = apply(given, find(given, LEXICON, "f").marks)
    assert shown.body[0] is given.body[0] and shown.title is given.title
    assert apply(given, ()) is given


def test_the_editors_list_wins_over_short_forms() -> None:
    def abbreviation(words: str, **attrs: str) -> Node:
        return Node("abbreviation", (Node("text", text=words),), attrs)

    def shown(node: Node) -> Node:
        given = Document("v", "d1", (), (Node("paragraph", (Node("text", text="see "), node)),))
        return apply(given, find(given, LEXICON, "f").marks).body[0].children[1]

    ours = shown(abbreviation("fol", expansion="following", found="1"))
    assert (ours.kind, ours.attrs["term"]) == ("term", "fr")
    assert shown(abbreviation("COCOM")).kind == "term"
    # What somebody explained keeps that explanation.
    assert shown(abbreviation("COCOM", expansion="a committee")).kind == "abbreviation"
    assert shown(abbreviation("Paris", found="1")).kind == "abbreviation"


def test_a_place_without_an_entry_gives_way_to_one_of_the_list() -> None:
    def shown(words: str) -> Node:
        given = Document("v", "d1", (), (Node("paragraph", (Node("place", (Node("text", text=words),)),)),))
        return apply(given, find(given, LEXICON, "f").marks).body[0].children[0]

    assert shown("Paris").attrs == {"place": "paris", "found": "1"}
    assert shown("COCOM").attrs == {} and shown("COCOM").children[0].kind == "text"


@pytest.mark.parametrize(
    ("name", "surname", "given", "titles"),
    [
        ("Aldous, Peter G.,", "aldous", ("peter", "g"), set()),
        ("Farrow, Rt. Hon. Sir Anthony", "farrow", ("anthony",), {"sir"}),
        ("Marsden, Lt. Gen. Alfred M.", "marsden", ("alfred", "m"), {"lieutenant", "general"}),
        ("Bradwell, General of the Army Omar N.", "bradwell", ("omar", "n"), {"general"}),
        ("Lay, James S., Jr.", "lay", ("james", "s"), set()),
        ("Perry, Paul, V.", "perry", ("paul", "v"), set()),
        ("Cromwell, Third Earl of (Baring, George)", "cromwell", (), {"earl"}),
        ("Chiang Kai-shek, Generalissimo", "chiang", ("kai", "shek"), {"generalissimo"}),
        ("Makarios III", "makarios", (), set()),
        ("Briz(z)ola, Leonel", "brizzola", ("leonel",), set()),
        ("de Gaulle, Charles", "gaulle", ("charles",), set()),
        ("Vernon", "vernon", (), set()),
    ],
)
def test_names_of_lists(name: str, surname: str, given: tuple[str, ...], titles: set[str]) -> None:
    listed = parse(name, ENGLISH)
    assert (listed.names[0].surname, listed.names[0].given, set(listed.titles)) == (surname, given, titles)


def test_the_digest_is_that_of_the_lists() -> None:
    assert Lexicon.of(PERSONS, TERMS, PLACES).digest == LEXICON.digest
    assert Lexicon.of(PERSONS[1:], TERMS, PLACES).digest != LEXICON.digest
    assert Lexicon.of(PERSONS, TERMS, PLACES, "de").digest != LEXICON.digest


SAID = [
    "Aldous", "Peter", "Mr.", "Dunn", "Allan", "Black", "COCOM", "GA", "Plenary", "U.S.S.R.", "fol", "Paris", "Pak", "Chung",
    "Hee", "van", "den", "Berg", "Kovář", "Sir", "Anthony", "Library", "said", "black", "A.", "’s", "–", "“", "”", "(", ")",
    "ﬁ", "İ", "ß", "Ω", "\u2028", "\x85", "x" * 80,
]  # fmt: skip
RUNS = st.lists(st.sampled_from(SAID) | st.text(max_size=3), max_size=12).map(" ".join) | st.text(max_size=20)
TEXT = st.builds(lambda text: Node("text", text=text, line=3, column=1), RUNS)


def _inline(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    attrs = {
        "emphasis": {}, "person": {"person": "aldous"}, "place": {}, "link": {"url": "https://example.org"},
        "abbreviation": {"expansion": "following", "found": "1"}, "reference": {}, "span": {},
    }  # fmt: skip
    kinds = st.sampled_from(sorted(attrs))
    return st.builds(
        lambda kind, inner: Node(kind, tuple(inner), attrs[kind]), kinds, st.lists(children, min_size=1, max_size=3)
    )


LINE = st.lists(st.recursive(TEXT, _inline, max_leaves=6) | st.just(Node("page_break")), max_size=4)
BLOCK = st.builds(
    lambda kind, inner: Node(kind, tuple(inner)), st.sampled_from(("paragraph", "item", "heading", "quote")), LINE
)


@given(st.lists(BLOCK, max_size=4), LINE, st.lists(LINE, max_size=2))
@settings(max_examples=200)
def test_marks_lie_within_the_text_and_leave_it_as_it_is(
    body: list[Node], title: list[Node], notes: list[list[Node]]
) -> None:
    made = tuple(Note(f"n{n}", str(n), tuple(children)) for n, children in enumerate(notes))
    given_document = Document("v", "d1", tuple(title), tuple(body), notes=made)
    marks = find(given_document, LEXICON, "f").marks
    nodes = list(texts(given_document))
    before = Mark(-1, 0, 0, "", "")
    for mark in marks:
        assert 0 <= mark.start < mark.end <= len(nodes[mark.node].text)
        assert mark.node > before.node or mark.start >= before.end
        before = mark
    shown = apply(given_document, marks)
    assert plain_text(shown.title) == plain_text(given_document.title)
    assert plain_text(shown.body) == plain_text(given_document.body)
    assert [plain_text(n.children) for n in shown.notes] == [plain_text(n.children) for n in given_document.notes]
    put = [n for n in _all(shown) if n.attrs.get("found") == "1" and n.kind in ("person", "term", "place")]
    assert len(put) == len(marks)


def _all(given_document: Document) -> Iterator[Node]:
    def within(nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            yield node
            yield from within(node.children)

    yield from within((*given_document.title, *given_document.body))
    for note in given_document.notes:
        yield from within(note.children)


NAMES = st.text(max_size=12) | st.lists(
    st.sampled_from(["Eden,", "Sir", "(", ")", ",", "Jr.", "de", "Kim", "“Che,”", "III", "of", "al-", " ", "A."]),
    max_size=7,
).map(" ".join)


@given(st.lists(st.builds(lambda name, names: (name, tuple(names)), NAMES, st.lists(NAMES, max_size=2)), max_size=6))
def test_any_list_is_taken(given_names: list[tuple[str, tuple[str, ...]]]) -> None:
    """Whatever a list holds, it compiles, and finding does not fail."""
    entries = tuple(
        Entry(f"e{n}", name, "text", names, (), (Role("Ambassador"),)) for n, (name, names) in enumerate(given_names)
    )
    lexicon = Lexicon.of(entries, entries, entries)
    body = " ".join(name for name, _ in given_names)
    given_document = Document("v", "d1", (), (Node("paragraph", (Node("text", text=f"Mr. {body} said {body}."),)),))
    shown = apply(given_document, find(given_document, lexicon, "f").marks)
    assert plain_text(shown.body) == plain_text(given_document.body)


def test_what_is_found_is_remembered() -> None:
    """It can be written down and read back."""
    mentions = find(document("Dunn told Aldous of COCOM.", front="from: Mr. Black\n"), LEXICON, "f")
    assert mentions.roles == (RoleFact("sender", "black"),) and mentions.marks and mentions.faults
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(mentions), type=Mentions) == mentions
