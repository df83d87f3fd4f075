"""The house stands: every module imports only from the floors below its own."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from generator.readers import registry

FLOORS: tuple[tuple[str, ...], ...] = (
    ("digest", "diagnostics", "urls", "dates"),  # 0
    ("document", "files", "directions"),  # 1
    ("strict_yaml", "manifest", "addresses"),
    ("elsewhere", "engine", "facsimiles"),
    ("config", "store", "output", "workers"),
    ("readers",),  # 2
    ("roles", "source_notes", "telegraphese"),  # 3
    ("sources", "listing", "phrases", "mentions"),
    ("facts",),
    ("catalog",),
    ("links", "registers", "related"),
    ("theme", "tables", "wording"),  # 4
    ("rendering", "exporters"),
    ("views", "search"),
    ("consistency", "steps"),  # 5
    ("extras", "publication", "reading", "report"),
    ("stages",),
    ("update", "exporting"),
    ("resume",),
    ("build",),
    ("scaffold", "importer", "changes"),  # 6
    ("check", "watch"),
    ("preview",),
    ("cli",),  # 7
    ("__main__",),
)
"""From the ground up, with the numbers of docs/architecture.md: where a floor has an upper and a lower half, the
halves stand on lines of their own. A name is a module of ``generator``, or a package there, whose own modules may
import each other."""

GROUND_PACKAGES: dict[str, set[str]] = {
    "digest": {"msgspec"},
    "diagnostics": {"msgspec"},
    "urls": set(),
    "directions": set(),
    "dates": {"msgspec"},
    "document": {"msgspec"},
    "files": {"msgspec"},
    "strict_yaml": {"msgspec", "yaml"},
    "manifest": set(),
    "addresses": set(),
    "elsewhere": {"msgspec"},
    "facsimiles": {"msgspec"},
    "config": {"msgspec"},
    "store": {"msgspec", "filelock"},
    "output": {"msgspec"},
    "engine": {"lxml", "yaml"},
    "workers": set(),
}
"""What stands below the readers, and all that it may import of other people's packages."""

OUTSIDE = {"generator", "generator._packaging"}
"""The package itself, which imports nothing, and the build hook, which no wheel carries."""

LONGEST = 600
"""Lines of a module; a longer one is two modules, or stands in ``LONGER``."""

LONGER: dict[str, str] = {}
"""Modules that are longer with good reason: dotted name -> the reason."""

PACKAGE = Path(__file__).resolve().parent.parent / "generator"


