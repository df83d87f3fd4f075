"""Search: the terms of each document, and the index that lunr.js loads in the reader's browser.

``analyse`` reads one document and is remembered with it; ``build_index`` puts the documents together.
"""

from __future__ import annotations

from generator.search.analyser import FIELDS, DocumentTerms, FieldTerms, analyse
from generator.search.index import Parameters, as_script, build_index

__all__ = ["FIELDS", "DocumentTerms", "FieldTerms", "Parameters", "analyse", "as_script", "build_index"]
