"""A TEI file cut into parts: documents, sections and chapters, each by its own bytes; and what the file says of
the volume: title page data, contents, persons, terms.

The parsed tree tells the structure, one scan of the bytes tells where each division begins and ends. A part's
bytes are the file's, so that an edit elsewhere leaves it alone. A page break between two documents belongs to
the beginning of the one it precedes; the contents printed in the volume are left out, since they are made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import msgspec

from generator import urls
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import Division, Entry, Volume
from generator.readers import Part, Split
from generator.readers.tei_builder import XML_ID, XML_LANG, Element, local
from generator.readers.tei_document import Context
from generator.readers.tei_metadata import title_of_header, updated
from generator.readers.tei_pointers import slug

_STRUCTURE = ("div", "div1", "div2", "div3", "div4", "div5", "div6", "div7", "titlePage", "front", "body", "back", "text", "group")  # fmt: skip
TAG = re.compile(
    rb"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|(/?)(?:[A-Za-z_][\w.-]*:)?(?:div[1-7]?|titlePage|front|body|back|text|group)"
    rb"(?=[\s/>])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>)",
    re.S,
)
MARK = re.compile(
    rb"<!--.*?-->|<\?.*?\?>|<(?:[A-Za-z_][\w.-]*:)?pb(?=[\s/>])(?:[^>\"']|\"[^\"]*\"|'[^']*')*>(?:\s*</(?:[\w.-]+:)?pb\s*>)?",
    re.S,
)
_NO_CONTENT = re.compile(rb"<!--.*?-->|<\?.*?\?>|\s+", re.S)
_DIVISION_KINDS = {
    "compilation": "compilation", "chapter": "chapter", "subchapter": "subchapter", "part": "compilation",
    "volume": "group", "book": "group", "appendix": "chapter",
}  # fmt: skip
_UNPRINTED = re.compile(r"d\d+[A-Za-z]*[-_]")
_PAGE_ID = re.compile(r"pg_(\S+)")
_encoder = msgspec.json.Encoder(order="deterministic")

_Mark = tuple[str | None, str | None, str | None]


class _Place(msgspec.Struct, frozen=True):
    """Where an element stands in the bytes: its start tag from ``start`` to ``inside``, its end tag from ``outside``
    to ``end``."""

    start: int
    inside: int
    outside: int
    end: int


def cut(reader: str, file: str, volume: str, data: bytes, root: Element) -> Split:
    """Cut the file ``data``, parsed as ``root``, into the parts of ``volume``."""
    elements = list(root.iter(*("{*}" + name for name in _STRUCTURE)))
    places = _places(data)
    documents = [e for e in elements if e.get("type") == "document" and _is_document(e)]
    holders = {a for d in documents for a in d.iterancestors()}
    in_folder = volume in PurePosixPath(file).parts[1:-1]
    is_volume = not in_folder or any(local(h).startswith("div") for h in holders)
    is_volume = is_volume or next(root.iter("{*}titlePage"), None) is not None
    stem = PurePosixPath(file).stem
    if len(places) != len(elements) or (len(documents) <= 1 and not is_volume):
        id = (documents[0].get(XML_ID) or "").strip() if documents else ""
        role = "document" if documents or not _is_section(elements) else "section"
        context = Context(role=role, whole=True)
        part = Part(reader, volume, _safe(id or stem), file, data, 1, _encoder.encode(context))
        return Split((part,))
    cutter = _Cutter(reader, file, volume, data, dict(zip(elements, places, strict=True)), holders)
    if not is_volume:
        cutter.rename(documents, stem)
        cutter.title = title_of_header(next((c for c in root if local(c) == "teiHeader"), None))
    cutter.updated = updated(next((c for c in root if local(c) == "teiHeader"), None))
    contents: list[Division] = []
    for text in (e for e in elements if local(e) == "text"):
        if not any(local(a) == "text" for a in text.iterancestors()):
            contents += cutter.walk(text, emitted=False)
    cutter.finish()
    if not cutter.parts:
        hint = 'Documents stand in <body>, each in a <div type="document"> with an xml:id.'
        cutter.diagnostics.append(diagnostic(Rule.MISSING_VALUE, "the file holds no document and no text", Span(file), hint=hint))  # fmt: skip
    described = _volume(volume, root, tuple(contents)) if is_volume else None
    return Split(tuple(cutter.parts), described, tuple(cutter.diagnostics))


def _places(data: bytes) -> list[_Place]:
    """The places of all structural elements, in the order of their start tags."""
    out: list[_Place | None] = []
    starts: list[tuple[int, int, int]] = []
    for tag in TAG.finditer(data):
        if tag[2] is None:
            continue
        if tag[1]:
            if not starts:
                return []
            at, start, inside = starts.pop()
            out[at] = _Place(start, inside, tag.start(), tag.end())
        elif tag[2].endswith(b"/"):
            out.append(_Place(tag.start(), tag.end(), tag.end(), tag.end()))
        else:
            starts.append((len(out), tag.start(), tag.end()))
            out.append(None)
    return [place for place in out if place is not None]


def _is_document(element: Element) -> bool:
    return local(element).startswith("div") and not any(
        a.get("type") == "document" for a in element.iterancestors()
    )  # fmt: skip


def _is_section(elements: Iterable[Element]) -> bool:
    """Whether a file of its own holds front or back matter: its first typed division says so."""
    kind = next((e.get("type") for e in elements if e.get("type")), "")
    return kind in ("section", "preface", "appendix", "introduction", "sources", "persons", "terms", "index")


def _safe(id: str) -> str:
    """``id`` if it can be an address, else the nearest that can."""
    if urls.is_id(id) and not urls.is_reserved(id, in_volume=True):
        return id
    made = slug(id).strip("._-")[:80] or "document"
    return made if urls.is_id(made) and not urls.is_reserved(made, in_volume=True) else f"section-{made}"


class _Cutter:
    """The parts cut so far, the marks that wait for the next part, and the printed page in force."""

    def __init__(
        self, reader: str, file: str, volume: str, data: bytes, places: dict[Element, _Place], holders: set[Element]
    ) -> None:
        self.reader = reader
        self.file = file
        self.volume = volume
        self.data = data
        self.places = places
        self.holders = holders
        self.parts: list[Part] = []
        self.contexts: list[Context] = []
        self.diagnostics: list[Diagnostic] = []
        self.marks: list[_Mark] = []
        self.page = ""
        self.ids: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.stem = ""
        self.title = ""
        self.updated: dict[str, str] = {}
        self._unnamed = 0
        self._counted = (0, 1)

    def rename(self, documents: Iterable[Element], stem: str) -> None:
        """Give the documents of one file among others ids that do not collide with those of the other files,
        unless they are numbered through as d1, d2 ..."""
        self.stem = _safe(stem)
        number = 0
        for document in documents:
            own = (document.get(XML_ID) or "").strip()
            if own and not re.match(r"d\d", own):
                self.renamed[own] = _safe(f"{stem}-{own}")
            elif not own:
                number += 1
                # Known by its place in the file; there is no pointing at it from the file itself.
                self.renamed[f"\0{number}"] = _safe(stem if number == 1 else f"{stem}-{number}")

    def walk(self, container: Element, *, emitted: bool) -> list[Division]:
        """Cut what ``container`` holds into parts; return its contents. ``emitted`` says that the container has a
        part itself, which takes what is no part of its own."""
        out: list[Division] = []
        waiting: list[Element] = []
        pages = {c for c in container if self._is_page(c)}
        after_own = False
        for child in container:
            name = local(child)
            if name == "pb":
                waiting.append(child)
            elif child in pages or name in ("front", "body", "back", "group") or (name == "text" and child in self.places):  # fmt: skip
                floating = waiting[-1:] if emitted and after_own else waiting
                self._wait(floating)
                waiting, after_own = [], False
                out += self._division(child)
            elif name:
                if not emitted:
                    self._wait([*waiting, *child.iter("{*}pb")])
                waiting, after_own = [], True
        if waiting and (pages or not emitted):
            self._wait(waiting)
        return out

    def finish(self) -> None:
        """Give marks behind the last part to that part."""
        if self.marks and self.parts:
            context = msgspec.structs.replace(self.contexts[-1], after=tuple(self.marks))
            self.parts[-1] = msgspec.structs.replace(self.parts[-1], context=_encoder.encode(context))

    def _is_page(self, element: Element) -> bool:
        """Whether a division stands on a page of its own."""
        name = local(element)
        if element not in self.places or element.tag.startswith("{http://www.w3.org/1999/xhtml}"):
            return False
        if name == "titlePage":
            return True
        if not name.startswith("div"):
            return False
        parent = element.getparent()
        if local(parent) in ("front", "body", "back", "text", "group") or element in self.holders:
            return True
        kind = element.get("type")
        if kind == "document":
            return True
        return kind in _DIVISION_KINDS and (parent in self.holders or parent.get("type") in _DIVISION_KINDS)

    def _wait(self, marks: Iterable[Element]) -> None:
        for mark in marks:
            self.marks.append((mark.get("n"), mark.get(XML_ID), mark.get("facs")))
            self.page = _printed(mark)

    def _division(self, e: Element) -> list[Division]:
        kind, name = e.get("type") or "", local(e)
        if kind == "toc":
            self._wait(e.iter("{*}pb"))
            return []
        if name in ("front", "body", "back", "group", "text"):
            return self._grouping(e)
        if name == "titlePage":
            return [Division("section", self._leaf(e, "section", "Title Page"), "Title Page")]
        if kind == "document":
            # Its title is the document's to tell: here it would make the contents change with every document.
            return [Division("document", self._leaf(e, "document", ""))]
        title = _title(e)
        if e in self.holders or any(self._is_page(c) for c in e):
            return self._chapter(e, kind, title)
        role = "chapter" if kind in _DIVISION_KINDS else "section"
        id = self._leaf(e, role, "")
        return [Division(_DIVISION_KINDS.get(kind, "section"), id, title)]

    def _grouping(self, e: Element) -> list[Division]:
        """Front, body or back: no page, unless words stand in it outside all divisions."""
        own = [c for c in e if local(c) not in ("", "pb", "group", "text") and not self._is_page(c)]
        if not any("".join(c.itertext()).strip() for c in own) and not (e.text or "").strip():
            return self.walk(e, emitted=False)
        id = self._emit(e, "section", self.title, self._own_bytes(e), self._marks_taken())
        return [Division("section", id), *self.walk(e, emitted=True)]

    def _chapter(self, e: Element, kind: str, title: str) -> list[Division]:
        own = [c for c in e if local(c) not in ("", "pb", "head") and not self._is_page(c)]
        has_text = bool((e.text or "").strip()) or any("".join(c.itertext()).strip() for c in own)
        named = _DIVISION_KINDS.get(kind, "group")
        if not e.get(XML_ID) and not has_text and next(e.iterfind("{*}head//{*}note"), None) is None:
            return [Division(named, "", title, tuple(self.walk(e, emitted=False)))]
        # A chapter that is a title only leaves the mark before it to its first document.
        id = self._emit(e, "chapter", "", self._own_bytes(e), self._marks_taken() if has_text else ())
        return [Division(named, id, title, tuple(self.walk(e, emitted=True)))]

    def _leaf(self, e: Element, role: str, title: str) -> str:
        place = self.places[e]
        id = self._emit(e, role, title, self.data[place.start : place.end], self._marks_taken())
        for mark in reversed(list(e.iter("{*}pb"))):
            # A note runs on to the next page while the text has not reached it.
            if not any(local(a) == "note" for a in mark.iterancestors()):
                self.page = _printed(mark)
                break
        return id

    def _marks_taken(self) -> tuple[_Mark, ...]:
        marks, self.marks = tuple(self.marks), []
        return marks

    def _emit(self, e: Element, role: str, title: str, data: bytes, marks: tuple[_Mark, ...]) -> str:
        line = self._line(self.places[e].start)
        id = self._id(e, role, line)
        parent = e.getparent()
        languages = (a.get(XML_LANG) for a in e.iterancestors())
        context = Context(
            role=role,
            namespaces={prefix or "": uri for prefix, uri in parent.nsmap.items() if prefix != "xml"},
            lang=next((lang for lang in languages if lang), ""),
            marks=marks,
            page=self.page,
            title=title,
            renamed={k: v for k, v in self.renamed.items() if not k.startswith("\0")},
            updated=self.updated.get((e.get(XML_ID) or "").strip(), "") if self.updated else "",
        )
        self.contexts.append(context)
        self.parts.append(Part(self.reader, self.volume, id, self.file, data, line, _encoder.encode(context)))
        return id

    def _line(self, at: int) -> int:
        """The line of the file on which byte ``at`` stands; places come in ascending order."""
        known, line = self._counted
        line += self.data.count(b"\n", known, at)
        self._counted = (at, line)
        return line

    def _id(self, e: Element, role: str, line: int) -> str:
        own = (e.get(XML_ID) or "").strip()
        if own:
            id = self.renamed.get(own) or _safe(own)
        elif role == "document":
            self._unnamed += 1
            number = slug((e.get("n") or "").strip())
            id = self.renamed.get(f"\0{self._unnamed}") or (f"d{number}" if number else f"d{self._unnamed}")
        else:
            made = self.stem if local(e) in ("front", "body", "back") else ""
            id = made or ("titlepage" if local(e) == "titlePage" else _safe(slug(e.get("type") or "") or "section"))
        name, number_of = id, 1
        while name.lower() in self.ids:
            number_of += 1
            name = f"{id}-{number_of}"
        if own and name != id:
            hint = "Give each document an xml:id of its own."
            message = f'the id "{own}" stands twice in this file; the second is published as "{name}"'
            self.diagnostics.append(diagnostic(Rule.DUPLICATE_ID, message, Span(self.file, line), hint=hint))
        self.ids.add(name.lower())
        return name

    def _own_bytes(self, e: Element) -> bytes:
        """The bytes of a chapter without the documents and chapters in it. Where words stand behind a document,
        line ends keep the count of lines true."""
        data, place = self.data, self.places[e]
        out = [data[place.start : place.inside]]
        at, waiting, after_own, kept = place.inside, 0, False, place.inside
        ends: list[tuple[int, int, int]] = []
        for child in e:
            if local(child) == "pb":
                waiting += 1
            elif self._is_page(child) or child in self.places:
                inner = self.places[child]
                ends.append((at, inner.start, min(waiting, 1) if after_own else waiting))
                at, waiting, after_own = inner.end, 0, False
            elif local(child):
                waiting, after_own = 0, True
        ends.append((at, place.outside, waiting if ends else 0))
        for i, (start, end, floating) in enumerate(ends):
            piece = _without_marks(data[start:end], floating)
            if i and not _NO_CONTENT.sub(b"", piece):
                continue
            out.append(b"\n" * data.count(b"\n", kept, start))
            out.append(piece)
            kept = start + len(piece)
        out.append(data[place.outside : place.end])
        return b"".join(out)


def _without_marks(piece: bytes, number: int) -> bytes:
    """``piece`` up to the last ``number`` page breaks in it."""
    if not number:
        return piece
    marks = [m for m in MARK.finditer(piece) if not m[0].startswith((b"<!", b"<?"))]
    return piece[: marks[-number].start()] if len(marks) >= number else piece


def _printed(mark: Element) -> str:
    """The printed page that begins at a mark; empty where pages are counted anew in each document."""
    id = (mark.get(XML_ID) or "").strip()
    if _UNPRINTED.match(id):
        return ""
    named = _PAGE_ID.match(id)
    label = mark.get("n")
    label = (named[1] if named else "") if label is None else label
    return label.strip().strip("[]").strip()


def _title(e: Element) -> str:
    """The words of a division's head, without its notes."""
    head = next((c for c in e if local(c) == "head"), None)
    return _words(head) if head is not None else ""


