"""The theme: Jinja templates, messages and assets, of which an edition may override any file by its own.

A page's key holds the digest of its *template closure*: the template and all it extends, includes or imports,
through all levels, together with the names that were looked for in the edition first and not found. So an
override that appears or goes, or a change in the deepest macro, re-renders just the pages that use it.

A template is read once in a build: pages are rendered from the very text that the closure's digest is of.
"""

from __future__ import annotations

import re
import tomllib
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
from jinja2 import nodes

from generator import digest, directions, files, urls
from generator.diagnostics import Diagnostic, EditionError, Rule, Span, diagnostic, did_you_mean

PACKAGE = Path(__file__).parent

_WHERE = "<template {}>"
"""The name under which Python knows a template's code, in the frames of an error."""


class TemplateFault(Exception):
    """A template cannot be used. Carries the diagnostic."""

    def __init__(self, found: Diagnostic) -> None:
        super().__init__(str(found))
        self.diagnostic = found


def home() -> Path:
    """Return the folder that holds the default theme's ``templates`` and ``assets``: inside an installed
    package, or the top of a checkout."""
    packed = PACKAGE / "_theme"
    return packed if packed.is_dir() else PACKAGE.parent


class Theme:
    """The templates of an edition: its own before the default ones. ``sources`` holds the text of those that were
    needed so far, by name; ``diagnostics`` what is wrong with the edition's own files."""

    def __init__(self, edition: Path) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, str] = {}
        self._places = [(edition, _own(edition, "templates", self.diagnostics))]
        if edition.resolve() != home().resolve():
            self._places.append((home(), _default("templates")))
        self._environment = _environment({})
        self._closures: dict[str, bytes] = {}
        self._references: dict[str, tuple[list[tuple[str, bool, int]], tuple[bool, ...], bytes]] = {}

    def closure(self, template: str) -> bytes:
        """Return the digest of everything that decides how ``template`` renders. Raises TemplateFault for a
        missing template, an error of syntax, an include that is not written out, or a cycle."""
        if template not in self._closures:
            seen: dict[str, Any] = {}
            self._close(template, seen, (), None)
            self._closures[template] = digest.of(seen)
        return self._closures[template]

    def _close(self, name: str, seen: dict[str, Any], path: tuple[str, ...], caller: tuple[str, int] | None) -> None:
        if name in path:
            chain = " → ".join([*path[path.index(name) :], name])
            raise self._fault(caller or (name, 1), f"the templates include each other in a circle: {chain}", "Take one of these includes out.")  # fmt: skip
        if name in seen:
            return
        if name not in self._references:
            self._references[name] = self._read(name, caller)
        references, looked_for, content = self._references[name]
        seen[name] = (looked_for, content)
        for other, optional, line in references:
            if optional and not any(other in names for _, names in self._places):
                seen[other] = False
                continue
            self._close(other, seen, (*path, name), (name, line))

    def _read(self, name: str, caller: tuple[str, int] | None) -> tuple[list[tuple[str, bool, int]], tuple[bool, ...], bytes]:  # fmt: skip
        looked_for = tuple(name in names for _, names in self._places)
        if not any(looked_for):
            known = {known for _, names in self._places for known in names}
            raise self._fault(caller or (name, 0), f'there is no template "{name}"', did_you_mean(name, known))
        file = f"templates/{name}"
        source = files.read(self._places[looked_for.index(True)][0], file)
        text = source if isinstance(source, Diagnostic) else files.decode(file, source)
        if isinstance(source, Diagnostic) or isinstance(text, Diagnostic):
            assert isinstance(text, Diagnostic)
            raise TemplateFault(text)
        self.sources[name] = text
        try:
            tree = self._environment.parse(text, name)
        except jinja2.TemplateSyntaxError as error:
            raise self._fault((error.name or name, error.lineno), error.message or "syntax error", "") from None
        except RecursionError:
            raise self._fault((name, 1), "the template is nested too deeply", "") from None
        references: list[tuple[str, bool, int]] = []
        for node in tree.find_all((nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include)):
            optional = isinstance(node, nodes.Include) and node.ignore_missing
            values: Any = node.template  # type: ignore[attr-defined]
            if isinstance(values, nodes.Const):
                named = [values.value] if isinstance(values.value, str) else list(values.value)
            elif isinstance(values, (nodes.Tuple, nodes.List)) and all(isinstance(i, nodes.Const) for i in values.items):  # fmt: skip
                named = [i.value for i in values.items if isinstance(i, nodes.Const)]
            else:
                raise self._fault(
                    (name, node.lineno),
                    "a template may only include, import or extend a name that is written out",
                    'Write {% include "name.html" %}, with an {% if %} around it if need be.',
                )
            references += [(other, optional or len(named) > 1, node.lineno) for other in named]
        return references, looked_for, digest.of_bytes(source)

    def messages(self, language: str) -> dict[str, str]:
        """Return the interface's words in ``language``, English where a word is missing, and under ``direction`` which way
        it is written. Raises EditionError with all that is wrong in the edition's own files of words."""
        found: list[Diagnostic] = []
        english: dict[str, str] = {}
        out: dict[str, str] = {}
        for name in dict.fromkeys(("en", language.partition("-")[0], language)):
            file = f"messages/{name}.toml"
            for root, names in reversed(self._places):
                if file in names:
                    words = _messages(root, f"templates/{file}", english, found)
                    out |= words
                    english = english or words
        if found:
            raise EditionError(*found)
        return {"direction": directions.of(language), **out}

    def _fault(self, at: tuple[str, int], message: str, hint: str) -> TemplateFault:
        return _fault(self.sources, at, message, hint)


