"""The elements of TEI that stand in a line: marks, references, names, changes of type, editorial signs."""

from __future__ import annotations

import re

from generator.document import BLOCKS, Node, Reference, is_safe_url, reference_of
from generator.exporters.tei_writer import ANYWHERE, Kind, Writer, address, attribute, escape

_DOCUMENT = re.compile(r"d\d+[A-Za-z]*")
_BLANK = re.compile(r"\s+")


def _page_break(w: Writer, node: Node) -> None:
    attrs = node.attrs
    facs = attribute("facs", address(attrs["facs"]) if attrs.get("facs") else "")
    w.out.append(f'<pb n="{escape(attrs.get("label", ""))}"{w.id(attrs.get("id", ""))}{facs}/>')


def _line_break(w: Writer, node: Node) -> None:
    w.out.append("<lb/>")


def _named(kind: str, tag: str) -> Kind:
    def write(w: Writer, node: Node) -> None:
        found = ' resp="#edition"' if "found" in node.attrs else ""
        w.element(node, tag, f"{attribute('key', node.attrs.get(kind, ''))}{found}{w.attributes(node)}")

    return write


def _reference(w: Writer, node: Node) -> None:
    named = reference_of(node)
    led = w.targets.get(named)
    if named.certainty:
        if led is None or led.status not in ("resolved", "elsewhere"):
            w.nodes(node.children)
            return
        sure = {"certain": "high", "likely": "medium"}.get(led.certainty or named.certainty, "low")
        w.element(node, "ref", f' target="{escape(address(led.href))}" cert="{sure}" resp="#edition"')
        return
    target = led.href if led and led.status == "resolved" else pointer(named, w.of.id)
    w.element(node, "ref", f' target="{escape(address(target))}"{w.attributes(node)}')


def pointer(named: Reference, own: str) -> str:
    """What names a place that is not known to be anywhere, in the manner of whole volumes: ``v01#d3fn2``, ``#pg_17``.
    ``own`` is the id of the document that refers."""
    document, value = named.document or (own if named.part in ("note", "paragraph", "attachment") else ""), named.value
    if document and not named.volume and not _DOCUMENT.fullmatch(document):
        within = f"fn{value}" if named.part == "note" and not value.startswith(document) else value
        return f"../{document}#{within}" if within else f"../{document}"
    if named.part == "note":
        fragment = value if value.startswith(f"{document}fn") else f"{document}fn{value}"
    elif named.part == "page":
        fragment = f"pg_{value}"
    else:
        fragment = value if named.part == "anchor" else document
    return f"{named.volume}#{fragment}" if fragment else named.volume


def _link(w: Writer, node: Node) -> None:
    url = node.attrs.get("url", "")
    if not is_safe_url(url):
        w.nodes(node.children)
        return
    w.element(node, "ref", f' target="{escape(address(url))}"{w.attributes(node)}')


def _emphasis(w: Writer, node: Node) -> None:
    attrs = node.attrs
    look = f"{attrs.get('rend', 'italic')} {attrs.get('class', '')}".strip()
    w.element(node, "hi", f' rend="{escape(look)}"{w.attributes(node, rend=False)}')


def _look(look: str) -> Kind:
    def write(w: Writer, node: Node) -> None:
        rend = f"{look} {node.attrs.get('class', '')}".strip()
        w.element(node, "hi", f' rend="{escape(rend)}"{w.attributes(node, rend=False)}')

    return write


def _simple(tag: str) -> Kind:
    def write(w: Writer, node: Node) -> None:
        w.element(node, tag, w.attributes(node))

    return write


def _gap(w: Writer, node: Node) -> None:
    reason = _BLANK.sub("_", node.attrs.get("reason", "").strip())
    w.out.append(f"<gap{attribute('reason', reason)}{attribute('extent', node.attrs.get('extent', ''))}{w.attributes(node)}/>")  # fmt: skip
    if node.text:
        w.out.append(escape(node.text))
    w.nodes(node.children)


def _choice(shown: str, hidden: str, kept: str) -> Kind:
    """Words with another reading of them, or an explanation."""

    def write(w: Writer, node: Node) -> None:
        other = node.attrs.get(kept, "")
        if "found" in node.attrs:
            w.nodes(node.children)
        elif not other:
            w.element(node, shown, w.attributes(node))
        else:
            w.out.append(f"<choice{w.attributes(node)}><{shown}>")
            w.nodes(node.children)
            w.out.append(f"</{shown}><{hidden}>{escape(other)}</{hidden}></choice>")

    return write


def _span(w: Writer, node: Node) -> None:
    classes = node.attrs.get("class", "")
    if not node.children and not node.text:
        if id := w.id(node.attrs.get("id", "")):
            w.out.append(f"<anchor{id}/>")
    elif classes == "quote":
        w.element(node, "q", w.attributes(node, rend=False))
    elif classes == "inline-note":
        w.element(node, "note", f' rend="inline"{w.attributes(node, rend=False)}')
    else:
        w.element(node, "seg", w.attributes(node))


def _in_line(w: Writer, node: Node) -> None:
    """A block within a line: those that may stand there as they are, the words of the others."""
    if node.kind == "verse":
        w.verse(node, False, ())
    elif node.kind in ANYWHERE and node.kind not in ("paragraph", "code_block", "attachment", "section"):
        w.native(node)
    else:
        w.segment(node)


ELEMENTS: dict[str, Kind] = {
    **dict.fromkeys(BLOCKS, _in_line),
    "page_break": _page_break, "note_ref": Writer.note_ref, "reference": _reference, "link": _link,
    "person": _named("person", "persName"), "term": _named("term", "term"), "place": _named("place", "placeName"),
    "emphasis": _emphasis, "small_caps": _look("smallcaps"), "superscript": _look("superscript"),
    "subscript": _look("subscript"), "deleted": _simple("del"), "added": _simple("add"), "gap": _gap,
    "unclear": _simple("unclear"), "supplied": _simple("supplied"), "corrected": _choice("corr", "sic", "original"),
    "abbreviation": _choice("abbr", "expan", "expansion"), "code": _simple("code"), "line_break": _line_break,
    "span": _span,
}  # fmt: skip
