"""Documents in Markdown: YAML front matter, then the dialect that docs/markdown.md describes to editors.

markdown-it-py finds blocks and the marks in a line (``markdown_rules``); here they become nodes of the model,
each with its line and column, and page marks, notes and references get their anchors.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from markdown_it.common.utils import unescapeAll
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from generator.diagnostics import Diagnostic, Rule, Span, did_you_mean, nearest
from generator.document import Document, Kind, Node, Note, is_safe_url, plain_text
from generator.readers import Part, Reading, Split, frontmatter
from generator.readers.frontmatter import Line, Places
from generator.readers.markdown_references import parse_reference
from generator.readers.markdown_rules import ATTRIBUTES, MAX_NESTING, attributes, make_parser, new_env

NAME = "markdown"
SUFFIXES: tuple[str, ...] = (".md",)

_PARSER = make_parser()
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
_PAGES = "pages"
_SECTIONS = frozenset((
    "abbreviations", "acknowledgements", "acknowledgments", "appendix", "bibliography", "contents", "conventions",
    "editorial", "errata", "foreword", "glossary", "index", "introduction", "note", "persons", "preface", "sources",
    "terms",
))  # fmt: skip
_PRINTED_NUMBERS = re.compile(r"(?:([0-9]{1,9})\.(?:\s+|$))+")
_MEANS_SOMETHING = re.compile(r"[\n!&*<\[\\\]_`]")
_MAX_DEPTH = 60
_MAX_DIAGNOSTICS = 200
_LAST = 1 << 60

_KIND_CLASSES: dict[str, Kind] = {
    "signed": "signed", "salute": "salute", "closer": "closer", "postscript": "postscript", "dateline": "dateline",
    "opener": "opener", "verse": "verse",
}  # fmt: skip
_LOOKS = ("right", "center", "left", "indent", "hanging")
_LIST_TYPES = ("simple", "participants", "subject")
_CONTAINERS: dict[str, Kind] = {
    "attachment": "attachment", "section": "section", "opener": "opener", "closer": "closer",
    "postscript": "postscript", "quote": "quote",
}  # fmt: skip
_SPAN_KEYS: dict[str, tuple[Kind, str]] = {
    "person": ("person", "person"), "term": ("term", "term"), "place": ("place", "place"),
    "original": ("corrected", "original"), "expansion": ("abbreviation", "expansion"),
}  # fmt: skip
_SPAN_CLASSES: dict[str, tuple[Kind, dict[str, str]]] = {
    "small-caps": ("small_caps", {}), "superscript": ("superscript", {}), "subscript": ("subscript", {}),
    "deleted": ("deleted", {}), "added": ("added", {}), "gap": ("gap", {}), "unclear": ("unclear", {}),
    "supplied": ("supplied", {}), "underline": ("emphasis", {"rend": "underline"}),
    "roman": ("emphasis", {"rend": "roman"}), "place": ("place", {}), "person": ("person", {}),
}  # fmt: skip
_BLOCK_NAMES = (*_KIND_CLASSES, *_LOOKS, *_LIST_TYPES)
_MARK_NAMES = {"*": "star", "†": "dagger", "‡": "ddagger", "§": "section", "‖": "parallel", "∥": "parallel", "║": "parallel", "¶": "pilcrow", "#": "number"}  # fmt: skip


def split(file: str, volume: str, data: bytes) -> Split:
    """A Markdown file is one part; its id is the file's stem."""
    stem = file.rpartition("/")[2].removesuffix(".md")
    return Split(parts=(Part(NAME, volume, stem, file, data),))


def read(part: Part) -> Reading:
    """Read one document. Never raises for a fault in the text."""
    try:
        text = part.data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Reading(None, (_not_utf8(part, error),))
    if text.startswith("\ufeff"):
        text = text[1:]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _Reading(part, text).read()


def _not_utf8(part: Part, error: UnicodeDecodeError) -> Diagnostic:
    before = part.data[: error.start]
    line = before.count(b"\n") + 1
    start = before.rfind(b"\n") + 1
    shown = part.data[start:].split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    column = len(before[start:].decode("utf-8", "replace")) + 1
    rule = Rule.INVALID_UTF8
    message = f"The byte 0x{part.data[error.start]:02X} is not UTF-8 text"
    return Diagnostic(rule.id, rule.severity, message, Span(part.file, line, column), "Save the file as UTF-8 in your editor.", shown)  # fmt: skip


