"""What the program says about an edition's sources, and where.

A reader never raises for a fault in a text: it returns a ``Diagnostic``, which carries its place, the line
itself and a hint. Diagnostics are plain values: they are remembered with the result of the step that found
them and shown again when that result is taken from memory.

EditionError
    raised only where nothing can go on: no edition here, a configuration that cannot be read, a held lock.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Iterable

import msgspec

# C0 and C1, line and paragraph separators, and what turns the direction of writing.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Span(msgspec.Struct, frozen=True, order=True):
    """A place in a source file. ``file`` is relative to the edition, with slashes; line and column count
    from 1, columns in Unicode code points. Line 0 means the file as a whole, column 0 that it is not known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column or 1}" if self.line else self.file


class Severity(enum.StrEnum):
    """``error`` makes the build end with exit code 1, ``warning`` does so under ``--strict`` only."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Rule(enum.Enum):
    """Every rule the program can report: its name, its usual severity, and what it means to an editor.

    docs/rules.md is made from this list (``python -m generator.diagnostics``).
    """

    INVALID_UTF8 = ("invalid-utf8", Severity.ERROR, "The file is not UTF-8 text. Save it as UTF-8 in your editor.")
    FRONT_MATTER = ("front-matter", Severity.ERROR, "A document begins with a block of YAML between two lines of `---`; it is missing or is not valid YAML.")  # fmt: skip
    UNKNOWN_KEY = ("unknown-key", Severity.ERROR, "A key that the program does not know, mostly a slip of the pen.")
    DUPLICATE_KEY = ("duplicate-key", Severity.ERROR, "The same key stands twice in one block.")
    WRONG_VALUE = ("wrong-value", Severity.ERROR, "The value has the wrong form for its key: a date that is no date, a list where text is expected.")  # fmt: skip
    MISSING_VALUE = ("missing-value", Severity.ERROR, "A value that every document or volume needs is missing.")
    BAD_ID = ("bad-id", Severity.ERROR, "A file or volume name that cannot be an address: ids are letters, digits, dots, hyphens and underscores.")  # fmt: skip
    DUPLICATE_ID = ("duplicate-id", Severity.ERROR, "Two documents of a volume have the same id, or ids that differ only in capitals.")  # fmt: skip
    UNKNOWN_VOLUME = ("unknown-volume", Severity.ERROR, "The edition file names a volume that is not in content/.")
    NOTE_WITHOUT_MARKER = ("note-without-marker", Severity.ERROR, "A note is given, but nothing in the text refers to it.")  # fmt: skip
    MARKER_WITHOUT_NOTE = ("marker-without-note", Severity.ERROR, "The text refers to a note that is not given.")
    NOTE_LABEL_REPEATED = ("note-label-repeated", Severity.WARNING, "Two notes carry the same label and the markers do not say which is meant.")  # fmt: skip
    NOTE_FORM = ("note-form", Severity.WARNING, "Words that look like a note or a reference to one and are none, such as `[^1 a]`; they stay as text.")  # fmt: skip
    PAGE_BACKWARDS = ("page-backwards", Severity.WARNING, "A page mark is lower than the one before it.")
    PAGE_MARK_FORM = ("page-mark-form", Severity.WARNING, "Words that look like a page mark and are none, such as `[page 13]` or `[Page 14, 15]`.")  # fmt: skip
    PAGE_REPEATED = ("page-repeated", Severity.WARNING, "The same page mark stands twice in a document.")
    BROKEN_REFERENCE = ("broken-reference", Severity.WARNING, "A reference names something that this edition should have and has not.")  # fmt: skip
    AMBIGUOUS_REFERENCE = ("ambiguous-reference", Severity.WARNING, "A reference could mean more than one place.")
    DOUBTFUL_REFERENCE = ("doubtful-reference", Severity.NOTE, "Words that refer to something, but cannot be right as they are: a range that falls, an *ibid.* with nothing before it, a document that refers to itself, a page or a note of a page that several documents have.")  # fmt: skip
    UNKNOWN_PERSON = ("unknown-person", Severity.WARNING, "A person's id that the volume's list of persons has not.")
    UNKNOWN_TERM = ("unknown-term", Severity.WARNING, "A term's id that the volume's list of terms has not.")
    UNKNOWN_PLACE = ("unknown-place", Severity.WARNING, "A place's id that the volume's list of places has not.")
    SHARED_NAME = ("shared-name", Severity.WARNING, "Two entries of a list have the same name, or one has the other's among its other names, so that the text cannot tell which is meant.")  # fmt: skip
    UNCERTAIN_NAME = ("uncertain-name", Severity.NOTE, "A name that is not looked for everywhere, or not found here, because several entries bear it, or because it is short or an ordinary word.")  # fmt: skip
    UNKNOWN_BLOCK = ("unknown-block", Severity.WARNING, "A block or attribute that the dialect does not know; its text is kept.")  # fmt: skip
    UNCLOSED_BLOCK = ("unclosed-block", Severity.WARNING, "A block begun with `:::` is never closed, or `:::` closes none.")  # fmt: skip
    CONTROL_CHARACTER = ("control-character", Severity.WARNING, "A character that no page can show, mostly left over from copying.")  # fmt: skip
    UNSAFE_LINK = ("unsafe-link", Severity.WARNING, "A link with a scheme that pages must not carry; its text is kept without the link.")  # fmt: skip
    EMPTY_CHAPTER = ("empty-chapter", Severity.WARNING, "A chapter in volume.toml names a document that is not there, or none, or one that another chapter has.")  # fmt: skip
    MISSING_IMAGE = ("missing-image", Severity.WARNING, "A document shows an image that is not in the volume's folder; its description stands in its place.")  # fmt: skip
    FACSIMILE = ("facsimile", Severity.WARNING, "The pictures of the printed pages do not fit the pages: two pages would have the same one, or some have none.")  # fmt: skip
    MISPLACED = ("misplaced", Severity.WARNING, "A file lies where it means nothing, so that it is left out.")
    UNREADABLE = ("unreadable", Severity.ERROR, "The file or folder cannot be read.")
    TOO_LARGE = ("too-large", Severity.ERROR, "The file is larger or more deeply nested than any real document.")
    MALFORMED_XML = ("malformed-xml", Severity.ERROR, "The XML is not well formed.")
    UNKNOWN_ELEMENT = ("unknown-element", Severity.WARNING, "A TEI element the reader does not know; its text is kept.")
    IMPORT_UNSURE = ("import-unsure", Severity.WARNING, "The importer had to weigh this and wants your eye on it.")
    IMPORT_SIMPLIFIED = ("import-simplified", Severity.NOTE, "The source has something that Markdown has no form for; its words are kept in the nearest one.")  # fmt: skip
    IMPORT_REFUSED = ("import-refused", Severity.ERROR, "An import would overwrite a document that is not as the last import left it.")  # fmt: skip
    ADDRESS_TAKEN = ("address-taken", Severity.ERROR, "Two sources want the same address in the site.")
    TEMPLATE = ("template", Severity.ERROR, "A template has an error, includes itself, or includes by a name that is not written out.")  # fmt: skip
    NO_EDITION = ("no-edition", Severity.ERROR, "The folder holds no edition: there is no edition.toml in it.")
    LOCKED = ("locked", Severity.ERROR, "Another build of the same edition is running.")
    OUTPUT = ("output", Severity.ERROR, "A file of the site cannot be written: the disk is full, the folder is not yours, or something that is not the program's stands in its place.")  # fmt: skip
    STATE = ("state", Severity.ERROR, "What the program remembers in `.edition/` cannot be used.")
    INTERNAL = ("internal", Severity.ERROR, "The program itself failed; the message names the place in it. Please report it.")  # fmt: skip
    TOML = ("toml", Severity.ERROR, "A TOML file cannot be read.")

    def __init__(self, id: str, severity: Severity, about: str) -> None:
        self.id = id
        self.severity = severity
        self.about = about


class Diagnostic(msgspec.Struct, frozen=True):
    """One message: ``rule`` (the rule's name), severity, what is wrong, where, what to do, the line itself."""

    rule: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""
    line: str = ""

    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.span.file, self.span.line, self.span.column, self.rule, self.message)

    def __str__(self) -> str:
        """``file:line:col: rule: message``, then the line with a caret under the column, then the hint."""
        weight = "" if self.severity == Severity.ERROR else f" ({self.severity})"
        out = [visible(f"{self.span}: {self.rule}: {self.message}{weight}")]
        if self.line:
            shown, caret = _excerpt(self.line, self.span.column)
            out += [f"    {visible(shown)}", f"    {caret}"] if caret else [f"    {visible(shown)}"]
        if self.hint:
            out.append("    hint: " + "\n".join(map(visible, self.hint.split("\n"))))
        return "\n".join(out)


