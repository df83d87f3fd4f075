"""Nodes out of TEI elements: the machinery that every element's handler uses.

White space is where TEI is hardest: files are indented, and the indentation stands inside sentences. A run of
white space is one space between two words of a line and nothing at a line's ends. The space belongs to the
outermost place it can stand in (never inside an element's edge), a mark in the text (page break, anchor) does
not end it. Before the reference to a note it is the source's indentation: the space then follows the reference,
unless a sign follows that no space precedes. Beside a tag, a line's end before a comma or after a bracket is
indentation too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import BLOCKS, Kind, Node, Note
from generator.readers.tei_pointers import slug

Element = Any
"""An element of lxml, which has no types."""

Handler = Callable[["Builder", Element, list[Node]], None]
"""Puts the nodes of an element after those that stand in the list already."""

UNKNOWN = "*"
"""The key of the handler for elements nobody foresaw."""

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

MAX_DEPTH = 128
"""Elements inside elements. Printed indexes reach 30; what is deeper keeps its text only."""

_SPACE = " \t\n\r"
_RUNS = re.compile(r"[\t\n\r][ \t\n\r]*| [ \t\n\r]+")
_NO_SPACE_BEFORE = frozenset(",.;:!?)]}”’»—–…")
_INDENTED_BEFORE = frozenset(",.;:!?)]—–")
_WORD = re.compile(r"\w")
_NOTE_ID = re.compile(r"(.+)fn(\S+)$")
_PAGE_ID = re.compile(r"pg_(\d+[a-z]?|[IVXLCDM]+|[A-Z]\d+)$", re.I)


class Builder:
    """What is being built of one part: notes in the order of their references, ids used, the state of the line.

    ``level`` is the level of the next heading; ``in_note`` is not 0 while a note is built; ``handlers`` says
    what to do with each element.
    """

    def __init__(self, file: str, document: str, handlers: Mapping[str, Handler], renamed: Mapping[str, str]) -> None:
        self.file = file
        self.document = document
        self.handlers = handlers
        self.renamed = renamed
        self.level = 2
        self.in_note = 0
        self.paragraphs = 0
        self.attachments = 0
        self.taken: set[str] = set()
        self.in_source: set[str] = set()
        self.labels: set[str] = set()
        self.notes: dict[str, Note | None] = {}
        self.references: dict[str, list[str]] = {}
        self.note_elements: dict[str, Element] = {}
        self.attached: dict[str, list[Element]] = {}
        self.detached: set[Element] = set()
        self.unknown: dict[str, tuple[int, int]] = {}
        self.diagnostics: list[Diagnostic] = []
        self.languages = False
        self._generated = 0
        self._labelled = 0
        self._depth = 0
        self._lists: list[list[Node]] = []
        self._start = True
        self._pending: tuple[list[Node], int] | None = None
        self._wrapped = False
        self._after_note = False
        self._glued = False
        self._before_mark = ""

    # Text and white space

    def content(self, element: Element, out: list[Node]) -> None:
        """Put the text and children of ``element`` into ``out``."""
        if text := element.text:
            self.text(text, out, element)
        if not len(element):
            return
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._too_deep(element, out)
            self._depth -= 1
            return
        handlers, attached = self.handlers, self.attached
        for child in element:
            tag = child.tag
            handler = handlers.get(tag)
            if handler is None:
                handler = self.handler(tag)
            handler(self, child, out)
            if attached:
                self.refer_from(child, out)
            if tail := child.tail:
                self.text(tail, out, child)
        self._depth -= 1

    def handler(self, tag: object) -> Handler:
        """What to do with an element of this name; an element of another namespace counts by its bare name."""
        if not isinstance(tag, str):
            return _nothing
        found = self.handlers.get(tag)
        if found is not None:
            return found
        name = "html" if "http://www.w3.org/1999/xhtml" in tag else tag.rpartition("}")[2]
        return self.handlers.get(name) or self.handlers[UNKNOWN]

    def text(self, raw: str, out: list[Node], element: Element) -> None:
        """Put a run of text into ``out``; ``element`` says where it stands."""
        if "\n" not in raw and "  " not in raw and "\t" not in raw and "\r" not in raw:
            words = raw.strip(" ")
        else:
            # str.split would take the spaces that an editor means to keep (U+00A0, U+202F) for indentation.
            words = " ".join(raw.split()) if raw.isascii() else _RUNS.sub(" ", raw).strip(" ")
        if not words:
            self._space(out, raw)
            return
        if raw[0] in _SPACE:
            self._space(out, raw)
        elif self._before_mark and self._pending is None:
            self._part(words[0], out)
        if self._pending is not None:
            words = self._settle(words, out) + words
        self._before_mark = ""
        new_line = self._start
        self._start = self._glued = self._after_note = False
        if out and out[-1].kind == "text" and not new_line:
            last = out[-1]
            out[-1] = Node("text", (), {}, last.text + words, last.line)
        else:
            out.append(Node("text", (), {}, words, element.sourceline))
        if raw[-1] in _SPACE:
            self._pending = (out, len(out))
            self._wrapped = raw.rstrip(" \t")[-1] == "\n"

    def _space(self, out: list[Node], raw: str) -> None:
        """White space was met: remember where the space would stand, if there is one."""
        if self._start or self._glued or self._pending is not None:
            return
        nodes = out
        if not out:
            nodes = next((n for n in reversed(self._lists) if n), out)
            if not nodes:
                return
        wrapped = raw.lstrip(" \t")[:1] in ("\n", "\r")
        if wrapped and nodes[-1].kind == "text" and nodes[-1].text[-1] in "([":
            return
        self._pending = (nodes, len(nodes))
        self._wrapped = wrapped

    def _part(self, following: str, out: list[Node]) -> None:
        """A page break stands without white space where no word goes on: the words are two all the same."""
        before = self._before_mark[-1]
        if before in ",.;:!?)]”" and (following.isalpha() or following in "([“"):
            self._space(out, " ")

    def _settle(self, following: str, out: list[Node]) -> str:
        """Put the space that waits where it belongs; return it if that is before the text to come."""
        assert self._pending is not None
        nodes, at = self._pending
        self._pending = None
        if self._after_note and following[0] in _NO_SPACE_BEFORE:
            return ""
        if self._wrapped and following[0] in _INDENTED_BEFORE and following[:3] != ". .":
            return ""
        if nodes is out and at == len(out):
            return " "
        before = nodes[at - 1] if at else None
        if before is not None and before.kind == "text":
            nodes[at - 1] = Node("text", (), {}, before.text + " ", before.line)
        else:
            nodes.insert(at, Node("text", (), {}, " "))
        return ""

    def visible(self, out: list[Node]) -> None:
        """Something that is seen but is no text stands here: the space before it counts."""
        if self._pending is not None and self._settle("x", out):
            out.append(Node("text", (), {}, " "))
        self._start = self._glued = self._after_note = False

    def apart(self, out: list[Node]) -> None:
        """What was put into ``out`` is no part of the text: the word to come is another, whatever the source has."""
        if self._pending is None:
            self._pending = (out, len(out))
            self._after_note, self._wrapped = True, False

    def glue(self) -> None:
        """What stands before and after is one word, whatever white space lies between (``break="no"``)."""
        self._pending = None
        self._glued = True

    def end_line(self, out: list[Node]) -> None:
        """A line ends: white space here and at the beginning of the next one is indentation."""
        self._pending = None
        self._start = True
        self._glued = self._after_note = False
        while out and out[-1].kind == "line_break":
            out.pop()

    def line_break(self, out: list[Node], line: int) -> None:
        if not self._start:
            self._pending = None
            self._start = True
            self._glued = self._after_note = False
            out.append(Node("line_break", line=line))

    # Elements

    def block(self, kind: Kind, element: Element, out: list[Node], attrs: dict[str, str] | None = None) -> Node | None:
        """Put ``element`` into ``out`` as a block; nothing, and None, if it is empty."""
        attrs = self.common(element, attrs)
        children = self.children(element, out)
        if not children and not attrs.get("id"):
            return None
        node = Node(kind, children, attrs, "", element.sourceline)
        out.append(node)
        return node

    def children(self, element: Element, out: list[Node]) -> tuple[Node, ...]:
        """The content of a block that stands after the nodes of ``out``."""
        self.end_line(out)
        inner: list[Node] = []
        self.content(element, inner)
        self.end_line(inner)
        return tuple(inner)

    def inline(self, kind: Kind, element: Element, out: list[Node], attrs: dict[str, str] | None = None) -> None:
        """Put ``element`` into ``out`` as an element in a line; nothing if it is empty."""
        self.wrap(kind, self.common(element, attrs), element.sourceline, out, lambda inner: self.content(element, inner))  # fmt: skip

    def wrap(
        self, kind: Kind, attrs: dict[str, str], line: int, out: list[Node], fill: Callable[[list[Node]], None]
    ) -> None:
        """Put a node into ``out`` whose children ``fill`` writes; nothing if it stays empty and has no id."""
        inner: list[Node] = []
        self._lists.append(out)
        fill(inner)
        self._lists.pop()
        if inner or attrs.get("id"):
            out.append(Node(kind, tuple(inner), attrs, "", line))
        if self._pending is not None and self._pending[0] is inner:
            self._pending = (out, len(out))

    def paragraph(self, element: Element, out: list[Node], attrs: dict[str, str], kind: Kind = "paragraph") -> Node | None:  # fmt: skip
        """Put a paragraph into ``out``, with its anchor; what holds page marks only is not one."""
        number = 0
        own = element.get(XML_ID)
        if not self.in_note and kind == "paragraph":
            self.paragraphs += 1
            number = self.paragraphs
        elif own:
            attrs["id"] = self.claim(own)
            own = None
        if self.languages:
            self._language(element, attrs)
        children = self.children(element, out)
        if not any(child.kind != "page_break" for child in children):
            if number and number == self.paragraphs:
                self.paragraphs -= 1
            out.extend(children)
            return None
        if own:
            # Paragraphs are counted p1, p2 ... by every reader; the source's own name stands inside.
            children = (Node("span", (), {"id": self.claim(own)}, "", element.sourceline), *children)
        if number:
            attrs["id"] = f"p{number}"
        node = Node(kind, children, attrs, "", element.sourceline)
        out.append(node)
        return node

    def paragraph_of(self, nodes: list[Node]) -> Node:
        """A paragraph made of nodes that stood in none."""
        attrs: dict[str, str] = {}
        if not self.in_note:
            self.paragraphs += 1
            attrs["id"] = f"p{self.paragraphs}"
        return Node("paragraph", tuple(nodes), attrs, "", nodes[0].line)

    def gather(self, nodes: list[Node], start: int = 0) -> None:
        """Put runs of text that stand loose among blocks, from ``start`` on, into paragraphs."""
        if all(node.kind in BLOCKS or node.kind == "page_break" for node in nodes[start:]):
            return
        out = nodes[:start]
        run: list[Node] = []
        for node in [*nodes[start:], None]:
            if node is not None and node.kind not in BLOCKS:
                run.append(node)
                continue
            if any(n.kind not in ("page_break", "line_break") and not (n.kind == "span" and not n.children) for n in run):  # fmt: skip
                out.append(self.paragraph_of(run))
            else:
                out.extend(n for n in run if n.kind != "line_break")
            run = []
            if node is not None:
                out.append(node)
        nodes[:] = out

    def common(self, element: Element, attrs: dict[str, str] | None) -> dict[str, str]:
        """Attributes that any element may have: its id and language."""
        attrs = {} if attrs is None else attrs
        own = element.get(XML_ID)
        if own:
            attrs["id"] = self.claim(own)
        if self.languages:
            self._language(element, attrs)
        return attrs

    def _language(self, element: Element, attrs: dict[str, str]) -> None:
        language = element.get(XML_LANG)
        if language:
            attrs["lang"] = language

    def claim(self, id: str, *, made: bool = False) -> str:
        """Return ``id``, or with ``-2``, ``-3`` ... if it is taken: ids are unique on a page. ``made`` says that
        the source has no such id, so that it must not collide with one that comes later."""
        id = "-".join(id.split())
        name, number = id, 1
        while name in self.taken or (made and name in self.in_source):
            number += 1
            name = f"{id}-{number}"
        self.taken.add(name)
        return name

    # Marks and notes

    def page_break(self, n: str | None, id: str | None, facs: str | None, line: int, out: list[Node]) -> None:
        """Put a page mark into ``out``. Without ``n`` the page's number is taken from its id, in brackets as one
        that is not printed."""
        label = " ".join((n or "").split())
        id = (id or "").strip()
        if n is None:
            named = _PAGE_ID.match(id)
            label = f"[{named[1]}]" if named else ""
        if not _WORD.search(label):
            label = ""
        if id:
            anchor = self.claim(id)
        elif label:
            anchor = self.claim(f"pg_{slug(label)}", made=True)
        else:
            self._generated += 1
            anchor = self.claim(f"page-{self._generated}", made=True)
        attrs = {"label": label, "id": anchor}
        if facs:
            attrs["facs"] = facs
        self._before_mark = out[-1].text if out and not self._start and self._pending is None else ""
        out.append(Node("page_break", (), attrs, "", line))

    def note(self, element: Element, out: list[Node], kind: str) -> None:
        """Put the reference to a note into ``out`` and remember the note."""
        own = (element.get(XML_ID) or "").strip()
        pointed = (element.get("target") or "").strip().lstrip("#")
        label = " ".join((element.get("n") or "").split())
        if pointed and not own:
            known = self.note_elements.get(pointed)
            if known is not None and known is not element and _same_text(known, element):
                self._refer(pointed, label or self.label_of(known), element.sourceline, out)
                return
        label = label or self.label_of(element)
        id = self._note_id(element, own, label)
        self._refer(id, label, element.sourceline, out)
        state = (self._start, self._pending, self._after_note, self._glued, self._lists, self.level)
        self._start, self._pending, self._after_note, self._glued, self._lists = True, None, False, False, []
        self.in_note += 1
        children: list[Node] = []
        self.content(element, children)
        self.end_line(children)
        self.in_note -= 1
        self._start, self._pending, self._after_note, self._glued, self._lists, self.level = state
        self.notes[id] = Note(id, label, tuple(children), (), kind, element.sourceline)

    def _note_id(self, element: Element, own: str, label: str) -> str:
        if own and self.notes.get(own) is None:
            # Its reference may have been met before it, and then the id is taken already, by itself.
            return own if own in self.references else self.claim(own)
        id = self.claim(own or f"{self.document}fn{label}", made=not own)
        return id

    def _refer(self, note: str, label: str, line: int, out: list[Node]) -> None:
        if note not in self.references:
            self.taken.add(note)
            self.references[note] = []
            self.notes.setdefault(note, None)
        named = _NOTE_ID.match(note)
        id = self.claim(f"{named[1]}fnref{named[2]}" if named else f"{note}-ref", made=True)
        self.references[note].append(id)
        out.append(Node("note_ref", (), {"note": note, "id": id, "label": label}, "", line))
        if self._pending is not None:
            self._pending = (out, len(out))
            self._after_note = True

    def refer_from(self, element: Element, out: list[Node]) -> None:
        """Put references to the notes that stand elsewhere and are tied to ``element`` here."""
        for note in self.attached.pop(element.get(XML_ID) or "", ()):
            self.note(note, out, slug(note.get("type") or "") or "foot")

    def label_of(self, element: Element) -> str:
        """The label of a note that prints none: numbers where no note has one, else letters that are free."""
        given = element.get("n")
        if given and given.strip():
            return " ".join(given.split())
        while True:
            self._labelled += 1
            label = _letters(self._labelled) if self.labels else str(self._labelled)
            if label not in self.labels:
                return label

    def finished_notes(self) -> tuple[Note, ...]:
        """All notes in the order of their first references."""
        return tuple(
            msgspec.structs.replace(note, refs=tuple(self.references[id]))
            for id, note in self.notes.items()
            if note is not None
        )

    # Messages

    def _too_deep(self, element: Element, out: list[Node]) -> None:
        text = "".join(element.itertext())[len(element.text or "") :]
        self.text(text, out, element)
        if not any(d.rule == Rule.TOO_LARGE.id for d in self.diagnostics):
            self.diagnostics.append(
                diagnostic(
                    Rule.TOO_LARGE,
                    f"elements stand more than {MAX_DEPTH} deep in one another; of what is deeper only the text is kept",
                    Span(self.file, element.sourceline),
                    hint="No document is nested like that: look for elements that are never closed where they should be.",
                )
            )

    def report_unknown(self, element: Element) -> None:
        """Count an element nobody foresaw."""
        line, name = element.sourceline, element.tag.rpartition("}")[2]
        if element.prefix:
            name = f"{element.prefix}:{name}"
        count, first = self.unknown.get(name, (0, line))
        self.unknown[name] = (count + 1, first)

    def finished_diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that was found wrong; elements nobody foresaw once a kind, with their number."""
        for name, (count, line) in self.unknown.items():
            times = "once" if count == 1 else f"{count} times"
            self.diagnostics.append(
                diagnostic(
                    Rule.UNKNOWN_ELEMENT,
                    f"the element <{name}> is not known to the TEI reader ({times} in this document); its text is kept",
                    Span(self.file, line),
                    hint="Nothing is lost. If it should look or work in some way, use an element of docs/tei.md.",
                )
            )
        return tuple(self.diagnostics)


def _nothing(builder: Builder, element: Element, out: list[Node]) -> None:
    """A comment or processing instruction."""


def _same_text(one: Element, other: Element) -> bool:
    words = "".join(other.itertext()).split()
    return not words or words == "".join(one.itertext()).split()


def _letters(number: int) -> str:
    """a, b ... z, aa, ab ..."""
    out = ""
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(97 + rest) + out
    return out


def local(element: Element) -> str:
    """The element's name without its namespace; empty for a comment or processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def among_blocks(element: Element) -> bool:
    """Whether an element stands where blocks do, in a division or attachment and not in a line."""
    parent = element.getparent()
    return parent is not None and local(parent) in DIVISIONS


DIVISIONS = frozenset((
    "div", "div1", "div2", "div3", "div4", "div5", "div6", "div7", "front", "body", "back", "text", "group",
    "attachment", "floatingText", "argument", "epigraph", "document",
))  # fmt: skip
