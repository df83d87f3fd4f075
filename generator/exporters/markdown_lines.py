"""Lines of the Markdown dialect: words with the marks that stand among them.

A line is first taken apart into pieces, then put together; only then is known what stands on both sides of a
piece, on which it depends whether a character needs protection and whether an asterisk opens emphasis.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from generator.document import BLOCKS, Node, Reference, plain_text, reference_of
from generator.readers.markdown_references import PAGE_LABEL, parse_reference
from generator.readers.markdown_writer import note_label, protect, protect_start

Piece = tuple[Literal["text", "hard", "break", "open", "close", "code", "mark", "note", "page"], str]
"""A part of a line: words as they are (``hard``: with all brackets protected), the end of a printed line, the
asterisks of emphasis, code as it is, or a mark that is ready."""

Say = Callable[[str, int], None]
"""``say(what, line)``: something is written more simply than the model has it."""

BREAK = "\\\n"
"""The end of a printed line within a block."""

_PAGE = re.compile(rf"(?:Facsimile |Typeset )?{PAGE_LABEL}")
_FORM = re.compile(r"(?:Facsimile|Typeset) Page ")
_LABEL = re.compile(r"[^\]\[\s]{1,20}")
_CLASS = re.compile(r"[\w-]+")
_BARE = re.compile(r"\S+")
_SIGN_IN_VALUE = re.compile(r"[\[\]{}\"`<|\\]|&(?=#?\w{1,32};)")
_LIKE_A_MARK = re.compile(r"\^|(?:Page|Facsimile|Typeset) ")
_BRACKET = re.compile(r"([\[\]])")
_BAR = re.compile(r"(\|)")
_NESTED = re.compile(r"(?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){1,500}")
_SPAN_OF_KIND = {
    "small_caps": ".small-caps", "superscript": ".superscript", "subscript": ".subscript", "deleted": ".deleted",
    "added": ".added", "gap": ".gap", "unclear": ".unclear", "supplied": ".supplied",
}  # fmt: skip
_KEY_OF_KIND = {
    "person": ("person", "person"), "term": ("term", "term"), "place": ("place", "place"),
    "corrected": ("original", "original"), "abbreviation": ("expansion", "expansion"),
}  # fmt: skip
_SPAN_OF_LOOK = {"underline": ".underline", "roman": ".roman"}
_PARTS = frozenset(("paragraph", "item", "label", "row", "cell"))
_KNOWN = frozenset((
    "class", "lang", "rend", "id", "person", "term", "place", "original", "expansion", "reason", "extent", "url",
    "title", "alt", "volume", "document", "part", "value", "label", "note", "facs", "end", "certainty",
))  # fmt: skip


class Lines:
    """Writes the lines of one document.

    ``labels`` has the label of each note of the document by the note's id. ``names`` says by which name references
    find a note, by its id, where that is not the end of the id itself (``5`` of ``d3fn5``).
    """

    def __init__(self, id: str, labels: Mapping[str, str], names: Mapping[str, str], say: Say) -> None:
        self.id = id
        self.labels = labels
        self.names = names
        self.say = say
        self.cell = False
        self.joint = BREAK
        self.in_link = False

    def block(self, nodes: Iterable[Node], *, first: bool = True) -> str:
        """The lines of a block, each ending where a printed one does. ``first`` says that a number with a full stop
        may begin it."""
        return _put_together(_bare(self.pieces(nodes)), "", "", BREAK, True, first).strip()

    def single(self, nodes: Iterable[Node], what: str, *, at_start: bool = False) -> str:
        """One line, where there can be no more: ``what`` names the place. ``at_start`` says that a line of the file
        begins with it."""
        self.joint = " "
        pieces = _bare(self.pieces(nodes))
        self.joint = BREAK
        if any(kind == "break" for kind, _ in pieces):
            self.say(f"the end of a line in {what}", 0)
        return _put_together(pieces, "", "", " ", at_start, False).replace("\n", " ").strip()

    def in_cell(self, nodes: Iterable[Node]) -> str:
        """The content of a table's cell."""
        self.cell = True
        written = self.single(nodes, "a table's cell")
        self.cell = False
        return written

    def value(self, nodes: Iterable[Node]) -> str:
        """The value of a key of the front matter, where lines may end but nothing means something at their start."""
        return _put_together(_bare(self.pieces(nodes)), "", "", BREAK, False, False).strip()

    # Pieces

    def pieces(self, nodes: Iterable[Node]) -> list[Piece]:
        out: list[Piece] = []
        self._add(nodes, out)
        return out

    def _add(self, nodes: Iterable[Node], out: list[Piece]) -> None:
        for node in _merged(nodes):
            kind, attrs = node.kind, node.attrs
            if kind == "text":
                _text(out, node.text)
            elif "found" in attrs:  # what the program marks is not the editor's
                self._add(node.children, out)
                continue
            elif kind == "emphasis":
                self._emphasis(node, out)
            elif kind in _KEY_OF_KIND or kind in _SPAN_OF_KIND or kind == "span":
                self._span(node, out)
            elif kind == "reference":
                self._reference(node, out)
            elif kind == "note_ref":
                self._note_ref(node, out)
            elif kind == "page_break":
                self._page(node, out)
            elif kind == "line_break":
                out.append(("break", ""))
            elif kind == "link":
                self._link(node, out)
            elif kind == "figure":
                out.append(("mark", self.image(node)))
                if node.children:
                    _text(out, " ")
                    self._add(node.children, out)
            elif kind == "code" and node.text:
                _spill((("code", node.text.replace("|", "\\|") if self.cell else node.text),), out)
            elif kind in BLOCKS:
                self._block_in_line(node, out)
            else:  # a kind that the dialect does not know yet: its words stay
                self.say(f"a node of kind {kind}", node.line)
                _text(out, node.text)
                self._add(node.children, out)
            if attrs and kind not in BLOCKS and not attrs.keys() <= _KNOWN:
                self.say("an attribute the dialect has no form for", node.line)

    def _block_in_line(self, node: Node, out: list[Piece]) -> None:
        """A block where only lines can be: its lines."""
        if node.kind not in _PARTS:
            self.say(f"a {node.kind.replace(chr(95), chr(32))} within a line", node.line)
        if out and out[-1][0] != "break":
            out.append(("break", ""))
        if node.attrs.get("label"):
            _text(out, node.attrs["label"] + " ")
        _text(out, node.text.replace("\n", " "))
        self._add(node.children, out)
        out.append(("break", ""))

    def _emphasis(self, node: Node, out: list[Piece]) -> None:
        look = node.attrs.get("rend", "italic")
        inner = self.pieces(node.children)
        rest = {k: v for k, v in node.attrs.items() if k != "rend"}
        if look in _SPAN_OF_LOOK or rest or look not in ("italic", "strong"):
            given = [_SPAN_OF_LOOK[look]] if look in _SPAN_OF_LOOK else []
            if look not in ("italic", "strong") and not given:
                given = [f".{name}" for name in _CLASS.findall(look)]
            given += self._common(node)
            if not _has_words(inner) or not given:
                _spill(inner, out)
                return
            if look in ("italic", "strong"):
                inner = _delimited(inner, "*" if look == "italic" else "**")
            self._bracketed(inner, given, out)
            return
        if any(kind == "open" and mark == ("*" if look == "italic" else "**") for kind, mark in inner):
            self.say("emphasis within emphasis", node.line)
            inner = [p for p in inner if p[0] not in ("open", "close")]
        _spill(_delimited(inner, "*" if look == "italic" else "**"), out)

    def _span(self, node: Node, out: list[Piece]) -> None:
        kind, attrs = node.kind, node.attrs
        given: list[str] = []
        if kind in _SPAN_OF_KIND:
            given.append(_SPAN_OF_KIND[kind])
        elif kind in _KEY_OF_KIND:
            name, key = _KEY_OF_KIND[kind]
            if attrs.get(name, "").strip():
                given.append(f"{key}={attribute(attrs[name])}")
            elif kind in ("person", "place"):
                given.append(f".{kind}")
        given += self._common(node)
        for name in ("reason", "extent"):
            if attrs.get(name, "").strip():
                given.append(f"{name}={attribute(attrs[name])}")
        inner = self.pieces(node.children)
        if not _has_words(inner) and kind == "gap":
            self._bracketed([], given, out)
        if not given or not _has_words(inner):
            _spill(inner, out)
            return
        self._bracketed(inner, given, out)

    def _bracketed(self, inner: list[Piece], given: list[str], out: list[Piece]) -> None:
        """``[words]{...}``, with the space at the edges outside."""
        before, inner, after = _trimmed(inner)
        out += before
        out.append(("mark", f"[{self._within_brackets(inner)}]{{{' '.join(given)}}}"))
        out += after

    def _within_brackets(self, inner: list[Piece]) -> str:
        """Pieces as the words between ``[`` and ``]``."""
        if self.cell:
            # A table takes the backslash from a bar, and ``[[a|`` would be a reference then.
            inner = _by_numbers(inner, _BAR)
        if _has_brackets(inner):
            inner = [("hard", p[1]) if p[0] == "text" else p for p in inner]
        return _put_together(inner, "[", "]", self.joint, False, False)

    def _common(self, node: Node) -> list[str]:
        """Class and language; an anchor cannot be said."""
        attrs = node.attrs
        if attrs.get("id") and node.kind not in ("note_ref", "page_break"):
            self.say("a place that can be pointed at", node.line)
        given = [f".{name}" for name in attrs.get("class", "").split() if _CLASS.fullmatch(name)]
        if attrs.get("lang"):
            given.append(f"lang={attribute(attrs['lang'])}")
        return given

    def _note_ref(self, node: Node, out: list[Piece]) -> None:
        label = self.labels.get(node.attrs.get("note", ""))
        if label is None:
            self.say("a reference to a note that is not there", node.line)
            out.append(("mark", f"[{protect(node.attrs.get('label', '') or '?')}]{{.superscript}}"))
        else:
            out.append(("note", f"[^{note_label(label)}]"))

    def _page(self, node: Node, out: list[Piece]) -> None:
        label = node.attrs.get("label", "")
        if node.attrs.get("facs"):
            self.say("the image of a page", node.line)
        bare = label.removeprefix("[").removesuffix("]")
        if _FORM.match(label) and _PAGE.fullmatch(label.replace(" Page ", " ", 1)):
            out.append(("page", f"[{label}]"))
        elif _PAGE.fullmatch(bare):
            if bare != label:
                self.say("a page number in brackets", node.line)
            out.append(("page", f"[Page {bare}]"))
        elif label:
            self.say("a page mark that is no number", node.line)
            _text(out, f" [{bare}] ")
        else:
            self.say("a page mark without a number", node.line)

    def _reference(self, node: Node, out: list[Piece]) -> None:
        named = reference_of(node)
        joint, self.joint = self.joint, " "
        inner: list[Piece] = []
        for kind, words in self.pieces(node.children):
            if kind == "break":
                self.say("the end of a line in a reference", node.line)
            _spill((("text", " ") if kind == "break" else (kind, words),), inner)
        self.joint = joint
        target = None if named.certainty else self.target(named)
        if target is None:
            if not named.certainty:
                self.say("a reference that has no form", node.line)
            _spill(inner, out)
            return
        if node.attrs.get("end"):
            self.say("the end of a range of pages", node.line)
        if all(kind == "text" for kind, _ in inner) and "".join(w for _, w in inner) in ("", _own_words(target)):
            out.append(("mark", f"[[{target}]]"))
            return
        words = _words_of_reference(inner)
        if not _NESTED.fullmatch(words):
            self.say("markup within the words of a reference", node.line)
            words = _words_of_reference(self._without_markup(node.children))
        if len(words) > 480:
            self.say("a reference of very many words", node.line)
            _text(out, plain_text(node.children))
            return
        out.append(("mark", f"[[{target}{chr(92) * self.cell}|{words}]]"))

    def _without_markup(self, nodes: Iterable[Node]) -> list[Piece]:
        """Words, page marks and references to notes."""
        out: list[Piece] = []
        for node in nodes:
            if node.kind in ("page_break", "note_ref"):
                self._add((node,), out)
            elif node.kind == "line_break":
                _text(out, " ")
            else:
                _text(out, node.text)
                _spill(self._without_markup(node.children), out)
        return out

    def target(self, named: Reference) -> str | None:
        """What stands in ``[[...]]`` for a reference; None if there is no form for it."""
        value = named.value
        if named.part == "note":
            value = self.names.get(value) or value.removeprefix(f"{named.document or self.id}fn")
        return _target(named.volume, named.document, named.part, value)

    def _link(self, node: Node, out: list[Piece]) -> None:
        outer, self.in_link = self.in_link, True
        inner = self.pieces(node.children)
        self.in_link = outer
        if outer or not _has_words(inner):
            self.say("a link within a link" if outer else "a link without words", node.line)
            _spill(inner, out)
            return
        before, inner, after = _trimmed(inner)
        out += before
        out.append(("mark", f"[{self._within_brackets(inner)}]({_address(node)})"))
        out += after

    def image(self, node: Node, caption: str = "") -> str:
        """A figure as an image, with its caption as title."""
        title = caption or node.attrs.get("title", "")
        return f"![{_protect_all(node.attrs.get('alt', ''))}]({_address(node, title)})"


