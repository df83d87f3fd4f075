"""What a TEI file tells of a document as a whole: its number, title, kind, classification, date and parties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from generator import dates
from generator.dates import EditionDate
from generator.diagnostics import Diagnostic, Rule, Severity, Span
from generator.document import BLOCKS, Node, Note, Party, plain_text
from generator.readers.tei_builder import XML_ID, Element, local
from generator.readers.tei_pointers import key


def place_of(line: Element) -> str:
    """The first place that a date line or head names."""
    for name in line.iter("{*}placeName", "{*}settlement"):
        if not _in_note(name):
            return " ".join(words_of(name).split()).strip(" ,.;:[]()")
    return ""


def words_of(element: Element) -> str:
    """The text of an element without its notes."""
    out: list[str] = []

    def collect(e: Element) -> None:
        if local(e) != "note":
            out.append(e.text or "")
            for child in e:
                if local(child):
                    collect(child)
                out.append(child.tail or "")

    collect(element)
    return "".join(out)


# The title


def number(main: Element, id: str, title: list[Node], role: str) -> tuple[str, str]:
    """The document's number and how the title prints it."""
    given = (main.get("n") or "").strip()
    if role != "document":
        return given, ""
    named = _NUMBER_IN_ID.match(main.get(XML_ID) or id)
    number = given or (named[1] if named else "")
    if not number:
        return "", ""
    words = plain_text(title)
    printed = _printed(number, words)
    return number, printed if printed != words else ""


_NUMBER_IN_ID = re.compile(r"d(\d+[A-Za-z]*)$")
_NO = re.compile(r"No\.\s*")
_AFTER_NUMBER = re.compile(r"\.(?=\D)|(?=\s)|$")
_AFTER_NO = re.compile(r"(?!\w)\.?")


def _printed(number: str, words: str) -> str:
    """How a title prints the number it begins with: ``387.``, ``387`` or ``No. 387``; empty if it does not."""
    places = [(0, _AFTER_NUMBER)]
    if no := _NO.match(words):
        places = [(no.end(), _AFTER_NUMBER), *places, (no.end(), _AFTER_NO)]
    for start, after in places:
        if words.startswith(number, start) and (end := after.match(words, start + len(number))):
            return words[: end.end()]
    return ""


def without_number(nodes: Iterable[Node], printed: str) -> list[Node]:
    """Take the printed number off the beginning of a title."""
    out, _ = _cut(list(nodes), len(printed.replace(" ", "")) if printed else 0)
    while out and (out[0].kind == "line_break" or (out[0].kind == "text" and not out[0].text.strip(" "))):
        out.pop(0)
    if out and printed:
        out[0] = _left_stripped(out[0])
    return out


def _cut(nodes: list[Node], signs: int) -> tuple[list[Node], int]:
    """Take the first ``signs`` characters, spaces not counted, off ``nodes``; return what is left, and how many
    are still to be taken off."""
    out: list[Node] = []
    for node in nodes:
        if not signs:
            out.append(node)
        elif node.kind == "text":
            at = 0
            while at < len(node.text) and signs:
                signs -= node.text[at] != " "
                at += 1
            if node.text[at:]:
                out.append(Node("text", (), {}, node.text[at:], node.line))
        elif node.children:
            children, signs = _cut(list(node.children), signs)
            if children:
                out.append(Node(node.kind, tuple(children), node.attrs, node.text, node.line))
        elif node.kind != "line_break":
            out.append(node)
    return out, signs


def _left_stripped(node: Node) -> Node:
    if node.kind == "text":
        return Node("text", (), {}, node.text.lstrip(" "), node.line)
    if node.children:
        return Node(node.kind, (_left_stripped(node.children[0]), *node.children[1:]), node.attrs, node.text, node.line)
    return node


def title_of_header(header: Element | None) -> str:
    """The title that a file's header gives it; empty if it gives none."""
    if header is None:
        return ""
    titles = [e for e in header.iterfind("{*}fileDesc/{*}titleStmt/{*}title") if words_of(e).strip()]
    full = [e for e in titles if e.get("type") in ("complete", "main", "full", None)]
    return " ".join(words_of((full or titles)[0]).split()) if titles else ""


