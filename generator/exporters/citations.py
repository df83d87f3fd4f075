"""How to cite a document: in the form of the house, after Chicago, MLA and APA, by document and by page.

What is the same for all documents of a volume is put together once (``Work``). A citation is a run of pieces, some of
them in italics; the piece that says where in the volume the document or a page of it stands (``Locator``) is told
apart, so that a page or passage can be cited in the same words. The styles are English, whatever the interface is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from generator.catalog import page_range
from generator.dates import EditionDate
from generator.document import Facts, Metadata, Party, Volume
from generator.exporters import personal_names
from generator.exporters.personal_names import Name, listed
from generator.phrases import names

Piece = tuple[str, str]
"""Words, and how they are set: ``""``, ``"em"`` (italics), or ``"at"`` (the locator)."""

Citation = tuple[Piece, ...]

STYLES = ("house", "chicago", "mla", "apa")


class Work(msgspec.Struct, frozen=True):
    """A volume as citations name it. ``series`` is the title of the whole it belongs to, with its years; ``number``
    and ``part`` are as arabic numbers (``19``, ``1``; ``E-15``); ``edition`` is the title of the site. The other fields
    are what the styles say of it between the document's own part and the locator."""

    title: str
    series: str
    number: str
    part: str
    editors: tuple[Name, ...]
    general_editors: tuple[Name, ...]
    publisher: str
    place: str
    year: str
    edition: str
    house: Citation
    note: Citation
    entry: Citation
    imprint: str
    mla: Citation
    mla_series: Citation
    apa_editors: str
    apa: Citation

    @property
    def volume(self) -> str:
        """``vol. 19, pt. 1``, or nothing."""
        return _volume(self.number, self.part)


class Source(msgspec.Struct, frozen=True):
    """A document as citations name it. ``number`` is its number in the volume, ``by_number`` whether the volume prints
    it, so that the document is cited by it rather than by its pages (``first`` and ``last``); ``authors`` are who sent
    it, ``recipients`` who got it; ``address`` is its public address, or empty."""

    title: str
    kind: str
    place: str
    date: EditionDate | None
    authors: tuple[Name, ...]
    recipients: tuple[Name, ...]
    number: str
    by_number: bool
    first: str
    last: str
    address: str


class Locator(msgspec.Struct, frozen=True, array_like=True):
    """How a style says where: ``whole`` for the document, and for one page and for several what stands before their
    labels."""

    whole: str
    page: str
    pages: str


def work_of(volume: Volume, edition: str, publisher: str = "") -> Work:
    """Return what citations say of a ``volume`` of the ``edition`` with that title; ``publisher`` is the edition's, for
    volumes that name none."""
    series, number, part, title = _parts(volume)
    full = f"{title}: {volume.subtitle}" if volume.subtitle else title
    editors = tuple(map(personal_names.split, volume.editors))
    general = (personal_names.split(volume.general_editor),) if volume.general_editor else ()
    publisher = volume.publisher or publisher
    imprint = ", ".join(filter(None, (": ".join(filter(None, (volume.place, publisher))), volume.year)))
    straight = [name.straight() for name in editors]
    return Work(
        title=full,
        series=series,
        number=number,
        part=part,
        editors=editors,
        general_editors=general,
        publisher=publisher,
        place=volume.place,
        year=volume.year,
        edition=edition,
        house=_house(volume, series, title, straight, imprint),
        note=_note(series, number, part, full, straight, general, imprint),
        entry=_entry(series, number, part, full, straight, general),
        imprint=imprint,
        mla=_mla(full, straight, publisher, volume.year),
        mla_series=_mla_series(series, number, part),
        apa_editors=_apa_editors(editors),
        apa=_apa(series, number, part, full),
    )


Persons = Mapping[str, str]
"""The names of the volume's list of persons, by id."""


def source_of(facts: Facts, persons: Persons, address: str = "") -> Source:
    """Return what citations say of a document, which stands at the public ``address``."""
    pages = page_range(facts)
    return source_from(facts.title, facts.metadata, persons, (pages.first, pages.last), address)


def source_from(
    title: str, metadata: Metadata, persons: Persons, pages: tuple[str, str] = ("", ""), address: str = ""
) -> Source:
    """The same for a document known by its title, in plain words, by its ``metadata``, and its first and last page."""
    return Source(
        title=title,
        kind=metadata.kind,
        place=metadata.place,
        date=metadata.date,
        authors=_names(metadata.sender, persons),
        recipients=_names(metadata.addressee, persons),
        number=metadata.number,
        by_number=bool(metadata.number and (metadata.printed_number or not pages[0])),
        first=pages[0],
        last=pages[1],
        address=address,
    )


