"""Measures the reading of plain transcripts on transcripts derived from TEI volumes; fits the scores it works with.

    python tests/plaintext_measure.py measure SHARED [--every N] [--worst N]
    python tests/plaintext_measure.py fit SHARED            prints the scores for generator/readers/plaintext_scores.py

SHARED is a folder with ``corpus/volumes`` and ``tools/derive_plaintext.py``, which makes a transcript of each document
of a volume, with the truth about it. The scores were fitted to the volumes of ``FITTED``; all others are held out.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import math
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generator.readers import plaintext
from generator.readers.plaintext_notes import BODY, NEAR, candidates, note_signs

FITTED = frozenset(
    "frus1914-20v02 frus1943v06 frus1952-54v01p1 frus1955-57v10 frus1955-57v15 frus1958-60v04 frus1969-76v28"
    " frus1969-76ve15p1".split()
)
TEI = "{http://www.tei-c.org/ns/1.0}"


class Sample(msgspec.Struct, frozen=True):
    """A derived transcript and the truth about it."""

    volume: str
    id: str
    text: str
    truth: dict[str, Any]


def load_deriver(shared: Path) -> ModuleType:
    """Load the tool that derives transcripts."""
    spec = importlib.util.spec_from_file_location("derive_plaintext", shared / "tools" / "derive_plaintext.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def samples(shared: Path, volumes: Sequence[str] = (), every: int = 1) -> Iterator[Sample]:
    """Derive a transcript from each document (or every so manieth, from the first) of the volumes (default: all)."""
    deriver = load_deriver(shared)
    for path in sorted((shared / "corpus" / "volumes").glob("*.xml")):
        if volumes and path.stem not in volumes:
            continue
        documents = [d for d in ET.parse(path).getroot().iter(TEI + "div") if d.get("type") == "document"]
        for div in documents[::every]:
            text, truth = deriver.Deriver(div).render()
            truth["number"] = div.get("n")
            yield Sample(path.stem, (div.get("{http://www.w3.org/XML/1998/namespace}id") or "").strip(), text, truth)


class Tally(msgspec.Struct):
    """What was counted: references wanted, placed, placed exactly; listed as unsure, wrong, wrong and listed;
    documents, and those of them with each part right."""

    documents: int = 0
    wanted: int = 0
    placed: int = 0
    exact: int = 0
    listed: int = 0
    wrong: int = 0
    wrong_listed: int = 0
    title: int = 0
    number: int = 0
    source_line: int = 0
    pages: int = 0
    notes: int = 0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))

    def __str__(self) -> str:
        precision, recall = self.exact / max(1, self.placed), self.exact / max(1, self.wanted)
        parts = " ".join(f"{x} {getattr(self, x) / self.documents:.2%}" for x in ("title", "number", "source_line", "pages", "notes"))  # fmt: skip
        return (
            f"{self.documents} documents, {self.wanted} references: precision {precision:.3%} recall {recall:.3%}; {parts}; "
            f"unsure {self.listed} ({self.listed / max(1, self.wanted):.2%}), of {self.wrong} wrong {self.wrong_listed} listed; "
            f"{1000 * self.seconds / self.documents:.2f} ms CPU a document"
        )


class Fault(msgspec.Struct, frozen=True):
    """A reference placed wrong: how certain it was, where, and what the truth is."""

    certainty: float
    document: str
    got: str
    wanted: str


def compare(sample: Sample) -> tuple[Tally, list[Fault]]:
    """Read a sample and compare with its truth."""
    text, truth = sample.text, sample.truth
    start = time.process_time()
    found = plaintext.transcribe(text, sample.id)
    tally = Tally(documents=1, seconds=time.process_time() - start)
    wanted = {(r["offset"], r["n"]) for r in truth["refs"]}
    right = {(p.start, p.label) for p in found.placements if p.start >= 0}
    tally.wanted, tally.placed, tally.exact = len(wanted), len(right), len(wanted & right)
    faults = []
    for p in found.placements:
        unsure = plaintext.is_unsure(p)
        tally.listed += unsure
        lost = p.start < 0 and p.label not in {r["n"] for r in truth["refs"]}
        if not lost and (p.start, p.label) not in wanted:
            tally.wrong += 1
            tally.wrong_listed += unsure
            got = (
                f"{text[max(0, p.start - 24) : p.start]}<{p.label}>{text[p.end : p.end + 12]}"
                if p.start >= 0
                else "lost"
            )
            truths = [f"{r['before']}<{r['n']}>{r['after']}" for r in truth["refs"] if r["n"] == p.label]
            faults.append(Fault(p.certainty, f"{sample.volume}/{sample.id}", got, " or ".join(truths) or "lost"))
    title = (found.printed_number + " " + found.plain(found.title)).strip()
    tally.title = _same("".join(title.split()), "".join((truth["title"] or "").split()))
    printed = truth["title"] and truth["number"] and plaintext.transcribe(truth["title"]).number
    tally.number = found.number == truth["number"] if printed else not found.number
    source = found.plain(found.source_line) if found.source_line else ""
    tally.source_line = _same(source, " ".join((truth["source_line"] or "").split()))
    tally.pages = [(p.label, p.start) for p in found.pages] == [(p["n"], p["offset"]) for p in truth["pages"]]
    tally.notes = [(n.label, text[n.start : n.end].strip()) for n in found.notes] == [
        (n["n"], n["text"].strip()) for n in truth["notes"]
    ]
    return tally, faults


def _same(a: str, b: str) -> bool:
    return a == b


def measure(shared: Path, every: int = 1, volumes: Sequence[str] = ()) -> tuple[dict[str, Tally], list[Fault]]:
    """Measure; return the tally of each volume and the faults, the most certain first."""
    tallies: dict[str, Tally] = {}
    faults: list[Fault] = []
    for sample in samples(shared, volumes, every):
        tally, wrong = compare(sample)
        tallies.setdefault(sample.volume, Tally()).add(tally)
        faults += wrong
    return tallies, sorted(faults, key=lambda f: -f.certainty)


def total(tallies: dict[str, Tally], fitted: bool) -> Tally:
    """Add up the volumes the scores were fitted to, or the others."""
    out = Tally()
    for volume, tally in tallies.items():
        if (volume in FITTED) == fitted:
            out.add(tally)
    return out


def is_good_enough(tally: Tally) -> bool:
    """The measure: 99 % of references placed exactly, 99.5 % of documents right in each other part, at least half of
    what is wrong listed for the editor, and no more than 3 % of all references listed."""
    exact = tally.exact >= 0.99 * tally.placed and tally.exact >= 0.99 * tally.wanted
    parts = min(tally.title, tally.number, tally.source_line, tally.pages, tally.notes) >= 0.995 * tally.documents
    return exact and parts and 2 * tally.wrong_listed >= tally.wrong and tally.listed <= 0.03 * tally.wanted


def fit(shared: Path, volumes: Sequence[str], spread: float = 3.0, rounds: int = 400) -> dict[str, float]:
    """Fit the scores: a logistic regression of "is the reference" on the signs, with a normal prior of standard
    deviation ``spread`` on each score, by resilient back-propagation (full gradient, no chance in it)."""
    rows: collections.Counter[tuple[tuple[str, ...], bool]] = collections.Counter()
    for sample in samples(shared, volumes):
        found = plaintext.transcribe(sample.text)
        labels = [n.label for n in found.notes]
        true = {(r["offset"], r["n"]) for r in sample.truth["refs"]}
        places = collections.defaultdict(list)
        for r in sample.truth["refs"]:
            places[r["n"]].append(r["offset"])
        for k, note in enumerate(found.notes):
            lost = sample.truth["notes"][k].get("reference_lost") or not places[note.label]
            at = -1 if lost else places[note.label].pop(0)
            for c in candidates(sample.text, plaintext.zones(found), labels)[note.label]:
                if c.zone.host != BODY and not k - NEAR <= c.zone.host < k:
                    continue
                if c.start == at or (c.start, note.label) not in true:
                    signs = (*c.signs, *note_signs(sample.text, c, k, sample.text[note.start : note.end]))
                    rows[tuple(sorted(signs)), c.start == at] += 1
    often: collections.Counter[str] = collections.Counter()
    for (signs, _), n in rows.items():
        for s in signs:
            often[s] += n
    names = ["any candidate", *sorted(s for s, n in often.items() if n >= 5)]
    index = {s: i for i, s in enumerate(names)}
    data = [([0, *(index[s] for s in signs if s in index)], y, n) for (signs, y), n in rows.items()]
    weights, steps, last = [0.0] * len(names), [0.1] * len(names), [0.0] * len(names)
    for _ in range(rounds):
        gradient = [w / spread**2 for w in weights]
        for signs_, y, n in data:
            z = sum(weights[i] for i in signs_)
            g = n * (1 / (1 + math.exp(-max(-35.0, min(35.0, z)))) - y)
            for i in signs_:
                gradient[i] += g
        for i, g in enumerate(gradient):
            if g * last[i] < 0:
                steps[i] = max(steps[i] * 0.5, 1e-4)
                last[i] = 0.0
            else:
                steps[i] = min(steps[i] * 1.2, 1.0) if g * last[i] > 0 else steps[i]
                weights[i] -= math.copysign(steps[i], g)
                last[i] = g
    return {s: round(w, 1) for s, w in zip(names, weights, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["measure", "fit"])
    parser.add_argument("shared", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--worst", type=int, default=20)
    a = parser.parse_args()
    if a.what == "fit":
        for name, score in fit(a.shared, sorted(FITTED)).items():
            print(f'    "{name}": {score},')
        return
    tallies, faults = measure(a.shared, a.every)
    for volume, tally in tallies.items():
        print(f"{volume}{'' if volume in FITTED else ' (held out)'}: {tally}")
    for name, fitted in (("fitted", True), ("held out", False)):
        print(f"ALL {name}: {total(tallies, fitted)}")
    for f in faults[: a.worst]:
        print(f"  {f.certainty:.3f} {f.document}: {f.got!r}, should be {f.wanted!r}")
    if not all(is_good_enough(total(tallies, fitted)) for fitted in (True, False)):
        sys.exit("the reading of transcripts is below its measure")


if __name__ == "__main__":
    main()
