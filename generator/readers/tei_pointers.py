"""Pointers and looks of TEI: what ``ref/@target`` and its like name, and what ``@rend`` and ``@rendition`` mean.

Editions write pointers in many forms and some of them faulty; ``pointer`` sorts them without knowing whether
what they name exists.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache

_SCHEME = re.compile(r"(?:https?:|mailto:)", re.I)
_ANY_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DOCUMENT = re.compile(r"d\d+[A-Za-z]*$")
_NOTE = re.compile(r"(d\d+[A-Za-z]*)fn\S+$")
_PAGE = re.compile(r"pg_(\S+)$|p_(\d+|[IVXLCDM]+)$")
_RANGE = re.compile(r"range\(\s*#?([^,()\s]+)\s*,\s*#?([^,()\s]+)\s*\)$")
_SITE = re.compile(r"/historicaldocuments/([^/#?]+)(?:/(?:[^#?]*/)?([^/#?]+))?/?(?:#(.*))?$")
_OWN_PAGE = re.compile(r"\.\./(?:\.\./([^/#]+)/)?(?:([^/#]+)/)?index\.html(?:#(.+))?$")
_SUFFIX = re.compile(r"\.xml$", re.I)


def pointer(raw: str, renamed: Mapping[str, str]) -> dict[str, str]:
    """Return what a pointer names: the attributes of a ``reference`` (volume, document, part, value, and ``end``
    for a range), or ``url`` for an address outside.

    ``renamed`` has the ids of documents that this file calls otherwise. A scheme that is neither http, https
    nor mailto gives an empty ``url``.
    """
    text = raw.strip()
    if _SCHEME.match(text):
        return {"url": text.replace(" ", "%20")}
    if text.startswith("#range("):
        return _local(text[1:], renamed)
    text = text.split()[0] if text else ""
    if text.startswith("#"):
        return _local(text[1:], renamed)
    if text.startswith("/"):
        return _site(text)
    if _ANY_SCHEME.match(text):
        return {"url": ""}
    if own := _OWN_PAGE.match(text):
        return _page(*own.groups(""))
    path, _, fragment = text.partition("#")
    name = _SUFFIX.sub("", path.rstrip("/").rpartition("/")[2])
    if "/" not in path and not fragment and (_DOCUMENT.match(name) or _NOTE.match(name) or _PAGE.match(name)):
        # "#" forgotten, as happens: d12, pg_3, p_III.
        return _local(name, renamed)
    if name.startswith("frus") and "/" not in path:
        return {"volume": name, **(_local(fragment, {}) if fragment else {})}
    if fragment.startswith("fn"):
        return {"document": name, "part": "note", "value": fragment[2:]}
    if fragment:
        return {"document": name, **_within(fragment)}
    return {"document": renamed.get(name, name)}


def _page(volume: str, document: str, fragment: str) -> dict[str, str]:
    """What a link to a page of an edition's own site names, as its TEI files have it."""
    out = {"volume": volume} if volume else {}
    if document:
        out["document"] = document
    found = _local(fragment, {}) if fragment else {}
    if found.get("document", document) != document:
        found = {"part": "anchor", "value": fragment}
    return {**out, **found}


def _local(name: str, renamed: Mapping[str, str]) -> dict[str, str]:
    """What ``#name`` names in a volume."""
    span = _RANGE.match(name)
    if span:
        return {**_local(span[1], renamed), "end": span[2]}
    if name in renamed:
        return {"document": renamed[name]}
    if _DOCUMENT.match(name):
        return {"document": name}
    note = _NOTE.match(name)
    if note:
        return {"document": renamed.get(note[1], note[1]), "part": "note", "value": name}
    page = _PAGE.match(name)
    if page:
        return {"part": "page", "value": page[1] or page[2]}
    return {"part": "anchor", "value": name}


def _within(fragment: str) -> dict[str, str]:
    found = _local(fragment, {})
    if "document" in found:
        return {"part": "anchor", "value": fragment}
    return found


def _site(path: str) -> dict[str, str]:
    """A path of the site that the file was made for: a volume and document if it looks like one, and in any case
    a place that is not in this volume."""
    found = _SITE.match(path)
    if not found:
        return {"volume": path}
    document = {"document": found[2]} if found[2] else {}
    if found[3]:
        return {"volume": found[1], **document, **_within(found[3])}
    return {"volume": found[1], **document}


def key(raw: str | None) -> str:
    """Return the id that ``@corresp``, ``@ref`` or ``@key`` names: the first of several, without its ``#``."""
    words = raw.split() if raw else []
    return words[0].lstrip("#") if words else ""


# Looks

_LOOKS = {
    "italic": "italic", "italics": "italic", "it": "italic", "i": "italic", "oblique": "italic",
    "strong": "strong", "bold": "strong", "b": "strong",
    "underline": "underline", "underlined": "underline", "u": "underline",
    "roman": "roman", "normal": "roman",
    "smallcaps": "small_caps", "small-caps": "small_caps", "sc": "small_caps",
    "superscript": "superscript", "super": "superscript", "sup": "superscript",
    "subscript": "subscript", "sub": "subscript",
    "strikethrough": "deleted", "line-through": "deleted",
    "left": "left", "flushleft": "left", "center": "center", "centre": "center", "centered": "center",
    "right": "right", "flushright": "right", "inline-float-right": "right", "inline-float-left": "left",
    "blockquote": "blockquote", "inline": "inline",
}  # fmt: skip
_CSS = re.compile(r"([a-z-]+)\s*:\s*([^;]+)")
_NOT_IN_A_CLASS = re.compile(r"[^A-Za-z0-9_-]+")


@lru_cache(maxsize=4096)
def looks(rend: str | None, rendition: str | None = None) -> tuple[tuple[str, ...], str]:
    """Return what ``@rend`` and ``@rendition`` ask for: the looks the reader knows, in order, and a class (style
    hooks, separated by spaces) for the rest. Pointers, CSS and slips of the pen ("cetner") are understood."""
    known: list[str] = []
    classes: list[str] = []
    for word in _words(rend, rendition):
        look = _LOOKS.get(word.lower())
        if look is None and len(word) > 4 and word.isalpha():
            near = difflib.get_close_matches(word.lower(), [k for k in _LOOKS if len(k) > 4], n=1, cutoff=0.8)
            look = _LOOKS[near[0]] if near else None
        if look:
            if look not in known:
                known.append(look)
        else:
            name = slug(word)
            if name and name not in classes:
                classes.append(name)
    return tuple(known), " ".join(classes)


def _words(rend: str | None, rendition: str | None) -> list[str]:
    out: list[str] = []
    for text in (rend, rendition):
        if not text:
            continue
        if ":" in text and _CSS.search(text.lower()):
            for name, value in _CSS.findall(text.lower()):
                if name in ("font-style", "font-weight", "font-variant", "text-align", "text-decoration", "vertical-align"):  # fmt: skip
                    out.append(value.strip())
                elif name == "padding-left":
                    out.append(f"indent-{value.strip().replace('.', '-')}")
                else:
                    out.append(f"{name}-{value.strip()}")
        else:
            out += [word.lstrip("#") for word in text.split()]
    return out


@lru_cache(maxsize=1024)
def slug(text: str) -> str:
    """Return ``text`` as one name that can stand in a class."""
    return _NOT_IN_A_CLASS.sub("-", text).strip("-")
