"""What stands in ``[[...]]``: the grammar of explicit references."""

from __future__ import annotations

import re

from generator.document import Reference

_ROMAN = r"(?=[IVXLCDM])M{0,4}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_ARABIC = r"(?=[A-Za-z.–-]{0,8}[0-9])[A-Za-z0-9]{1,12}(?:[.–-][A-Za-z0-9]{1,12}){0,3}"
PAGE_LABEL = rf"(?:(?:{_ROMAN}|{_ROMAN.lower()}|{_ARABIC})(?![A-Za-z0-9]))"
"""A page number: arabic, roman, with a letter or a part (``12a``, ``A-3``)."""

_ID = r"[A-Za-z][A-Za-z0-9._-]*"
_DOCUMENT = re.compile(r"d\d+[A-Za-z0-9._-]*$")
_WHOLE = re.compile(rf"(?P<first>{_ID})?(?:#(?P<second>.*))?$")
_PAGES = re.compile(
    rf"(?:pp?\.|pages?)\s*(?P<label>{PAGE_LABEL})(?:\s*(?:[-–—,]|to|and)\s*{PAGE_LABEL})*$", re.IGNORECASE
)
_PART = re.compile(r"(?:fn\s*(?P<note>\S+)|para\.?\s*(?P<number>\d+)|(?P<paragraph>p\d+)|att\s*(?P<attachment>\d+))$")
_NOTE_ID = re.compile(r"(?P<document>d\d+[A-Za-z]?)fn(?P<note>\S+)$")


def parse_reference(text: str) -> tuple[Reference, str] | None:
    """Read ``d211#fn5`` and the like: the reference, and words for it where the editor gave none.

    Returns None if the text is none of the forms. The words say no more than the reference does.
    """
    text = text.strip()
    if "\\" in text:
        # What stands behind it is protected: a bar is part of the words then.
        return None
    pages = _PAGES.match(text)
    if pages:
        return Reference(part="page", value=_first_page(pages["label"])), text
    part = _part(text)
    if part and not _WHOLE.match(text):
        return Reference(part=part[0], value=part[1]), part[2]
    found = _WHOLE.match(text)
    if not found or (not found["first"] and not found["second"]):
        return None
    first, second = found["first"] or "", (found["second"] or "").strip()
    if not second:
        if "#" in text:
            # Nothing behind the sign: the volume itself, whether this edition has it or not.
            return Reference(volume=first), first
        note = _NOTE_ID.match(first)
        if note:
            return _note(Reference(document=note["document"]), note["note"])
        return Reference(document=first), _name(first)
    if not first:
        part = _part(second)
        return (Reference(part=part[0], value=part[1]), part[2] or part[1]) if part else _anchor(Reference(), second)
    return _second(first, second)


def _second(first: str, second: str) -> tuple[Reference, str] | None:
    """``first#second``: a document and a part of it, or a volume and something in it."""
    part = _part(second)
    if part:
        return Reference(document=first, part=part[0], value=part[1]), _joined(part[2], _name(first))
    pages = _PAGES.match(second)
    if pages:
        return Reference(volume=first, part="page", value=_first_page(pages["label"])), f"{first}, {second}"
    if _DOCUMENT.match(first):
        if second.startswith(f"{first}fn"):
            return _note(Reference(document=first), second[len(first) + 2 :])
        return _anchor(Reference(document=first), second)
    document, _, rest = second.partition("#")
    if not re.fullmatch(_ID, document):
        return None
    if rest:
        part = _part(rest.strip())
        if not part:
            return _anchor(Reference(volume=first, document=document), rest.strip())
        words = _joined(part[2], _name(document))
        return Reference(first, document, part[0], part[1]), _joined(words, first)
    note = _NOTE_ID.match(document)
    if note:
        return _note(Reference(first, note["document"]), note["note"])
    return Reference(volume=first, document=document), f"{first}, {_name(document)}"


def _part(text: str) -> tuple[str, str, str] | None:
    """The part, its value and its words."""
    found = _PART.match(text)
    if not found:
        return None
    if found["note"]:
        return "note", found["note"], f"footnote {found['note']}"
    if found["number"]:
        return "paragraph", found["number"], f"paragraph {found['number']}"
    if found["paragraph"]:
        return "paragraph", found["paragraph"], ""
    return "attachment", found["attachment"], f"attachment {found['attachment']}"


def _first_page(label: str) -> str:
    """``12`` of ``12–15``: a range leads to its beginning."""
    return re.sub(r"^([0-9]+)[-–][0-9]+$", r"\1", label)


def _note(whole: Reference, label: str) -> tuple[Reference, str]:
    words = _joined(f"footnote {label}", _name(whole.document))
    reference = Reference(whole.volume, whole.document, "note", label)
    return reference, _joined(words, whole.volume)


def _anchor(whole: Reference, anchor: str) -> tuple[Reference, str] | None:
    if not re.fullmatch(r"[A-Za-z0-9._:-]+", anchor):
        return None
    reference = Reference(whole.volume, whole.document, "anchor", anchor)
    return reference, _name(whole.document) if whole.document else anchor


def _name(id: str) -> str:
    """``Document 211`` for ``d211``; any other id is its own name."""
    return f"Document {id[1:]}" if _DOCUMENT.match(id) else id


def _joined(*words: str) -> str:
    return ", ".join(word for word in words if word)
