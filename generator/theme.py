"""The theme: Jinja templates, messages and assets, of which an edition may override any file by its own.

A page's key holds the digest of its *template closure*: the template and all it extends, includes or imports,
through all levels, together with the names that were looked for in the edition first and not found. So an
override that appears or goes, or a change in the deepest macro, re-renders just the pages that use it.
"""

from __future__ import annotations

import tomllib
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
from jinja2 import nodes

from generator import digest, urls
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic, did_you_mean

PACKAGE = Path(__file__).parent


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
    """The templates of an edition: its own before the default ones."""

    def __init__(self, edition: Path) -> None:
        own = edition / "templates"
        default = home() / "templates"
        self.folders = [own, default] if own.resolve() != default.resolve() else [default]
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([str(f) for f in self.folders]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
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
            if optional and not any((folder / other).is_file() for folder in self.folders):
                seen[other] = False
                continue
            self._close(other, seen, (*path, name), (name, line))

    def _read(self, name: str, caller: tuple[str, int] | None) -> tuple[list[tuple[str, bool, int]], tuple[bool, ...], bytes]:  # fmt: skip
        looked_for = tuple((folder / name).is_file() for folder in self.folders)
        if not any(looked_for):
            known = {p.relative_to(f).as_posix() for f in self.folders for p in f.rglob("*") if p.is_file()}
            raise self._fault(caller or (name, 0), f'there is no template "{name}"', did_you_mean(name, known))
        source = (self.folders[looked_for.index(True)] / name).read_bytes()
        try:
            tree = self._environment.parse(source.decode("utf-8"), name)
        except jinja2.TemplateSyntaxError as error:
            raise self._fault((error.name or name, error.lineno), error.message or "syntax error", "") from None
        except UnicodeDecodeError:
            raise self._fault((name, 1), "the template is not UTF-8 text", "Save it as UTF-8.") from None
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

    def render(self, template: str, path: str, absolute: str, data: Mapping[str, Any]) -> bytes:
        """Return the page at ``path``. Templates see ``data``, ``page_path``, ``root`` and ``href(path, anchor)``.
        If ``absolute`` is given (``/base/``), links begin with it instead of being relative. Raises TemplateFault."""
        href: Callable[..., str] = partial(_absolute, absolute) if absolute else partial(urls.relative, path)
        root = absolute or urls.root(path)
        try:
            page = self._environment.get_template(template).render(data, page_path=path, root=root, href=href)
        except jinja2.TemplateSyntaxError as error:
            raise self._fault((error.name or template, error.lineno), error.message or "syntax error", "") from None
        except Exception as error:  # a template may fail in any way its author can think of
            at = [f for f in traceback.extract_tb(error.__traceback__) if any(f.filename.startswith(str(d)) for d in self.folders)]  # fmt: skip
            name = Path(at[-1].filename).name if at else template
            line = (at[-1].lineno or 1) if at else 1
            raise self._fault((name, line), f"{error}", f"while rendering {path}") from None
        return page.encode("utf-8")

    def messages(self, language: str) -> dict[str, str]:
        """Return the interface's words in ``language``, English where a word is missing."""
        out: dict[str, str] = {}
        for name in ("en", language.partition("-")[0], language):
            for folder in reversed(self.folders):
                file = folder / "messages" / f"{name}.toml"
                if file.is_file():
                    out.update(tomllib.loads(file.read_text(encoding="utf-8")))
        return out

    def _fault(self, at: tuple[str, int], message: str, hint: str) -> TemplateFault:
        name, line = at
        text = ""
        for folder in self.folders:
            if (folder / name).is_file():
                text = (folder / name).read_text(encoding="utf-8", errors="replace")
                break
        column = 1
        lines = text.splitlines()
        if 0 < line <= len(lines):
            column = len(lines[line - 1]) - len(lines[line - 1].lstrip()) + 1
        span = Span(f"templates/{name}", line, column if line else 0)
        return TemplateFault(diagnostic(Rule.TEMPLATE, message, span, hint=hint, text=text))


def assets(edition: Path) -> dict[str, Path]:
    """Return the files of ``assets/`` by their path below it: the default theme's, overridden by the edition's."""
    out: dict[str, Path] = {}
    for folder in (home() / "assets", edition / "assets"):
        if folder.is_dir():
            for file in sorted(folder.rglob("*")):
                if file.is_file() and not any(p.startswith(".") for p in file.relative_to(folder).parts):
                    out[file.relative_to(folder).as_posix()] = file
    return out


def _absolute(base: str, path: str, anchor: str = "") -> str:
    return base + urls.address(path) + (f"#{anchor}" if anchor else "")
