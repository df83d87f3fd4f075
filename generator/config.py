"""The edition file and the volumes' files, checked and frozen.

``edition.toml`` stands at the edition's root, ``volume.toml`` in each volume's folder. An error in the
edition file ends the run; an error in a volume's file is reported and the volume goes on without the value.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec

from generator import elsewhere, facsimiles, files, urls
from generator.diagnostics import Diagnostic, EditionError, Rule, Span, diagnostic, did_you_mean
from generator.document import Division, ImageRun, Volume
from generator.elsewhere import Elsewhere, Registry

EDITION_FILE = "edition.toml"
VOLUME_FILE = "volume.toml"


CLASSIC_BELOW = 500
"""Documents from which on the site carries the search index in one file only if that is asked for."""


class Search(msgspec.Struct, frozen=True):
    """``[search]``: whether the site carries a search index; whether that in one file too (None: if it is small); the
    language of the words searched, if that is not the edition's."""

    enabled: bool = True
    classic: bool | None = None
    language: str = ""

    def has_classic(self, documents: int) -> bool:
        """Whether the site of an edition of so many ``documents`` carries the index in one file."""
        return documents < CLASSIC_BELOW if self.classic is None else self.classic


FORMATS = ("md", "txt", "xml", "json", "ris", "bib", "csl.json")
"""The formats in which a document can lie beside its page, by the ends of the files' names. How each is made is
told in ``generator.exporters``."""


class Downloads(msgspec.Struct, frozen=True):
    """``[downloads]``: the formats in which each document lies beside its page, in the order of ``FORMATS``."""

    formats: tuple[str, ...] = FORMATS


Certainty = Literal["certain", "likely", "suggestion"]
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)


class OwnPhrase(msgspec.Struct, frozen=True):
    """``[[references.phrases]]``: a phrase that refers, with slots such as {document}; see docs/references.md.
    ``line`` is where it stands in the edition file."""

    phrase: str
    rule: str = "own"
    certainty: Certainty = "certain"
    line: int = 0


