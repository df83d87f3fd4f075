"""The elements of TEI that stand among blocks: paragraphs, lists, tables, the parts of a letter."""

from __future__ import annotations

from generator.document import BLOCKS, Node
from generator.exporters.tei_writer import MARKS, Kind, Writer, address, attribute, escape

_IN_OPENER = frozenset(("dateline", "salute", "paragraph"))
_IN_CLOSER = frozenset(("dateline", "salute", "paragraph", "signed"))


def _plain(tag: str) -> Kind:
    def write(w: Writer, node: Node) -> None:
        w.out.append(f"<{tag}{w.attributes(node)}>")
        w.nodes(node.children)
        w.out.append(f"</{tag}>\n")

    return write


def _paragraph(w: Writer, node: Node) -> None:
    w.out.append(f"<p{attribute('n', node.attrs.get('n', ''))}{w.attributes(node)}>")
    w.nodes(node.children)
    w.out.append("</p>\n")


def _with_parts(tag: str, allowed: frozenset[str]) -> Kind:
    """An opener or closer: its lines, of which those without a name of their own are segments."""

    def write(w: Writer, node: Node) -> None:
        children = node.children
        if any(c.kind in BLOCKS and (c.kind not in allowed or _holds_blocks(c)) for c in children):
            w.anonymous(node)
            return
        w.out.append(f"<{tag}{w.attributes(node)}>")
        for child in children:
            if child.kind == "paragraph":
                # A segment of a closer is a line of its own only if it says where it stands.
                rend = "" if tag == "opener" or "rend" in child.attrs else ' rend="left"'
                w.out.append(f"<seg{rend or w.attributes(child)}>")
                w.nodes(child.children)
                w.out.append("</seg>")
            elif child.kind in BLOCKS:
                w.native(child)
            else:
                w.nodes((child,))
        w.out.append(f"</{tag}>\n")

    return write


def _holds_blocks(node: Node) -> bool:
    return any(child.kind in BLOCKS for child in node.children)


def _postscript(w: Writer, node: Node) -> None:
    w.out.append(f"<postscript{w.attributes(node)}>\n")
    if node.children and all(c.kind not in BLOCKS for c in node.children):
        w.enclosed("p", node.children)
    else:
        w.division(node.children, needs_text=True)
    w.out.append("</postscript>\n")


def _floating(kind: str) -> Kind:
    """An attachment, or a part with its own heading."""

    def write(w: Writer, node: Node) -> None:
        named = kind if kind == "attachment" else node.attrs.get("class", "") or kind
        w.out.append(f'<floatingText type="{escape(named)}"{w.attributes(node, rend=kind == "attachment")}>\n<body>\n')
        w.division(node.children, needs_text=True)
        w.out.append("</body>\n</floatingText>\n")

    return write


def _list(w: Writer, node: Node) -> None:
    children = list(node.children)
    if not any(child.kind in ("item", "label") for child in children):
        w.mixed(children)
        return
    kind = node.attrs.get("type", "")
    classes = node.attrs.get("class", "")
    if kind == "label":
        kind = "gloss"
        classes = " ".join(name for name in classes.split() if name != kind)
    start = f' n="{escape(node.attrs["start"])}"' if node.attrs.get("start", "1") != "1" else ""
    rend = attribute("rend", classes)
    w.out.append(f"<list{attribute('type', kind)}{start}{rend}{w.attributes(node, rend=False)}>\n")
    labelled = any(child.kind == "label" for child in children)
    started, open_label = False, False
    for child in children:
        if child.kind in MARKS:
            w.nodes((child,))
            continue
        if child.kind == "heading" and not started:
            w.native(child)
            continue
        if child.kind not in BLOCKS and not child.children and not child.text.strip():
            continue
        started = True
        # Where one item has a label, TEI wants one for every item, and an item for every label.
        if labelled and (child.kind == "label") == open_label:
            w.out.append("<item/>\n" if open_label else "<label/>")
        open_label = child.kind == "label"
        if open_label:
            _plain("label")(w, child)
        elif child.kind == "item":
            _item(w, child)
        else:
            w.out.append("<item>")
            w.mixed((child,))
            w.out.append("</item>\n")
    w.out.append("<item/>\n</list>\n" if open_label else "</list>\n")


