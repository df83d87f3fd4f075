"""The elements of TEI that stand in a line: changes of type, names, references, marks, editorial signs.

A handler gets the builder, the element and the list that its nodes go into; ``IN_LINE`` says which is whose.
"""

from __future__ import annotations

from generator.diagnostics import Rule, Span, diagnostic
from generator.document import Kind, Node, is_safe_url
from generator.readers.tei_builder import XML_ID, Builder, Element, Handler, local
from generator.readers.tei_pointers import key, looks, pointer, slug

FOUND = "#edition"
"""Who is responsible for names and references that this program has found and written into a TEI file: it finds them
again by itself."""


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
    if e.get("resp") == FOUND:
        b.content(e, out)
        return
    id = key(e.get("corresp") or e.get("target") or e.get("ref") or e.get("key") or e.get("sameAs"))
    own = e.get(XML_ID)
    if id or own:
        attrs: dict[str, str] = {kind: id or str(own).strip()}
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
    if e.get("resp") == FOUND:
        b.content(e, out)
        return
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
    if raw is not None and e.get("resp") == FOUND:
        b.content(e, out)
        return
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
        b.apart(out)


def _pb(b: Builder, e: Element, out: list[Node]) -> None:
    if e.get("break") == "no":
        b.glue()
    b.page_break(e.get("n"), e.get(XML_ID), e.get("facs"), e.sourceline, out)


def _lb(b: Builder, e: Element, out: list[Node]) -> None:
    if e.get(XML_ID):
        anchor(b, e, out)
    if e.get("break") == "no":
        b.glue()
    else:
        b.line_break(out, e.sourceline)


def anchor(b: Builder, e: Element, out: list[Node]) -> None:
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


def transparent(b: Builder, e: Element, out: list[Node]) -> None:
    """An element whose text simply belongs to the line."""
    if e.get(XML_ID):
        b.inline("span", e, out)
    else:
        b.content(e, out)


def _space(b: Builder, e: Element, out: list[Node]) -> None:
    b.text(" ", out, e)


def ignored(b: Builder, e: Element, out: list[Node]) -> None:
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
            )
        )


IN_LINE: dict[str, Handler] = {
    "pb": _pb, "lb": _lb, "anchor": anchor, "hi": _hi, "emph": _simple("emphasis"), "foreign": _of_class,
    "ref": _ref, "ptr": _ref, "persName": _person, "gloss": _term, "term": _term, "rs": _rs, "name": _rs,
    "orgName": _named,
    **dict.fromkeys("placeName geogName settlement country region district bloc".split(), _place),
    "title": _title, "del": _simple("deleted"), "add": _simple("added"), "supplied": _simple("supplied"),
    "unclear": _simple("unclear"), "gap": _gap, "choice": _choice, "app": _choice, "abbr": _simple("abbreviation"),
    "corr": _simple("corrected"), "code": _simple("code"), "space": _space,
    **dict.fromkeys(
        "sic orig reg surplus damage restore soCalled mentioned distinct fw rdg lem stamp affiliation "
        "page-count-according-to-citation".split(),
        _of_class,
    ),
    **dict.fromkeys(
        "date time subst expan ex am num measure forename surname roleName addName genName nameLink idno author "
        "editor publisher pubPlace docDate biblScope edition w pc s phr cl g metamark street postCode postBox email "
        "handShift seriesStmt sponsor respStmt resp monogr imprint analytic series occupation birth death cit file pdf".split(),
        transparent,
    ),
    **dict.fromkeys("cb gb c delSpan addSpan damageSpan index figDesc".split(), ignored),
    **dict.fromkeys("teiHeader facsimile sourceDoc standOff".split(), ignored),
    "html": _html,
}  # fmt: skip
"""What becomes of the elements that stand in a line, and of those that readers do not see, by their names;
``html`` is every element of XHTML."""
