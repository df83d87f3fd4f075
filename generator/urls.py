"""Addresses: paths of output files, links between them, and names that are safe to be both.

A *path* is relative to the site's root, with slashes, and names a file (``frus1952-54v01/d387/index.html``).
Links inside the site are relative and name the file, so that they work under any base path and from a disk,
where no server turns a folder into its index. The *address* of a page is what people cite: the path without
``index.html``.
"""

from __future__ import annotations

import re
from urllib.parse import quote

INDEX = "index.html"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PLAIN = re.compile(r"[A-Za-z0-9._/-]*")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_OF_THE_SITE = {"assets", "chronology", "classifications", "embed", "kinds", "oembed", "search", "written-in"}
_OF_A_VOLUME = {"pages"}


def is_id(text: str) -> bool:
    """Whether ``text`` can be a document's id: an address on every host and a file name on every system."""
    return bool(_ID.fullmatch(text)) and not text.endswith(".") and text.split(".")[0].lower() not in _DEVICES


def is_reserved(text: str, *, in_volume: bool) -> bool:
    """Whether the site itself uses this name, at its root or in a volume."""
    return text.lower() in (_OF_A_VOLUME if in_volume else _OF_THE_SITE)


def page(*names: str) -> str:
    """Return the path of the page in folder ``names``: ``page("v01", "d3")`` is ``v01/d3/index.html``."""
    return "/".join([*names, INDEX])


def address(path: str) -> str:
    """Return the public address of ``path`` below the site's root: ``v01/d3/`` for ``v01/d3/index.html``."""
    return _quote(path[: -len(INDEX)] if path == INDEX or path.endswith("/" + INDEX) else path)


def root(path: str) -> str:
    """Return the relative way from the page at ``path`` to the site's root: ``../../``, or ``./`` at the root."""
    return "../" * path.count("/") or "./"


def relative(origin: str, path: str, anchor: str = "") -> str:
    """Return the link from the page at ``origin`` to ``path``, and to ``anchor`` on it.

    >>> relative("v01/d3/index.html", "v01/d211/index.html", "d211fn5")
    '../d211/index.html#d211fn5'
    """
    fragment = "#" + _quote(anchor) if anchor else ""
    if origin == path:
        return fragment or path.rpartition("/")[2]
    while (end := origin.find("/") + 1) and path.startswith(origin[:end]):
        origin, path = origin[end:], path[end:]
    return "../" * origin.count("/") + _quote(path) + fragment


def _quote(text: str) -> str:
    """Percent-encode ``text`` for an address; nearly all of ours need nothing, which is quick to see."""
    return text if _PLAIN.fullmatch(text) else quote(text, safe="!$&'()*+,;=:@/?-._~")


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts d2 before d10 and d72 before d72a."""
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p.lower()) for p in re.findall(r"\d+|\D+", text)) + (
        (-1, 0, text),
    )
