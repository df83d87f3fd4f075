"""The files of the site that are no pages: rules for the host, redirects, the list of documents for programs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator import urls
from generator.catalog import page_range
from generator.document import Facts
from generator.views import downloads, on_this_day, scans
from generator.views.frame import Data, Frame, document_path


def files(frame: Frame) -> Iterator[tuple[str, bytes]]:
    """Yield the path and bytes of each."""
    yield "_headers", "".join((_headers(frame), *downloads.headers(frame.edition))).encode()
    yield "_redirects", "".join(f"{old} {new} 301\n" for old, new in _redirects(frame)).encode()
    yield "robots.txt", _robots(frame).encode()
    documents = b",\n".join(frame.listed(f, _listed) for v in frame.catalog.volumes.values() for f in v.documents)
    yield from on_this_day.files(frame)
    yield "documents.json", b"[\n%b\n]\n" % documents if documents else b"[]\n"


def _headers(frame: Frame) -> str:
    """The rules, with the hosts that the pictures of printed pages come from allowed."""
    pictures, services = scans.origins(frame.catalog.volumes.values())
    out = _HEADERS.replace(f"{_PICTURES};", " ".join([_PICTURES, *pictures]) + ";")
    return out.replace(f"{_REQUESTS};", " ".join([_REQUESTS, *services]) + ";")


_PICTURES = "img-src 'self' https: data:"
_REQUESTS = "connect-src 'self'"


def _redirects(frame: Frame) -> list[tuple[str, str]]:
    """The old addresses of documents (``aliases``) with their new ones, as a host sees them."""
    out = {}
    for volume in frame.catalog.volumes.values():
        for facts in volume.by_id.values():
            for alias in facts.metadata.aliases:
                out[f"{frame.base_path}{alias.strip('/')}/"] = frame.base_path + urls.address(document_path(facts))
    return sorted(out.items())


def _robots(frame: Frame) -> str:
    base = frame.edition.base_url
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}sitemap.xml\n" if base else "")


def _listed(f: Facts) -> bytes:
    """What documents.json says of a document, for programs: an item of its list."""
    meta = f.metadata
    known: Data = {
        "id": f.id,
        "volume": f.volume,
        "address": urls.address(document_path(f)),
        "number": meta.number,
        "title": f.title,
        "date": meta.date.edtf if meta.date else "",
        "place": meta.place,
        "kind": meta.kind,
        "classification": meta.classification,
        "from": [p.name for p in meta.sender],
        "to": [p.name for p in meta.addressee],
        "pages": str(page_range(f)),
        "source_line": f.source_line,
    }
    item = msgspec.json.encode([{name: value for name, value in known.items() if value}])
    return msgspec.json.format(item, indent=1)[2:-2]


_SITE = """\
/*
  Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=()
/assets/*
  Cache-Control: public, max-age=3600
"""

_NAMED_BY_CONTENT = (
    "terms", "places", "words", "lengths", "records", "facets", "mentions", "jumps", "lists", "variants",
)  # fmt: skip
"""Folders in search/ whose files never change under the same name."""

_READ_ANEW = ("root.js", "lunr-index.json", "lunr-index.js", "documents.json", "documents.js")
"""Files in search/ that keep their names."""

_HEADERS = "".join((
    _SITE,
    *(f"/search/{name}/*\n  Cache-Control: public, max-age=31536000, immutable\n" for name in _NAMED_BY_CONTENT),
    *(f"/search/{name}\n  Cache-Control: public, max-age=0, must-revalidate\n" for name in _READ_ANEW),
))  # fmt: skip
