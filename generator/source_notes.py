"""The source note read: which archive a document lies in, in what file, how it was classified, who drafted it.

The note of a document ("Source: National Archives, RG 59, ... Secret; Immediate. Drafted by ...") names first where it
comes from, then says more, a sentence for each thing. Older volumes have a source line above the title
("460.509/10–753: Telegram") instead, and say who drafted the document in its first note. Everything is given in the
note's own words; what is not said in one of the known forms is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from generator.document import Document, SourceNote, plain_text

LONGEST: Final = 2500
"""Letters of a note that are read; what follows tells stories."""

_FIRST: Final = 3
"""Notes among which the source note is looked for; the title and the source line may have notes of their own."""

_FILE_NUMBER: Final = 100
"""Letters of the longest number of a file."""


def parse(document: Document) -> SourceNote | None:
    """Return what the source note or source line of ``document`` says; None if it has neither."""
    notes = document.notes
    for note in (*(n for n in notes if n.kind == "source"), *notes[:_FIRST]):
        words = plain_text(note.children)
        if note.kind == "source" or _LABEL.match(words):
            return _of_note(words[:LONGEST])
    line = plain_text(document.source_line)[:LONGEST]
    people = _of_first_note(document)
    if not line:
        return SourceNote(drafted=people.drafted, cleared=people.cleared, approved=people.approved) if people else None
    repository, collection, file = _provenance(_FORM.sub("", line).strip(" .[]"))
    drafted, cleared, approved = people or ((), (), ())
    return SourceNote(repository, collection, file, drafted=drafted, cleared=cleared, approved=approved)


def file_key(source: SourceNote | None, source_line: str) -> str:
    """Return the number by which documents of one file are told to belong together: ``611.41`` of ``611.41/10–753``,
    ``POL 27 VIET S``; empty where there is none, and for numbers that name one document only (``D800419–0331``)."""
    file = source.file if source else _provenance(_FORM.sub("", source_line).strip(" .[]"))[2]
    if not file or _FILM.fullmatch(file):
        return ""
    key = _SINGLE.sub("", file.partition("/")[0] if _DECIMAL.fullmatch(file) else file)
    key = re.sub(r"[–—‑-]", "-", key.upper())
    # The same file is written "700.5 MSP" and "700.5-MSP", "Defense (M)" and "Defense(M)", "E.W." and "EW".
    key = re.sub(r"(?<=\d)-(?=[A-Z])|[()]", " ", key)
    return " ".join(re.sub(r"\.(?!\d)|,", "", key).split())


class _People(NamedTuple):
    drafted: tuple[str, ...]
    cleared: tuple[str, ...]
    approved: tuple[str, ...]


_LABEL: Final = re.compile(r"\[?\s*Source\s*:\s*")
_FORM: Final = re.compile(
    r"\s*[:;]\s*(?:Circular )?(?:Telegram|Airgram|Instruction|Despatch|Cablegram|Radio|Letter)\b.*$", re.I | re.S
)
_LEVEL: Final = (
    r"(?:Cosmic )?Top Secret|Secret|Confidential|Restricted|Limited Official Use|(?:For )?Official Use Only"
    r"|Unclassified|No classification marking|Administratively Confidential|Personal and Confidential"
    r"|Strictly Confidential"
)
_CLASSIFIED: Final = re.compile(
    rf"(?P<level>{_LEVEL})(?: and (?:Personal|Private|Sensitive|Eyes Only))?(?P<rest>(?:[;,—–](?:(?! Drafted)[^.])*)?)(?:\.|$|(?= Drafted))"
)
_PRECEDENCE: Final = re.compile(
    r"(?:Most |Operational |Niact |Night Action )?(?:Immediate|Priority|Emergency)|Niact|Night Action|Flash|Routine|Deferred|Rush|Urgent"
)
_ABBREVIATED: Final = frozenset(
    "vol vols no nos jr sr dr mr mrs messrs gen col maj capt cpt cmdr brig lt adm amb sen rep gov st dept jan feb mar apr aug sept sep oct nov dec "
    "corres chron memos misc intl etc pt pts cf ed eds co corp inc ltd doc docs fol ser sess vs approx assoc"
    .split()
)  # fmt: skip
_STOP: Final = re.compile(r"[.?!][”’\")\]]*\s+(?=[“‘\"(\[]?[A-Z0-9])")
_SURE_START: Final = re.compile(
    rf"(?:{_LEVEL})(?:[.;,—]| Drafted)|(?:Drafted|Cleared|Approved|Transcribed|Initialed|Received|Repeated|Sent|Prepared|The|A|An) "
)
"""What begins a sentence even behind what looks like an abbreviation."""

_TITLE: Final = re.compile(
    r"(?!(?:Extract|Personal|Priority|Niact|Drafted|Cleared|Approved|Sent|Received|Repeated|Prepared|Transcribed|Initialed)\b)"
    r"[A-Z][\w’.–—-]*(?: (?:[A-Z0-9&][\w’.–—-]*|of|the|and|in|for|to))*"
)
"""A sentence that is a title, not a statement."""

# Where it lies
_REPOSITORY: Final = re.compile(
    r"\b(?:Archives|Library|Department|Center|Agency|Museum|University|Institut|Foundation|Society|National Security Council"
    r"|Federal Reserve|Corporation|Company|Bank|Ministry|Office|Service)"
)
_NO_REPOSITORY: Final = re.compile(
    r"\b(?:[Ff]iles?|[Pp]apers|[Rr]ecords(?! Center| Administration)|[Ll]ot|Series|Correspondence|Bulletin)\b"
)
_SHELF: Final = re.compile(
    r"(?:(?<=^Department of State)|(?<=^Central Intelligence Agency)|(?<=^National Security Council)) (?=(?:[\w/–-]+ ){0,2}Files\b)"
)
_DECIMAL: Final = re.compile(
    r"\d{3}[A-Za-z]?(?:\.[A-Za-z0-9]*)?"
    r"(?:[ –-]?(?:[A-Z][\w.]*|\([A-Z]\w*\))(?: ?\([A-Z]\w*\)[\w.]*|[ ,]{1,2}[A-Z0-9][\w.]*)*)?(?: ?\(\w+\))?"
    r"/(?:[A-Z][\w ]*/)?[A-Za-z0-9½¼¾⅓⅔⅙⅛–—‑⁰-₉⁄²³-]+(?:,[a-z])*(?: \d/\d)?(?: [Ss]uppl\.?)?"
)
_SUBJECT: Final = re.compile(r"[A-Z]{1,5}(?: [(A-Z0-9][A-Z0-9 ()/.–—‑-]*)?")
_FILM: Final = re.compile(r"[DPN]\d{6}[–—‑-]\d{3,4}")
_SINGLE: Final = re.compile(r" ?\(\d+\)$")
_CENTRAL: Final = re.compile(r"Central (?:Decimal |Foreign Policy |Policy )?Files?\b")
"""The central files of a foreign office, whose numbers tell the subject."""


_SIGNS: Final = re.compile(r", |[()\[\]“”]")

# Who had to do with it
_VERB: Final = (
    "(?:re)?drafted|cleared|approved|concurred|initialed|signed|repeated|sent|transmitted|forwarded|typed|passed|revised|reviewed"
    "|transcribed|received|released|prepared|authorized|seen|edited|coordinated|distributed|pouched|delivered|dictated|dispatched"
)
_TELLS: Final = re.compile(r"(?:\([^()]*\) )?(?:Drafted|Redrafted|Cleared|Approved)\b")
_CLAUSE: Final = re.compile(
    rf"(?:^(?:\([^()]*\) )?|[;,:] (?:and |but )?(?:was |also )?| and (?:was |also )?| but |(?<!who)(?<!was)(?<!it) (?=cleared|approved|initialed))"
    rf"(?P<verbs>(?:{_VERB})(?:,? (?:and |but )?(?:not |personally |also )*(?:{_VERB}))*)\b",
    re.I,
)
_MONTH: Final = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.)"
)
_DATE: Final = re.compile(
    rf",?\s+(?:(?:on|in|about|dated)\s+(?:early |late |the )?(?:(?:morning|afternoon|evening) of\s+)?{_MONTH}|{_MONTH}(?=\s+\d))"
    rf"(?:\s+\d{{1,2}}\b(?:\s*(?:and|or|[–-])\s*(?:{_MONTH}\s+)?\d{{1,2}}\b)?)?(?:,?\s+\d{{4}}\b,?)?"
    r"|,?\s+at\s+\d{1,2}(?::\d\d)?\s+[ap]\.m\.|,? the same day\b"
)
_BY: Final = re.compile(
    r"\s*(?:(?:\(?in (?:draft|substance|principle|final|part|person|advance)(?: form)?\)?"
    r"|for (?:transmission|release|dispatch|publication|signature)"
    rf"|on {_MONTH} \d{{1,2}}(?:, \d{{4}},?)?|by (?:tele)?phone|orally|also|only|personally)\s+)*"
    r"(?:(?:by|with)\s+|(?:in|at)\s+(?:(?:(?!and\b)[^\s,;()]+\s+){1,6}by\s+)?"
    r"(?!(?:his|her|their|a|an|accordance|consultation|connection|response|compliance|collaboration)\b))(?P<names>.+)",
    re.S,
)
_TAIL: Final = re.compile(
    r";[^;]*\b(?:concurred|agreed)\b.*$|,?\s+(?:who|which|whose|but|from|after|following|based|during|before|as|while|when|until|prior|pursuant|subject|via|upon"
    r"|under|without|because|although|since|except|using|through|according|apparently|presumably|indicating|with(?= [a-z]+ [a-z]))(?:\s.*)?$",
    re.S,
)
_AGAIN: Final = re.compile(
    r"(?:,|,? and) (?:also )?(?:in (?:draft|substance|final|principle) )?(?:by|with|in) (?!the Department\b)"
)
"""Others than those before, with the way in which they did it."""
_CAPACITY: Final = re.compile(r" (?:for|at|in the|of the|with) .*$")
_ALL_OF: Final = re.compile(r",? (?:all|both|also) (?:of|in|from) .*$")
_JUNIOR: Final = re.compile(r", ((?:Jr|Sr)\b\.?|I{2,3}\b|IV\b)")
_JUNIOR_END: Final = re.compile(r"\b[JS]r\.$")
_SEPARATOR: Final = re.compile(r"[()]|[;,] (?:and )?| and ")
_SYMBOL: Final = re.compile(r"[A-Z]{1,6}(?:[/–-][A-Z]{1,8})*")
_TITLES: Final = (
    r"(?:Assistant|Deputy|Director|Chief|Officer|Special|Secretary|Under|Counselor|Office|Bureau|Division|Department|Acting|Affairs|Staff|Section"
    r"|Adviser|Advisor|Council|Committee|Board|Agency|Administrator|Commissioner|Attaché|Consul|Desk|Branch|Mission|Embassy|Commission|Administration"
    r"|Minister|President|Chairman|General|Member|Representative"
    r"|Secretariat|Economist|Policy|Report|Agreement|Trade|Commercial|Caribbean)s?\b"
)
_OFFICE: Final = re.compile(rf"\b{_TITLES}")
_INITIAL: Final = re.compile(r" [A-Z]\. [A-Z][\w’'-]+$")
_UNFINISHED: Final = re.compile(
    rf"(?:{_TITLES})(?: of State| of Defense| of the Treasury)? (?:of|for|in|to) (?!.*\b(?:{_TITLES}))[^,;]*$"
)
"""Ends within the name of an office: "Office of Central American", before "and Panamanian Affairs"."""
_ENDS_OFFICE: Final = re.compile(
    rf"\b(?:{_TITLES}|Planning|Research|Services|Relations|Operations|Organizations?|Resources|Programs?|Coordination|Security"
    r"|Intelligence|Development|Finance|Conferences|Information|Management|Control|Activities)$"
)
_OF: Final = re.compile(r" (?:of|for|in|to) ")
_NAME: Final = re.compile(
    r"(?:[A-Z][\w.’'–-]*|d[aei]l?|v[ao]n|de[nr]?|la|le|of|the|[A-Z]\.)(?:,? (?:[A-Z][\w.’'/–-]*|de[nr]?|d[aei]l?|v[ao]n|la|le|of|the|in)){0,8}"
)


def _of_note(words: str) -> SourceNote:
    words = _LABEL.sub("", words, count=1)
    sentences = list(_sentences(words))
    if not sentences:
        return SourceNote()
    told = 1
    at = next((n for n, sentence in enumerate(sentences[1:4], 1) if _CLASSIFIED.match(sentence)), 1)
    if all(_TITLE.fullmatch(sentence) for sentence in sentences[1:at]):
        # "..., Talks. Incoming Telegrams, 1956. Part I. Secret."
        told = at
    repository, collection, file = _provenance(" ".join(sentences[:told]).strip(" .[]"))
    level = precedence = ""
    drafted: list[str] = []
    cleared: list[str] = []
    approved: list[str] = []
    for sentence in sentences[told:]:
        classified = _CLASSIFIED.match(sentence) if not level else None
        if classified:
            level = classified["level"]
            marks = re.split(r"[;,—–]\s*", classified["rest"])
            precedence = next((mark for mark in map(str.strip, marks) if _PRECEDENCE.fullmatch(mark)), "")
            sentence = sentence[classified.end() :].strip()
        elif not precedence and _PRECEDENCE.fullmatch(sentence.rstrip(".")):
            precedence = sentence.rstrip(".")
        people = _people(sentence)
        drafted += people.drafted
        cleared += people.cleared
        approved += people.approved
    return SourceNote(
        repository, collection, file, level, precedence,
        tuple(dict.fromkeys(drafted)), tuple(dict.fromkeys(cleared)), tuple(dict.fromkeys(approved)),
    )  # fmt: skip


def _of_first_note(document: Document) -> _People | None:
    """Who drafted, cleared and approved a document, if its first note begins by saying so."""
    if not document.notes or document.notes[0].kind not in ("foot", "source"):
        return None
    words = plain_text(document.notes[0].children)[:LONGEST]
    if not words.startswith(("Drafted ", "Cleared ", "Approved ")):
        return None
    found = [_people(sentence) for sentence in _sentences(words)]
    drafted, cleared, approved = (tuple(dict.fromkeys(n for p in found for n in p[i])) for i in range(3))
    return _People(drafted, cleared, approved) if drafted or cleared or approved else None


def _sentences(words: str) -> Iterator[str]:
    """The sentences of a note; what stands in brackets is part of the sentence before."""
    begin = 0
    depth = counted = 0
    for stop in _STOP.finditer(words):
        depth += words.count("(", counted, stop.end()) - words.count(")", counted, stop.end())
        counted = stop.end()
        if depth > 0:
            continue
        depth = 0
        following = stop.end()
        if not _SURE_START.match(words, following) and _is_abbreviation(words, stop.start(), following):
            continue
        yield words[begin:following].strip()
        begin = following
    if words[begin:].strip():
        yield words[begin:].strip()


def _is_abbreviation(words: str, at: int, following: int) -> bool:
    """Whether the full stop at ``at`` belongs to the word before it."""
    last = re.search(r"[\w’]+$", words[max(0, at - 12) : at]) if words[at] == "." else None
    if last is None:
        return False
    word = last[0]
    return word.lower() in _ABBREVIATED or (len(word) == 1 and word.isupper()) or words[following].isdigit()


# Where it lies


def _provenance(words: str) -> tuple[str, str, str]:
    """Archive, collection and number of the file that the first sentence names."""
    if len(words) <= _FILE_NUMBER and _DECIMAL.fullmatch(words):
        return "", "", words
    parts = _parts(_SHELF.sub(", ", words, count=1))
    repository = file = ""
    first = 0
    if _REPOSITORY.search(parts[0]) and not _NO_REPOSITORY.search(parts[0]):
        first = 2 if len(parts) > 1 and parts[1] == "Manuscript Division" else 1
        repository = ", ".join(parts[:first])
    rest = parts[first:]
    for at in range(len(rest) - 1, -1, -1):
        part = rest[at] if len(rest[at]) <= _FILE_NUMBER else ""
        is_subject = at > 0 and _SUBJECT.fullmatch(part) and _CENTRAL.search(rest[at - 1])
        if _DECIMAL.fullmatch(part) or _FILM.fullmatch(part) or is_subject:
            file = rest.pop(at)
            break
    return repository, ", ".join(rest), file


def _parts(words: str) -> list[str]:
    """The words cut at commas outside brackets and quotation marks."""
    parts, depth, begin = [], 0, 0
    for sign in _SIGNS.finditer(words):
        if sign[0] == ", ":
            if depth <= 0:
                parts.append(words[begin : sign.start()].strip())
                begin = sign.end()
        else:
            depth += 1 if sign[0] in "([“" else -1
    parts.append(words[begin:].strip())
    return parts


# Who had to do with it


def _people(sentence: str) -> _People:
    """Who drafted, cleared and approved the document, if that is what the sentence tells."""
    told: dict[str, list[str]] = {"drafted": [], "cleared": [], "approved": []}
    if not _TELLS.match(sentence):
        return _People((), (), ())
    clauses = list(_CLAUSE.finditer(sentence))
    for clause, following in zip(clauses, [*clauses[1:], None], strict=True):
        body = sentence[clause.end() : following.start() if following else len(sentence)]
        verbs = [verb for verb in told if verb in clause["verbs"].lower()]
        if verbs and (by := _BY.match(body)):
            names = _names(by["names"])
            for verb in verbs:
                told[verb] += names
    return _People(tuple(told["drafted"]), tuple(told["cleared"]), tuple(told["approved"]))


def _names(words: str) -> list[str]:
    """The names in a list of them, with what stands in brackets behind them; offices that explain a name are left
    out."""
    words = _AGAIN.sub(", ", _TAIL.sub("", _DATE.sub("", words)))
    words = _JUNIOR.sub("\x00\\1", words)
    names: list[str] = []
    for piece in _pieces(words):
        name = piece.replace("\x00", ", ").strip(" ,;:")
        if not name.endswith(")"):
            name = _ALL_OF.sub("", name).rstrip(" ,;.") if not _JUNIOR_END.search(name) else name
        if name := _name(name, is_first=not names):
            names.append(name)
    return names


def _pieces(words: str) -> list[str]:
    """A list cut at commas, semicolons and "and" outside brackets, but not within the name of an office."""
    pieces: list[str] = []
    depth = begin = 0
    was_and = False
    for sign in [*_SEPARATOR.finditer(words), None]:
        if sign and sign[0] in "()":
            depth += 1 if sign[0] == "(" else -1
        elif not sign or depth <= 0:
            piece = words[begin : sign.start() if sign else len(words)]
            last = pieces[-1] if pieces and was_and else ""
            if (
                _UNFINISHED.search(last)
                and not _OFFICE.match(piece)
                and (_OFFICE.match(last) or _ENDS_OFFICE.search(piece))
            ):
                pieces[-1] += f" and {piece}"
            else:
                pieces.append(piece)
            if sign:
                begin, was_and = sign.end(), sign[0] == " and "
    return pieces


def _name(piece: str, *, is_first: bool) -> str:
    """The name that a piece of a list gives, or an empty string if it explains the name before it."""
    piece = piece[: piece.rfind(")") + 1] or piece
    bare = piece.partition(" (")[0]
    if _SYMBOL.fullmatch(bare):
        return piece
    words = bare.split()
    if not words or len(words) > 16:
        return ""
    if words[0] == "the" and words[1:] and words[1][:1].isupper():
        return piece if is_first or not _OFFICE.search(bare) else ""
    person = _CAPACITY.sub("", bare)
    if _NAME.fullmatch(person) and not _OFFICE.search(person):
        return piece if person == bare else person
    if not words[0][:1].isupper() or not _OFFICE.search(bare) or _OFFICE.search(words[-1]):
        return ""
    # "Assistant Secretary Murphy" is a person, "Chief of the Division" explains one.
    return piece if is_first or not _OF.search(bare) or _INITIAL.search(bare) else ""
