"""The finder: reads the phrases of a run of text and says what each of them names.

What a phrase means follows from its slots alone: a series or volume says in which volume, a document (or the words
*supra*, a page with a title) which document, a footnote or page what there. Each number of a list is a reference
of its own.
"""

from __future__ import annotations

import msgspec

from generator.document import Document, Node, Reference, plain_text
from generator.phrases import names
from generator.phrases.grammar import Compiled, Match
from generator.phrases.inline import Mark, Run
from generator.phrases.language import Language
from generator.phrases.lexicon import Number, Piece
from generator.phrases.names import VolumeName
from generator.phrases.sources import Scope, Sources, archival, outside, scope
from generator.phrases.tokens import Stream


class Fault(msgspec.Struct, frozen=True):
    """Something an editor should know: what, and where in the run."""

    message: str
    hint: str
    line: int
    column: int


class _Around(msgspec.Struct, frozen=True):
    """The words directly before a phrase (in small letters) and after it; empty if a sign stands between."""

    before: str
    after: str
    is_acronym: bool


def _around(text: str, match: Match) -> _Around:
    words = text[max(0, match.start - 24) : match.start].split()
    before = words[-1].strip("“”‘’\"'(") if words else ""
    following = text[match.end : match.end + 24].split() if text[match.end : match.end + 1] == " " else []
    after = following[0].strip('().,;:”’"') if following else ""
    return _Around(before.lower(), after, before.isalpha() and before.isupper() and len(before) > 1)  # fmt: skip


class _Found(msgspec.Struct, frozen=True):
    """A reference, its bounds, and ``core``: where the word of its last slot begins."""

    start: int
    end: int
    core: int
    reference: Reference


