"""Reading a plain transcript: text as copied from a page, with its notes as a list at the end.

The form: blocks between blank lines; the title, before it perhaps a source line (a file number); page breaks as
``[Page 1019]``, alone or in mid-sentence; list items as lines ``  * item``, table rows as lines ``a | b``; after the
text the notes, one a line, as ``  1. text``, directly below a signature or after a blank line. What was a raised
numeral in the text is run on to the word before it: ``Kingdom1``; ``generator.readers.plaintext_notes`` finds it.

Pure: text in, a ``Transcript`` out, never an exception for what the text is like. Everything a transcript says about
its text it says by offsets, so nothing can get lost on the way; ``generator.readers.plaintext_writer`` writes it down.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from generator.diagnostics import Diagnostic, Rule, Severity, Span
from generator.readers import plaintext_facts as facts
from generator.readers.markdown_references import PAGE_LABEL
from generator.readers.plaintext_notes import Placement, Zone, place

SURE = 0.95
"""A placement less certain than this is listed for the editor."""

Stretch = tuple[int, int]
"""A part of the text: start and end offset."""


class Line(msgspec.Struct, frozen=True):
    """A line of a block: its part of the text, without bullet and blanks around it; ``depth`` of a list item, or 0."""

    start: int
    end: int
    depth: int = 0


class Block(msgspec.Struct, frozen=True):
    """A block of the text: ``kind`` is paragraph, page (a page mark alone), list, table or signed. ``number`` is
    printed before a paragraph (``1831``)."""

    kind: str
    lines: tuple[Line, ...]
    number: str = ""

    @property
    def start(self) -> int:
        return self.lines[0].start

    @property
    def end(self) -> int:
        return self.lines[-1].end


class ListedNote(msgspec.Struct, frozen=True):
    """A note of the list: label as printed, the offsets of its text, its paragraphs."""

    label: str
    start: int
    end: int
    blocks: tuple[Block, ...]


class PageMark(msgspec.Struct, frozen=True):
    """``[Page 1019]``: label, offsets; ``form`` is block, inline or inside a word."""

    label: str
    start: int
    end: int
    form: str


class Transcript(msgspec.Struct, frozen=True):
    """A transcript taken apart. ``text`` is the input with its line ends made plain; all offsets count in it.

    ``title`` stands without the number (``387``, printed as ``387.`` or ``No. 387``); ``source_line`` is None where
    the text has none; ``date`` is EDTF or empty; ``date_from`` and ``classification_from`` say in words where they come
    from; ``notes_at`` is where the list of notes begins, its heading included; ``unsure`` lists what the editor should confirm, with places in the input.
    """

    file: str
    text: str
    title: Stretch
    number: str = ""
    printed_number: str = ""
    source_line: Stretch | None = None
    classification: str = ""
    classification_from: str = ""
    date: str = ""
    date_from: str = ""
    dateline: Stretch | None = None
    kind: str = ""
    first_page: str = ""
    body: tuple[Block, ...] = ()
    notes: tuple[ListedNote, ...] = ()
    notes_at: int = 0
    pages: tuple[PageMark, ...] = ()
    placements: tuple[Placement, ...] = ()
    unsure: tuple[Diagnostic, ...] = ()

    def plain(self, stretch: Stretch) -> str:
        """The words of a part of the text, without note references and page marks, white space made single."""
        start, end = stretch
        cuts = [(p.start, p.end) for p in self.placements if p.start >= 0]
        cuts += [(p.start, p.end) for p in self.pages]
        out: list[str] = []
        for a, b in sorted(cuts):
            if start <= a < end:
                out.append(self.text[start:a])
                start = b
        return " ".join(("".join(out) + self.text[start:end]).split())


_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
_PAGE = re.compile(rf"\[Page ({PAGE_LABEL}|\[[^\[\]\n]{{0,30}}\])\]")
_NOTE = re.compile(r"^  ?(?P<label>[^\s.]{1,5})\.(?: |$)", re.M)
_LOOSE_NOTE = re.compile(r"^[ \t]*(?P<label>\d{1,3}|[*†‡§¶]{1,3})\.?[ \t]+(?=\S)", re.M)
_NOTES_HEADING = re.compile(
    r"^[ \t]*(?:foot|end)?notes:?[ \t]*\n+(?=[ \t]*(?:\d{1,3}|[*†‡§¶])\.?[ \t]+\S)", re.M | re.I
)
_BAR = re.compile(r"(?:^|(?<=\s))\|", re.M)
_BULLET = re.compile(r"([ \t]*)[*•][ \t]+(?=[^\s*])")
_NUMBERED_TITLE = re.compile(r"(?P<number>\d{1,4}[A-Za-z]?)\.[ \n]*(?=[^\W\d_]|[“\"‘\[(])")
_NO_TITLE = re.compile(r"No\.? ?(?P<number>\d{1,4}[A-Za-z]?)[.:]?\s+(?=\S)")
_SOURCE = re.compile(
    r"^\d{2,3}[A-Za-z]?\.\S|^[\w.]+ ?\d*/[\w–-]*\d|\b(?:files?|papers|records|lot|library|archives?|diary)\b"
    r"|: (?:circular )?(?:telegram|airgram|despatch|instruction|memorandum)\W*\d*$",
    re.I,
)
_TITLE_WORDS = re.compile(
    r"(?:Editorial Note|(?:Draft )?(?:Memorand|Minutes|Telegram|Airgram|Letter|Despatch|Circular|Message|Report|Paper"
    r"|Statement|Notes?\b|Record|Agreement|Record|Summary|Minute|Record|National (?:Security|Intelligence)|Special"
    r"|Intelligence|Briefing|Action|Diary)|(?:The )?[^\n]{3,90} to (?:the |Mr\. |Mrs\. |Dr\. )?[A-Z])"
)
_BARE_REFERENCE = re.compile(r"[^\W\d_)](\d{1,2})$", re.M)
LONGEST_TITLE = 1200
"""A block longer than this, in characters, is no title."""
_PART_OF_NAME = r"(?:[^\W\d_a-z]|\[[^\W\d_a-z])[\w.’'()\[\]-]*"
_NAME = re.compile(
    rf"{_PART_OF_NAME}(?:[ ,\n]{{1,2}}(?:(?:de|von|van|la|du|le|of|for|the)[ \n])?{_PART_OF_NAME}){{0,7}}"
)
_LONGEST_NAME = 120
_OPENS_PART = re.compile(r"\[?(?:Attachment|Enclosure|Tab|Annex|Appendix|Page)\b", re.I)
_COMPLIMENT = re.compile(
    r"(?:\b(?:yours|sincerely|regards|respectfully|truly|faithfully|wishes)\b,?|\[etc\.\]:?,?)\s*(?:\[Page \S+\])?\s*$",
    re.I,
)
_PARAGRAPH_NUMBER = re.compile(r"(\d{1,6}[A-Za-z]?)\. ")


def transcribe(text: str, file: str = "") -> Transcript:
    """Take a transcript apart. ``file`` names the input in diagnostics. Never raises for what the text is like."""
    text = _plain_lines(text)
    notes_start, notes = _notes(text)
    title, source, rest, number = _head(text, _blocks(text, 0, notes_start))
    body = _signatures(text, rest, signed_end=bool(notes) and not text[:notes_start].endswith("\n\n"))
    found = Transcript(
        file, text, title, source_line=source, body=tuple(body), notes=notes, notes_at=notes_start, pages=_pages(text)
    )
    if number:
        printed = " ".join(number[0].split())
        found = msgspec.structs.replace(found, number=number["number"], printed_number=printed)
    placements = place(text, zones(found), [n.label for n in notes], [text[n.start : n.end] for n in notes])
    found = _with_facts(msgspec.structs.replace(found, placements=tuple(placements)))
    return msgspec.structs.replace(found, unsure=_unsure(found))


def _with_facts(found: Transcript) -> Transcript:
    """Add what the words say about the document. A dateline among the first blocks is taken out of the body."""
    title, source = found.plain(found.title), found.plain(found.source_line or (0, 0))
    note = found.plain((found.notes[0].start, found.notes[0].end)) if found.notes else ""
    leading = [(b, found.plain((b.start, b.end))) for b in found.body[:6] if b.kind == "paragraph"]
    dateline = next((b for b, words in leading[:4] if facts.is_dateline(words)), None)
    words = found.plain((dateline.start, dateline.end)) if dateline else ""
    date, date_from = facts.date_of(words, title, source, note)
    classification, classification_from = facts.classification([w for _, w in leading], note)
    return msgspec.structs.replace(
        found,
        kind=facts.kind_of(title, source),
        date=date,
        date_from=date_from,
        dateline=(dateline.start, dateline.end) if dateline else None,
        body=tuple(b for b in found.body if b is not dateline),
        classification=classification,
        classification_from=classification_from,
        first_page=_first_page(found),
    )


def _first_page(found: Transcript) -> str:
    """The page a document begins on, where its first page mark comes after its beginning: the one before."""
    if not found.pages or found.pages[0].start >= found.notes_at:
        return ""
    first = found.pages[0]
    begins = not found.text[: first.start].strip()
    return (
        str(int(first.label) - 1)
        if not begins and re.fullmatch(r"[1-9]\d{0,4}", first.label) and first.label != "1"
        else ""
    )


def _plain_lines(text: str) -> str:
    """Make every line end ``\\n``. What cannot be shown (control characters, other separators of lines) becomes a
    blank, one for one, so that lines and columns count as in an editor."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _UNSHOWABLE.sub(" ", text)


