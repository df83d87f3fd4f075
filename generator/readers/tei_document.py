"""From one part of a TEI file to a Document: title, source line, date line, body, notes, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from generator import dates
from generator.dates import EditionDate
from generator.diagnostics import Diagnostic, Rule, Severity, Span
from generator.document import BLOCKS, Document, Metadata, Node, Note, Party, plain_text
from generator.readers.tei_builder import XML_ID, XML_LANG, Builder, Element
from generator.readers.tei_elements import HANDLERS, is_inline_source, is_running_head, local
from generator.readers.tei_pointers import key


class Context(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a part inherits from its file; nothing in it changes when another document is edited.

    ``whole`` says that the part is the whole file. ``marks`` are the page breaks (n, xml:id, facs) just before
    the part, ``after`` those behind the last part of the file; ``page`` is the printed page in force where the
    part begins. ``title`` stands in where the element has none. ``renamed`` has the documents of this file
    whose ids in the edition are not their xml:id.
    """

    role: str = "document"
    whole: bool = False
    namespaces: dict[str, str] = {}  # noqa: RUF012  (msgspec copies the default)
    lang: str = ""
    marks: tuple[tuple[str | None, str | None, str | None], ...] = ()
    after: tuple[tuple[str | None, str | None, str | None], ...] = ()
    page: str = ""
    title: str = ""
    renamed: dict[str, str] = {}  # noqa: RUF012


