"""How soon an editor sees what was saved: edits while ``edition serve`` runs, looked at in a real browser.

    bench_watch.py [--documents 10000 | --volumes FOLDER] [--edits 200] [--kind words|paragraph|title]

``--volumes`` takes a folder of volumes in TEI. For each save: when the page and the search index stood on disk, and when the
text was to be seen in Chromium. Milliseconds of wall time; ten edits a document, and documents of all volumes.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("EDITION_SHARED") or CHECKOUT.parent / "shared")
SAME = 10
"""Edits of one document before the next."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--volumes", type=Path)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--kind", choices=["words", "paragraph", "title"], default="words")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        edition = Path(folder) / "edition"
        if options.volumes:
            (edition / "content").mkdir(parents=True)
            (edition / "edition.toml").write_text('title = "Volumes"\n', encoding="utf-8")
            for volume in sorted(options.volumes.glob("*.xml")):
                shutil.copyfile(volume, edition / "content" / volume.name)
        else:
            make = [sys.executable, str(SHARED / "tools/make_corpus.py"), str(edition), "-n", str(options.documents)]
            subprocess.run([*make, "--edition"], check=True, stdout=subprocess.DEVNULL)
        with served(edition) as address, sync_playwright() as tool:
            browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            record(edition, address, browser.new_page(), options.edits, options.kind)
            browser.close()


class served:
    """``edition serve`` on an edition, until the end of the block; gives the site's address."""

    def __init__(self, edition: Path) -> None:
        command = [sys.executable, "-m", "generator", "serve", "--edition", str(edition), "--port", "8890"]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip

    def __enter__(self) -> str:
        assert self.process.stdout
        address = ""
        for line in self.process.stdout:
            address = (re.findall(r"http://[\d.]+:\d+/\S*", line) or [address])[0]
            if re.search(r"\d+ pages?", line):
                break
        if not address:
            raise SystemExit("edition serve ended")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return address.rstrip(".,") if address.endswith("/") else address

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)


def targets(edition: Path, kind: str) -> Iterator[tuple[Path, str, Callable[[str], bytes]]]:
    """Yield documents: source file, path of the page in the site, and the source with a mark put in."""
    choose = random.Random(7)
    files = sorted(edition.glob("content/*/d*.md")) or sorted(edition.glob("content/*.xml"))
    while True:
        file = choose.choice(files)
        text = file.read_bytes().decode("utf-8")
        if file.suffix == ".md":
            page = f"{file.parent.name}/{file.stem}"
            if kind == "title":
                yield file, page, lambda mark, t=text: re.sub('title: "', f'title: "{mark} ', t, count=1).encode()  # type: ignore[misc]
            else:
                end = "\n\n" if kind == "paragraph" else " "
                yield file, page, lambda mark, t=text, e=end: f"{t.rstrip()}{e}{mark}.\n".encode()  # type: ignore[misc]
            continue
        starts = list(re.finditer(r'<div\b[^>]*type="document"[^>]*xml:id="(d\d+)"|<div\b[^>]*xml:id="(d\d+)"[^>]*type="document"', text))  # fmt: skip
        start = choose.choice(starts)
        at = text.find("</p>", start.end())
        before, after = text[:at], text[at:]
        yield file, f"{file.stem}/{start[1] or start[2]}", lambda mark, b=before, a=after: f"{b} {mark}.{a}".encode()  # type: ignore[misc]


def record(edition: Path, address: str, page: Page, edits: int, kind: str) -> None:
    site = edition / ".edition/preview"
    on_disk: list[float] = []
    indexed: list[float] = []
    seen: list[float] = []
    found = targets(edition, kind)
    while len(seen) < edits:
        file, path, source = next(found)
        original = file.read_bytes()
        page.goto(f"{address}{path}/")
        page.wait_for_timeout(500)
        for _ in range(min(SAME, edits - len(seen))):
            mark = f"Markword{len(seen):05}x{os.getpid()}"
            times: dict[str, float] = {}
            root = site / "search/root.js"
            before = root.stat().st_mtime_ns
            new = source(mark)
            temporary = file.with_name(f".{file.name}.new")
            temporary.write_bytes(new)
            start = time.perf_counter()
            os.replace(temporary, file)
            watch = threading.Thread(
                target=_disk, args=(site / path / "index.html", mark.encode(), root, before, start, times)
            )
            watch.start()
            page.wait_for_function(
                "mark => document.body && document.body.innerText.includes(mark)", arg=mark, polling=10, timeout=30_000
            )
            seen.append(1000 * (time.perf_counter() - start))
            watch.join()
            on_disk.append(times["page"])
            indexed.append(times["index"])
            page.wait_for_timeout(150)
        file.write_bytes(original)
        page.wait_for_timeout(1500)
    print(f"{len(seen)} edits ({kind}), ms from the save:")
    for name, values in (
        ("page on disk", on_disk),
        ("page and index on disk", indexed),
        ("visible in the browser", seen),
    ):
        ordered = sorted(values)
        p95 = ordered[int(len(ordered) * 0.95)]
        print(
            f"  {name:24} median {statistics.median(values):6.0f}   95th percentile {p95:6.0f}   most {ordered[-1]:6.0f}"
        )


def _disk(page: Path, mark: bytes, root: Path, before: int, start: float, times: dict[str, float]) -> None:
    """Note when the page on disk holds the mark, and when the root of the index is another."""
    while len(times) < 2 and time.perf_counter() - start < 30:
        now = 1000 * (time.perf_counter() - start)
        if "page" not in times and mark in page.read_bytes():
            times["page"] = now
        if "page" in times and root.stat().st_mtime_ns != before:
            times["index"] = now
        time.sleep(0.002)
    times.setdefault("page", 30_000)
    times.setdefault("index", 30_000)


if __name__ == "__main__":
    main()
