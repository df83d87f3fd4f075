"""The HTML of a document: the one place where nodes of the model become elements.

It knows the model and nothing else: which references lead where, and what the labels say in the language of
the edition, is given to it. Whatever a reader yields, the result is valid HTML: blocks never stand in a ``p``,
links never in links, nothing but items in lists and nothing but cells in rows; ids occur once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from generator.document import BLOCKS, Document, Node, Note, Reference, Target, is_safe_url, plain_text, reference_of
from generator.tables import spans_of

_Targets = Mapping[Reference, Target]
_Words = Mapping[str, str]
_NOWHERE = Target("", "broken")


class Rendered(msgspec.Struct, frozen=True):
    """The parts of a document as HTML. ``title``, ``source_line`` and ``dateline`` stand inside elements of the
    page's own; ``body`` is a run of blocks; ``notes`` is a section, or empty if there are no notes."""

    title: str
    source_line: str
    dateline: str
    body: str
    notes: str


def render(document: Document, targets: _Targets, messages: _Words, images: _Words | None = None) -> Rendered:
    """Return the HTML of ``document``.

    ``targets`` says where its references lead; one that is not among them is shown as broken. ``images`` has the
    links to its images; one of its own that is not among them is shown by its description. ``messages`` has
    the words around the text, each with ``{label}`` where the label of a page or note belongs: page ("Page
    {label}"), page_mark ("[Page {label}]"), footnote, back_to_reference, notes, image (with
    ``{alt}``), image_unnamed.
    """
    writer = _Writer(targets, messages, images or {})
    return Rendered(
        source_line=writer.line(document.source_line),
        title=writer.line(document.title),
        dateline=writer.line(document.dateline),
        body=writer.body(document.body),
        notes=writer.notes(document.notes) if document.notes else "",
    )


class _Writer:
    """What is being written: the pieces so far, the ids used, and what encloses the present place.

    ``blocks`` counts the block elements written; an element that turns out to hold one cannot be a ``p`` or a
    ``span`` and becomes a ``div``. ``links`` is not 0 inside a link; ``flat`` inside a heading, where no block
    may stand; ``headings`` has the levels of the headings that the place stands under.
    """

    __slots__ = ("blocks", "flat", "headings", "ids", "images", "in_line", "links", "messages", "out",
                 "targets")  # fmt: skip

    def __init__(self, targets: _Targets, messages: _Words, images: _Words) -> None:
        self.targets = targets
        self.images = images
        self.messages = messages
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
            out.append("</p></li>\n" if ends_in_paragraph else "</li>\n")
        out.append("</ol>\n</section>\n")
        return "".join(out)

    def say(self, message: str, label: str) -> str:
        """A message with the label of a page or note filled in."""
        return self.messages[message].replace("{label}", label)

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
        classes = [name] if name else []
        if "rend" in attrs:
            classes += attrs["rend"].split()
        if "class" in attrs:
            classes += attrs["class"].split()
        text = f' class="{escape(" ".join(dict.fromkeys(classes)))}"' if classes else ""
        if "lang" in attrs:
            text += _said("lang", attrs["lang"])
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
                _flattened(self, node)
            else:
                _RENDER[kind](self, node)

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
                _flattened(self, node)
            else:
                _RENDER[node.kind](self, node)
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


def _said(name: str, value: str) -> str:
    """An attribute, or nothing if it has nothing to say."""
    return f' {name}="{escape(value)}"' if value else ""


