"""The elements of TEI that are blocks, and the table of all elements and what becomes of each: ``HANDLERS``.

A handler gets the builder, the element and the list that its nodes go into. What is not in the table keeps its
text and is reported.
"""

from __future__ import annotations

import re

from generator.document import BLOCKS, Kind, Node, plain_text
from generator.readers.tei_builder import UNKNOWN, XML_ID, Builder, Element, Handler, among_blocks, local
from generator.readers.tei_lines import IN_LINE, anchor, transparent
from generator.readers.tei_pointers import looks, slug

_NUMBER = re.compile(r"(\d{1,4})\.(?=\s)")
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}(?:\.\d+)*|[ivxlcdm]{1,6}|[A-Za-z]{1,2})[)\].:]{0,2}$|[-–—•*·■]$", re.I)
_ALIGNMENTS = frozenset(("left", "center", "right"))
_TEI = "http://www.tei-c.org/ns/1.0"


def is_inline_source(note: Element) -> bool:
    """Whether a note is a line of its own (a file number above the title) and not a footnote."""
    if "inline" in looks(note.get("rend"))[0]:
        return True
    return note.get("type") == "source" and not note.get("n") and not note.get(XML_ID) and among_blocks(note)


def is_running_head(head: Element) -> bool:
    """Whether a head only repeats the one before it for the top of the printed page."""
    return "running" in (head.get("type") or "")


# Divisions


def division(b: Builder, e: Element, out: list[Node], kind: Kind = "section") -> None:
    """A division inside a document, or an attachment: a part with headings of its own level."""
    attrs = b.common(e, None)
    if kind == "attachment":
        b.attachments += 1
        attrs.setdefault("id", b.claim(f"{b.document}-att{b.attachments}", made=True))
    elif e.get("type"):
        attrs["class"] = slug(e.get("type"))
    level = b.level
    b.level = min(6, level + 1)
    inner: list[Node] = list(b.children(e, out))
    b.gather(inner)
    b.level = level
    b.end_line(out)
    if inner or attrs.get("id"):
        out.append(Node(kind, tuple(inner), attrs, "", e.sourceline))


def _attachment(b: Builder, e: Element, out: list[Node]) -> None:
    division(b, e, out, "attachment")


def _floating(b: Builder, e: Element, out: list[Node]) -> None:
    """A text within the text: an attachment if it says so."""
    division(b, e, out, "attachment" if e.get("type") == "attachment" else "section")


def _transparent_block(b: Builder, e: Element, out: list[Node]) -> None:
    """An element that only groups blocks."""
    b.end_line(out)
    start = len(out)
    b.content(e, out)
    b.gather(out, start)
    b.end_line(out)


def _head(b: Builder, e: Element, out: list[Node]) -> None:
    parent = e.getparent()
    if is_running_head(e):
        return
    if parent is not None and local(parent) == "figure":
        if out:
            b.line_break(out, e.sourceline)
        b.content(e, out)
        return
    b.block("heading", e, out, {"level": str(max(2, b.level - 1))})


def _note(b: Builder, e: Element, out: list[Node]) -> None:
    if e in b.detached:
        return
    if is_inline_source(e):
        if among_blocks(e):
            b.paragraph(e, out, {"class": "source-line"})
        else:
            b.inline("span", e, out, {"class": "inline-note"})
        return
    kind = slug(e.get("type") or "") or "foot"
    last = out[-1] if out else None
    if last is not None and among_blocks(e) and last.kind in ("paragraph", "heading"):
        # A footnote that stands between paragraphs belongs to what is printed before it.
        children = list(last.children)
        b.note(e, children, kind)
        out[-1] = Node(last.kind, tuple(children), last.attrs, last.text, last.line)
    else:
        b.note(e, out, kind)


# Blocks


def _p(b: Builder, e: Element, out: list[Node]) -> None:
    rend, rendition = e.get("rend"), e.get("rendition")
    if rend is None and rendition is None:
        _numbered(b.paragraph(e, out, {}))
        return
    known, name = looks(rend, rendition)
    attrs: dict[str, str] = {}
    place = next((look for look in known if look in _ALIGNMENTS), "")
    if place:
        attrs["rend"] = place
    names = [name, *(look for look in known if look not in _ALIGNMENTS)]
    attrs["class"] = " ".join(n for n in names if n)
    if not attrs["class"]:
        del attrs["class"]
    if name.startswith("sectiontitle") and not b.in_note and not any(local(c) in _BLOCK_NAMES for c in e):
        b.paragraph(e, out, {**attrs, "level": str(b.level)}, "heading")
        return
    _numbered(b.paragraph(e, out, attrs))


