"""Measurements of the search index: time to make and to change it, its size, what a query fetches, and the proof.

    bench_search.py [--documents 10000]     made-up documents
    bench_search.py --proof 5002            real documents: every answer against lunr.js on the whole

Times are CPU seconds of this process; bytes are those of gzip, level 9. Both need the shared material
(``EDITION_SHARED``, or ``shared/`` beside the checkout).
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from conftest import CHECKOUT, _node_program
from test_shards import assert_answers_are_lunrs, contents, real_queries, real_texts

from generator.search import shards
from generator.search.analyser import DocumentPositions, DocumentTerms, take_apart

SHARED = Path(os.environ.get("EDITION_SHARED") or CHECKOUT.parent / "shared")
Texts = dict[str, dict[str, dict[str, str]]]
Entries = dict[str, dict[str, shards.Entry]]

QUERIES = {
    "1 word": ["telegram", "treaty", "embargo", "djakarta", "moratorium"],
    "3 words": ["memorandum treaty embargo", "+letter +djakarta trade", "telegram -treaty moratorium"],
    "field": ["title:letter", "notes:embargo"],
    "prefix*": ["telegr*", "embar*", "djak*"],
    "fuzzy": ["telegrm~1", "moratorum~1", "jakarta~2"],
    "*suffix": ["*gram", "*karta", "*bargo"],
    "in*side": ["te*am", "mor*um"],
    "phrase": ['"embargo treaty"', '"moratorium treaty"'],
    "only -word": ["-telegram"],
}


def ask(script: str, **values: Any) -> Any:
    command = [_node_program(), "--max-old-space-size=6000", str(CHECKOUT / "tests/search" / script)]
    command += [str(CHECKOUT / "assets/lib/lunr.js"), str(CHECKOUT / "assets/search-engine.js")]
    done = subprocess.run(command, input=json.dumps(values), stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def proof(count: int) -> None:
    names = sorted(path.name for path in (SHARED / "corpus/volumes").glob("*.xml"))
    texts = real_texts(SHARED, names, count)
    documents = sum(map(len, texts.values()))
    asked = real_queries(texts, 1200)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        counted = assert_answers_are_lunrs(ask, Path(folder), texts, asked)
    print(f"{documents} documents, {len(asked)} queries, {time.perf_counter() - start:.0f} s: {counted}, 0 differences")


def made_up(count: int, folder: Path) -> Texts:
    """Make an edition and read it roughly: title, paragraphs, notes."""
    make = [sys.executable, str(SHARED / "tools/make_corpus.py"), str(folder), "-n", str(count), "--edition"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    texts: Texts = defaultdict(dict)
    for path in sorted(folder.glob("content/*/d*.md")):
        _, head, body = path.read_text("utf-8").split("---\n", 2)
        title = re.search(r'^title: "(.*)"', head, re.MULTILINE)
        notes = re.findall(r"^\[\^\w+\]: (.*)", body, re.MULTILINE)
        body = re.sub(r"^\[\^\w+\]:.*|\[\^\w+\]|\[Page \w+\]", "", body, flags=re.MULTILINE)
        fields = {"title": title[1] if title else "", "text": body, "notes": "\n".join(notes)}
        texts[path.parent.name][path.stem] = fields
    return texts


class Bench:
    """An index over made-up documents: what is remembered of them, and the files on a disk."""

    def __init__(self, texts: Texts, folder: Path) -> None:
        self.texts, self.folder = texts, folder
        self.terms: dict[bytes, bytes] = {}
        self.positions: dict[bytes, bytes] = {}
        self.count = sum(map(len, texts.values()))
        self.decode_terms = msgspec.msgpack.Decoder(DocumentTerms).decode
        self.decode_positions = msgspec.msgpack.Decoder(DocumentPositions).decode

    def entry(self, volume: str, id: str, fields: Mapping[str, str], version: int = 0) -> shards.Entry:
        terms, positions = take_apart(fields)
        key = f"{volume}/{id}/{version}".encode()
        self.terms[key] = msgspec.msgpack.encode(terms)
        self.positions[key] = msgspec.msgpack.encode(positions)
        shown = {"u": f"{volume}/{id}/index.html", "n": id[1:], "t": fields["title"], "v": f"Volume {volume}"}
        shown |= {
            "d": "October 7, 1953",
            "e": "1953-10-07",
            "k": "telegram",
            "p": "[1018]–1020",
            "s": fields["text"][:240],
        }
        return shards.Entry(key, msgspec.json.encode(shown))

    def update(self, previous: shards.State | None, volumes: shards.Volumes) -> shards.Update:
        return shards.update(
            previous,
            volumes,
            lambda key: self.decode_terms(self.terms[key]),
            lambda key: self.decode_positions(self.positions[key]),
            lambda path: (self.folder / path).read_bytes(),
        )

    def write(self, done: shards.Update) -> None:
        for path, content in done.write.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)

    def run(self) -> None:
        gc.disable()  # as the build does in these steps
        start = time.process_time()
        volumes = {v: {id: self.entry(v, id, f) for id, f in ids.items()} for v, ids in self.texts.items()}
        analysed = time.process_time()
        kept = {name: contents(entries) for name, entries in volumes.items()}
        done = self.update(None, kept)
        made = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        analysis, index = 1000 * (analysed - start) / self.count, 1000 * (made - analysed) / self.count
        print(f"{self.count} documents: analysis {analysis:.2f}, index {index:.2f} ms each; peak {peak:.0f} MiB")
        self.write(done)
        self.sizes(done)
        self.edits(done.state, volumes, kept)
        self.queries()

    def sizes(self, done: shards.Update) -> None:
        files: Counter[str] = Counter()
        raw: Counter[str] = Counter()
        packed: Counter[str] = Counter()
        for path, content in done.write.items():
            table = path.split("/")[0]
            files[table] += 1
            raw[table] += len(content)
            packed[table] += packed_size(content)
        for table in sorted(files):
            print(f"  {table:10} {files[table]:6} files {raw[table]:10} bytes {packed[table]:9} gzipped")
        index = sum(packed.values()) - packed["places"] - packed["records"]
        print(
            f"  the index {index}, with places {index + packed['places']}, and records {sum(packed.values())} gzipped"
        )

    def edits(self, state: shards.State, volumes: Entries, kept: shards.Volumes) -> None:
        chance = random.Random(1)
        encoded = shards.encode_state(state)
        for kind in ("word inserted", "word replaced", "document added", "document removed", "nothing"):
            times, written = [], []
            for turn in range(15):
                volume = chance.choice(list(volumes))
                id = chance.choice(list(volumes[volume]))
                fields = self.texts[volume][id]
                entries = dict(volumes[volume])
                words = fields["text"].split(" ")
                at = chance.randrange(len(words))
                if kind.startswith("word"):
                    words[at : at + (kind == "word replaced")] = ["redisplayed"]
                    entries[id] = self.entry(volume, id, {**fields, "text": " ".join(words)}, turn + 1)
                elif kind == "document added":
                    entries["d9000"] = self.entry(volume, "d9000", fields, turn + 1)
                elif kind == "document removed":
                    del entries[id]
                changed = {**kept, volume: contents(entries)}
                start = time.process_time()
                previous = shards.decode_state(encoded)
                done = self.update(previous, changed)
                shards.encode_state(done.state)
                times.append(1000 * (time.process_time() - start))
                written.append(len(done.write))
            median, most = statistics.median(times), max(times)
            print(f"  {kind:17} {median:6.1f} ms, at most {most:6.1f}; {statistics.median(written):.0f} files")
            if kind == "nothing":
                print(f"  state {len(encoded)} bytes, of {len(done.files)} files in all")

    def queries(self) -> None:
        for kind, asked in QUERIES.items():
            figures = []
            for query in asked:
                calls = [["session.search", query], ["session.results", 1, 0, 10], *[["session.search", query]] * 3]
                found, shown, *more = ask("engine.cjs", folder=str(self.folder), calls=calls)
                files = [*found["files"], *shown["files"]]
                of = {table: sum(map(self.packed, files_of(files, table))) for table in ("root.js", "terms", "lengths")}
                figures.append((
                    sum(map(self.packed, files)),
                    *of.values(),
                    len(files),
                    found["rounds"],
                    shown["rounds"],
                    min(one["milliseconds"] for one in more),
                ))  # fmt: skip
            mean = [statistics.mean(column) for column in zip(*figures, strict=True)]
            total, root, terms, lengths = (part / 1000 for part in mean[:4])
            print(
                f"  {kind:10} {total:6.1f} KB with ten records (most {max(f[0] for f in figures) / 1000:.1f}; root {root:.1f},"
                f" terms {terms:.1f}, lengths {lengths:.1f}), {mean[4]:.0f} files, {mean[5]:.1f} + {mean[6]:.1f} rounds;"
                f" again {mean[7]:.0f} ms"
            )

    def packed(self, path: str) -> int:
        return packed_size((self.folder / path).read_bytes())


def files_of(files: list[str], table: str) -> list[str]:
    return [path for path in files if path.startswith(table)]


def packed_size(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--proof", type=int, default=0)
    options = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit("The shared material is not here (set EDITION_SHARED to its folder).")
    if options.proof:
        proof(options.proof)
        return
    with tempfile.TemporaryDirectory() as folder:
        texts = made_up(options.documents, Path(folder) / "edition")
        Bench(texts, Path(folder) / "index").run()


if __name__ == "__main__":
    main()
