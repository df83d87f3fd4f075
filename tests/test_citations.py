"""Citations: the styles by the table in tests/citations, names, ranges of pages; and the files for reference managers,
read by programs of others."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import citeproc
import citeproc.source.json
import msgspec
import pytest
import rispy
from bibtexparser import entrypoint, middlewares
from hypothesis import given
from hypothesis import strategies as st

from generator import dates
from generator.document import Document, Metadata, Node, Party, Volume
from generator.exporters import citations, personal_names, reference_files
from generator.exporters.record import Record

CASES = tomllib.loads((Path(__file__).parent / "citations" / "styles.toml").read_text("utf-8"))["case"]


def shown(citation: citations.Citation) -> str:
    return "".join(f"*{words}*" if how == "em" else words for words, how in citation)


def metadata_of(given: dict[str, Any]) -> Metadata:
    def parties(key: str) -> tuple[Party, ...]:
        return tuple(Party(**p) if isinstance(p, dict) else Party(p) for p in given.get(key, []))

    number = given.get("number", "")
    return Metadata(
        number=number,
        printed_number=given.get("printed_number", f"{number}." if number else ""),
        date=dates.parse(given["date"]) if "date" in given else None,
        place=given.get("place", ""),
        kind=given.get("kind", ""),
        sender=parties("from"),
        addressee=parties("to"),
        topics=tuple(given.get("topics", ())),
        summary=given.get("summary", ""),
    )


def volume_of(given: dict[str, Any]) -> Volume:
    return msgspec.convert({"id": "v1", **given}, Volume)


def cited(case: dict[str, Any]) -> dict[str, citations.Citation]:
    about = case["document"]
    first, last = about.get("pages", ["", ""])
    persons = about.get("persons", {})
    source = citations.source_from(about["title"], metadata_of(about), persons, (first, last), about.get("address", ""))
    return citations.cite(source, citations.work_of(volume_of(case["volume"]), "The Edition"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_styles(case: dict[str, Any]) -> None:
    found = cited(case)
    assert {name: shown(found[name]) for name in case["expected"]} == case["expected"]


def test_a_form_by_page_stands_beside_a_form_by_number_only() -> None:
    assert "house-page" in cited(CASES[0]) and "house-page" not in cited(CASES[1])


def test_the_place_of_a_page_is_told_apart() -> None:
    """A page is cited by putting its label where the locator stands."""
    case = CASES[0]["document"]
    source = citations.source_from(case["title"], metadata_of(case), {}, ("190", "192"))
    at = citations.locators(source)
    assert (at["house"].page, at["house"].pages) == ("Document 75, p. ", "Document 75, pp. ")
    assert (at["house-page"].page, at["chicago"].page) == ("p. ", "doc. 75, p. ")
    unnumbered = citations.source_from("A", Metadata(number="3"), {}, ("7", "7"))
    assert citations.locators(unnumbered)["chicago"] == citations.Locator("7", "", "")
    for name, citation in cited(CASES[0]).items():
        assert sum(how == "at" for _, how in citation) == (name != "chicago-entry"), name


@pytest.mark.parametrize(
    ("first", "last", "short"),
    [("3", "10", "3–10"), ("71", "72", "71–72"), ("96", "117", "96–117"), ("100", "104", "100–104"),
     ("1100", "1113", "1100–1113"), ("101", "108", "101–8"), ("808", "833", "808–33"), ("1103", "1104", "1103–4"),
     ("321", "328", "321–28"), ("498", "532", "498–532"), ("1087", "1089", "1087–89"), ("1496", "1500", "1496–1500"),
     ("XIV", "XVI", "XIV–XVI"), ("7", "7", "7"), ("12a", "12b", "12a–12b"), ("989", "1012", "989–1012")],
)  # fmt: skip
def test_ranges_of_pages(first: str, last: str, short: str) -> None:
    """The examples of the Chicago Manual of Style, and labels that are no numbers."""
    assert citations.short_range(first, last) == short


@pytest.mark.parametrize(
    ("name", "inverted", "initials"),
    [("William F. Sanford, Jr.", "Sanford, William F., Jr.", "Sanford, W. F., Jr."),
     ("W. Taylor Fain III", "Fain, W. Taylor, III", "Fain, W. T., III"),
     ("Kissinger, Henry A.", "Kissinger, Henry A.", "Kissinger, H. A."),
     ("Sanford, Jr., William F.", "Sanford, William F., Jr.", "Sanford, W. F., Jr."),
     ("Heinrich von Brentano", "von Brentano, Heinrich", "von Brentano, H."),
     ("Brentano, Heinrich Joseph von", "von Brentano, Heinrich Joseph", "von Brentano, H. J."),
     ("Charles de Gaulle", "de Gaulle, Charles", "de Gaulle, C."),
     ("J.S. Beddie", "Beddie, J.S.", "Beddie, J. S."),
     ("Jean-Paul Sartre", "Sartre, Jean-Paul", "Sartre, J.-P."),
     ("Department of State", "Department of State", "Department of State"),
     ("White House", "White House", "White House"),
     ("Edward M. House", "House, Edward M.", "House, E. M."),
     ("The edition project", "The edition project", "The edition project"),
     ("Dulles", "Dulles", "Dulles"), ("", "", "")],
)  # fmt: skip
def test_names(name: str, inverted: str, initials: str) -> None:
    found = personal_names.split(name)
    assert (found.inverted(), found.with_initials()) == (inverted, initials)


@given(st.text(max_size=40))
def test_no_name_is_too_odd(name: str) -> None:
    found = personal_names.split(name)
    words = found.straight().replace(",", " ").split()
    assert {*words} - {"Jr.", "Sr.", "Esq."} <= {*name.replace(",", " ").split()}


def test_a_citation_as_html_cannot_break_out() -> None:
    pieces = (("<b> & ", ""), ("It's", "em"), (", ", ""), ("p. 7", "at"), (".", ""))
    assert citations.html(pieces, citations.Locator("p. 7", 'p" ', "pp. ")) == (
        '&lt;b&gt; &amp; <cite>It\'s</cite>, <span class="locator" data-page="p&quot; " data-pages="pp. ">p. 7</span>.'
    )
    assert citations.html(pieces) == "&lt;b&gt; &amp; <cite>It's</cite>, p. 7."


# Files for reference managers


def record_and_document(case: dict[str, Any]) -> tuple[Document, Record]:
    about = case["document"]
    document = Document("v1", "d1", (Node("text", text=about["title"]),), (), metadata_of(about))
    first, last = about.get("pages", ["", ""])
    address = about.get("address", "")
    return document, Record(
        "The Edition",
        volume_of(case["volume"]),
        "v1/d1/index.html",
        base_url="https://edition.example/" if address else "",
        first_page=first,
        last_page=last,
        persons=tuple(about.get("persons", {}).items()),
    )


AWKWARD: dict[str, Any] = {
    "volume": {
        "title": "Costs & Benefits {100 %} of #1_A",
        "editors": ["Peter O’Hara and Sons, Ltd.", "Ludwig van der Rohe", "Ministry of Trade, Industry and Ports"],
        "publisher": "Smith & Co. ~ $5 ^ \\ Press",
        "year": "1980",
    },
    "document": {
        "title": "“100%” <b>bold</b> \\emph{x} — a_b & c # d $e$ ~f^g",
        "number": "1",
        "date": "1953-10-07/1953-10-09",
        "kind": "letter",
        "from": ["Department of Trade, Industry and Ports", "Émile Zola"],
        "summary": "First line.\nTY  - BOOK\nER  - ",
        "topics": ["a; b", "c"],
        "pages": ["XIV", "XVI"],
    },
}


def test_ris_is_read_by_rispy() -> None:
    for case in [*CASES, AWKWARD]:
        document, record = record_and_document(case)
        text = reference_files.ris(document, record)
        assert text.endswith("ER  - \r\n") and "\n" not in text.replace("\r\n", "")
        (entry,) = rispy.loads(text)
        assert entry["type_of_reference"] == "CHAP"
        assert entry["title"] == " ".join(case["document"]["title"].split())
        assert entry["secondary_title"].startswith(case["volume"]["title"])
        if case["volume"].get("editors"):
            assert len(entry["secondary_authors"]) == len(case["volume"]["editors"])
        if "from" in case["document"]:
            assert len(entry["authors"]) == len(case["document"]["from"])
        assert entry.get("start_page", "") == case["document"].get("pages", [""])[0]
    assert entry["abstract"] == "First line. TY - BOOK ER -"


def test_bibtex_is_read_by_bibtexparser() -> None:
    stack = [middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()]
    for case in [*CASES, AWKWARD]:
        document, record = record_and_document(case)
        library = entrypoint.parse_string(reference_files.bibtex(document, record), append_middleware=stack)
        assert not library.failed_blocks
        (entry,) = library.entries
        assert (entry.entry_type, entry.key) == ("incollection", "v1-d1")
        fields = entry.fields_dict
        assert "title" in fields and "booktitle" in fields
        if case["volume"].get("editors"):
            assert len(fields["editor"].value) == len(case["volume"]["editors"])
        if "from" in case["document"]:
            assert len(fields["author"].value) == len(case["document"]["from"])


def test_bibtex_escapes_what_tex_reads() -> None:
    document, record = record_and_document(AWKWARD)
    text = reference_files.bibtex(document, record)
    title = next(line for line in text.splitlines() if line.startswith("  title"))
    assert r"\textbackslash{}emph\{x\} --- a\_b \& c \# d \$e\$ \textasciitilde{}f\textasciicircum{}g" in title
    assert "  author = {{Department of Trade, Industry and Ports} and Zola, Émile}," in text
    jr = {
        "volume": {"title": "V", "editors": ["William F. Sanford, Jr.", "Ludwig van der Rohe"]},
        "document": {"title": "T"},
    }
    assert "  editor = {Sanford, Jr., William F. and van der Rohe, Ludwig}" in reference_files.bibtex(
        *record_and_document(jr)
    )


def test_csl_json() -> None:
    document, record = record_and_document(CASES[0])
    (item,) = msgspec.json.decode(reference_files.csl_json(document, record))
    assert item == {
        "id": "v1-d1",
        "type": "chapter",
        "title": "Telegram From the Embassy in Spain to the Department of State",
        "author": [{"literal": "Embassy in Spain"}],
        "recipient": [{"literal": "Department of State"}],
        "container-title": "Spain, 1953–1955",
        "collection-title": "Diplomatic Papers, 1953–1957",
        "editor": [{"family": "Aldous", "given": "Dorothea L."}, {"family": "Quill", "given": "Ernest"}],
        "collection-editor": [{"family": "Penrose", "given": "Martha"}],
        "volume": "19",
        "part-number": "1",
        "chapter-number": "75",
        "page": "190-192",
        "publisher": "State Press",
        "publisher-place": "Washington",
        "issued": {"date-parts": [[1987]]},
        "original-date": {"date-parts": [[1953, 10, 7]]},
        "genre": "telegram",
        "event-place": "Madrid",
        "URL": "https://edition.example/v1/d1/",
        "language": "en",
    }


def test_csl_json_of_spans_and_doubtful_dates() -> None:
    document, record = record_and_document(AWKWARD)
    (item,) = msgspec.json.decode(reference_files.csl_json(document, record))
    assert item["original-date"] == {"date-parts": [[1953, 10, 7], [1953, 10, 9]]}
    assert item["editor"][1] == {"family": "Rohe", "given": "Ludwig", "non-dropping-particle": "van der"}
    document, record = record_and_document(CASES[5])
    (item,) = msgspec.json.decode(reference_files.csl_json(document, record))
    assert item["original-date"] == {"date-parts": [[1917]], "circa": True}


@pytest.mark.filterwarnings("ignore:The following arguments for Reference are unsupported")
def test_csl_json_is_read_by_citeproc() -> None:
    """A processor of citations makes an entry of every file, in a style of our own (citeproc-py does not know
    part-number, a newer variable)."""
    shown = [_processed(case) for case in [*CASES, AWKWARD]]
    assert shown[0] == (
        "Embassy in Spain. “Telegram From the Embassy in Spain to the Department of State”. In Spain, 1953–1955. "
        "Dorothea L. Aldous and Ernest Quill, eds. Diplomatic Papers, 1953–1957. 19. 190–192. "
        "Washington: State Press. 1987. 7 October 1953. https://edition.example/v1/d1/."
    )
    assert shown[2].startswith(
        "Marsh, John. “John Marsh to Anna von Brentano”. In Letters of a Consul: A selection. Ines"
    )
    assert "Ludwig van der Rohe, and Ministry of Trade, Industry and Ports, eds." in shown[-1]


def _processed(case: dict[str, Any]) -> str:
    items = msgspec.json.decode(reference_files.csl_json(*record_and_document(case)))
    style = citeproc.CitationStylesStyle(str(Path(__file__).parent / "citations" / "small.csl"), validate=False)
    source = citeproc.source.json.CiteProcJSON(items)
    bibliography = citeproc.CitationStylesBibliography(style, source, citeproc.formatter.plain)
    bibliography.register(citeproc.Citation([citeproc.CitationItem("v1-d1")]))
    return str(bibliography.bibliography()[0])
