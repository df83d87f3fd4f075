"""A TEI volume of which only some words have changed since it was cut: cut again without reading all of it.

To cut a volume of 4 MB takes 80 ms, most of it parsing. While an editor writes in it, save after save differs from the
last in the words of one document; then all other parts are what they were.
"""

from __future__ import annotations

import re

import msgspec

from generator.readers import Part, Split
from generator.readers.tei_document import Context
from generator.readers.tei_volume import MARK, TAG

_decode = msgspec.json.Decoder(Context).decode
_ANY_TAG = re.compile(rb"<[^>]*>")
_NO_WORDS = re.compile(
    rb"<[!?]|<(?:[A-Za-z_][\w.-]*:)?(?:list\b[^>]*type\s*=\s*.(?:names|terms|persons|places)|person\b)"
)
"""What may hide markup, or says something of the volume."""
_STEP = 1 << 16


def changed_words(before: bytes, split: Split, data: bytes) -> Split | None:
    """Return how ``data`` is cut, if it differs from ``before``, which was cut into ``split``, in words of one document
    only; None if more may differ. Whether the words are well-formed XML is left to the caller, in the part returned
    that is not among the former ones."""
    if split.diagnostics or len(split.parts) < 2:
        return None
    if before == data:
        return split
    head = _common(before, data)
    tail = _common_tail(before, data, head)
    until = len(before) - tail
    at, cut_up = 0, False
    for number, part in enumerate(split.parts):
        start = before.find(part.data, at)
        if start < 0:
            cut_up = True  # a chapter, without the documents in it
            continue
        if start >= head:
            return None
        at, end = start + 1, start + len(part.data)
        inside = (start + part.data.find(b">") + 1, start + part.data.rfind(b"<"))
        if inside[0] <= head and until <= inside[1] and _is_document(part):
            piece = data[start : end + len(data) - len(before)]
            if not _differ_in_words(part.data, piece):
                return None
            lines = piece.count(b"\n") - part.data.count(b"\n")
            # Such a chapter may have as many empty lines as there were lines in its documents.
            return None if lines and cut_up else _with(split, number, piece, lines)
    return None


def _is_document(part: Part) -> bool:
    return _decode(part.context).role == "document"


def _differ_in_words(before: bytes, after: bytes) -> bool:
    """Whether all markup of two documents is the same."""
    if _NO_WORDS.search(before) or _NO_WORDS.search(after):
        return False
    return all(pattern.findall(before) == pattern.findall(after) for pattern in (_ANY_TAG, TAG, MARK))


def _with(split: Split, number: int, piece: bytes, lines: int) -> Split:
    """``split`` with other bytes for one part; the later ones stand so many ``lines`` further down."""
    old = split.parts[number]
    later = split.parts[number + 1 :]
    moved = (msgspec.structs.replace(part, line=part.line + lines) for part in later) if lines else later
    parts: tuple[Part, ...] = (*split.parts[:number], msgspec.structs.replace(old, data=piece), *moved)
    return msgspec.structs.replace(split, parts=parts)


def _common(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at their beginning."""
    at, end = 0, min(len(one), len(other))
    while at < end and one[at : at + _STEP] == other[at : at + _STEP]:
        at += _STEP
    low, high = at, min(at + _STEP, end)
    while low < high:
        middle = (low + high + 1) // 2
        if one[at:middle] == other[at:middle]:
            low = middle
        else:
            high = middle - 1
    return min(low, end)


def _common_tail(one: bytes, other: bytes, head: int) -> int:
    """The same at their end, which does not reach into what is common at the beginning."""
    most = min(len(one), len(other)) - head
    at = 0
    while at < most and one[len(one) - at - _STEP : len(one) - at] == other[len(other) - at - _STEP : len(other) - at]:
        at += _STEP
    low, high = min(at, most), min(at + _STEP, most)
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
