"""The elements that stand in a line: marks of pages and notes, references, names, emphasis."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.document import Node, Target, is_safe_url, plain_text, reference_of
from generator.rendering.writer import Writer, attribute, escape

_NOWHERE = Target("", "broken")


def _page_break(writer: Writer, node: Node) -> None:
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
    writer.cited_here(anchor)


def _note_ref(writer: Writer, node: Node) -> None:
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


def _reference(writer: Writer, node: Node) -> None:
    if writer.links:
        writer.nodes(node.children)
        return
    target = writer.targets.get(reference_of(node), _NOWHERE)
    if target.status == "plain":
        writer.nodes(node.children)
        return
    if target.status == "elsewhere":
        leads = f' rel="external" data-ref="{escape(target.kind)}" href="{escape(target.href)}"'
        told = attribute("data-certainty", target.certainty) + attribute("title", target.title)
        _anchor(writer, node, writer.attributes(node, "ref outside") + leads + told)
        return
    if target.status == "resolved":
        title = attribute("data-certainty", target.certainty) + attribute("title", target.title)
        if target.name and "unnamed" in node.attrs:
            said = plain_text(node.children).removeprefix(f"{node.attrs.get('volume', '')}, ")
            node = msgspec.structs.replace(node, children=(Node("text", text=target.name.replace("{words}", said)),))
        attributes = f'{writer.attributes(node, "ref")} data-ref="{escape(target.kind)}" href="{escape(target.href)}"'
        _anchor(writer, node, attributes + title)
        return
    said = f' data-status="{escape(target.status)}"{attribute("title", target.title)}'
    writer.element(node, "span", writer.attributes(node, "ref unresolved") + said)


def _link(writer: Writer, node: Node) -> None:
    url = node.attrs.get("url", "")
    if writer.links or not is_safe_url(url):
        writer.nodes(node.children)
        return
    title = attribute("title", node.attrs.get("title", ""))
    _anchor(writer, node, f'{writer.attributes(node)} href="{escape(url)}"{title}')


def _anchor(writer: Writer, node: Node, attributes: str) -> None:
    writer.links += 1
    writer.element(node, "a", attributes)
    writer.links -= 1


def _named(kind: str) -> Callable[[Writer, Node], None]:
    """A person, term or place: ``data-person`` and the like is its id, a link leads to its entry if it has one."""
    tag = "abbr" if kind == "term" else "span"

    def write(writer: Writer, node: Node) -> None:
        id = node.attrs.get(kind, "")
        attributes = writer.attributes(node, kind) + attribute(f"data-{kind}", id)
        href, about = writer.entries.get((kind, id), ("", ""))
        if kind == "term":
            attributes += attribute("title", about)
        if not href or writer.links or _holds_links(node):
            writer.element(node, tag, attributes)
        elif kind == "term":
            writer.out.append(f'<a class="term-link" href="{escape(href)}">')
            writer.links += 1
            writer.element(node, tag, attributes)
            writer.links -= 1
            writer.out.append("</a>")
        else:
            _anchor(writer, node, f'{attributes} href="{escape(href)}"')

    return write


def _holds_links(node: Node) -> bool:
    """Whether something in ``node`` is a link of its own, which is worth more than one around it."""
    return any(child.kind in ("note_ref", "reference", "link") or _holds_links(child) for child in node.children)


def _explained(tag: str, name: str, telling: str) -> Callable[[Writer, Node], None]:
    """An element whose attribute ``telling`` is what a pointing reader is told."""

    def write(writer: Writer, node: Node) -> None:
        about = node.attrs.get(telling, "")
        writer.element(node, tag, writer.attributes(node, name) + attribute("title", about))

    return write


def _abbreviation(writer: Writer, node: Node) -> None:
    """A short form with what it stands for; one of the cables, which nobody marked up, is told apart."""
    name = "telegraphese" if "found" in node.attrs else ""
    writer.element(node, "abbr", writer.attributes(node, name) + attribute("title", node.attrs.get("expansion", "")))


def _emphasis(writer: Writer, node: Node) -> None:
    rend = node.attrs.get("rend", "italic")
    tag = _EMPHASIS.get(rend, "em")
    # The element says it all for the usual three; any other look is a class.
    plain = Node("emphasis", attrs={k: v for k, v in node.attrs.items() if k != "rend"}) if rend in _EMPHASIS else node
    writer.element(node, tag, writer.attributes(plain, "roman" if rend == "roman" else ""))


_EMPHASIS = {"italic": "em", "strong": "strong", "underline": "u", "roman": "span"}


def _inline(tag: str, name: str = "") -> Callable[[Writer, Node], None]:
    """An element that only carries its class, language and id."""

    def write(writer: Writer, node: Node) -> None:
        writer.element(node, tag, writer.attributes(node, name))

    return write


def _gap(writer: Writer, node: Node) -> None:
    about = ", ".join(node.attrs[name] for name in ("reason", "extent") if name in node.attrs)
    title = attribute("title", about)
    shown = node if node.children or node.text else msgspec.structs.replace(node, text="[…]")
    writer.element(shown, "span", writer.attributes(node, "gap") + title)


def _line_break(writer: Writer, node: Node) -> None:
    writer.out.append("<br>\n")


KINDS: dict[str, Callable[[Writer, Node], None]] = {
    "page_break": _page_break, "note_ref": _note_ref, "reference": _reference, "link": _link,
    "person": _named("person"), "term": _named("term"), "place": _named("place"),
    "emphasis": _emphasis, "small_caps": _inline("span", "small-caps"), "superscript": _inline("sup"),
    "subscript": _inline("sub"), "deleted": _inline("del"), "added": _inline("ins"), "gap": _gap,
    "unclear": _inline("span", "unclear"), "supplied": _inline("span", "supplied"),
    "corrected": _explained("span", "corrected", "original"), "abbreviation": _abbreviation,
    "code": _inline("code"), "line_break": _line_break, "span": _inline("span"),
}  # fmt: skip
