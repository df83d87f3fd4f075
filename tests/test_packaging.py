"""The package: what a wheel and a source archive hold, and that what comes from npm comes in pinned or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from generator import _packaging

LUNR_JS = _packaging.FILES["lunr.js"][1]


@pytest.fixture(scope="module")
def archives(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    _build(checkout, folder)
    return folder


def _build(root: Path, into: Path, *options: str, **environment: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(into), *options]
    done = subprocess.run(command, cwd=root, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def _wheel(folder: Path) -> zipfile.ZipFile:
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_the_program_and_the_theme(checkout: Path, archives: Path) -> None:
    with _wheel(archives) as wheel:
        names = set(wheel.namelist())
        lunr = wheel.read("generator/_theme/assets/lib/lunr.js")
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        scripts = wheel.read(entry_points).decode()
    program = {path.relative_to(checkout).as_posix() for path in (checkout / "generator").rglob("*.py")}
    program |= {f"generator/preview/{name}" for name in ("live.css", "live.js", "page.html")}
    theme = {
        "generator/_theme/" + path.relative_to(checkout).as_posix()
        for top in ("templates", "assets")
        for path in (checkout / top).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    package = {name for name in names if ".dist-info/" not in name}
    assert package == (program | theme) - {"generator/_packaging.py"}
    assert hashlib.sha512(lunr).hexdigest() == LUNR_JS
    for name in _packaging.FILES:
        assert f"generator/_theme/assets/lib/{name}" in names
    assert "edition = generator.cli:main" in scripts


def test_the_source_archive_builds_the_same_wheel_without_a_network(archives: Path, tmp_path: Path) -> None:
    (source,) = archives.glob("*.tar.gz")
    with tarfile.open(source) as tar:
        tar.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()
    assert not (root / "tests" / "node_modules").exists()
    assert (root / "tests" / "test_packaging.py").is_file()

    hook = _hook_dependencies(root)
    assert hook == "[]"

    built = tmp_path / "built"
    cache = str(tmp_path / "cache")
    _build(root, built, "-t", "wheel", npm_config_offline="true", npm_config_cache=cache)
    with _wheel(built) as ours, _wheel(archives) as theirs:
        assert {n: ours.read(n) for n in ours.namelist()} == {n: theirs.read(n) for n in theirs.namelist()}


def test_npm_is_asked_for_where_something_is_missing(checkout: Path, tmp_path: Path) -> None:
    root = _bare_checkout(checkout, tmp_path)
    assert _hook_dependencies(root) == f"['{_packaging.NODE}']"


def test_a_build_without_a_network_says_what_is_missing(checkout: Path, tmp_path: Path) -> None:
    root = _bare_checkout(checkout, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=root,
        env=os.environ | {"npm_config_offline": "true", "npm_config_cache": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "npm could not fetch lunr@2.3.9" in said and "assets/lib/" in said
    assert "Traceback" not in said
    assert not list((tmp_path / "dist").glob("*.whl"))


def test_a_changed_archive_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for member, _ in _packaging.FILES.values():
            tar.addfile(tarfile.TarInfo(member), io.BytesIO())
    with pytest.raises(_packaging.PackagingError, match="not the pinned one"):
        _packaging.fetch(tmp_path / "lib", lambda package: data.getvalue())
    assert not (tmp_path / "lib").exists()


def test_a_changed_file_is_fetched_again(checkout: Path, archives: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    shutil.copytree(checkout / "assets" / "lib", folder)
    assert _packaging.is_complete(folder)
    with (folder / "lunr.js").open("a") as file:
        file.write("\n")
    assert not _packaging.is_complete(folder)


def test_an_installed_wheel_builds_the_same_site_without_node(
    archives: Path, sample_edition: Path, sample_site: Path, tmp_path: Path
) -> None:
    package = tmp_path / "installed"
    with _wheel(archives) as wheel:
        wheel.extractall(package)
    edition = tmp_path / "edition"
    shutil.copytree(sample_edition, edition, ignore=shutil.ignore_patterns(".edition"))
    site = tmp_path / "site"
    command = [sys.executable, "-m", "generator", "build", "--edition", edition, "--output", site]
    done = subprocess.run(
        [*map(str, command), "--base-url", "https://edition.example"],
        cwd=edition,
        env={"PYTHONPATH": str(package), "PATH": "", "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert _files(site) == _files(sample_site)


def test_the_lockfile_names_no_host(checkout: Path) -> None:
    lock = (checkout / "tests" / "package-lock.json").read_text("utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock


def test_contributing_tells_of_every_task_and_dependency(checkout: Path) -> None:
    said = (checkout / "CONTRIBUTING.md").read_text("utf-8")
    tasks = set(re.findall(r"^([a-z-]+):.*## ", (checkout / "Makefile").read_text("utf-8"), re.MULTILINE)) - {"help"}
    assert tasks == set(re.findall(r"^\| `make ([a-z-]+)` \|", said, re.MULTILINE))

    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    rows = "\n".join(line for line in said.splitlines() if "from npm" not in line)
    table = set(
        re.findall(r"^\| ([\w-]+)[^|]*\|[^|]+\| (?:MIT|MIT-CMU|BSD-3-Clause|Apache-2.0) \|", rows, re.MULTILINE)
    )
    names = {re.split(r"[<>=]", requirement)[0] for requirement in project["dependencies"]}
    assert {name.lower() for name in names} == {name.lower() for name in table}


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _bare_checkout(checkout: Path, tmp_path: Path) -> Path:
    """What a wheel is built from, as git has it: without assets/lib."""
    root = tmp_path / "bare"
    (root / "assets").mkdir(parents=True)
    (root / "generator").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "generator/__init__.py", "generator/_packaging.py"):
        shutil.copy(checkout / name, root / name)
    return root


def _hook_dependencies(root: Path) -> str:
    """Return what the build backend asks for beside itself, as a build front end hears it."""
    code = "import hatchling.build; print(hatchling.build.get_requires_for_build_wheel())"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
