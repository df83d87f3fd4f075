"""Measurements: ``make bench``. Whole processes, CPU of all their children included; medians of several runs.

    bench.py [--sizes 1000,10000] [--runs 3]

The made-up editions come from ``make_corpus.py`` of the shared material (``EDITION_SHARED``, or ``shared/`` beside
the checkout). Times depend on the machine and on what else it does: quote ratios, or medians with the machine.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from generator.build import Options, Session

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("EDITION_SHARED") or CHECKOUT.parent / "shared")

BETWEEN = """
import os, resource, sys
pid = os.fork()
if not pid:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, own = os.wait4(pid, 0)
print(own.ru_utime + own.ru_stime, own.ru_maxrss, os.waitstatus_to_exitcode(status), file=sys.stderr)
"""
"""A small process in between, so that the memory of this one does not count as the command's."""


class Figures:
    """One run: CPU seconds, wall seconds, peak memory of the largest process in MiB."""

    def __init__(self, cpu: float, wall: float, peak: float) -> None:
        self.cpu, self.wall, self.peak = cpu, wall, peak


def run(*arguments: str) -> Figures:
    """Run ``edition`` with ``arguments`` to its end."""
    command = [sys.executable, "-I", "-S", "-c", BETWEEN, sys.executable, "-m", "generator", *arguments]
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True
    )
    wall = time.perf_counter() - start
    cpu, peak, code = done.stderr.strip().splitlines()[-1].split()
    if code != "0":
        raise SystemExit(f"edition {' '.join(arguments)} ended with {code}:\n{done.stderr}")
    return Figures(float(cpu), wall, int(peak) / 1024)


def measure(name: str, documents: int, runs: int, before: Callable[[], None], *arguments: str) -> None:
    figures = []
    for _ in range(runs):
        before()
        figures.append(run(*arguments))
    cpu = statistics.median(f.cpu for f in figures)
    wall = statistics.median(f.wall for f in figures)
    peak = max(f.peak for f in figures)
    each = 1000 * cpu / documents
    print(f"{documents:7}  {name:34} {cpu:8.2f} {each:9.3f} {wall:8.2f} {peak:9.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit("The shared material is not here (set EDITION_SHARED to its folder).")
    print(f"{'docs':>7}  {'what':34} {'CPU s':>8} {'ms/doc':>9} {'wall s':>8} {'peak MiB':>9}")
    for size in (int(s) for s in options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            bench(Path(folder), size, options.runs)
            (Path(folder) / "edition/edition.toml").write_text('title = "Made up"\n', encoding="utf-8")
            session(Path(folder) / "edition", "body")
            session(Path(folder) / "edition", "title")


def bench(folder: Path, size: int, runs: int) -> None:
    edition = folder / "edition"
    make = [sys.executable, str(SHARED / "tools/make_corpus.py"), str(edition), "-n", str(size), "--edition"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    first = next(iter(sorted(edition.glob("content/*/d3.md"))))
    text = first.read_text(encoding="utf-8")
    config = edition / "edition.toml"
    settings = config.read_text(encoding="utf-8")
    edits = iter(range(10**6))

    def cold() -> None:
        shutil.rmtree(edition / "site", ignore_errors=True)
        shutil.rmtree(edition / ".edition", ignore_errors=True)

    def body() -> None:
        first.write_text(text + f"\nA changed sentence, number {next(edits)}.\n", encoding="utf-8")

    def title() -> None:
        first.write_text(text.replace('title: "', f'title: "{next(edits)} ', 1), encoding="utf-8")

    def nothing() -> None:
        pass

    here = ("build", "--edition", str(edition), "-q")
    measure("cold, search included", size, runs, cold, *here)
    measure("nothing changed", size, runs, nothing, *here)
    measure("one body edit, a new process", size, runs, body, *here)
    measure("one title edit, a new process", size, runs, title, *here)
    config.write_text(settings + "[search]\nenabled = false\n", encoding="utf-8")
    measure("cold, without search", size, runs, cold, *here)
    measure("nothing changed, without search", size, runs, nothing, *here)


def session(edition: Path, kind: str, edits: int = 40) -> None:
    """Edits in one process, as ``edition watch`` makes them: wall time of each build alone."""
    held = Session(Options(edition, edition / "site"))
    held.build()
    files = sorted(edition.glob("content/*/d*.md"))
    took = []
    for number in range(edits + 2):
        file = files[number * 7919 % len(files)]
        text = file.read_text(encoding="utf-8")
        new = (
            re.sub('title: "', f'title: "{number} ', text, count=1)
            if kind == "title"
            else f"{text.rstrip()} Word{number}.\n"
        )
        file.write_text(new, encoding="utf-8")
        start = time.perf_counter()
        held.build([file.relative_to(edition).as_posix()])
        took.append(1000 * (time.perf_counter() - start))
    held.close()
    took = sorted(took[2:])
    print(
        f"{len(files):7}  {'in a session, ' + kind + ' edit':34} median {statistics.median(took):.0f} ms, 95th percentile {took[int(edits * 0.95)]:.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
