"""The English stemmer: M. F. Porter's algorithm ("An algorithm for suffix stripping", 1980), as lunr.js runs it.

The browser stems what a reader types with lunr.js 2.3.9, so this module must give the same stem for every
string, words or not. lunr.js differs from the article in four places:

* a word of one or two letters is its own stem;
* step 1c asks for a consonant before the ``y`` and something before that, not for a vowel in the stem;
* step 2 knows ``bli`` (for ``abli``) and ``logi``, as Porter's later programs do;
* whatever is no letter (digits, apostrophes, letters with accents) counts as a consonant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_STEP_2 = {
    "ational": "ate",
    "tional": "tion",
    "enci": "ence",
    "anci": "ance",
    "izer": "ize",
    "bli": "ble",
    "alli": "al",
    "entli": "ent",
    "eli": "e",
    "ousli": "ous",
    "ization": "ize",
    "ation": "ate",
    "ator": "ate",
    "alism": "al",
    "iveness": "ive",
    "fulness": "ful",
    "ousness": "ous",
    "aliti": "al",
    "iviti": "ive",
    "biliti": "ble",
    "logi": "log",
}
_STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_STEP_4 = "al ance ence er ic able ible ant ement ment ent ou ism ate iti ous ive ize".split()


def _by_last_letter(suffixes: Iterable[str]) -> dict[str, list[str]]:
    """Return the suffixes under their last letter, the longest first: the longest that fits is the one tried."""
    table: dict[str, list[str]] = {}
    for suffix in sorted(suffixes, key=len, reverse=True):
        table.setdefault(suffix[-1], []).append(suffix)
    return table


_ENDS_2 = _by_last_letter(_STEP_2)
_ENDS_3 = _by_last_letter(_STEP_3)
_ENDS_4 = _by_last_letter(_STEP_4)


class _Shapes(dict[int, str]):
    """For str.translate: vowels become ``v``, ``y`` stays to be decided, all else becomes ``c``."""

    def __missing__(self, code: int) -> str:
        return "c"


_SHAPES = _Shapes({ord(letter): "v" for letter in "aeiou"} | {ord("y"): "y"})


def _shape(word: str) -> str:
    """Return ``word`` as a string of ``c`` and ``v``; a ``y`` is a vowel after a consonant, else a consonant."""
    shape = word.translate(_SHAPES)
    while (at := shape.find("y")) >= 0:
        vowel = at > 0 and shape[at - 1] == "c"
        shape = f"{shape[:at]}{'v' if vowel else 'c'}{shape[at + 1 :]}"
    return shape


def _measure(shape: str) -> int:
    """Return Porter's m: how often a vowel is followed by a consonant."""
    return shape.count("vc")


def _is_short(word: str, shape: str) -> bool:
    """Say whether the whole is consonants, one vowel, one consonant other than w, x, y: it takes a final e."""
    return _measure(shape) == 1 and shape.endswith("cvc") and word[-1] not in "wxy"


def _suffix(word: str, ends: Mapping[str, list[str]]) -> str:
    """Return the longest of the suffixes that ``word`` ends in, with something before it; empty if none."""
    for suffix in ends.get(word[-1:], ()):
        if len(word) > len(suffix) and word.endswith(suffix):
            return suffix
    return ""


def stem(word: str) -> str:
    """Return the stem of a word in lower case, the same as lunr.js's for characters of the Basic Multilingual Plane."""
    if len(word) < 3:
        return word
    if word[0] == "y":
        # At the beginning y is a consonant whatever follows; no rule knows the capital.
        return "y" + _stem("Y" + word[1:])[1:]
    return _stem(word)


def _stem(word: str) -> str:
    word = _past(_plural(word))
    # Step 1c
    if word[-1] == "y" and len(word) > 2 and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    # Steps 2 and 3
    for ends, table in ((_ENDS_2, _STEP_2), (_ENDS_3, _STEP_3)):
        suffix = _suffix(word, ends)
        if suffix and _measure(_shape(word[: -len(suffix)])) > 0:
            word = word[: -len(suffix)] + table[suffix]
    # Step 4
    suffix = _suffix(word, _ENDS_4)
    if not suffix and len(word) > 4 and word.endswith(("sion", "tion")):
        suffix = "ion"
    if suffix and _measure(_shape(word[: -len(suffix)])) > 1:
        word = word[: -len(suffix)]
    # Step 5
    if word[-1] == "e" and len(word) > 1:
        shape = _shape(word[:-1])
        if _measure(shape) > 1 or (_measure(shape) == 1 and not _is_short(word[:-1], shape)):
            word = word[:-1]
    if word.endswith("ll") and _measure(_shape(word)) > 1:
        word = word[:-1]
    return word


def _plural(word: str) -> str:
    """Step 1a: plurals."""
    if word[-1] != "s":
        return word
    if (word.endswith("sses") and len(word) > 4) or (word.endswith("ies") and len(word) > 3):
        return word[:-2]
    return word[:-1] if len(word) > 2 and word[-2] != "s" else word


def _past(word: str) -> str:
    """Step 1b: past tenses and participles, with the e or the single consonant that they lost."""
    if word.endswith("eed") and len(word) > 3:
        return word[:-1] if _measure(_shape(word[:-3])) > 0 else word
    for ending in ("ed", "ing"):
        if word.endswith(ending) and len(word) > len(ending):
            break
    else:
        return word
    cut = word[: -len(ending)]
    shape = _shape(cut)
    if "v" not in shape:
        return word
    if cut.endswith(("at", "bl", "iz")):
        return cut + "e"
    if len(cut) > 1 and cut[-1] == cut[-2] and cut[-1] not in "aeiouylsz":
        return cut[:-1]
    return cut + "e" if _is_short(cut, shape) else cut
