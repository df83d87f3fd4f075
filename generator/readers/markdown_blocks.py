"""From the parser's tokens to the tree of blocks, each with its place, kind, attributes and anchor."""

from __future__ import annotations

import re
from typing import Any

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from generator.diagnostics import Rule, did_you_mean
from generator.document import Kind, Node
from generator.readers.markdown_anchors import Anchors
from generator.readers.markdown_lines import MAX_DEPTH, Lines, locate
from generator.readers.markdown_rules import ATTRIBUTES, MAX_NESTING, attributes
from generator.strict_yaml import Places, Report

_PRINTED_NUMBERS = re.compile(r"(?:([0-9]{1,9})\.(?:\s+|$))+")
_KIND_CLASSES: dict[str, Kind] = {
    "signed": "signed", "salute": "salute", "closer": "closer", "postscript": "postscript", "dateline": "dateline",
    "opener": "opener", "verse": "verse",
}  # fmt: skip
_BAR = re.compile(r"(?<!\\)\|")
_LOOKS = ("right", "center", "left", "indent", "hanging")
_LIST_TYPES = ("simple", "participants", "subject")
_CONTAINERS: dict[str, Kind] = {
    "attachment": "attachment", "section": "section", "opener": "opener", "closer": "closer",
    "postscript": "postscript", "quote": "quote",
}  # fmt: skip
_BLOCK_NAMES = (*_KIND_CLASSES, *_LOOKS, *_LIST_TYPES)

_BLOCK_KINDS: dict[str, Kind] = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "table_open": "table",
    "tr_open": "row",
    "th_open": "cell",
    "td_open": "cell",
    "dl_open": "list",
    "dt_open": "label",
    "dd_open": "item",
}


class _Frame:
    """A block that is open."""

    __slots__ = ("attrs", "cells", "children", "column", "kind", "line", "name")

    def __init__(self, kind: Kind | str, name: str, line: int, column: int) -> None:
        self.kind = kind
        self.name = name
        self.line = line
        self.column = column
        self.attrs: dict[str, str] = {}
        self.children: list[Node] = []
        self.cells: list[tuple[int, str]] = []