def opening_words(body: Iterable[Node]) -> str:
    """The first words of a text that has no title, for lists and the window's title."""
    for node in body:
        words = plain_text((node,))
        if words:
            return words if len(words) <= 80 else words[:80].rsplit(" ", 1)[0] + " …"
    return "[Untitled]"


# What is known of the document

_KINDS = re.compile(
    r"\b(?P<editorial>editorial note)|(?P<phone>memorandum (?:of|for the record of) (?:a )?telephone conversations?"
    r"|transcript of (?:a )?telephone conversation)|(?P<conversation>memorand(?:um|a) of (?:a )?(?:conversations?|conference))"
    r"|(?P<discussion>memorand(?:um|a) of (?:a )?discussion)|(?P<memorandum>memorand(?:um|a)|aide.m[ée]moire)"
    r"|(?P<telegram>(?:circular )?telegram)|(?P<airgram>(?:circular )?airgram)|(?P<letter>letter)|(?P<despatch>d[ei]spatch)"
    r"|(?P<instruction>instruction)|(?P<minutes>minutes)|(?P<report>report)|(?P<estimate>intelligence estimate)"
    r"|(?P<message>message)|(?P<paper>paper)|(?P<note>note)\b",
    re.I,
)
_KIND_NAMES = {
    "editorial": "editorial note", "phone": "memorandum of telephone conversation",
    "conversation": "memorandum of conversation", "discussion": "memorandum of discussion",
    "estimate": "intelligence estimate",
}  # fmt: skip
_KIND_IN_SOURCE = re.compile(r":\s*((?:circular )?(?:telegram|airgram|despatch|instruction))\b", re.I)


def kind_of(title: str, source_line: str, body: Iterable[Node]) -> str:
    """The kind of a document as its title, its source line or a line of its own at the top names it."""
    found = _KINDS.search(title)
    if found is None:
        in_source = _KIND_IN_SOURCE.search(source_line)
        if in_source:
            return in_source[1].lower().removeprefix("circular ")
        lines = (_KINDS.fullmatch(plain_text((line,)).strip(" .[]")) for line in _top_lines(body))
        found = next((line for line in lines if line), None)
    return _KIND_NAMES.get(found.lastgroup, found.lastgroup) if found and found.lastgroup else ""


_CLASSES = (
    "top secret", "secret", "confidential", "restricted", "limited official use", "official use only",
    "for official use only", "unclassified", "strictly confidential", "personal and confidential",
)  # fmt: skip
_CLAUSE_END = re.compile(r"[;,—–]")
_IN_SOURCE_NOTE = re.compile(
    r"(?<=[.\])”’\"] )(Top Secret|Secret|Confidential|Restricted|Limited Official Use|(?:For )?Official Use Only|Unclassified)(?=[.;,])"
)


def classification(notes: Iterable[Note], body: Iterable[Node]) -> str:
    """The classification where it is certain: a sentence of the source note, or a line of its own at the top."""
    for note in notes:
        words = plain_text(note.children)
        if note.kind == "source" or words.startswith("Source:"):
            found = _IN_SOURCE_NOTE.search(words)
            if found:
                return found[1].title().replace("For Official", "For Official")
            break
    for line in _top_lines(body):
        words = _CLAUSE_END.split(plain_text((line,)).strip("[]() .").lower(), 1)[0].strip("[]() .")
        if words in _CLASSES:
            return words.title()
    return ""


def _top_lines(body: Iterable[Node]) -> Iterator[Node]:
    """The first lines of a document, those of an opener taken one by one."""
    seen = 0
    for node in body:
        for line in node.children if node.kind == "opener" else (node,):
            if line.kind in BLOCKS:
                seen += 1
                if seen > 3 or line.kind not in ("paragraph", "dateline", "salute"):
                    return
                yield line


