"""What is being written of a document: the pieces so far, and what encloses the present place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from generator import directions
from generator.document import BLOCKS, Node, Note, Reference, Target

Words = Mapping[str, str]


class Rendered(msgspec.Struct, frozen=True):
    """The parts of a document as HTML. ``title``, ``source_line`` and ``dateline`` stand inside elements of the
    page's own; ``body`` is a run of blocks; ``notes`` is a section, or empty if there are no notes."""

    title: str
    source_line: str
    dateline: str
    body: str
    notes: str


class Around(msgspec.Struct, frozen=True, array_like=True):
    """What a page knows around its text.

    ``targets``: where its references lead; one that is not among them is shown as broken. ``images``: the links to its
    images; one that is not among them is shown by its description. ``entries``: the people, terms and places it
    names, as kind, id, link, explanation. ``cited``: the places in it that others cite, as anchor and how many do.
    ``counts``: in a list, the entries that occur in documents, as anchor, link, how many.
    """

    targets: tuple[tuple[Reference, Target], ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    entries: tuple[tuple[str, str, str, str], ...] = ()
    cited: tuple[tuple[str, int], ...] = ()
    counts: tuple[tuple[str, str, int], ...] = ()


class Writer:
    """What is being written: the pieces so far, the ids used, and what encloses the present place.

    ``blocks`` counts the block elements written; an element that turns out to hold one cannot be a ``p`` or a
    ``span`` and becomes a ``div``. ``links`` is not 0 inside a link; ``flat`` inside a heading, where no block
    may stand; ``direction`` is that of the document's language; ``headings`` has the levels of the headings that the
    place stands under.
    """

    __slots__ = ("blocks", "cited", "counts", "direction", "entries", "flat", "headings", "ids", "images", "in_line", "kinds",
                 "links", "messages", "out", "targets")  # fmt: skip

    def __init__(
        self, around: Around, messages: Words, kinds: Mapping[str, Callable[[Writer, Node], None]], language: str = ""
    ) -> None:
        self.kinds = kinds
        self.targets = dict(around.targets)
        self.images = dict(around.images)
        self.entries = {(kind, id): (href, text) for kind, id, href, text in around.entries}
        self.cited = dict(around.cited)
        self.counts = {anchor: (href, count) for anchor, href, count in around.counts}
        self.messages = messages
        self.direction = directions.of(language) if language else messages.get("direction", "ltr")
        self.out: list[str] = []
        self.ids: set[str] = set()
        self.blocks = 0
        self.headings: list[int] = []
        self.links = 0
        self.flat = 0
        self.in_line = 0

    def line(self, nodes: Iterable[Node]) -> str:
        """The HTML of nodes that stand in a heading or a line of the page's own."""
        self.out = []
        self.in_a_line(nodes)
        return "".join(self.out)

    def body(self, nodes: Sequence[Node]) -> str:
        self.out = []
        self.flow(nodes)
        return "".join(self.out)

    def notes(self, notes: Sequence[Note]) -> str:
        self.out = out = []
        out.append(f'<section class="notes" role="doc-endnotes" aria-label="{escape(self.messages["notes"])}">\n<ol>\n')
        for note in notes:
            kind = f' class="{escape(note.kind)}-note"' if note.kind != "foot" else ""
            out.append(f'<li{self.id(note.id)}{kind}><span class="note-label">{escape(note.label)}</span> ')
            if any(child.kind in BLOCKS for child in note.children):
                self.flow(note.children)
            else:
                self.wrapped(note.children, "")
            ends_in_paragraph = out[-1] == "</p>\n"
            if ends_in_paragraph:
                out.pop()
            label = escape(self.say("back_to_reference", note.label))
            back = '<a class="note-back" role="doc-backlink"'
            out += [f' {back} href="#{escape(anchor)}" aria-label="{label}">↩</a>' for anchor in note.refs]
            self.cited_here(note.id)
            out.append("</p></li>\n" if ends_in_paragraph else "</li>\n")
        out.append("</ol>\n</section>\n")
        return "".join(out)

    def say(self, message: str, label: str) -> str:
        """A message with the label of a page or note filled in."""
        return self.messages[message].replace("{label}", label)

    def cited_here(self, anchor: str) -> None:
        """A sign that others cite this place, which leads to who does. It has no words: the text must not be broken."""
        if anchor in self.cited and not self.links:
            words = escape(counted(self.cited[anchor], self.messages["cited_here_1"], self.messages["cited_here_n"]))
            self.out.append(f'<a class="cited-here" href="#cited-{escape(anchor)}" aria-label="{words}"></a>')

    def id(self, name: str | None) -> str:
        """The attribute, or nothing if that id stands on the page already."""
        if not name or name in self.ids:
            return ""
        self.ids.add(name)
        return f' id="{escape(name)}"'

    def attributes(self, node: Node, name: str = "") -> str:
        """The class, language and id of a node; ``name`` is the class that its kind has."""
        attrs = node.attrs
        if not attrs:
            return f' class="{name}"' if name else ""
        if "rend" in attrs or "class" in attrs:
            names = (name, *attrs.get("rend", "").split(), *attrs.get("class", "").split())
            name = " ".join(filter(None, dict.fromkeys(names)))
        text = attribute("class", name)
        if "lang" in attrs:
            text += attribute("lang", attrs["lang"])
            if (direction := directions.of(attrs["lang"])) != self.direction:
                text += attribute("dir", direction)
        if "id" in attrs:
            text += self.id(attrs["id"])
        return text

    def level(self, given: str) -> int:
        """The level of a heading on the page, where none may be skipped: one below the heading it stands under."""
        level = int(given) if given.isdecimal() else 2
        while self.headings and self.headings[-1] >= level:
            self.headings.pop()
        self.headings.append(level)
        return min(len(self.headings) + 1, 6)

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Write nodes one after the other, in a line or wherever the element around them allows."""
        out = self.out
        for node in nodes:
            kind = node.kind
            if kind == "text":
                out.append(escape(node.text))
            elif self.flat and kind in BLOCKS:
                flattened(self, node)
            else:
                self.kinds[kind](self, node)

    def flow(self, nodes: Sequence[Node]) -> None:
        """Write nodes where blocks are expected: what is not one is put into a paragraph."""
        run: list[Node] = []
        for node in nodes:
            if node.kind not in BLOCKS:
                run.append(node)
                continue
            if run:
                self.loose(run)
                run = []
            if self.flat:
                flattened(self, node)
            else:
                self.kinds[node.kind](self, node)
        if run:
            self.loose(run)

    def loose(self, run: list[Node]) -> None:
        """Write a run of inline nodes that stands among blocks."""
        if all(node.kind == "page_break" for node in run):
            self.out.append('<div class="page-mark">')
            self.nodes(run)
            self.end("div")
        elif any(node.kind != "text" or node.text.strip() for node in run):
            self.wrapped(run, "")

    def wrapped(self, nodes: Iterable[Node], attributes: str) -> None:
        """Write a paragraph or the like: a ``p``, or a ``div`` of class paragraph if it turns out to hold blocks."""
        out = self.out
        place, before = len(out), self.blocks
        out.append(f"<p{attributes}>")
        self.in_line += 1
        self.nodes(nodes)
        self.in_line -= 1
        tag = "p"
        if self.blocks != before:
            tag = "div"
            if ' class="' in attributes:
                attributes = attributes.replace(' class="', ' class="paragraph ', 1)
            else:
                attributes = ' class="paragraph"' + attributes
            out[place] = f"<div{attributes}>"
        self.end(tag)

    def end(self, tag: str) -> None:
        """Close a block."""
        self.out.append(f"</{tag}>\n")
        self.blocks += 1

    def in_a_line(self, nodes: Iterable[Node]) -> None:
        """Write nodes where no block may stand."""
        self.flat += 1
        self.nodes(nodes)
        self.flat -= 1

    def element(self, node: Node, tag: str, attributes: str) -> None:
        """Write an inline element: ``tag``, or a ``div`` if it turns out to hold blocks."""
        out = self.out
        place, before = len(out), self.blocks
        out.append(f"<{tag}{attributes}>")
        if node.text:
            out.append(escape(node.text))
        self.nodes(node.children)
        if self.blocks != before and tag != "a":
            tag = "div"
            out[place] = f"<div{attributes}>"
        out.append(f"</{tag}>")


def attribute(name: str, value: str) -> str:
    """An attribute, or nothing if it has nothing to say."""
    return f' {name}="{escape(value)}"' if value else ""


def counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.replace("{n}", str(count))


def escape(text: str) -> str:
    """Return ``text`` safe between tags and in a quoted attribute."""
    # Nearly all texts are safe, which is quicker to see than to make anew.
    if "&" in text or "<" in text or ">" in text or '"' in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text


def flattened(writer: Writer, node: Node) -> None:
    """A block where none may stand: its words, in a line."""
    writer.out.append(f'<span class="{node.kind}">')
    if node.text:
        writer.out.append(escape(node.text))
    writer.nodes(node.children)
    writer.out.append("</span> ")