def _numbered(node: Node | None) -> None:
    """Name the number that is printed before a paragraph, so that references to it can be found."""
    if node is not None and node.children[0].kind == "text":
        found = _NUMBER.match(node.children[0].text)
        if found:
            node.attrs["n"] = found[1]


def _ab(b: Builder, e: Element, out: list[Node]) -> None:
    """An anonymous block: a part of a letter where TEI has no place for its element, or a paragraph."""
    kind = _PARTS.get(e.get("type") or "")
    if kind:
        _placed(kind, b, e, out)
    else:
        _p(b, e, out)


_PARTS: dict[str, Kind] = {
    "opener": "opener", "dateline": "dateline", "salute": "salute", "closer": "closer", "signed": "signed",
    "postscript": "postscript", "label": "label",
}  # fmt: skip
_SEGMENTS: dict[str, Kind] = {**_PARTS, "paragraph": "paragraph", "heading": "heading"}


def _paragraph_of_class(b: Builder, e: Element, out: list[Node]) -> None:
    b.paragraph(e, out, {"class": slug(local(e)).lower()})


def _list(b: Builder, e: Element, out: list[Node]) -> None:
    given = slug(e.get("type") or "")
    known, name = looks(e.get("rend"), e.get("rendition"))
    attrs = {"type": given or ("bulleted" if name == "bulleted" else "simple")}
    classes = [name if name != "bulleted" else "", *known]
    attrs = b.common(e, attrs)
    inner = list(b.children(e, out))
    if any(node.kind == "label" for node in inner):
        if all(_ENUMERATOR.match(plain_text((n,))) and _bare(n) for n in inner if n.kind == "label"):
            inner = _labelled(inner)
            attrs["type"] = given if given not in ("", "ordered", "bulleted", "gloss") else "simple"
        else:
            classes.append(given)
            attrs["type"] = "label"
    for i, node in enumerate(inner):
        if node.kind in BLOCKS and node.kind not in ("item", "label", "heading"):
            inner[i] = Node("item", (node,), {}, "", node.line)
    if any(classes):
        attrs["class"] = " ".join(c for c in classes if c)
    if inner:
        out.append(Node("list", tuple(n for n in inner if n.kind != "line_break"), attrs, "", e.sourceline))


def _bare(node: Node) -> bool:
    """Whether a label is words only, so that it can be printed from a string."""
    return all(n.kind == "text" or (n.kind in ("emphasis", "small_caps") and not n.attrs.get("id") and _bare(n)) for n in node.children)  # fmt: skip


def _labelled(nodes: list[Node]) -> list[Node]:
    """Put enumerators ("1.", "(a)") before the items that they count."""
    out: list[Node] = []
    label = ""
    for node in nodes:
        if node.kind == "label":
            if label:
                out.append(Node("item", (), {"label": label}, "", node.line))
            label = plain_text((node,))
        elif node.kind == "item" and label and "label" not in node.attrs:
            out.append(Node("item", node.children, {**node.attrs, "label": label}, "", node.line))
            label = ""
        else:
            out.append(node)
    if label:
        out.append(Node("item", (), {"label": label}, "", nodes[-1].line))
    return out


def _item(b: Builder, e: Element, out: list[Node]) -> None:
    attrs = b.common(e, None)
    inner = list(b.children(e, out))
    if inner and inner[0].kind == "label" and _bare(inner[0]) and not inner[0].attrs:
        attrs["label"] = plain_text(inner.pop(0).children)
    if "id" not in attrs and inner:
        # The entry of a list of persons or terms is known by the name in it: the whole entry is the place.
        inner[0] = _without_id(inner[0], attrs)
    out.append(Node("item", tuple(inner), attrs, "", e.sourceline))


def _without_id(node: Node, attrs: dict[str, str]) -> Node:
    """Move the id of a person or term at the very beginning of ``node`` into ``attrs``."""
    if node.kind in ("person", "term") and "id" in node.attrs:
        rest = dict(node.attrs)
        attrs["id"] = rest.pop("id")
        return Node(node.kind, node.children, rest, "", node.line)
    if node.children and node.kind not in ("list", "table"):
        first = _without_id(node.children[0], attrs)
        if first is not node.children[0]:
            return Node(node.kind, (first, *node.children[1:]), node.attrs, node.text, node.line)
    return node


