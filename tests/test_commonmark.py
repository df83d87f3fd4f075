"""The reader's HTML against the examples of the CommonMark specification.

Every example is either equal or stands under the name of a deliberate departure; docs/markdown.md explains the
departures to editors. One that becomes equal must be taken from the list.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

from generator import facts
from generator.readers import Part, markdown
from generator.rendering import Around, render

DEPARTURES: dict[str, set[int]] = {
    "HTML is shown as text": {
        *(21, 31, 344, 475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623, 625, 626, 627, 628, 629, 630),
        *(631, 642, 643, 201, 308, 309),
        *range(148, 192),
    },
    "a number with a full stop is a printed number": {
        *(109, 254, 259, 263, 265, 267, 268, 271, 273, 274, 286, 287, 288, 290, 291, 292, 293, 299, 305, 311, 313, 324),
    },
    "[[...]] is a reference": {548, 590},
    "the address in a definition of a link looks like one": {203, 204},
    "links begin with http, https or mailto, or stay within the site": {596, 598, 599, 601},
    "a link to nowhere is text": {200, 485, 486, 487, 567},
}
"""Name of the departure: the numbers of the examples (CommonMark 0.31.2) in which it shows."""

MESSAGES = {
    "page": "Page {label}",
    "page_mark": "[Page {label}]",
    "footnote": "Footnote {label}",
    "back_to_reference": "Back to reference {label}",
    "notes": "Notes",
    "image": "{alt}",
}

_EXAMPLE = re.compile(r"^`{32} example\n(?P<markdown>.*?)^\.\n(?P<html>.*?)^`{32}$", re.MULTILINE | re.DOTALL)
_BLOCKS = frozenset("blockquote div dd dl dt figure h2 h3 h4 h5 h6 hr li ol p pre section table tbody td th thead tr ul".split())  # fmt: skip
_HOOKS = frozenset(("id", "data-n", "loading"))


class _Canonical(HTMLParser):
    """HTML as a list of pieces that are the same when two texts of HTML mean the same."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.text = ""
        self.in_pre = 0

    def flush(self, at_block: bool) -> None:
        text = self.text if self.in_pre else re.sub(r"\s+", " ", self.text)
        if at_block and not self.in_pre:
            text = text.rstrip()
        if not self.in_pre and (not self.pieces or self.pieces[-1].endswith("|")):
            text = text.lstrip()
        if text:
            self.pieces.append(html.escape(text))
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        block = tag in _BLOCKS
        self.flush(block)
        kept = sorted((name, value or "") for name, value in attrs if name not in _HOOKS)
        words = "".join(f' {name}="{html.escape(value)}"' for name, value in kept)
        self.pieces.append(f"<{tag}{words}>{'|' if block or tag == 'br' else ''}")
        self.in_pre += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.flush(tag in _BLOCKS)
        self.in_pre -= tag == "pre"
        self.pieces.append(f"</{tag}>{'|' if tag in _BLOCKS else ''}")

    def handle_data(self, data: str) -> None:
        self.text += data


def canonical(text: str) -> str:
    parser = _Canonical()
    parser.feed(text)
    parser.close()
    parser.flush(True)
    return "".join(parser.pieces)


def as_edition(expected: str) -> str:
    """What the specification expects, with the two things that an edition has elsewhere: the first heading is the
    title's, so that those of the text begin at the second level and skip none; an image that stands alone is a
    figure."""
    under: list[int] = []

    def heading(found: re.Match[str]) -> str:
        level = max(int(found[2]), 2)
        if not found[1]:
            while under and under[-1] >= level:
                under.pop()
            under.append(level)
        return f"<{found[1]}h{min(len(under) + 1, 6)}>"

    def figure(found: re.Match[str]) -> str:
        caption = f"<figcaption>{found[2]}</figcaption>" if found[2] else ""
        return f"<figure>{found[1]}>{caption}</figure>"

    expected = re.sub(r"<(/?)h([1-6])>", heading, expected)
    return re.sub(r'<p>(<img [^>]*?)(?: title="([^"]*)")? />\s*</p>', figure, expected)


def examples(node_modules: Path) -> list[tuple[str, str]]:
    specification = (node_modules / "commonmark-spec" / "spec.txt").read_text("utf-8")
    found = [(m["markdown"].replace("→", "\t"), m["html"].replace("→", "\t")) for m in _EXAMPLE.finditer(specification)]
    assert len(found) > 600, "the specification's file has another form than expected"
    return found


def body_of(source: str) -> str:
    data = f"---\ntitle: T\n---\n{source}".encode()
    document = markdown.read(Part("markdown", "v", "d1", "content/v/d1.md", data)).document
    assert document is not None
    of = facts.of(document, b"")
    at_hand = {image.id: image.id for image in of.images}
    return render(document, Around(images=tuple(at_hand.items())), MESSAGES).body


def test_every_example_is_equal_or_a_named_departure(node_modules: Path) -> None:
    different = set()
    for number, (source, expected) in enumerate(examples(node_modules), 1):
        if canonical(body_of(source)) != canonical(as_edition(expected)):
            different.add(number)
    named = set().union(*DEPARTURES.values())
    assert sum(map(len, DEPARTURES.values())) == len(named), "an example stands under two names"
    assert different - named == set(), "examples that differ and are not named"
    assert named - different == set(), "departures that are none any more"


if __name__ == "__main__":
    import sys

    for number, (source, expected) in enumerate(examples(Path(sys.argv[1])), 1):
        ours = canonical(body_of(source))
        if ours != canonical(as_edition(expected)) and not any(number in n for n in DEPARTURES.values()):
            print(f"=== {number}\n{source}--- expected\n{canonical(as_edition(expected))}\n--- ours\n{ours}")
