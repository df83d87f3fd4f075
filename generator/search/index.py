"""The index of all documents, as lunr.js 2.3.9 writes and loads one (``lunr.Index.load``).

Assembled from ``DocumentTerms`` alone: the weights depend on every document, so none is remembered. The formulas
are lunr.js's, term by term in its order of operations, because its sums are not associative.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from generator.search.analyser import FIELDS, DocumentTerms, FieldTerms, in_utf16_order
from generator.search.languages import language

LUNR_VERSION = "2.3.9"


class Parameters(msgspec.Struct, frozen=True):
    """How lunr weighs: ``k1`` how soon repeating a word stops to count, ``b`` how much a long field loses,
    ``boosts`` the factor of each of ``FIELDS``."""

    k1: float = 1.2
    b: float = 0.75
    boosts: tuple[float, ...] = (3.0, 1.0, 0.5)


def build_index(
    documents: Sequence[tuple[str, DocumentTerms]],
    parameters: Parameters = Parameters(),  # noqa: B008  (frozen)
    tag: str = "en",
) -> bytes:
    """Return the JSON of the index over ``documents``, pairs of a reference and the document's terms in the language of
    ``tag``.

    References are unique; small integers as strings keep lunr's order among equal scores that of the documents.
    The same documents in the same order give the same bytes.
    """
    postings, references = _postings(documents)
    terms = in_utf16_order(set().union(*postings))
    weights = _Weights(documents, terms, postings, parameters)
    vectors = [
        b'["%b/%b",%b]' % (name.encode(), reference[1:-1], weights.vector(number, field))
        for reference, (_, document) in zip(references, documents, strict=True)
        for number, (name, field) in enumerate(zip(FIELDS, document.fields, strict=True))
    ]
    entries = []
    for rank, term in enumerate(terms):
        fields = (b'"%b":{%b}' % (name.encode(), b",".join(postings[i].get(term, ()))) for i, name in enumerate(FIELDS))
        entries.append(b'[%b,{"_index":%d,%b}]' % (msgspec.json.encode(term), rank, b",".join(fields)))
    return b'{"version":%b,"fields":%b,"fieldVectors":[%b],"invertedIndex":[%b],"pipeline":%b}' % (
        msgspec.json.encode(LUNR_VERSION),
        msgspec.json.encode(FIELDS),
        b",".join(vectors),
        b",".join(entries),
        msgspec.json.encode(language(tag).pipeline),
    )


def as_script(name: str, data: bytes) -> bytes:
    """Return a script that hands JSON ``data`` to the search page under ``name``: browsers do not let a page that was
    opened from a disk fetch a file, but let it load a script."""
    return b"editionSearch(%b,%b);\n" % (json.dumps(name).encode(), data.strip())


def _postings(documents: Sequence[tuple[str, DocumentTerms]]) -> tuple[list[dict[str, list[bytes]]], list[bytes]]:
    """Return for each field its terms with the entries of the documents that hold them, and the references as JSON."""
    postings: list[dict[str, list[bytes]]] = [defaultdict(list) for _ in FIELDS]
    references = []
    for reference, document in documents:
        encoded = msgspec.json.encode(reference)
        references.append(encoded)
        entry = encoded + b":{}"
        for posting, field in zip(postings, document.fields, strict=True):
            for term in field.split():
                posting[term].append(entry)
    return postings, references


class _Weights:
    """What lunr's formula needs beside a term's frequency and a field's length."""

    def __init__(
        self,
        documents: Sequence[tuple[str, DocumentTerms]],
        terms: Sequence[str],
        postings: Sequence[dict[str, list[bytes]]],
        parameters: Parameters,
    ) -> None:
        count = len(documents)
        self.parameters = parameters
        self.ranks = {term: rank for rank, term in enumerate(terms)}
        self.rarities = {}
        for term in terms:
            # A document that holds the term in two fields counts twice.
            holding = sum(len(posting[term]) for posting in postings if term in posting)
            self.rarities[term] = math.log(1 + abs((count - holding + 0.5) / (holding + 0.5)))
        self.averages = [
            sum(document.fields[number].length for _, document in documents) / max(count, 1)
            for number in range(len(FIELDS))
        ]

    def vector(self, number: int, field: FieldTerms) -> bytes:
        """Return the JSON of a field's vector: rank and weight of each term in turn."""
        if not field.terms:
            return b"[]"
        k1, b, boost = self.parameters.k1, self.parameters.b, self.parameters.boosts[number]
        damping = k1 * (1 - b + b * (field.length / self.averages[number]))
        terms = field.split()
        rarities = map(self.rarities.__getitem__, terms)
        vector: list[float] = [0] * (2 * len(terms))
        vector[::2] = map(self.ranks.__getitem__, terms)
        # JavaScript's Math.round, which rounds halves up, to three places.
        vector[1::2] = [
            int(rarity * ((k1 + 1) * frequency) / (damping + frequency) * boost * 1000 + 0.5) / 1000
            for rarity, frequency in zip(rarities, field.frequencies, strict=True)
        ]
        return msgspec.json.encode(vector)
