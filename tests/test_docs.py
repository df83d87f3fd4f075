"""The documentation says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from generator import config, sources
from generator.diagnostics import rules_as_markdown
from generator.document import Volume


def test_rules(checkout: Path) -> None:
    """docs/rules.md is what ``python -m generator.diagnostics`` prints."""
    assert (checkout / "docs/rules.md").read_text() == rules_as_markdown()


def test_links_between_documents(checkout: Path) -> None:
    files = [*checkout.glob("*.md"), *(checkout / "docs").rglob("*.md")]
    assert len(files) > 8
    for file in files:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text()):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_every_key_is_documented(checkout: Path) -> None:
    text = (checkout / "docs/formats.md").read_text()
    for field in (*config.Edition.__struct_fields__, *config.Search.__struct_fields__):
        assert f"`{field}`" in text or f"[{field}]" in text, field
    in_the_file = set(Volume.__struct_fields__) - {"id", "contents", "persons", "terms", "places"}
    for field in in_the_file:
        assert f"`{field}`" in text, field
    for name in (*sources.LISTS, config.VOLUME_FILE, config.EDITION_FILE):
        assert name in text
