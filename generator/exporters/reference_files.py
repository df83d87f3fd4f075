"""A document for programs that keep references: as BibTeX, RIS and CSL-JSON.

All of them know it as a part of a book, the volume, since that is how every style cites it. What kind of document it is
(a telegram, a letter) and when it was written are said beside that, where the format has a place for it: a letter of
1953 that is printed in a volume of 1983 is of both years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from generator import source_notes, urls
from generator.dates import EditionDate
from generator.document import Document, Volume, plain_text
from generator.exporters import citations
from generator.exporters.citations import Source, Work, chicago_date
from generator.exporters.personal_names import Name
from generator.exporters.record import Record


def csl_json(document: Document, record: Record) -> str:
    """Return the document as CSL-JSON: a list with one item."""
    source, work = _cited(document, record)
    metadata, note = document.metadata, source_notes.parse(document)
    item: dict[str, Any] = {
        "id": key_of(document),
        "type": "chapter",
        "title": source.title,
        "author": [_csl_name(name) for name in source.authors],
        "recipient": [_csl_name(name) for name in source.recipients],
        "container-title": work.title,
        "collection-title": work.series,
        "editor": [_csl_name(name) for name in work.editors],
        "collection-editor": [_csl_name(name) for name in work.general_editors],
        "volume": work.number,
        "part-number": work.part,
        "chapter-number": source.number,
        "page": _pages(source, "-"),
        "publisher": work.publisher,
        "publisher-place": work.place,
        "issued": {"date-parts": [[int(work.year)]]} if work.year.isdecimal() else {},
        "original-date": _csl_date(source.date) if source.date else {},
        "genre": source.kind,
        "event-place": source.place,
        "archive": note.repository if note else "",
        "archive_location": ", ".join(filter(None, (note.collection, note.file))) if note else "",
        "abstract": metadata.summary,
        "keyword": ", ".join(metadata.topics),
        "URL": source.address,
        "language": record.language,
    }
    kept = {name: value for name, value in item.items() if value}
    return msgspec.json.format(msgspec.json.encode([kept]), indent=1).decode() + "\n"


def bibtex(document: Document, record: Record) -> str:
    """Return the document as an entry of BibTeX."""
    source, work = _cited(document, record)
    metadata = document.metadata
    written = chicago_date(source.date)
    told = ", ".join(filter(None, (source.kind, source.place, written)))
    number = f"Document {source.number}" if source.number else ""
    volume = work.volume.removeprefix("vol. ")
    fields = {
        "author": _bibtex_names(source.authors),
        "title": f"{{{_tex(source.title)}}}",
        "booktitle": f"{{{_tex(work.title)}}}",
        "editor": _bibtex_names(work.editors),
        "series": f"{{{_tex(work.series)}}}" if work.series else "",
        "volume": _tex(volume),
        "publisher": f"{{{_tex(work.publisher)}}}" if work.publisher else "",
        "address": _tex(work.place),
        "year": _tex(work.year or (source.date.start[:4] if source.date else "")),
        "pages": _tex(_pages(source, "–")),
        "note": _tex("; ".join(filter(None, (number, told)))),
        "url": source.address,
        "langid": _tex(record.language),
        "abstract": _tex(metadata.summary),
        "keywords": _tex(", ".join(metadata.topics)),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    body = ",\n".join(lines)
    return f"@incollection{{{key_of(document)},\n{body}\n}}\n"


def ris(document: Document, record: Record) -> str:
    """Return the document in RIS, with the ends of lines that the format asks for."""
    source, work = _cited(document, record)
    metadata = document.metadata
    number = f"Document {source.number}" if source.number else ""
    pairs: list[tuple[str, str]] = [
        ("TY", "CHAP"),
        ("ID", key_of(document)),
        *(("AU", name.inverted()) for name in source.authors),
        ("TI", source.title),
        ("T2", work.title),
        *(("A2", name.inverted()) for name in work.editors),
        ("T3", work.series),
        *(("A3", name.inverted()) for name in work.general_editors),
        ("VL", work.volume.removeprefix("vol. ")),
        ("PB", work.publisher),
        ("CY", work.place),
        ("PY", work.year or (source.date.start[:4] if source.date else "")),
        ("OP", chicago_date(source.date)),
        ("SP", source.first),
        ("EP", source.last if source.last != source.first else ""),
        ("M3", source.kind),
        ("N1", "; ".join(filter(None, (number, source.place, chicago_date(source.date))))),
        ("AB", metadata.summary),
        *(("KW", topic) for topic in metadata.topics),
        ("UR", source.address),
        ("LA", record.language),
    ]
    lines = [f"{tag}  - {_line(value)}" for tag, value in pairs if value]
    return "\r\n".join([*lines, "ER  - "]) + "\r\n"


def key_of(document: Document) -> str:
    """The key under which the three formats know a document: ``frus1952-54v01p1-d387``."""
    return f"{document.volume}-{document.id}"


def _cited(document: Document, record: Record) -> tuple[Source, Work]:
    """A document and its volume, as citations name them."""
    work = _work(record.volume, record.edition, record.publisher)
    address = record.base_url + urls.address(record.path) if record.base_url else ""
    pages = record.first_page, record.last_page
    return citations.source_from(
        plain_text(document.title), document.metadata, dict(record.persons), pages, address
    ), work


@lru_cache(maxsize=8)
def _work(volume: Volume, edition: str, publisher: str) -> Work:
    return citations.work_of(volume, edition, publisher)


def _pages(source: Source, dash: str) -> str:
    return source.first if source.first == source.last else f"{source.first}{dash}{source.last}"


def _csl_name(name: Name) -> dict[str, str]:
    if name.literal:
        return {"literal": name.straight()}
    parts = {"family": name.family, "given": name.given, "non-dropping-particle": name.particle, "suffix": name.suffix}
    return {part: value for part, value in parts.items() if value}


def _csl_date(date: EditionDate) -> Mapping[str, Any]:
    parts = [[*map(int, day.split("-"))] for day in (date.start, date.end)]
    match date.precision:
        case "day":
            parts = parts[:1]
        case "month":
            parts = [parts[0][:2]]
        case "year":
            parts = [parts[0][:1]]
    return {"date-parts": parts, "circa": True} if date.approximate or date.uncertain else {"date-parts": parts}


def _bibtex_names(names: Iterable[Name]) -> str:
    """``von Brentano, Heinrich and Sanford, Jr., William F. and {Department of State}``."""
    out = []
    for name in names:
        if name.literal:
            out.append(f"{{{_tex(name.straight())}}}")
        else:
            parts = filter(None, (name.surname, name.suffix, name.given))
            # A part with ``and`` or a comma in it would be taken for two names.
            out.append(", ".join(f"{{{_tex(p)}}}" if re.search(r",|\band\b", p) else _tex(p) for p in parts))
    return " and ".join(out)


_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "–": "--",
    "—": "---",
    "\u00a0": "~",
}
_TEX_SPECIAL = re.compile("[" + re.escape("".join(_TEX)) + "]")


def _tex(text: str) -> str:
    return _TEX_SPECIAL.sub(lambda found: _TEX[found[0]], re.sub(r"[ \t\r\n]+", " ", text))


def _line(text: str) -> str:
    """Text on one line: what follows a break would be taken for a tag."""
    return " ".join(text.split())
