"""A small edition for tests that read like a story: write, edit, build, and see what was made."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from generator import output
from generator.build import Options, Report, build
from generator.extras import SearchIndex

BASE = {
    "edition.toml": 'title = "A test edition"\nbase_url = "https://example.org/e/"\n',
    "content/v1/volume.toml": 'title = "Volume One"\n',
    "content/v1/d1.md": '---\ntitle: "First Letter"\nnumber: "1"\ndate: 1953-10-01\n---\n\nOne, see [[d2]].[^1]\n\n[^1]: A note: [[v2#d1]].\n',
    "content/v1/d2.md": '---\ntitle: "Second Letter"\nnumber: "2"\ndate: 1953-10-02\n---\n\nTwo begins [Page 12] here.\n',
    "content/v1/d3.md": '---\ntitle: "Third Letter"\nnumber: "3"\ndate: 1953-11-03\n---\n\nThree.\n\n4. A point.\n',
    "content/v1/d4.md": '---\ntitle: "Fourth Letter"\nnumber: "4"\ndate: 1954\n---\n\nFour.\n',
    "content/v2/volume.toml": 'title = "Volume Two"\n',
    "content/v2/d1.md": '---\ntitle: "Elsewhere"\nnumber: "1"\ndate: 1953-10-01\n---\n\nIn the other volume, p. 12: [[v1#p. 12]].\n',
    "content/pages/about.md": "---\ntitle: About\n---\n\nWho made this.\n",
}  # fmt: skip


class Story:
    """An edition in ``root`` with its site beside it."""

    def __init__(self, root: Path, files: dict[str, str] | None = None) -> None:
        self.root = root / "edition"
        self.site = root / "site"
        self.spare = root / "clean"
        for path, text in (BASE if files is None else files).items():
            self.write(path, text)

    def write(self, path: str, text: str | bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)

    def write_foreign(self, path: str, text: str) -> None:
        """Put a file into the site that is not ours."""
        self.site.mkdir(parents=True, exist_ok=True)
        (self.site / path).write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        self.write(path, text.replace(old, new, 1))

    def delete(self, path: str) -> None:
        (self.root / path).unlink()

    def rename(self, old: str, new: str) -> None:
        (self.root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.root / old).rename(self.root / new)

    def build(self, **options: object) -> Report:
        return build(Options(self.root, self.site, **options))  # type: ignore[arg-type]

    def clean(self) -> dict[str, bytes]:
        """The bytes of a site built from the same sources with nothing remembered."""
        shutil.rmtree(self.spare, ignore_errors=True)
        copy = self.spare / "edition"
        shutil.copytree(self.root, copy, ignore=shutil.ignore_patterns(".edition"))
        build(Options(copy, self.spare / "site"))
        return tree(self.spare / "site")

    def tree(self) -> dict[str, bytes]:
        return tree(self.site)

    def page(self, path: str) -> str:
        return (self.site / path).read_text(encoding="utf-8")


def tree(root: Path) -> dict[str, bytes]:
    """All files below ``root`` by path."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def pages(report: Report) -> set[str]:
    """The pages that were rendered: all that is not an asset, the search index or another plain file."""
    return {p for p in report.rendered if p.endswith(".html")}


def killed_at(
    moment: int, before: bool, act: Callable[[], object], prepare: Callable[[], object] = lambda: None
) -> bool:
    """Run ``act`` in a child that kills itself (SIGKILL) around its ``moment``-th write or removal of a file, or while it
    keeps the state of the search index, which counts as one; return whether it came that far. What ``prepare`` writes
    does not count."""
    child = os.fork()
    if child == 0:
        count = 0

        def deadly(real: Callable[..., None]) -> Callable[..., None]:
            def write(*arguments: object) -> None:
                nonlocal count
                count += 1
                if before and count == moment:
                    os.kill(os.getpid(), signal.SIGKILL)
                real(*arguments)
                if count == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

            return write

        try:
            prepare()
            output.os.replace = deadly(os.replace)  # type: ignore[attr-defined]
            output.os.unlink = deadly(os.unlink)  # type: ignore[attr-defined]
            SearchIndex.remember = deadly(SearchIndex.remember)  # type: ignore[method-assign]
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