def modules(package: Path) -> dict[str, Path]:
    """Return the modules of ``package``: dotted name -> file."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = [package.name, *path.relative_to(package).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield every import of a file, also within functions and under TYPE_CHECKING: line, module, name (empty for
    a plain ``import``). A module named in a call of ``import_module`` counts."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield node.lineno, alias.name, ""
            case ast.ImportFrom(module=module, names=names, level=level):
                for alias in names:
                    yield node.lineno, "." * level + (module or ""), alias.name
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield node.lineno, module, ""


def floor_of(module: str) -> int | None:
    """Return the floor of ``generator.x`` or ``generator.x.y``, or None where it has none."""
    name = module.split(".")[1]
    return next((number for number, floor in enumerate(FLOORS) if name in floor), None)


def faults(package: Path) -> list[str]:
    """Return what is wrong with the house: one line each, with file and line."""
    found: list[str] = []
    known = modules(package)
    graph: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        if name not in OUTSIDE and floor_of(name) is None:
            found.append(f"{name}: has no floor; put it into FLOORS of tests/test_house.py and into the docs")
            continue
        for line, module, member in imports(path):
            place = f"{name}:{line}"
            if module.startswith("."):
                found.append(f"{place}: relative import; write it from generator on")
            elif module.split(".")[0] == "generator":
                target = f"{module}.{member}" if f"{module}.{member}" in known else module
                if target not in known:
                    found.append(f"{place}: imports {target}, which does not exist")
                    continue
                graph[name].add(target)
                found += _upward(place, name, target)
            elif module.split(".")[0] not in sys.stdlib_module_names | _packages_of(name, module):
                found.append(f"{place}: imports {module}, which the ground floors do without (GROUND_PACKAGES)")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append("cycle: " + " -> ".join(error.args[1]))
    return found


def _upward(place: str, name: str, target: str) -> list[str]:
    if name in OUTSIDE or target in OUTSIDE:
        return [f"{place}: {name} may not import {target}"] if target != "generator" else []
    here, there = floor_of(name), floor_of(target)
    same_package = name.split(".")[1] == target.split(".")[1]
    if here is None or there is None or there < here or same_package:
        return []
    return [f"{place}: imports {target}, which does not stand on a floor below"]


def _packages_of(name: str, module: str) -> set[str]:
    """The packages that module ``name`` may import; above the ground, also the one it imports here."""
    return GROUND_PACKAGES.get(name.split(".")[-1], {module.split(".")[0]})


def test_every_module_imports_only_from_floors_below() -> None:
    assert faults(PACKAGE) == []


def test_no_floor_names_a_module_twice() -> None:
    names = [name for floor in FLOORS for name in floor]
    assert len(names) == len(set(names))
    assert set(GROUND_PACKAGES) == {name for floor in FLOORS[:5] for name in floor}


def test_contributing_shows_every_floor() -> None:
    picture = (PACKAGE.parent / "CONTRIBUTING.md").read_text("utf-8").split("```")[3]
    lines = [line[:41].replace("/", "").split() for line in picture.splitlines() if line.strip()]
    shown = [tuple(word for word in line if not word.isdigit()) for line in lines]
    merged = [*FLOORS[:-2], (*FLOORS[-2], *FLOORS[-1])]
    assert [set(line) for line in shown] == [set(floor) for floor in reversed(merged)]


def test_modules_are_short() -> None:
    long = {name: lines for name, path in modules(PACKAGE).items() if (lines := _lines(path)) > LONGEST}
    assert {name: lines for name, lines in long.items() if not LONGER.get(name)} == {}
    assert set(LONGER) <= set(long), "LONGER names a module that is short by now"


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("digest.py", "import generator.build", "imports generator.build, which does not stand on a floor below"),
        ("digest.py", "from generator import build", "imports generator.build, which does not stand on a floor below"),
        ("digest.py", "def f():\n    from generator.build import run", "generator.digest:2: imports generator.build"),
        (
            "digest.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import generator.build",
            "generator.digest:3: imports generator.build",
        ),
        ("digest.py", "import importlib\nimportlib.import_module('generator.build')", "imports generator.build"),
        ("links.py", "import generator.links", "cycle"),
        ("urls.py", "from generator.digest import of", "does not stand on a floor below"),
        ("config.py", "import yaml", "imports yaml, which the ground floors"),
        ("shelf.py", "", "generator.shelf: has no floor"),
        ("links.py", "from . import digest", "relative import"),
        ("links.py", "import generator.nothing", "which does not exist"),
        ("links.py", "import generator._packaging", "may not import generator._packaging"),
        ("readers/tei.py", "import generator.readers.markdown", "cycle"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, file: str, source: str, fault: str) -> None:
    package = tmp_path / "generator"
    (package / "readers").mkdir(parents=True)
    for name in ("__init__", "_packaging", "digest", "urls", "config", "links", "build", "readers/__init__"):
        (package / f"{name}.py").write_text("", "utf-8")
    (package / "readers/tei.py").write_text("import msgspec, lxml, generator.digest, generator.readers\n", "utf-8")
    (package / "readers/markdown.py").write_text("import generator.readers.tei\n", "utf-8")
    assert faults(package) == []

    (package / file).write_text(source, "utf-8")
    found = faults(package)
    assert len(found) >= 1 and any(fault in line for line in found), found


def test_the_registry_knows_the_readers() -> None:
    for name, suffixes in registry.SUFFIXES.items():
        reader = registry.by_name(name)
        assert (name, suffixes) == (reader.NAME, reader.SUFFIXES)


def test_nothing_is_read_with_what_is_not_needed() -> None:
    """A build that has nothing to read does not wait for the readers."""
    script = "import sys, generator.cli; print([name for name in sys.modules if name.startswith('markdown_it')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
