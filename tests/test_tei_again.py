"""A volume in which words have changed is cut as if it were read for the first time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.readers import tei

VOLUME = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Volume</title></titleStmt></fileDesc></teiHeader>
<text><front><div type="section" xml:id="terms"><head>Terms</head><list type="terms"><item><gloss xml:id="t_A">A</gloss>, alpha</item></list></div></front>
<body><div type="chapter" xml:id="ch1"><head>Chapter</head>
<pb n="1" xml:id="pg_1"/>
<div type="document" xml:id="d1" n="1"><head>First</head>
<p>Words of the first, é, with <hi rend="italic">more</hi>.<note n="1" xml:id="d1fn1">A note.</note></p>
<pb n="2" xml:id="pg_2"/><p>Second page &amp; end.</p></div>
<div type="document" xml:id="d2" n="2"><head>Second</head><p>Words of the second.</p></div>
<div type="document" xml:id="d3" n="3"><head>Third</head><list type="terms"><item><gloss xml:id="t_B">B</gloss>, beta</item></list></div>
</div></body></text></TEI>
"""


def same(before: str, after: str) -> bool:
    """Check the two ways against each other; return whether there was a faster one."""
    split = tei.split("content/v.xml", "v", before.encode())
    again = tei.split_again(before.encode(), split, after.encode())
    if again is not None:
        assert again == tei.split("content/v.xml", "v", after.encode())
    return again is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("of the first", "of the very first"),
        ("of the second", ""),
        ("é", "à la mode"),
        ("A note", "Another &lt; note"),
        ("page &amp;", "page"),
        ("Second</head>", "Seconds</head>"),
        ("more", "most"),
    ],
)
def test_words(old: str, new: str) -> None:
    assert old in VOLUME and same(VOLUME, VOLUME.replace(old, new, 1))


def test_nothing() -> None:
    assert same(VOLUME, VOLUME)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('n="2" xml:id="pg_2"', 'n="7" xml:id="pg_7"'),
        ("é", "à la\n\nmode"),
        ("alpha", "omega"),
        ("beta", "gamma"),
        ("Chapter</head>", "Chapters</head>"),
        ('xml:id="d2"', 'xml:id="d4"'),
        ("of the second", "of <hi>the</hi> second"),
        ("of the second", "of <!-- the --> second"),
        ("Volume</title>", "Another</title>"),
        ("<p>Words of the second.</p>", ""),
        ("Words of the first", "Words & of the first"),
        ("Words of the first", "Words < of the first"),
        ("Words of the first", "Words \x07 of the first"),
    ],
)
def test_more_than_words(old: str, new: str) -> None:
    assert old in VOLUME and not same(VOLUME, VOLUME.replace(old, new, 1))


def test_two_documents() -> None:
    assert not same(VOLUME, VOLUME.replace("of the first", "1").replace("of the second", "2"))


@given(
    st.integers(0, len(VOLUME)),
    st.integers(0, 30),
    st.sampled_from(["", "word", "<p>", "</p>", '"', ">", "<pb n='9'/>", "&amp;", "\n", "]]>", " "]),
)
def test_any_edit(at: int, length: int, new: str) -> None:
    same(VOLUME, VOLUME[:at] + new + VOLUME[at + length :])


def test_real_volumes(shared: Path) -> None:
    for name in ("frus1952-54v14p2", "frus1977-80v21"):
        before = (shared / f"corpus/volumes/{name}.xml").read_text(encoding="utf-8")
        places = [before.find("</p>", len(before) * n // 20) for n in range(4, 18)]
        faster = [same(before, f"{before[:at]} An added word.{before[at:]}") for at in places]
        assert sum(faster) >= len(faster) * 0.7