class Finder:
    """Reads the runs of one document in order. ``notes`` says whether they are the editors' notes."""

    def __init__(self, grammar: Compiled, document: Document, numbers: frozenset[str], notes: bool) -> None:
        self._grammar = grammar
        self._document = document
        self._numbers = numbers
        self._in_notes = notes
        self._editorial = notes or document.role != "document" or _is_editorial(document, grammar.language)
        self._sources = Sources(grammar)
        self._scope: Scope = "here"
        self._last_document = ""
        self.faults: list[Fault] = []

    def find(self, run: Run) -> list[Mark]:
        """Return the references of a run."""
        self._sources.begin(run)
        self._scope = "here"
        self._last_document = ""
        marks: list[Mark] = []
        at = 0
        text = run.text
        brackets: list[tuple[int, int]] | None = None
        for trigger in self._grammar.trigger.finditer(text):
            start = trigger.start()
            if start < at:
                continue
            matches = self._grammar.matches(text, start)
            if not matches:
                continue
            editorial = self._editorial and not (self._in_notes and any(words in text for words in self._grammar.language.original))  # fmt: skip
            if not editorial and "[" in text:
                brackets = _brackets(text) if brackets is None else brackets
                editorial = any(a <= start < b for a, b in brackets)
            for match in matches:
                found = self._meaning(run, match, editorial)
                if found is not None:
                    at = match.end
                    marks += self._marks(run, found, match, editorial)
                    break
        return marks

    # Meaning

    def _meaning(self, run: Run, match: Match, editorial: bool) -> list[_Found] | None:
        """The references of a phrase; None if it is none after all, and what is within it may be one."""
        pieces = {piece.slot: piece for piece in match.pieces}
        if match.pieces[-1].slot == "footnote" and len(pieces) > 1 and self._goes_on(run, match):
            return None
        if match.phrase.rule == "footnote-ibid":
            return self._note_of_the_last(match, pieces) if editorial else None
        volume = self._volume(run, match, pieces, editorial)
        if volume is None:
            return None
        if not volume and not self._fits(run, match, pieces, editorial):
            return None
        self._falling(run, match)
        if "forthcoming" in pieces:
            source = pieces.get("series") or pieces["volume"]
            return [_Found(source.start, source.end, source.start, Reference(volume, "", "forthcoming"))]
        if "footnote" in pieces:
            cited = pieces.get("series") or pieces.get("volume")
            if cited and "page" in pieces and cited.start < pieces["footnote"].start < pieces["page"].start:
                return self._without_note(cited, pieces["page"], volume)
            return self._notes(match, pieces, volume)
        if "attachment" in pieces and "document" in pieces:
            label = pieces["attachment"].numbers
            value = label[0].value if label else ""
            out = self._each(match, pieces["document"], lambda n: Reference(volume, f"d{n.value}", "attachment", value))
            self._names_document(match, out[-1].reference)
            return out
        if "file" in pieces:
            return [_Found(match.start, match.end, match.start, Reference("", "", "file", pieces["file"].text))]
        if "document" in pieces:
            out = self._each(match, pieces["document"], lambda n: Reference(volume, f"d{n.value}"))
            self._names_document(match, out[-1].reference)
            return out
        if "page" in pieces:
            item = pieces["item"].item if "item" in pieces else None
            page = pieces["page"]
            if item and len(page.numbers) == 1:
                named = f"item:{page.numbers[0].value};{item}"
                return self._each(match, page, lambda n: Reference(volume, named))
            return self._each(match, page, lambda n: Reference(volume, "", "page-notes" if n.mark else "page", n.value))
        if "paragraph" in pieces:
            return self._each(match, pieces["paragraph"], lambda n: Reference("", "", "paragraph", n.value))
        if "chapter" in pieces:
            word = "appendix" if pieces["chapter"].text.startswith("appendix") else "chapter"
            return self._each(match, pieces["chapter"], lambda n: Reference("", "", word, n.value))
        if "neighbour" in pieces:
            document = names.PREVIOUS if pieces["neighbour"].text == "previous" else names.NEXT
            self._last_document = document
            return [_Found(match.start, match.end, match.start, Reference("", document))]
        if "item" in pieces and pieces["item"].item:
            return [_Found(match.start, match.end, match.start, Reference("", f"cable:{pieces['item'].item}"))]
        return self._volumes(match, pieces, volume)

    def _volumes(self, match: Match, pieces: dict[str, Piece], volume: str) -> list[_Found]:
        piece = next(pieces[slot] for slot in ("series", "volume", "ibid") if slot in pieces)
        name = names.volume_name(volume)
        if name and len(piece.numbers) > 1:
            made = (msgspec.structs.replace(name, number=n.value, same=False) for n in piece.numbers)
            volumes = map(str, made)
            return self._each(match, piece, lambda n: Reference(next(volumes)))
        return [_Found(match.start, match.end, match.start, Reference(volume))]

    def _without_note(self, source: Piece, page: Piece, volume: str) -> list[_Found]:
        """``vol. XIV, footnote 3, p. 888``: the volume and its page. The words between are left alone, since many read
        them as a note of the same document."""
        out = [_Found(source.start, source.end, source.start, Reference(volume))]
        for at, n in enumerate(page.numbers):
            start = page.start if at == 0 else n.start
            out.append(_Found(start, n.end, n.start, Reference(volume, "", "page", n.value)))
        return out

    def _notes(self, match: Match, pieces: dict[str, Piece], volume: str) -> list[_Found]:
        document = ""
        out: list[_Found] = []
        if "document" in pieces:
            numbers = pieces["document"].numbers
            document = f"d{numbers[-1].value}"
            self._names_document(match, Reference(volume, document))
            if pieces["document"].start < pieces["footnote"].start and len(numbers) > 1:
                for at, n in enumerate(numbers[:-1]):
                    start = match.start if at == 0 else n.start
                    out.append(_Found(start, n.end, n.start, Reference(volume, f"d{n.value}")))
        elif "neighbour" in pieces:
            document = names.PREVIOUS if pieces["neighbour"].text == "previous" else names.NEXT
            self._last_document = document
        elif "page" in pieces:
            pages = pieces["page"].numbers
            page = pages[-1].value
            if pieces["page"].start < pieces["footnote"].start:
                for at, n in enumerate(pages[:-1]):
                    out.append(
                        _Found(
                            match.start if at == 0 else n.start, n.end, n.start, Reference(volume, "", "page", n.value)
                        )
                    )
            document = f"on:{page};{pieces['title'].text if 'title' in pieces else ''}"
        elif match.phrase.rule == "footnote-thereto":
            document = self._last_document
        start = out[-1].end if out else match.start
        if out:
            start = (pieces.get("document") or pieces["page"]).numbers[-1].start
        each = self._each(match, pieces["footnote"], lambda n: Reference(volume, document, "note", n.value))
        if len(each) > 1 and pieces["footnote"].start > match.start:
            # "Document 25, footnotes 4 and 5": the document belongs to the first.
            each[0] = msgspec.structs.replace(each[0], start=start)
        elif out:
            each[0] = msgspec.structs.replace(each[0], start=start)
        return [*out, *each]

    def _names_document(self, match: Match, reference: Reference) -> None:
        """What *thereto* and *ibid.* mean from here on."""
        self._last_document = reference.document
        self._sources.cited_document(reference.volume, reference.document, match.end)

    def _note_of_the_last(self, match: Match, pieces: dict[str, Piece]) -> list[_Found] | None:
        """``footnote 5, ibid.``: a note of the document cited last."""
        volume, document = self._sources.document(match.start)
        if not document or pieces["ibid"].volume != VolumeName():
            return None
        return self._each(match, pieces["footnote"], lambda n: Reference(volume, document, "note", n.value))

    def _each(self, match: Match, piece: Piece, reference: object) -> list[_Found]:
        """One reference for each number; the first begins with the phrase, the last ends with it."""
        out = []
        last = len(piece.numbers) - 1
        for at, number in enumerate(piece.numbers):
            start = match.start if at == 0 else number.start
            end = match.end if at == last else number.end
            out.append(_Found(start, end, max(start, piece.start if at == 0 else number.start), reference(number)))  # type: ignore[operator]
        return out

    # Which volume

    def _volume(self, run: Run, match: Match, pieces: dict[str, Piece], editorial: bool) -> str | None:
        """The volume a phrase names: text for ``Reference.volume``, empty for this one, None if it is outside."""
        if "series" in pieces:
            given = pieces["series"].volume or VolumeName()
            before = run.text[max(0, match.start - 16) : match.start].split()
            if match.pieces[0].slot == "series" and before and before[-1].lower() in self._grammar.language.bodies:
                return None
            if "item" in pieces and not given.years:
                return None
            name: VolumeName | str = given
            existing = _existing_volume(run, pieces["series"])
            self._sources.cited(existing or name, match.end)
            self._scope = "here"
            return existing or str(name)
        if "volume" in pieces:
            alone = match.pieces[-1].slot == "volume" and (archival(run, match.start, self._grammar) or not editorial)
            known = self._sources.just_cited(match.start)
            alone = alone or (known is None and self._is_arabic(run, pieces["volume"]))
            if alone or (known is None and scope(run, match.start, self._grammar, self._scope) != "here"):
                self._sources.cited("", match.end)
                self._scope = "outside"
                return None
            name = pieces["volume"].volume or VolumeName()
            if isinstance(known, VolumeName):
                # "1945, vol. IX, p. 3; vol. X, p. 8": the years hold on.
                name = names.ibid(known, name)
            self._sources.cited(_existing_volume(run, pieces["volume"]) or name, match.end)
            return _existing_volume(run, pieces["volume"]) or str(name)
        if "ibid" in pieces:
            return self._same(run, match, pieces)
        return ""

    def _is_arabic(self, run: Run, piece: Piece) -> bool:
        """Volumes of the series bear roman numbers; ``vol. 43`` is of another work, unless something leads to it."""
        before = run.text[max(0, piece.start - 16) : piece.start].split()
        led = not before or before[-1].lower() in self._grammar.language.leads
        return not led and any(run.text[n.start : n.end].isdecimal() for n in piece.numbers)

    def _same(self, run: Run, match: Match, pieces: dict[str, Piece]) -> str | None:
        """What *ibid.* stands for, with what is changed after it."""
        given = pieces["ibid"].volume or VolumeName()
        changed = given != VolumeName()
        paged = len(pieces) > 1 or changed
        before = self._sources.before(match.start, paged)
        if before == "":
            self._scope = "outside"
            return None
        words = run.text[match.start : match.end]
        if given.title and (self._grammar.archives.search(words) or self._grammar.outside.search(words)):
            return None
        if before is None:
            if not paged or not self._in_notes:
                return None
            # The sequence of notes runs on from the documents before, which only the catalog knows.
            before = VolumeName(same=True)
        if not changed:
            made: VolumeName | str = before
        elif isinstance(before, str):
            if not given.years:
                return None
            made = given
        else:
            made = names.ibid(before, given)
        self._sources.cited(made, match.end)
        return str(made)

    # Whether it is one

    def _fits(self, run: Run, match: Match, pieces: dict[str, Piece], editorial: bool) -> bool:
        """Whether the words around a phrase without a volume let it be a reference within this one."""
        if "file" in pieces:
            return True
        if "item" in pieces and "page" not in pieces:
            # A telegram's own number stands before its text.
            return match.start > 0 or run.text[match.end : match.end + 1] != "."
        around = _around(run.text, match)
        if "paragraph" in pieces:
            return (not editorial or "here" in pieces) and self._fits_paragraph(pieces, around)
        if "document" in pieces:
            return self._fits_document(run, match, pieces, around, editorial)
        if "page" in pieces:
            return self._fits_page(run, match, pieces, around, editorial)
        if not editorial:
            return False
        if match.phrase.rule == "footnote":
            return self._fits_note(run, match, pieces["footnote"], around)
        language = self._grammar.language
        return "chapter" not in pieces or (around.before in language.leads and around.after not in language.of)

    def _fits_paragraph(self, pieces: dict[str, Piece], around: _Around) -> bool:
        language = self._grammar.language
        another = (
            around.after in language.of or around.before in language.owners or any(c.isdigit() for c in around.before)
        )
        if another and "here" not in pieces:
            return False
        return any(number.value in self._numbers for number in pieces["paragraph"].numbers)

    def _fits_document(
        self, run: Run, match: Match, pieces: dict[str, Piece], around: _Around, editorial: bool
    ) -> bool:
        language = self._grammar.language
        if not editorial and around.before not in language.led and (around.before or around.after.islower()):
            # "Document 5 was in the parcel": a writer's own.
            return False
        if around.is_acronym or (around.before == language.article and match.pieces[0].slot == "document"):
            return False
        if self._grammar.lexicon.word("number", Stream(run.text, pieces["document"].start), 1):
            # "Document No. 1466" is how others number their papers.
            return False
        return not outside(run, match.start, self._grammar)

    def _fits_page(self, run: Run, match: Match, pieces: dict[str, Piece], around: _Around, editorial: bool) -> bool:
        language = self._grammar.language
        if around.after in language.of and "item" not in pieces and "footnote" not in pieces:
            return False
        if around.before and self._grammar.lexicon.word("ibid", Stream(around.before, 0), 0):
            return False
        if not editorial and around.before not in language.led:
            return False
        self._scope = scope(run, match.start, self._grammar, self._scope)
        if self._scope == "outside":
            self._sources.cited("", match.end)
        return self._scope == "here"

    def _fits_note(self, run: Run, match: Match, piece: Piece, around: _Around) -> bool:
        """``footnote 3`` is of this document, ``note 25 from the Embassy`` is a paper."""
        language = self._grammar.language
        if around.after in language.of or around.after in language.not_notes:
            return False
        stream = Stream(run.text, match.end)
        if self._grammar.lexicon.word("ibid", stream, int(stream.at(0).text == ",")):
            return False
        if not piece.numbers or not all(self._has_note(number.value) for number in piece.numbers):
            return False
        return Stream(run.text, piece.start).at(0).low in language.own_notes or around.before in language.leads

    def _goes_on(self, run: Run, match: Match) -> bool:
        """Whether a footnote at the end of a phrase belongs to a document that follows: ``Document 7 and footnote 2,
        Document 10``."""
        stream = Stream(run.text, match.end)
        at = int(stream.at(0).text == ",")
        at += stream.at(at).low in ("to", "of", "in")
        return bool(self._grammar.lexicon.word("document", stream, at)) and stream.at(at + 1).kind == "number"

    def _has_note(self, label: str) -> bool:
        return any(note.label == label for note in self._document.notes)

    # Marks

    def _marks(self, run: Run, found: list[_Found], match: Match, editorial: bool) -> list[Mark]:
        out = []
        for each in found:
            start, end, reference = each.start, each.end, each.reference
            for first, last, node in run.links:
                if first < end and last > start:
                    if (first < end and last > each.core) or node.kind == "link":
                        break
                    start = each.core
            else:
                end = _to_end_of_emphasis(run, start, end)
                attrs = {k: v for k, v in zip(("volume", "document", "part", "value"), (reference.volume, reference.document, reference.part, reference.value), strict=True) if v}  # fmt: skip
                certainty = match.phrase.certainty
                if not editorial:
                    # What a writer of the time calls page 5 is mostly a page of something else.
                    certainty = "suggestion" if reference.part.startswith("page") else certainty
                    certainty = "likely" if certainty == "certain" else certainty
                out.append(Mark(start, end, {**attrs, "certainty": certainty, "rule": match.phrase.rule}))
        return out

    def _falling(self, run: Run, match: Match) -> None:
        for piece in match.pieces:
            for first, last in zip(piece.numbers, piece.numbers[1:], strict=False):
                if last.falls:
                    words = run.text[first.start : last.end]
                    self._fault(
                        run, first.start, f'the range "{words}" falls', "The second number should be the higher one."
                    )

    def _fault(self, run: Run, at: int, message: str, hint: str) -> None:
        before = run.text[:at]
        lines = before.count("\n")
        # Some readers know lines only.
        column = 0 if not run.column else at - before.rfind("\n") if lines else run.column + at
        self.faults.append(Fault(message, hint, run.line + lines if run.line else 0, column))


