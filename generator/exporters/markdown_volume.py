"""What a volume has beside its documents, as the files of a folder: volume.toml, persons.yaml and terms.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from generator import urls
from generator.document import Division, Entry, Volume
from generator.readers.markdown_writer import quoted

_KEYS = (
    "title", "subtitle", "subseries", "number", "editors", "general_editor", "publisher", "place", "year",
    "first_page", "last_page", "facsimile", "citation", "summary",
)  # fmt: skip
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_YAML_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))


def volume_files(volume: Volume, roles: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the files by their names; lists without entries have none.

    ``roles`` has the ids of the parts that are files of the volume, with the role of each.
    """
    files = {"volume.toml": volume_toml(volume, roles)}
    for name, entries in (("persons.yaml", volume.persons), ("terms.yaml", volume.terms)):
        if entries:
            files[name] = entries_yaml(entries)
    return files


def volume_toml(volume: Volume, roles: Mapping[str, str]) -> str:
    """Return volume.toml, with a ``[[chapters]]`` block for every part of the contents that holds documents or has
    a page of its own. A chapter within a part bears the titles of both, since blocks do not stand in blocks."""
    lines = []
    for key in _KEYS:
        value = getattr(volume, key)
        if value:
            lines.append(f"{key} = {_array(value) if isinstance(value, tuple) else quoted(value)}")
    order = sorted((id for id, role in roles.items() if role == "document"), key=urls.natural)
    for id, title, leaves in _chapters(volume.contents, ()):
        if not leaves and id not in roles:
            continue
        lines += ["", "[[chapters]]"]
        if id:
            lines.append(f"id = {quoted(id)}")
        lines += [f"title = {quoted(title)}", f"documents = {_array(_ranges([n for n in leaves if n in roles], order))}"]  # fmt: skip
    return "\n".join(lines) + "\n"


def entries_yaml(entries: Iterable[Entry]) -> str:
    """Return a list of persons or terms."""
    out = []
    for entry in entries:
        plain = _PLAIN_KEY.fullmatch(entry.id) and entry.id.lower() not in _YAML_WORDS
        lines = [f"{entry.id if plain else quoted(entry.id)}:", f"  name: {quoted(entry.name or entry.id)}"]
        if entry.text:
            lines.append(f"  text: {quoted(entry.text)}")
        for key in ("names", "links"):
            values = getattr(entry, key)
            if values:
                lines.append(f"  {key}: {_array(values)}")
        out.append("\n".join(lines) + "\n")
    return "".join(out)


def _chapters(divisions: Iterable[Division], around: tuple[str, ...]) -> Iterable[tuple[str, str, list[str]]]:
    """The parts of the contents one after the other: id, title, and the ids of what stands in them directly."""
    for division in divisions:
        if division.kind in ("document", "section"):
            continue
        titles = (*around, division.title) if division.title else around
        leaves = [child.id for child in division.children if child.kind in ("document", "section")]
        yield division.id, ": ".join(titles) or division.id, leaves
        yield from _chapters(division.children, titles)


def _ranges(ids: list[str], order: list[str]) -> tuple[str, ...]:
    """Ids, with runs of three and more that follow one another in the volume as ``d1-d9``."""
    at = {id: i for i, id in enumerate(order)}
    out: list[str] = []
    run: list[str] = []
    for id in [*ids, ""]:
        if run and id and id in at and run[-1] in at and at[id] == at[run[-1]] + 1:
            run.append(id)
            continue
        plain = len(run) > 2 and not any("-" in name or "–" in name for name in (run[0], run[-1]))
        out += [f"{run[0]}-{run[-1]}"] if plain else run
        run = [id] if id else []
    return tuple(out)


def _array(values: Iterable[str]) -> str:
    return "[" + ", ".join(quoted(value) for value in values) + "]"
