"""From the tokens of a line to its nodes: texts joined and placed, marks and references resolved to anchors."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator.diagnostics import Rule, did_you_mean
from generator.document import Kind, Node, is_safe_url
from generator.readers.markdown_anchors import Anchors
from generator.readers.markdown_references import parse_reference
from generator.readers.markdown_rules import attributes
from generator.strict_yaml import Places, Report

MAX_DEPTH = 60
"""Elements in elements that the tree may have; a text in emphasis in emphasis has no end otherwise."""

_MEANS_SOMETHING = re.compile(r"[\n!&*<\[\\\]_`]")
_LAST = 1 << 60

_SPAN_KEYS: dict[str, tuple[Kind, str]] = {
    "person": ("person", "person"), "term": ("term", "term"), "place": ("place", "place"),
    "original": ("corrected", "original"), "expansion": ("abbreviation", "expansion"),
}  # fmt: skip
_SPAN_CLASSES: dict[str, tuple[Kind, dict[str, str]]] = {
    "small-caps": ("small_caps", {}), "superscript": ("superscript", {}), "subscript": ("subscript", {}),
    "deleted": ("deleted", {}), "added": ("added", {}), "gap": ("gap", {}), "unclear": ("unclear", {}),
    "supplied": ("supplied", {}), "underline": ("emphasis", {"rend": "underline"}),
    "roman": ("emphasis", {"rend": "roman"}), "place": ("place", {}), "person": ("person", {}),
}  # fmt: skip


class Lines:
    """Makes nodes of the lines of one document."""

    def __init__(self, parser: MarkdownIt, env: dict[str, Any], anchors: Anchors, report: Report) -> None:
        self.parser = parser
        self.env = env
        self.anchors = anchors
        self.report = report
        self.too_deep = False

    def inline(self, content: str, places: Places) -> list[Node]:
        """The nodes of a line."""
        if not _MEANS_SOMETHING.search(content):
            return [Node("text", (), {}, content, *locate(places, 0))] if content else []
        return _LineBuilder(self, places).build(self.parser.inline.parse(content, self.parser, self.env, []))

    def report_depth(self, line: int, column: int) -> None:
        if not self.too_deep:
            self.too_deep = True
            self.report(Rule.TOO_LARGE, "The text is nested more deeply here than any real document; what is deeper may be lost", line, column)  # fmt: skip

    def report_near(self, name: str, known: Sequence[str], line: int, column: int) -> None:
        """Any class may stand in a text, for the theme to show; one that is like a known name is a slip, but
        not one that goes on behind it (``indent-3em``)."""
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        if near and near[0] != name and not name.startswith(f"{near[0]}-"):
            self.report(Rule.UNKNOWN_BLOCK, f'The class "{name}" is not known to the dialect', line, column, f'Did you mean "{near[0]}"?')  # fmt: skip


class _LineBuilder:
    """Makes nodes of the tokens of a line: joins texts, and takes away the space that a page mark has too many."""

    def __init__(self, lines: Lines, places: Places) -> None:
        self.lines = lines
        self.places = places
        self.children: list[Node] = []
        self.stack: list[tuple[Token, list[Node]]] = []
        self.pieces: list[str] = []
        self.start = 0
        # Whether the last thing shown was a space, and whether a page mark has come since.
        self.space = True
        self.after_mark = False
        self.skipped = 0

    def build(self, tokens: Sequence[Token]) -> list[Node]:
        for token in tokens:
            type = token.type
            offset = token.map[0] if token.map else 0
            if type == "text":
                if token.content:
                    self.add(token.content, offset)
                if token.info:
                    self.report_no_reference(token.info, offset)
            elif type == "text_special":
                self.add(token.content, offset)
            elif type == "softbreak":
                self.add("\n", offset)
            elif token.nesting == 1:
                self.flush()
                if len(self.stack) >= MAX_DEPTH:
                    self.skipped += 1
                    self.lines.report_depth(*self.locate(offset))
                    continue
                self.stack.append((token, self.children))
                self.children = []
            elif token.nesting == -1:
                self.flush()
                if self.skipped:
                    self.skipped -= 1
                elif self.stack:
                    self.close()
            else:
                self.single(token, offset)
        self.flush()
        while self.stack:
            self.close()
        return self.children

    def locate(self, offset: int) -> tuple[int, int]:
        return locate(self.places, offset)

    def add(self, text: str, offset: int) -> None:
        if self.after_mark:
            if self.space:
                rest = text.lstrip(" \t\n")
                if not rest:
                    return
                offset += len(text) - len(rest)
                text = rest
            self.after_mark = False
        if not self.pieces:
            self.start = offset
        self.pieces.append(text)
        self.space = text[-1] in " \n\t"

    def report_no_reference(self, markup: str, offset: int) -> None:
        if markup.startswith("[^"):
            self.lines.report(Rule.NOTE_FORM, f'"{markup}" looks like a note or a reference to one and is none; it stays as text', *self.locate(offset), hint="The label of a note is one word: [^1a]. Brackets that belong to the text are written \\[^.")  # fmt: skip
            return
        if not markup.startswith("[["):
            self.lines.report(Rule.PAGE_MARK_FORM, f'"{markup}" looks like a page mark and is none; it stays as text', *self.locate(offset), hint="A page mark is written [Page 1019], with one page in it.")  # fmt: skip
            return
        bar = "Outside of a table, the bar has no backslash before it. " if "\\|" in markup else ""
        self.lines.report(Rule.BROKEN_REFERENCE, f'"{markup}" is no form of reference; it stays as text', *self.locate(offset), hint=bar + "Forms are [[d211]], [[d211#fn5]], [[p. 1039]], [[#fn2]], [[para 3]], [[volume#d12|words]]. Brackets that belong to the text are written \\[[.")  # fmt: skip

    def flush(self) -> None:
        if self.pieces:
            self.children.append(Node("text", (), {}, "".join(self.pieces), *self.locate(self.start)))
            self.pieces.clear()

    def single(self, token: Token, offset: int) -> None:
        """A token that stands for itself."""
        anchors = self.lines.anchors
        line, column = self.locate(offset)
        if token.type == "page_break":
            self.flush()
            self.children.append(anchors.page_break(token.content, line, column))
            self.after_mark = True
        elif token.type == "note_ref":
            node = anchors.note_ref(token.content, line, column)
            if node is None:
                self.add(token.markup, offset)
            else:
                self.flush()
                self.children.append(node)
                self.space = self.after_mark = False
        elif token.type == "hardbreak":
            self.flush()
            self.children.append(Node("line_break", (), {}, "", line, column))
            self.space = True
        elif token.type == "code_inline":
            self.flush()
            self.children.append(Node("code", (), {}, token.content, line, column))
            self.space = self.after_mark = False
        elif token.type == "image":
            self.flush()
            self.children.append(self.figure(token, line, column))
            self.space = self.after_mark = False

    def figure(self, token: Token, line: int, column: int) -> Node:
        url = str(token.attrs.get("src", ""))
        attrs = {"url": url, "alt": _alt(token.children or ())}
        if not is_safe_url(url):
            attrs["url"] = ""
            self.unsafe(url, line, column)
        if token.attrs.get("title"):
            attrs["title"] = str(token.attrs["title"])
        return Node("figure", (), attrs, "", line, column)

    def unsafe(self, url: str, line: int, column: int) -> None:
        what = f'A link to "{url[:60]}" cannot stand in a page' if url else "The link leads nowhere"
        self.lines.report(Rule.UNSAFE_LINK, what, line, column, hint="Links begin with https:, http: or mailto:, or are paths within the site.")  # fmt: skip

    def close(self) -> None:
        """The element that ends here, as a node of the one around it."""
        token, outer = self.stack.pop()
        children, self.children = tuple(self.children), outer
        offset = token.map[0] if token.map else 0
        if token.type == "strong_open" and offset:
            # The token of the second asterisk became the element.
            offset -= 1
        line, column = self.locate(offset)
        if token.type in ("em_open", "strong_open"):
            attrs = {"rend": "strong"} if token.type == "strong_open" else {}
            outer.append(Node("emphasis", children, attrs, "", line, column))
        elif token.type == "link_open":
            url = str(token.attrs.get("href", ""))
            if not is_safe_url(url):
                self.unsafe(url, line, column)
                outer.extend(children)
                return
            attrs = {"url": url}
            if token.attrs.get("title"):
                attrs["title"] = str(token.attrs["title"])
            outer.append(Node("link", children, attrs, "", line, column))
        elif token.type == "reference_open":
            self.reference(token, children, outer, line, column)
        else:
            self.span(token, children, outer, line, column)

    def reference(self, token: Token, children: tuple[Node, ...], outer: list[Node], line: int, column: int) -> None:
        found = parse_reference(token.content)
        assert found
        reference, words = found
        attrs = {name: value for name in reference.__struct_fields__ if (value := getattr(reference, name))}
        if not children:
            attrs["unnamed"] = "yes"
        outer.append(Node("reference", children or (Node("text", (), {}, words, line, column),), attrs, "", line, column))  # fmt: skip
        if not children:
            self.space = self.after_mark = False

    def span(self, token: Token, children: tuple[Node, ...], outer: list[Node], line: int, column: int) -> None:
        kind: Kind = "span"
        attrs: dict[str, str] = {}
        classes: list[str] = []
        for key, value in attributes(token.content).items():
            if key == "class":
                for name in value.split():
                    if name in _SPAN_CLASSES and kind == "span":
                        kind, given = _SPAN_CLASSES[name]
                        attrs.update(given)
                    else:
                        classes.append(name)
                        self.lines.report_near(name, tuple(_SPAN_CLASSES), line, column)
            elif key in _SPAN_KEYS:
                kind = _SPAN_KEYS[key][0] if kind in ("span", "person", "place") else kind
                attrs[_SPAN_KEYS[key][1]] = value
            elif key in ("lang", "reason", "extent"):
                attrs[key] = value
            else:
                hint = did_you_mean(key, _SPAN_KEYS) or f"Words take {', '.join(_SPAN_KEYS)}, lang or a class."
                self.lines.report(Rule.UNKNOWN_BLOCK, f'The attribute "{key}" is not known', line, column, hint)
        if classes:
            attrs["class"] = " ".join(classes)
        outer.append(Node(kind, children, attrs, "", line, column))


def locate(places: Places, offset: int) -> tuple[int, int]:
    """Line and column of an offset in a line's content."""
    start, line, column = places[0] if len(places) == 1 else places[bisect_right(places, (offset, _LAST)) - 1]
    return line, column + offset - start


def _alt(tokens: Sequence[Token]) -> str:
    """The words of an image's description."""
    out = []
    for token in tokens:
        if token.type in ("text", "text_special", "code_inline"):
            out.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif token.type == "image":
            out.append(_alt(token.children or ()))
    return "".join(out)
