"""The slots of phrases: what may stand in ``{document}``, ``{page}``, ``{series}`` and the others.

Each slot is a small reader of tokens: given a place, it returns where it may end and what it found there. The words
come from the language pack; the readers say only how they go together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import partial
from typing import Final

from generator.phrases import items, numbered, volumes
from generator.phrases.lexicon import Ends, Lexicon, Piece
from generator.phrases.tokens import Stream, Token

HINTS: Final[Mapping[str, str]] = {
    "document": r"\.?\s+(?:[Nn]os?\.\s*)?(?=\d)",
    "footnote": r"(?:\.\s*|\s+)(?:[Nn]os?\.\s*)?(?=\d)",
    "page": r"(?:\.\s*|\s+)(?=[\dIVXLCivxlc])",
    "paragraph": r"(?:\.\s*|\s+)(?=\d)",
    "volume": r"(?:[.,]\s*|\s+)(?=[\dIVXLCivxlcEN])",
    "chapter": r"\s+(?=[\dIVXLCA-H])",
    "attachment": r"(?:\s+[A-Z\d]{1,3})?\s+(?=to\s|of\s)",
    "item": r"(?:\s+|[–-])(?:[Nn]os?\.\s*)?(?=[A-Z–-]*\d)",
    "series": "",
    "ibid": r"\b",
    "neighbour": r"\b",
    "forthcoming": "",
    "here": r"\s+(?=\w)",
    "file": "",
    "post": r"\s+(?=\d{2,6}(?!\w))",
}
"""What must follow a word for a slot to be worth trying there: the quick test before any token is made."""

START: Final[Mapping[str, tuple[str, ...]]] = {
    "document": ("document",), "footnote": ("footnote",), "page": ("page",), "paragraph": ("paragraph",),
    "volume": ("volume",), "chapter": ("chapter",), "attachment": ("attachment",), "item": ("item",),
    "series": ("series",), "ibid": ("ibid",), "neighbour": ("previous", "next"), "forthcoming": ("forthcoming",),
    "here": ("here",), "file": (),
    "post": ("post",),
}  # fmt: skip
"""The categories of words that each slot may begin with."""


_LONGEST_TITLE = 16


def _neighbour(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    token = stream.at(at)
    for category in ("previous", "next"):
        if lexicon.word(category, stream, at):
            return [(at + 1, Piece("neighbour", token.start, token.end, text=category))]
    return []


def _here(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    token = stream.at(at)
    return [(at + 1, Piece("here", token.start, token.end))] if lexicon.word("here", stream, at) else []


def _forthcoming(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    taken = lexicon.word("forthcoming", stream, at)
    return [(at + taken, Piece("forthcoming", stream.at(at).start, stream.at(at + taken - 1).end))] if taken else []


def _title(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    """Any words up to a comma: what a document is called."""
    out: Ends = []
    i = at
    start = stream.at(at).start
    while i - at < _LONGEST_TITLE:
        token = stream.at(i)
        if token.kind == "end" or token.text in ";:()[]" or (token.text == "." and len(stream.at(i - 1).text) > 4):
            break
        if any(lexicon.word(c, stream, i) for c in ("series", "ibid", "volume")):
            break
        if i > at and (token.text == "," or lexicon.word("page", stream, i) or lexicon.word("previous", stream, i) or lexicon.word("next", stream, i)):  # fmt: skip
            end = stream.at(i - 1).end
            out.append((i, Piece("title", start, end, text=stream.text[start:end])))
        i += 1
    return out


READERS: Final[Mapping[str, Callable[[Lexicon, Stream, int], Ends]]] = {
    "document": partial(numbered.numbered, "document"),
    "footnote": partial(numbered.numbered, "footnote"),
    "page": partial(numbered.numbered, "page"),
    "paragraph": partial(numbered.numbered, "paragraph"),
    "chapter": numbered.chapter,
    "attachment": numbered.attachment,
    "volume": volumes.volume,
    "series": volumes.series,
    "ibid": volumes.ibid,
    "item": items.item,
    "post": items.post,
    "file": items.file,
    "neighbour": _neighbour,
    "here": _here,
    "forthcoming": _forthcoming,
    "title": _title,
}
"""The list of slots."""


def begins(slot: str, token: Token, categories: Set[str]) -> bool:
    """Whether a slot may begin with a token, whose word is of these categories."""
    if slot == "title":
        return True
    if not START[slot]:
        return token.kind == "number" or len(token.text) == 1
    return not categories.isdisjoint(START[slot])