def locators(source: Source) -> dict[str, Locator]:
    """How each style says where ``source`` stands. ``house-page`` is the form of the house by page, if there are pages
    and the first form is by number."""
    first, last, number = source.first, source.last, source.number
    pages = _pages(first, last) if first else ""
    if source.by_number:
        found = {
            "house": Locator(f"Document {number}", f"Document {number}, p. ", f"Document {number}, pp. "),
            "chicago": Locator(f"doc. {number}", f"doc. {number}, p. ", f"doc. {number}, pp. "),
            "mla": Locator(f"doc. {number}", f"doc. {number}, p. ", f"doc. {number}, pp. "),
            "apa": Locator(
                f"Document {number}{f'; {pages}' if pages else ''}", f"Document {number}, p. ", f"Document {number}, pp. "
            ),
        }  # fmt: skip
    elif first:
        short = short_range(first, last)
        found = {
            "house": Locator(pages, "p. ", "pp. "),
            "chicago": Locator(short, "", ""),
            "mla": Locator(f"p. {first}" if first == last else f"pp. {short}", "p. ", "pp. "),
            "apa": Locator(pages, "p. ", "pp. "),
        }
    else:
        found = dict.fromkeys(STYLES, Locator("", "p. ", "pp. "))
    if source.by_number and first:
        found["house-page"] = Locator(pages, "p. ", "pp. ")
    return found


def cite(source: Source, work: Work, places: Mapping[str, Locator] | None = None) -> dict[str, Citation]:
    """Return the citations of a document by name: ``house``, ``house-page`` (by page, where the first is by number),
    ``chicago`` (a note), ``chicago-entry`` (its bibliography entry), ``mla``, ``apa``. ``places`` are its locators, if they are at hand."""
    at = {name: locator.whole for name, locator in (places or locators(source)).items()}
    found = {"house": (*work.house, *_at(", ", at["house"]), (".", ""))}
    if "house-page" in at:
        found["house-page"] = (*work.house, *_at(", ", at["house-page"]), (".", ""))
    found["chicago"] = _merged(_chicago_note(source, work, at["chicago"]))
    found["chicago-entry"] = _merged(_chicago_entry(source, work))
    found["mla"] = _merged(_mla_entry(source, work, at["mla"]))
    found["apa"] = _merged(_apa_entry(source, work, at["apa"]))
    return found


def html(citation: Iterable[Piece], at: Locator | None = None) -> str:
    """Return a citation as HTML: italics as ``cite``, the locator in an element that says how pages are cited."""
    out = []
    for words, how in citation:
        text = _escaped(words)
        if how == "em":
            text = f"<cite>{text}</cite>"
        elif how and at:
            text = (
                f'<span class="locator" data-page="{_escaped(at.page)}" data-pages="{_escaped(at.pages)}">{text}</span>'
            )
        out.append(text)
    return "".join(out)


def _escaped(text: str) -> str:
    # Most pieces need nothing, which is quicker to see than to make anew.
    if "&" in text or "<" in text or ">" in text or '"' in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text


def plain(citation: Iterable[Piece]) -> str:
    """Return a citation without its italics."""
    return "".join(words for words, _ in citation)


# The volume


_VOLUME = re.compile(r",?\s*\b[Vv]ol(?:ume|\.)\s+")


def _parts(volume: Volume) -> tuple[str, str, str, str]:
    """Series with its years, number, part and title of a volume. The series is what the subseries names, or what
    stands first in ``citation``."""
    title = volume.title.strip()
    name = names.name_of(volume)
    number, part = name.number, name.part
    if number and number not in volume.number and number.startswith("E"):
        number = f"E-{number[1:]}"
    subseries = volume.subseries.strip()
    if subseries and subseries in title and (not volume.number or volume.number in title):
        return "", "", "", title  # the title says it all
    if re.search(r"[^\W\d]", subseries):
        return subseries, number or volume.number, part, title
    given = volume.citation
    places = [at for word in (title, volume.subseries) if word and (at := given.find(word)) >= 0]
    if found := _VOLUME.search(given):
        places.append(found.start())
    series = given[: min(places)].rstrip(" ,.:;") if places else ""
    years = subseries.replace("-", "–")
    if series and years:
        series = f"{series}, {years}"
    elif not series:
        series = years
    return series, number or volume.number, part, title