def _label(b: Builder, e: Element, out: list[Node]) -> None:
    parent = local(e.getparent()) if e.getparent() is not None else ""
    if parent in ("list", "item"):
        b.block("label", e, out)
    elif among_blocks(e) or parent == "postscript":
        b.paragraph(e, out, {"class": "label"})
    else:
        b.inline("span", e, out, {"class": "label"})


def _table(b: Builder, e: Element, out: list[Node]) -> None:
    known, name = looks(e.get("rend"), e.get("rendition"))
    classes = " ".join(c for c in (name, *known) if c and not c.startswith("width-"))
    b.block("table", e, out, {"class": classes} if classes else None)


def _row(b: Builder, e: Element, out: list[Node]) -> None:
    attrs = b.common(e, {"role": "label"} if e.get("role") == "label" else None)
    out.append(Node("row", b.children(e, out), attrs, "", e.sourceline))


def _cell(b: Builder, e: Element, out: list[Node]) -> None:
    attrs: dict[str, str] = {}
    for name in ("cols", "rows"):
        span = e.get(name)
        if span and span.isdecimal() and 1 < int(span) <= 1000:
            attrs[name] = str(int(span))
    role = e.get("role")
    if role == "label":
        attrs["role"] = role
    known, name = looks(e.get("rend"), e.get("rendition"))
    place = next((look for look in known if look in _ALIGNMENTS), "right" if role == "num" else "")
    if place:
        attrs["align"] = place
    classes = [name, *(look for look in known if look not in _ALIGNMENTS), slug(role) if role and role not in ("label", "num", "data") else ""]  # fmt: skip
    if any(classes):
        attrs["class"] = " ".join(c for c in classes if c)
    out.append(Node("cell", b.children(e, out), b.common(e, attrs), "", e.sourceline))


def _quote(b: Builder, e: Element, out: list[Node]) -> None:
    known, name = looks(e.get("rend"), e.get("rendition"))
    blocks = any(local(c) in _BLOCK_NAMES for c in e)
    if blocks or "blockquote" in known or among_blocks(e):
        b.block("quote", e, out, {"class": name} if name else None)
    else:
        b.inline("span", e, out, {"class": "quote"})


def _bibl(b: Builder, e: Element, out: list[Node]) -> None:
    parent = local(e.getparent()) if e.getparent() is not None else ""
    if parent == "listBibl":
        _item(b, e, out)
    elif among_blocks(e):
        b.paragraph(e, out, {"class": "bibl"})
    else:
        transparent(b, e, out)


def _lg(b: Builder, e: Element, out: list[Node]) -> None:
    b.end_line(out)
    b.content(e, out)
    b.end_line(out)


def _l(b: Builder, e: Element, out: list[Node]) -> None:
    stanza = e.getprevious() is None or local(e.getprevious()) != "l"
    b.block("verse", e, out, {"class": "stanza"} if stanza else None)


def _opener(b: Builder, e: Element, out: list[Node]) -> None:
    b.block("opener", e, out)


def _dateline(b: Builder, e: Element, out: list[Node]) -> None:
    _placed("dateline", b, e, out)


def _placed(kind: Kind, b: Builder, e: Element, out: list[Node]) -> None:
    """A block that may be told to stand left or right."""
    known, name = looks(e.get("rend"), e.get("rendition"))
    attrs = {}
    place = next((look for look in known if look in _ALIGNMENTS), "")
    if place and not (kind == "dateline" and place == "right"):
        attrs["rend"] = place
    if name:
        attrs["class"] = name
    b.block(kind, e, out, attrs)


def _signed(b: Builder, e: Element, out: list[Node]) -> None:
    _placed("signed", b, e, out)


def _salute(b: Builder, e: Element, out: list[Node]) -> None:
    _placed("salute", b, e, out)


def _closer(b: Builder, e: Element, out: list[Node]) -> None:
    b.block("closer", e, out)


def _postscript(b: Builder, e: Element, out: list[Node]) -> None:
    b.block("postscript", e, out)


