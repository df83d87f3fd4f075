"""The dialect: what transcripts need beyond CommonMark, as rules for markdown-it-py.

Block rules yield tokens of their own (``note_open``, ``container``, ``block_attributes``); inline rules yield
``page_break``, ``note_ref``, ``reference`` and ``span_open``. All tokens know their place: those of blocks
through ``Env.places``, those in a line through ``Token.map``, which holds their offset in the line's content.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import replaceEntityPattern
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, list_block, paragraph, reference, table
from markdown_it.rules_inline import StateInline, link
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from generator.readers.markdown_references import PAGE_LABEL, parse_reference

MAX_NESTING = 40
"""Blocks in blocks; real documents stay below ten. A list takes two, its item one of them."""

_BLANK = "[ \u00a0\u2009\u202f]"
"""A space in a page mark: text from the web and from word processors has blanks that look the same."""

_PAGE_MARK = re.compile(
    rf"\[(?:Page{_BLANK}(?P<label>{PAGE_LABEL})|(?P<form>(?:Facsimile|Typeset){_BLANK}Page{_BLANK}{PAGE_LABEL}))\]"
)
_LIKE_A_PAGE_MARK = re.compile(rf"\[page{_BLANK}*(?:[0-9][^\]\n]{{0,14}})?\]", re.IGNORECASE)
"""What is meant as a page mark and is none: ``[page 13]``, ``[Page ]``, ``[Page 14, 15]``."""
_NOTE_REF = re.compile(r"\[\^((?:\\.|[^\]\[\s\\]){1,40})\]")
_LIKE_A_NOTE_REF = re.compile(r"\[\^[^\[\]\n]{0,60}\](?![(\[{])")
"""What is meant as a reference to a note and is none: ``[^1 a]``, ``[^ 1]``."""
_NOTE_DEFINITION = re.compile(r"\[\^((?:\\.|[^\]\[\s\\]){1,40})\]:[ \t]*")
_REFERENCE = re.compile(r"\[\[(?P<target>[^\[\]|\n]{1,200})(?:\]\]|\|(?P<label>(?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){1,500})\]\])")  # fmt: skip
_ITEM = r"(?:\.[\w-]+|[\w-]+=(?:\"[^\"{}\n]*\"|[^\s\"{}]+))"
ATTRIBUTES = re.compile(rf"\{{[ \t]*({_ITEM}(?:[ \t]+{_ITEM})*)[ \t]*\}}")
_ATTRIBUTE_LINE = re.compile(rf"{ATTRIBUTES.pattern}(?:[ \t]*{ATTRIBUTES.pattern})*[ \t]*$")
_ATTRIBUTE = re.compile(r"\.(?P<class>[\w-]+)|(?P<key>[\w-]+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s\"{}]+))")
_ENTITY = re.compile(r"&(#?\w{1,32});", re.ASCII)
_CONTAINER = re.compile(r":{3,}[ \t]*(?P<name>[A-Za-z][\w-]*)?(?P<rest>[^\n]*)")
_NUMBERED = re.compile(r"(\d{1,9})\.(?=[ \t]|$)", re.MULTILINE)
_BRACKETED = re.compile(r"\d{1,9}\)")
_DESTINATION = re.compile(r"\[[^\[\]\n]+\]:[ \t]*(\S+)")
_LOOKAHEAD = 100
"""Lines looked through for the second item of a list; a first item of more lines is a paragraph."""

Env = MutableMapping[str, Any]


def new_env() -> dict[str, Any]:
    """What one document's rules share: ``places`` (index of a block's token: offset of its first character),
    ``notes`` (the labels that have a definition), ``numbers`` (the last number of each open list)."""
    return {"places": {}, "notes": set(), "numbers": [], "references": {}}


def unescape(label: str) -> str:
    """A note's label without the backslashes that protect it (``\\*``)."""
    return re.sub(r"\\(.)", r"\1", label) if "\\" in label else label