def _house(volume: Volume, series: str, title: str, editors: list[str], imprint: str) -> Citation:
    """*Foreign Relations of the United States*, 1969–1976, Volume XIX, Part 1, Korea, eds. A and B (Place: House, Year)."""
    number = f"Volume {volume.number}" if volume.number and volume.number not in title else ""
    name = volume.citation or ", ".join(filter(None, (series, number, title)))
    # The series is set in italics, its years are not; where there is none, the whole name is.
    in_series = re.sub(r",\s*\d[\d\s–-]*$", "", series)
    cut = len(in_series) if in_series and name.startswith(in_series) else 0
    if not cut and volume.citation and (found := re.search(r"[,.:;]\s", name)):
        cut = found.start()
    head: list[Piece] = [(name[: cut or None], "em"), (name[cut:] if cut else "", "")]
    if editors:
        head.append((f", {'ed.' if len(editors) == 1 else 'eds.'} {listed(editors)}", ""))
    if imprint:
        head.append((f" ({imprint})", ""))
    return _merged(head)


def _volume(number: str, part: str, word: str = "vol.", of_part: str = "pt.") -> str:
    if not number:
        return f"{of_part} {part}" if part else ""
    return f"{word} {number}, {of_part} {part}" if part else f"{word} {number}"


def _note(
    series: str, number: str, part: str, title: str, editors: list[str], general: tuple[Name, ...], imprint: str
) -> Citation:
    """*Series*, ed. General Editor, vol. 21, *Title*, ed. A and B (Place: House, Year)."""
    out: list[Piece] = []
    if series:
        out.append((series, "em"))
        if general:
            out.append((f", ed. {listed([name.straight() for name in general])}", ""))
        if volume := _volume(number, part):
            out.append((f", {volume}", ""))
        out.append((", ", ""))
    out.append((title, "em"))
    if editors:
        out.append((f", ed. {listed(editors)}", ""))
    if imprint:
        out.append((f" ({imprint})", ""))
    return tuple(out)


def _entry(
    series: str, number: str, part: str, title: str, editors: list[str], general: tuple[Name, ...]
) -> Citation:  # fmt: skip
    """*Series*. Edited by General Editor. Vol. 21, *Title*, edited by A and B."""
    out: list[Piece] = []
    if series:
        out += [(series, "em"), (". ", "")]
        if general:
            out.append((f"Edited by {listed([name.straight() for name in general])}. ", ""))
        if volume := _volume(number, part, "Vol."):
            out.append((f"{volume}, ", ""))
    out.append((title, "em"))
    if editors:
        out.append((f", edited by {listed(editors)}", ""))
    return tuple(out)


def _mla(title: str, editors: list[str], publisher: str, year: str) -> Citation:
    """*Title*, edited by A et al., House, Year."""
    out: list[Piece] = [(title, "em")]
    if editors:
        out.append((f", edited by {listed(editors, most=2)}", ""))
    for words in (publisher, year):
        if words:
            out.append((f", {words}", ""))
    return tuple(out)


def _mla_series(series: str, number: str, part: str) -> Citation:
    """Vol. 19, pt. 1 of *Series*."""
    if not series:
        return ()
    volume = _volume(number, part, "Vol.")
    return ((f"{volume} of ", ""), (series, "em"), (". ", "")) if volume else ((series, "em"), (". ", ""))


def _apa_editors(editors: tuple[Name, ...]) -> str:
    """A. B. Editor & C. Editor (Eds.)"""
    if not editors:
        return ""
    shown = [" ".join(filter(None, (name.initials, name.surname, name.suffix))) for name in editors]
    several = f"{', '.join(shown[:-1])}{',' if len(shown) > 2 else ''} & {shown[-1]}" if len(shown) > 1 else shown[0]
    return f"{several} ({'Ed.' if len(shown) == 1 else 'Eds.'})"


def _apa(series: str, number: str, part: str, title: str) -> Citation:
    """*Series: Vol. 19, Pt. 1. Title*."""
    volume = _volume(number, part, "Vol.", "Pt.")
    if not series:
        return ((title, "em"),)
    return ((f"{series}: {volume}. {title}" if volume else f"{series}: {title}", "em"),)


# The document


def _names(parties: tuple[Party, ...], persons: Persons) -> tuple[Name, ...]:
    """Who sent or got a document, under the name that the list of persons gives them: a text says ``Kissinger``."""
    return tuple(personal_names.split(persons.get(p.person, p.name), p.person in persons) for p in parties)


