"""The text of a document in TEI.

TEI is strict about what may stand where: a signature only at the end of a division, a date line only at its beginning
or end, no part of a letter within an item. What stands in its place is written as the element made for it, anything
else as ``ab`` (an anonymous block) of that type, which may stand anywhere and which the reader understands.

White space within a line is text, so nothing is indented; a line of the file ends only between blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from generator.document import BLOCKS, Document, Node, Reference, Target

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]")
_COUNTED = re.compile(r"p\d+")
_ADDRESS = re.compile(r"[A-Za-z0-9./_~:-]+(#[A-Za-z0-9./_~:-]*)?|#[A-Za-z0-9./_~:-]*")
_NOT_IN_ADDRESS = re.compile(r"[ \t\r\n\[\]]|%(?![0-9A-Fa-f]{2})")

_AT_TOP = frozenset(("heading", "opener", "dateline", "salute"))
_AT_END = frozenset(("closer", "signed", "postscript", "dateline", "salute"))
MARKS = frozenset(("page_break", "note_ref"))
ANYWHERE = frozenset(("paragraph", "list", "table", "quote", "figure", "verse", "attachment", "section", "rule", "code_block"))  # fmt: skip


Kind = Callable[["Writer", Node], None]
"""Writes a node of one kind."""


class Writer:
    """Writes one document into ``out``. ``targets`` says where its references lead, seen from its page; ``blocks`` and
    ``lines`` what becomes of each kind of node, among blocks and in a line."""

    def __init__(
        self,
        document: Document,
        targets: Iterable[tuple[Reference, Target]],
        blocks: Mapping[str, Kind],
        lines: Mapping[str, Kind],
    ) -> None:
        self.of = document
        self.blocks, self.lines = blocks, lines
        self.targets = dict(targets)
        self.notes = {note.id: note for note in document.notes}
        self.written: set[str] = set()
        self.taken: set[str] = {"edition"}
        self.out: list[str] = []

    def document(self) -> None:
        """Write the division that the document is."""
        of, out = self.of, self.out
        meta = of.metadata
        attributes = f' n="{escape(meta.number)}"' if meta.number else ""
        if _NAME.fullmatch(of.id):
            attributes += self.id(of.id)
        if meta.lang:
            attributes += f' xml:lang="{escape(meta.lang)}"'
        out.append(f'<div type="document"{attributes}>\n')
        body = list(of.body)
        while body and body[0].kind == "page_break":
            self.nodes((body.pop(0),))
            out.append("\n")
        if of.source_line:
            self.enclosed('note rend="inline" type="source"', of.source_line)
        printed = f"{meta.printed_number} " if meta.printed_number and of.title else meta.printed_number
        out.append(f"<head>{escape(printed)}")
        self.nodes(of.title)
        out.append("</head>\n")
        if of.dateline:
            self.enclosed("dateline", of.dateline)
        self.division(body)
        left = [id for id in self.notes if id not in self.written]
        if left:  # nothing refers to them
            out.append("<p>")
            for id in left:
                self.note_ref(Node("note_ref", (), {"note": id}))
            out.append("</p>\n")
        out.append("</div>\n")

    # Blocks

    def division(self, nodes: Sequence[Node], needs_text: bool = False) -> None:
        """Write what stands in a division: what may stand at its top or end only is written so there. ``needs_text``:
        the division may not be empty."""
        end = len(nodes)
        while end and (nodes[end - 1].kind in _AT_END or nodes[end - 1].kind in MARKS):
            end -= 1
        if all(node.kind in _AT_TOP or node.kind in MARKS for node in nodes[:end]):
            end = len(nodes)
        at_top = True
        run: list[Node] = []
        for number, node in enumerate(nodes):
            kind = node.kind
            if kind not in BLOCKS:
                run.append(node)
                continue
            at_top = self.loose(run) and at_top
            if kind == "verse":
                self.verse(node, number and nodes[number - 1].kind == "verse", nodes[number + 1 : number + 2])
                at_top = False
            elif (at_top and kind in _AT_TOP) or (number >= end and kind in _AT_END):
                self.native(node)
            elif kind == "heading":
                self.heading(node)
                at_top = False
            else:
                self.block(node)
                at_top = False
        at_top = self.loose(run) and at_top
        if at_top and needs_text:
            self.out.append("<p/>\n")

    def loose(self, run: list[Node]) -> bool:
        """Write inline nodes that stand among blocks; return whether they were marks only."""
        marks = all(node.kind in MARKS or (node.kind == "span" and not node.children) for node in run)
        if run and marks:
            self.nodes(run)
            self.out.append("\n")
        elif run:
            self.enclosed("p", run)
        run.clear()
        return marks

    def block(self, node: Node) -> None:
        """Write a block where the elements of a letter may not stand."""
        kind = node.kind
        if kind in ANYWHERE:
            self.native(node)
        elif kind == "heading":
            self.heading(node)
        else:
            self.anonymous(node)

    def anonymous(self, node: Node) -> None:
        """Write a part of a letter as an anonymous block. Since none may stand in another, what it is made of is
        segments."""
        self.out.append(f'<ab type="{node.kind}"{self.attributes(node)}>')
        for child in node.children:
            if child.kind in BLOCKS and (child.kind == "paragraph" or child.kind not in ANYWHERE):
                self.segment(child)
            else:
                self.mixed((child,))
        self.out.append("</ab>\n")

    def segment(self, node: Node) -> None:
        """Write a part of a letter, or a paragraph, within a line."""
        self.element(node, "seg", f' type="{node.kind}"{self.attributes(node)}')

    def native(self, node: Node) -> None:
        """Write a block as the element made for it."""
        self.blocks[node.kind](self, node)

    def heading(self, node: Node) -> None:
        """A heading in the middle of a division, where TEI has none."""
        given = node.attrs.get("class", "")
        rend = given if given.startswith("sectiontitle") else f"sectiontitle {given}".strip()
        self.out.append(f'<p rend="{escape(rend)}"{self.attributes(node, rend=False)}>')
        self.nodes(node.children)
        self.out.append("</p>\n")

    def mixed(self, nodes: Sequence[Node]) -> None:
        """Write what stands in an item, a cell, a note: words, or blocks, or both."""
        for number, node in enumerate(nodes):
            if node.kind == "verse":
                self.verse(node, number and nodes[number - 1].kind == "verse", nodes[number + 1 : number + 2])
            elif node.kind in BLOCKS:
                self.block(node)
            else:
                self.nodes((node,))

    def enclosed(self, tag: str, nodes: Iterable[Node]) -> None:
        self.out.append(f"<{tag}>")
        self.nodes(nodes)
        self.out.append(f"</{tag.partition(' ')[0]}>\n")

    def verse(self, node: Node, follows: object, after: Sequence[Node]) -> None:
        """A line of verse; lines that follow one another, up to a new stanza, are a group."""
        begins = not follows or "stanza" in node.attrs.get("class", "").split()
        if begins:
            self.out.append("<lg>\n")
        classes = " ".join(c for c in node.attrs.get("class", "").split() if c != "stanza")
        self.out.append(f"<l{attribute('rend', classes)}{self.attributes(node, rend=False)}>")
        self.nodes(node.children)
        self.out.append("</l>\n")
        if not after or after[0].kind != "verse" or "stanza" in after[0].attrs.get("class", "").split():
            self.out.append("</lg>\n")

    def attributes(self, node: Node, rend: bool = True) -> str:
        """Look, language and id of a node."""
        attrs = node.attrs
        if not attrs:
            return ""
        text = ""
        if rend and ("rend" in attrs or "class" in attrs):
            text = attribute("rend", f"{attrs.get('rend', '')} {attrs.get('class', '')}".strip())
        if "lang" in attrs:
            text += attribute("xml:lang", attrs["lang"])
        if "id" in attrs:
            text += self.id(attrs["id"])
        return text

    def id(self, name: str) -> str:
        """The id as an attribute; nothing for one that is taken, or that readers count by themselves."""
        if not name or _COUNTED.fullmatch(name):
            return ""
        id = xml_id(name)
        if id in self.taken:
            return ""
        self.taken.add(id)
        return f' xml:id="{id}"'

    # Lines

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Write nodes in a line."""
        out = self.out
        for node in nodes:
            kind = node.kind
            if kind == "text":
                out.append(escape(node.text))
            else:
                self.lines[kind](self, node)

    def element(self, node: Node, tag: str, attributes: str = "") -> None:
        self.out.append(f"<{tag}{attributes}>")
        if node.text:
            self.out.append(escape(node.text))
        self.nodes(node.children)
        self.out.append(f"</{tag}>")

    def note_ref(self, node: Node) -> None:
        """A note, where it is first referred to; an empty one that points at it, where it is again."""
        id = node.attrs.get("note", "")
        note = self.notes.get(id)
        label = node.attrs.get("label", "")
        if note is None:
            self.out.append(f'<hi rend="superscript">{escape(label)}</hi>')
        elif id in self.written:
            self.out.append(f'<note n="{escape(note.label)}" target="#{xml_id(id)}"/>')
        else:
            self.written.add(id)
            kind = "" if note.kind == "foot" else f' type="{escape(note.kind)}"'
            self.out.append(f'<note n="{escape(note.label)}"{kind}{self.id(id)}>')
            self.mixed(note.children)
            self.out.append("</note>")


def xml_id(name: str) -> str:
    """``name`` as an id of XML, which has letters, digits, ``_.-`` and begins with a letter: what else there is stands
    as its number."""
    if _NAME.fullmatch(name):
        return name
    plain = _NOT_IN_NAME.sub(lambda found: f"_{ord(found[0]):x}_", name)
    return plain if _NAME.fullmatch(plain) else f"_{plain}"


def escape(text: str) -> str:
    """Return ``text`` safe between tags and in a quoted attribute."""
    if "&" in text or "<" in text or ">" in text or '"' in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text


def address(url: str) -> str:
    """``url`` as an attribute of TEI may hold it: what no address has is written by its number."""
    if _ADDRESS.fullmatch(url):
        return url
    before, sign, fragment = _NOT_IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", url.strip()).partition("#")
    return before + sign + fragment.replace("#", "%23") or "#"


def attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""