def attributes(text: str) -> dict[str, str]:
    """Read what stands between braces, or in several of them: ``.signed lang=fr`` is
    ``{"class": "signed", "lang": "fr"}``. A sign may be written by its name or number (``&quot;``), as everywhere."""
    found: dict[str, str] = {}
    for item in _ATTRIBUTE.finditer(text):
        if item["class"]:
            found["class"] = f"{found['class']} {item['class']}" if "class" in found else item["class"]
        else:
            value = item["quoted"] if item["quoted"] is not None else item["bare"]
            found[item["key"]] = (
                _ENTITY.sub(lambda m: replaceEntityPattern(m[0], m[1]), value) if "&" in value else value
            )
    return found


# Blocks


def _place(state: StateBlock, line: int, _end: int, _silent: bool) -> bool:
    """Not a rule: asked first about every block and every item of a list, it notes where they begin."""
    state.env["places"][len(state.tokens)] = state.bMarks[line] + state.tShift[line]
    return False


def _line_of_words(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A paragraph of one line that begins with a letter, or with a number other than ``1)``, as most do: no other rule has
    a claim to it, so that none need be asked. Only a definition may follow behind an empty line."""
    start = state.bMarks[line] + state.tShift[line]
    first = state.src[start]
    if not (first.isalpha() or (first.isdigit() and not _BRACKETED.match(state.src, start))) or state.is_code_block(line):  # fmt: skip
        return False
    if line + 1 < state.lineMax and not state.isEmpty(line + 1):
        return False
    if line + 2 < end and state.src.startswith((":", "~"), state.bMarks[line + 2] + state.tShift[line + 2]):
        return False
    return paragraph(state, line, end, silent)


def _table(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A table, with the place of each row."""
    first = len(state.tokens)
    if not table(state, line, end, silent):
        return False
    for index in range(first, len(state.tokens)):
        token = state.tokens[index]
        if token.type == "tr_open" and token.map:
            row = token.map[0]
            state.env["places"][index] = state.bMarks[row] + state.tShift[row]
    return True


