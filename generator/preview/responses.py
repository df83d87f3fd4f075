"""Files as HTTP wants them sent: their kind, unchanged ones not at all, parts where parts are asked for, text
compressed."""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import msgspec

SMALL = 1000
"""Bytes below which compressing is not worth it."""

_KINDS = mimetypes.MimeTypes(filenames=())  # the machine's own table would make it differ from the next one
for _kind, _endings in {
    "application/json": ".json",
    "application/manifest+json": ".webmanifest",
    "application/x-bibtex": ".bib",
    "application/x-research-info-systems": ".ris",
    "application/xml": ".xml .tei",
    "font/woff": ".woff",
    "font/woff2": ".woff2",
    "image/avif": ".avif",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
    "image/x-icon": ".ico",
    "text/javascript": ".js .mjs",
    "text/markdown": ".md",
}.items():
    for _ending in _endings.split():
        _KINDS.add_type(_kind, _ending)

_TEXT = re.compile(r"text/.*|.*[/+](json|xml|javascript)|application/x-(bibtex|research-info-systems)")


class Answer(msgspec.Struct, frozen=True):
    """A response: status, headers by their names in small letters, body (which HEAD has not)."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


def kind_of(path: str) -> str:
    """Return the content type of a file, by its name."""
    kind = _KINDS.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def send(
    data: bytes, kind: str, tag: str, mtime_ns: int, asked: Mapping[str, str], status: int = 200, head: bool = False
) -> Answer:
    """Answer with ``data`` of content type ``kind`` and version ``tag``, changed at ``mtime_ns`` (0: not known).
    ``asked`` are the headers of the request, by their names in small letters; ``head``: without the body."""
    is_text = bool(_TEXT.fullmatch(kind.partition(";")[0]))
    headers = {"content-type": kind, "etag": f'"{tag}"', "accept-ranges": "bytes"}
    if mtime_ns:
        headers["last-modified"] = format_datetime(datetime.fromtimestamp(mtime_ns // 10**9, UTC), usegmt=True)
    if is_text:
        headers["vary"] = "Accept-Encoding"
    if status == 200 and _is_known(tag, mtime_ns, asked):
        del headers["content-type"], headers["accept-ranges"]
        return Answer(304, headers)
    if status == 200 and asked.get("range") and _may_be_part(tag, mtime_ns, asked.get("if-range", "")):
        part = _part(asked["range"], len(data))
        if part == ():
            return Answer(416, {**headers, "content-range": f"bytes */{len(data)}", "content-length": "0"})
        if part:
            first, last = part
            headers |= {"content-range": f"bytes {first}-{last}/{len(data)}", "content-length": str(last - first + 1)}
            return Answer(206, headers, b"" if head else data[first : last + 1])
    if is_text and len(data) >= SMALL and _takes_gzip(asked.get("accept-encoding", "")):
        data = gzip.compress(data, 5, mtime=0)
        headers |= {"content-encoding": "gzip", "etag": f'"{tag}{_PACKED}"'}
    headers["content-length"] = str(len(data))
    return Answer(status, headers, b"" if head else data)


_PACKED = "-gzip"


def _is_known(tag: str, mtime_ns: int, asked: Mapping[str, str]) -> bool:
    """Whether who asks has this version already."""
    if known := asked.get("if-none-match"):
        tags = {one.strip().removeprefix("W/").strip('"').removesuffix(_PACKED) for one in known.split(",")}
        return tag in tags or known.strip() == "*"
    since = _seconds(asked.get("if-modified-since", ""))
    return bool(mtime_ns) and since is not None and mtime_ns // 10**9 <= since


def _may_be_part(tag: str, mtime_ns: int, condition: str) -> bool:
    """Whether who asks for a part has the rest of this very version."""
    if not condition:
        return True
    if condition.startswith('"'):
        return condition == f'"{tag}"'
    return bool(mtime_ns) and _seconds(condition) == mtime_ns // 10**9


def _seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp()) if date else None
    except (ValueError, OverflowError):
        return None


def _part(wanted: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """First and last byte of the range that is asked for; nothing in it: (); None: send all, as for several ranges
    or what is no range."""
    found = re.fullmatch(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})", wanted.strip(), re.IGNORECASE | re.ASCII)
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size - 1) if length else ()
    first, last = int(found[1]), min(int(found[2] or size), size - 1)
    if found[2] and int(found[2]) < first:
        return None
    return (first, last) if first < size else ()


def _takes_gzip(accepted: str) -> bool:
    """Whether ``Accept-Encoding`` names gzip, or any, and not as the one that is not wanted."""
    weights: dict[str, float] = {}
    for one in accepted.lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        try:
            weights[name] = float(weight) if weight else 1.0
        except ValueError:
            weights[name] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0
