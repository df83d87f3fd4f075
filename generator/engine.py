"""The digest of the program: a new one makes everything anew."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from functools import cache
from pathlib import Path

import yaml
from lxml import etree

from generator import digest

_LIBRARIES = tuple("click filelock jinja2 lunr lxml markdown-it-py mdit-py-plugins msgspec pillow PyYAML rich".split())
"""What the program requires, for where it is not installed and cannot be asked."""

_APART = {"starlette", "uvicorn", "watchdog"}
"""What it requires beside that for watching and looking, which makes no byte of the site."""


@cache
def engine() -> bytes:
    """The digest of everything that turns sources into bytes: our own code and the versions of what it runs on."""
    try:
        required = importlib.metadata.requires("documentary-edition") or []
    except importlib.metadata.PackageNotFoundError:  # run from a checkout without being installed
        required = []
    named = {re.split(r"[^A-Za-z0-9._-]", line)[0] for line in required if "extra ==" not in line}
    # What these stand on decides bytes, too.
    libraries = sorted({*(named - _APART or _LIBRARIES), "markupsafe", "mdurl"}, key=str.lower)
    versions = [(name, importlib.metadata.version(name)) for name in libraries]
    versions += [("libxml2", ".".join(map(str, etree.LIBXML_VERSION))), ("libyaml", str(yaml.__with_libyaml__))]
    code = digest.of_tree(Path(__file__).parent, (".py",))
    return digest.of(code, versions, platform.python_version())