def _note(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """``[^1]: ...``, with further blocks indented by two columns or more."""
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith("[^", start) or state.is_code_block(line):
        return False
    found = _NOTE_DEFINITION.match(state.src, start, state.eMarks[line])
    if not found:
        return False
    if silent:
        return True
    label = unescape(found[1])
    state.env["notes"].add(label)
    token = state.push("note_open", "", 1)
    token.map = [line, line]
    token.info = label
    saved = state.bMarks[line], state.tShift[line], state.sCount[line], state.blkIndent, state.parentType, state.tight
    state.bMarks[line], state.tShift[line] = found.end(), 0
    state.blkIndent += 2
    # The first line counts as indented like the others, so that a list may begin in it and go on below.
    state.sCount[line] = state.blkIndent + 2
    state.parentType = "note"
    state.md.block.tokenize(state, line, end)
    state.bMarks[line], state.tShift[line], state.sCount[line], state.blkIndent, state.parentType, state.tight = saved
    state.push("note_close", "", -1)
    return True


def _reference(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A definition of a link, ``[label]: address``. Transcripts have lines that look like one (``[Enclosure]:
    Draft``), and a definition vanishes from the text; so the address has to look like one."""
    start = state.bMarks[line] + state.tShift[line]
    if state.src[start] != "[" or state.src.startswith("[^", start) or _PAGE_MARK.match(state.src, start):
        return False
    found = _DESTINATION.match(state.src, start, state.eMarks[line])
    if found and not any(c in found[1] for c in "/:#.<?"):
        return False
    return reference(state, line, end, silent)


def _list(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A list of CommonMark, but for numbers with a full stop: those are printed numbers. They make a list only
    if the next number follows on one of the next lines, without an empty line between; any other number begins
    a paragraph, or is part of one."""
    start = state.bMarks[line] + state.tShift[line]
    if not state.src[start : start + 1].isdigit():
        return list_block(state, line, end, silent)
    found = _NUMBERED.match(state.src, start, state.eMarks[line])
    if not found or state.is_code_block(line):
        return list_block(state, line, end, silent)
    number = int(found[1])
    numbers: list[int] = state.env["numbers"]
    if silent:
        if state.sCount[line] < state.blkIndent:
            return number - 1 in numbers
        return number == 1 and _has_second_item(state, line, end, found)
    if not _has_second_item(state, line, end, found):
        return False
    numbers.append(number)
    done = list_block(state, line, end, silent)
    numbers.pop()
    return done


def _has_second_item(state: StateBlock, line: int, end: int, first: re.Match[str]) -> bool:
    wanted = str(int(first[1]) + 1)
    indent = state.sCount[line]
    for other in range(line + 1, min(end, line + _LOOKAHEAD)):
        start = state.bMarks[other] + state.tShift[other]
        if start >= state.eMarks[other] or state.sCount[other] < state.blkIndent:
            return False
        if state.sCount[other] <= indent + 1:
            found = _NUMBERED.match(state.src, start, state.eMarks[other])
            if found and found[1] == wanted:
                return True
    return False


def _end_of_list(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """Asked before every further item of a list: ends one whose printed numbers do not go on."""
    if not silent:
        return False
    start = state.bMarks[line] + state.tShift[line]
    found = _NUMBERED.match(state.src, start, state.eMarks[line])
    if not found:
        return False
    numbers: list[int] = state.env["numbers"]
    if not numbers or int(found[1]) != numbers[-1] + 1 or state.isEmpty(line - 1):
        return True
    numbers[-1] += 1
    return False


def _container(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """``:::attachment`` and ``:::``. The two become single tokens; who builds the tree puts between them what
    stands between them, so that no nesting of the parser's is needed."""
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith(":::", start) or state.is_code_block(line):
        return False
    found = _CONTAINER.match(state.src, start, state.eMarks[line])
    if not found or (not found["name"] and found["rest"].strip()):
        return False
    if not silent:
        token = state.push("container", "", 0)
        token.map = [line, line + 1]
        token.info = found["name"] or ""
        token.content = found["rest"].strip()
        state.line = line + 1
    return True


def _block_attributes(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """A line ``{.signed}`` before the block it speaks of; ``{.signed} {.right}`` says as much as ``{.signed .right}``."""
    start = state.bMarks[line] + state.tShift[line]
    if silent or not state.src.startswith("{", start) or state.is_code_block(line):
        return False
    found = _ATTRIBUTE_LINE.match(state.src, start, state.eMarks[line])
    if not found:
        return False
    token = state.push("block_attributes", "", 0)
    token.map = [line, line + 1]
    token.content = found[0]
    state.line = line + 1
    return True


# In a line


class InlineState(StateInline):
    """A line's state that notes on each token the offset it came from."""

    def __init__(self, src: str, md: MarkdownIt, env: Env, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self.start = 0
        self.pending_start = 0
        self.has_spans = "]{" in src

    def push(self, ttype: str, tag: str, nesting: Any) -> Token:
        token = super().push(ttype, tag, nesting)
        token.map = [self.start]
        if ttype == "text":
            # The rule for emphasis pushes its characters one by one.
            self.start += 1
        return token

    def pushPending(self) -> Token:
        token = super().pushPending()
        token.map = [self.pending_start]
        return token


class InlineParser(ParserInline):
    """A parser of lines that keeps count of offsets and stops only at the characters that mean something."""

    def __init__(self) -> None:
        super().__init__()
        self.terminator_re = re.compile(r"[\n!&*<\[\\\]_`]")

    def parse(self, src: str, md: MarkdownIt, env: Env, tokens: list[Token]) -> list[Token]:
        state = InlineState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens

    def tokenize(self, state: StateInline) -> None:
        assert isinstance(state, InlineState)
        rules = self.ruler.getRules("")
        end = state.posMax
        state.pending_start = state.pos
        while state.pos < end:
            state.start = state.pos
            count = len(state.tokens)
            done = False
            if state.level < MAX_NESTING:
                for rule in rules:
                    if rule(state, False):
                        done = True
                        break
            if not done:
                state.append_pending(state.src[state.pos])
                state.pos += 1
            elif len(state.tokens) != count:
                state.pending_start = state.pos
        if state.pending:
            state.pushPending()


def _bracket(state: StateInline, silent: bool) -> bool:
    """Page marks, references to notes, references to documents, and words with attributes."""
    src, pos = state.src, state.pos
    if src[pos] != "[":
        return False
    following = src[pos + 1 : pos + 2]
    if following and following in "PFTp":
        found = _PAGE_MARK.match(src, pos, state.posMax)
        if found:
            if silent:
                return _transparent(state)
            token = state.push("page_break", "", 0)
            token.content = found["label"] or " ".join(found["form"].split())
            state.pos = found.end()
            return True
        found = _LIKE_A_PAGE_MARK.match(src, pos, state.posMax)
        if found and not silent and src[found.end() : found.end() + 1] not in ("(", "[", "{"):
            return _plain(state, found[0])
    elif following == "^":
        found = _NOTE_REF.match(src, pos, state.posMax)
        if found:
            if silent:
                return _transparent(state)
            token = state.push("note_ref", "", 0)
            token.content = unescape(found[1])
            token.markup = found[0]
            state.pos = found.end()
            return True
        found = _LIKE_A_NOTE_REF.match(src, pos, state.posMax)
        if found and not silent:
            return _plain(state, found[0])
    elif following == "[":
        found = _REFERENCE.match(src, pos, state.posMax)
        if found:
            if silent:
                return _transparent(state)
            if parse_reference(found["target"]):
                return _explicit_reference(state, found)
            if _span(state) or link(state, False):
                # Words in words, the inner ones with a bar: ``[[a\\|b]{.roman}]{lang=fr}``.
                return True
            return _plain(state, found[0])
    return not silent and _span(state)


def _transparent(state: StateInline) -> bool:
    """Step over the bracket alone while the end of a link's words is looked for: what stands in brackets there
    must not look like a link within a link."""
    state.pos += 1
    return True


def _plain(state: StateInline, markup: str) -> bool:
    """A bracket that is text, although ``markup`` looks like more; whoever builds the tree says so."""
    token = state.push("text", "", 0)
    token.content = "["
    token.info = markup
    return _transparent(state)


def _explicit_reference(state: StateInline, found: re.Match[str]) -> bool:
    posmax = state.posMax
    token = state.push("reference_open", "", 1)
    token.content = found["target"].strip()
    token.markup = found[0]
    if found["label"] is not None:
        state.pos, state.posMax = found.span("label")
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
    state.push("reference_close", "", -1)
    state.pos, state.posMax = found.end(), posmax
    return True


def _span(state: StateInline) -> bool:
    """``[Bartholomew]{person=bartholomew}``."""
    assert isinstance(state, InlineState)
    if not state.has_spans:
        return False
    start, posmax = state.pos, state.posMax
    end = state.md.helpers.parseLinkLabel(state, start)
    if end < 0:
        return False
    found = ATTRIBUTES.match(state.src, end + 1, posmax)
    if not found:
        return False
    token = state.push("span_open", "", 1)
    token.content = found[1]
    token.markup = found[0]
    state.pos, state.posMax = start + 1, end
    state.md.inline.tokenize(state)
    state.push("span_close", "", -1)
    state.pos, state.posMax = found.end(), posmax
    return True


def make_parser() -> MarkdownIt:
    """Return a parser of the dialect. It holds nothing of a document and may be used again and again."""
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    md.inline = InlineParser()
    md.inline.ruler.enableOnly(["text", "newline", "escape", "backticks", "emphasis", "link", "image", "autolink", "entity"])  # fmt: skip
    md.inline.ruler.before("link", "bracket", _bracket)
    # Neighbouring texts are joined when the tree is built, where their places are still known.
    md.inline.ruler2.enableOnly(["balance_pairs", "emphasis"])
    md.enable("table").disable(["html_block"])
    # Which links a page may carry is decided when the tree is built, and said to the editor.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    md.use(deflist_plugin)
    ruler = md.block.ruler
    ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    ruler.at("reference", _reference)
    ruler.before("table", "place", _place, {"alt": ["list"]})
    ruler.before("table", "line_of_words", _line_of_words)
    ruler.before("fence", "container", _container, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    ruler.before("fence", "block_attributes", _block_attributes)
    ruler.before("list", "end_of_list", _end_of_list, {"alt": ["list"]})
    ruler.before("reference", "note", _note, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return md
