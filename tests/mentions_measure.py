"""How well people and terms are found by name, measured against the mentions that encoders tagged.

    python tests/mentions_measure.py FOLDER [--worst 20] [--only VOLUME ...] [--json FILE]

FOLDER holds whole TEI volumes. From each document the tags of persons and terms that are in the volume's lists are taken
off (the words stay), the names are found again, and both are compared, per volume and kind:

* *recall*: tagged mentions whose entry is found in the same block. *decidable*: the same without those that the rules
  leave alone on purpose: names before a capital ("Eisenhower Library"), surnames that several in the list bear, terms
  of one letter or that two entries share.
* *precision*: found marks that overlap a tagged mention and name the same entry. *new* are marks that overlap none, most of
  them mentions that were not tagged.
* *cost*: milliseconds of CPU a document for finding names in the text as encoders left it, and in the bare text; beside
  it what finding references costs in the same run.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generator.document import Document, Node, Volume
from generator.mentions import Lexicon, find
from generator.mentions.text import Text
from generator.phrases import Grammar, tag
from generator.readers import tei

HELD_OUT = frozenset((
    "frus1955-57v15", "frus1955-57v25", "frus1958-60v04", "frus1969-76v28", "frus1969-76ve15p1", "frus1977-80v21",
))  # fmt: skip
"""Volumes that were not looked at while the rules were made. Their first errors afterwards led to smaller repairs."""

KINDS = ("person", "term")


class Case(NamedTuple):
    """A tagged mention, or a mark of ours. ``verdict``: recalled, missed, right, wrong, new; ``cause`` says why."""

    volume: str
    document: str
    kind: str
    verdict: str
    cause: str
    words: str
    entry: str
    context: str


def read(folder: Path, only: Iterable[str]) -> Iterator[tuple[Volume, list[Document]]]:
    """Yield the volumes of ``folder`` that have a list of persons or terms, with their documents."""
    for file in sorted(folder.glob("*.xml")):
        if only and file.stem not in only:
            continue
        cut = tei.split(f"content/{file.name}", file.stem, file.read_bytes())
        if cut.volume and (cut.volume.persons or cut.volume.terms):
            read = (tei.read(part).document for part in cut.parts)
            yield cut.volume, [document for document in read if document and document.role == "document"]


def stripped(document: Document, entries: Mapping[str, frozenset[str]]) -> Document:
    """The document without the tags of ``entries`` (ids by kind), and without ids of sender and addressee."""

    def nodes(given: tuple[Node, ...]) -> tuple[Node, ...]:
        out: list[Node] = []
        for node in given:
            children = nodes(node.children)
            is_tag = node.attrs.get(node.kind, "") in entries.get(node.kind, ())
            for piece in (
                children if is_tag else (Node(node.kind, children, node.attrs, node.text, node.line, node.column),)
            ):
                if piece.kind == "text" and out and out[-1].kind == "text":
                    out[-1] = Node("text", (), {}, out[-1].text + piece.text, out[-1].line, out[-1].column)
                else:
                    out.append(piece)
        return tuple(out)

    replace = msgspec.structs.replace
    about = document.metadata
    parties = [tuple(replace(party, person="") for party in some) for some in (about.sender, about.addressee)]
    return replace(
        document,
        title=nodes(document.title),
        dateline=nodes(document.dateline),
        body=nodes(document.body),
        notes=tuple(replace(note, children=nodes(note.children)) for note in document.notes),
        metadata=replace(about, sender=parties[0], addressee=parties[1], persons=()),
    )


def compare(volume: Volume, document: Document, bare: Document, lexicon: Lexicon) -> Iterator[Case]:
    """Yield every tagged mention and every mark of ours in a document."""
    names = {"person": {e.id: e.name for e in volume.persons}, "term": {e.id: e.name for e in volume.terms}}
    theirs, ours = Text(document), Text(bare)
    if theirs.raw != ours.raw:
        raise ValueError(f"{volume.id}/{document.id}: the text changed when its tags were taken off")
    tagged = [
        (start, end, kind, id, block)
        for block in theirs.marking
        for kind, id, start, end in block.marked
        if id in names.get(kind, ())
    ]
    mentions = find(bare, lexicon, "")
    found = [(ours.starts[m.node] + m.start, ours.starts[m.node] + m.end, m.kind, m.id) for m in mentions.marks]
    in_block = {(theirs.block_at(start), kind, id) for start, _, kind, id in found}
    undecided = {fault.message.split('"')[1].lower() for fault in mentions.faults}

    def case(start: int, end: int, kind: str, id: str, verdict: str, cause: str) -> Case:
        context = f"{theirs.raw[max(0, start - 45) : start]}{{{theirs.raw[start:end]}}}{theirs.raw[end : end + 30]}"
        words = " ".join(theirs.raw[start:end].split())
        return Case(
            volume.id, document.id, kind, verdict, cause, words, names[kind].get(id, id), context.replace("\0", " ")
        )

    for start, end, kind, id, block in tagged:
        if (block, kind, id) in in_block:
            yield case(start, end, kind, id, "recalled", "")
        else:
            why = _why(lexicon, theirs, start, end, kind, id, undecided)
            yield case(start, end, kind, id, "missed", why)
    for start, end, kind, id in found:
        over = [other for other in tagged if other[0] < end and other[1] > start]
        verdict = "new" if not over else "right" if any(other[3] == id for other in over) else "wrong"
        why = f"tagged as {names[over[0][2]][over[0][3]]}" if verdict == "wrong" else ""
        yield case(start, end, kind, id, verdict, why)


def _why(lexicon: Lexicon, text: Text, start: int, end: int, kind: str, id: str, undecided: set[str]) -> str:
    """The cause of a miss, as far as a program can tell."""
    words = text.low[start:end]
    if kind == "term":
        letters = sum(map(str.isalnum, words))
        shared = any(f.kind == "shared" and f.list == "terms" and id in f.ids for f in lexicon.faults)
        return "one letter" if letters < 2 else "shared by two entries" if shared else "other capitals or another form"
    if re.match(r" [A-Z]", text.plain[end : end + 2]):
        return "before a capital"
    last = words.rsplit(" ", 1)[-1].strip(".,)]")
    known = lexicon.surnames.get(words) or lexicon.surnames.get(last)
    if known is None or id not in known.ids:
        return "a form that the list does not give"
    if len(known.ids) > 1 or any(last in one for one in undecided):
        return "several of that surname"
    if known.ordinary or text.has_small(last):
        return "a word, or a surname of two letters"
    return "other"


ON_PURPOSE = frozenset(("before a capital", "several of that surname", "one letter", "shared by two entries"))


def timed(work: Callable[[Document], object], documents: Iterable[Document]) -> float:
    """CPU seconds of ``work`` on all documents, the best of three."""
    best = float("inf")
    documents = list(documents)
    for _ in range(3):
        begin = time.process_time()
        for document in documents:
            work(document)
        best = min(best, time.process_time() - begin)
    return best


def figures(cases: Iterable[Case], kind: str) -> str:
    """One line of the table."""
    count = Counter(case.verdict for case in cases if case.kind == kind)
    tagged = count["recalled"] + count["missed"]
    if not tagged:
        return ""
    purposely = sum(case.cause in ON_PURPOSE for case in cases if case.kind == kind and case.verdict == "missed")
    met = count["right"] + count["wrong"]
    recall, decidable = count["recalled"] / tagged, count["recalled"] / max(1, tagged - purposely)
    precision = count["right"] / max(1, met)
    return f"{tagged:7}{100 * recall:9.1f}{100 * decidable:11.1f}{met:8}{100 * precision:11.2f}{count['new']:7}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=20)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    every: list[Case] = []
    cost: defaultdict[str, float] = defaultdict(float)
    documents_of_all = 0
    print(f"{'volume':22}{'kind':8}{'tagged':>7}{'recall':>9}{'decidable':>11}{'found':>8}{'precision':>11}{'new':>7}")
    for volume, documents in read(options.folder, options.only):
        entries = {kind: frozenset(e.id for e in getattr(volume, f"{kind}s")) for kind in KINDS}
        begin = time.process_time()
        lexicon = Lexicon.of(volume.persons, volume.terms, ())
        cost["lexicon"] = max(cost["lexicon"], time.process_time() - begin)
        bare = [stripped(document, entries) for document in documents]
        cases = [
            case
            for document, without in zip(documents, bare, strict=True)
            for case in compare(volume, document, without, lexicon)
        ]
        for kind in KINDS:
            if line := figures(cases, kind):
                held = "*" if volume.id in HELD_OUT else ""
                print(f"{volume.id + held:22}{kind:8}{line}", flush=True)
        every += cases
        documents_of_all += len(documents)
        for name, given in (("as tagged", documents), ("bare", bare)):
            cost[name] += timed(lambda document, lexicon=lexicon: find(document, lexicon, ""), given)  # type: ignore[misc]
        cost["references"] += timed(lambda document: tag(document, Grammar()), documents)
    for name, some in (
        ("tuned on", [case for case in every if case.volume not in HELD_OUT]),
        ("held out", [case for case in every if case.volume in HELD_OUT]),
        ("all", every),
    ):
        for kind in KINDS:
            if line := figures(some, kind):
                print(f"{name:22}{kind:8}{line}")
    print(f"\nms a document ({documents_of_all}): " + ", ".join(f"{name} {1000 * cost[name] / documents_of_all:.2f}" for name in ("as tagged", "bare", "references")))  # fmt: skip
    print(f"largest lexicon: {1000 * cost['lexicon']:.0f} ms")
    for verdict in ("missed", "wrong"):
        causes = Counter((case.kind, case.cause) for case in every if case.verdict == verdict)
        print(f"\n{verdict}, by cause:")
        for (kind, cause), number in causes.most_common(options.worst):
            print(f"{number:6}  {kind:7} {cause}")
        if verdict == "missed":
            print("\nmissed most often:")
            names = Counter(
                (case.kind, case.words, case.entry, case.cause) for case in every if case.verdict == verdict
            )
            examples = {(c.kind, c.words, c.entry, c.cause): c for c in reversed(every) if c.verdict == verdict}
            for key, number in names.most_common(options.worst):
                example = examples[key]
                print(f"{number:6}  {example.words} ({example.entry}): {example.cause}")
                print(f"          {example.volume}/{example.document}: {' '.join(example.context.split())}")
    if options.json:
        options.json.write_text(json.dumps([case._asdict() for case in every], ensure_ascii=False, indent=0), "utf-8")


if __name__ == "__main__":
    main()
