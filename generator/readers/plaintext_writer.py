"""Writing a transcript down as a document file: YAML front matter, then the Markdown dialect of docs/markdown.md.

Every word comes through as it stands: what the dialect would read as a mark is protected by a backslash, and nothing
else is. Only the note references and page marks found in the transcript become marks. Pure: a transcript in, text out.
"""

from __future__ import annotations

import itertools
import re

from generator.readers.markdown_writer import note_label, plain_or_quoted, protect, protect_start, quoted
from generator.readers.plaintext import Block, Line, Stretch, Transcript

_CELLS = re.compile(r"(?:(?<=^)|(?<=\s))\|(?=.|$)")


def to_markdown(transcript: Transcript) -> str:
    """Return the document file for a transcript."""
    return _Writer(transcript).document()


class _Writer:
    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.text = transcript.text
        marks = [(p.start, p.end, f"[^{note_label(p.label)}]") for p in transcript.placements if p.start >= 0]
        marks += [(p.start, p.end, f"[Page {p.label}]") for p in transcript.pages]
        self.marks = sorted(marks)

    def document(self) -> str:
        t = self.transcript
        front = ["---", f"title: {quoted(self.inline(t.title) or 'Untitled')}"]
        if t.number:
            printed = t.number if t.printed_number in ("", f"{t.number}.") else t.printed_number
            front.append(f"number: {quoted(printed)}")
        if t.date:
            front.append(f"date: {quoted(t.date)}")
        if t.dateline:
            front.append(f"dateline: {quoted(self.inline(t.dateline))}")
        for key, value in (("kind", t.kind), ("classification", t.classification)):
            if value:
                front.append(f"{key}: {plain_or_quoted(value)}")
        if t.source_line:
            front.append(f"source_line: {quoted(self.inline(t.source_line))}")
        if t.first_page:
            front.append(f"first_page: {quoted(t.first_page)}")
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
            parts.append(f"[^{note_label(note.label)}]: {body}".rstrip())
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
        return protect_start(self.inline((line.start, line.end)), first=first)

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
        words = protect(self.text[start:end])
        return "\\" + words if after_mark and words.startswith(("(", "[", ":")) else words