def build(root: Element, file: str, volume: str, id: str, context: Context) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return the document that ``root`` (a division, or the TEI element of a whole file) holds."""
    builder = Builder(file, id, HANDLERS, context.renamed)
    header = next((c for c in root if local(c) == "teiHeader"), None)
    parts = _parts(root)
    main = next((part for part, is_main in parts if is_main), root)
    _prepare(builder, root, header)
    document = _Text(builder)
    for mark in context.marks:
        builder.page_break(*mark, 1, document.body)
    for part, is_main in parts:
        document.read(part, is_main)
    for mark in context.after:
        builder.page_break(*mark, 0, document.body)
    builder.gather(document.body)
    number, printed = _number(main, id, document.title, context.role)
    title = tuple(_without_number(document.title, printed))
    if not plain_text(title):
        # Page marks and references to notes stay, whatever the title is taken from.
        words = title_of_header(header) or context.title or _opening(document.body)
        title = (Node("text", text=words), *(n for n in title if n.kind in ("page_break", "note_ref")))
    notes = builder.finished_notes()
    letter = _correspondence(header)
    date, problem = _date(main, header, file)
    body = tuple(document.body)
    starts_on_mark = bool(context.marks)
    metadata = Metadata(
        number=number,
        printed_number=printed,
        date=date or letter.date,
        place=document.place or letter.place,
        kind=_kind(plain_text(title), plain_text(document.source_line)) if context.role == "document" else "",
        classification=_classification(notes, body) if context.role == "document" else "",
        sender=document.sender or letter.sender,
        addressee=document.addressee or letter.addressee,
        first_page="" if starts_on_mark else context.page,
        lang=root.get(XML_LANG) or main.get(XML_LANG) or context.lang,
    )
    made = Document(
        volume=volume,
        id=id,
        title=title,
        body=body,
        metadata=metadata,
        source_line=tuple(document.source_line),
        dateline=tuple(document.dateline),
        notes=notes,
        role=context.role,
    )
    return made, (*problem, *builder.finished_diagnostics())


def _parts(root: Element) -> list[tuple[Element, bool]]:
    """The elements to read one after the other, and which of them has the title: the division itself, or of a
    whole file what stands in its text, where a division that stands alone in the body is the document."""
    if local(root) not in ("TEI", "TEI.2", "teiCorpus"):
        return [(root, True)]
    text = next((c for c in root if local(c) == "text"), root)
    out: list[tuple[Element, bool]] = []
    for child in text:
        name = local(child)
        if name == "body":
            out += _parts_of_body(child)
        elif name and name != "teiHeader":
            out.append((child, False))
    return out or [(text, True)]


def _parts_of_body(body: Element) -> list[tuple[Element, bool]]:
    inside = [c for c in body if local(c)]
    divisions = [c for c in inside if local(c).startswith("div") and c.tag == body.tag.replace("body", local(c))]
    documents = [c for c in divisions if c.get("type") == "document"]
    chosen = documents if len(documents) == 1 else divisions if len(inside) == 1 else []
    if not chosen or (body.text or "").strip() or any((c.tail or "").strip() for c in inside):
        return [(body, True)]
    return [(c, c is chosen[0]) for c in inside]


def _prepare(builder: Builder, root: Element, header: Element | None) -> None:
    """Take down what can be known only from the part as a whole: ids, labels of notes, notes tied to places."""
    named = [e for e in root.iter() if XML_ID in e.attrib] if header is not None else root.xpath("descendant-or-self::*[@xml:id]")  # fmt: skip
    builder.in_source = {e.get(XML_ID).strip() for e in named}
    builder.languages = bool(root.xpath("boolean(.//*[@xml:lang])"))
    notes = [e for e in root.iter("{*}note") if not is_inline_source(e)]
    if header is not None:
        notes = [e for e in notes if not any(a is header for a in e.iterancestors())]
    builder.labels = {" ".join(n.split()) for e in notes if (n := e.get("n"))}
    tied = [e for e in notes if e.get("target") or e.get("corresp")]
    called = root.xpath(".//*[local-name()='ref' or local-name()='ptr'][contains(@type, 'ote')]") if notes else []
    if not tied and not called:
        return
    by_id = {e.get(XML_ID).strip(): e for e in named}
    builder.note_elements = {id: e for id, e in by_id.items() if local(e) == "note" and e in notes}
    for call in called:
        note = builder.note_elements.get((call.get("target") or "").strip().lstrip("#"))
        if note is not None:
            builder.detached.add(note)
    for note in tied:
        if note in builder.detached:
            continue
        # "#a #b" and "range(#a,#b)" are the two ends of a passage: the reference stands at its end.
        names = re.findall(r"#?([^\s#,()]+)", (note.get("target") or note.get("corresp") or "").replace("range(", " "))
        place = by_id.get(names[-1]) if names else None
        if place is not None and local(place) not in _NO_PLACE and not any(a is note for a in place.iterancestors()):
            builder.attached.setdefault(place.get(XML_ID), []).append(note)
            builder.detached.add(note)


_NO_PLACE = frozenset(("note", "p", "ab", "div", "list", "item", "table", "row", "cell", "head", "TEI", "text", "body", "lg", "pb", "lb"))  # fmt: skip


class _Text:
    """The parts of a document as they are met: first title, source line and date line, then its body."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.title: list[Node] = []
        self.source_line: list[Node] = []
        self.dateline: list[Node] = []
        self.body: list[Node] = []
        self.place = ""
        self.sender: tuple[Party, ...] = ()
        self.addressee: tuple[Party, ...] = ()
        self._leading = True
        self._titled = False

    def read(self, part: Element, main: bool) -> None:
        """Read one element's content; only that of the ``main`` one can hold the title."""
        b = self.builder
        if not main:
            b.handler(part.tag)(b, part, self.body)
            b.gather(self.body)
            return
        if part.text:
            b.text(part.text, self.body, part)
        for child in part:
            self._child(child)
            if b.attached:
                b.refer_from(child, self.body)
            if child.tail:
                b.text(child.tail, self.body, child)
        b.end_line(self.body)

    def _child(self, e: Element) -> None:
        b, name = self.builder, local(e)
        if name == "head" and not self._titled and not is_running_head(e):
            self._titled = True
            self._head(e)
        elif not self._leading:
            self._block(e)
        elif name == "note" and e not in b.detached:
            if is_inline_source(e) and not self.source_line:
                self.source_line.extend(b.children(e, self.body))
            elif self._titled and not is_inline_source(e):
                HANDLERS["note"](b, e, self.title)
            else:
                self._leading = False
                self._block(e)
        elif name == "dateline" and not self.dateline:
            self._dateline(e)
        elif name == "opener" and not self.dateline and any(local(c) == "dateline" for c in e):
            self._opener(e)
        else:
            self._leading = name in ("pb", "head", "opener", "") and self._leading
            self._block(e)

    def _block(self, e: Element) -> None:
        self.builder.handler(e.tag)(self.builder, e, self.body)

    def _head(self, e: Element) -> None:
        self.title.extend(self.builder.children(e, self.body))
        for name in e.iter():
            if local(name) in ("persName", "gloss", "rs", "name", "orgName") and name.get("type") in ("from", "to"):
                party = Party(" ".join(_words(name).split()), key(name.get("corresp")))
                if not party.name:
                    continue
                if name.get("type") == "from":
                    self.sender = (*self.sender, party)
                else:
                    self.addressee = (*self.addressee, party)

    def _dateline(self, e: Element) -> None:
        self.dateline.extend(self.builder.children(e, self.body))
        for name in e.iter():
            if local(name) in ("placeName", "settlement"):
                self.place = " ".join(_words(name).split()).strip(" ,.;:[]()")
                return

    def _opener(self, e: Element) -> None:
        """An opener: its date line goes to its own place, the rest stays."""
        b = self.builder
        b.end_line(self.body)
        rest: list[Node] = []
        if e.text:
            b.text(e.text, rest, e)
        for child in e:
            if local(child) == "dateline" and not self.dateline:
                b.end_line(rest)
                self._dateline(child)
                b.end_line(rest)
            else:
                b.handler(child.tag)(b, child, rest)
            if child.tail:
                b.text(child.tail, rest, child)
        b.end_line(rest)
        if rest:
            self.body.append(Node("opener", tuple(rest), {}, "", e.sourceline))


