"""Facts of a document: the little that other documents may ever see of it, taken out in one walk."""

from __future__ import annotations

from generator import source_notes
from generator.document import (
    Document,
    Facts,
    MentionFact,
    Node,
    NoteFact,
    PageFact,
    ParagraphFact,
    ReferenceFact,
    plain_text,
    reference_of,
)

OPENING = 240
"""Characters of the opening words kept for lists and search results."""


def of(document: Document, digest: bytes) -> Facts:
    """Return the facts of ``document``, whose encoded form has this ``digest``."""
    walk = _Walk(document)
    return Facts(
        volume=document.volume,
        id=document.id,
        role=document.role,
        title=plain_text(document.title),
        metadata=document.metadata,
        digest=digest,
        source_line=plain_text(document.source_line),
        dateline=plain_text(document.dateline),
        opening=_opening(document.body),
        pages=tuple(walk.pages),
        starts_on_mark=_starts_on_mark(document),
        notes=tuple(NoteFact(n.id, n.label) for n in document.notes),
        paragraph_count=walk.paragraph_count,
        paragraphs=tuple(walk.paragraphs),
        attachments=tuple(walk.attachments),
        anchors=tuple(walk.anchors),
        references=tuple(walk.references),
        persons=tuple(walk.persons.values()),
        terms=tuple(walk.terms.values()),
        places=tuple(walk.places.values()),
        source=source_notes.parse(document),
        images=tuple(walk.images.values()),
    )


class _Walk:
    """One pass over all nodes of a document in reading order."""

    def __init__(self, document: Document) -> None:
        self.pages: list[PageFact] = []
        self.paragraph_count = 0
        self.paragraphs: list[ParagraphFact] = []
        self.attachments: list[ParagraphFact] = []
        self.anchors: list[str] = []
        self.references: list[ReferenceFact] = []
        metadata = document.metadata
        parties = (party.person for party in (*metadata.sender, *metadata.addressee) if party.person)
        self.persons = {id: MentionFact(id) for id in (*metadata.persons, *parties)}
        self.terms: dict[str, MentionFact] = {}
        self.places: dict[str, MentionFact] = {}
        self.images: dict[str, MentionFact] = {}
        for nodes in (document.source_line, document.title, document.dateline):
            self._visit(nodes, "", ("title", ""), False)
        self._visit(document.body, "", ("", ""), False)
        for note in document.notes:
            self._visit(note.children, note.id, ("note", note.label), True)

    def _visit(self, nodes: tuple[Node, ...], anchor: str, place: tuple[str, str], in_note: bool) -> None:
        for node in nodes:
            kind = node.kind
            if kind == "text":
                continue
            attrs = node.attrs
            inner, inner_place = anchor, place
            if kind == "page_break":
                get = attrs.get
                self.pages.append(PageFact(get("label", ""), get("id", ""), in_note, get("facs", "")))
            elif kind == "paragraph":
                id = attrs.get("id", "")
                if id and not in_note:
                    self.paragraph_count += 1
                    number = attrs.get("n", "")
                    inner, inner_place = id, ("paragraph", number or id[1:])
                    if number:
                        self.paragraphs.append(ParagraphFact(number, id))
            elif kind == "reference" and "continued" not in attrs:
                words = plain_text(node.children)
                self.references.append(ReferenceFact(reference_of(node), anchor, place, words, node.line, node.column))
            elif kind == "person":
                self._mention(self.persons, attrs.get("person", ""), node)
            elif kind == "term":
                self._mention(self.terms, attrs.get("term", ""), node)
            elif kind == "place":
                self._mention(self.places, attrs.get("place", ""), node)
            elif kind == "figure":
                self._mention(self.images, attrs.get("url", ""), node)
            elif kind == "attachment":
                self.attachments.append(ParagraphFact(str(len(self.attachments) + 1), attrs.get("id", "")))
            elif kind != "note_ref" and attrs.get("id"):
                self.anchors.append(attrs["id"])
            if node.children:
                self._visit(node.children, inner, inner_place, in_note)

    @staticmethod
    def _mention(mentions: dict[str, MentionFact], id: str, node: Node) -> None:
        if id:
            mentions.setdefault(id, MentionFact(id, node.line, node.column))


def _starts_on_mark(document: Document) -> bool:
    """Whether a page mark stands before the first word of the text."""
    nodes = document.body
    while nodes:
        first = nodes[0]
        if first.kind == "page_break":
            return True
        if first.kind == "text":
            return False
        nodes = first.children
    return False


def _opening(body: tuple[Node, ...]) -> str:
    """The first words of the first paragraphs, cut at a word."""
    words = ""
    for node in body:
        if node.kind in ("paragraph", "list", "quote"):
            words = f"{words} {plain_text((node,))}".strip()
        if len(words) > OPENING:
            return words[:OPENING].rsplit(" ", 1)[0] + " …"
    return words
