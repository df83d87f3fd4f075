"""A small edition to begin with: what ``edition new`` writes."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from generator.config import EDITION_FILE
from generator.diagnostics import EditionError, Rule, Span, diagnostic

_FILES = {
    EDITION_FILE: """\
# What holds for the whole edition. Lines that begin with # are notes to yourself.
title = {title}
language = "en"
# The public address, once there is one:
# base_url = "https://example.org/edition/"
""",
    "content/letters/volume.toml": """\
title = "Letters"
# editors = ["Your Name"]
# year = "2026"
""",
    "content/letters/d1.md": """\
---
title: "Letter From a Traveller to Her Brother[^1]"
number: "1"
date: 1953-10-07
dateline: "[Geneva,] October 7, 1953"
kind: letter
from: A Traveller
to: Her Brother
first_page: "11"
---

{.salute}
Dear brother,

This is where the text of your first document goes: paste it, and leave an empty line between paragraphs.
Where the printed volume begins a new page, write its number in brackets, even in the middle of a [Page 12]
sentence.

A note is referred to like this,[^2] and another document like this: [[d2]].

{.signed}
Your sister

[^1]: The text of a note stands at the end of the file. This one belongs to the title.

[^2]: The answer is [[d2]]; its page is [[p. 13]].
""",
    "content/letters/d2.md": """\
---
title: "Letter From the Brother"
number: "2"
date: 1953-10-12
kind: letter
from: Her Brother
to: A Traveller
---

[Page 13]

1. A line that begins with a number keeps it, as it was printed.

2. Your letter ([[d1#fn2]]) arrived today.[^*]

[^*]: A note can carry any label that the volume prints.
""",
    "content/pages/about.md": """\
---
title: About this edition
---

Say here who made the edition, from which originals, and how the texts were established.
""",
    ".gitignore": """\
.edition/
site/
""",
}


def create(folder: Path, title: str) -> list[str]:
    """Write a new edition into ``folder``, which must be empty or not there; return the files' names.

    Raises EditionError if something stands there already, or the folder cannot be written.
    """
    given = title or folder.resolve().name.replace("-", " ").capitalize()
    # A title is one line, and JSON's escapes for controls are not all TOML's.
    name = msgspec.json.encode(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", given).split())).decode()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            hint = "Name a new folder: nothing that is there already is ever overwritten."
            raise EditionError(diagnostic(Rule.NO_EDITION, "the folder is not empty", Span(str(folder)), hint=hint))
        for path, text in _FILES.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text.replace("{title}", name), encoding="utf-8")
    except OSError as error:
        message = f"the folder cannot be written: {error.strerror}"
        raise EditionError(diagnostic(Rule.OUTPUT, message, Span(str(folder)))) from None
    return list(_FILES)
