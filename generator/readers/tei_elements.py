"""The elements of TEI and what becomes of each: one table, ``HANDLERS``, at the end.

A handler gets the builder, the element and the list that its nodes go into. What is not in the table keeps its
text and is reported.
"""

from __future__ import annotations

import re

from generator.diagnostics import Rule, Severity, Span, diagnostic
from generator.document import BLOCKS, Kind, Node, is_safe_url, plain_text
from generator.readers.tei_builder import UNKNOWN, XML_ID, Builder, Element, Handler
from generator.readers.tei_pointers import key, looks, pointer, slug

_NUMBER = re.compile(r"(\d{1,4})\.(?=\s)")
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}(?:\.\d+)*|[ivxlcdm]{1,6}|[A-Za-z]{1,2})[)\].:]{0,2}$|[-–—•*·■]$", re.I)
_ALIGNMENTS = frozenset(("left", "center", "right"))
_TEI = "http://www.tei-c.org/ns/1.0"


def local(element: Element) -> str:
    """The element's name without its namespace; empty for a comment or processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def is_inline_source(note: Element) -> bool:
    """Whether a note is a line of its own (a file number above the title) and not a footnote."""
    if "inline" in looks(note.get("rend"))[0]:
        return True
    return note.get("type") == "source" and not note.get("n") and not note.get(XML_ID) and _among_blocks(note)


def is_running_head(head: Element) -> bool:
    """Whether a head only repeats the one before it for the top of the printed page."""
    return "running" in (head.get("type") or "")


def _among_blocks(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) in _DIVISIONS


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
        if _among_blocks(e):
            b.paragraph(e, out, {"class": "source-line"})
        else:
            b.inline("span", e, out, {"class": "inline-note"})
        return
    kind = slug(e.get("type") or "") or "foot"
    last = out[-1] if out else None
    if last is not None and _among_blocks(e) and last.kind in ("paragraph", "heading"):
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
    elif _among_blocks(e) or parent == "postscript":
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
    if blocks or "blockquote" in known or _among_blocks(e):
        b.block("quote", e, out, {"class": name} if name else None)
    else:
        b.inline("span", e, out, {"class": "quote"})


def _bibl(b: Builder, e: Element, out: list[Node]) -> None:
    parent = local(e.getparent()) if e.getparent() is not None else ""
    if parent == "listBibl":
        _item(b, e, out)
    elif _among_blocks(e):
        b.paragraph(e, out, {"class": "bibl"})
    else:
        _transparent(b, e, out)


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
    """A segment: a line of its own in an opener, elsewhere nothing but a hook."""
    parent = local(e.getparent()) if e.getparent() is not None else ""
    known, name = looks(e.get("rend"), e.get("rendition"))
    place = next((look for look in known if look in _ALIGNMENTS), "")
    attrs = {"class": name} if name else {}
    if parent == "opener" or (place and (_among_blocks(e) or parent == "closer")):
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
    if _among_blocks(e):
        b.end_line(out)
        out.append(Node("rule", (), b.common(e, None), "", e.sourceline))
    else:
        _anchor(b, e, out)


# In a line


def _hi(b: Builder, e: Element, out: list[Node]) -> None:
    rend = e.get("rend")
    single = _HI.get(rend)
    if single is not None and e.get(XML_ID) is None and not b.languages:
        b.wrap(single[0], dict(single[1]), e.sourceline, out, lambda inner: b.content(e, inner))
        return
    known, name = looks(rend, e.get("rendition"))
    layers: list[tuple[Kind, dict[str, str]]] = [_LOOK_NODES[look] for look in known if look in _LOOK_NODES]
    rest = " ".join(c for c in (name, *(look for look in known if look not in _LOOK_NODES)) if c)
    if rest or not layers:
        layers.append(("span", {"class": rest} if rest else {}))
    if not rest and rend is None and e.get("rendition") is None:
        layers = [("emphasis", {})]
    _layered(b, e, out, layers)


def _layered(b: Builder, e: Element, out: list[Node], layers: list[tuple[Kind, dict[str, str]]]) -> None:
    kind, attrs = layers[0]
    attrs = b.common(e, dict(attrs))

    def fill(inner: list[Node]) -> None:
        if len(layers) == 1:
            b.content(e, inner)
        else:
            next_kind, next_attrs = layers[1]
            b.wrap(next_kind, dict(next_attrs), e.sourceline, inner, lambda deepest: b.content(e, deepest))

    if len(layers) > 2:
        layers[1:] = [(layers[1][0], {**layers[1][1], "class": " ".join(str(look[0]) for look in layers[2:])})]
    b.wrap(kind, attrs, e.sourceline, out, fill)


_LOOK_NODES: dict[str, tuple[Kind, dict[str, str]]] = {
    "italic": ("emphasis", {}),
    "strong": ("emphasis", {"rend": "strong"}),
    "underline": ("emphasis", {"rend": "underline"}),
    "roman": ("emphasis", {"rend": "roman"}),
    "small_caps": ("small_caps", {}),
    "superscript": ("superscript", {}),
    "subscript": ("subscript", {}),
    "deleted": ("deleted", {}),
}
_HI: dict[str | None, tuple[Kind, dict[str, str]]] = {
    "italic": _LOOK_NODES["italic"],
    "strong": _LOOK_NODES["strong"],
    "smallcaps": _LOOK_NODES["small_caps"],
}


def _pointed(kind: Kind, b: Builder, e: Element, out: list[Node], name: str) -> None:
    """A person, term or place with what it points at; without a pointer a hook for styles, or nothing."""
    id = key(e.get("corresp") or e.get("target") or e.get("ref") or e.get("key") or e.get("sameAs"))
    own = e.get(XML_ID)
    if id or own:
        attrs = {kind: id or own.strip()}
        if own:
            attrs["id"] = b.claim(own)
        if b.languages:
            attrs = b.common(e, attrs) if not own else attrs
        b.wrap(kind, attrs, e.sourceline, out, lambda inner: b.content(e, inner))
    elif name:
        b.wrap("span", {"class": name}, e.sourceline, out, lambda inner: b.content(e, inner))
    else:
        b.content(e, out)


def _person(b: Builder, e: Element, out: list[Node]) -> None:
    _pointed("person", b, e, out, "person")


def _term(b: Builder, e: Element, out: list[Node]) -> None:
    _pointed("term", b, e, out, "")


def _place(b: Builder, e: Element, out: list[Node]) -> None:
    id = key(e.get("ref") or e.get("corresp") or e.get("key"))
    b.wrap("place", b.common(e, {"place": id} if id else None), e.sourceline, out, lambda inner: b.content(e, inner))


def _rs(b: Builder, e: Element, out: list[Node]) -> None:
    kind = (e.get("type") or "").lower()
    if kind in ("person", "people", "pers"):
        _person(b, e, out)
    elif kind in ("place", "geog"):
        _place(b, e, out)
    else:
        _named(b, e, out)


def _named(b: Builder, e: Element, out: list[Node]) -> None:
    """A name of another sort: a hook with the sort as its class."""
    sort = slug((e.get("type") or "") if local(e) in ("rs", "name") else local(e)).lower()
    b.inline("span", e, out, {"class": sort or "name"})


def _title(b: Builder, e: Element, out: list[Node]) -> None:
    parent = local(e.getparent()) if e.getparent() is not None else ""
    if e.get("level") in ("j", "m", "s") or parent.startswith("bibl"):
        b.inline("emphasis", e, out)
    else:
        b.inline("span", e, out, {"class": "title"})


def _ref(b: Builder, e: Element, out: list[Node]) -> None:
    raw = e.get("target")
    if "note" in (e.get("type") or "").lower() and raw:
        note = b.note_elements.get(raw.strip().lstrip("#"))
        if note is not None and note in b.detached:
            b.note(note, out, slug(note.get("type") or "") or "foot")
            return
    if raw is None:
        b.content(e, out)
        return
    attrs = pointer(raw, b.renamed)
    kind: Kind = "reference"
    words = ""
    if "url" in attrs:
        kind = "link"
        words = attrs["url"]
        if not words or not is_safe_url(words):
            b.diagnostics.append(
                diagnostic(
                    Rule.UNSAFE_LINK,
                    f'the reference to "{raw.strip()[:80]}" cannot be a link; its text is kept',
                    Span(b.file, e.sourceline),
                    hint="Links may begin with https:, http: or mailto:.",
                )
            )
            b.content(e, out)
            return
    else:
        words = attrs.get("value") or attrs.get("document") or attrs.get("volume") or ""
    before = len(out)
    b.wrap(kind, attrs, e.sourceline, out, lambda inner: b.content(e, inner))
    if len(out) == before and words:
        # A reference that prints nothing would lead nowhere a reader could see.
        b.visible(out)
        out.append(Node(kind, (Node("text", text=words),), attrs, "", e.sourceline))


def _pb(b: Builder, e: Element, out: list[Node]) -> None:
    if e.get("break") == "no":
        b.glue()
    b.page_break(e.get("n"), e.get(XML_ID), e.get("facs"), e.sourceline, out)


def _lb(b: Builder, e: Element, out: list[Node]) -> None:
    if e.get(XML_ID):
        _anchor(b, e, out)
    if e.get("break") == "no":
        b.glue()
    else:
        b.line_break(out, e.sourceline)


def _anchor(b: Builder, e: Element, out: list[Node]) -> None:
    """An empty element that others may point at."""
    if e.get(XML_ID):
        out.append(Node("span", (), b.common(e, None), "", e.sourceline))
    if e.text or len(e):
        b.content(e, out)


def _gap(b: Builder, e: Element, out: list[Node]) -> None:
    attrs = {}
    if e.get("reason"):
        attrs["reason"] = e.get("reason").replace("_", " ")
    extent = e.get("extent") or " ".join(w for w in (e.get("quantity"), e.get("unit")) if w)
    if extent:
        attrs["extent"] = extent
    b.visible(out)
    children: list[Node] = []
    b.content(e, children)
    out.append(Node("gap", tuple(children), b.common(e, attrs), "", e.sourceline))


def _choice(b: Builder, e: Element, out: list[Node]) -> None:
    """Two readings of one place: the edited one is shown, the other remembered; notes and page marks of both are
    kept."""
    by_name = {local(c): c for c in e if isinstance(c.tag, str)}
    for shown, hidden, kind, name in _CHOICES:
        if shown in by_name and hidden in by_name:
            other = " ".join("".join(by_name[hidden].itertext()).split())
            attrs = b.common(e, {name: other} if other else None)
            b.wrap(kind, attrs, e.sourceline, out, lambda inner, of=by_name[shown]: b.content(of, inner))  # type: ignore[misc]
            for mark in by_name[hidden].iter():
                if local(mark) in ("pb", "note"):
                    b.handlers[local(mark)](b, mark, out)
            return
    b.content(e, out)


_CHOICES: tuple[tuple[str, str, Kind, str], ...] = (
    ("corr", "sic", "corrected", "original"),
    ("reg", "orig", "corrected", "original"),
    ("abbr", "expan", "abbreviation", "expansion"),
    ("lem", "rdg", "corrected", "original"),
)


def _simple(kind: Kind) -> Handler:
    """An element that is one kind of the model, no more."""

    def handle(b: Builder, e: Element, out: list[Node]) -> None:
        b.inline(kind, e, out)

    return handle


def _of_class(b: Builder, e: Element, out: list[Node]) -> None:
    b.inline("span", e, out, {"class": slug(local(e)).lower()})


def _transparent(b: Builder, e: Element, out: list[Node]) -> None:
    """An element whose text simply belongs to the line."""
    if e.get(XML_ID):
        b.inline("span", e, out)
    else:
        b.content(e, out)


def _space(b: Builder, e: Element, out: list[Node]) -> None:
    b.text(" ", out, e)


def _unknown(b: Builder, e: Element, out: list[Node]) -> None:
    """An element nobody foresaw: its text stays where it stands."""
    b.report_unknown(e)
    if _among_blocks(e):
        _transparent_block(b, e, out)
    else:
        b.content(e, out)


def _ignored(b: Builder, e: Element, out: list[Node]) -> None:
    """An element that says nothing to readers."""


def _html(b: Builder, e: Element, out: list[Node]) -> None:
    """HTML in TEI: players and frames that no static page can hold; a link to what they show."""
    for part in e.iter():
        address = part.get("src") or part.get("href") if local(part) in ("iframe", "video", "source", "embed", "a") else ""  # fmt: skip
        if address and is_safe_url(address) and "//" in address:
            address = f"https:{address}" if address.startswith("//") else address
            b.visible(out)
            out.append(Node("link", (Node("text", text=address),), {"url": address}, "", e.sourceline))
            return
    if not any(d.rule == Rule.UNKNOWN_ELEMENT.id for d in b.diagnostics):
        message = "HTML in the TEI (an embedded player, a script) is left out of the page"
        b.diagnostics.append(
            diagnostic(
                Rule.UNKNOWN_ELEMENT,
                message,
                Span(b.file, e.sourceline),
                hint="Name what is shown in a figure's head, or link to it with ref.",
            )  # fmt: skip
        )


_DIVISIONS = frozenset((
    "div", "div1", "div2", "div3", "div4", "div5", "div6", "div7", "front", "body", "back", "text", "group",
    "attachment", "floatingText", "argument", "epigraph", "document",
))  # fmt: skip
_BLOCK_NAMES = frozenset(("p", "ab", "list", "table", "quote", "lg", "l", "figure", "div", "sp"))

_BY_NAME: dict[str, Handler] = {
    # divisions
    **dict.fromkeys(("div", "div1", "div2", "div3", "div4", "div5", "div6", "div7", "floatingText", "titlePage"), division),
    **dict.fromkeys(("front", "body", "back", "text", "group", "argument", "epigraph", "docTitle", "sp"), _transparent_block),
    "attachment": _attachment,
    "head": _head,
    **dict.fromkeys(("teiHeader", "facsimile", "sourceDoc", "standOff", "fileDesc"), _ignored),
    # blocks
    **dict.fromkeys(("p", "ab"), _p),
    **dict.fromkeys((
        "byline", "docAuthor", "docImprint", "docEdition", "imprimatur", "titlePart", "trailer", "speaker", "stage",
        "addrLine", "formula",
    ), _paragraph_of_class),
    **dict.fromkeys(("list", "listBibl", "listPerson", "listPlace", "listOrg", "listEvent"), _list),
    **dict.fromkeys(("item", "person", "org", "event"), _item),
    "label": _label, "table": _table, "row": _row, "cell": _cell, "quote": _quote, "q": _quote, "said": _quote, "cit": _transparent,
    "lg": _lg, "l": _l, "opener": _opener, "dateline": _dateline, "salute": _salute, "closer": _closer,
    "signed": _signed, "postscript": _postscript, "figure": _figure, "graphic": _graphic, "media": _graphic,
    "figDesc": _ignored, "milestone": _milestone, "address": _transparent_block,
    **dict.fromkeys(("bibl", "biblStruct", "biblFull"), _bibl),
    # in a line
    "note": _note, "pb": _pb, "lb": _lb, "anchor": _anchor, "hi": _hi, "emph": _simple("emphasis"),
    "foreign": _of_class, "ref": _ref, "ptr": _ref,
    "persName": _person, "gloss": _term, "term": _term, "rs": _rs, "name": _rs, "orgName": _named,
    **dict.fromkeys(("placeName", "geogName", "settlement", "country", "region", "district", "bloc"), _place),
    "title": _title, "del": _simple("deleted"), "add": _simple("added"), "supplied": _simple("supplied"),
    "unclear": _simple("unclear"), "gap": _gap, "choice": _choice, "app": _choice, "abbr": _simple("abbreviation"),
    "corr": _simple("corrected"), "code": _simple("code"), "space": _space,
    **dict.fromkeys((
        "sic", "orig", "reg", "surplus", "damage", "restore", "soCalled", "mentioned", "distinct", "fw", "rdg", "lem",
        "stamp", "affiliation", "page-count-according-to-citation",
    ), _of_class),
    **dict.fromkeys((
        "date", "time", "subst", "expan", "ex", "am", "num", "measure", "forename", "surname", "roleName", "addName",
        "genName", "nameLink", "idno", "author", "editor", "publisher", "pubPlace", "docDate", "biblScope", "edition",
        "w", "pc", "s", "phr", "cl", "g", "metamark", "street", "postCode", "postBox", "email", "handShift", "seriesStmt",
        "sponsor", "respStmt", "resp", "monogr", "imprint", "analytic", "series", "listRelation", "occupation", "birth",
        "death", "quotation",
    ), _transparent),
    "seg": _seg,
    **dict.fromkeys(("cb", "gb", "c", "delSpan", "addSpan", "damageSpan", "index", "pi", "file", "pdf"), _ignored),
    "html": _html,
    UNKNOWN: _unknown,
}  # fmt: skip

HANDLERS: dict[str, Handler] = {**_BY_NAME, **{f"{{{_TEI}}}{name}": handler for name, handler in _BY_NAME.items()}}
"""What becomes of each element, by its name in TEI's namespace and, for files without one and for elements of
an edition's own, by its bare name."""