def _seg(b: Builder, e: Element, out: list[Node]) -> None:
    """A segment: a line of its own in an opener, a part of a letter if it says so, else nothing but a hook."""
    parent = local(e.getparent()) if e.getparent() is not None else ""
    if parent != "opener" and (kind := _SEGMENTS.get(e.get("type") or "")):
        if kind == "paragraph":
            _p(b, e, out)
        else:
            _placed(kind, b, e, out)
        return
    known, name = looks(e.get("rend"), e.get("rendition"))
    place = next((look for look in known if look in _ALIGNMENTS), "")
    attrs = {"class": name} if name else {}
    if parent == "opener" or (place and (among_blocks(e) or parent == "closer")):
        if place:
            attrs["rend"] = place
        b.paragraph(e, out, attrs)
    elif attrs or e.get(XML_ID):
        b.inline("span", e, out, attrs)
    else:
        b.content(e, out)


def _figure(b: Builder, e: Element, out: list[Node]) -> None:
    graphics = [c for c in e.iter() if local(c) in ("graphic", "media") and c.get("url")]
    alt = " ".join("".join(t for c in e if local(c) == "figDesc" for t in c.itertext()).split())
    known, name = looks(e.get("rend"), e.get("rendition"))
    for i, graphic in enumerate(graphics or [None]):
        attrs = {"class": " ".join(c for c in (name, *known) if c)} if name or known else {}
        if graphic is not None:
            attrs["url"] = " ".join(graphic.get("url").split())
        if alt:
            attrs["alt"] = alt
        last = i == max(0, len(graphics) - 1)
        if not last:
            out.append(Node("figure", (), attrs, "", e.sourceline))
            continue
        attrs = b.common(e, attrs)
        children = b.children(e, out)
        if children or "url" in attrs or "id" in attrs:
            out.append(Node("figure", children, attrs, "", e.sourceline))


def _graphic(b: Builder, e: Element, out: list[Node]) -> None:
    """An image; inside a figure the figure itself carries it."""
    if e.get("url") and not any(local(a) == "figure" for a in e.iterancestors()):
        b.visible(out)
        out.append(Node("figure", (), {"url": " ".join(e.get("url").split())}, "", e.sourceline))


def _milestone(b: Builder, e: Element, out: list[Node]) -> None:
    if among_blocks(e):
        b.end_line(out)
        out.append(Node("rule", (), b.common(e, None), "", e.sourceline))
    else:
        anchor(b, e, out)


_BLOCK_NAMES = frozenset(("p", "ab", "list", "table", "quote", "lg", "l", "figure", "div", "sp"))


def _unknown(b: Builder, e: Element, out: list[Node]) -> None:
    """An element nobody foresaw: its text stays where it stands."""
    b.report_unknown(e)
    if among_blocks(e):
        _transparent_block(b, e, out)
    else:
        b.content(e, out)


_BLOCK_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys("div div1 div2 div3 div4 div5 div6 div7 titlePage".split(), division),
    "floatingText": _floating,
    **dict.fromkeys("front body back text group argument epigraph docTitle sp address".split(), _transparent_block),
    "attachment": _attachment, "head": _head, "note": _note,
    "p": _p, "ab": _ab,
    **dict.fromkeys(
        "byline docAuthor docImprint docEdition imprimatur titlePart trailer speaker stage addrLine formula".split(),
        _paragraph_of_class,
    ),
    **dict.fromkeys("list listBibl listPerson listPlace listOrg listEvent".split(), _list),
    **dict.fromkeys("item person org event".split(), _item),
    **dict.fromkeys("bibl biblStruct biblFull".split(), _bibl),
    **dict.fromkeys("quote q said".split(), _quote),
    "label": _label, "table": _table, "row": _row, "cell": _cell, "lg": _lg, "l": _l, "opener": _opener,
    "dateline": _dateline, "salute": _salute, "closer": _closer, "signed": _signed, "postscript": _postscript,
    "seg": _seg, "figure": _figure, "graphic": _graphic, "media": _graphic, "milestone": _milestone,
}  # fmt: skip

_BY_NAME: dict[str, Handler] = {**IN_LINE, **_BLOCK_HANDLERS, UNKNOWN: _unknown}

HANDLERS: dict[str, Handler] = {**_BY_NAME, **{f"{{{_TEI}}}{name}": handler for name, handler in _BY_NAME.items()}}
"""What becomes of each element, by its name in TEI's namespace and, for files without one and for elements of
an edition's own, by its bare name."""
