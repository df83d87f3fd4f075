"""Kills real builds (SIGKILL) at random moments, and looks whether the next build makes what a clean one makes.

``python tests/kill_measure.py [KILLS [DOCUMENTS [SEED]]]``: half of the kills hit cold builds, half builds after edits.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

from story import Story, tree  # noqa: E402
from test_rebuild import named_by_root  # noqa: E402


def main() -> None:
    given = [int(n) for n in sys.argv[1:]]
    kills, documents, seed = [*given, *(200, 300, 1)[len(given) :]]
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        counted = measure(Story(Path(folder)), kills, documents, chance)
    print(", ".join(f"{what}: {n}" for what, n in sorted(counted.items())))
    sys.exit(any("wrong" in what for what in counted))


def measure(story: Story, kills: int, documents: int, chance: random.Random) -> Counter[str]:
    """Kill ``kills`` builds of ``documents``; return how often what came of it."""
    counted: Counter[str] = Counter()
    for n in range(5, documents):
        write(story, n, 0, chance)
    longest = {"cold": timed(story)}
    story.edit("content/v1/d2.md", "Letter", "Note")
    longest["edit"] = timed(story)
    number = 0
    while counted["cold killed"] + counted["edit killed"] < kills:
        number += 1
        kind = "cold" if number % 2 else "edit"
        if kind == "cold":
            shutil.rmtree(story.site, ignore_errors=True)
            shutil.rmtree(story.root / ".edition", ignore_errors=True)
        else:
            for n in chance.sample(range(5, documents), 20):
                write(story, n, number, chance)
        running = subprocess.Popen(command(story), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.0, longest[kind]))
        running.kill()
        counted[f"{kind} killed" if running.wait() else f"{kind} too late"] += 1
        if kind == "edit":
            missing = [path for path in named_by_root(story.site) if not (story.site / "search" / path).is_file()]
            counted["wrong: search index in pieces"] += bool(missing)
        story.build()
        counted["wrong: not as clean"] += story.tree() != story.clean()
        counted["wrong: second build does something"] += bool(story.build().rendered)
        counted["wrong: traces"] += bool([path for path in tree(story.site) if path.endswith(".edition-tmp")])
    return +counted


def write(story: Story, n: int, version: int, chance: random.Random) -> None:
    words = " ".join(f"word{chance.randrange(3000)}" for _ in range(60))
    text = f'---\ntitle: "Letter {n}, {version}"\nnumber: "{n}"\ndate: 195{n % 9}-03-0{n % 8 + 1}\n---\n\n{words} [[d{n - 1}]].\n'
    story.write(f"content/v1/d{n}.md", text)


def timed(story: Story) -> float:
    """Seconds of a whole build."""
    begun = time.perf_counter()
    subprocess.run(command(story), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def command(story: Story) -> list[str]:
    return [sys.executable, "-m", "generator", "build", "--edition", str(story.root), "--output", str(story.site)]


if __name__ == "__main__":
    main()