def escape(text: str) -> str:
    """Return ``text`` safe between tags and in a quoted attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _flattened(writer: _Writer, node: Node) -> None:
    """A block where none may stand: its words, in a line."""
    writer.out.append(f'<span class="{node.kind}">')
    if node.text:
        writer.out.append(escape(node.text))
    writer.nodes(node.children)
    writer.out.append("</span> ")


# Blocks


def _paragraph(writer: _Writer, node: Node) -> None:
    # A point of a telegram begins with a dash, and hangs from it.
    is_point = bool(node.children) and node.children[0].text.startswith("—")
    attributes = writer.attributes(node, "point" if is_point else "")
    writer.wrapped(node.children, attributes + _said("data-n", node.attrs.get("n", "")))


def _line_of_kind(writer: _Writer, node: Node) -> None:
    writer.wrapped(node.children, writer.attributes(node, node.kind))


def _container(writer: _Writer, node: Node) -> None:
    """An opener, closer or postscript: blocks, or words alone."""
    attributes = writer.attributes(node, node.kind)
    if any(child.kind in BLOCKS for child in node.children):
        _block(writer, node, "div", attributes)
    else:
        writer.wrapped(node.children, attributes)


def _enclosed(tag: str, named: bool = True) -> Callable[[_Writer, Node], None]:
    """A block of blocks, of the class that its kind has. Cells without rows and items without lists are shown so too."""

    def write(writer: _Writer, node: Node) -> None:
        _block(writer, node, tag, writer.attributes(node, node.kind if named else ""))

    return write


def _block(writer: _Writer, node: Node, tag: str, attributes: str) -> None:
    writer.out.append(f"<{tag}{attributes}>\n")
    writer.flow(node.children)
    writer.end(tag)


def _heading(writer: _Writer, node: Node) -> None:
    tag = f"h{writer.level(node.attrs.get('level', '2'))}"
    writer.out.append(f"<{tag}{writer.attributes(node)}>")
    writer.in_a_line(node.children)
    writer.end(tag)


def _list(writer: _Writer, node: Node) -> None:
    """A list. What stands between its items (a page mark) goes into the next, what ends it follows it."""
    kind = node.attrs.get("type", "bulleted")
    waiting: list[Node] = []
    children = list(node.children)
    while children and children[0].kind == "heading":
        writer.wrapped(children.pop(0).children, ' class="list-heading"')
    while children and children[-1].kind not in ("item", "label"):
        waiting.insert(0, children.pop())
    terms = kind == "label" or any(child.kind == "label" for child in children)
    if children:
        tag = "dl" if terms else "ol" if kind == "ordered" else "ul"
        attributes = writer.attributes(node, "" if kind in ("ordered", "bulleted") else escape(kind))
        if tag == "ol" and node.attrs.get("start", "1").isdecimal() and node.attrs.get("start", "1") != "1":
            attributes += f' start="{escape(node.attrs["start"])}"'
        writer.out.append(f"<{tag}{attributes}>\n")
        _items(writer, children, terms)
        writer.end(tag)
    if waiting:
        writer.flow(waiting)


def _items(writer: _Writer, children: list[Node], terms: bool) -> None:
    between: list[Node] = []
    open_term = False
    for child in children:
        if child.kind not in ("item", "label"):
            between.append(child)
            continue
        if terms and child.kind == "item" and not open_term:
            writer.out.append("<dt></dt>\n")
        _item(writer, child, ("dt" if child.kind == "label" else "dd") if terms else "li", between)
        between = []
        # One term may have several explanations, and several terms one.
        open_term = True
    if terms and children[-1].kind == "label":
        writer.out.append("<dd></dd>\n")


def _item(writer: _Writer, node: Node, tag: str, between: Sequence[Node] = ()) -> None:
    out = writer.out
    out.append(f"<{tag}{writer.attributes(node)}>")
    # A term holds no headings; it is simplest to hold no blocks at all.
    writer.flat += tag == "dt"
    writer.nodes(between)
    if "label" in node.attrs:
        out.append(f'<span class="item-label">{escape(node.attrs["label"])}</span> ')
    writer.nodes(node.children)
    writer.flat -= tag == "dt"
    out.append(f"</{tag}>\n")


def _table(writer: _Writer, node: Node) -> None:
    """A table. What stands between its rows (a page mark) goes into the next, what ends it follows it."""
    children = list(node.children)
    waiting: list[Node] = []
    caption: Node | None = None
    if children and children[0].kind == "heading":
        caption = children.pop(0)
    while children and children[-1].kind != "row":
        waiting.insert(0, children.pop())
    if caption is not None and not children:
        _heading(writer, caption)
    if children:
        out = writer.out
        out.append(f'<div class="table-scroll"><table{writer.attributes(node)}>\n')
        if caption is not None:
            out.append("<caption>")
            writer.in_a_line(caption.children)
            out.append("</caption>\n")
        _rows(writer, children)
        out.append("</table></div>\n")
        writer.blocks += 1
    if waiting:
        writer.flow(waiting)


def _rows(writer: _Writer, children: list[Node]) -> None:
    out = writer.out
    head = True
    groups: dict[str, list[tuple[list[Node], Node]]] = {"thead": [], "tbody": []}
    between: list[Node] = []
    for child in children:
        if child.kind != "row":
            between.append(child)
            continue
        head = head and child.attrs.get("role") == "label"
        groups["thead" if head else "tbody"].append((between, child))
        between = []
    layout = spans_of([[row for _, row in group] for group in groups.values()])
    for name, group in groups.items():
        if group:
            out.append(f"<{name}>\n")
            for before, row in group:
                _row(writer, row, before, layout.get(id(row), ()))
            out.append(f"</{name}>\n")


def _row(writer: _Writer, node: Node, between: list[Node], spans: Sequence[tuple[int, int]]) -> None:
    out = writer.out
    out.append(f"<tr{writer.attributes(node)}>\n")
    label = node.attrs.get("role") == "label"
    cells = list(node.children)
    if not any(cell.kind == "cell" for cell in cells):
        cells = [Node("cell", tuple(cells))]
    while cells[-1].kind != "cell":
        between.append(cells.pop())
    widths = iter(spans)
    for cell in cells:
        if cell.kind != "cell":
            between.append(cell)
            continue
        is_head = label or cell.attrs.get("role") == "label"
        tag = "th" if is_head else "td"
        attrs = cell.attrs
        attributes = writer.attributes(cell, f"align-{escape(attrs['align'])}" if "align" in attrs else "")
        columns, rows = next(widths, (1, 1))
        attributes += f' colspan="{columns}"' if columns > 1 else ""
        attributes += f' rowspan="{rows}"' if rows > 1 else ""
        out.append(f"<{tag}{attributes}>")
        # No headings may stand in the head of a table; it is simplest to have no blocks there at all.
        writer.flat += is_head
        writer.nodes(between)
        between.clear()
        writer.nodes(cell.children)
        writer.flat -= is_head
        out.append(f"</{tag}>\n")
    out.append("</tr>\n")


def _figure(writer: _Writer, node: Node) -> None:
    url, alt = node.attrs.get("url", ""), node.attrs.get("alt", "")
    if is_safe_url(url) and (url := url if "://" in url else writer.images.get(url, "")):
        title = _said("title", node.attrs.get("title", ""))
        image = f'<img src="{escape(url)}" alt="{escape(alt)}"{title} loading="lazy">'
    else:
        words = writer.messages.get("image" if alt else "image_unnamed", "").replace("{alt}", alt)
        image = f'<span class="no-image">{escape(words)}</span>'
    if writer.flat or (writer.in_line and not node.children):
        writer.out.append(image)
        writer.nodes(node.children)
        return
    writer.out.append(f"<figure{writer.attributes(node)}>{image}")
    if node.children:
        writer.out.append("<figcaption>")
        writer.nodes(node.children)
        writer.out.append("</figcaption>")
    writer.out.append("</figure>\n")
    writer.blocks += 1


def _code_block(writer: _Writer, node: Node) -> None:
    writer.out.append(f"<pre><code{writer.attributes(node)}>{escape(node.text)}</code></pre>\n")
    writer.blocks += 1


def _rule(writer: _Writer, node: Node) -> None:
    writer.out.append(f"<hr{writer.attributes(node)}>\n")
    writer.blocks += 1


# Inline


def _page_break(writer: _Writer, node: Node) -> None:
    label = node.attrs.get("label", "")
    anchor = node.attrs.get("id", "")
    if " " in label:
        # Marks of another series ("Facsimile Page 3") bring their own words.
        words, mark = label, f"[{label}]"
    else:
        words, mark = writer.say("page", label), writer.say("page_mark", label)
    common = f'class="page-break"{writer.id(anchor)} role="doc-pagebreak" data-page="{escape(label)}" aria-label="{escape(words)}"'  # fmt: skip
    # The words stand in an element of their own, so that a theme can show the mark as generated text: then
    # neither search in the page nor a selection meets it between two words. No href: a link is no page break.
    tag = "span" if writer.links else "a"
    writer.out.append(f"<{tag} {common}><span>{escape(mark)}</span></{tag}>")


def _note_ref(writer: _Writer, node: Node) -> None:
    attrs = node.attrs
    label = attrs.get("label", "")
    anchor = writer.id(attrs.get("id"))
    if writer.links:
        writer.out.append(f'<span class="note-ref"{anchor}><sup>{escape(label)}</sup></span>')
        return
    words = writer.say("footnote", label)
    writer.out.append(
        f'<a class="note-ref"{anchor} role="doc-noteref" href="#{escape(attrs.get("note", ""))}"'
        f' aria-label="{escape(words)}"><sup>{escape(label)}</sup></a>'
    )


def _reference(writer: _Writer, node: Node) -> None:
    if writer.links:
        writer.nodes(node.children)
        return
    target = writer.targets.get(reference_of(node), _NOWHERE)
    if target.status == "plain":
        writer.nodes(node.children)
        return
    if target.status == "resolved":
        title = _said("data-certainty", target.certainty) + _said("title", target.title)
        if target.name and "unnamed" in node.attrs:
            said = plain_text(node.children).removeprefix(f"{node.attrs.get('volume', '')}, ")
            node = msgspec.structs.replace(node, children=(Node("text", text=target.name.replace("{words}", said)),))
        attributes = f'{writer.attributes(node, "ref")} data-ref="{escape(target.kind)}" href="{escape(target.href)}"'
        _anchor(writer, node, attributes + title)
        return
    said = f' data-status="{escape(target.status)}"{_said("title", target.title)}'
    writer.element(node, "span", writer.attributes(node, "ref unresolved") + said)


def _link(writer: _Writer, node: Node) -> None:
    url = node.attrs.get("url", "")
    if writer.links or not is_safe_url(url):
        writer.nodes(node.children)
        return
    title = _said("title", node.attrs.get("title", ""))
    _anchor(writer, node, f'{writer.attributes(node)} href="{escape(url)}"{title}')


def _anchor(writer: _Writer, node: Node, attributes: str) -> None:
    writer.links += 1
    writer.element(node, "a", attributes)
    writer.links -= 1


def _identified(tag: str, name: str) -> Callable[[_Writer, Node], None]:
    """An element of class ``name`` that carries the id of what it names: ``data-person``."""

    def write(writer: _Writer, node: Node) -> None:
        data = f' data-{name}="{escape(node.attrs[name])}"' if name in node.attrs else ""
        writer.element(node, tag, writer.attributes(node, name) + data)

    return write


def _explained(tag: str, name: str, attribute: str) -> Callable[[_Writer, Node], None]:
    """An element whose ``attribute`` is what a pointing reader is told."""

    def write(writer: _Writer, node: Node) -> None:
        about = node.attrs.get(attribute, "")
        writer.element(node, tag, writer.attributes(node, name) + _said("title", about))

    return write


def _emphasis(writer: _Writer, node: Node) -> None:
    rend = node.attrs.get("rend", "italic")
    tag = _EMPHASIS.get(rend, "em")
    # The element says it all for the usual three; any other look is a class.
    plain = Node("emphasis", attrs={k: v for k, v in node.attrs.items() if k != "rend"}) if rend in _EMPHASIS else node
    writer.element(node, tag, writer.attributes(plain, "roman" if rend == "roman" else ""))


_EMPHASIS = {"italic": "em", "strong": "strong", "underline": "u", "roman": "span"}


def _inline(tag: str, name: str = "") -> Callable[[_Writer, Node], None]:
    """An element that only carries its class, language and id."""

    def write(writer: _Writer, node: Node) -> None:
        writer.element(node, tag, writer.attributes(node, name))

    return write


def _gap(writer: _Writer, node: Node) -> None:
    about = ", ".join(node.attrs[name] for name in ("reason", "extent") if name in node.attrs)
    title = _said("title", about)
    shown = node if node.children or node.text else msgspec.structs.replace(node, text="[…]")
    writer.element(shown, "span", writer.attributes(node, "gap") + title)


def _line_break(writer: _Writer, node: Node) -> None:
    writer.out.append("<br>\n")


_RENDER: dict[str, Callable[[_Writer, Node], None]] = {
    # blocks
    "paragraph": _paragraph, "heading": _heading, "list": _list, "item": _enclosed("div"), "label": _line_of_kind,
    "table": _table, "row": _enclosed("div"), "cell": _enclosed("div"),
    "quote": _enclosed("blockquote", named=False), "verse": _line_of_kind, "opener": _container,
    "dateline": _line_of_kind, "salute": _line_of_kind, "closer": _container, "signed": _line_of_kind,
    "postscript": _container, "attachment": _enclosed("section"), "section": _enclosed("section"), "figure": _figure,
    "code_block": _code_block, "rule": _rule,
    # inline
    "page_break": _page_break, "note_ref": _note_ref, "reference": _reference, "link": _link,
    "person": _identified("span", "person"), "term": _identified("abbr", "term"), "place": _identified("span", "place"),
    "emphasis": _emphasis, "small_caps": _inline("span", "small-caps"), "superscript": _inline("sup"),
    "subscript": _inline("sub"), "deleted": _inline("del"), "added": _inline("ins"), "gap": _gap,
    "unclear": _inline("span", "unclear"), "supplied": _inline("span", "supplied"),
    "corrected": _explained("span", "corrected", "original"), "abbreviation": _explained("abbr", "", "expansion"),
    "code": _inline("code"), "line_break": _line_break, "span": _inline("span"),
}  # fmt: skip