def _words(e: Element) -> str:
    return " ".join("".join(_texts(e)).split())


def _texts(e: Element) -> Iterator[str]:
    """The text of an element without its notes; a line's end separates words."""
    yield e.text or ""
    for child in e:
        name = local(child)
        if name == "lb":
            yield " "
        elif name and name != "note":
            yield from _texts(child)
        yield child.tail or ""


# The volume


def _volume(id: str, root: Element, contents: tuple[Division, ...]) -> Volume:
    """What the header, and where it is silent the title page, says of the volume."""
    header = next((c for c in root if local(c) == "teiHeader"), None)
    titles: dict[str, str] = {}
    editors: list[str] = []
    general = publisher = place = year = ""
    if header is not None:
        for e in header.iterfind("{*}fileDesc/{*}titleStmt/{*}title"):
            titles.setdefault(e.get("type") or "main", _words(e))
        for e in header.iterfind("{*}fileDesc/{*}titleStmt/{*}editor"):
            if "general" in (e.get("role") or ""):
                general = general or _words(e)
            elif _words(e):
                editors.append(_words(e))
        publisher = _first(header, "publisher")
        place = _first(header, "pubPlace")
        year = _year(header)
    if not any(titles.values()):
        for e in root.iter("{*}titlePart"):
            titles.setdefault({"volumetitle": "volume", "volumeno": "volumenumber"}.get(e.get("type") or "", e.get("type") or "main"), _words(e))  # fmt: skip
    whole = titles.get("complete") or titles.get("main") or ""
    number = titles.get("volumenumber") or titles.get("volume-number") or ""
    return Volume(
        id=id,
        title=titles.get("volume") or whole or titles.get("series") or id,
        subtitle=titles.get("sub") or titles.get("subtitle") or "",
        subseries=titles.get("subseries") or titles.get("sub-series") or "",
        number=re.sub(r"^Vol(?:ume|\.)\s+", "", number),
        editors=tuple(editors),
        general_editor=general,
        publisher=publisher,
        place=place,
        year=year,
        citation=whole if titles.get("volume") else "",
        contents=contents,
        persons=tuple(_entries(root, "names", "persName", "person")),
        terms=tuple(_entries(root, "terms", "term", "")),
    )


