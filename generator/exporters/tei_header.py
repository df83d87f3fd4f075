"""The header of a document's TEI file: what is known of the document, the volume it is printed in, and the edition."""

from __future__ import annotations

import re
from collections.abc import Iterable

from generator import urls
from generator.dates import EditionDate
from generator.document import Document, Party, Volume, plain_text
from generator.exporters.record import Record
from generator.exporters.tei_writer import escape

_TIME = re.compile(r"(T\d\d:\d\d)(?!:)")
_MARKS = re.compile(r"[~?%]")


def header(document: Document, record: Record) -> str:
    """Return ``teiHeader``."""
    title = f"{document.metadata.printed_number} {plain_text(document.title)}".strip()
    return "".join((
        "<teiHeader>\n<fileDesc>\n<titleStmt>\n",
        _element("title", title or record.name or document.id),
        *(_element("editor", name) for name in record.volume.editors),
        '<respStmt xml:id="edition"><resp>names and references that nobody marked up, found by the program of</resp>',
        f"<name>{escape(record.edition)}</name></respStmt>\n</titleStmt>\n",
        _publication(record),
        f"<seriesStmt>\n{_element('title', record.edition)}</seriesStmt>\n",
        f"<sourceDesc>\n{_volume(record.volume, record)}</sourceDesc>\n</fileDesc>\n",
        _profile(document, record),
        "</teiHeader>\n",
    ))  # fmt: skip


def _element(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text)}</{name}>\n" if text else ""


def _publication(record: Record) -> str:
    parts = [_element("publisher", record.publisher or record.volume.publisher or record.edition)]
    if record.base_url:
        parts.append(_element("idno", record.base_url + urls.address(record.path), ' type="URL"'))
    if record.licence:
        target = f' target="{escape(record.licence)}"' if re.fullmatch(r"https?://\S+", record.licence) else ""
        parts.append(f"<availability><licence{target}>{escape(record.licence)}</licence></availability>\n")
    return f"<publicationStmt>\n{''.join(parts)}</publicationStmt>\n"


def _volume(volume: Volume, record: Record) -> str:
    """The printed volume, as a bibliography names it."""
    pages = ""
    if record.first_page:
        last = record.last_page if record.last_page != record.first_page else ""
        words = f"{record.first_page}–{last}" if last else record.first_page
        cert = ' cert="medium"' if record.first_page_inferred else ""
        pages = _element("biblScope", words, f' unit="page"{cert}')
    return "".join((
        "<bibl>\n",
        _element("title", volume.title, ' level="m"'),
        _element("title", volume.subtitle, ' level="m" type="sub"'),
        _element("title", volume.subseries, ' level="s"'),
        *(_element("editor", name) for name in volume.editors),
        _element("editor", volume.general_editor, ' role="general"'),
        _element("biblScope", volume.number, ' unit="volume"'),
        _element("pubPlace", volume.place),
        _element("publisher", volume.publisher),
        _element("date", volume.year),
        pages,
        "</bibl>\n",
    ))  # fmt: skip


def _profile(document: Document, record: Record) -> str:
    meta = document.metadata
    creation = _date(meta.date) + (f"<placeName>{escape(meta.place)}</placeName>" if meta.place else "")
    words = [("kind", meta.kind), ("classification", meta.classification), *(("topic", topic) for topic in meta.topics)]
    terms = "".join(f'<term type="{name}">{escape(word)}</term>\n' for name, word in words if word)
    return "".join((
        "<profileDesc>\n",
        f"<creation>{creation}</creation>\n" if creation else "",
        f"<abstract><p>{escape(meta.summary)}</p></abstract>\n" if meta.summary else "",
        f'<langUsage><language ident="{escape(record.language)}"/></langUsage>\n',
        f"<textClass><keywords>\n{terms}</keywords></textClass>\n" if terms else "",
        _correspondence(document),
        "</profileDesc>\n",
    ))  # fmt: skip


def _correspondence(document: Document) -> str:
    meta = document.metadata
    if not meta.sender and not meta.addressee:
        return ""
    place = f"<placeName>{escape(meta.place)}</placeName>" if meta.place else ""
    sent = f"{_parties(meta.sender)}{place}{_date(meta.date)}"
    received = _parties(meta.addressee)
    actions = (("sent", sent), ("received", received))
    inside = "".join(f'<correspAction type="{kind}">{said}</correspAction>\n' for kind, said in actions if said)
    return f"<correspDesc>\n{inside}</correspDesc>\n"


def _parties(parties: Iterable[Party]) -> str:
    return "".join(
        f"<persName{f' key={chr(34)}{escape(party.person)}{chr(34)}' if party.person else ''}>{escape(party.name)}</persName>"
        for party in parties
    )


def _date(date: EditionDate | None) -> str:
    """A date with what its EDTF says in the attributes of TEI."""
    if date is None:
        return ""
    sure = (' cert="low"' if date.uncertain else "") + (' precision="low"' if date.approximate else "")
    return f"<date{_bounds(date)}{sure}>{escape(date.edtf)}</date>"


def _bounds(date: EditionDate) -> str:
    text = _TIME.sub(r"\1:00", _MARKS.sub("", date.edtf))
    first, span, last = text.partition("/")
    if not span:
        if re.fullmatch(r"\d{4}(-(0\d|1[0-2])(-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?)?)?", text):
            return f' when="{text}"'
        return f' notBefore="{date.start}" notAfter="{date.end}"'
    if first in ("", ".."):
        return f' notAfter="{date.end}"'
    if last in ("", ".."):
        return f' notBefore="{date.start}"'
    return f' from="{date.start}" to="{date.end}"'