def attribute(value: str) -> str:
    """A value as it stands behind ``key=``: what ends a value or a bracket around it is written by its number."""
    clean = _SIGN_IN_VALUE.sub(lambda m: "&quot;" if m[0] == '"' else f"&#{ord(m[0])};", " ".join(value.split()))
    return clean if _BARE.fullmatch(clean) else f'"{clean}"'


def _protect_all(words: str) -> str:
    """Protect words with all their brackets."""
    return "".join("\\" + part if part in ("[", "]") else protect(part) for part in _BRACKET.split(words))


def _spill(pieces: Iterable[Piece], out: list[Piece]) -> None:
    """Add pieces; neighbouring words, and neighbouring code, are one piece: two backticks in a row would mean
    something else."""
    for kind, words in pieces:
        if kind == "text":
            _text(out, words)
        elif kind == "code" and out and out[-1][0] == "code":
            out[-1] = ("code", out[-1][1] + words)
        else:
            out.append((kind, words))


def _by_numbers(pieces: Iterable[Piece], signs: re.Pattern[str]) -> list[Piece]:
    """Pieces with some signs among the words written by their numbers."""
    out: list[Piece] = []
    for kind, words in pieces:
        if kind != "text" or not signs.search(words):
            out.append((kind, words))
            continue
        for part in signs.split(words):
            if part:
                out.append(("mark", f"&#{ord(part)};") if signs.fullmatch(part) else (kind, part))
    return out


