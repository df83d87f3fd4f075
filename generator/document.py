"""The one model that all readers yield and that everything else reads.

A ``Document`` is a tree of ``Node`` of a closed set of kinds. ``Facts`` is all that other documents may ever
see of it. All are frozen plain values that msgspec can write down and read back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from generator.dates import EditionDate

Kind = Literal[
    # blocks
    "paragraph",  # n: the number printed before it; id: its anchor; rend: right, center, signed ...
    "heading",  # level: 2-6
    "list",  # type: ordered, bulleted, simple, label, participants, subject ...; start: first number
    "item",  # label: what is printed before it
    "label",  # in a list of type label: the term that the next item explains
    "table",
    "row",  # role: label for a head row
    "cell",  # role: label for a head cell; cols, rows: spans; align: left, center, right
    "quote",
    "verse",  # a line of verse or verse-like text
    "opener",
    "dateline",
    "salute",
    "closer",
    "signed",
    "postscript",
    "attachment",  # id: its anchor
    "section",  # a part with its own heading; id: its anchor
    "figure",  # url, alt, title
    "code_block",  # text
    "rule",  # a line across
    # inline
    "text",  # text
    "page_break",  # label: as printed; id: its anchor; facs: image
    "note_ref",  # note: the note's id; id: its own anchor; label: as printed
    "reference",  # see Reference: volume, document, part, value, certainty; found in prose: rule, continued
    "link",  # url: outside address of a safe scheme; title
    "person",  # person: id
    "term",  # term: id
    "place",  # place: id
    "emphasis",  # rend: italic (default), strong, underline, roman
    "small_caps",
    "superscript",
    "subscript",
    "deleted",
    "added",
    "gap",  # reason, extent
    "unclear",
    "supplied",
    "corrected",  # the reading shown; original: what the source has
    "abbreviation",  # expansion; found: set where the program knows the short form, and nobody marked it up
    "code",  # text
    "line_break",
    "span",  # class: nothing but a hook for styles; lang
]
"""The closed set of kinds; the comment beside each names the attributes it may carry. Every kind may carry
``lang`` and ``class`` (a style hook)."""

KINDS: frozenset[str] = frozenset(get_args(Kind))

BLOCKS: frozenset[str] = frozenset(get_args(Kind)[: get_args(Kind).index("text")])
"""Kinds that stand on lines of their own; a page break may stand among blocks or in a line."""


class Node(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """A piece of text. ``text`` is set for text, code and code_block only. ``line`` and ``column`` count from 1
    within the document's own source (see ``Part.line``)."""

    kind: Kind
    children: tuple[Node, ...] = ()
    attrs: dict[str, str] = {}
    text: str = ""
    line: int = 0
    column: int = 0


class Note(msgspec.Struct, frozen=True):
    """A footnote. ``id`` is its anchor (``d387fn1``), ``label`` as printed, ``kind`` foot, source or summary,
    ``refs`` the anchors of its references in reading order."""

    id: str
    label: str
    children: tuple[Node, ...]
    refs: tuple[str, ...] = ()
    kind: str = "foot"
    line: int = 0
    column: int = 0


class Reference(msgspec.Struct, frozen=True, array_like=True):
    """What a reference names, before it is known whether that exists.

    ``volume`` and ``document`` are ids, empty for this one. ``part`` says what within it: ``""`` (the whole),
    ``note`` (value: the label or id), ``page`` (value: the label as printed; counts in the volume),
    ``paragraph`` (value: the printed number, or ``p7``), ``attachment`` (its number), ``anchor`` (an xml:id).
    Prose names more (see ``generator.phrases.names`` for what then stands in ``volume`` and ``document``):
    ``page-notes`` (``124n``), ``chapter`` and ``appendix`` (its number), ``forthcoming`` (a volume not yet out),
    ``file`` (the number of an archival file, which leads nowhere). ``certainty`` is how sure it is that words found
    in prose are this reference: certain, likely, suggestion; empty where someone marked it up.
    """

    volume: str = ""
    document: str = ""
    part: str = ""
    value: str = ""
    certainty: str = ""