def diagnostic(rule: Rule, message: str, span: Span, *, hint: str = "", text: str = "") -> Diagnostic:
    """Make a diagnostic of ``rule`` at ``span``; ``text`` is the whole source, from which the line is taken."""
    line = ""
    if text and span.line:
        lines = text.split("\n")
        if span.line <= len(lines):
            line = lines[span.line - 1].rstrip("\r")
    return Diagnostic(rule.id, rule.severity, message, span, hint, line)


def visible(text: str) -> str:
    """Return ``text`` with a picture for each control character, which a terminal would obey instead of showing."""
    return _CONTROLS.sub(lambda m: chr(0x2400 + ord(m[0])) if m[0] < " " else "\N{REPLACEMENT CHARACTER}", text)


def nearest(wrong: str, right: Iterable[str]) -> str:
    """Return the name in ``right`` that is most like ``wrong``, or an empty string if none is like it."""
    found = difflib.get_close_matches(wrong, sorted(right), n=1, cutoff=0.6)
    return found[0] if found else ""


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """Return ``Did you mean "x"?`` for the nearest right name, or an empty string."""
    name = nearest(wrong, right)
    return f'Did you mean "{name}"?' if name else ""


def _excerpt(line: str, column: int, width: int = 100) -> tuple[str, str]:
    """Cut a long line around ``column``; return it with the caret line (empty when there is no column)."""
    start = max(0, column - width * 2 // 3) if len(line) > width else 0
    shown = line[start : start + width].replace("\t", " ")
    if not column:
        return shown, ""
    return shown, " " * (column - 1 - start) + "^"


class EditionError(Exception):
    """The program cannot go on. Carries one or more diagnostics; its text is all of them."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(str(d) for d in diagnostics))
        self.diagnostics = diagnostics


def rules_as_markdown() -> str:
    """Return the table of rules for docs/rules.md."""
    rows = [f"| `{r.id}` | {r.severity} | {r.about} |" for r in Rule]
    head = "# What the program reports\n\nMade from the list of rules in the code; do not edit by hand.\n"
    return "\n".join([head, "| rule | usually | meaning |", "| --- | --- | --- |", *rows]) + "\n"


if __name__ == "__main__":
    print(rules_as_markdown(), end="")