def _told(source: Source) -> str:
    """Place and date of a document, unless its title ends with them."""
    date = chicago_date(source.date)
    if date and date in source.title:
        return ""
    return ", ".join(filter(None, (source.place, date)))


def _chicago_note(source: Source, work: Work, at: str) -> list[Piece]:
    out: list[Piece] = []
    if source.authors and source.recipients:
        who = f"{listed([n.straight() for n in source.authors])} to {listed([n.straight() for n in source.recipients])}"
        out.append((", ".join(filter(None, (who, source.kind, source.place, chicago_date(source.date)))), ""))
    else:
        author = f"{listed([n.straight() for n in source.authors])}, " if source.authors else ""
        out.append((author + quoted(source.title, ","), ""))
        if told := _told(source):
            out.append((f" {told},", ""))
        out.append((" in ", ""))
        out += [*work.note, *_at(", ", at)]
        return [*out, *_address(", ", source.address), (".", "")]
    return [*out, (", in ", ""), *work.note, *_at(", ", at), *_address(", ", source.address), (".", "")]


def _chicago_entry(source: Source, work: Work) -> list[Piece]:
    out: list[Piece] = []
    if source.authors:
        first, *more = source.authors
        out.append((_stopped(_heading(first, more)) + " ", ""))
    out.append((quoted(source.title, ".") + " ", ""))
    if told := _told(source):
        out.append((_stopped(told) + " ", ""))
    out += [("In ", ""), *work.entry]
    if source.by_number:
        out.append((f", doc. {source.number}", ""))
    elif source.first:
        out.append((f", {short_range(source.first, source.last)}", ""))
    out.append((f". {work.imprint}" if work.imprint else "", ""))
    return [*out, *_address(". ", source.address), (".", "")]


def _mla_entry(source: Source, work: Work, at: str) -> list[Piece]:
    out: list[Piece] = []
    if source.authors:
        first, *more = source.authors
        out.append((_stopped(_heading(first, more, most=2)) + " ", ""))
    out.append((quoted(source.title, ".") + " ", ""))
    if date := _date_mla(source.date):
        out.append((_stopped(date) + " ", ""))
    out += [*work.mla, *_at(", ", at), (". ", ""), *work.mla_series]
    if source.address:
        address = source.address.partition("://")[2]
        out += [(address, "")] if work.series == work.edition else [(work.edition, "em"), (f", {address}", "")]
        out.append((".", ""))
    return out


def _apa_entry(source: Source, work: Work, at: str) -> list[Piece]:
    title = f"{source.title} [{source.kind[0].upper()}{source.kind[1:]}]" if _tells(source) else source.title
    year = work.year or (source.date.start[:4].lstrip("0") if source.date else "") or "n.d."
    out: list[Piece] = []
    if source.authors:
        shown = [name.with_initials() for name in source.authors]
        comma = "," if len(shown) > 2 or "," in shown[0] else ""
        who = f"{', '.join(shown[:-1])}{comma} & {shown[-1]}" if len(shown) > 1 else shown[0]
        out.append((f"{_stopped(who)} ({year}). {_stopped(title)} In ", ""))
    else:
        out.append((f"{_stopped(title)} ({year}). In ", ""))
    if work.apa_editors:
        out.append((f"{work.apa_editors}, ", ""))
    out += work.apa
    if at:
        out += [(" (", ""), (at, "at"), (")", "")]
    out.append((". ", ""))
    if work.publisher:
        out.append((_stopped(work.publisher) + " ", ""))
    if source.address:
        out.append((source.address + " ", ""))
    if work.year and source.date and (written := source.date.start[:4].lstrip("0")) != work.year:
        end = source.date.end[:4].lstrip("0")
        out.append((f"(Original work written {written if end == written else f'{written}–{end}'})", ""))
    return out


def _heading(first: Name, more: list[Name], most: int = 0) -> str:
    """The authors at the head of an entry, where the first one is inverted: ``Ash, Roy L., and Henry A. Kissinger``."""
    head = first.inverted()
    if len(more) == 1 and "," in head:
        return f"{head}, and {more[0].straight()}"
    if most and len(more) >= most and "," in head:
        return f"{head}, et al."
    return listed([head, *(name.straight() for name in more)], most=most)


def _tells(source: Source) -> bool:
    """Whether the kind of a document says what its title does not."""
    return bool(source.kind) and source.kind.lower() not in source.title.lower()


def _at(before: str, at: str) -> Citation:
    return ((before, ""), (at, "at")) if at else ()


def _address(before: str, address: str) -> Citation:
    return ((before + address, ""),) if address else ()