def reference_of(node: Node) -> Reference:
    """Return what a node of kind reference names."""
    get = node.attrs.get
    return Reference(get("volume", ""), get("document", ""), get("part", ""), get("value", ""), get("certainty", ""))


class Target(msgspec.Struct, frozen=True, array_like=True):
    """Where a reference leads, seen from the page it stands on. ``kind`` is document, page, note, paragraph,
    attachment, chapter, section or volume; ``status`` is resolved, elsewhere (on an outside site), or why it is neither:
    not-in-edition, unpublished, ambiguous, broken, or plain: words that are no reference after all; ``href`` is
    relative to the page, of a place elsewhere absolute, empty if it leads nowhere; ``title`` says in
    words what stands there; ``name`` is what to call it where the source gives no words; ``certainty`` is given
    where the link is not certain: likely, suggestion."""

    kind: str
    status: str
    href: str = ""
    title: str = ""
    name: str = ""
    certainty: str = ""


class Party(msgspec.Struct, frozen=True):
    """A sender or addressee: the name as given, and the id in the list of persons if known."""

    name: str
    person: str = ""


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a document as a whole. ``number`` is its number in the volume (``72A``),
    ``printed_number`` how the title prints it (``387.``, ``No. 462``, or nothing); ``status`` is published or
    draft; ``updated`` is the day on which the editors last changed it, as they say (``2026-11-20``); ``order`` is a free
    page's place in the site's menu."""

    number: str = ""
    printed_number: str = ""
    date: EditionDate | None = None
    place: str = ""
    kind: str = ""
    classification: str = ""
    sender: tuple[Party, ...] = ()
    addressee: tuple[Party, ...] = ()
    persons: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    first_page: str = ""
    status: str = "published"
    aliases: tuple[str, ...] = ()
    summary: str = ""
    updated: str = ""
    lang: str = ""
    order: int = 0


class Document(msgspec.Struct, frozen=True):
    """One document, section or chapter of a volume.

    ``role`` is document, section (preface, list of persons ...) or chapter (its introduction, which may be
    empty). ``source_line`` stands above the title, ``dateline`` below it. Notes stand in the order of their
    first reference.
    """

    volume: str
    id: str
    title: tuple[Node, ...]
    body: tuple[Node, ...]
    metadata: Metadata = Metadata()
    source_line: tuple[Node, ...] = ()
    dateline: tuple[Node, ...] = ()
    notes: tuple[Note, ...] = ()
    role: str = "document"


class Role(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person was, and when: ``since`` and ``until`` are days (``1953-01-21``), empty where not known."""

    text: str
    since: str = ""
    until: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person, term or place of a volume's list. ``text`` is the explanation, plain; ``names`` are other forms of
    the name; ``links`` lead to authority files; ``roles`` are offices with their times; entries of several volumes
    that give the same ``same`` are one; ``at`` is where a place lies, as latitude and longitude in degrees."""

    id: str
    name: str
    text: str = ""
    names: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    same: str = ""
    at: tuple[float, float] | None = None


class Division(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a volume's contents: kind document or section (a leaf: ``id`` names its page), or
    compilation, chapter, subchapter, group (with children, and a page of its own if it has an id)."""

    kind: str
    id: str = ""
    title: str = ""
    children: tuple[Division, ...] = ()


class ImageRun(msgspec.Struct, frozen=True, array_like=True):
    """Which pictures the printed pages have: from ``page`` on, the pages of the same numbering have those from ``image``
    on. A name instead of a number is the picture of that page alone, an empty one says that it has none. ``line`` is
    where volume.toml says so."""

    page: str
    image: int | str
    line: int = 0


class Volume(msgspec.Struct, frozen=True, omit_defaults=True):
    """A volume as a whole, from volume.toml and its lists, or from a TEI header. ``contents`` empty means:
    all documents in the order of their ids."""

    id: str
    title: str
    subtitle: str = ""
    subseries: str = ""
    number: str = ""
    editors: tuple[str, ...] = ()
    general_editor: str = ""
    publisher: str = ""
    place: str = ""
    year: str = ""
    first_page: str = ""
    last_page: str = ""
    facsimile: str = ""
    facsimile_images: tuple[ImageRun, ...] = ()
    citation: str = ""
    summary: str = ""
    contents: tuple[Division, ...] = ()
    persons: tuple[Entry, ...] = ()
    terms: tuple[Entry, ...] = ()
    places: tuple[Entry, ...] = ()


