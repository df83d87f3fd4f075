"""Documents in Markdown: YAML front matter, then the dialect that docs/markdown.md describes to editors.

markdown-it-py finds blocks and the marks in a line (``markdown_rules``); these become nodes of the model, each with
its line and column (``markdown_blocks``, ``markdown_lines``); page marks and notes get anchors (``markdown_anchors``).
"""

from __future__ import annotations

import re
from itertools import accumulate

from markdown_it.token import Token

from generator import files
from generator.diagnostics import Diagnostic, Rule, Severity, Span
from generator.document import Document
from generator.readers import Part, Reading, Split, frontmatter
from generator.readers.frontmatter import FrontMatter
from generator.readers.markdown_anchors import Anchors
from generator.readers.markdown_blocks import Blocks
from generator.readers.markdown_lines import Lines
from generator.readers.markdown_rules import make_parser, new_env

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
_MAX_OF_A_RULE = 100


def split(file: str, volume: str, data: bytes) -> Split:
    """A Markdown file is one part; its id is the file's stem."""
    stem = file.rpartition("/")[2].removesuffix(".md")
    return Split(parts=(Part(NAME, volume, stem, file, data),))


def read(part: Part) -> Reading:
    """Read one document. Never raises for a fault in the text."""
    text = files.decode(part.file, part.data)
    if isinstance(text, Diagnostic):
        return Reading(None, (text,))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _Reading(part, text).read()


class _Reading:
    """One document while it is read."""

    def __init__(self, part: Part, text: str) -> None:
        self.part = part
        self.text = text
        self.lines = text.split("\n")
        self.diagnostics: list[Diagnostic] = []
        self.counts: dict[str, int] = {}

    def report(self, rule: Rule, message: str, line: int, column: int, hint: str = "") -> None:
        self.counts[rule.id] = self.counts.get(rule.id, 0) + 1
        if self.counts[rule.id] > _MAX_OF_A_RULE:
            # What has so many faults of one kind is no document; thousands of messages would hide the others.
            return
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        span = Span(self.part.file, line, column)
        self.diagnostics.append(Diagnostic(rule.id, rule.severity, message, span, hint, shown))

    def read(self) -> Reading:
        text = self.text
        if _UNSHOWABLE.search(text):
            text = self.without_unshowable(text)
        found = _FRONT_MATTER.match(text)
        front = None
        if found:
            front = frontmatter.read(found["yaml"], 2, self.report)
        else:
            self.report_no_front_matter(text)
        if found is None or front is None:
            return self.outcome(None)
        usable = front.title is not None and not any(d.severity == Severity.ERROR for d in self.diagnostics)
        first_line = text.count("\n", 0, found.end()) + 1
        document = self.document(front, text[found.end() :], first_line)
        return self.outcome(document if usable else None)

    def outcome(self, document: Document | None) -> Reading:
        for id, count in self.counts.items():
            if count > _MAX_OF_A_RULE:
                last = [d for d in self.diagnostics if d.rule == id][-1]
                more = f"{count - _MAX_OF_A_RULE:,} more of this kind follow in this document"
                self.diagnostics.append(Diagnostic(id, last.severity, more, Span(last.span.file, len(self.lines), 1)))
        return Reading(document, tuple(sorted(self.diagnostics, key=Diagnostic.sort_key)))

    def document(self, front: FrontMatter, body: str, first_line: int) -> Document:
        """The document; notes are counted in the order in which a reader meets their references."""
        env = new_env()
        tokens: list[Token] = []
        _PARSER.block.parse(body, _PARSER, env, tokens)
        anchors = Anchors(self.part.id, self.report)
        lines = Lines(_PARSER, env, anchors, self.report)
        starts = list(accumulate((len(line) + 1 for line in body.split("\n")), initial=0))
        blocks = Blocks(tokens, env, self.lines, starts, first_line, lines, anchors, self.report)
        source_line, title, dateline = (
            tuple(lines.inline(line.text, line.places)) if line is not None else ()
            for line in (front.source_line, front.title, front.dateline)
        )
        content = blocks.blocks(0, len(tokens))
        return Document(
            volume=self.part.volume,
            id=self.part.id,
            title=title,
            body=content,
            metadata=front.metadata,
            source_line=source_line,
            dateline=dateline,
            notes=anchors.notes(blocks.blocks),
            role=front.role or _role(self.part),
        )

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


def _role(part: Part) -> str:
    """Free pages stand in a folder of their own; in a volume, the parts that books have before and after their
    documents go by the names they have in books, and everything else is a document."""
    if part.volume == _PAGES:
        return "page"
    return "section" if part.id.lower() in _SECTIONS else "document"
