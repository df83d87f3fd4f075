"""Importing: files from outside become documents in ``content/``, without ever overwriting what an editor wrote.

A plain transcript (``.txt``) is read by ``generator.readers.plaintext``, a Word file (``.docx``) by pandoc where that
is installed, TEI (``.xml``), a document or a whole volume, by ``generator.readers.tei``. What was written is remembered in ``.edition/imports.json`` by its digest: a document that is still as the
import left it may be written anew from the same source; any other is left alone, unless ``force`` says otherwise.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from generator import digest, output, urls
from generator.config import EDITION_FILE, VOLUME_FILE, is_volume_id
from generator.diagnostics import Diagnostic, EditionError, Rule, Severity, Span, diagnostic
from generator.document import Document, plain_text
from generator.exporters import markdown as markdown_writer
from generator.exporters.markdown_volume import volume_files
from generator.files import decode
from generator.readers import Part, frontmatter, markdown, tei
from generator.readers.plaintext import Transcript, transcribe
from generator.readers.plaintext_writer import to_markdown

RECORD = ".edition/imports.json"
"""What import wrote, relative to the edition."""

LARGEST = 20_000_000
"""Bytes of an input file; the largest document of a printed series is a fiftieth of it, the largest volume a third."""

PANDOC_SECONDS = 120

WRITTEN, WOULD_WRITE = "written", "would be written"


class Imported(msgspec.Struct, frozen=True):
    """What became of one input file. ``target`` is the document's path relative to the edition; ``action`` is written
    (in a dry run: would be written), unchanged (the very bytes stood there), refused or failed; ``text`` is the document file; ``facts`` says in short
    lines what was found; ``diagnostics`` holds what is wrong, and what the editor should confirm."""

    source: str
    target: str = ""
    action: str = "failed"
    text: str = ""
    facts: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        head = f"{self.source}: {self.action}" + (f": {self.target}" if self.target else "")
        return "\n".join([head, *(f"  {f}" for f in self.facts)])


class ImportReport(msgspec.Struct, frozen=True):
    """What an import did, file by file, and what the editor should know about it as a whole: ``remarks`` say what a
    whole file has that is written more simply."""

    files: tuple[Imported, ...]
    notices: tuple[str, ...] = ()
    remarks: tuple[Diagnostic, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return (*(d for f in self.files for d in f.diagnostics), *self.remarks)

    @property
    def errors(self) -> int:
        return sum(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def unsure(self) -> int:
        """How many places the editor is asked to confirm."""
        return sum(d.rule == Rule.IMPORT_UNSURE.id for d in self.diagnostics)


class _Entry(msgspec.Struct, frozen=True):
    """One document of the record: its source (path and digest of its bytes), title, and the digest of what was
    written."""

    source: str
    input: str
    title: str
    output: str


class _Draft(msgspec.Struct, frozen=True):
    """A document that is ready to be written but for its id; or a file of any kind, whose ``name`` is given."""

    title: str
    number: str
    text: str
    facts: tuple[str, ...]
    unsure: tuple[Diagnostic, ...] = ()
    input: str = ""
    name: str = ""


class _Drafts(msgspec.Struct, frozen=True):
    """What one input file yields: mostly one document, of a volume in TEI all of them and the volume's files."""

    drafts: tuple[_Draft, ...]
    remarks: tuple[Diagnostic, ...] = ()


