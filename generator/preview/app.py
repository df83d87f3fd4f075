"""What the preview answers to a browser: the site as its host would, with the preview's own script put into pages on
their way, and its own addresses below ``/.preview/``.

Only requests that name this machine are answered: otherwise a page of any website could read the edition through a name
of its own that leads here.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from importlib import resources
from urllib.parse import quote, urlsplit

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from generator import digest
from generator.diagnostics import Severity
from generator.preview import rules
from generator.preview.board import Board, Viewed
from generator.preview.responses import Answer, kind_of, send
from generator.preview.site import Elsewhere, File, decoded

HOME = "/.preview/"
"""Where the preview's own pages are; no site has such an address."""

_OWN = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}

_BREATH = 15
"""Seconds after which an open connection is given a sign of life, so that one whose page is gone is noticed."""

_HEAD = re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE)


class App:
    """The preview as an ASGI application, reached at ``port`` of this machine."""

    def __init__(self, board: Board, port: int) -> None:
        self.board, self.site = board, board.site
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        if port == 80:
            self.hosts |= {"127.0.0.1", "localhost"}
        files = resources.files(__package__)
        self.own = {name: files.joinpath(name).read_bytes() for name in ("live.js", "live.css")}
        environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self.page = environment.from_string(files.joinpath("page.html").read_text("utf-8"))

    async def __call__(self, scope: Scope, receive: Receive, send_: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if request.headers.get("host", "").lower() not in self.hosts:
            hint = "This preview answers only to its own address on this machine.\n"
            response: Response = _sent(_plain(421, hint))
        elif request.method not in ("GET", "HEAD"):
            response = _sent(_plain(405, "A preview is only read.\n", {"allow": "GET, HEAD"}))
        elif request.url.path == f"{HOME}events":
            response = self._events(request)
        else:
            response = _sent(self._answer(request))
        await response(scope, receive, send_)

    def _answer(self, request: Request) -> Answer:
        raw: bytes = request.scope.get("raw_path") or quote(request.url.path).encode()
        path = decoded(raw.partition(b"?")[0])
        asked, head = dict(request.headers), request.method == "HEAD"
        if path is None or "\0" in path:
            return _plain(400, "This is no address.\n")
        if path.startswith(HOME) or f"{path}/" == HOME:
            return self._own(path.removeprefix(HOME), asked, head)
        found = self.site.answer(path, request.url.query)
        if isinstance(found, Elsewhere):
            return Answer(found.status, {"location": found.address, "content-length": "0", "cache-control": "no-cache"})
        if self.board.build == 0 and (found is None or found.status == 404):
            return self._waiting(path)
        return self._file(found, path, asked, head) if found else _plain(404, "There is no such page.\n")

    def _file(self, found: File, path: str, asked: dict[str, str], head: bool) -> Answer:
        kind, data, tag = kind_of(found.path), found.data, found.version
        if kind.startswith("text/html"):
            missing = found.status == 404
            page = self.site.page_of(path) if missing else found.path
            script = self._script(page, "" if missing else found.version)
            data = injected(data, script)
            tag = f"{tag}-{digest.of_bytes(script).hex()[:8]}"
        answer = send(data, kind, tag, found.mtime_ns if data is found.data else 0, asked, found.status, head)
        headers = {**answer.headers, **self.site.headers(path)}
        # An edit must be seen; only what is named by its content may be kept without asking.
        if "immutable" not in headers.get("cache-control", ""):
            headers["cache-control"] = "no-cache"
        return msgspec.structs.replace(answer, headers=headers)

    def _script(self, page: str, version: str, waits: bool = False) -> bytes:
        board = self.board
        known = {"page": page, "version": version, "run": board.run, "build": str(board.build)}
        known |= {"draft": "yes"} if page in board.drafts else {}
        known |= {"waits": "yes"} if waits else {}
        data = "".join(f' data-{name}="{html.escape(value)}"' for name, value in known.items())
        return (
            f'<link rel="stylesheet" href="{HOME}live.css"><script src="{HOME}live.js" defer{data}></script>'.encode()
        )

    def _own(self, name: str, asked: dict[str, str], head: bool) -> Answer:
        if name in self.own:
            data = self.own[name]
            answer = send(data, kind_of(name), digest.of_bytes(data).hex()[:16], 0, asked, head=head)
        elif name in ("", HOME.rstrip("/")):
            data = self._shown(self._script("", ""))
            answer = send(data, "text/html; charset=utf-8", digest.of_bytes(data).hex()[:16], 0, asked, head=head)
        else:
            answer = _plain(404, "The preview has no such page.\n")
        return msgspec.structs.replace(answer, headers={**answer.headers, **_OWN})

    def _waiting(self, path: str) -> Answer:
        data = self._shown(self._script(self.site.page_of(path), "", waits=True), waits=True)
        headers = {"content-type": "text/html; charset=utf-8", "content-length": str(len(data)), "retry-after": "2"}
        return Answer(503, {**headers, **_OWN, "cache-control": "no-store"}, data)

    def _shown(self, script: bytes, waits: bool = False) -> bytes:
        """The preview's own page: what is to be said of the edition as it stands, or that it is being built."""
        board, outcome = self.board, self.board.outcome
        files: dict[str, list[dict[str, str]]] = {}
        for found in outcome.diagnostics if outcome else ():
            files.setdefault(found.span.file, []).append(board.told(found))
        seconds = outcome.report.seconds if outcome and outcome.report else {}
        page = self.page.render(
            waits=waits or outcome is None,
            outcome=outcome,
            files=files,
            error=Severity.ERROR.value,
            drafts=[(path, self.site.address(path)) for path in board.drafts],
            stages=[(stage, f"{spent * 1000:.0f}") for stage, spent in seconds.items()],
            home=self.site.base,
        )
        return injected(page.encode(), script)

    def _events(self, request: Request) -> Response:
        given = request.query_params
        build = given.get("build", "")
        viewed = Viewed(given.get("page", ""), given.get("version", ""), given.get("run", ""), int(build) if build.isdecimal() else 0)  # fmt: skip
        headers = {**_OWN, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store"}
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(self._told(viewed), headers=headers)

    async def _told(self, viewed: Viewed) -> AsyncIterator[bytes]:
        queue = self.board.listen()
        try:
            yield b"retry: 500\n\n"
            goes_on = True
            while goes_on:
                news = self.board.news(viewed)
                yield b"data: " + msgspec.json.encode(news) + b"\n\n"
                if "build" in news:
                    viewed = msgspec.structs.replace(viewed, run=news["run"], build=news["build"])
                while True:
                    try:
                        goes_on = await asyncio.wait_for(queue.get(), _BREATH)
                        break
                    except TimeoutError:
                        yield b": here\n\n"
        finally:
            self.board.leave(queue)


def injected(page: bytes, script: bytes) -> bytes:
    """Return ``page`` with ``script`` at the beginning of its head: it must see the page before other scripts do."""
    head = _HEAD.search(page)
    return page[: head.end()] + script + page[head.end() :] if head else page + script


def is_editor(address: str) -> bool:
    """Whether ``address`` can be one that opens an editor: no script, no website, and it says where the path goes."""
    scheme = urlsplit(address).scheme
    return bool(scheme) and scheme not in ("javascript", "data", "vbscript", "http", "https", "blob") and "{path}" in address  # fmt: skip


def _plain(status: int, text: str, headers: dict[str, str] | None = None) -> Answer:
    data = text.encode()
    known = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(data)), "cache-control": "no-store"}
    return Answer(status, {**known, "x-content-type-options": "nosniff", **(headers or {})}, data)


def _sent(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    response.raw_headers = rules.joined(answer.headers)
    return response
