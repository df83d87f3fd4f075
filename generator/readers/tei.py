"""Read TEI: whole volumes and single documents, as the editions of this kind have them.

``split`` cuts a file by its own bytes (see ``tei_volume``), ``read`` makes a Document of a part (``tei_document``,
``tei_elements``). Parsing is safe: no document type, so no entities; no network; size and depth are bounded.
"""

from __future__ import annotations

import codecs
import re
from html import escape

import msgspec
from lxml import etree

from generator import files
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.readers import Part, Reading, Split
from generator.readers.tei_again import changed_words
from generator.readers.tei_builder import Element, local
from generator.readers.tei_document import Context, build
from generator.readers.tei_volume import cut

NAME = "tei"
SUFFIXES: tuple[str, ...] = (".xml",)

MAX_BYTES = 64 * 1024 * 1024
"""The largest volume known has 6 MB."""

_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>""")
_BEFORE_ROOT = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.S)
_context = msgspec.json.Decoder(Context)


def split(file: str, volume: str, data: bytes) -> Split:
    """Cut ``data``, the bytes of ``file``, into the documents, sections and chapters of ``volume``."""
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data) // 1048576} MB; more than {MAX_BYTES // 1048576} are not read"
        hint = "Cut the volume into several files, one a document, in a folder of the volume's name."
        return Split(diagnostics=(diagnostic(Rule.TOO_LARGE, message, Span(file), hint=hint),))
    decoded = _as_utf8(file, data)
    if isinstance(decoded, Diagnostic):
        return Split(diagnostics=(decoded,))
    parsed = _parse(file, decoded)
    if isinstance(parsed, Diagnostic):
        return Split(diagnostics=(parsed,))
    if not _is_tei(parsed):
        message = f"the file holds no text in TEI (its first element is <{local(parsed)}>)"
        hint = "TEI begins with <TEI> (or a document of its own with <div>) and has a <text> with a <body>."
        found = diagnostic(Rule.MALFORMED_XML, message, Span(file, parsed.sourceline or 1), hint=hint)
        return Split(diagnostics=(_with_line(found, decoded),))
    return cut(NAME, file, volume, decoded, parsed)


def split_again(before: bytes, split: Split, data: bytes) -> Split | None:
    """Return what ``split`` does of ``data``, if only words of one document differ from ``before``, which was cut into
    ``split``; None if all must be cut again."""
    found = changed_words(before, split, data)
    if found is None or len(data) > MAX_BYTES or _as_utf8("", data) is not data or _as_utf8("", before) is not before:
        return None
    new = (part for part, old in zip(found.parts, split.parts, strict=True) if part.data is not old.data)
    return None if any(isinstance(_parse_part(part), Diagnostic) for part in new) else found


def _is_tei(root: Element) -> bool:
    name = local(root)
    if name in ("TEI", "TEI.2", "teiCorpus"):
        return next(root.iter("{*}body", "{*}group"), None) is not None
    return name.startswith("div") or name == "text"


def read(part: Part) -> Reading:
    """Make a document of one part."""
    parsed = _parse_part(part)
    if isinstance(parsed, Diagnostic):
        return Reading(None, (parsed,))
    root, context = parsed
    document, diagnostics = build(root, part.file, part.volume, part.id, context)
    return Reading(document, tuple(_with_line(d, part.data) for d in diagnostics))


def _parse_part(part: Part) -> tuple[Element, Context] | Diagnostic:
    """The element of a part, and what it inherits; or what is wrong with it."""
    try:
        context = _context.decode(part.context) if part.context else Context(whole=True)
    except msgspec.DecodeError:
        context = Context()
    if context.whole:
        before = after = ""
        data = part.data
    else:
        names = "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{escape(uri)}"' for prefix, uri in context.namespaces.items()
        )
        before, after = f"<part{names}>", "</part>"
        data = before.encode() + part.data + after.encode()
    parsed = _parse(part.file, data, len(before))
    if isinstance(parsed, Diagnostic):
        return parsed
    return (parsed if context.whole else next(iter(parsed), parsed)), context


def _parse(file: str, data: bytes, offset: int = 0) -> Element | Diagnostic:
    """The root element, or what is wrong; ``offset`` columns of the first line are not the file's."""
    start = _BEFORE_ROOT.match(data, 3 if data.startswith(codecs.BOM_UTF8) else 0)
    at = start.end() if start else 0
    if data[at : at + 9].upper() == b"<!DOCTYPE":
        line = data.count(b"\n", 0, at) + 1
        return diagnostic(
            Rule.MALFORMED_XML,
            "the file begins with a document type (<!DOCTYPE ...>), which is not read for safety's sake",
            Span(file, line, at - data.rfind(b"\n", 0, at)),
            hint="Delete the DOCTYPE; write characters themselves (é, –) in place of entities of your own.",
            text=data.decode("utf-8", "replace"),
        )
    # Ids are not collected: an id given twice is no reason to refuse a volume (see tei_volume).
    parser = etree.XMLParser(
        collect_ids=False,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return _malformed(file, data, error, offset)


def _malformed(file: str, data: bytes, error: etree.XMLSyntaxError, offset: int) -> Diagnostic:
    line, column = error.position if error.position else (0, 0)
    message = re.sub(r", line \d+, column \d+(?: \(.*\))?$", "", error.msg or "the file is not XML")
    rule, hint = (
        Rule.MALFORMED_XML,
        "Every element that is opened must be closed, in the right order; & is written &amp;.",
    )
    if "depth" in message.lower():
        rule, hint = Rule.TOO_LARGE, "No document is nested like that: look for elements that are never closed."
    elif not data.strip():
        line, column, message, hint = 0, 0, "the file is empty", "Put the TEI into it, or delete it."
    else:
        decoded = files.decode(file, data)
        if isinstance(decoded, Diagnostic):
            return decoded
    if line == 1:
        column = max(1, column - offset)
    made = diagnostic(rule, message, Span(file, max(0, line), max(0, column)), hint=hint)
    return _with_line(made, data)


def _with_line(found: Diagnostic, data: bytes) -> Diagnostic:
    """The diagnostic with the line of the source that it speaks of."""
    if found.line or not found.span.line:
        return found
    lines = data.split(b"\n", found.span.line)
    if len(lines) < found.span.line:
        return found
    text = lines[found.span.line - 1].decode("utf-8", "replace").rstrip("\r")
    return msgspec.structs.replace(found, line=text)


def _as_utf8(file: str, data: bytes) -> bytes | Diagnostic:
    """The bytes as UTF-8 without a mark at the beginning, whatever the file's declaration says they are."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:]
    encoding = ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        declared = _DECLARATION.match(data[:200])
        encoding = declared[1].decode("ascii") if declared else ""
    if encoding.lower().replace("_", "-") in ("", "utf-8", "utf8", "us-ascii", "ascii"):
        return data
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeError) as error:
        message = f"the file says it is {encoding}, but cannot be read as that: {error}"
        return diagnostic(Rule.INVALID_UTF8, message, Span(file, 1), hint="Save the file as UTF-8.")
    return re.sub(r'(<\?xml[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|\'[^\']*\')', r"\1", text, count=1).encode()
