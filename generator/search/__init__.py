"""Search: the terms of each document, and the index that lunr.js searches in the reader's browser.

``fields_of`` and ``take_apart`` read one document, and what they make is remembered with it; ``shards.update`` puts the
documents together into an index in files, or changes what is there; ``build_index`` makes the same index in one file.
"""

from __future__ import annotations

from generator.search.analyser import FIELDS, DocumentPositions, DocumentTerms, FieldTerms, analyse, take_apart
from generator.search.index import Parameters, as_script, build_index
from generator.search.passages import fields_of

__all__ = [
    "FIELDS",
    "DocumentPositions",
    "DocumentTerms",
    "FieldTerms",
    "Parameters",
    "analyse",
    "as_script",
    "build_index",
    "fields_of",
    "take_apart",
]
