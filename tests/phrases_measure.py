"""How well references are found in prose, measured against those that encoders marked.

    python tests/phrases_measure.py FOLDER [--worst 20] [--only VOLUME ...] [--json FILE]

FOLDER holds whole TEI volumes. Each document is read, its own references are stripped (their words stay), the phrases are
found again, and both are resolved in a catalog of all volumes given. Figures are per pattern:

* *marked*: references of the encoders, by the shape of their words; *recall*: how many of them were found and lead where
  the encoder's does. An encoder's reference to a whole volume is met by one to a page in it.
* *found*: references of ours; those that overlap an encoder's must agree with it; those that overlap none are
  *new*, and right if what they name is in the edition and (for cables) number, post and date agree.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generator import elsewhere, facts, links
from generator.catalog import Catalog, VolumeCatalog
from generator.document import Document, Facts, Node, Reference, Volume, reference_of
from generator.phrases import Grammar, inline, names, tag
from generator.phrases.names import volume_name
from generator.phrases.tokens import roman
from generator.readers import tei

HELD_OUT = frozenset(("frus1955-57v15", "frus1955-57v25", "frus1961-63v12", "frus1969-76v28"))
"""Volumes that were not looked at while the grammar was made."""


class Pair(msgspec.Struct):
    """One encoder's reference (or none) and one of ours (or none) on the same words."""

    volume: str
    document: str
    in_note: bool
    theirs: str
    ours: str
    theirs_target: str
    ours_target: str
    rule: str
    certainty: str
    status: str
    verdict: str
    context: str


def read(folder: Path, only: Iterable[str]) -> dict[str, tuple[Volume, list[Document]]]:
    """Return every volume of ``folder`` with its documents."""
    out = {}
    for file in sorted(folder.glob("*.xml")):
        if only and file.stem not in only:
            continue
        cut = tei.split(f"content/{file.name}", file.stem, file.read_bytes())
        # Indexes and tables of contents are all references, of a kind that is no prose.
        documents = [d for part in cut.parts if (d := tei.read(part).document) and d.role == "document"]
        out[file.stem] = (cut.volume or Volume(file.stem, file.stem), documents)
    return out


def catalog_of(volumes: Mapping[str, tuple[Volume, list[Document]]]) -> Catalog:
    return Catalog(VolumeCatalog(v, [facts.of(d, b"") for d in documents]) for v, documents in volumes.values())


