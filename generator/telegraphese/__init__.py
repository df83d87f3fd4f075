"""Telegraphese: the short forms by which cable writers saved words (``wld``, ``reps``, ``fol``), told to the reader.

``tag`` puts known forms into nodes of kind ``abbreviation``, which say what the form stands for; the words of the
text stay as they are.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from generator.document import BLOCKS, Document, Node, plain_text
from generator.telegraphese import english
from generator.telegraphese.english import Word

ENOUGH = 4
"""Different forms in a text that make it a cable, whatever it is called."""

THICK = 3
"""Different forms from which on those that are words too are believed."""

_OPENING = 2000
"""Letters of a text that tell whether it is a cable."""

_CABLE: Final = re.compile(r"telegram|airgram|\bcable|\bcircular\b", re.I)
_SIGNS: Final = tuple(".,;:()[]“”’'?")
_FORM: Final = re.compile(r"(?<![\w/’'\-‑])[A-Za-z]+(?:/[A-Za-z]+)?(?![\w/\-‑])")
_BEFORE: Final = re.compile(r"[^\s“”(),.;:]+(?= $)")
_AFTER: Final = re.compile(r" ([^\s“”(),.;:]+)")
_CLOSED: Final = frozenset((
    "person", "term", "place", "reference", "link", "code", "code_block", "abbreviation", "corrected", "figure",
    "heading", "dateline", "signed", "page_break", "note_ref",
))  # fmt: skip
"""What is somebody's name, has its own explanation, or is not the writer's running text."""
_FOREIGN: Final = frozenset("de la el las y en le les du des et der das und il di da dos una".split())
"""Beside these a form is most likely a word of another language."""
_PACKS: Final = {"en": english}


def tag(document: Document, language: str) -> Document:
    """Return ``document``, written in ``language`` unless it says otherwise, with the short forms of a cable in its body
    made abbreviations that say what they stand for (``found`` is set). Texts that are no cables stay as they are."""
    if document.role != "document" or document.metadata.kind == "editorial note":
        return document
    language = _base(document.metadata.lang or language)
    forms = _forms(language)
    if forms is None:
        return document
    if not (_is_cable(document) or forms.make_a_cable(_opening(document.body))):
        return document
    texts: list[Node] = []
    _collect(document.body, texts, sys.maxsize)
    used = forms.used("\n".join([node.text for node in texts]))
    if not used:
        return document
    writer = _Writer(forms, used, language)
    body = writer.nodes(document.body)
    return document if body is document.body else msgspec.structs.replace(document, body=body)


def _base(language: str) -> str:
    return language.lower().partition("-")[0]


def _is_cable(document: Document) -> bool:
    kind = document.metadata.kind
    return bool(_CABLE.search(kind or plain_text(document.title)))


def _opening(body: tuple[Node, ...]) -> str:
    """The first words of a body, enough to see how it is written."""
    texts: list[Node] = []
    _collect(body, texts, _OPENING)
    return " ".join([node.text for node in texts])


def _collect(nodes: tuple[Node, ...], texts: list[Node], room: int) -> int:
    """Add the pieces of running text of ``nodes`` until there are ``room`` letters; return what room is left."""
    for node in nodes:
        if node.kind == "text":
            texts.append(node)
            room -= len(node.text)
        elif node.children and node.kind not in _CLOSED:
            room = _collect(node.children, texts, room)
        if room < 0:
            break
    return room


class _Forms:
    """The forms of a language: ``exact`` as they are written, ``any`` in small letters, ``words`` those that need their
    context; ``telling`` are those that only cables have, ``all`` are all, in small letters."""

    def __init__(
        self, forms: Mapping[str, str], common: Mapping[str, str], words: Mapping[str, Word], signs: tuple[str, ...]
    ) -> None:
        self.exact = {form: means for form, means in (*forms.items(), *common.items()) if form != form.lower()}
        self.any = {form: means for form, means in (*forms.items(), *common.items()) if form == form.lower()}
        self.words = words
        self.telling = frozenset(form.lower() for form in forms)
        self.signs = signs
        self.all = frozenset(form.lower() for form in (*forms, *common, *words))

    def make_a_cable(self, text: str) -> bool:
        """Whether a text has so many forms that only a cable can have them."""
        return any(sign in text for sign in self.signs) and len(self.used(text) & self.telling) >= ENOUGH

    def used(self, text: str) -> frozenset[str]:
        """The forms that stand in a text, in small letters."""
        return self.all.intersection(_tokens(text))


def _tokens(text: str) -> list[str]:
    """The words of a text in small letters; faster by half than with an expression."""
    low = text.lower()
    for sign in _SIGNS:
        low = low.replace(sign, " ")
    return low.split()


@lru_cache(maxsize=4)
def _forms(language: str) -> _Forms | None:
    pack = _PACKS.get(language)
    return _Forms(pack.FORMS, pack.COMMON, pack.WORDS, pack.SIGNS) if pack else None


class _Writer:
    """Puts abbreviations into the nodes of one cable, which has the forms ``used``."""

    def __init__(self, forms: _Forms, used: frozenset[str], language: str) -> None:
        self.forms = forms
        self.used = used
        self.is_thick = len(used & forms.telling) >= THICK
        self.language = language

    def nodes(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """Return ``nodes`` with their short forms explained; the same object if there is none."""
        out: list[Node] = []
        changed = False
        for index, node in enumerate(nodes):
            if node.kind == "text":
                pieces = self._text(node, nodes, index)
                changed = changed or bool(pieces)
                out += pieces or (node,)
            elif (
                node.children
                and node.kind not in _CLOSED
                and _base(node.attrs.get("lang", self.language)) == self.language
            ):
                children = self.nodes(node.children)
                if children is not node.children:
                    node = Node(node.kind, children, node.attrs, node.text, node.line, node.column)
                    changed = True
                out.append(node)
            else:
                out.append(node)
        return tuple(out) if changed else nodes

    def _text(self, node: Node, nodes: tuple[Node, ...], index: int) -> list[Node]:
        """The pieces of a text among its neighbours; none if it has no form."""
        text = node.text
        if self.used.isdisjoint(_tokens(text)):
            return []
        pieces: list[Node] = []
        rest, begin = node, 0
        for found in _FORM.finditer(text):
            if found[0].lower() not in self.used or _is_broken(found, nodes, index):
                continue
            if means := self._meaning(found):
                before, rest = _cut(rest, found.start() - begin)
                form, rest = _cut(rest, len(found[0]))
                attrs = {"expansion": means, "found": "1"}
                pieces += (before, Node("abbreviation", (form,), attrs, "", form.line, form.column))
                begin = found.end()
        return [piece for piece in (*pieces, rest) if piece.text or piece.children] if pieces else []

    def _meaning(self, found: re.Match[str]) -> str:
        form = found[0]
        forms = self.forms
        if means := forms.exact.get(form) or forms.any.get(form.lower()):
            return means
        word = forms.words.get(form)
        if word is None or not (self.is_thick or word.anywhere) or found.string.startswith(".", found.end()):
            return ""
        last, following = _neighbours(found)
        if last in _FOREIGN or following in _FOREIGN or last in word.never:
            return ""
        if word.after or word.before:
            fits = _is_one_of(last, word.after) or _is_one_of(following, word.before)
        else:
            fits = not last.isdigit()
        return word.expansion if fits else ""


def _is_one_of(word: str, words: frozenset[str]) -> bool:
    return word in words or ("#" in words and word[:1].isdigit())


def _is_broken(found: re.Match[str], nodes: tuple[Node, ...], index: int) -> bool:
    """Whether a word goes on beyond its text: a page mark stands within it, or part of it is set in other letters."""
    if found.start() == 0 and _edge(nodes[:index][::-1], -1).isalnum():
        return True
    return found.end() == len(found.string) and _edge(nodes[index + 1 :], 0).isalnum()


def _edge(nodes: tuple[Node, ...], at: int) -> str:
    """The letter of ``nodes`` that is nearest: the first (``at`` 0) or the last (-1) of the first that has one."""
    for node in nodes:
        if node.kind in ("page_break", "note_ref"):
            continue
        letter = node.text[at:][:1] or _edge(node.children if at == 0 else node.children[::-1], at)
        if letter or node.kind in BLOCKS or node.kind == "line_break":
            return letter
    return ""


def _neighbours(found: re.Match[str]) -> tuple[str, str]:
    """The words before and after a form, in small letters; empty where a sign stands between."""
    text = found.string
    before = _BEFORE.search(text, max(0, found.start() - 24), found.start())
    after = _AFTER.match(text, found.end())
    return before[0].lower() if before else "", after[1].lower() if after else ""


def _cut(node: Node, at: int) -> tuple[Node, Node]:
    """A text cut in two, with the place of the second; some readers know lines only."""
    first, rest = node.text[:at], node.text[at:]
    lines = first.count("\n")
    column = (at - first.rfind("\n") if lines else node.column + at) if node.column else 0
    line = node.line + lines if node.line else 0
    return Node("text", (), {}, first, node.line, node.column), Node("text", (), {}, rest, line, column)
