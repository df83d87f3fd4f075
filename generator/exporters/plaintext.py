"""A document as plain text, in the form of a transcript (``generator.readers.plaintext``), which can be imported again.

Blocks stand between blank lines: the source line, the title with its number, the date line, the text; page marks as
``[Page 1019]``; items as lines ``  * item``, rows as lines ``a | b``; then the notes, one a line, as ``  1. text``,
directly below a signature, else after a blank line. A reference to a note is its label, run on to the word before it.
What has no form in plain text (emphasis, names, where a reference leads) leaves its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from generator.document import BLOCKS, Document, Node

_BLANKS = re.compile(r"[ \t\r\n]+")
_CONTAINERS = frozenset(("opener", "closer", "postscript", "attachment", "section", "quote", "figure"))


def to_plain_text(document: Document) -> str:
    """Return the transcript of ``document``, with a line's end at its end."""
    number, body = document.metadata.printed_number, list(document.body)
    blocks: list[str] = []
    while body and body[0].kind == "page_break":  # the page that the document begins on
        blocks.append(_line((body.pop(0),)))
    # "No. 387" is printed on a line of its own, "387." before the title.
    title = f"{number}{chr(10) if number[:1].isalpha() else ' '}{_line(document.title)}".strip()
    blocks += [_line(document.source_line), title, _line(document.dateline)]
    _flow(body, blocks)
    out = "\n\n".join(block for block in blocks if block)
    if not document.notes:
        return out + "\n"
    notes = []
    for note in document.notes:
        inside: list[str] = []
        _flow(note.children, inside)
        first, *more = inside or [""]
        # A list or an indented line cannot begin behind the label.
        notes.append("\n\n".join((f"  {note.label}. {first.lstrip(' ')}".rstrip(), *more)))
    joint = "\n" if document.body and _ends_signed(document.body[-1]) else "\n\n"
    return out + joint + "\n".join(notes) + "\n"


def _ends_signed(node: Node) -> bool:
    """Whether a signature is the last thing in ``node``."""
    return node.kind == "signed" or (
        node.kind in _CONTAINERS and bool(node.children) and _ends_signed(node.children[-1])
    )


def _flow(nodes: Iterable[Node], blocks: list[str]) -> None:
    """Add what stands among blocks to ``blocks``: a run of inline nodes is a block, a page mark alone is one, too."""
    run: list[Node] = []
    for node in nodes:
        kind = node.kind
        if kind not in BLOCKS:
            run.append(node)
            continue
        if run:
            blocks.append(_line(run))
            run = []
        if kind == "list":
            lines: list[str] = []
            _list(node, 1, lines)
            blocks.append("\n".join(lines))
        elif kind == "table":
            blocks.append("\n".join(filter(None, map(_row, node.children))))
        elif kind == "verse" and blocks and "stanza" not in node.attrs.get("class", "") and blocks[-1]:
            blocks[-1] += "\n" + _line(node.children)
        elif kind in _CONTAINERS or any(child.kind in BLOCKS for child in node.children):
            _flow(node.children, blocks)
        elif node.text:
            blocks.append("\n".join(line.strip() for line in node.text.split("\n") if line.strip()))
        else:
            blocks.append(_line(node.children))
    if run:
        blocks.append(_line(run))


def _list(node: Node, depth: int, lines: list[str]) -> None:
    """The lines of a list; what goes on below an item's first line bears no bullet."""
    label = ""
    for item in node.children:
        if item.kind == "label":
            label = _line(item.children)
            continue
        if item.kind != "item":
            lines += _lines((item,))
            continue
        label = item.attrs.get("label", label)
        first = len(lines)
        run: list[Node] = []
        for child in item.children:
            if child.kind != "list":
                run.append(child)
                continue
            lines += _lines(run)
            run = []
            if len(lines) == first:
                lines.append("")
            _list(child, depth + 1, lines)
        lines += _lines(run) or ([""] if len(lines) == first else [])
        words = " ".join(filter(None, (label, lines[first])))
        lines[first] = f"{'  ' * depth}* {words}".rstrip()
        label = ""
    if label:
        lines.append(f"{'  ' * depth}* {label}")


def _lines(nodes: Iterable[Node]) -> list[str]:
    blocks: list[str] = []
    _flow(nodes, blocks)
    return [line for block in blocks for line in block.split("\n") if line]


def _row(row: Node) -> str:
    """A row as a line; what stands between rows (a page mark) is a line, too, and what stands between cells goes into
    the next."""
    if row.kind != "row":
        return " ".join(_lines((row,)))
    cells: list[str] = []
    between: list[str] = []
    for cell in row.children:
        words = _lines(cell.children if cell.kind == "cell" else (cell,))
        if cell.kind == "cell":
            cells.append(" ".join((*between, *words)))
            between = []
        else:
            between += words
    return " | ".join((*cells, *between))


def _line(nodes: Iterable[Node]) -> str:
    """Words in a line, or in several where the printed line ends."""
    out: list[str] = []
    _words(nodes, out)
    text = "".join(out)
    if "\n" in text:
        return "\n".join(line for part in text.split("\n") if (line := part.strip()))
    return text.strip()


def _words(nodes: Iterable[Node], out: list[str]) -> None:
    for node in nodes:
        kind = node.kind
        if kind == "text":
            text = node.text
            if "\n" in text or "  " in text or "\t" in text or "\r" in text:
                text = _BLANKS.sub(" ", text)
            # The space at a page mark may stand on one side of it; in a transcript it stands on both, or the mark is
            # in the middle of a word.
            if out and out[-1].endswith("]") and out[-1].startswith("[Page ") and text:
                _apart(out, text)
            out.append(text)
        elif kind == "page_break":
            label = node.attrs.get("label", "")
            if label:
                out.append(f"[Page {label.removeprefix('[').removesuffix(']')}]")
        elif kind == "note_ref":
            out.append(node.attrs.get("label", ""))
        elif kind == "line_break":
            out.append("\n")
        else:
            if node.text:
                out.append(_BLANKS.sub(" ", node.text))
            if kind in BLOCKS:
                out.append("\n")
            _words(node.children, out)
            if kind in BLOCKS:
                out.append("\n")


def _apart(out: list[str], following: str) -> None:
    """Put a space on the other side of the page mark that ``out`` ends in, if there is one on this side."""
    before = next((text[-1] for text in reversed(out[:-1]) if text), "")
    after = following[0]
    if before in " \n" and after != " ":
        out.append(" ")
    elif after == " " and before and before not in " \n":
        out.insert(-1, " ")