def _text(out: list[Piece], words: str) -> None:
    """Add words; neighbouring ones are one piece, so that what stands beside them can be seen."""
    if not words:
        return
    if out and out[-1][0] == "text":
        out[-1] = ("text", out[-1][1] + words)
    else:
        out.append(("text", words))


def _merged(nodes: Iterable[Node]) -> Iterable[Node]:
    """The nodes with neighbours in the same emphasis made one: two asterisks in a row would mean something else."""
    nodes = tuple(nodes)
    if not any(a.kind == "emphasis" == b.kind and a.attrs == b.attrs for a, b in itertools.pairwise(nodes)):
        return nodes
    out: list[Node] = []
    for node in nodes:
        last = out[-1] if out else None
        if last is not None and node.kind == "emphasis" == last.kind and node.attrs == last.attrs:
            out[-1] = Node("emphasis", last.children + node.children, last.attrs, "", last.line)
        else:
            out.append(node)
    return out


def _has_words(pieces: Iterable[Piece]) -> bool:
    return any(kind in ("mark", "code") or (kind in ("text", "hard") and words.strip()) for kind, words in pieces)


def _bare(pieces: list[Piece]) -> list[Piece]:
    """Pieces without the ends of lines at their edges: a backslash there would be text."""
    start, end = 0, len(pieces)
    while start < end and (pieces[start][0] == "break" or (pieces[start][0] == "text" and not pieces[start][1].strip())):  # fmt: skip
        start += 1
    while end > start and (pieces[end - 1][0] == "break" or (pieces[end - 1][0] == "text" and not pieces[end - 1][1].strip())):  # fmt: skip
        end -= 1
    return pieces[start:end]