class _Definition:
    """A note's text, as tokens still, and what refers to it."""

    __slots__ = ("children", "column", "first", "id", "label", "last", "line", "refs", "slug")

    def __init__(self, label: str, slug: str, id: str, line: int, column: int, first: int, last: int) -> None:
        self.label = label
        self.slug = slug
        self.id = id
        self.line = line
        self.column = column
        self.first = first
        self.last = last
        self.refs: list[str] = []
        self.children: tuple[Node, ...] = ()


class _Frame:
    """A block that is open."""

    __slots__ = ("attrs", "children", "column", "cursor", "kind", "line", "name")

    def __init__(self, kind: Kind | str, name: str, line: int, column: int) -> None:
        self.kind = kind
        self.name = name
        self.line = line
        self.column = column
        self.attrs: dict[str, str] = {}
        self.children: list[Node] = []
        self.cursor = 0


class _Reading:
    """One document while it is read."""

    def __init__(self, part: Part, text: str) -> None:
        self.part = part
        self.lines = text.split("\n")
        self.text = text
        self.diagnostics: list[Diagnostic] = []
        self.env: dict[str, Any] = new_env()
        self.tokens: list[Token] = []
        self.body_line = 1
        self.starts: list[int] = []
        self.ids: dict[str, int] = {}
        self.definitions: dict[str, list[_Definition]] = {}
        self.uses: dict[str, int] = {}
        self.queue: list[_Definition] = []
        self.in_note = False
        self.paragraphs = 0
        self.attachments = 0
        self.marks: dict[str, bool] = {}
        self.latest_page: dict[str, int] = {}
        self.waiting: dict[str, str] = {}
        self.waiting_place = (0, 0)
        self.too_deep = False

    def report(self, rule: Rule, message: str, line: int, column: int, hint: str = "") -> None:
        if len(self.diagnostics) >= _MAX_DIAGNOSTICS:
            # What has so many faults is no document; thousands of messages would hide the first ones.
            return
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        span = Span(self.part.file, line, column)
        self.diagnostics.append(Diagnostic(rule.id, rule.severity, message, span, hint, shown))

    def read(self) -> Reading:
        text = self.text
        if _UNSHOWABLE.search(text):
            text = self.without_unshowable(text)
        found = _FRONT_MATTER.match(text)
        if not found:
            self.report_no_front_matter(text)
            return Reading(None, tuple(self.diagnostics))
        front = frontmatter.read(found["yaml"], 2, self.report)
        if front is None:
            return Reading(None, tuple(sorted(self.diagnostics, key=Diagnostic.sort_key)))
        self.body_line = text.count("\n", 0, found.end()) + 1
        body = text[found.end() :]
        self.parse(body)
        source_line, title, dateline = (self.line(value) for value in (front.source_line, front.title, front.dateline))
        content = self.blocks(0, len(self.tokens))
        notes = self.notes()
        document = Document(
            volume=self.part.volume,
            id=self.part.id,
            title=title,
            body=content,
            metadata=front.metadata,
            source_line=source_line,
            dateline=dateline,
            notes=notes,
            role=_role(self.part),
        )
        if self.diagnostics:
            self.diagnostics.sort(key=Diagnostic.sort_key)
        return Reading(document, tuple(self.diagnostics))

    def without_unshowable(self, text: str) -> str:
        found = _UNSHOWABLE.search(text)
        assert found
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        count = len(_UNSHOWABLE.findall(text))
        more = f" (and {count - 1} more)" if count > 1 else ""
        self.report(
            Rule.CONTROL_CHARACTER,
            f"The character U+{ord(found[0]):04X} cannot be shown in a page{more}",
            line,
            column,
            hint="Delete it, or put in what was meant; it is mostly left over from copying.",
        )
        return _UNSHOWABLE.sub("\ufffd", text)

    def report_no_front_matter(self, text: str) -> None:
        if re.match(r"---[ \t]*(?:\n|\Z)", text):
            self.report(Rule.FRONT_MATTER, "The front matter is never closed", 1, 1, hint="Put a line of --- after the last key.")  # fmt: skip
        else:
            self.report(Rule.FRONT_MATTER, "The document does not begin with front matter", 1, 1, hint="Begin with a line of ---, then  title: ...  and the other keys, then a line of ---.")  # fmt: skip

    def parse(self, body: str) -> None:
        """Find the blocks and the notes' definitions."""
        position = 0
        for text in body.split("\n"):
            self.starts.append(position)
            position += len(text) + 1
        _PARSER.block.parse(body, _PARSER, self.env, self.tokens)
        if not self.env["notes"]:
            return
        opened: list[int] = []
        spans: list[tuple[int, int]] = []
        for index, token in enumerate(self.tokens):
            if token.type == "note_open":
                opened.append(index)
            elif token.type == "note_close":
                spans.append((opened.pop(), index))
        for first, last in sorted(spans):
            label = self.tokens[first].info
            slug = label if label.isascii() and label.isalnum() else _slug(label)
            id = self.unique(f"{self.part.id}fn{slug}")
            slug = id[len(self.part.id) + 2 :]
            line, column = self.place(first)
            definition = _Definition(label, slug, id, line, column, first, last)
            self.definitions.setdefault(label, []).append(definition)

    def unique(self, id: str) -> str:
        """``id``, or the first of ``id-2``, ``id-3`` ... that is free."""
        wanted = id
        if id in self.ids:
            count = self.ids[id] + 1
            while f"{id}-{count}" in self.ids:
                count += 1
            self.ids[id] = count
            wanted = f"{id}-{count}"
        self.ids[wanted] = 1
        return wanted

    # Blocks

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of the block whose first token is at ``index``."""
        token = self.tokens[index]
        offset = self.env["places"].get(index)
        if token.map is None:
            return 0, 0
        line = token.map[0]
        if offset is None:
            # The first item of a list begins where the list does.
            offset = self.env["places"].get(index - 1) if token.type == "list_item_open" else None
        column = offset - self.starts[line] + 1 if offset is not None else 1
        return line + self.body_line, column

    def blocks(self, first: int, last: int) -> tuple[Node, ...]:
        """The nodes of a run of tokens."""
        tokens = self.tokens
        root = _Frame("", "", 0, 0)
        stack = [root]
        index = first
        head = False
        while index < last:
            token = tokens[index]
            type = token.type
            if type == "inline":
                self.line_of_block(stack, token, index)
            elif type == "note_open":
                index = self.end_of_note(index)
            elif token.hidden or type in ("tbody_open", "tbody_close"):
                pass
            elif type == "thead_open":
                head = True
            elif type == "thead_close":
                head = False
            elif type == "container":
                self.container(stack, token, index)
            elif type == "block_attributes":
                self.waiting = attributes(token.content)
                self.waiting_place = self.place(index)
            elif token.nesting == 1:
                frame = self.open(stack, token, index)
                if type == "tr_open" and head:
                    frame.attrs["role"] = "label"
            elif token.nesting == -1:
                while stack[-1].name == "container" and len(stack) > 1:
                    self.close_container(stack, None)
                if len(stack) > 1:
                    self.close(stack)
            else:
                self.leaf(stack, token, index)
            index += 1
        while len(stack) > 1:
            self.close_container(stack, None)
        self.report_waiting()
        return tuple(root.children)

    def end_of_note(self, first: int) -> int:
        label = self.tokens[first].info
        return next(d.last for d in self.definitions[label] if d.first == first)

    def open(self, stack: list[_Frame], token: Token, index: int) -> _Frame:
        line, column = self.place(index)
        if token.level >= MAX_NESTING - 1:
            self.report_depth(line, column)
        frame = _Frame(_BLOCK_KINDS[token.type], token.type, line, column)
        if token.type == "heading_open":
            frame.attrs["level"] = token.tag[1] if token.tag != "h1" else "2"
        elif token.type == "ordered_list_open":
            frame.attrs["type"] = "ordered"
            if "start" in token.attrs:
                frame.attrs["start"] = str(token.attrs["start"])
        elif token.type == "dl_open":
            frame.attrs["type"] = "label"
        elif token.type in ("th_open", "td_open"):
            style = str(token.attrs.get("style", ""))
            if style:
                frame.attrs["align"] = style.removeprefix("text-align:")
        elif token.type == "tr_open":
            frame.column = 1
        stack.append(frame)
        if self.waiting:
            waiting, self.waiting = self.waiting, {}
            self.dress(frame, waiting, *self.waiting_place)
        return frame

    def close(self, stack: list[_Frame]) -> None:
        """Turn the innermost open block into a node of the one around it."""
        frame = stack.pop()
        self.report_waiting()
        parent = stack[-1]
        kind = frame.kind
        children = frame.children
        if frame.name == "paragraph_open":
            if not children:
                return
            if all(child.kind == "page_break" for child in children):
                parent.children += children
                return
            if len(children) == 1 and children[0].kind == "figure":
                parent.children.append(_figure_alone(children[0], frame.attrs))
                return
            if kind == "paragraph":
                self.paragraph(frame)
        elif kind == "row":
            self.cells_beyond(frame)
            content = [child for cell in frame.children for child in cell.children]
            if content and all(child.kind == "page_break" for child in content):
                parent.children += content
                return
        elif kind == "list" and not children:
            return
        parent.children.append(Node(kind, tuple(children), frame.attrs, "", frame.line, frame.column))  # type: ignore[arg-type]

    def paragraph(self, frame: _Frame) -> None:
        first = next((child for child in frame.children if child.kind != "page_break"), None)
        if first is not None and first.kind == "text" and first.text[:1].isdigit():
            found = _PRINTED_NUMBERS.match(first.text)
            if found:
                frame.attrs["n"] = found[1]
        if not self.in_note:
            self.paragraphs += 1
            frame.attrs["id"] = self.unique(f"p{self.paragraphs}")

    def cells_beyond(self, frame: _Frame) -> None:
        """Cells that stand beyond the last column of the head: the parser drops them, the edition does not."""
        source = self.lines[frame.line - 1].rstrip().removesuffix("|")
        rest = source[frame.cursor :]
        cut = rest.find("|")
        if cut < 0:
            return
        at = frame.cursor + cut + 1
        for cell in escapedSplit(rest[cut + 1 :]):
            places = ((0, frame.line, at + 1 + len(cell) - len(cell.lstrip())),)
            nodes = self.inline(cell.strip(), places)
            frame.children.append(Node("cell", tuple(nodes), {}, "", *places[0][1:]))
            at += len(cell) + cell.count("|") + 1

    def leaf(self, stack: list[_Frame], token: Token, index: int) -> None:
        line, column = self.place(index)
        attrs: dict[str, str] = {}
        if token.type == "hr":
            node = Node("rule", (), attrs, "", line, column)
        else:
            language = unescapeAll(token.info).split()[0] if token.info.split() else ""
            if language:
                attrs["class"] = f"language-{language}"
            node = Node("code_block", (), attrs, token.content, line, column)
        stack[-1].children.append(node)

    def container(self, stack: list[_Frame], token: Token, index: int) -> None:
        line, column = self.place(index)
        if not token.info:
            if stack[-1].name == "container":
                self.close_container(stack, token)
            else:
                self.report(Rule.UNCLOSED_BLOCK, "::: closes a block, but none is open here", line, column)
            return
        if len(stack) >= _MAX_DEPTH:
            self.report_depth(line, column)
            return
        kind = _CONTAINERS.get(token.info)
        if kind is None:
            hint = did_you_mean(token.info, _CONTAINERS) or f"The blocks are {', '.join(_CONTAINERS)}."
            self.report(Rule.UNKNOWN_BLOCK, f'The block ":::{token.info}" is not known', line, column, hint)
        frame = _Frame(kind or "section", "container", line, column)
        if kind is None:
            frame.attrs["class"] = token.info
        if kind == "attachment":
            self.attachments += 1
            frame.attrs["id"] = self.unique(f"{self.part.id}-att{self.attachments}")
        stack.append(frame)
        rest = token.content
        if rest:
            found = ATTRIBUTES.fullmatch(rest)
            if found:
                self.dress(frame, attributes(found[1]), line, column)
            else:
                at = self.lines[line - 1].find(rest, column)
                nodes = self.inline(rest, ((0, line, at + 1),))
                frame.children.append(Node("heading", tuple(nodes), {"level": "2"}, "", line, at + 1))

    def close_container(self, stack: list[_Frame], token: Token | None) -> None:
        frame = stack.pop()
        if token is None:
            self.report(Rule.UNCLOSED_BLOCK, f'The block ":::{frame.kind}" is never closed', frame.line, frame.column, hint="Put a line of ::: after its last line.")  # fmt: skip
        self.report_waiting()
        stack[-1].children.append(Node(frame.kind, tuple(frame.children), frame.attrs, "", frame.line, frame.column))  # type: ignore[arg-type]

    def report_waiting(self) -> None:
        if self.waiting:
            self.waiting = {}
            self.report(Rule.UNKNOWN_BLOCK, "These attributes stand before no block", *self.waiting_place, hint="Put them on the line before the block, or at the end of its last line.")  # fmt: skip

    def report_depth(self, line: int, column: int) -> None:
        if not self.too_deep:
            self.too_deep = True
            self.report(Rule.TOO_LARGE, "The text is nested more deeply here than any real document; what is deeper may be lost", line, column)  # fmt: skip

    def dress(self, frame: _Frame, given: dict[str, str], line: int, column: int) -> None:
        """Give a block its attributes."""
        for key, value in given.items():
            if key == "lang":
                frame.attrs["lang"] = value
            elif key == "class":
                for name in value.split():
                    if name in _KIND_CLASSES and frame.kind == "paragraph":
                        frame.kind = _KIND_CLASSES[name]
                    elif name in _LIST_TYPES and frame.kind == "list":
                        frame.attrs["type"] = name
                    elif name in _LOOKS:
                        frame.attrs["rend"] = f"{frame.attrs.get('rend', '')} {name}".strip()
                    else:
                        frame.attrs["class"] = f"{frame.attrs.get('class', '')} {name}".strip()
                        self.report_near(name, _BLOCK_NAMES, line, column)
            else:
                hint = did_you_mean(key, ("lang",)) or "A block takes a class, such as {.right}, and lang=fr."
                self.report(Rule.UNKNOWN_BLOCK, f'The attribute "{key}" is not known', line, column, hint)

    def report_near(self, name: str, known: Sequence[str], line: int, column: int) -> None:
        """Any class may stand in a text, for the theme to show; one that is like a known name is a slip."""
        right = nearest(name, known)
        if right and right != name:
            self.report(Rule.UNKNOWN_BLOCK, f'The class "{name}" is not known to the dialect', line, column, f'Did you mean "{right}"?')  # fmt: skip

    # Lines

    def line(self, value: Line | None) -> tuple[Node, ...]:
        return tuple(self.inline(value.text, value.places)) if value is not None else ()

    def line_of_block(self, stack: list[_Frame], token: Token, index: int) -> None:
        frame = stack[-1]
        content = token.content
        if not content:
            return
        places = self.places(stack, content, token, index)
        if not frame.column or frame.name in ("th_open", "td_open", "dt_open"):
            frame.line, frame.column = places[0][1:]
        if content.endswith("}"):
            at = content.rfind("{")
            found = ATTRIBUTES.fullmatch(content, at) if at >= 0 and content[:at].rstrip(" \t\n") != content[:at] else None  # fmt: skip
            if found:
                self.dress(frame, attributes(found[1]), *_locate(places, at))
                content = content[:at].rstrip()
        frame.children += self.inline(content, places)

    def places(self, stack: list[_Frame], content: str, token: Token, index: int) -> Places:
        """Where the lines of a block's content stand in the file."""
        assert token.map is not None
        row = token.map[0]
        line = row + self.body_line
        name = stack[-1].name
        if name in ("td_open", "th_open"):
            return self.places_of_cell(stack[-2], content, line)
        if name in ("heading_open", "dt_open"):
            offset = self.env["places"].get(index - 1, self.starts[row])
            first = content.split("\n", 1)[0]
            at = self.lines[line - 1].find(first, offset - self.starts[row])
            places = [(0, line, at + 1)]
        else:
            offset = self.env["places"].get(index - 1, self.starts[row])
            places = [(0, line, offset - self.starts[row] + 1)]
        if "\n" in content:
            position = 0
            for number, text in enumerate(content.split("\n")):
                if number:
                    stripped = text.strip(" \t")
                    source = self.lines[line - 1 + number].rstrip(" \t")
                    at = len(source) - len(stripped) if source.endswith(stripped) else max(0, source.find(stripped))
                    places.append((position + len(text) - len(text.lstrip(" \t")), line + number, at + 1))
                position += len(text) + 1
        return tuple(places)

    def places_of_cell(self, row: _Frame, content: str, line: int) -> Places:
        source = self.lines[line - 1]
        if row.line != line:
            row.line, row.cursor = line, 0
        raw = content.replace("|", "\\|")
        at = source.find(raw, row.cursor)
        if at < 0:
            return ((0, line, row.cursor + 1),)
        row.cursor = at + len(raw)
        places = [(0, line, at + 1)]
        for shift, found in enumerate(re.finditer(r"\|", content)):
            places.append((found.start() + 1, line, at + found.start() + shift + 3))
        return tuple(places)

    def inline(self, content: str, places: Places) -> list[Node]:
        """The nodes of a line."""
        if not _MEANS_SOMETHING.search(content):
            return [Node("text", (), {}, content, *_locate(places, 0))] if content else []
        return _LineBuilder(self, places).build(_PARSER.inline.parse(content, _PARSER, self.env, []))

    # Marks

    def page_break(self, label: str, line: int, column: int) -> Node:
        number = re.search(r"\d+", label)
        form, _, last = label.rpartition(" ")
        slug = re.sub(r"[^A-Za-z0-9._-]", "-", last)
        prefix = f"pg_{form.split()[0].lower()}_" if form else "pg_"
        anchor = self.unique(prefix + slug)
        if not self.in_note:
            if label in self.marks:
                self.report(Rule.PAGE_REPEATED, f"[{_mark(label)}] stands twice in this document", line, column, hint="Correct one of the two, or delete it.")  # fmt: skip
            self.marks[label] = True
            series = form
            if last[:1].isdigit() and number:
                value = int(number[0])
            elif last.isalpha():
                series, value = form + "roman", _roman(last)
            else:
                series, value = form + re.sub(r"\d.*", "", last), int(number[0]) if number else 0
            before = self.latest_page.get(series)
            if before is not None and value < before:
                self.report(Rule.PAGE_BACKWARDS, f"[{_mark(label)}] comes after a higher page ({before if series != form + 'roman' else 'roman'})", line, column, hint="Check the number, or the order of the text.")  # fmt: skip
            self.latest_page[series] = value
        return Node("page_break", (), {"label": label, "id": anchor}, "", line, column)

    def note_ref(self, label: str, line: int, column: int) -> Node | None:
        """The reference, or None if there is no such note."""
        definitions = self.definitions.get(label)
        if definitions is None:
            hint = did_you_mean(label, self.definitions)
            self.report(Rule.MARKER_WITHOUT_NOTE, f"There is no note [^{label}]", line, column, hint or f"Add its text on a line that begins with [^{label}]: ")  # fmt: skip
            return None
        use = self.uses.get(label, 0)
        self.uses[label] = use + 1
        definition = definitions[min(use, len(definitions) - 1)]
        if not definition.refs:
            self.queue.append(definition)
        count = len(definition.refs)
        anchor = self.unique(f"{self.part.id}fnref{definition.slug}" + (f"-{count + 1}" if count else ""))
        definition.refs.append(anchor)
        return Node("note_ref", (), {"note": definition.id, "id": anchor, "label": label}, "", line, column)

    def notes(self) -> tuple[Note, ...]:
        """The notes in the order of their first references; those that nothing refers to come last."""
        if not self.definitions:
            return ()
        self.in_note = True
        done = 0
        everything = [d for definitions in self.definitions.values() for d in definitions]
        everything.sort(key=lambda d: d.first)
        while True:
            while done < len(self.queue):
                definition = self.queue[done]
                definition.children = self.blocks(definition.first + 1, definition.last)
                done += 1
            missed = next((d for d in everything if not d.refs and d not in self.queue), None)
            if missed is None:
                break
            if not self.uses.get(missed.label):
                self.report(Rule.NOTE_WITHOUT_MARKER, f"Nothing in the text refers to the note [^{missed.label}]", missed.line, missed.column, hint=f"Put [^{missed.label}] where it belongs, or delete the note.")  # fmt: skip
            self.queue.append(missed)
        for label, definitions in self.definitions.items():
            uses = self.uses.get(label, 0)
            if len(definitions) > 1 and uses not in (0, len(definitions)):
                second = definitions[1]
                self.report(Rule.NOTE_LABEL_REPEATED, f"{len(definitions)} notes have the label {label}, but {uses} references", second.line, second.column, hint="Give each note a label of its own, or as many references as notes, in the same order.")  # fmt: skip
        return tuple(self.note(definition) for definition in self.queue)

    def note(self, d: _Definition) -> Note:
        kind = "source" if plain_text(d.children[:1]).startswith("Source:") else "foot"
        return Note(d.id, d.label, d.children, tuple(d.refs), kind, d.line, d.column)