def _words(element: Element) -> str:
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


def _number(main: Element, id: str, title: list[Node], role: str) -> tuple[str, str]:
    """The document's number and how the title prints it."""
    given = (main.get("n") or "").strip()
    words = plain_text(title)
    named = re.match(r"d(\d+[A-Za-z]*)$", main.get(XML_ID) or id)
    if role != "document":
        return given, ""
    number = given or (named[1] if named else "")
    if not number:
        return "", ""
    printed = re.match(
        rf"(?:No\.\s*)?{re.escape(number)}(?:\.(?=\D)|(?=\s)|$)|No\.\s*{re.escape(number)}(?!\w)\.?", words
    )
    return number, printed[0] if printed and printed[0] != words else ""


def _without_number(nodes: Iterable[Node], printed: str) -> list[Node]:
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
    titles = [e for e in header.iterfind("{*}fileDesc/{*}titleStmt/{*}title") if _words(e).strip()]
    full = [e for e in titles if e.get("type") in ("complete", "main", "full", None)]
    return " ".join(_words((full or titles)[0]).split()) if titles else ""


def _opening(body: Iterable[Node]) -> str:
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


def _kind(title: str, source_line: str) -> str:
    """The kind of a document as its title or source line names it; empty where neither does."""
    found = _KINDS.search(title)
    if found and found.lastgroup:
        return _KIND_NAMES.get(found.lastgroup, found.lastgroup)
    in_source = _KIND_IN_SOURCE.search(source_line)
    return in_source[1].lower().removeprefix("circular ") if in_source else ""


_CLASSES = (
    "top secret", "secret", "confidential", "restricted", "limited official use", "official use only",
    "for official use only", "unclassified", "strictly confidential", "personal and confidential",
)  # fmt: skip
_IN_SOURCE_NOTE = re.compile(
    r"(?<=[.\])”’\"] )(Top Secret|Secret|Confidential|Restricted|Limited Official Use|(?:For )?Official Use Only|Unclassified)(?=[.;,])"
)


def _classification(notes: Iterable[Note], body: Iterable[Node]) -> str:
    """The classification where it is certain: a sentence of the source note, or a line of its own at the top."""
    for note in notes:
        words = plain_text(note.children)
        if note.kind == "source" or words.startswith("Source:"):
            found = _IN_SOURCE_NOTE.search(words)
            if found:
                return found[1].title().replace("For Official", "For Official")
            break
    for line in _top_lines(body):
        words = re.split(r"[;,—–]", plain_text((line,)).strip("[]() .").lower())[0].strip("[]() .")
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


def _date(main: Element, header: Element | None, file: str) -> tuple[EditionDate | None, tuple[Diagnostic, ...]]:
    """The date of a document: its date line's, what the edition noted on the division, or the header's."""
    problems: list[Diagnostic] = []
    candidates = [d for line in _datelines(main) for d in line.iter("{*}date")]
    if header is not None:
        candidates += [d for d in header.iterfind("{*}profileDesc/{*}creation/{*}date")]
        candidates += [d for d in header.iterfind(".//{*}date") if d.get("type") == "created"]
    for element in candidates:
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


def _datelines(main: Element) -> list[Element]:
    """The date lines of a document itself, not of what is attached to it: at the top, else at the end."""
    own = [e for e in main.iterfind("{*}dateline")]
    own += [e for e in main.iterfind("{*}opener/{*}dateline")]
    return own or [e for e in main.iterfind("{*}closer/{*}dateline")]


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


class _Letter(msgspec.Struct, frozen=True):
    """What a header says of the correspondence."""

    sender: tuple[Party, ...] = ()
    addressee: tuple[Party, ...] = ()
    date: EditionDate | None = None
    place: str = ""


def _correspondence(header: Element | None) -> _Letter:
    """What ``correspDesc`` says: who wrote to whom, when and where."""
    if header is None:
        return _Letter()
    parties: dict[str, list[Party]] = {"sent": [], "received": []}
    date: EditionDate | None = None
    place = ""
    for action in header.iterfind(".//{*}correspAction"):
        kind = action.get("type") or ""
        if kind not in parties:
            continue
        for e in action:
            name = " ".join(_words(e).split())
            if local(e) in ("persName", "orgName", "name", "rs") and name:
                parties[kind].append(Party(name, key(e.get("corresp") or e.get("ref") or e.get("key"))))
            elif kind == "sent" and local(e) in ("placeName", "settlement") and not place:
                place = name
            elif kind == "sent" and local(e) == "date" and date is None:
                try:
                    date = dates.parse(_edtf(e))
                except ValueError:
                    date = None
    return _Letter(tuple(parties["sent"]), tuple(parties["received"]), date, place)