# Notes


def _notes(text: str) -> tuple[int, tuple[ListedNote, ...]]:
    """Find the list of notes: its offset (the length of the text if there is none) and the notes."""
    starts = list(_NOTE.finditer(text))
    begin = starts[0].start() if starts else len(text)
    if not starts:
        headings = list(_NOTES_HEADING.finditer(text))
        if headings:
            # The heading goes: the page has one of its own.
            begin = headings[-1].start()
            starts = list(_LOOSE_NOTE.finditer(text, headings[-1].end()))
    if not starts:
        return len(text), ()
    ends = [m.start() for m in starts[1:]] + [len(text)]
    notes = []
    for m, end in zip(starts, ends, strict=True):
        stop = m.end() + len(text[m.end() : end].rstrip())
        notes.append(ListedNote(m["label"], m.end(), stop, tuple(_blocks(text, m.end(), stop))))
    return begin, tuple(notes)


def _pages(text: str) -> tuple[PageMark, ...]:
    pages = []
    for m in _PAGE.finditer(text):
        before, after = text[m.start() - 1 : m.start()], text[m.end() : m.end() + 1]
        line_start, line_end = before in ("", "\n"), after in ("", "\n")
        form = (
            "block"
            if line_start and line_end
            else "inside a word"
            if before.isalnum() and after.isalnum()
            else "inline"
        )
        pages.append(PageMark(m[1], m.start(), m.end(), form))
    return tuple(pages)


