"""Which way a language is written: from left to right or from right to left, by its tag."""

from __future__ import annotations

from typing import Literal

Direction = Literal["ltr", "rtl"]

_LANGUAGES = frozenset(
    "ar arc arz azb bal bcc ckb dv fa glk he iw ji khw ks lrc mzn nqo pnb ps sd syr ug ur yi".split()
)
"""Languages that are written from right to left, unless their tag names another script."""

_SCRIPTS = frozenset(
    "adlm arab aran armi avst chrs cprt egyd elym hatr hebr hung khar lydi mand mani mend merc narb nbat nkoo orkh ougr "
    "palm phli phlp phnx prti rohg samr sarb sogd sogo syrc syre syrj syrn thaa yezi".split()
)


def of(language: str) -> Direction:
    """Return the direction of a language tag (``he``, ``ar-EG``, ``az-Arab``); an unknown one is written as most are."""
    first, *others = language.lower().split("-")
    script = next((part for part in others if len(part) == 4 and part.isalpha()), "")
    return "rtl" if (script in _SCRIPTS if script else first in _LANGUAGES) else "ltr"