class _LineBuilder:
    """Makes nodes of the tokens of a line: joins texts, and takes away the space that a page mark has too many."""

    def __init__(self, reading: _Reading, places: Places) -> None:
        self.reading = reading
        self.places = places
        self.children: list[Node] = []
        self.stack: list[tuple[Token, list[Node]]] = []
        self.pieces: list[str] = []
        self.start = 0
        # Whether the last thing shown was a space, and whether a page mark has come since.
        self.space = True
        self.after_mark = False
        self.skipped = 0

    def build(self, tokens: Sequence[Token]) -> list[Node]:
        for token in tokens:
            type = token.type
            offset = token.map[0] if token.map else 0
            if type == "text":
                if token.content:
                    self.add(token.content, offset)
                if token.info:
                    self.report_no_reference(token.info, offset)
            elif type == "text_special":
                self.add(token.content, offset)
            elif type == "softbreak":
                self.add("\n", offset)
            elif token.nesting == 1:
                self.flush()
                if len(self.stack) >= _MAX_DEPTH:
                    self.skipped += 1
                    self.reading.report_depth(*self.locate(offset))
                    continue
                self.stack.append((token, self.children))
                self.children = []
            elif token.nesting == -1:
                self.flush()
                if self.skipped:
                    self.skipped -= 1
                elif self.stack:
                    self.close()
            else:
                self.single(token, offset)
        self.flush()
        while self.stack:
            self.close()
        return self.children

    def locate(self, offset: int) -> tuple[int, int]:
        return _locate(self.places, offset)

    def add(self, text: str, offset: int) -> None:
        if self.after_mark:
            if self.space:
                rest = text.lstrip(" \t\n")
                if not rest:
                    return
                offset += len(text) - len(rest)
                text = rest
            self.after_mark = False
        if not self.pieces:
            self.start = offset
        self.pieces.append(text)
        self.space = text[-1] in " \n\t"

    def report_no_reference(self, markup: str, offset: int) -> None:
        self.reading.report(Rule.BROKEN_REFERENCE, f'"{markup}" is no form of reference; it stays as text', *self.locate(offset), hint="Forms are [[d211]], [[d211#fn5]], [[p. 1039]], [[#fn2]], [[para 3]], [[volume#d12|words]]. Brackets that belong to the text are written \\[[.")  # fmt: skip

    def flush(self) -> None:
        if self.pieces:
            self.children.append(Node("text", (), {}, "".join(self.pieces), *self.locate(self.start)))
            self.pieces.clear()

    def single(self, token: Token, offset: int) -> None:
        """A token that stands for itself."""
        reading = self.reading
        line, column = self.locate(offset)
        if token.type == "page_break":
            self.flush()
            self.children.append(reading.page_break(token.content, line, column))
            self.after_mark = True
        elif token.type == "note_ref":
            node = reading.note_ref(token.content, line, column)
            if node is None:
                self.add(token.markup, offset)
            else:
                self.flush()
                self.children.append(node)
        elif token.type == "hardbreak":
            self.flush()
            self.children.append(Node("line_break", (), {}, "", line, column))
            self.space = True
        elif token.type == "code_inline":
            self.flush()
            self.children.append(Node("code", (), {}, token.content, line, column))
            self.space = self.after_mark = False
        elif token.type == "image":
            self.flush()
            self.children.append(self.figure(token, line, column))
            self.space = self.after_mark = False

    def figure(self, token: Token, line: int, column: int) -> Node:
        url = str(token.attrs.get("src", ""))
        attrs = {"url": url, "alt": _alt(token.children or ())}
        if not is_safe_url(url):
            attrs["url"] = ""
            self.unsafe(url, line, column)
        if token.attrs.get("title"):
            attrs["title"] = str(token.attrs["title"])
        return Node("figure", (), attrs, "", line, column)

    def unsafe(self, url: str, line: int, column: int) -> None:
        what = f'A link to "{url[:60]}" cannot stand in a page' if url else "The link leads nowhere"
        self.reading.report(Rule.UNSAFE_LINK, what, line, column, hint="Links begin with https:, http: or mailto:, or are paths within the site.")  # fmt: skip

    def close(self) -> None:
        """The element that ends here, as a node of the one around it."""
        token, outer = self.stack.pop()
        children, self.children = tuple(self.children), outer
        offset = token.map[0] if token.map else 0
        if token.type == "strong_open" and offset:
            # The token of the second asterisk became the element.
            offset -= 1
        line, column = self.locate(offset)
        if token.type in ("em_open", "strong_open"):
            attrs = {"rend": "strong"} if token.type == "strong_open" else {}
            outer.append(Node("emphasis", children, attrs, "", line, column))
        elif token.type == "link_open":
            url = str(token.attrs.get("href", ""))
            if not is_safe_url(url):
                self.unsafe(url, line, column)
                outer.extend(children)
                return
            attrs = {"url": url}
            if token.attrs.get("title"):
                attrs["title"] = str(token.attrs["title"])
            outer.append(Node("link", children, attrs, "", line, column))
        elif token.type == "reference_open":
            self.reference(token, children, outer, line, column)
        else:
            self.span(token, children, outer, line, column)

    def reference(self, token: Token, children: tuple[Node, ...], outer: list[Node], line: int, column: int) -> None:
        found = parse_reference(token.content)
        assert found
        reference, words = found
        attrs = {name: value for name in reference.__struct_fields__ if (value := getattr(reference, name))}
        outer.append(Node("reference", children or (Node("text", (), {}, words, line, column),), attrs, "", line, column))  # fmt: skip
        if not children:
            self.space = self.after_mark = False

    def span(self, token: Token, children: tuple[Node, ...], outer: list[Node], line: int, column: int) -> None:
        kind: Kind = "span"
        attrs: dict[str, str] = {}
        classes: list[str] = []
        for key, value in attributes(token.content).items():
            if key == "class":
                for name in value.split():
                    if name in _SPAN_CLASSES and kind == "span":
                        kind, given = _SPAN_CLASSES[name]
                        attrs.update(given)
                    else:
                        classes.append(name)
                        self.reading.report_near(name, tuple(_SPAN_CLASSES), line, column)
            elif key in _SPAN_KEYS:
                kind = _SPAN_KEYS[key][0] if kind in ("span", "person", "place") else kind
                attrs[_SPAN_KEYS[key][1]] = value
            elif key in ("lang", "reason", "extent"):
                attrs[key] = value
            else:
                hint = did_you_mean(key, _SPAN_KEYS) or f"Words take {', '.join(_SPAN_KEYS)}, lang or a class."
                self.reading.report(Rule.UNKNOWN_BLOCK, f'The attribute "{key}" is not known', line, column, hint)
        if classes:
            attrs["class"] = " ".join(classes)
        outer.append(Node(kind, children, attrs, "", line, column))