def _item(w: Writer, node: Node) -> None:
    w.out.append(f"<item{w.attributes(node)}>")
    if label := node.attrs.get("label"):
        w.out.append(f"<label>{escape(label)}</label> ")
    w.mixed(node.children)
    w.out.append("</item>\n")


def _table(w: Writer, node: Node) -> None:
    rows = [child for child in node.children if child.kind == "row"]
    if not rows:
        w.mixed(node.children)
        return
    w.out.append(f"<table{w.attributes(node)}>\n")
    for child in node.children:
        if child.kind == "row":
            _row(w, child)
        elif child.kind == "heading" and child is node.children[0]:
            w.native(child)
        elif child.kind in MARKS:
            w.nodes((child,))
        else:
            w.out.append("<row><cell>")
            w.mixed((child,))
            w.out.append("</cell></row>\n")
    w.out.append("</table>\n")


def _row(w: Writer, node: Node) -> None:
    role = ' role="label"' if node.attrs.get("role") == "label" else ""
    w.out.append(f"<row{role}{w.attributes(node)}>")
    cells = node.children or (Node("cell"),)
    for cell in cells:
        if cell.kind == "cell":
            attrs = cell.attrs
            given = "".join(attribute(name, attrs.get(name, "")) for name in ("role", "cols", "rows"))
            look = attribute("rend", f"{attrs.get('align', '')} {attrs.get('class', '')}".strip())
            w.out.append(f"<cell{given}{look}{w.attributes(cell, rend=False)}>")
            w.mixed(cell.children)
            w.out.append("</cell>")
        elif cell.kind in MARKS:
            w.nodes((cell,))
        else:
            w.out.append("<cell>")
            w.mixed((cell,))
            w.out.append("</cell>")
    w.out.append("</row>\n")


def _quote(w: Writer, node: Node) -> None:
    classes = node.attrs.get("class", "")
    look = attribute("rend", f"blockquote {classes}".strip())
    w.out.append(f"<quote{look}{w.attributes(node, rend=False)}>")
    w.mixed(node.children)
    w.out.append("</quote>\n")


def _figure(w: Writer, node: Node) -> None:
    attrs = node.attrs
    w.out.append(f"<figure{w.attributes(node)}>")
    if attrs.get("url"):
        w.out.append(f'<graphic url="{escape(address(attrs["url"]))}"/>')
    if _holds_blocks(node):
        w.mixed(node.children)
    elif node.children:
        w.enclosed("head", node.children)
    if attrs.get("alt"):
        w.out.append(f"<figDesc>{escape(attrs['alt'])}</figDesc>")
    w.out.append("</figure>\n")


def _code_block(w: Writer, node: Node) -> None:
    lines = "<lb/>".join(f"<code>{escape(line)}</code>" for line in node.text.split("\n"))
    w.out.append(f'<ab rend="code-block"{w.attributes(node, rend=False)}>{lines}</ab>\n')


def _rule(w: Writer, node: Node) -> None:
    w.out.append(f'<milestone unit="section" rend="line"{w.attributes(node, rend=False)}/>\n')


ELEMENTS: dict[str, Kind] = {
    "paragraph": _paragraph, "heading": _plain("head"), "list": _list, "table": _table, "quote": _quote,
    "opener": _with_parts("opener", _IN_OPENER), "closer": _with_parts("closer", _IN_CLOSER),
    "dateline": _plain("dateline"), "salute": _plain("salute"), "signed": _plain("signed"), "postscript": _postscript,
    "attachment": _floating("attachment"), "section": _floating("section"), "figure": _figure,
    "code_block": _code_block, "rule": _rule,
}  # fmt: skip