def _to_end_of_emphasis(run: Run, start: int, end: int) -> int:
    """Where a link ends, with the full stop that stands in the same emphasis: ``footnote 5, *ibid.*`` is one link."""
    stop = run.text[end : end + 1] == "."
    return end + 1 if stop and any(start < first < end and last == end + 1 for first, last in run.leaning) else end


def _existing_volume(run: Run, piece: Piece) -> str:
    """The id of the volume that a reference already on these words names."""
    for first, last, node in run.links:
        if first < piece.end and last > piece.start and node.kind == "reference":
            # Editors may name a volume by its id alone, which looks like a document's.
            volume = node.attrs.get("volume", "") or ("" if node.attrs.get("part") else node.attrs.get("document", ""))
            if volume and ":" not in volume:
                return volume
    return ""


def _is_editorial(document: Document, language: Language) -> bool:
    """Whether the editors wrote the text themselves."""
    if not language.editorial:
        return False
    if document.metadata.kind == language.editorial:
        return True
    return plain_text(document.title).lower().startswith(language.editorial)


def _brackets(text: str) -> list[tuple[int, int]]:
    """Where square brackets hold editors' words."""
    out, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        if letter == "[":
            begin = at if depth == 0 else begin
            depth += 1
        elif letter == "]" and depth:
            depth -= 1
            if depth == 0:
                out.append((begin, at))
    if depth:
        out.append((begin, len(text)))
    return out


def numbers(nodes: tuple[Node, ...]) -> frozenset[str]:
    """The numbers printed before the paragraphs of a text."""
    out: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.kind == "paragraph":
            if node.attrs.get("n"):
                out.add(node.attrs["n"])
        elif node.children and node.kind != "text":
            stack += node.children
    return frozenset(out)


__all__ = ["Fault", "Finder", "Number", "numbers"]