class References(msgspec.Struct, frozen=True):
    """``[references]``: names of the series (the edition's own first), works whose pages are never meant, phrases of
    the edition's own, outside sites with volumes that it has not. A series may have several names: ``A|B``."""

    series: tuple[str, ...] = (elsewhere.FOREIGN_RELATIONS,)
    outside: tuple[str, ...] = ()
    phrases: tuple[OwnPhrase, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def registry(self) -> Registry:
        """The outside sites, ready to be asked."""
        return Registry(self.elsewhere, elsewhere.series_name(self.series[0]) if self.series else "")


class Edition(msgspec.Struct, frozen=True):
    """``edition.toml``. ``base_url`` is the public address with a slash at its end, or empty; ``volumes`` the
    ids in the order wanted, those not named following by name."""

    title: str
    subtitle: str = ""
    description: str = ""
    base_url: str = ""
    language: str = "en"
    publisher: str = ""
    licence: str = ""
    volumes: tuple[str, ...] = ()
    search: Search = Search()
    references: References = References()
    downloads: Downloads = Downloads()

    @property
    def searched_in(self) -> str:
        """The tag of the language in whose forms words are found."""
        return self.search.language or self.language


_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_TEXT = {"title", "subtitle", "description", "base_url", "language", "publisher", "licence"}
_VOLUME_TEXT = {
    "title", "subtitle", "subseries", "number", "general_editor", "publisher", "place", "year",
    "first_page", "last_page", "facsimile", "citation", "summary",
}  # fmt: skip


def read_edition(root: Path) -> Edition:
    """Read ``edition.toml`` in ``root``. Raises EditionError with every fault found in it."""
    file = root / EDITION_FILE
    if not os.path.lexists(file):
        raise EditionError(
            diagnostic(
                Rule.NO_EDITION,
                f"there is no {EDITION_FILE} in this folder",
                Span(EDITION_FILE),
                hint='Go to the edition\'s folder, name it with --edition, or make one with "edition new FOLDER".',
            )
        )
    found: list[Diagnostic] = []
    read = files.read(root, EDITION_FILE)
    if isinstance(read, Diagnostic):
        raise EditionError(read)
    data, text = _toml(EDITION_FILE, read, found)
    if data is None:
        raise EditionError(*found)
    table = _Table(EDITION_FILE, text, data, found)
    values: dict[str, Any] = {key: table.text(key) for key in sorted(_TEXT & data.keys())}
    values["volumes"] = table.texts("volumes")
    if "search" in data:
        values["search"] = _search(table.table("search"))
    if "references" in data:
        values["references"] = _references(table.table("references"))
    if "downloads" in data:
        values["downloads"] = _downloads(table.table("downloads"))
    table.done(_TEXT | {"volumes", "search", "references", "downloads"})
    if not values.get("title"):
        table.say(
            Rule.MISSING_VALUE, "title", "the edition has no title", 'Add a line such as: title = "Letters of ..."'
        )
    try:
        values["base_url"] = base_url(values.get("base_url", ""))
    except ValueError as error:
        table.say(Rule.WRONG_VALUE, "base_url", str(error), 'For example: base_url = "https://example.org/edition/"')
    if not _LANGUAGE.fullmatch(values.setdefault("language", "en")):
        table.say(Rule.WRONG_VALUE, "language", f'"{values["language"]}" is not a language tag', 'For example "en" or "de-CH".')  # fmt: skip
    if found:
        raise EditionError(*found)
    return Edition(**values)


def _search(table: _Table) -> Search:
    classic = table.data.get("classic", "auto")
    if classic != "auto" and not isinstance(classic, bool):
        hint = f'"auto" makes it for fewer than {CLASSIC_BELOW} documents: classic = "auto"'
        table.say(Rule.WRONG_VALUE, "classic", '"classic" must be true, false or "auto"', hint)
    language = table.text("language")
    if language and not _LANGUAGE.fullmatch(language):
        table.say(Rule.WRONG_VALUE, "language", f'"{language}" is not a language tag', 'For example "en" or "de-CH".')
    table.done({"enabled", "classic", "language"})
    return Search(table.flag("enabled", True), classic if isinstance(classic, bool) else None, language)


def _downloads(table: _Table) -> Downloads:
    given = table.texts("formats") if "formats" in table.data else FORMATS
    for name in given:
        if name not in FORMATS:
            hint = did_you_mean(name, FORMATS) or f"Known are: {', '.join(FORMATS)}. An empty list means none."
            table.say(Rule.WRONG_VALUE, "formats", f'the format "{name}" is not known', hint)
    table.done({"formats"})
    return Downloads(tuple(name for name in FORMATS if name in given))


def _references(table: _Table) -> References:
    series = table.texts("series") or References().series
    phrases = table.data.get("phrases", [])
    if not isinstance(phrases, list) or not all(isinstance(p, dict) for p in phrases):
        table.say(Rule.WRONG_VALUE, "phrases", "phrases are written as [[references.phrases]] blocks", "")
        phrases = []
    own = []
    for at, given in enumerate(phrases):
        one = _Table(table.file, table.source, given, table.found, "references.phrases", at)
        if not one.text("phrase"):
            one.say(Rule.MISSING_VALUE, "phrase", "a phrase of your own has no words", 'phrase = "item {document}"')
        sure = next((c for c in CERTAINTIES if c == (one.text("certainty") or "certain")), None)
        if sure is None:
            one.say(Rule.WRONG_VALUE, "certainty", f"certainty is one of {', '.join(CERTAINTIES)}", "")
        own.append(OwnPhrase(one.text("phrase"), one.text("rule") or "own", sure or "certain", one.place("phrase")[0]))
        one.done({"phrase", "rule", "certainty"})
    sites = _elsewhere(table, series)
    named = {elsewhere.series_name(name): name for name in (*(n for s in sites for n in s.series), *series)}
    series = tuple(dict.fromkeys((*series, *named.values())))
    table.done({"series", "outside", "phrases", "elsewhere"})
    return References(series, table.texts("outside"), tuple(own), sites)


def _elsewhere(table: _Table, series: tuple[str, ...]) -> tuple[Elsewhere, ...]:
    """``elsewhere``: a list of the names of known sites, or of tables that describe one."""
    given = table.data.get("elsewhere", [])
    given = [given] if isinstance(given, str | dict) else given
    if not isinstance(given, list) or not all(isinstance(site, str | dict) for site in given):
        hint = 'For example: elsewhere = ["history.state.gov"]'
        table.say(Rule.WRONG_VALUE, "elsewhere", "elsewhere is a list of sites, or written as [[references.elsewhere]] blocks", hint)  # fmt: skip
        return ()
    out = []
    blocks = 0
    for site in given:
        if isinstance(site, str):
            found = _known_site(table, "elsewhere", site)
        else:
            found = _site(_Table(table.file, table.source, site, table.found, "references.elsewhere", blocks), series)
            blocks += 1
        out += [found] if found else []
    return tuple(out)


def _known_site(table: _Table, key: str, name: str) -> Elsewhere | None:
    if name not in elsewhere.SITES:
        hint = did_you_mean(name, elsewhere.SITES) or f"Known are: {', '.join(elsewhere.SITES)}; others are described in [[references.elsewhere]] blocks."  # fmt: skip
        table.say(Rule.WRONG_VALUE, key, f'the site "{name}" is not known', hint)
    return elsewhere.SITES.get(name)


_SITE_TEXT = ("address", "name", "volume", "document", "page", "note", "anchor")


def _site(table: _Table, series: tuple[str, ...]) -> Elsewhere | None:
    """One ``[[references.elsewhere]]`` block; what it does not say is as on the known ``site`` it names."""
    known = _known_site(table, "site", table.text("site")) if "site" in table.data else None
    values: dict[str, Any] = {key: table.text(key) for key in _SITE_TEXT if key in table.data}
    values |= {key: table.texts(key) for key in ("series", "volumes", "parts") if key in table.data}
    titled = table.table("titled").data
    if not all(isinstance(pattern, str) for pattern in titled.values()):
        table.say(Rule.WRONG_VALUE, "titled", "titled gives words of a title, and the id of the volume", 'For example: titled = { Russia = "r{years}" }')  # fmt: skip
        titled = {}
    if titled:
        values["titled"] = (*titled.items(), *(known.titled if known else ()))
    table.done({*_SITE_TEXT, "series", "volumes", "parts", "titled", "site"})
    site = msgspec.structs.replace(known, **values) if known else Elsewhere(**{"address": "", "series": series[:1], **values})  # fmt: skip
    if not site.address:
        if "site" not in table.data:
            table.say(Rule.MISSING_VALUE, "address", "a site has no address", 'address = "https://example.org/edition/{volume}"')  # fmt: skip
        return None
    if not site.volumes and not site.volume:
        table.say(Rule.MISSING_VALUE, "volumes", "nothing says which volumes the site has", 'Give their ids, as in volumes = ["frus*"], or volume = "frus{years}v{number:2}".')  # fmt: skip
    faults = [("address", elsewhere.address_fault(site.address))]
    faults += [(key, elsewhere.volumes_fault(id)) for key in ("volumes", "parts") for id in getattr(site, key)]
    faults += [("volume", elsewhere.fault(site.volume, elsewhere.IN_VOLUME))]
    faults += [(words, elsewhere.fault(pattern, elsewhere.IN_VOLUME)) for words, pattern in site.titled]
    for key in ("document", "page", "note", "anchor"):
        pattern = getattr(site, key)
        wrong = elsewhere.fault(pattern, elsewhere.IN_PLACE)
        if pattern and not wrong[0] and not pattern.startswith("{address}"):
            wrong = elsewhere.address_fault(re.sub(r"\{\w+(:\d)?\}", "{volume}", pattern))
        faults.append((key, wrong))
    for key, (message, hint) in faults:
        if message:
            table.say(Rule.WRONG_VALUE, key, message, hint)
    return msgspec.structs.replace(site, name=site.name or elsewhere.host(site.address))


def base_url(text: str) -> str:
    """Return the site's public address with a slash at its end. Raises ValueError if it cannot be one."""
    if not text:
        return ""
    parts = urlsplit(text)
    if (
        re.search(r"[\s\"'<>\\\x00-\x1f]", text)
        or parts.scheme not in ("http", "https")
        or not parts.netloc
        or parts.query
        or parts.fragment
    ):
        raise ValueError(f'"{text}" is not an address such as https://example.org/edition/')
    return text.rstrip("/") + "/"


def read_volume(id: str, file: str, data: bytes | None) -> tuple[Volume, list[Diagnostic]]:
    """Read the bytes of a ``volume.toml`` (None: there is none) as the volume ``id``."""
    found: list[Diagnostic] = []
    if data is None:
        return Volume(id=id, title=id), found
    values, text = _toml(file, data, found)
    if values is None:
        return Volume(id=id, title=id), found
    table = _Table(file, text, values, found)
    fields: dict[str, Any] = {key: table.text(key) for key in sorted(_VOLUME_TEXT & values.keys())}
    fields["editors"] = table.texts("editors")
    fields["contents"] = _chapters(table, values)
    fields |= _facsimile(table, fields.get("facsimile", ""))
    table.done(_VOLUME_TEXT | {"editors", "chapters", "facsimile_images"})
    if not fields.get("title"):
        table.say(Rule.MISSING_VALUE, "title", "the volume has no title", 'Add a line such as: title = "Volume I"')
        fields["title"] = id
    return Volume(id=id, **fields), found


def _facsimile(table: _Table, pattern: str) -> dict[str, Any]:
    """``facsimile`` and ``facsimile_images``, without what cannot be used."""
    given = table.table("facsimile_images")
    has_head = re.search(r"^[ \t]*\[[ \t]*facsimile_images", table.source, re.MULTILINE)
    runs = []
    for page, image in given.data.items():
        at = given.place(page) if has_head else table.place("facsimile_images")
        if isinstance(image, bool) or not isinstance(image, int | str) or (isinstance(image, int) and image < 0):
            hint = "Give the number of its image, or a name in quotes: facsimile_images = { i = 5, 1 = 15 }"
            table.say(Rule.WRONG_VALUE, "facsimile_images", f'"{image}" cannot be the image of page {page}', hint)
        elif isinstance(image, int) and facsimiles.page_value(page) is None:
            hint = f'Put the image of this one page in quotes: "{page}" = "{image}"'
            table.say(Rule.WRONG_VALUE, "facsimile_images", f'no pages can be counted from "{page}" on', hint)
        else:
            runs.append(ImageRun(page, image, at[0]))
    message, hint = facsimiles.fault(pattern) if pattern else ("", "")
    if message:
        table.say(Rule.WRONG_VALUE, "facsimile", message, hint)
    elif facsimiles.needs_images(pattern) and not given.data:
        hint = "Say which image page 1 is, and each page from which the numbers run otherwise: facsimile_images = { i = 5, 1 = 15 }"  # fmt: skip
        table.say(Rule.MISSING_VALUE, "facsimile", "the pattern has an {image}, and nothing says which page is which", hint)  # fmt: skip
    elif given.data and not facsimiles.needs_images(pattern):
        hint = 'Write {image} in the pattern: facsimile = "https://example.org/scans/{image:04}.jpg"'
        table.say(Rule.WRONG_VALUE, "facsimile_images", "the images are numbered, but the pattern has no {image}", hint)
    return {"facsimile": "" if message else pattern, "facsimile_images": tuple(runs)}


def _chapters(table: _Table, values: Mapping[str, Any]) -> tuple[Division, ...]:
    """``[[chapters]]``: title, documents (a list of ids, or ``"d1-d9"`` as the one text of a range)."""
    chapters = values.get("chapters", [])
    if not isinstance(chapters, list) or not all(isinstance(c, dict) for c in chapters):
        table.say(Rule.WRONG_VALUE, "chapters", "chapters are written as [[chapters]] blocks", "")
        return ()
    out = []
    for at, values_of_chapter in enumerate(chapters):
        chapter = _Table(table.file, table.source, values_of_chapter, table.found, "chapters", at)
        documents = values_of_chapter.get("documents", [])
        names = [documents] if isinstance(documents, str) else list(chapter.texts("documents"))
        out.append(
            Division(
                kind="chapter",
                id=chapter.text("id"),
                title=chapter.text("title") or chapter.text("id"),
                children=tuple(Division(kind="document", id=n.strip()) for n in names),
            )
        )
        chapter.done({"id", "title", "documents"})
    return tuple(out)


class _Table:
    """One TOML table under examination: takes values out by type and collects what is wrong with them. ``nth`` counts,
    from 0, the blocks of the same ``name``."""

    def __init__(
        self, file: str, text: str, data: Mapping[str, Any], found: list[Diagnostic], name: str = "", nth: int = 0
    ) -> None:
        self.file, self.source, self.data, self.found, self.name, self.nth = file, text, data, found, name, nth

    def say(self, rule: Rule, key: str, message: str, hint: str) -> None:
        span = Span(self.file, *self.place(key))
        self.found.append(diagnostic(rule, message, span, hint=hint, text=self.source))

    def text(self, key: str) -> str:
        value = self.data.get(key, "")
        if not isinstance(value, str):
            self.say(Rule.WRONG_VALUE, key, f'"{key}" must be text', f'Put it in quotes: {key} = "{value}"')
            return ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.say(Rule.WRONG_VALUE, key, f'"{key}" must be a list of texts', f'For example: {key} = ["one", "two"]')
            return ()
        return tuple(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self.say(Rule.WRONG_VALUE, key, f'"{key}" must be true or false', f"For example: {key} = true")
            return default
        return value

    def table(self, key: str) -> _Table:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.say(Rule.WRONG_VALUE, key, f'"{key}" must be a table', f"Write [{key}] on a line of its own.")
            value = {}
        return _Table(self.file, self.source, value, self.found, key)

    def done(self, known: set[str]) -> None:
        """Report every key that is not ``known``."""
        for key in sorted(self.data.keys() - known):
            hint = did_you_mean(key, known) or f"Known here: {', '.join(sorted(known))}."
            where = f" in [{self.name}]" if self.name else ""
            self.say(Rule.UNKNOWN_KEY, key, f'unknown key "{key}"{where}', hint)

    def place(self, key: str) -> tuple[int, int]:
        """Line and column of ``key``, or of the table's head, or of the file's first line. TOML's own reader
        tells no places, so the line is looked for in the text."""
        at = re.compile(rf"^[ \t]*(\[+[ \t]*)?[\"']?{re.escape(key)}[\"']?[ \t]*[=\].]", re.MULTILINE)
        start = 0
        if self.name:
            heads = list(re.finditer(rf"^[ \t]*\[+[ \t]*{re.escape(self.name)}[ \t]*\]", self.source, re.MULTILINE))
            start = heads[min(self.nth, len(heads) - 1)].start() if heads else 0
        found = at.search(self.source, start)
        if not found:
            return (self.source.count("\n", 0, start) + 1, 1)
        line = self.source.count("\n", 0, found.start()) + 1
        return line, len(found[0]) - len(found[0].lstrip()) + 1


def _toml(file: str, data: bytes, found: list[Diagnostic]) -> tuple[dict[str, Any] | None, str]:
    text = files.decode(file, data)
    if isinstance(text, Diagnostic):
        found.append(text)
        return None, ""
    try:
        return tomllib.loads(text.replace("\r\n", "\n")), text
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(text.splitlines()), 1)
        message = re.sub(r" \(at .*\)$", "", str(error))
        found.append(
            diagnostic(
                Rule.TOML,
                message,
                Span(file, line, column),
                text=text,
                hint='Values are written key = "text", key = 12 or key = ["one", "two"].',
            )
        )
    except RecursionError:
        found.append(diagnostic(Rule.TOML, "the file is nested too deeply", Span(file, 1, 1)))
    return None, text


def is_volume_id(name: str) -> bool:
    return urls.is_id(name) and not urls.is_reserved(name, in_volume=False)