def _first(header: Element, name: str) -> str:
    for e in header.iterfind(f"{{*}}fileDesc/{{*}}publicationStmt/{{*}}{name}"):
        if _words(e):
            return _words(e)
    return ""


def _year(header: Element) -> str:
    """The year of publication, of the dates in the header the one that says so."""
    found = list(header.iterfind("{*}fileDesc/{*}publicationStmt/{*}date"))
    found.sort(key=lambda e: e.get("type") not in (None, "publication-date"))
    for e in found:
        year = re.search(r"\b(1[4-9]\d\d|20\d\d)\b", f"{_words(e)} {e.get('when') or ''}")
        if year:
            return year[1]
    return ""


def _entries(root: Element, kind: str, name: str, of_header: str) -> Iterator[Entry]:
    """The persons or terms of the volume's own lists."""
    seen: set[str] = set()
    for listing in root.iter("{*}list"):
        if listing.get("type") != kind:
            continue
        for item in listing.iterfind("{*}item"):
            named = next((e for e in item.iter(f"{{*}}{name}") if e.get(XML_ID)), None)
            if named is None:
                continue
            id, words = named.get(XML_ID).strip(), _words(named)
            if id not in seen:
                seen.add(id)
                about = _words(item)
                text = about[len(words) :] if about.startswith(words) else about
                yield Entry(id, words.rstrip(" ,;:"), text.lstrip(" ,;:"))
    if of_header:
        for person in root.iter(f"{{*}}{of_header}"):
            id = (person.get(XML_ID) or "").strip()
            names = [_words(e) for e in person.iter(f"{{*}}{name}")]
            if id and names and id not in seen:
                seen.add(id)
                about = "; ".join(w for e in person if local(e) != name and (w := _words(e)))
                yield Entry(id, names[0], about, tuple(names[1:]))