class Templates:
    """Templates given by name and text, ready to render."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._environment = _environment(sources)

    def render(self, template: str, path: str, absolute: str, data: Mapping[str, Any]) -> bytes:
        """Return the page at ``path``. Templates see ``data``, ``page_path``, ``root`` and ``href(path, anchor)``.
        If ``absolute`` is given (``/base/``), links begin with it instead of being relative. Raises TemplateFault."""
        href: Callable[..., str] = partial(_absolute, absolute) if absolute else partial(urls.relative, path)
        root = absolute or urls.root(path)
        try:
            page = self._environment.get_template(template).render(data, page_path=path, root=root, href=href)
            return page.encode("utf-8")
        except jinja2.TemplateSyntaxError as error:
            at = (error.name or template, error.lineno)
            raise _fault(self._sources, at, error.message or "syntax error", "") from None
        except Exception as error:  # a template may fail in any way its author can think of
            names = {_WHERE.format(name): name for name in self._sources}
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in names]
            at = (names[frames[-1].filename], frames[-1].lineno or 1) if frames else (template, 1)
            message = str(error) or type(error).__name__
            raise _fault(self._sources, at, message, f"while rendering {path}") from None


def fingerprint(edition: Path) -> bytes:
    """Return the digest of all templates and words, the edition's and the default ones."""
    places = [(edition, _own(edition, "templates", []))]
    if edition.resolve() != home().resolve():
        places.append((home(), _default("templates")))
    read = [(name, files.read(root, f"templates/{name}")) for root, names in places for name in names]
    return digest.of([(name, data if isinstance(data, bytes) else str(data)) for name, data in read])


def assets(edition: Path, found: list[Diagnostic]) -> dict[str, Path]:
    """Return the folder above ``assets/`` from which each file there comes, by the file's path from ``assets`` on: the
    default theme's, overridden by the edition's. What cannot be published is told in ``found``."""
    own = dict.fromkeys((f"assets/{name}" for name in _own(edition, "assets", found)), edition)
    if edition.resolve() == home().resolve():
        return own
    return dict.fromkeys((f"assets/{name}" for name in _default("assets")), home()) | own


def _own(edition: Path, folder: str, found: list[Diagnostic]) -> list[str]:
    """The names of the edition's files in ``folder``, which need not be there."""
    if not (edition / folder).is_symlink() and not (edition / folder).exists():
        return []
    return [entry.path.removeprefix(f"{folder}/") for entry in files.walk(edition, folder, found)]


def _default(folder: str) -> list[str]:
    """The names of the default theme's files, which an installer may have put there as links."""
    inside = [p.relative_to(home() / folder) for p in sorted((home() / folder).rglob("*")) if p.is_file()]
    return [p.as_posix() for p in inside if not any(part.startswith(".") for part in p.parts)]