def _trimmed(inner: list[Piece]) -> tuple[list[Piece], list[Piece], list[Piece]]:
    """Pieces with the space and the ends of lines at their edges apart."""
    before: list[Piece] = []
    after: list[Piece] = []
    inner = list(inner)
    while inner and (inner[0][0] == "break" or (inner[0][0] == "text" and inner[0][1][:1].isspace())):
        kind, words = inner.pop(0)
        rest = words.lstrip()
        before.append((kind, " " if kind == "text" else ""))
        if rest:
            inner.insert(0, (kind, rest))
            break
    while inner and (inner[-1][0] == "break" or (inner[-1][0] == "text" and inner[-1][1][-1:].isspace())):
        kind, words = inner.pop()
        rest = words.rstrip()
        after.insert(0, (kind, " " if kind == "text" else ""))
        if rest:
            inner.append((kind, rest))
            break
    return before, inner, after


def _delimited(inner: list[Piece], mark: str) -> list[Piece]:
    """Pieces between asterisks; without words they need none."""
    if not _has_words(inner):
        return inner
    before, inner, after = _trimmed(inner)
    return [*before, ("open", mark), *inner, ("close", mark), *after]


def _has_brackets(pieces: Iterable[Piece]) -> bool:
    return any(kind == "text" and ("[" in words or "]" in words) for kind, words in pieces)


