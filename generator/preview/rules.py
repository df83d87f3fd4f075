"""What a site tells its host: response headers (``_headers``) and redirects (``_redirects``), in the forms that
Netlify documents. Rules that depend on the visitor's country, language, role or cookies never hold here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote

import msgspec

_NOT_OURS = frozenset(
    "accept-ranges age allow alt-svc connection content-encoding content-length content-range date location server "
    "set-cookie trailer transfer-encoding upgrade basic-auth".split()
)
"""Headers that the host sets itself, whatever the site says."""

_STATUSES = frozenset((200, 301, 302, 303, 307, 308, 404, 410))
_DEPENDENT = re.compile(r"(Country|Language|Role|Cookie)=.*", re.IGNORECASE)


class HeaderRule(msgspec.Struct, frozen=True):
    """Headers, by their names in small letters, for the paths that match a pattern."""

    pattern: str
    headers: tuple[tuple[str, str], ...]


class Redirect(msgspec.Struct, frozen=True):
    """A line of ``_redirects``. ``force``: also where there is a file. ``query`` names what the request must ask for."""

    origin: str
    target: str
    status: int = 301
    force: bool = False
    query: tuple[tuple[str, str], ...] = ()


def read_headers(text: str) -> list[HeaderRule]:
    """Read a ``_headers`` file: a path, then its headers, indented. What is neither is left out."""
    rules: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("/"):
            rules.append((stripped, {}))
            continue
        name, colon, value = stripped.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not rules or not colon or not value or not re.fullmatch(r"[a-z0-9-]+", name) or name in _NOT_OURS:
            continue
        headers = rules[-1][1]
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return [HeaderRule(pattern, tuple(headers.items())) for pattern, headers in rules]


def headers_for(rules: list[HeaderRule], path: str) -> dict[str, str]:
    """Return the headers for ``path``; of two rules that set the same header, the later holds."""
    found: dict[str, str] = {}
    for rule in rules:
        if _match(rule.pattern, path) is not None:
            found.update(rule.headers)
    return found


def read_redirects(text: str) -> list[Redirect]:
    """Read a ``_redirects`` file: ``from [key=:name ...] to [status[!]]``. Lines that mean nothing here are left out."""
    rules = (_redirect(line.partition(" #")[0].split()) for line in text.splitlines() if not line.startswith("#"))
    return [rule for rule in rules if rule]


def _redirect(words: list[str]) -> Redirect | None:
    if len(words) < 2 or any(_DEPENDENT.fullmatch(word) for word in words) or not words[0].startswith("/"):
        return None
    at = next((n for n, word in enumerate(words[1:], 1) if word.startswith("/") or "://" in word), 0)
    if not at or not all("=" in word for word in words[1:at]):
        return None
    query = tuple((key, value) for key, _, value in (word.partition("=") for word in words[1:at]))
    status, force = "301", ""
    if words[at + 1 :]:
        status, force = re.sub("!", "", words[at + 1]), "!" if words[at + 1].endswith("!") else ""
    if not status.isascii() or not status.isdigit() or int(status) not in _STATUSES:
        return None
    return Redirect(words[0], words[at], int(status), bool(force), query)


def follow(rule: Redirect, path: str, query: str) -> str | None:
    """Return the address to which ``rule`` leads from the decoded ``path``, percent-encoded, or None if it does not
    apply. A query that the rule does not use goes along."""
    found = _match(rule.origin, path)
    if found is None:
        return None
    asked = dict(parse_qsl(query, keep_blank_values=True))
    for key, value in rule.query:
        if key not in asked or (not value.startswith(":") and asked[key] != value):
            return None
        if value.startswith(":"):
            found[value[1:]] = asked[key]
    target = re.sub(r":(\w+)", lambda m: quote(found[m[1]], safe="/") if m[1] in found else m[0], rule.target)
    # Two slashes at the beginning would lead to another host.
    target = re.sub(r"^/{2,}", "/", target)
    address, mark, fragment = target.partition("#")
    if query and not rule.query and "?" not in address and rule.status != 200:
        address += f"?{query}"
    return address + mark + fragment


def _match(pattern: str, path: str) -> dict[str, str] | None:
    """What the placeholders of ``pattern`` (``:name`` one segment, a final ``*`` all the rest) stand for in ``path``;
    None if it does not match. A slash at the end makes no difference."""
    wanted, given = _segments(pattern), _segments(path)
    found: dict[str, str] = {}
    for n, segment in enumerate(wanted):
        if segment == "*":
            found["splat"] = "/".join(given[n:])
            return found
        if n >= len(given):
            return None
        if re.fullmatch(r":\w+", segment):
            found[segment[1:]] = given[n]
        elif not _alike(unquote(segment), given[n]):
            return None
    return found if len(wanted) == len(given) else None


def _alike(wanted: str, given: str) -> bool:
    if "*" not in wanted:
        return wanted == given
    return bool(re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), given))


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def joined(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as a server sends them; what cannot be sent is left out."""
    out = []
    for name, value in headers.items():
        try:
            out.append((name.lower().encode("ascii"), value.encode("latin-1")))
        except UnicodeEncodeError:
            continue
    return [(name, value) for name, value in out if not re.search(rb"[\r\n\0]", value)]