def _merged(pieces: Iterable[Piece]) -> Citation:
    """Pieces that are set alike, made one; empty ones left out, and no space at the end."""
    out: list[Piece] = []
    for words, how in pieces:
        if out and out[-1][1] == how:
            out[-1] = (out[-1][0] + words, how)
        elif words:
            out.append((words, how))
    if out and out[-1][0].endswith(" "):
        out[-1] = (out[-1][0].rstrip(), out[-1][1])
    return tuple(out)


_STRAIGHT = re.compile(r'"([^"]*)"')
_QUOTES = str.maketrans("“”", "‘’")


def quoted(title: str, stop: str) -> str:
    """A title in quotation marks, with the comma or full stop that follows it inside; quotation marks within it
    become single."""
    inner = title
    if '"' in inner or "“" in inner or "”" in inner:
        inner = _STRAIGHT.sub(r"‘\1’", inner).translate(_QUOTES)
    end = "”"
    if title.endswith(("”", '"')):
        inner, end = inner[:-1], "’”"
    if inner.endswith(("?", "!")) or (stop == "." and inner.endswith(".")):
        return f"“{inner}{end}"
    return f"“{inner}{stop}{end}"


def _stopped(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."


# Pages and dates


def _pages(first: str, last: str) -> str:
    """``p. 7``, ``pp. 1018–1020``."""
    return f"p. {first}" if first == last else f"pp. {first}–{last}"


def short_range(first: str, last: str) -> str:
    """A range of pages as Chicago and MLA shorten it: ``1018–20``, ``101–8``, ``100–104``, ``989–1012``."""
    if first == last:
        return first
    if not (first.isdecimal() and last.isdecimal()) or len(first) != len(last) or int(first) < 100 or int(first) % 100 == 0:  # fmt: skip
        return f"{first}–{last}"
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), len(last))
    if len(last) - same > 2 and len(last) > 3:
        return f"{first}–{last}"
    keep = 1 if int(first) % 100 < 10 else 2
    return f"{first}–{last[min(same, len(last) - keep) :]}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def chicago_date(date: EditionDate | None) -> str:
    """Return a date as Chicago writes it: ``October 7, 1953``; nothing for None."""
    if date is None:
        return ""
    first, last = date.start, date.end
    match date.precision:
        case "day":
            words = f"{_month(first)} {int(first[8:])}, {_year(first)}"
        case "month":
            words = f"{_month(first)} {_year(first)}"
        case "year":
            words = _year(first)
        case _ if first[:7] == last[:7]:
            words = f"{_month(first)} {int(first[8:])}–{int(last[8:])}, {_year(first)}"
        case _ if first.endswith("-01-01") and last.endswith("-12-31"):
            words = f"{_year(first)}–{_year(last)}"
        case _:
            year = "" if first[:4] == last[:4] else f", {_year(first)}"
            words = f"{_month(first)} {int(first[8:])}{year}–{_month(last)} {int(last[8:])}, {_year(last)}"
    return _hedged(words, date)


def _date_mla(date: EditionDate | None) -> str:
    """``7 Oct. 1953``, as MLA writes it."""
    if date is None:
        return ""
    first, last = date.start, date.end
    match date.precision:
        case "day":
            words = f"{int(first[8:])} {_short(first)} {_year(first)}"
        case "month":
            words = f"{_short(first)} {_year(first)}"
        case "year":
            words = _year(first)
        case _ if first[:7] == last[:7]:
            words = f"{int(first[8:])}–{int(last[8:])} {_short(first)} {_year(first)}"
        case _ if first.endswith("-01-01") and last.endswith("-12-31"):
            words = f"{_year(first)}–{_year(last)}"
        case _:
            year = "" if first[:4] == last[:4] else f" {_year(first)}"
            words = f"{int(first[8:])} {_short(first)}{year}–{int(last[8:])} {_short(last)} {_year(last)}"
    return _hedged(words, date)


def _hedged(words: str, date: EditionDate) -> str:
    if date.uncertain:
        words = f"{words}?"
    if date.approximate:
        words = f"ca. {words}"
    return f"[{words}]" if date.uncertain else words


def _month(iso: str) -> str:
    return _MONTHS[int(iso[5:7]) - 1]


def _short(iso: str) -> str:
    """MLA shortens all months but May, June and July, and September to four letters."""
    month = _month(iso)
    if len(month) < 5:
        return month
    return f"{month[: 4 if month == 'September' else 3]}."


def _year(iso: str) -> str:
    return iso[:4].lstrip("0")