class _Context(jinja2.runtime.Context):
    """What a template sees. Functions and macros are called as they are, since none that a page is given asks for more
    than its arguments."""

    def call(self, function: Callable[..., Any], /, *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **named: Any) -> Any:  # fmt: skip
        return function(*args, **named)


class _Environment(jinja2.Environment):
    """Templates that do not change while pages are made of them, and are given plain dictionaries. This takes the long
    ways out of what every page does some hundred times."""

    context_class = _Context

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._loaded: dict[str, jinja2.Template] = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The name after a dot is looked for among the keys first: looking for an attribute of Python's fails slowly."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def get_template(
        self, name: str | jinja2.Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> jinja2.Template:
        if not isinstance(name, str) or globals:
            return super().get_template(name, parent, globals)
        if name not in self._loaded:
            self._loaded[name] = super().get_template(name, parent)
        return self._loaded[name]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def _environment(sources: Mapping[str, str]) -> jinja2.Environment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        return (sources[name], _WHERE.format(name), lambda: True) if name in sources else None

    environment = _Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    # The same input gives the same page.
    del environment.filters["random"], environment.globals["lipsum"]
    return environment


def _messages(root: Path, file: str, english: Mapping[str, str], found: list[Diagnostic]) -> dict[str, str]:
    """The words in ``file``, measured by the ``english`` ones (none: these are they)."""
    data = files.read(root, file)
    text = data if isinstance(data, Diagnostic) else files.decode(file, data)
    if isinstance(text, Diagnostic):
        found.append(text)
        return {}
    try:
        given = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        span = Span(file, *map(int, place.groups())) if place else Span(file, text.count("\n") + 1, 1)
        message = re.sub(r" \(at .*\)$", "", str(error))
        found.append(diagnostic(Rule.TOML, message, span, hint='Words are written key = "text".', text=text))
        return {}
    out = {}
    for key, value in given.items():
        if wrong := _wrong_message(key, value, english.get(key)):
            at = re.search(rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(key)}\b", text, re.MULTILINE)
            span = Span(file, text.count("\n", 0, at.start()) + 1 if at else 1, 1)
            found.append(diagnostic(Rule.WRONG_VALUE, wrong[0], span, hint=wrong[1], text=text))
        else:
            out[key] = value
    return out


_WORDS = {"months": 12, "months_short": 12, "weekdays": 7, "weekdays_short": 7}
"""Messages that are lists of words, and how many."""


def _wrong_message(key: str, value: object, english: str | None) -> tuple[str, str] | None:
    """What is wrong with a word of the interface, and what to do; None if it is right."""
    if not isinstance(value, str):
        return f'"{key}" must be text', f'For example: {key} = "{english or "text"}"'
    if key in _WORDS and len(value.split()) != _WORDS[key]:
        return f'"{key}" must be {_WORDS[key]} words, and is {len(value.split())}', f"Write them in order, with a space between them. In English: {english}"  # fmt: skip
    if key == "week_begins" and value not in tuple("1234567"):
        return f'"{key}" must be a number from 1 to 7, and is {value}', "1 is Monday, 7 is Sunday."
    wanted, given = (set(re.findall(r"\{\w+\}", words)) for words in (english or value, value))
    if missing := sorted(wanted - given):
        return f'"{key}" does not say where {" and ".join(missing)} comes', f"In English it is: {english}"
    if more := sorted(given - wanted):
        return f'"{key}" holds {" and ".join(more)}, which nothing fills in', f"In English it is: {english}"
    return None


def _fault(sources: Mapping[str, str], at: tuple[str, int], message: str, hint: str) -> TemplateFault:
    name, line = at
    text = sources.get(name, "")
    column = 1
    lines = text.splitlines()
    if 0 < line <= len(lines):
        column = len(lines[line - 1]) - len(lines[line - 1].lstrip()) + 1
    span = Span(f"templates/{name}", line, column if line else 0)
    return TemplateFault(diagnostic(Rule.TEMPLATE, message, span, hint=hint, text=text))


def _absolute(base: str, path: str, anchor: str = "") -> str:
    return base + urls.address(path) + (f"#{anchor}" if anchor else "")
