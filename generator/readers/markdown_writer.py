"""Writing the dialect: which characters need a backslash, and how values stand in the front matter.

Every word comes through as it stands: what the dialect would read as a mark is protected, and nothing else is.
"""

from __future__ import annotations

import re

import msgspec

_ALWAYS = re.compile(
    r"[\\`*_<|{]|\[(?=\^|\[|Page |Facsimile |Typeset )|(?<=\[)\[|\](?=[(\[{:])|&(?=#?\w{1,32};)|!(?=\[)"
)
"""What means something wherever it stands in a line."""

_SIGNS = re.compile(r"[\\`*_<|{\[\]&!]")
"""Every sign that ``_ALWAYS`` may begin with."""

_AT_START = re.compile(r"#(?=#{0,5}(?:\s|$))|[+>~:=-]|(?<=\d)\)(?=\s|$)")
_LIST_NUMBER = re.compile(r"\d{1,9}(?=[.)](?:\s|$))")
_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z -]*")
_YAML_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_ESCAPED_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def protect(words: str) -> str:
    """Return ``words``, a part of a line, with a backslash before what would be read as a mark."""
    # Most words have no sign of all these, which is seen many times faster.
    return _ALWAYS.sub(r"\\\g<0>", words) if _SIGNS.search(words) else words


def protect_start(words: str, *, first: bool) -> str:
    """Protect what means something at the start of a line only. A number with a full stop stays bare where it begins
    a paragraph (``first``): the dialect reads it as the paragraph's printed number."""
    number = _LIST_NUMBER.match(words)
    if number:
        keeps = first and words[number.end()] == "."
        return words if keeps else f"{number[0]}\\{words[number.end() :]}"
    return "\\" + words if _AT_START.match(words) else words


def note_label(label: str) -> str:
    """Return a note's label as it stands in ``[^...]``."""
    return re.sub(r"[\[\]\\|]", r"\\\g<0>", label)


def quoted(words: str) -> str:
    """Return text as YAML reads it back: a string of JSON is one of YAML too."""
    text = msgspec.json.encode(words).decode()
    return _ESCAPED_IN_YAML.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def plain_or_quoted(words: str) -> str:
    """Return a value of the front matter, without quotation marks where YAML needs none."""
    return words if _PLAIN_YAML.fullmatch(words) and words.lower() not in _YAML_WORDS else quoted(words)