class Blocks:
    """Makes nodes of the blocks of one document.

    ``tokens`` are those of the body, which begins in line ``first_line`` of the file; ``source`` holds the lines
    of the file, ``starts`` the offsets at which those of the body begin.
    """

    def __init__(
        self,
        tokens: list[Token],
        env: dict[str, Any],
        source: list[str],
        starts: list[int],
        first_line: int,
        lines: Lines,
        anchors: Anchors,
        report: Report,
    ) -> None:
        self.tokens = tokens
        self.env = env
        self.source = source
        self.starts = starts
        self.first_line = first_line
        self.lines = lines
        self.anchors = anchors
        self.report = report
        self.paragraphs = 0
        self.attachments = 0
        self.waiting = ""
        self.waiting_place = (0, 0)
        self.ends = self._define_notes() if env["notes"] else {}

    def _define_notes(self) -> dict[int, int]:
        """Take up the notes' definitions; where each begins, and ends, among the tokens."""
        opened: list[int] = []
        ends: dict[int, int] = {}
        for index, token in enumerate(self.tokens):
            if token.type == "note_open":
                opened.append(index)
            elif token.type == "note_close":
                ends[opened.pop()] = index
        for first in sorted(ends):
            self.anchors.define(self.tokens[first].info, *self.place(first), first, ends[first])
        return ends

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of the block whose first token is at ``index``."""
        token = self.tokens[index]
        offset = self.env["places"].get(index)
        if token.map is None:
            return 0, 0
        line = token.map[0]
        if offset is None:
            # The first item of a list begins where the list does.
            offset = self.env["places"].get(index - 1) if token.type == "list_item_open" else None
        column = offset - self.starts[line] + 1 if offset is not None else 1
        return line + self.first_line, column

    def blocks(self, first: int, last: int) -> tuple[Node, ...]:
        """The nodes of a run of tokens."""
        tokens = self.tokens
        root = _Frame("", "", 0, 0)
        stack = [root]
        index = first
        head = False
        while index < last:
            token = tokens[index]
            type = token.type
            if type == "inline":
                self.line_of_block(stack, token, index)
            elif type == "note_open":
                index = self.ends[index]
            elif type in ("tbody_open", "tbody_close") or (token.hidden and not self.waiting and stack[-1].name != "paragraph_open"):  # fmt: skip
                # A paragraph of a tight list is no block of its own, unless attributes stand before it.
                pass
            elif type == "thead_open":
                head = True
            elif type == "thead_close":
                head = False
            elif type == "container":
                self.container(stack, token, index)
            elif type == "block_attributes":
                if not self.waiting:
                    self.waiting_place = self.place(index)
                self.waiting += token.content
            elif token.nesting == 1:
                frame = self.open(stack, token, index)
                if type == "tr_open" and head:
                    frame.attrs["role"] = "label"
            elif token.nesting == -1:
                while stack[-1].name == "container" and len(stack) > 1:
                    self.close_container(stack, None)
                if len(stack) > 1:
                    self.close(stack)
            else:
                self.leaf(stack, token, index)
            index += 1
        while len(stack) > 1:
            self.close_container(stack, None)
        self.report_waiting()
        return tuple(root.children)

    def open(self, stack: list[_Frame], token: Token, index: int) -> _Frame:
        line, column = self.place(index)
        if token.level >= MAX_NESTING - 1:
            self.lines.report_depth(line, column)
        frame = _Frame(_BLOCK_KINDS[token.type], token.type, line, column)
        if token.type == "heading_open":
            frame.attrs["level"] = token.tag[1] if token.tag != "h1" else "2"
        elif token.type == "ordered_list_open":
            frame.attrs["type"] = "ordered"
            if "start" in token.attrs:
                frame.attrs["start"] = str(token.attrs["start"])
        elif token.type == "dl_open":
            frame.attrs["type"] = "label"
        elif token.type in ("th_open", "td_open"):
            style = str(token.attrs.get("style", ""))
            if style:
                frame.attrs["align"] = style.removeprefix("text-align:")
        elif token.type == "tr_open":
            frame.cells = _cells(self.source[line - 1], column - 1)
        stack.append(frame)
        if self.waiting:
            waiting, self.waiting = self.waiting, ""
            self.dress(frame, attributes(waiting), *self.waiting_place)
        return frame

    def close(self, stack: list[_Frame]) -> None:
        """Turn the innermost open block into a node of the one around it."""
        frame = stack.pop()
        self.report_waiting()
        parent = stack[-1]
        kind = frame.kind
        children = frame.children
        if frame.name == "paragraph_open":
            if not children:
                return
            if all(child.kind == "page_break" for child in children):
                parent.children += children
                return
            if len(children) == 1 and children[0].kind == "figure":
                parent.children.append(_figure_alone(children[0], frame.attrs))
                return
            if kind == "paragraph":
                self.paragraph(frame)
        elif kind == "row":
            self.cells_beyond(frame)
            content = [child for cell in frame.children for child in cell.children]
            if content and all(child.kind == "page_break" for child in content):
                parent.children += content
                return
        elif kind == "list" and not children:
            return
        parent.children.append(Node(kind, tuple(children), frame.attrs, "", frame.line, frame.column))  # type: ignore[arg-type]

    def paragraph(self, frame: _Frame) -> None:
        first = next((child for child in frame.children if child.kind != "page_break"), None)
        if first is not None and first.kind == "text" and first.text[:1].isdigit():
            found = _PRINTED_NUMBERS.match(first.text)
            if found:
                frame.attrs["n"] = found[1]
        if not self.anchors.in_note:
            self.paragraphs += 1
            frame.attrs["id"] = self.anchors.unique(f"p{self.paragraphs}")

    def cells_beyond(self, frame: _Frame) -> None:
        """Cells that stand beyond the last column of the head: the parser drops them, the edition does not."""
        for at, raw in frame.cells[len(frame.children) :]:
            places = _places_of_cell(at, raw, frame.line)
            nodes = self.lines.inline(raw.replace("\\|", "|"), places)
            frame.children.append(Node("cell", tuple(nodes), {}, "", *places[0][1:]))

    def leaf(self, stack: list[_Frame], token: Token, index: int) -> None:
        line, column = self.place(index)
        attrs: dict[str, str] = {}
        if token.type == "hr":
            node = Node("rule", (), attrs, "", line, column)
        else:
            language = unescapeAll(token.info).split()[0] if token.info.split() else ""
            if language:
                attrs["class"] = f"language-{language}"
            node = Node("code_block", (), attrs, token.content, line, column)
        stack[-1].children.append(node)

    def container(self, stack: list[_Frame], token: Token, index: int) -> None:
        line, column = self.place(index)
        if not token.info:
            if stack[-1].name == "container":
                self.close_container(stack, token)
            else:
                self.report(Rule.UNCLOSED_BLOCK, "::: closes a block, but none is open here", line, column)
            return
        if len(stack) >= MAX_DEPTH:
            self.lines.report_depth(line, column)
            return
        kind = _CONTAINERS.get(token.info)
        if kind is None:
            hint = did_you_mean(token.info, _CONTAINERS) or f"The blocks are {', '.join(_CONTAINERS)}."
            self.report(Rule.UNKNOWN_BLOCK, f'The block ":::{token.info}" is not known', line, column, hint)
        frame = _Frame(kind or "section", "container", line, column)
        if kind is None:
            frame.attrs["class"] = token.info
        if kind == "attachment":
            self.attachments += 1
            frame.attrs["id"] = self.anchors.unique(f"{self.anchors.id}-att{self.attachments}")
        stack.append(frame)
        rest = token.content
        at = _closing_attributes(f" {rest}") - 1
        if at >= 0:
            self.dress(frame, attributes(rest[at:]), line, column)
            rest = rest[:at].rstrip()
        if rest:
            at = self.source[line - 1].find(rest, column)
            nodes = self.lines.inline(rest, ((0, line, at + 1),))
            frame.children.append(Node("heading", tuple(nodes), {"level": "2"}, "", line, at + 1))

    def close_container(self, stack: list[_Frame], token: Token | None) -> None:
        frame = stack.pop()
        if token is None:
            self.report(Rule.UNCLOSED_BLOCK, f'The block ":::{frame.kind}" is never closed', frame.line, frame.column, hint="Put a line of ::: after its last line.")  # fmt: skip
        self.report_waiting()
        stack[-1].children.append(Node(frame.kind, tuple(frame.children), frame.attrs, "", frame.line, frame.column))  # type: ignore[arg-type]

    def report_waiting(self) -> None:
        if self.waiting:
            self.waiting = ""
            self.report(Rule.UNKNOWN_BLOCK, "These attributes stand before no block", *self.waiting_place, hint="Put them on the line before the block, or at the end of its last line.")  # fmt: skip

    def dress(self, frame: _Frame, given: dict[str, str], line: int, column: int) -> None:
        """Give a block its attributes."""
        for key, value in given.items():
            if key == "lang":
                frame.attrs["lang"] = value
            elif key == "class":
                for name in value.split():
                    if name in _KIND_CLASSES and frame.kind == "paragraph":
                        frame.kind = _KIND_CLASSES[name]
                    elif name in _LIST_TYPES and frame.kind == "list":
                        frame.attrs["type"] = name
                    elif name in _LOOKS:
                        frame.attrs["rend"] = f"{frame.attrs.get('rend', '')} {name}".strip()
                    else:
                        frame.attrs["class"] = f"{frame.attrs.get('class', '')} {name}".strip()
                        self.lines.report_near(name, _BLOCK_NAMES, line, column)
            else:
                hint = did_you_mean(key, ("lang",)) or "A block takes a class, such as {.right}, and lang=fr."
                self.report(Rule.UNKNOWN_BLOCK, f'The attribute "{key}" is not known', line, column, hint)

    def line_of_block(self, stack: list[_Frame], token: Token, index: int) -> None:
        frame = stack[-1]
        content = token.content
        if not content:
            return
        places = self.places(stack, content, token, index)
        if not frame.column or frame.name in ("th_open", "td_open", "dt_open"):
            frame.line, frame.column = places[0][1:]
        if content.endswith("}"):
            at = _closing_attributes(content)
            if at >= 0:
                self.dress(frame, attributes(content[at:]), *locate(places, at))
                content = content[:at].rstrip()
        frame.children += self.lines.inline(content, places)

    def places(self, stack: list[_Frame], content: str, token: Token, index: int) -> Places:
        """Where the lines of a block's content stand in the file."""
        assert token.map is not None
        row = token.map[0]
        line = row + self.first_line
        name = stack[-1].name
        if name in ("td_open", "th_open"):
            return _places_of_cell(*stack[-2].cells[len(stack[-2].children)], line)
        if name in ("heading_open", "dt_open"):
            offset = self.env["places"].get(index - 1, self.starts[row])
            first = content.split("\n", 1)[0]
            at = self.source[line - 1].find(first, offset - self.starts[row])
            places = [(0, line, at + 1)]
        else:
            offset = self.env["places"].get(index - 1, self.starts[row])
            places = [(0, line, offset - self.starts[row] + 1)]
        if "\n" in content:
            position = 0
            for number, text in enumerate(content.split("\n")):
                if number:
                    stripped = text.strip(" \t")
                    source = self.source[line - 1 + number].rstrip(" \t")
                    at = len(source) - len(stripped) if source.endswith(stripped) else max(0, source.find(stripped))
                    places.append((position + len(text) - len(text.lstrip(" \t")), line + number, at + 1))
                position += len(text) + 1
        return tuple(places)


