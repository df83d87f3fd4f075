"""The command line as a newcomer meets it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from story import Story

from generator import store
from generator.cli import main


def test_a_new_edition_builds_without_a_word(tmp_path: Path) -> None:
    folder = tmp_path / "two-travellers"
    made = CliRunner().invoke(main, ["new", str(folder)])
    assert made.exit_code == 0, made.output
    built = CliRunner().invoke(main, ["build", "--strict", "--edition", str(folder)])
    assert built.exit_code == 0, built.output
    assert built.stderr == ""
    assert "2 documents in 1 volume" in built.stdout
    page = (folder / "site/letters/d1/index.html").read_text()
    assert "Two travellers" in page and 'id="pg_12"' in page and 'href="../d2/index.html"' in page
    again = CliRunner().invoke(main, ["new", str(folder)])
    assert again.exit_code == 1 and "not empty" in again.stderr


def test_the_title_is_text(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["new", str(tmp_path / "e"), "--title", 'The "Q" \\ Papers'])
    assert CliRunner().invoke(main, ["build", "--strict", "--edition", str(tmp_path / "e")]).exit_code == 0
    assert "The &#34;Q&#34; \\ Papers" in (tmp_path / "e/site/index.html").read_text()


def test_quiet_and_colourless(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write("content/v1/d9.md", "---\ntitle: x\n---\n\n[[d99]]\n")
    result = CliRunner().invoke(main, ["build", "-q", "--edition", str(story.root), "--output", str(story.site)])
    assert result.stdout == ""
    assert result.stderr.startswith("content/v1/d9.md:5:1: broken-reference: ")
    assert "\x1b" not in result.stderr


def test_base_url(tmp_path: Path) -> None:
    story = Story(tmp_path)
    CliRunner().invoke(main, ["build", "--edition", str(story.root), "--output", str(story.site), "--base-url", "https://x.org/a"])  # fmt: skip
    assert '<link rel="canonical" href="https://x.org/a/v1/d1/">' in story.page("v1/d1/index.html")
    assert 'href="/a/v1/"' in story.page("404.html")
    assert "https://x.org/a/v1/d1/" in story.page("sitemap.xml")


def test_two_processes_at_once(tmp_path: Path) -> None:
    """The second says which process holds the lock, and does nothing."""
    story = Story(tmp_path)
    hold = (
        f"import time; from pathlib import Path; from generator.store import lock\n"
        f"with lock(Path({str(story.root / '.edition')!r})): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout and first.stdout.readline() == "held\n"
        result = CliRunner().invoke(main, ["build", "--edition", str(story.root), "--output", str(story.site)])
        assert result.exit_code == 1
        assert f"(process {first.pid})" in result.stderr
        assert not story.site.exists()
        first.kill()
    assert CliRunner().invoke(main, ["build", "--edition", str(story.root), "--output", str(story.site)]).exit_code == 0


def test_a_killed_build_frees_the_lock(tmp_path: Path) -> None:
    """Its worker processes notice and go, and what it left is put right by the next build."""
    story = Story(tmp_path)
    for n in range(5, 400):
        story.write(f"content/v1/d{n}.md", f"---\ntitle: Letter {n}\n---\n\n" + "Words of a letter. " * 200)
    command = [sys.executable, "-m", "generator", "build", "--jobs", "2", "--edition", str(story.root), "--output", str(story.site)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": os.getcwd()}) as first:
        while not (story.site / "v1").exists():
            assert first.poll() is None, "it ended before it had written a page"
            time.sleep(0.01)
        first.kill()
    story.build()
    assert story.tree() == story.clean()
    assert not list(story.site.rglob("*edition-tmp"))


def test_every_option_is_in_the_readme_or_the_docs(checkout: Path) -> None:
    text = "".join(f.read_text() for f in [checkout / "README.md", *(checkout / "docs").rglob("*.md")])
    for name, command in main.commands.items():
        assert re.search(rf"edition {name}\b", text), name
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert option in text, f"{name} {option}"


def test_the_state_survives_another_schema(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.build()
    with store.Store(story.root / ".edition/state.sqlite3", b"x", str(story.site)) as state:
        state.put_meta("schema", b"0")
        state.commit()
    story.delete("content/v1/d4.md")
    assert not story.build().errors
    assert story.tree() == story.clean()


def test_build_report(tmp_path: Path) -> None:
    story = Story(tmp_path)
    told = tmp_path / "report.json"

    def build() -> Any:
        result = CliRunner().invoke(main, ["build", "--edition", str(story.root), "--output", str(story.site), "--report", str(told)])  # fmt: skip
        assert result.exit_code == 0, result.output
        return json.loads(told.read_bytes())

    first = build()
    assert first["rendered"]["v1/d3/index.html"] == ["it was not in the site before"]
    assert first["documents"] == 5 and first["seconds"]["render"] >= 0 and first["kept"] == []
    story.edit("content/v1/d3.md", "Three.", "Three, amended.")
    second = build()
    assert second["rendered"]["v1/d3/index.html"] == [
        "changed: data: document",
        "changed: data: metadata",
        "changed: text",
    ]
    assert "v1/d1/index.html" in second["kept"] and "v1/d3/index.html" not in second["kept"]
    story.delete("content/v1/d4.md")
    assert "v1/d4/index.html" in build()["removed"]
    (story.site / "v1/d2/index.html").write_text("by hand", encoding="utf-8")
    assert build()["rendered"]["v1/d2/index.html"] == ["the file was changed or deleted by hand"]


def test_build_report_cannot_be_written(tmp_path: Path) -> None:
    story = Story(tmp_path)
    result = CliRunner().invoke(
        main, ["build", "--edition", str(story.root), "--report", str(tmp_path / "no/report.json")]
    )
    assert result.exit_code == 1 and "report.json" in result.output and "Traceback" not in result.output