def import_files(
    edition: Path,
    files: Sequence[Path],
    volume: str,
    *,
    id: str = "",
    force: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import ``files`` into the volume ``volume`` of the edition in folder ``edition``.

    ``id`` is the document's id, for one file; without it the id comes from the document's number (``d387``), or, where
    the text has none, is the next one free. ``force`` overwrites what stands there; ``dry_run`` writes nothing.
    A file that cannot be imported is reported and does not keep the others from it. Raises EditionError where nothing
    can be imported: no edition, an impossible name, a folder that cannot be written.
    """
    _check_call(edition, files, volume, id)
    record, notices = _read_record(edition)
    run = _Run(edition, volume, force, dry_run, record)
    drafts: list[tuple[Path, _Draft | EditionError]] = []
    remarks: list[Diagnostic] = []
    for file in files:
        found = run.drafts(file, id)
        if isinstance(found, EditionError):
            drafts.append((file, found))
        else:
            drafts += ((file, draft) for draft in found.drafts)
            remarks += found.remarks
    # Documents with a number come first, so that none without one is given an id that another file asks for.
    order = sorted(range(len(drafts)), key=lambda i: not getattr(drafts[i][1], "name", "") and not getattr(drafts[i][1], "number", ""))  # fmt: skip
    taken = {i: run.take(*drafts[i], id) for i in order}
    done = tuple(taken[i] for i in range(len(drafts)))
    written = any(f.action == WRITTEN or f.action == WOULD_WRITE for f in done)
    if written and not dry_run:
        data = msgspec.json.format(msgspec.json.encode(dict(sorted(run.record.items()))), indent=1)
        _write(edition, RECORD, data + b"\n")
    described = any(f.target.endswith(f"/{VOLUME_FILE}") for f in done)
    if written and not described and not (edition / "content" / volume / VOLUME_FILE).exists():
        path = f"content/{volume}/{VOLUME_FILE}"
        if not dry_run:
            title = msgspec.json.encode(volume).decode()
            _write(edition, path, f"# Made by an import. Give the volume its title.\ntitle = {title}\n".encode())
        notices.append(f"{path} is new: its title is only the volume's name so far. Open it and complete it.")
    if written and (edition / "content" / f"{volume}.xml").exists():
        notices.append(f"content/{volume}.xml holds the same volume in TEI: take it out of content/, so that its documents do not stand there twice.")  # fmt: skip
    return ImportReport(done, tuple(notices), tuple(remarks))


def _check_call(edition: Path, files: Sequence[Path], volume: str, id: str) -> None:
    if not (edition / EDITION_FILE).is_file():
        hint = 'Go to the edition\'s folder, name it with --edition, or make one with "edition new FOLDER".'
        raise EditionError(diagnostic(Rule.NO_EDITION, f"there is no {EDITION_FILE} in this folder", Span(EDITION_FILE), hint=hint))  # fmt: skip
    if not is_volume_id(volume) or volume == "pages":
        hint = "Use letters, digits, dots, hyphens and underscores, and none of the site's own names (pages, search, chronology, assets, embed)."  # fmt: skip
        raise EditionError(diagnostic(Rule.BAD_ID, f'"{volume}" cannot be the name of a volume', Span(volume or "--volume"), hint=hint))  # fmt: skip
    if id and (not urls.is_id(id) or urls.is_reserved(id, in_volume=True)):
        raise EditionError(diagnostic(Rule.BAD_ID, f'"{id}" cannot be a document\'s id', Span(id), hint="Name it such as d387 or d72a."))  # fmt: skip
    if id and len(files) > 1:
        hint = "Import one file at a time with --id, or leave --id out."
        raise EditionError(diagnostic(Rule.WRONG_VALUE, f"one id cannot serve {len(files)} files", Span(id), hint=hint))
    folder = edition / "content" / volume
    root = edition.resolve()
    if (folder.exists() and not folder.is_dir()) or not folder.resolve().is_relative_to(root):
        raise EditionError(diagnostic(Rule.UNREADABLE, "is no folder of this edition", Span(f"content/{volume}")))


class _Run(msgspec.Struct):
    """One import: what is known of earlier ones, and the documents of this one."""

    edition: Path
    volume: str
    force: bool
    dry_run: bool
    record: dict[str, _Entry]
    taken: dict[str, str] = {}

    def drafts(self, file: Path, id: str) -> _Drafts | EditionError:
        """Read one file; the error, if it cannot be read."""
        try:
            return _drafts(file, _read(file), self.volume, id)
        except EditionError as error:
            return error

    def take(self, file: Path, draft: _Draft | EditionError, id: str) -> Imported:
        """Make one document of what was read."""
        shown = file.as_posix()
        if isinstance(draft, EditionError):
            return Imported(shown, diagnostics=draft.diagnostics)
        entry = _Entry(self.source(file), draft.input, draft.title, digest.of_bytes(draft.text.encode()).hex())
        name = draft.name or f"{id or self.id_for(draft, entry)}.md"
        target = f"content/{self.volume}/{name}"
        found = Imported(shown, target, "refused", draft.text, draft.facts, draft.unsure)
        try:
            if name == VOLUME_FILE and self.refusal(target, entry, shown, named=True):
                # An editor describes the volume better than a header does.
                return msgspec.structs.replace(found, action="kept")
            if refusal := self.refusal(target, entry, shown, named=bool(draft.name)):
                return msgspec.structs.replace(found, diagnostics=(refusal, *draft.unsure))
            self.taken[name.lower()] = shown
            path = self.edition / target
            same = path.is_file() and path.read_bytes() == draft.text.encode()
            if not self.dry_run:
                _write(self.edition, target, draft.text.encode())
                self.record[target] = entry
        except EditionError as error:
            return msgspec.structs.replace(found, action="failed", diagnostics=(*error.diagnostics, *draft.unsure))
        except OSError as error:
            what = diagnostic(Rule.UNREADABLE, f"cannot be read: {error.strerror or error}", Span(target))
            return msgspec.structs.replace(found, action="failed", diagnostics=(what, *draft.unsure))
        action = "unchanged" if same else WOULD_WRITE if self.dry_run else WRITTEN
        return msgspec.structs.replace(found, action=action)

    def source(self, file: Path) -> str:
        """How the record names an input file: seen from the edition, so that both may move together."""
        try:
            return Path(os.path.relpath(file.resolve(), self.edition.resolve())).as_posix()
        except ValueError:  # on another drive
            return file.resolve().as_posix()

    def id_for(self, draft: _Draft, entry: _Entry) -> str:
        """The id a document had when it was imported before; else that of its number; else the next one free."""
        prefix = f"content/{self.volume}/"
        for target, known in self.record.items():
            if target.startswith(prefix) and (known.input == entry.input or _same_source(known, entry)):
                name = target.removeprefix(prefix).removesuffix(".md")
                if f"{name.lower()}.md" not in self.taken and (self.edition / target).exists():
                    return name
        if draft.number and urls.is_id(f"d{draft.number}"):
            return f"d{draft.number}"
        names = [n.rpartition(".")[0] for n in (*self.taken, *self.names())]
        highest = max((int(m[1]) for n in names if (m := re.match(r"d(\d{1,9})", n))), default=0)
        return f"d{highest + 1}"

    def names(self) -> list[str]:
        folder = self.edition / "content" / self.volume
        return sorted(os.listdir(folder)) if folder.is_dir() else []

    def refusal(self, target: str, entry: _Entry, source: str, *, named: bool) -> Diagnostic | None:
        """Why the file at ``target`` must not be written, or None. ``named`` says that its source gives it the name,
        so that it is the same document whatever its title."""
        name = target.rpartition("/")[2]
        stem = name.rpartition(".")[0]
        if name.lower() in self.taken:
            message = f"{self.taken[name.lower()]} has the id {stem} already"
            return diagnostic(Rule.DUPLICATE_ID, message, Span(source), hint="Import it by itself, with an id of its own: --id d1a")  # fmt: skip
        for other in self.names() if name.endswith(".md") else ():
            if other != name and other.rpartition(".")[0].lower() == stem.lower() and not other.endswith((".yaml", ".toml")):  # fmt: skip
                return diagnostic(Rule.DUPLICATE_ID, f"the volume has {other} already", Span(source), hint="Choose another id with --id.")  # fmt: skip
        path = self.edition / target
        if not path.exists() or self.force:
            return None
        known = self.record.get(target)
        if known is None:
            what, hint = "stands there already and was not made by an import", "Choose another id with --id, or overwrite it with --force."  # fmt: skip
        elif digest.of_bytes(path.read_bytes()).hex() == known.output:
            if known.input == entry.input or _same_source(known, entry) or (named and known.source == entry.source):
                return None
            what, hint = f'was made from another source ({known.source}, "{known.title}")', "If both are right, choose another id with --id; to replace the document, use --force."  # fmt: skip
        elif digest.of_bytes(path.read_bytes()).hex() == entry.output:
            return None
        else:
            what, hint = "was changed after it was imported", "To lose those changes, use --force; to keep both, choose another id with --id."  # fmt: skip
        return diagnostic(Rule.IMPORT_REFUSED, f"{target} {what}; it is left as it is", Span(source), hint=hint)


def _same_source(known: _Entry, entry: _Entry) -> bool:
    return known.source == entry.source and known.title == entry.title


def _read_record(edition: Path) -> tuple[dict[str, _Entry], list[str]]:
    path = edition / RECORD
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, _Entry]), []
    except FileNotFoundError:
        return {}, []
    except (msgspec.DecodeError, OSError, UnicodeError):
        return {}, [f"{RECORD} cannot be read: documents imported before now count as changed by hand."]


def _write(edition: Path, path: str, data: bytes) -> None:
    try:
        written = output.write(edition, path, data)
    except OSError as error:
        message = f"the file cannot be written: {error.strerror or error}"
        raise EditionError(diagnostic(Rule.UNREADABLE, message, Span(path))) from None
    if isinstance(written, output.Refused):
        raise EditionError(written.diagnostic)


# Reading the input


def _read(file: Path) -> bytes:
    shown = Span(file.as_posix())
    if file.is_dir():
        raise EditionError(diagnostic(Rule.UNREADABLE, "is a folder", shown, hint="Name the files in it: FOLDER/*.txt"))
    try:
        with open(file, "rb") as source:
            data = source.read(LARGEST + 1)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        raise EditionError(diagnostic(Rule.UNREADABLE, message, shown)) from None
    if len(data) > LARGEST:
        raise EditionError(diagnostic(Rule.TOO_LARGE, f"the file has more than {LARGEST // 1_000_000} MB", shown))
    return data


def _drafts(file: Path, data: bytes, volume: str, id: str) -> _Drafts:
    """Turn the bytes of a file into documents, by what the file is."""
    suffix = file.suffix.lower()
    if suffix in _OTHER_WAYS:
        raise EditionError(diagnostic(Rule.WRONG_VALUE, f"a {suffix} file is not imported", Span(file.as_posix()), hint=_OTHER_WAYS[suffix]))  # fmt: skip
    found = _from_tei(file, data, volume, id) if suffix in tei.SUFFIXES else _Drafts((_IMPORTERS.get(suffix, _from_text)(file, data),))  # fmt: skip
    input = digest.of_bytes(data).hex()
    return _Drafts(tuple(msgspec.structs.replace(draft, input=input) for draft in found.drafts), found.remarks)


def _from_text(file: Path, data: bytes) -> _Draft:
    found = transcribe(_decode(file.as_posix(), data), file.as_posix())
    return _Draft(found.plain(found.title), found.number, to_markdown(found), _facts(found), found.unsure)


def _decode(shown: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "the file is UTF-16 text"
        raise EditionError(diagnostic(Rule.INVALID_UTF8, message, Span(shown, 1, 1), hint='Save it as "UTF-8" in your editor.'))  # fmt: skip
    if b"\x00" in data:
        message = "the file is no text"
        raise EditionError(diagnostic(Rule.INVALID_UTF8, message, Span(shown), hint="Import a text file (.txt) or a Word file (.docx)."))  # fmt: skip
    text = decode(shown, data)
    if isinstance(text, Diagnostic):
        hint = 'The file may be in an older encoding, such as Windows-1252: save it as "UTF-8" in your editor.'
        raise EditionError(msgspec.structs.replace(text, hint=hint))
    if not text.strip():
        raise EditionError(diagnostic(Rule.MISSING_VALUE, "the file is empty", Span(shown)))
    return text


def _facts(found: Transcript) -> tuple[str, ...]:
    """What was found in a transcript, for the editor to see at a glance."""
    placed = sum(p.start >= 0 for p in found.placements)
    out = [f"title: {found.printed_number} {found.plain(found.title) or 'none'}".replace(":  ", ": ")]
    if found.source_line:
        out.append(f"source line: {found.plain(found.source_line)}")
    for name, value, where in (
        ("kind", found.kind, ""),
        ("classification", found.classification, found.classification_from),
        ("date", found.date, found.date_from),
    ):
        if value:
            out.append(f"{name}: {value}" + (f", from {where}" if where else ""))
    if found.pages:
        out.append("page marks: " + ", ".join(p.label for p in found.pages))
    notes = "no notes" if not found.notes else f"notes: {len(found.notes)}, references placed: {placed}"
    to_confirm = sum(d.severity is Severity.WARNING for d in found.unsure)
    out.append(notes + (f"; to confirm: {to_confirm}" if to_confirm else ""))
    return tuple(out)


_TITLE_NUMBER = re.compile(r"(\d{1,4}[A-Za-z]?)(?:\\)?\. +(?=\S)")
_PROTECTED_PAGE = re.compile(r"\\\[(Page [\w.–-]{1,12})\\?\]")


def _from_word(file: Path, data: bytes) -> _Draft:
    """A Word file, whose notes are real notes: its first paragraph or heading is the title."""
    shown = Span(file.as_posix())
    program = shutil.which("pandoc")
    if not program:
        hint = "Install it from pandoc.org, or save the document as plain text (UTF-8) and import that."
        raise EditionError(diagnostic(Rule.UNREADABLE, "Word files are read by the program pandoc, which is not installed", shown, hint=hint))  # fmt: skip
    command = [program, "--sandbox", "--from=docx", "--to=commonmark+footnotes+pipe_tables", "--wrap=none"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PANDOC_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EditionError(diagnostic(Rule.UNREADABLE, f"pandoc could not be run: {error}", shown)) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise EditionError(diagnostic(Rule.UNREADABLE, f"pandoc cannot read it: {said[-1]}", shown))
    text = _PROTECTED_PAGE.sub(r"[\1]", done.stdout.decode("utf-8", "replace")).strip()
    if not text:
        raise EditionError(diagnostic(Rule.MISSING_VALUE, "the file is empty", shown))
    first, _, body = text.partition("\n\n")
    title = " ".join(re.sub(r"^#+ +", "", first).split())
    number = _TITLE_NUMBER.match(title)
    title = title[number.end() :] if number else title
    front = [f"title: {msgspec.json.encode(title).decode()}"]
    if number:
        front.append(f"number: {msgspec.json.encode(number[1]).decode()}")
    document = "\n".join(["---", *front, "---", "", body.strip()]) + "\n"
    return _Draft(title, number[1] if number else "", document, (f"title: {title}",))


# TEI


def _from_tei(file: Path, data: bytes, volume: str, id: str) -> _Drafts:
    """A document in TEI, or a whole volume with its contents and lists."""
    shown = file.as_posix()
    split = tei.split(f"content/{volume}/{file.name}", volume, data)
    if not split.parts:
        raise EditionError(*(_shown(d, shown, 1) for d in split.diagnostics))
    parts = split.parts
    if id and len(parts) > 1:
        hint = "Leave --id out: the documents have ids of their own in the file."
        raise EditionError(diagnostic(Rule.WRONG_VALUE, f"one id cannot serve {len(parts)} documents", Span(shown), hint=hint))  # fmt: skip
    parts = tuple(msgspec.structs.replace(part, id=id or part.id) for part in parts)
    readings = [tei.read(part) for part in parts]
    names: dict[str, str] = {}
    for reading in readings:
        if reading.document:
            names |= markdown_writer.note_names(reading.document)
    drafts: list[_Draft] = []
    found = [_shown(d, shown, 1) for d in split.diagnostics]
    simplified: dict[str, markdown_writer.Simplified] = {}
    roles: dict[str, str] = {}
    for part, reading in zip(parts, readings, strict=True):
        found += (_shown(d, shown, part.line) for d in reading.diagnostics)
        document = reading.document
        if document is None or _is_title_only(document):
            continue
        roles[part.id] = document.role
        written = markdown_writer.write(document, names)
        for s in written.simplified:
            line = s.line + part.line - 1 if s.line else part.line
            before = simplified.get(s.what, markdown_writer.Simplified(s.what, 0, line))
            simplified[s.what] = msgspec.structs.replace(before, count=before.count + s.count)
        title = plain_text(document.title)
        facts = (f"title: {title}",) if len(parts) == 1 else ()
        unsure = _read_again(part, written.text, shown)
        drafts.append(_Draft(title, document.metadata.number, written.text, facts, unsure, "", f"{part.id}.md"))
    if split.volume is not None:
        drafts += (_Draft(split.volume.title, "", text, (), (), "", name) for name, text in volume_files(split.volume, roles).items())  # fmt: skip
    return _Drafts(tuple(drafts), (*found, *markdown_writer.diagnostics(simplified.values(), shown)))


def _is_title_only(document: Document) -> bool:
    """Whether a part of the contents has no words of its own: volume.toml has its title. A chapter can have a page of
    its own only if a file can say that it is one."""
    return document.role == "chapter" and "role" not in frontmatter.KEYS and not document.body and not document.notes


def _read_again(part: Part, text: str, shown: str) -> tuple[Diagnostic, ...]:
    """What keeps the file from being read, which nothing in any source should; the editor must know."""
    reading = markdown.read(Part(markdown.NAME, part.volume, part.id, f"{part.id}.md", text.encode()))
    return tuple(
        diagnostic(
            Rule.IMPORT_UNSURE,
            f"{part.id}.md, line {d.span.line}: {d.message}",
            Span(shown, part.line),
            hint="Compare the document with its source.",
        )
        for d in reading.diagnostics
        if d.severity is Severity.ERROR
    )


def _shown(found: Diagnostic, file: str, line: int) -> Diagnostic:
    """A diagnostic of a part, at its place in the input file."""
    span = Span(file, found.span.line + line - 1 if found.span.line else 0, found.span.column)
    return msgspec.structs.replace(found, span=span)


_IMPORTERS: dict[str, Callable[[Path, bytes], _Draft]] = {".docx": _from_word}
"""How files are imported, by the end of their names; TEI gives more than one document, any other is a plain
transcript."""

_OTHER_WAYS = {
    ".md": "A document in Markdown needs no import: copy it into content/VOLUME/ under its id.",
    ".doc": "Save it as .docx or as plain text (UTF-8).",
    ".rtf": "Save it as .docx or as plain text (UTF-8).",
    ".odt": "Save it as .docx or as plain text (UTF-8).",
    ".pdf": "Copy its text into a text file and import that.",
    **dict.fromkeys(
        (".json", ".csv", ".html", ".htm"),
        "A transcript is plain text: copy its text into a .txt file and import that.",
    ),
}
