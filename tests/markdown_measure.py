"""What is kept when documents are written in Markdown: a TEI document, and what is read from the file written of it.

``python -m tests.markdown_measure FILE.xml ...`` prints the figures for whole volumes.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from generator.document import BLOCKS, Document, Node, plain_text
from generator.exporters.markdown import note_names, write
from generator.readers import Part, markdown, tei


class Stream(msgspec.Struct):
    """A text as a reader meets it: its words, and the marks, notes and references by how many signs stand before."""

    text: list[str]
    marks: list[tuple[int, str]]
    notes: list[tuple[int, str, str]]
    references: list[tuple[int, str, str, str, str, str]]
    signs: int = 0

    @property
    def words(self) -> list[str]:
        return "".join(self.text).split()


def stream(document: Document, nodes: Iterable[Node]) -> Stream:
    """The stream of ``nodes``: labels and numbers of list items count as words, since they are printed."""
    names = note_names(document)
    texts = {n.id: plain_text(n.children) for n in document.notes}
    out = Stream([], [], [], [])

    def add(words: str) -> None:
        out.text.append(words)
        out.signs += len("".join(words.split()))

    def visit(nodes: Sequence[Node], numbered: str = "") -> None:
        count = int(numbered or 0)
        for node in nodes:
            attrs = node.attrs
            block = node.kind in BLOCKS or node.kind == "line_break"
            if block:
                add(" ")
            children = node.children
            if node.kind == "item" and (attrs.get("label") or numbered):
                # The mark of a page that begins with an item stands after the item's number in the file.
                if numbered and children and children[0].kind == "paragraph":
                    children = (*children[0].children, Node("line_break"), *children[1:])
                first = next((i for i, c in enumerate(children) if c.kind != "page_break"), 0) if numbered else 0
                visit(children[:first])
                children = children[first:]
                add(f"{attrs.get('label') or f'{count}.'} ")
                count += 1
            add(node.text)
            if node.kind == "page_break" and " " in attrs["label"]:
                add(f" {attrs['label']} ")  # "[Map 1]" is no number: it is printed
            elif node.kind == "page_break" and attrs["label"]:
                out.marks.append((out.signs, attrs["label"].strip("[]")))
            elif node.kind == "note_ref":
                out.notes.append((out.signs, attrs["label"], texts.get(attrs["note"], "")))
            elif node.kind == "reference":
                volume, name = attrs.get("volume", ""), attrs.get("document", "")
                value = attrs.get("value", "")
                part = attrs.get("part", "")
                if part == "note":
                    own = name in ("", document.id)
                    value = names.get(value, value) if own else value
                    value = value.removeprefix(f"{name or document.id}fn")
                elif volume and not name and not part:
                    volume, name = "", volume
                out.references.append((out.signs, volume, name, part, value, plain_text(node.children)))
            counts = node.kind == "list" and attrs.get("type") == "ordered" and not any(c.kind == "item" and "label" in c.attrs for c in node.children)  # fmt: skip
            visit(children, (attrs.get("start") or "1") if counts else "")
            if block:
                add(" ")

    visit(tuple(nodes))
    return out


def differences(before: Document, after: Document) -> list[str]:
    """What of ``before`` is not in ``after``, in words."""
    out: list[str] = []
    parts = [(name, getattr(before, name), getattr(after, name)) for name in ("title", "source_line", "dateline", "body")]  # fmt: skip
    notes = Counter((n.label, " ".join(stream(before, n.children).words)) for n in before.notes)
    written = Counter((n.label, " ".join(stream(after, n.children).words)) for n in after.notes)
    if notes != written:
        out.append(f"notes: {notes - written} / {written - notes}")
    by_text: dict[tuple[str, str], list[tuple[Node, ...]]] = {}
    for note in after.notes:
        by_text.setdefault((note.label, plain_text(note.children)), []).append(note.children)
    for note in before.notes:
        same = by_text.get((note.label, plain_text(note.children)))
        if same:
            parts.append((f"note {note.label}", note.children, same.pop(0)))
    for name, one, other in parts:
        a, b = stream(before, one), stream(after, other)
        if a.words != b.words:
            lost, more = Counter(a.words) - Counter(b.words), Counter(b.words) - Counter(a.words)
            at = next((i for i, (x, y) in enumerate(zip(a.words, b.words, strict=False)) if x != y), -1)
            kind = "words" if lost or more else "order"
            out.append(f"{name} {kind}: -{dict(lost)} +{dict(more)} near {a.words[max(0, at - 3) : at + 4]}")
        for what in ("marks", "notes", "references"):
            mine, theirs = Counter(getattr(a, what)), Counter(getattr(b, what))
            if mine != theirs:
                out.append(f"{name} {what}: -{list(mine - theirs)[:4]} +{list(theirs - mine)[:4]}")
    for name in ("number", "date", "place", "kind", "classification", "sender", "addressee", "first_page", "lang"):
        if getattr(before.metadata, name) != getattr(after.metadata, name):
            out.append(f"{name}: {getattr(before.metadata, name)} {getattr(after.metadata, name)}")
    return out


def main(files: list[str]) -> int:
    documents = parts = seconds = size = 0.0
    wrong: list[str] = []
    simplified: Counter[str] = Counter()
    in_documents: Counter[str] = Counter()
    reported: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for name in files:
        path = Path(name)
        split = tei.split(f"content/{path.name}", path.stem, path.read_bytes())
        for part in split.parts:
            before = tei.read(part).document
            assert before is not None
            parts += 1
            documents += before.role == "document"
            started = time.process_time()
            written = write(before)
            seconds += time.process_time() - started
            size += len(written.text)
            simplified.update({s.what: s.count for s in written.simplified})
            in_documents.update(s.what for s in written.simplified)
            reading = markdown.read(Part("markdown", path.stem, part.id, f"{part.id}.md", written.text.encode()))
            where = f"{path.stem} {part.id}"
            for found in reading.diagnostics:
                reported[found.rule] += 1
                if found.rule not in ("page-backwards", "page-repeated"):
                    wrong.append(f"{where}: {found}")
            after = reading.document
            if after is None:
                wrong.append(f"{where}: not read")
                continue
            whole = (before.title, before.source_line, before.dateline, before.body, *(n.children for n in before.notes))  # fmt: skip
            for nodes in whole:
                found_here = stream(before, nodes)
                totals["words"] += len(found_here.words)
                totals["page marks"] += len(found_here.marks)
                totals["references to notes"] += len(found_here.notes)
                totals["references"] += len(found_here.references)
            totals["notes"] += len(before.notes)
            wrong += [f"{where}: {d}" for d in differences(before, after)]
            again = write(after).text
            if again != written.text:
                one = next((x, y) for x, y in zip(written.text.split("\n") + [""], again.split("\n") + [""], strict=False) if x != y)  # fmt: skip
                wrong.append(f"{where}: not the same again: {one}")
    for line in wrong:
        print(line)
    print(f"{parts:.0f} parts, {documents:.0f} documents, {dict(totals)}; {len(wrong)} differences; reported {dict(reported)}")  # fmt: skip
    print(f"{seconds * 1000 / max(parts, 1):.2f} ms CPU a document to write, {size / max(parts, 1):.0f} characters")
    for what, count in simplified.most_common():
        print(f"{count:7} in {in_documents[what]:5} documents: {what}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