def date_of(main: Element, header: Element | None, file: str) -> tuple[EditionDate | None, tuple[Diagnostic, ...]]:
    """The date of a document: its date line's, what the edition noted on the division, or the header's."""
    problems: list[Diagnostic] = []
    for element in _dates(main, header):
        text = _edtf(element)
        if not text:
            continue
        try:
            return dates.parse(text), ()
        except ValueError as error:
            problems.append(
                Diagnostic(
                    Rule.WRONG_VALUE.id,
                    Severity.WARNING,
                    f"the date is not understood: {error}",
                    Span(file, element.sourceline),
                    "Dates in attributes look like 1953-10-07 or 1953-10-07T19:30:00-05:00.",
                )
            )
    low = next((v for k, v in main.attrib.items() if k.endswith("doc-dateTime-min")), "")
    high = next((v for k, v in main.attrib.items() if k.endswith("doc-dateTime-max")), "")
    if low[:10] and high[:10]:
        try:
            return dates.parse(low[:10] if low[:10] == high[:10] else f"{low[:10]}/{high[:10]}"), ()
        except ValueError:
            pass
    return None, tuple(problems)


def _dates(main: Element, header: Element | None) -> Iterator[Element]:
    """The elements that may date a document, the likeliest first."""
    for line in _datelines(main):
        yield from line.iter("{*}date")
    # Electronic volumes give place and date in the head ("NSDM 222, Washington, June 11, 1973").
    for head in main.iterfind("{*}head"):
        yield from (d for d in head.iter("{*}date") if not _in_note(d))
    for name in ("postscript", "closer"):
        for end in main.iterfind(f"{{*}}{name}"):
            yield from end.iter("{*}date")
    if header is not None:
        yield from header.iterfind("{*}profileDesc/{*}creation/{*}date")
        yield from (d for d in header.iterfind(".//{*}date") if d.get("type") == "created")


def _in_note(element: Element) -> bool:
    return any(local(a) == "note" for a in element.iterancestors())


def _datelines(main: Element) -> list[Element]:
    """The date lines of a document itself, not of what is attached to it: at the top, else at the end."""
    own = list(main.iterfind("{*}dateline"))
    own += list(main.iterfind("{*}opener/{*}dateline"))
    return own or list(main.iterfind("{*}closer/{*}dateline"))


def _edtf(date: Element) -> str:
    """The date that an element's attributes give, in EDTF; empty if they give none."""
    when, first, last = (
        date.get("when"),
        date.get("from") or date.get("notBefore"),
        date.get("to") or date.get("notAfter"),
    )
    if when and not last:
        return str(when)
    first = first or when
    if first and last and first[:10] == last[:10]:
        return str(first) if date.get("from") else str(first[:10])
    if first and last:
        return f"{first[:10]}/{last[:10]}"
    return f"{first[:10]}/.." if first else f"../{last[:10]}" if last else ""


def updated(header: Element | None) -> dict[str, str]:
    """The days of the latest changes that ``revisionDesc`` notes, by the id of the document that each is of
    (``target="#d12"``); those that name none stand under the empty id."""
    days: dict[str, str] = {}
    for change in header.iterfind("{*}revisionDesc//{*}change") if header is not None else ():
        day = _day(change.get("when") or "")
        for id in [target.lstrip("#") for target in (change.get("target") or "").split()] or [""]:
            days[id] = max(day, days.get(id, ""))
    return days


def _day(when: str) -> str:
    try:
        date = dates.parse(when[:10])
    except ValueError:
        return ""
    return date.start if date.precision == "day" else ""


class Letter(msgspec.Struct, frozen=True):
    """What a header says of the correspondence."""

    sender: tuple[Party, ...] = ()
    addressee: tuple[Party, ...] = ()
    date: EditionDate | None = None
    place: str = ""


def correspondence(header: Element | None) -> Letter:
    """What ``correspDesc`` says: who wrote to whom, when and where."""
    if header is None:
        return Letter()
    parties: dict[str, list[Party]] = {"sent": [], "received": []}
    date: EditionDate | None = None
    place = ""
    for action in header.iterfind(".//{*}correspAction"):
        kind = action.get("type") or ""
        if kind not in parties:
            continue
        for e in action:
            name = " ".join(words_of(e).split())
            if local(e) in ("persName", "orgName", "name", "rs") and name:
                parties[kind].append(Party(name, key(e.get("corresp") or e.get("ref") or e.get("key"))))
            elif kind == "sent" and local(e) in ("placeName", "settlement") and not place:
                place = name
            elif kind == "sent" and local(e) == "date" and date is None:
                try:
                    date = dates.parse(_edtf(e))
                except ValueError:
                    date = None
    return Letter(tuple(parties["sent"]), tuple(parties["received"]), date, place)
