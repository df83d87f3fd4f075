"""Blocks of the Markdown dialect: paragraphs, lists, tables, quotations, and what stands between ``:::``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from generator.document import BLOCKS, Node
from generator.exporters.markdown_lines import Lines, Say, attribute

_CLASS = re.compile(r"[\w-]+")
_COUNTED = re.compile(r"(\d{1,9})\.")
_LIST_TYPES = frozenset(("simple", "participants", "subject"))
_OWN_LINE = frozenset(("dateline", "salute", "signed", "verse", "label"))
"""Kinds that hold lines: a paragraph with a class says it."""
_CONTAINERS = frozenset(("opener", "closer", "postscript", "attachment", "section"))
_CLASSLESS_TYPES = frozenset(("", "bulleted", "ordered", "label"))
_ALIGNMENTS = {"left": ":---", "center": ":---:", "right": "---:"}


class Written(msgspec.Struct, frozen=True):
    """A block as text. ``kind`` is line (words that stand in no paragraph), paragraph, mark (page marks alone), list,
    heading, or block for all others; ``bullet`` what the items of a list begin with (``-``, ``*``), or the sign behind
    their numbers (``.``, ``)``): the same again just below would go on with the list."""

    text: str
    kind: str = "block"
    bullet: str = ""


class Blocks:
    """Writes the blocks of one document; ``say`` hears what is written more simply than the model has it."""

    def __init__(self, lines: Lines, say: Say) -> None:
        self.lines = lines
        self.say = say

    def body(self, nodes: Iterable[Node]) -> str:
        return "\n\n".join(block.text for block in self.flow(nodes))

    def flow(self, nodes: Iterable[Node], *, first: bool = True) -> list[Written]:
        """The blocks of a run of nodes; words that stand loose among them are lines of their own. ``first`` says
        that a printed number may begin those."""
        out: list[Written] = []
        self._add(nodes, out, first)
        return out

    def _add(self, nodes: Iterable[Node], out: list[Written], first: bool = True) -> None:
        """Add a run of nodes to blocks that stand before them already."""
        run: list[Node] = []
        for node in nodes:
            if node.kind in BLOCKS and not (node.kind == "figure" and run):
                self._flush(run, out, first)
                self._block(node, out, first)
            else:
                run.append(node)
        self._flush(run, out, first)
        for i in range(len(out) - 1, 0, -1):
            if out[i].kind == out[i - 1].kind == "mark":
                out[i - 1 : i + 1] = [Written(f"{out[i - 1].text} {out[i].text}", "mark")]

    def _flush(self, run: list[Node], out: list[Written], first: bool) -> None:
        if run:
            text = self.lines.block(run, first=first)
            marks = _is_marks(run)
            if text:
                out.append(Written(text, "mark" if marks else "line"))
            run.clear()

    def _block(self, node: Node, out: list[Written], first: bool) -> None:
        kind = node.kind
        if kind == "paragraph":
            self._paragraph(node, out, first)
        elif kind == "heading":
            self._heading(node, out)
        elif kind == "list":
            self._list(node, out)
        elif kind == "table":
            self._table(node, out)
        elif kind == "quote":
            self._quote(node, out)
        elif kind in _OWN_LINE:
            self._own_line(node, out)
        elif kind in _CONTAINERS:
            self._container(node, out)
        elif kind == "figure":
            self._figure(node, out)
        elif kind == "code_block":
            out.append(Written(_code_block(node)))
        elif kind == "rule":
            out.append(Written(_before(self._attributes(node)) + "***"))
        else:
            # An item, row or cell outside its list or table.
            self.say(f"a {kind} that stands alone", node.line)
            label = node.attrs.get("label", "")
            self._add(_after_label(label, node) if label else node.children, out)

    def _attributes(self, node: Node, *more: str) -> list[str]:
        """What stands between braces for a block."""
        attrs = node.attrs
        names = [*more, *attrs.get("rend", "").split(), *attrs.get("class", "").split()]
        given = [f".{name}" for name in names if _CLASS.fullmatch(name)]
        if attrs.get("lang"):
            given.append(f"lang={attribute(attrs['lang'])}")
        own = attrs.get("id")
        if own and node.kind not in ("paragraph", "attachment"):
            self.say("a place that can be pointed at", node.line)
        return given

    # Paragraphs and what is like them

    def _paragraph(self, node: Node, out: list[Written], first: bool) -> None:
        if _is_marks(node.children):
            self._flush(list(_page_marks(node.children)), out, True)
            return
        before = _before(self._attributes(node))
        if not any(child.kind in BLOCKS and child.kind != "figure" for child in node.children):
            text = self.lines.block(node.children, first=first)
            if text:
                out.append(Written(before + text, "paragraph"))
            return
        self.say("a list, quotation or table within a paragraph", node.line)
        start = len(out)
        self._add(node.children, out)
        out[start:] = [Written(before + block.text) if block.kind == "line" else block for block in out[start:]]

    def _heading(self, node: Node, out: list[Written], *more: str) -> None:
        text = self.lines.single(node.children, "a heading")
        if not text:
            return
        if text.endswith("#"):
            text = re.sub(r"(#+)$", r"\\\1", text)
        level = min(6, max(2, int(node.attrs.get("level") or 2)))
        given = self._attributes(node, *more)
        out.append(Written(f"{'#' * level} {text}" + (f" {{{' '.join(given)}}}" if given else ""), "heading"))

    def _own_line(self, node: Node, out: list[Written]) -> None:
        if _is_marks(node.children):
            self._flush(list(_page_marks(node.children)), out, True)
            return
        text = self.lines.block(node.children)
        if text:
            out.append(Written(_before(self._attributes(node, node.kind)) + text))

    def _figure(self, node: Node, out: list[Written]) -> None:
        if not node.attrs.get("url"):
            self.say("a figure without an image", node.line)
            text = self.lines.block(node.children)
            if text:
                out.append(Written(_before(self._attributes(node, "caption")) + text))
            return
        caption = "" if all(c.kind == "text" for c in node.children) else self.lines.block(node.children)
        if caption:
            self.say("markup or notes in the caption of a figure", node.line)
        words = "".join(c.text for c in node.children) if not caption else ""
        out.append(Written(_before(self._attributes(node)) + self.lines.image(node, words)))
        if caption:
            out.append(Written("{.caption}\n" + caption))

    def _quote(self, node: Node, out: list[Written]) -> None:
        text = "\n\n".join(block.text for block in self.flow(node.children))
        if text:
            quoted = "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))
            out.append(Written(_before(self._attributes(node)) + quoted))

    def _container(self, node: Node, out: list[Written]) -> None:
        """What stands between ``:::`` and ``:::``; a closing line or signature needs no more than its class."""
        kind = node.kind
        children = node.children
        plain = not node.attrs and kind in ("opener", "closer", "postscript")
        if plain and (all(child.kind not in BLOCKS for child in children) or _is_marks(children)):
            self._own_line(node, out)
            return
        if plain and kind != "postscript" and all(child.kind in ("signed", "salute", "dateline", "page_break") for child in children):  # fmt: skip
            self._add(children, out)
            return
        if plain and kind == "closer" and any(seen != "page_break" for seen in _visible(c for c in children if c.kind not in BLOCKS)):  # fmt: skip
            start = len(out)
            self._add(children, out)
            out[start:] = [Written(f"{{.closer}}\n{b.text}") if b.kind == "line" else b for b in out[start:]]
            return
        blocks = self.flow(children)
        given = self._attributes(node)
        head = f":::{kind}" + (f" {{{' '.join(given)}}}" if given else "")
        inner = "\n\n".join(block.text for block in blocks)
        out.append(Written(f"{head}\n{inner}\n:::" if inner else f"{head}\n:::"))

    # Lists

    def _list(self, node: Node, out: list[Written]) -> None:
        type = node.attrs.get("type", "")
        children = list(node.children)
        while children and children[0].kind == "heading":
            self.say("the heading of a list", node.line)
            self._heading(children.pop(0), out, "list-heading")
        marks = [child for child in children if child.kind == "page_break"]
        children = _with_marks_in_items(children)
        if not children:
            self._flush(marks, out, True)
            return
        if any(c.kind == "heading" for c in children):
            at = next(i for i, c in enumerate(children) if c.kind == "heading")
            first, rest = _parted(node, children, at)
            self._list(first, out)
            self._list(rest, out)
            return
        if any(c.kind == "label" for c in children):
            terms = self._terms(children)
            if terms is not None:
                out.append(Written(_before(self._attributes(node)) + terms))
                return
            children = _labels_in_items(children)
        pairs = [(c, self._item(c)) for c in children]
        if type != "ordered":
            pairs = [(c, blocks) for c, blocks in pairs if blocks or c.attrs.get("label")]
        if not any(blocks or c.attrs.get("label") for c, blocks in pairs):
            return
        children, items = [c for c, _ in pairs], [blocks for _, blocks in pairs]
        loose = any(not _is_tight(blocks) for blocks in items) and len(items) > 1
        beginning = _joined(items[0], tight=not loose and _is_tight(items[0]))
        given = self._attributes(node)
        if type not in _CLASSLESS_TYPES and type not in _LIST_TYPES:
            given += [f".list-{type}"] if _CLASS.fullmatch(type) else []
        # A line of attributes keeps two lists apart.
        last = out[-1].bullet if out and not given else ""
        numbers = _numbers(node, children, loose or "\n\n" in beginning or beginning.count("\n") > 98, last)
        if not numbers:
            if type == "ordered" and not any(c.attrs.get("label") for c in children):
                start = int(node.attrs.get("start") or 1) if node.attrs.get("start", "1").isdecimal() else 1
                children = [Node("item", c.children, {**c.attrs, "label": f"{n}."}) for n, c in enumerate(children, start)]  # fmt: skip
            labels = [c.attrs.get("label", "") for c in children]
            items = [self._labelled(label, child) if label else blocks for label, child, blocks in zip(labels, children, items, strict=True)]  # fmt: skip
        if type in _LIST_TYPES and not numbers:
            given.insert(0, f".{type}")
        elif type in _LIST_TYPES and type != "simple":
            self.say("the type of a numbered list", node.line)
        bullet = "*" if last == "-" and not given else "-"
        written = []
        for index, blocks in enumerate(items):
            mark = numbers[index] if numbers else bullet
            text = _joined(blocks, tight=not loose and _is_tight(blocks))
            written.append(f"{mark} {_indented(text, len(mark) + 1)}".rstrip())
        text = ("\n\n" if loose else "\n").join(written)
        out.append(Written(_before(given) + text, "list", numbers[0][-1] if numbers else bullet))

    def _item(self, node: Node) -> list[Written]:
        if node.attrs.get("id"):
            self.say("a place that can be pointed at", node.line)
        return self.flow(node.children, first=not _holds_list(node.children))

    def _labelled(self, label: str, node: Node) -> list[Written]:
        """An item with the label that is printed before it."""
        return self.flow(_after_label(label, node), first=not _holds_list(node.children))

    def _terms(self, children: Sequence[Node]) -> str | None:
        """A list of terms with what they mean; None if there is a term that means nothing."""
        if children[0].kind != "label":
            return None
        for child, following in zip(children, [*children[1:], None], strict=True):
            if child.kind == "label" and (following is None or following.kind == "label"):
                return None
        entries: list[tuple[str, list[list[Written]]]] = []
        for child in children:
            if child.kind == "label":
                entries.append((self.lines.single(child.children, "a term that is explained", at_start=True), []))
            else:
                entries[-1][1].append(self._item(child))
        if any(not term or not all(items) for term, items in entries):
            return None
        tight = all(len(b) == 1 and b[0].kind == "line" for _, items in entries for b in items)
        gap = "\n" if tight else "\n\n"
        out = []
        for term, items in entries:
            out.append(gap.join([term, *(f": {_indented(_joined(b, tight=tight), 2)}" for b in items)]))
        return "\n\n".join(out)

    # Tables

    def _table(self, node: Node, out: list[Written]) -> None:
        children = [mark for child in node.children for mark in _marks_of_row(child) or (child,)]
        while children and children[0].kind in ("heading", "page_break"):
            if children[0].kind == "heading":
                self.say("the heading of a table", node.line)
                self._heading(children.pop(0), out, "table-heading")
            else:
                out += self.flow((children.pop(0),))
        rows = [(c, self._row(c)) for c in children]
        rows = [(c, cells) for c, cells in rows if cells or c.kind == "row"]
        if not rows:
            return
        head: list[str] = []
        if rows[0][0].attrs.get("role") == "label" or self._is_head(rows[0][0]):
            head = rows.pop(0)[1]
        else:
            self.say("a table without a head", node.line)
        if any(c.attrs.get("role") == "label" for c, _ in rows):
            self.say("a head row within a table", node.line)
        width = max(1, len(head), *(len(cells) for c, cells in rows if c.kind == "row")) if rows else max(1, len(head))
        alignments = self._alignments(node, width)
        lines = [_line(head, width), "| " + " | ".join(alignments) + " |"]
        for child, cells in rows:
            lines.append(_line(cells, width) if child.kind == "row" else " ".join(cells))
        given = self._attributes(node)
        out.append(Written(_before(given) + "\n".join(lines)))

    def _is_head(self, row: Node) -> bool:
        return bool(row.children) and all(cell.attrs.get("role") == "label" for cell in row.children)

    def _row(self, node: Node) -> list[str]:
        """The cells of a row, without empty ones at its end; what is no row is a line by itself."""
        if node.kind != "row":
            if node.kind == "heading":
                self.say("the heading of a table", node.line)
            return [text] if (text := self.lines.in_cell((node,))) else []
        cells: list[str] = []
        for cell in node.children:
            if cell.attrs.get("cols") or cell.attrs.get("rows"):
                self.say("a cell over several columns or rows", cell.line)
            if cell.attrs.get("class") or cell.attrs.get("id") or cell.attrs.get("lang"):
                self.say("the look of a table's cell", cell.line)
            if cell.kind == "cell" and len(cell.children) == 1 and cell.children[0].kind == "paragraph":
                cell = Node("cell", cell.children[0].children, cell.attrs, "", cell.line)
            cells.append(self.lines.in_cell(cell.children if cell.kind == "cell" else (cell,)))
            cells += [""] * (min(int(cell.attrs.get("cols") or 1), 100) - 1)
        while cells and not cells[-1]:
            cells.pop()
        return cells

    def _alignments(self, table: Node, width: int) -> list[str]:
        """The alignment of each column, which is that of most of its cells."""
        columns: list[Counter[str]] = [Counter() for _ in range(width)]
        for row in table.children:
            at = 0
            for cell in row.children if row.kind == "row" else ():
                span = int(cell.attrs.get("cols") or 1)
                if at < width and span == 1 and cell.children:
                    columns[at][cell.attrs.get("align", "")] += 1
                at += span
        out = []
        for column in columns:
            chosen = max(sorted(column), key=lambda name: column[name], default="")
            if len(column) > 1:
                self.say("the alignment of single cells", table.line)
            out.append(_ALIGNMENTS.get(chosen, "---"))
        return out


def _numbers(node: Node, items: Sequence[Node], loose: bool, last: str) -> list[str]:
    """The numbers of a list that counts, as they are written; none if it does not. ``loose`` says that the second
    item is not found by looking for it from the first; ``last`` is what the items of a list just before begin with."""
    labels = [item.attrs.get("label", "") for item in items]
    if any(labels):
        found = [_COUNTED.fullmatch(label) for label in labels]
        values = [int(m[1]) for m in found if m]
        if any(next(_visible(item.children), "") == "page_break" and _MOVED not in item.attrs for item in items):
            # The page begins behind the label; in a list that counts it would begin before the number.
            return []
        if len(values) < len(labels) or values != list(range(values[0], values[0] + len(values))):
            return []
    elif node.attrs.get("type") == "ordered":
        start = node.attrs.get("start", "1")
        values = [int(start) + i for i in range(len(items))] if start.isdecimal() and len(start) < 9 else []
    else:
        return []
    # A number with a full stop makes a list only if the next number follows without an empty line.
    sign = ")" if loose or len(values) == 1 else "."
    return [] if sign == last == ")" else [f"{value}{sign}" for value in values]


def _parted(node: Node, children: Sequence[Node], at: int) -> tuple[Node, Node]:
    """Two lists of one; if it counts, the second goes on counting, and if only some items have a label, neither does."""
    attrs = more = node.attrs
    if attrs.get("type") == "ordered":
        if any(child.attrs.get("label") for child in children):
            attrs = more = {**attrs, "type": ""}
        elif attrs.get("start", "1").isdecimal():
            more = {**attrs, "start": str(int(attrs.get("start", "1")) + at)}
    return Node("list", tuple(children[:at]), attrs, "", node.line), Node("list", tuple(children[at:]), more, "", node.line)  # fmt: skip


def _is_marks(nodes: Iterable[Node]) -> bool:
    """Whether page marks are all that can be seen of ``nodes``."""
    seen = [*_visible(nodes)]
    return bool(seen) and all(kind == "page_break" for kind in seen)


def _visible(nodes: Iterable[Node]) -> Iterator[str]:
    """The kinds of what can be seen."""
    for node in nodes:
        if node.kind == "text":
            if node.text.strip():
                yield "text"
        elif node.children:
            yield from _visible(node.children)
        elif node.kind in ("page_break", "note_ref", "figure", "gap", "code", "link", "reference"):
            yield node.kind


def _marks_of_row(row: Node) -> tuple[Node, ...]:
    """The page marks of a row that holds nothing else: the dialect has them between rows."""
    return tuple(_page_marks(row.children)) if row.kind == "row" and _is_marks(row.children) else ()


def _page_marks(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.kind == "page_break":
            yield node
        yield from _page_marks(node.children)


def _holds_list(nodes: Iterable[Node]) -> bool:
    """Whether a number that begins an item could be taken for one that the list within it goes on from."""
    return any(node.kind == "list" for node in nodes)


def _before(given: list[str]) -> str:
    return f"{{{' '.join(given)}}}\n" if given else ""


def _line(cells: Sequence[str], width: int) -> str:
    return "| " + " | ".join([*cells, *[""] * (width - len(cells))]) + " |"


def _indented(text: str, width: int) -> str:
    if "\n" not in text:
        return text
    return re.sub(r"\n(?=[^\n])", "\n" + " " * width, text)


def _is_tight(blocks: Sequence[Written]) -> bool:
    """Whether an item needs no empty line: a line, then lists that begin without attributes."""
    if len(blocks) == 1 and blocks[0].kind == "block":
        return True
    return all(
        b.kind in ("line", "mark") if i == 0 and b.kind != "list" else b.kind == "list" and (i == 0 or _interrupts(b, blocks[i - 1]))
        for i, b in enumerate(blocks)
    )  # fmt: skip


def _interrupts(block: Written, before: Written) -> bool:
    """Whether a list may follow a line, or another list, at once."""
    if block.text.startswith("{"):
        return False
    return block.bullet in ("-", "*") or (before.kind != "list" and block.text.startswith(("1.", "1)")))


def _joined(blocks: Sequence[Written], *, tight: bool) -> str:
    return ("\n" if tight else "\n\n").join(block.text for block in blocks)


def _with_marks_in_items(children: Iterable[Node]) -> list[Node]:
    """Page marks between items go into the item that follows, or else the last one; what is neither item nor term
    becomes an item."""
    out: list[Node] = []
    waiting: list[Node] = []
    for child in children:
        if child.kind in ("page_break", "line_break", "heading"):
            if child.kind == "page_break":
                waiting.append(child)
            elif child.kind == "heading":
                out.append(child)
            continue
        if child.kind not in ("item", "label"):
            child = Node("item", (child,), {}, "", child.line)
        if waiting:
            child = _with_first(child, waiting)
            waiting = []
        out.append(child)
    if waiting and out:
        last = out[-1]
        inner = last.children
        if inner and inner[-1].kind == "paragraph":
            inner = (*inner[:-1], Node("paragraph", (*inner[-1].children, _SPACE, *waiting), inner[-1].attrs, "", inner[-1].line))  # fmt: skip
        else:
            inner = (*inner, _SPACE, *waiting) if inner and inner[-1].kind not in BLOCKS else (*inner, *waiting)
        out[-1] = Node(last.kind, inner, last.attrs, "", last.line)
    return out


_SPACE = Node("text", text=" ")
_MOVED = "moved"
"""How many page marks were put at the beginning of an item: they come before its label."""


def _with_first(node: Node, marks: Sequence[Node]) -> Node:
    """A node with page marks at its beginning, within its first paragraph if it has one."""
    inner = node.children
    if inner and inner[0].kind == "paragraph":
        first = inner[0]
        inner = (Node("paragraph", (*marks, *first.children), first.attrs, "", first.line), *inner[1:])
    else:
        inner = (*marks, *inner)
    return Node(node.kind, inner, {**node.attrs, _MOVED: str(len(marks))}, "", node.line)


def _after_label(label: str, node: Node) -> list[Node]:
    """What stands in an item, behind its label, which is words then."""
    words = Node("text", text=f"{label} ")
    children = list(node.children)
    moved = int(node.attrs.get(_MOVED) or 0)
    if children and children[0].kind == "paragraph":
        inner = children[0].children
        inner = (*inner[:moved], words, *inner[moved:])
        children[0] = Node("paragraph", inner, children[0].attrs, "", children[0].line)
    else:
        children.insert(moved, words)
    return children


def _labels_in_items(children: Iterable[Node]) -> list[Node]:
    """Terms that cannot stand on lines of their own go into their items."""
    out: list[Node] = []
    label: Node | None = None
    for child in children:
        if child.kind == "label":
            if label is not None:
                out.append(Node("item", label.children, {}, "", label.line))
            label = child
        elif label is not None:
            out.append(Node("item", (*label.children, _SPACE, *child.children), child.attrs, "", child.line))
            label = None
        else:
            out.append(child)
    if label is not None:
        out.append(Node("item", label.children, {}, "", label.line))
    return out


def _code_block(node: Node) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", node.text)), default=2)
    fence = "`" * (longest + 1)
    language = node.attrs.get("class", "").removeprefix("language-")
    text = node.text if node.text.endswith("\n") or not node.text else node.text + "\n"
    return f"{fence}{language}\n{text}{fence}"
