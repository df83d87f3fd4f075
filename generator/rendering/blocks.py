"""The elements of blocks: paragraphs, lists, tables and the like."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator.document import BLOCKS, Node, is_safe_url
from generator.rendering.writer import Writer, attribute, counted, escape
from generator.tables import spans_of


def _paragraph(writer: Writer, node: Node) -> None:
    # A point of a telegram begins with a dash, and hangs from it.
    is_point = bool(node.children) and node.children[0].text.startswith("—")
    attributes = writer.attributes(node, "point" if is_point else "")
    writer.wrapped(node.children, attributes + attribute("data-n", node.attrs.get("n", "")))
    if writer.cited and node.attrs.get("id") in writer.cited:
        end = writer.out.pop()
        writer.cited_here(node.attrs["id"])
        writer.out.append(end)


def _line_of_kind(writer: Writer, node: Node) -> None:
    writer.wrapped(node.children, writer.attributes(node, node.kind))


def _container(writer: Writer, node: Node) -> None:
    """An opener, closer or postscript: blocks, or words alone."""
    attributes = writer.attributes(node, node.kind)
    if any(child.kind in BLOCKS for child in node.children):
        _block(writer, node, "div", attributes)
    else:
        writer.wrapped(node.children, attributes)


def _enclosed(tag: str, named: bool = True) -> Callable[[Writer, Node], None]:
    """A block of blocks, of the class that its kind has. Cells without rows and items without lists are shown so too."""

    def write(writer: Writer, node: Node) -> None:
        _block(writer, node, tag, writer.attributes(node, node.kind if named else ""))

    return write


def _block(writer: Writer, node: Node, tag: str, attributes: str) -> None:
    writer.out.append(f"<{tag}{attributes}>\n")
    writer.flow(node.children)
    writer.end(tag)


def _heading(writer: Writer, node: Node) -> None:
    tag = f"h{writer.level(node.attrs.get('level', '2'))}"
    writer.out.append(f"<{tag}{writer.attributes(node)}>")
    writer.in_a_line(node.children)
    writer.end(tag)


def _list(writer: Writer, node: Node) -> None:
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


def _items(writer: Writer, children: list[Node], terms: bool) -> None:
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


def _item(writer: Writer, node: Node, tag: str, between: Sequence[Node] = ()) -> None:
    out = writer.out
    out.append(f"<{tag}{writer.attributes(node)}>")
    # A term holds no headings; it is simplest to hold no blocks at all.
    writer.flat += tag == "dt"
    writer.nodes(between)
    if "label" in node.attrs:
        out.append(f'<span class="item-label">{escape(node.attrs["label"])}</span> ')
    writer.nodes(node.children)
    if (anchor := node.attrs.get("id", "")) in writer.counts:
        href, count = writer.counts[anchor]
        words = escape(counted(count, writer.messages["document_1"], writer.messages["documents_n"]))
        out.append(f' <a class="entry-count" href="{escape(href)}">{words}</a>')
    writer.flat -= tag == "dt"
    out.append(f"</{tag}>\n")


def _table(writer: Writer, node: Node) -> None:
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


def _rows(writer: Writer, children: list[Node]) -> None:
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


def _row(writer: Writer, node: Node, between: list[Node], spans: Sequence[tuple[int, int]]) -> None:
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


def _figure(writer: Writer, node: Node) -> None:
    url, alt = node.attrs.get("url", ""), node.attrs.get("alt", "")
    if is_safe_url(url) and (url := url if "://" in url else writer.images.get(url, "")):
        title = attribute("title", node.attrs.get("title", ""))
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


def _code_block(writer: Writer, node: Node) -> None:
    writer.out.append(f"<pre><code{writer.attributes(node)}>{escape(node.text)}</code></pre>\n")
    writer.blocks += 1


def _rule(writer: Writer, node: Node) -> None:
    writer.out.append(f"<hr{writer.attributes(node)}>\n")
    writer.blocks += 1


KINDS: dict[str, Callable[[Writer, Node], None]] = {
    "paragraph": _paragraph, "heading": _heading, "list": _list, "item": _enclosed("div"), "label": _line_of_kind,
    "table": _table, "row": _enclosed("div"), "cell": _enclosed("div"),
    "quote": _enclosed("blockquote", named=False), "verse": _line_of_kind, "opener": _container,
    "dateline": _line_of_kind, "salute": _line_of_kind, "closer": _container, "signed": _line_of_kind,
    "postscript": _container, "attachment": _enclosed("section"), "section": _enclosed("section"), "figure": _figure,
    "code_block": _code_block, "rule": _rule,
}  # fmt: skip