class PageFact(msgspec.Struct, frozen=True, array_like=True):
    """A page mark: label, anchor, whether it stands in a note (whose page does not advance the text), and what the
    source says of its picture."""

    label: str
    anchor: str
    in_note: bool = False
    facs: str = ""


class NoteFact(msgspec.Struct, frozen=True, array_like=True):
    """A note as others see it: anchor, label."""

    anchor: str
    label: str


class ParagraphFact(msgspec.Struct, frozen=True, array_like=True):
    """A paragraph with a printed number, or an attachment (number 1, 2 ...): number and anchor."""

    number: str
    anchor: str


class MentionFact(msgspec.Struct, frozen=True, array_like=True):
    """A person, term or image that a document names: its id (or address), and where it does so first (line 0: in
    the front matter)."""

    id: str
    line: int = 0
    column: int = 0


class ReferenceFact(msgspec.Struct, frozen=True, array_like=True):
    """A reference made here: what it names, the anchor of the note or paragraph it stands in, how that place
    is called (``note 3``), the words of the reference, and its place in the source."""

    reference: Reference
    anchor: str
    place: tuple[str, str]
    words: str
    line: int
    column: int


class RoleFact(msgspec.Struct, frozen=True, array_like=True):
    """What a person of the volume's list has to do with a document: ``role`` is sender, addressee, participant,
    drafter, clearance or approver."""

    role: str
    person: str


class SourceNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a document's source note or source line says of where it comes from, in the note's own words: the archive,
    the collection (record group, files, box), the number of the file, its classification and precedence, and who
    drafted, cleared, approved, initialed it. Empty where the note does not say."""

    repository: str = ""
    collection: str = ""
    file: str = ""
    classification: str = ""
    precedence: str = ""
    drafted: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that other documents may see of a document. ``digest`` is that of the whole document."""

    volume: str
    id: str
    role: str
    title: str
    metadata: Metadata
    digest: bytes
    source_line: str = ""
    dateline: str = ""
    opening: str = ""
    pages: tuple[PageFact, ...] = ()
    starts_on_mark: bool = False
    notes: tuple[NoteFact, ...] = ()
    paragraph_count: int = 0
    paragraphs: tuple[ParagraphFact, ...] = ()
    attachments: tuple[ParagraphFact, ...] = ()
    anchors: tuple[str, ...] = ()
    references: tuple[ReferenceFact, ...] = ()
    persons: tuple[MentionFact, ...] = ()
    terms: tuple[MentionFact, ...] = ()
    places: tuple[MentionFact, ...] = ()
    roles: tuple[RoleFact, ...] = ()
    source: SourceNote | None = None
    images: tuple[MentionFact, ...] = ()


_SILENT = frozenset(("note_ref", "page_break"))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f\\]|^//")
_SAFE_SCHEMES = frozenset(("http:", "https:", "mailto:"))


def plain_text(nodes: Iterable[Node]) -> str:
    """Return the words of ``nodes`` as one run: no references to notes, no page marks, single spaces.

    A word with a page mark inside it stays one word; blocks, cells and line breaks separate words.
    """
    out: list[str] = []
    _collect(nodes, out)
    return " ".join("".join(out).split())


def _collect(nodes: Iterable[Node], out: list[str]) -> None:
    for node in nodes:
        kind = node.kind
        if kind == "text":
            out.append(node.text)
        elif kind in _SILENT:
            continue
        elif kind in BLOCKS or kind == "line_break":
            out.append(" ")
            out.append(node.text)
            _collect(node.children, out)
            out.append(" ")
        else:
            out.append(node.text)
            _collect(node.children, out)


def is_safe_url(url: str) -> bool:
    """Whether a page may carry a link to ``url``: http, https or mailto, or a path within the site."""
    if not url or _UNSAFE_IN_URL.search(url):
        return False
    scheme = _SCHEME.match(url)
    return not scheme or scheme[0].lower() in _SAFE_SCHEMES