# Blocks


def _blocks(text: str, start: int, end: int) -> list[Block]:
    """Cut a part of the text at blank lines."""
    blocks: list[Block] = []
    lines: list[Stretch] = []
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if text[at:stop].strip():
            lines.append((at, stop))
        elif lines:
            blocks.append(_block(text, lines))
            lines = []
        at = stop + 1
    if lines:
        blocks.append(_block(text, lines))
    return blocks


def _block(text: str, lines: Sequence[Stretch]) -> Block:
    first = text[lines[0][0] : lines[0][1]]
    if len(lines) == 1 and _PAGE.fullmatch(first.strip()):
        return Block("page", (_line(text, *lines[0]),))
    if _BULLET.match(first):
        items = []
        for a, b in lines:
            bullet = _BULLET.match(text, a, b)
            items.append(_line(text, bullet.end(), b, max(1, len(bullet[1]) // 2)) if bullet else _line(text, a, b))
        return Block("list", tuple(items))
    plain = tuple(_line(text, a, b) for a, b in lines)
    if len(lines) > 1 and all(_BAR.search(text, a, b) for a, b in lines):
        return Block("table", plain)
    number = _PARAGRAPH_NUMBER.match(text, plain[0].start)
    return Block("paragraph", plain, number[1] if number else "")


def _line(text: str, start: int, end: int, depth: int = 0) -> Line:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Line(start, end, depth)


def _head(text: str, blocks: Sequence[Block]) -> tuple[Stretch, Stretch | None, list[Block], re.Match[str] | None]:
    """Find title and source line. Return the title (without its number), the source line, the other blocks, and
    the number as matched. A text without a title gives an empty stretch."""
    leading: list[Block] = []
    for b in blocks:
        if b.kind in ("list", "page"):
            if b.kind == "list":
                break
            continue
        if len(leading) == 2 or b.end - b.start > LONGEST_TITLE:
            break
        leading.append(b)
    if not leading:
        return (0, 0), None, list(blocks), None
    title, source = leading[0], None
    number = _number(text, title)
    if len(leading) == 2 and not number:
        second = _number(text, leading[1])
        if second or _source_like(text[title.start : title.end], text[leading[1].start : leading[1].end]):
            source, title, number = title, leading[1], second
    rest = [b for b in blocks if b is not title and b is not source]
    start = number.end() if number else title.start
    return (start, title.end), (source.start, source.end) if source else None, rest, number


def _number(text: str, block: Block) -> re.Match[str] | None:
    """The number that a title begins with."""
    return _NUMBERED_TITLE.match(text, block.start, block.end) or _NO_TITLE.match(text, block.start, block.end)


def _source_like(first: str, second: str) -> bool:
    """Whether the first of two blocks reads like a source line above a title rather than like a title."""
    if _TITLE_WORDS.match(first):
        return False
    return bool(_SOURCE.search(first)) or (len(first) < 160 and bool(_TITLE_WORDS.match(second)))


# What the words say about the document


def _signatures(text: str, blocks: Sequence[Block], *, signed_end: bool) -> list[Block]:
    """Mark signatures: the block that notes follow without a blank line, and names alone where a letter ends."""
    out = list(blocks)
    last = max((i for i, b in enumerate(out) if b.kind != "page"), default=-1)
    for i, b in enumerate(out):
        if b.kind != "paragraph" or b.number or i == 0:
            continue
        words = _without_labels(text[b.start : b.end])
        closes = i == last or (i < last and _OPENS_PART.match(text, out[i + 1].start))
        certain = signed_end and i == len(out) - 1
        if (
            certain
            or (closes and not signed_end and len(b.lines) <= 3 and _is_name(words))
            or (i and _COMPLIMENT.search(text, out[i - 1].start, out[i - 1].end) and _is_name(words))
        ):
            out[i] = msgspec.structs.replace(b, kind="signed")
    return out


def _is_name(words: str) -> bool:
    return len(words) <= _LONGEST_NAME and bool(_NAME.fullmatch(words)) and not facts.is_level(words)


def _without_labels(words: str) -> str:
    return re.sub(r"(?<=[^\W\d_.\])])\d{1,3}$", "", words)


def zones(found: Transcript) -> list[Zone]:
    """The parts of a transcript in which a reference can stand, in the order of the text."""
    out = [Zone(*found.title, "title")]
    if found.source_line:
        out.append(Zone(*found.source_line, "source"))
    for b in found.body:
        if b.kind in ("list", "table"):
            out += [Zone(x.start, x.end, "item" if b.kind == "list" else "row") for x in b.lines]
        elif b.kind != "page":
            out.append(Zone(b.start, b.end, "signed" if b.kind == "signed" else "body"))
    out += [Zone(note.start, note.end, "note", k) for k, note in enumerate(found.notes)]
    return sorted((z for z in out if z.start < z.end), key=lambda z: z.start)


def is_unsure(placement: Placement) -> bool:
    """Whether an editor should look at a placement."""
    return placement.start < 0 or placement.certainty < SURE


def _unsure(found: Transcript) -> tuple[Diagnostic, ...]:
    """What the editor should confirm, each at its place in the input."""
    out = []
    for p in found.placements:
        if p.start < 0:
            note = found.notes[p.note]
            at = note.start
            message = f"No reference to note {p.label} was found in the text"
            hint = f"Put [^{p.label}] where it belongs; a note of the dateline is lost when a page is copied."
        elif p.certainty < SURE:
            at = p.start
            message = (
                f'Is the "{p.label}" after "{_context(found.text, p.start)}" the reference to note {p.label}?'
                f" {p.certainty:.0%} sure: {p.reason}"
            )
            rival = (
                f"the other place is line {_place(found.text, p.rival)[0]}"
                if p.rival >= 0
                else "else the text has lost it"
            )
            hint = f"If it is not, move [^{p.label}] in the document; {rival}."
        else:
            continue
        out.append(_say(found, message, at, hint))
    if not found.notes and (stray := _BARE_REFERENCE.search(found.text, found.title[0], found.title[1])):
        message = f'The title ends in "{stray[1]}", as if a note belonged to it, but there is no list of notes'
        out.append(_say(found, message, stray.start(1), "Notes stand at the end, each on a line: two blanks, its number, a full stop, its text."))  # fmt: skip
    if found.title[0] == found.title[1]:
        out.append(_say(found, "No title was found", 0, "A transcript begins with its title, or a source line and its title, followed by an empty line."))  # fmt: skip
    for page in found.pages:
        if page.label.startswith("["):
            out.append(
                _say(found, f'"[Page {page.label}]" is no usual page number and is kept as text', page.start, "")
            )
    if found.date.endswith("?"):
        said = _say(found, f"The date {found.date} comes from {found.date_from}", found.title[0], "A file is often dated a few days later: confirm it, and take away the question mark.")  # fmt: skip
        out.append(msgspec.structs.replace(said, severity=Severity.NOTE))
    return tuple(sorted(out, key=Diagnostic.sort_key))


def _say(found: Transcript, message: str, at: int, hint: str) -> Diagnostic:
    line, column = _place(found.text, at)
    span = Span(found.file, line, column)
    start = found.text.rfind("\n", 0, at) + 1
    end = found.text.find("\n", at)
    shown = found.text[start : end if end >= 0 else len(found.text)]
    return Diagnostic(Rule.IMPORT_UNSURE.id, Rule.IMPORT_UNSURE.severity, message, span, hint, shown)


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column of an offset, counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _context(text: str, at: int) -> str:
    return " ".join(text[max(0, at - 24) : at].split()[-3:])