# Putting together


def _put_together(pieces: Sequence[Piece], before: str, after: str, joint: str, at_start: bool, first: bool) -> str:
    """The pieces as one text that stands between ``before`` and ``after``. ``at_start`` says that lines begin here,
    where more signs mean something."""
    if len(pieces) == 1 and pieces[0][0] == "text" and before != "[" and "\n" not in pieces[0][1]:
        words = protect(pieces[0][1].strip() if at_start else pieces[0][1])
        return protect_start(words, first=first) if at_start else words
    out: list[str] = []
    last = before
    new_line = True
    coded = False
    delimiters: list[str] = []
    count = len(pieces)
    for index, (kind, words) in enumerate(pieces):
        following = _first(pieces[index + 1]) if index + 1 < count else after
        if kind == "text" or kind == "hard":
            shield = protect if kind == "text" else _protect_all
            written = shield(words)
            if coded:
                written = f"&#{ord(words[0])};{shield(words[1:])}"
                coded = False
            elif not out and before == "[" and _LIKE_A_MARK.match(words):
                # Brackets around these would be a page mark or the reference to a note.
                written = "\\" + written if words[0] == "^" else f"&#{ord(words[0])};{shield(words[1:])}"
            elif written[0] == ":" and index and pieces[index - 1][0] == "note":
                written = "\\" + written
            if following in ("[", "^") and written[-1] in "[!" and not _is_protected(written):
                written = f"{written[:-1]}\\{written[-1]}"
            if "\n" in written:
                written = "\n".join(
                    protect_start(line.strip(" \t"), first=False) if n else line.rstrip(" \t")
                    for n, line in enumerate(written.split("\n"))
                )
            if new_line and (at_start or out):
                # A paragraph loses all the blanks at its beginning; what stands behind them would begin it.
                written = written.lstrip(" \n") if out else written.lstrip()
                if written:
                    written = protect_start(written, first=first and not out)
            if not written:
                continue
        elif kind == "break":
            if out and joint == BREAK:
                out[-1] = out[-1].rstrip(" ")
            out.append(joint if joint != " " or last != " " else "")
            last, new_line = "\n" if joint == BREAK else " ", joint == BREAK
            continue
        elif kind == "open":
            written = words
            if last == "*" and pieces[index - 1][0] == "close":
                # A run of asterisks could be read in two ways; the underscore ends it.
                written = words.replace("*", "_")
            elif delimiters and pieces[index - 1][0] != "open" and _is_sign(last) and _is_sign(following):
                # Between two signs it could close what is open.
                written = words.replace("*", "_" if delimiters[-1][0] == "*" else "*")
            delimiters.append(written)
            if _is_sign(following) and last and not last.isspace() and not _is_sign(last):
                _encode_last(out)
        elif kind == "close":
            written = delimiters.pop() if delimiters else words
            next_is_word = bool(following) and not following.isspace() and not _is_sign(following)
            if next_is_word and (_is_sign(last) or written[0] == "_"):
                coded = True
        else:
            written = _code(words) if kind == "code" else words
            if kind == "page" and (not last or last.isspace()) and following and not following.isspace() and index + 1 < count and pieces[index + 1][0] != "close":  # fmt: skip
                written += " "
        out.append(written)
        last, new_line = written[-1], False
    return "".join(out)