def _closing_attributes(content: str) -> int:
    """Where the attributes begin that a block ends with, in braces behind a blank; -1 if there are none."""
    first = -1
    end = len(content)
    while (at := content.rfind("{", 0, end)) > 0 and ATTRIBUTES.fullmatch(content, at, end):
        end = at
        while end and content[end - 1] in " \t\n":
            end -= 1
        if end < at:
            first = at
    return first


def _cells(source: str, start: int) -> list[tuple[int, str]]:
    """The cells of a table's row that begins at ``start`` in its line: where each begins, and its text as it stands."""
    start, end = len(source) - len(source[start:].lstrip()), len(source.rstrip())
    bars = [found.start() for found in _BAR.finditer(source, start, end)]
    spans = list(zip((start, *(at + 1 for at in bars)), (*bars, end), strict=True))
    if spans[0] == (start, start):
        del spans[0]
    if spans and spans[-1] == (end, end):
        del spans[-1]
    raw = ((last, source[first:last]) for first, last in spans)
    return [(last - len(text.lstrip()), text.strip()) for last, text in raw]


def _places_of_cell(at: int, raw: str, line: int) -> Places:
    """Where the text of a cell stands: the parser takes away the backslashes before its bars."""
    places = [(0, line, at + 1)]
    for count, found in enumerate(re.finditer(r"\\\|", raw)):
        places.append((found.start() - count + 1, line, at + found.end() + 1))
    return tuple(places)


def _figure_alone(figure: Node, attrs: dict[str, str]) -> Node:
    """An image that is a paragraph of its own: its title is the caption."""
    own = {name: value for name, value in figure.attrs.items() if name != "title"}
    title = figure.attrs.get("title", "")
    caption = (Node("text", (), {}, title, figure.line, figure.column),) if title else ()
    return Node("figure", caption, own | attrs, "", figure.line, figure.column)
