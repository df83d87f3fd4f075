"""Writing a transcript down as a document file: YAML front matter, then the Markdown dialect of docs/markdown.md.

Every word comes through as it stands: what the dialect would read as a mark is protected by a backslash, and nothing
else is. Only the note references and page marks found in the transcript become marks. Pure: a transcript in, text out.
"""

from __future__ import annotations

import itertools
import re

import msgspec

from generator.readers.plaintext import Block, Line, Stretch, Transcript

_ALWAYS = re.compile(
    r"[\\`*_<|{]|\[(?=\^|\[|Page |Facsimile |Typeset )|(?<=\[)\[|\](?=[(\[{:])|&(?=#?\w{1,32};)|!(?=\[)"
)
"""What means something wherever it stands in a line."""

_AT_START = re.compile(r"#(?=#{0,5}(?:\s|$))|[+>~:=-]|(?<=\d)\)(?=\s|$)")
_LIST_NUMBER = re.compile(r"\d{1,9}(?=[.)](?:\s|$))")
_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z -]*")
_CELLS = re.compile(r"(?:(?<=^)|(?<=\s))\|(?=.|$)")


def to_markdown(transcript: Transcript) -> str:
    """Return the document file for a transcript."""
    return _Writer(transcript).document()


class _Writer:
    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.text = transcript.text
        marks = [(p.start, p.end, f"[^{_label(p.label)}]") for p in transcript.placements if p.start >= 0]
        marks += [(p.start, p.end, f"[Page {p.label}]") for p in transcript.pages]
        self.marks = sorted(marks)

    def document(self) -> str:
        t = self.transcript
        front = ["---", f"title: {_quoted(self.inline(t.title) or 'Untitled')}"]
        if t.number:
            printed = t.number if t.printed_number in ("", f"{t.number}.") else t.printed_number
            front.append(f"number: {_quoted(printed)}")
        if t.date:
            front.append(f"date: {_quoted(t.date)}")
        if t.dateline:
            front.append(f"dateline: {_quoted(self.inline(t.dateline))}")
        for key, value in (("kind", t.kind), ("classification", t.classification)):
            if value:
                front.append(f"{key}: {value if _PLAIN_YAML.fullmatch(value) else _quoted(value)}")
        if t.source_line:
            front.append(f"source_line: {_quoted(self.inline(t.source_line))}")
        if t.first_page:
            front.append(f"first_page: {_quoted(t.first_page)}")
        front.append("---")
        parts = ["\n".join(front)]
        bullet = "-"
        before = ""
        for block in t.body:
            if block.kind == "list":
                # Two lists in a row would be read as one, unless their bullets differ.
                bullet = ("*" if bullet == "-" else "-") if before == "list" else "-"
            before = block.kind
            parts.append(self.block(block, bullet))
        for note in t.notes:
            blocks = [self.block(b) for b in note.blocks]
            if blocks and note.blocks[0].kind == "list":
                blocks[0] = self.lines(note.blocks[0].lines)
            body = "\n\n".join(blocks).replace("\n", "\n    ")
            parts.append(f"[^{_label(note.label)}]: {body}".rstrip())
        return re.sub(r"\n +(?=\n)", "\n", "\n\n".join(p for p in parts if p)) + "\n"

    def block(self, block: Block, bullet: str = "-") -> str:
        if block.kind == "list":
            return self.list(block, bullet)
        if block.kind == "table":
            return self.table(block)
        if block.kind == "signed":
            return "{.signed}\n" + self.lines(block.lines)
        return self.lines(block.lines)

    def lines(self, lines: tuple[Line, ...], indent: str = "") -> str:
        """Lines as one paragraph, with a backslash where the source breaks the line."""
        return f"\\\n{indent}".join(self.line(x, first=i == 0) for i, x in enumerate(lines) if x.start < x.end)

    def line(self, line: Line, *, first: bool) -> str:
        return _protect_start(self.inline((line.start, line.end)), first=first)

    def list(self, block: Block, bullet: str) -> str:
        out: list[str] = []
        depth = 0
        for line in block.lines:
            words = self.line(line, first=bool(line.depth))
            if line.depth:
                depth = min(line.depth, depth + 1)
                out.append(f"{'  ' * (depth - 1)}{bullet} {words}".rstrip())
            elif words:
                # An item without words cannot go on in a next line; it has no line to break.
                out[-1] += "\\" if out[-1].strip() != bullet else ""
                out.append(f"{'  ' * depth}{words}")
        return "\n".join(out)

    def table(self, block: Block) -> str:
        rows = []
        for line in block.lines:
            bars = [m.start() for m in _CELLS.finditer(self.text[line.start : line.end])]
            edges = [-1, *bars, line.end - line.start]
            cells = [self.inline((line.start + a + 1, line.start + b)).strip() for a, b in itertools.pairwise(edges)]
            rows.append(cells)
        width = max(len(r) for r in rows)
        rows = [r + [""] * (width - len(r)) for r in rows]
        rows.insert(1, ["---"] * width)
        return "\n".join("| " + " | ".join(r) + " |" for r in rows)

    def inline(self, stretch: Stretch) -> str:
        """A part of the text as Markdown on one line, with the marks that stand in it."""
        start, end = stretch
        out: list[str] = []
        for a, b, mark in self.marks:
            if start <= a and b <= end:
                out += [self.protected(start, a, bool(out)), mark]
                start = b
        out.append(self.protected(start, end, bool(out)))
        return "".join(out).replace("\n", " ").strip()

    def protected(self, start: int, end: int, after_mark: bool) -> str:
        """Words with a backslash before what would be read as a mark: after a mark also what would be read as the
        address of a link."""
        words = _ALWAYS.sub(r"\\\g<0>", self.text[start:end])
        return "\\" + words if after_mark and words.startswith(("(", "[", ":")) else words


def _protect_start(words: str, *, first: bool) -> str:
    """Protect what means something at the start of a line only. A number with a full stop stays bare where it begins
    a paragraph: the dialect reads it as the paragraph's printed number."""
    number = _LIST_NUMBER.match(words)
    if number:
        keeps = first and words[number.end()] == "."
        return words if keeps else f"{number[0]}\\{words[number.end() :]}"
    return "\\" + words if _AT_START.match(words) else words


def _label(label: str) -> str:
    return re.sub(r"[\[\]\\|]", r"\\\g<0>", label)


def _quoted(words: str) -> str:
    """Text as YAML reads it back: a string of JSON is one of YAML too."""
    return msgspec.json.encode(words).decode()