_BLOCK_KINDS: dict[str, Kind] = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "table_open": "table",
    "tr_open": "row",
    "th_open": "cell",
    "td_open": "cell",
    "dl_open": "list",
    "dt_open": "label",
    "dd_open": "item",
}


def _figure_alone(figure: Node, attrs: dict[str, str]) -> Node:
    """An image that is a paragraph of its own: its title is the caption."""
    own = {name: value for name, value in figure.attrs.items() if name != "title"}
    title = figure.attrs.get("title", "")
    caption = (Node("text", (), {}, title, figure.line, figure.column),) if title else ()
    return Node("figure", caption, own | attrs, "", figure.line, figure.column)


def _locate(places: Places, offset: int) -> tuple[int, int]:
    """Line and column of an offset in a line's content."""
    start, line, column = places[0] if len(places) == 1 else places[bisect_right(places, (offset, _LAST)) - 1]
    return line, column + offset - start


def _slug(label: str) -> str:
    """The name of a note's label in its anchor: marks have names, what is left is letters and digits."""
    words = "".join(_MARK_NAMES.get(c, c if c.isascii() and (c.isalnum() or c in "-_.") else "-") for c in label)
    return re.sub(r"-{2,}", "-", words).strip("-.") or "x"


def _mark(label: str) -> str:
    return label if " " in label else f"Page {label}"


def _roman(text: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = before = 0
    for letter in reversed(text.upper()):
        value = values[letter]
        total += -value if value < before else value
        before = max(before, value)
    return total


def _alt(tokens: Sequence[Token]) -> str:
    """The words of an image's description."""
    out = []
    for token in tokens:
        if token.type in ("text", "text_special", "code_inline"):
            out.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif token.type == "image":
            out.append(_alt(token.children or ()))
    return "".join(out)


def _role(part: Part) -> str:
    """Free pages stand in a folder of their own; in a volume, the parts that books have before and after their
    documents go by the names they have in books, and everything else is a document."""
    if part.volume == _PAGES:
        return "page"
    return "section" if part.id.lower() in _SECTIONS else "document"