def stripped(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """``nodes`` with references taken off their words."""
    out: list[Node] = []
    for node in nodes:
        if node.kind == "reference":
            out += stripped(node.children)
        elif node.children:
            out.append(Node(node.kind, stripped(node.children), node.attrs, node.text, node.line, node.column))
        else:
            out.append(node)
    return tuple(out)


def strip(document: Document) -> Document:
    notes = tuple(msgspec.structs.replace(n, children=stripped(n.children)) for n in document.notes)
    return msgspec.structs.replace(document, body=stripped(document.body), notes=notes, source_line=stripped(document.source_line))  # fmt: skip


def runs(document: Document) -> Iterator[tuple[bool, inline.Run]]:
    """The runs of a document with the references in them, those of notes marked."""
    seen: list[tuple[bool, inline.Run]] = []

    def keep(of_note: bool) -> object:
        def find(run: inline.Run) -> list[inline.Mark]:
            seen.append((of_note, run))
            return []

        return find

    inline.document(document, keep(False), keep(True))  # type: ignore[arg-type]
    yield from seen


def measure(volumes: Mapping[str, tuple[Volume, list[Document]]], grammar: Grammar) -> tuple[list[Pair], float]:
    """Return all pairs, and the CPU seconds that finding took."""
    pairs: list[Pair] = []
    made: dict[str, tuple[Volume, list[Document]]] = {}
    bare = {id: [strip(document) for document in documents] for id, (_, documents) in volumes.items()}
    begin = time.process_time()
    for id, (volume, _) in volumes.items():
        made[id] = (volume, [tag(document, grammar).document for document in bare[id]])
    seconds = time.process_time() - begin
    catalog = catalog_of(made)
    for id, (_, documents) in volumes.items():
        for document, tagged in zip(documents, made[id][1], strict=True):
            origin = catalog.volumes[id].by_id[document.id]
            for (in_note, theirs), (_, ours) in zip(runs(document), runs(tagged), strict=True):
                if theirs.links or ours.links:
                    pairs += _pairs(origin, in_note, theirs, ours, catalog)
    return pairs, seconds


def _pairs(origin: Facts, in_note: bool, theirs: inline.Run, ours: inline.Run, catalog: Catalog) -> Iterator[Pair]:
    left = [(a, b, reference_of(n)) for a, b, n in theirs.links if n.kind == "reference"]
    right = [
        (a, b, reference_of(n), n) for a, b, n in ours.links if n.kind == "reference" and "continued" not in n.attrs
    ]
    met: set[int] = set()
    for start, end, reference in left:
        touching = [i for i, (a, b, _, _) in enumerate(right) if a < end and b > start]
        met.update(touching)
        right_ones = [i for i in touching if agree(reference, right[i][2], origin, catalog)]
        best = (right_ones or touching or [-1])[0]
        verdict = "agrees" if right_ones else "differs" if touching else "missed"
        yield _pair(origin, in_note, theirs.text, (start, end, reference), right[best] if best >= 0 else None, verdict, catalog)  # fmt: skip
    for i, found in enumerate(right):
        if i not in met:
            status = links.resolve(found[2], origin, catalog).status
            verdict = "new" if status in ("resolved", "not-in-edition", "unpublished") else "new, leads nowhere"
            yield _pair(origin, in_note, theirs.text, None, found, verdict, catalog)


def _pair(
    origin: Facts,
    in_note: bool,
    text: str,
    theirs: tuple[int, int, Reference] | None,
    ours: tuple[int, int, Reference, Node] | None,
    verdict: str,
    catalog: Catalog,
) -> Pair:
    start, end = (theirs or ours or (0, 0))[:2]
    context = f"{text[max(0, start - 90) : start]}⟦{text[start:end]}⟧{text[end : end + 50]}"
    result = links.resolve(ours[2], origin, catalog) if ours else None
    return Pair(
        origin.volume, origin.id, in_note,
        text[theirs[0] : theirs[1]] if theirs else "", text[ours[0] : ours[1]] if ours else "",
        _shown(theirs[2]) if theirs else "", _shown(ours[2]) if ours else "",
        ours[3].attrs["rule"] if ours else "", (result.certainty if result else ""), result.status if result else "",
        verdict, " ".join(context.split()),
    )  # fmt: skip


def _shown(reference: Reference) -> str:
    return "#".join(filter(None, (reference.volume, reference.document, reference.part, reference.value)))


def agree(theirs: Reference, ours: Reference, origin: Facts, catalog: Catalog) -> bool:
    """Whether both lead to the same place; in volumes that are not at hand, whether they name the same."""
    if theirs.volume and theirs.volume not in catalog.volumes:
        return _same_volume(theirs, ours, origin, catalog)
    want, got = links.resolve(theirs, origin, catalog), links.resolve(ours, origin, catalog)
    if want.status != "resolved":
        return (theirs.document, theirs.part) == (ours.document, ours.part)
    place = (want.volume, want.document, want.anchor)
    if place == (got.volume, got.document, got.anchor):
        return True
    if not want.document:
        return want.volume == got.volume
    # The encoder marked less of the phrase: the document of a note, the page of a note on it.
    if not want.anchor and (want.volume, want.document) == (got.volume, got.document):
        return True
    return theirs.part == "page" and ours.document.split(";")[0].endswith(f":{theirs.value}")


def _same_volume(theirs: Reference, ours: Reference, origin: Facts, catalog: Catalog) -> bool:
    if ours.volume == theirs.volume:
        return True
    name = volume_name(ours.volume)
    if not ours.volume and links.resolve(ours, origin, catalog).status == "not-in-edition":
        # Said to be in another part of this volume.
        own = catalog.volumes[origin.volume].volume.id
        return re.sub(r"p\d$", "", own) == re.sub(r"p\d$", "", theirs.volume) and (theirs.document, theirs.part) == (ours.document, ours.part)  # fmt: skip
    if name is None:
        return False
    if (
        theirs.part
        and ours.part
        and (theirs.part, theirs.value) != (ours.part.replace("page-notes", "page"), ours.value)
    ):
        return ours.part == "note" and ours.document.split(";")[0].endswith(f":{theirs.value}")
    if theirs.document and theirs.document != ours.document:
        return False
    home = catalog.volumes[origin.volume].name
    if name.same:
        before = links.cited_before(origin, catalog)
        known = volume_name(before or "")
        name = names.ibid(known, name) if known else name
    given = {"years": name.years or home.years, "number": name.number, "part": name.part, "title": name.title}
    made = elsewhere.volume_id(elsewhere.SITES["history.state.gov"], given)
    # A supplement in one volume is cited without a number, a volume in several parts without the part.
    wanted = theirs.volume.replace("vRussia", "Russia")
    return made in (wanted, re.sub(r"p\d$", "", wanted), re.sub(r"v01$", "", wanted))


def shape(words: str) -> str:
    """The shape of an encoder's words, for the table."""
    text = re.sub(r"\d+", "#", words.lower())
    for pattern, name in (
        (r"ibid", "ibid."), (r"foreign relation", "series"), (r"vol", "volume"), (r"foot?note.*document|document.*footnote", "footnote + document"),
        (r"supra|infra", "supra, infra"), (r"footn?ote|fn", "footnote"), (r"document", "document"), (r"p+\.|page", "page"), (r"^#", "number of a list"),
    ):  # fmt: skip
        if re.search(pattern, text):
            return name
    return "number of a list" if roman(words) else "other"


def table(pairs: list[Pair]) -> str:
    """The figures of a set of pairs, as a table."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        if pair.theirs:
            rows[shape(pair.theirs)][pair.verdict] += 1
            rows["all"][pair.verdict] += 1
    out = [
        "| encoders' words | marked | agree | differ | missed | recall | precision |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, c in sorted(rows.items(), key=lambda kv: -sum(kv[1].values())):
        total, found = sum(c.values()), c["agrees"] + c["differs"]
        out.append(f"| {name} | {total} | {c['agrees']} | {c['differs']} | {c['missed']} | {100 * c['agrees'] / total:.1f} | {100 * c['agrees'] / max(1, found):.1f} |")  # fmt: skip
    out += ["", "| rule | found | agree | differ | new: resolved | new: elsewhere | new: leads nowhere | precision |", "|---|---:|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        if pair.ours:
            verdict = pair.verdict
            if verdict == "new":
                verdict = "resolved" if pair.status == "resolved" else "elsewhere"
            rules[pair.rule][verdict] += 1
            if pair.rule not in ("cable", "paragraph", "paragraph-here", "file"):
                rules["all but cables, paragraphs, files"][verdict] += 1
    for name, c in sorted(rules.items(), key=lambda kv: -sum(kv[1].values())):
        wrong = c["differs"] + c["new, leads nowhere"]
        right = c["agrees"] + c["resolved"]
        out.append(f"| {name} | {sum(c.values())} | {c['agrees']} | {c['differs']} | {c['resolved']} | {c['elsewhere']} | {c['new, leads nowhere']} | {100 * right / max(1, right + wrong):.1f} |")  # fmt: skip
    return "\n".join(out)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--only", nargs="*", default=())
    arguments.add_argument("--worst", type=int, default=20)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    volumes = read(given.folder, given.only)
    pairs, seconds = measure(volumes, Grammar())
    count = sum(len(documents) for _, documents in volumes.values())
    for title, chosen in (
        ("volumes tuned on", [p for p in pairs if p.volume not in HELD_OUT]),
        ("volumes held out", [p for p in pairs if p.volume in HELD_OUT]),
    ):
        for where, part in (
            ("notes", [p for p in chosen if p.in_note]),
            ("text", [p for p in chosen if not p.in_note]),
        ):
            print(f"\n## {title}, {where}\n\n{table(part)}")
    bad = [p for p in pairs if p.verdict not in ("agrees", "new")]
    print(f"\n## The {given.worst} worst (of {len(bad)})\n")
    for p in bad[:: max(1, len(bad) // max(1, given.worst))][: given.worst]:
        print(f"* {p.volume}#{p.document} {p.verdict}: {p.context}\n  encoder {p.theirs_target or '-'}; found {p.ours_target or '-'} ({p.rule or '-'})")  # fmt: skip
    print(f"\n{count} documents, {1000 * seconds / count:.3f} ms CPU each")
    if given.json:
        given.json.write_text(
            json.dumps([msgspec.to_builtins(p) for p in pairs], ensure_ascii=False, indent=0), "utf-8"
        )


if __name__ == "__main__":
    main()
