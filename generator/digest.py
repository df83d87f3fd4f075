"""The only hash in the house: a canonical encoding of plain values, and its digest.

Keys of build steps, digests of sources, outputs and templates all come from here, so that equal values
have equal digests on every machine, in every process and in every order of dictionaries.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

_encoder = msgspec.msgpack.Encoder(order="deterministic")

SIZE = 16
"""Bytes of a digest: 128 bits make an accidental collision among 10**9 values improbable (about 10**-21)."""


def of_bytes(data: bytes) -> bytes:
    """Return the 16-byte BLAKE2b digest of ``data``."""
    return hashlib.blake2b(data, digest_size=SIZE).digest()


def of(*values: Any) -> bytes:
    """Return the digest of plain values: str, bytes, numbers, bool, None, tuples, lists, dicts, structs.

    Dictionaries are encoded in the order of their keys. Raises TypeError for anything msgspec cannot encode.
    """
    return of_bytes(_encoder.encode(values))


def of_tree(root: Path, suffixes: tuple[str, ...]) -> bytes:
    """Return the digest of the names and bytes of all files below ``root`` that end in one of ``suffixes``."""
    files = sorted(p for p in root.rglob("*") if p.suffix in suffixes and p.is_file())
    return of([(p.relative_to(root).as_posix(), p.read_bytes()) for p in files])