def _words_of_reference(pieces: Sequence[Piece]) -> str:
    """Pieces as they stand behind the bar of ``[[...|...]]``, where brackets come in pairs or by their numbers."""
    words = _put_together(pieces, "|", "]", " ", False, False)
    if not _NESTED.fullmatch(words) or "\\[" in words or "\\]" in words:
        words = _put_together(_by_numbers(pieces, _BRACKET), "|", "]", " ", False, False)
    return words.replace("\n", " ")


def _encode_last(out: list[str]) -> None:
    """Write the letter before an asterisk by its number: after a letter, an asterisk before a sign opens nothing."""
    if (
        len(out) > 2
        and len(out[-1]) == 1
        and not out[-2].strip("*_")
        and not out[-3][-1].isspace()
        and not _is_sign(out[-3][-1])
    ):
        # The number begins with a sign itself, and an asterisk stands before it too.
        _encode_last(before := out[:-2])
        out[-3] = before[-1]
    if out:
        out[-1] = f"{out[-1][:-1]}&#{ord(out[-1][-1])};"


def _first(piece: Piece) -> str:
    kind, words = piece
    if kind == "break":
        return "\n"
    if kind in ("text", "hard"):
        return protect(words[:3])[:1] if words else ""
    return "`" if kind == "code" else words[:1]


def _is_protected(written: str) -> bool:
    """Whether a backslash protects the last sign; two of them are a backslash."""
    before = written[:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


@lru_cache(maxsize=1024)
def _is_sign(character: str) -> bool:
    """Whether CommonMark counts a character as punctuation."""
    if not character:
        return False
    if character.isascii():
        return not character.isalnum() and not character.isspace() and character.isprintable()
    return unicodedata.category(character).startswith(("P", "S"))


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    marks = "`" * (longest + 1)
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{marks}{pad}{text}{pad}{marks}"


def _address(node: Node, title: str = "") -> str:
    url = quote(node.attrs.get("url", ""), safe="!$&'*+,;=:@/?-._~#%[]")
    title = title or (node.attrs.get("title", "") if node.kind == "link" else "")
    said = " ".join(protect(title).replace('"', '\\"').split())
    return f'{url} "{said}"' if said else url


@lru_cache(maxsize=65536)
def _target(volume: str, document: str, part: str, value: str) -> str | None:
    """The form of a reference, if the reader reads it as what it is."""
    of = {
        "": "", "note": f"fn{value}", "page": f"p. {value}", "attachment": f"att{value}", "anchor": value,
        "paragraph": value if value.startswith("p") else f"para {value}",
    }.get(part)  # fmt: skip
    if of is None:
        return None
    whole = [name for name in (volume, document) if name]
    if volume and not document and not part:
        made = f"{volume}#"
    elif of and not whole:
        made = of if part == "page" or of.startswith("para ") else f"#{of}"
    else:
        made = "#".join([*whole, of] if of else whole)
    if not made or any(sign in made for sign in "[]|\n") or made != made.strip():
        return None
    found = parse_reference(made)
    if found is None:
        return None
    read = found[0]
    same = (read.volume, read.document) == (volume, document)
    same = same and (read.part, read.value) == (part, value)
    return made if same else None


@lru_cache(maxsize=65536)
def _own_words(target: str) -> str:
    found = parse_reference(target)
    return found[1] if found else ""
