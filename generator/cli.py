"""The command line: reads the words, calls one function, prints what came of it.

Exit codes: 0 done, 1 the edition has errors, 2 wrong use.
"""

from __future__ import annotations

import functools
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from generator import build as building
from generator import config, scaffold, workers
from generator.config import FORMATS
from generator.diagnostics import Diagnostic, EditionError, Rule, Severity, visible
from generator.report import as_json

if TYPE_CHECKING:  # other commands start faster without
    from generator.changes import Watcher
    from generator.watch import Builder, Outcome

DONE, ERRORS = 0, 1

ALIASES = {"markdown": "md", "text": "txt", "tei": "xml", "bibtex": "bib", "csl": "csl.json"}
"""Names of formats, for those that are not known by the end of a file's name."""

P = ParamSpec("P")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="documentary-edition", prog_name="edition")
def main() -> None:
    """Turn a folder of transcripts into the website of a documentary edition."""


def _edition_options(command: click.decorators.FC) -> click.decorators.FC:
    """The options that every command about an edition takes."""
    folder = click.Path(file_okay=False, path_type=Path)
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Print errors and warnings only."),
        click.option("--output", type=folder, help="Where the site goes (default: site/ in the edition)."),
        click.option("--edition", type=folder, default=Path(), help="The edition's folder (default: here)."),
    ):
        command = option(command)
    return command


def _ends_with_a_message(command: Callable[P, None]) -> Callable[P, None]:
    """Whatever happens in ``command``, the user is told in words; a traceback goes into a file."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except EditionError as error:
            _show(error.diagnostics)
            sys.exit(ERRORS)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click's own ways to end
        except Exception as error:
            edition = kwargs.get("edition")
            _tell_of_crash(error, edition if isinstance(edition, Path) else None)
            sys.exit(ERRORS)

    return guarded


def _tell_of_crash(error: Exception, edition: Path | None) -> None:
    click.echo(visible(f"The program failed: {type(error).__name__}: {error}"), err=True)
    log = "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace")
    try:
        if edition and (edition / building.STATE).is_dir():
            file = edition / building.STATE / "crash.txt"
            file.write_bytes(log)
        else:
            with tempfile.NamedTemporaryFile(prefix="edition-crash-", suffix=".txt", delete=False) as made:
                made.write(log)
            file = Path(made.name)
    except OSError:
        click.echo("This should not happen. Please report it.", err=True)
        return
    click.echo(f"This should not happen. Please report it, and send {_shown(file)} along.", err=True)


def _base_url(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else config.base_url(value)
    except ValueError as error:
        raise click.BadParameter(visible(str(error)), context, parameter) from None


@main.command()
@_edition_options
@click.option("--strict", is_flag=True, help="End with exit code 1 if there are warnings, too.")
@click.option("--clean", is_flag=True, help="Forget what is remembered and make every page anew.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use (default: one for each processor).")
@click.option("--base-url", callback=_base_url, help="The site's public address, instead of that in edition.toml.")
@click.option("--notes", is_flag=True, help="Show notes, too: references found in prose that lead nowhere.")
@click.option("--explain", metavar="PATH", default="", help="Say why the page at PATH is made anew or kept.")
@click.option("--report", "told", type=click.Path(dir_okay=False, path_type=Path), help="Write what was made, kept and removed, why, and how long it took, as JSON to FILE.", metavar="FILE")  # fmt: skip
@_ends_with_a_message
def build(edition: Path, output: Path | None, quiet: bool, strict: bool, clean: bool, jobs: int | None, base_url: str | None, notes: bool, explain: str, told: Path | None) -> None:  # fmt: skip
    """Build the site of the edition; pages that would come out the same are left alone."""
    out = Console(highlight=False, soft_wrap=True, quiet=quiet)
    target = output or edition / "site"
    options = building.Options(edition, target, jobs or 0, clean, base_url, explain, reasons=told is not None)
    with _Bars(out) as bars:
        report = building.build(options, progress=bars.show)
    if told:
        _write_report(told, report)
    _show([d for d in report.diagnostics if notes or d.severity != Severity.NOTE])
    for line in report.notices:
        out.print(line, markup=False)
    for line in report.explanation:
        click.echo(line)
    out.print(_summary(report), markup=False)
    if not report.errors:
        out.print(f"To look at it, open {_shown(target / 'index.html')} in a browser.", markup=False)
    sys.exit(ERRORS if report.errors or (strict and report.warnings) else DONE)


def _write_report(file: Path, report: building.Report) -> None:
    try:
        file.write_bytes(as_json(report))
    except OSError as error:
        raise click.FileError(visible(str(file)), error.strerror) from None


def _watching_options(command: click.decorators.FC) -> click.decorators.FC:
    """The options of the commands that build again and again."""
    for option in (
        click.option("--base-url", callback=_base_url, help="The site's public address, if not that in edition.toml."),
        click.option("--jobs", type=click.IntRange(1), help="Processes to use (default: one for each processor)."),
        click.option("--poll", is_flag=True, help="Look at the files every second, for folders that tell of nothing."),
    ):
        command = option(command)
    return _edition_options(command)


@main.command()
@_watching_options
@_ends_with_a_message
def watch(edition: Path, output: Path | None, quiet: bool, poll: bool, jobs: int | None, base_url: str | None) -> None:
    """Build the site, and again whenever something in the edition changes, until Ctrl-C."""
    from generator import watch as watching

    options = building.Options(edition, output or edition / "site", jobs or 0, base_url=base_url)

    def run(build: Builder, watcher: Watcher, tell: Callable[[Outcome], None], out: Console) -> None:
        out.print("Watching the edition; press Ctrl-C to end.", markup=False)
        watching.watch(build, watcher, tell)

    _keep_building(options, quiet, poll, run)


def _editor(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    if value is None:
        return ""
    from generator import preview

    address = preview.EDITORS.get(value, value)
    if not preview.is_editor(address):
        names = ", ".join(preview.EDITORS)
        raise click.BadParameter(f"give one of {names}, or an address such as vscode://file/{{path}}:{{line}}:{{column}}", context, parameter)  # fmt: skip
    return address


@main.command()
@_watching_options
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Where to serve; if it is taken, the next one that is free.")  # fmt: skip
@click.option("--open", "show", is_flag=True, help="Open the site in the browser.")
@click.option("--editor", callback=_editor, metavar="NAME", help="The editor that links of messages open: vscode, vscodium, idea, textmate, or an address.")  # fmt: skip
@click.option("--no-drafts", is_flag=True, help="Leave out documents with the status draft, as in the published site.")
@_ends_with_a_message
def serve(edition: Path, output: Path | None, quiet: bool, poll: bool, jobs: int | None, base_url: str | None, port: int, show: bool, editor: str, no_drafts: bool) -> None:  # fmt: skip
    """Show the site in the browser and bring it up to date with every change, until Ctrl-C."""
    from generator import preview

    target = output or edition / building.PREVIEW
    options = building.Options(edition, target, jobs or 0, base_url=base_url, drafts=not no_drafts, classic=False)

    def run(build: Builder, watcher: Watcher, tell: Callable[[Outcome], None], out: Console) -> None:
        def ready(address: str) -> None:
            click.echo(f"The site is at {address} ; press Ctrl-C to end.")
            if show:
                click.launch(address)

        try:
            at = preview.listening(port)
        except preview.NoPort as error:
            raise click.ClickException(str(error)) from None
        if (given := at.getsockname()[1]) != port:
            click.echo(f"Port {port} is taken, so it is {given}.")
        board = preview.Board(edition, preview.Site(target), editor)
        preview.serve(build, watcher, board, at, tell, ready, base_url)

    _keep_building(options, quiet, poll, run)


def _keep_building(
    options: building.Options,
    quiet: bool,
    poll: bool,
    run: Callable[[Builder, Watcher, Callable[[Outcome], None], Console], None],
) -> None:
    """Call ``run`` with what it takes to build whenever something changes, and end quietly at Ctrl-C."""
    from generator import changes
    from generator import watch as watching

    try:
        config.read_edition(options.edition)
    except EditionError as error:
        if any(d.rule == Rule.NO_EDITION.id for d in error.diagnostics):
            raise  # any other fault can be mended while it is being watched

    out = Console(highlight=False, soft_wrap=True, quiet=quiet)
    with watching.interruptible(), ExitStack() as first:
        bars: _Bars | None = first.enter_context(_Bars(out))

        def progress(stage: str, done: int, total: int) -> None:
            if bars:
                bars.show(stage, done, total)

        def tell(outcome: Outcome) -> None:
            nonlocal bars
            bars = None
            first.close()
            _show(outcome.new)
            for found in outcome.gone:
                out.print(visible(f"no longer: {found.span}: {found.rule}: {found.message}"), markup=False)
            for line in outcome.report.notices if outcome.report else ():
                out.print(visible(line), markup=False)
            out.print(watching.line(outcome), markup=False)

        session = building.Session(options, progress=progress)
        watcher = changes.Watcher(options.edition.resolve(), lambda line: click.echo(visible(line), err=True), poll)
        try:
            with watcher, closing(session):
                run(session.build, watcher, tell, out)
        except KeyboardInterrupt:
            out.print("Ended.", markup=False)


@main.command()
@click.option("--edition", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The edition's folder (default: here).")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For a reader, or for a program.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="List the references that lead somewhere, too.")
@click.option("--strict", is_flag=True, help="End with exit code 1 if there are warnings, too.")
@_ends_with_a_message
def check(edition: Path, form: str, everything: bool, strict: bool) -> None:
    """Say what is wrong with the edition and where its references lead; write no page."""
    from generator import check as checking  # loaded here: no other command needs it

    try:
        with _Bars(Console(stderr=True, highlight=False, soft_wrap=True)) as bars:
            survey = building.survey(building.Options(edition, edition / "site"), progress=bars.show)
        checked = checking.check(survey)
        for line in survey.notices:
            click.echo(visible(line), err=True)
    except EditionError as error:
        if form == "text":
            raise
        checked = checking.Checked(tuple(error.diagnostics), ())
    if form == "json":
        click.echo(checking.as_json(checked))
    else:
        _show(checked.diagnostics, stderr=False)
        click.echo(checking.as_text(checked, everything))
    weights = {d.severity for d in checked.diagnostics}
    sys.exit(ERRORS if Severity.ERROR in weights or (strict and Severity.WARNING in weights) else DONE)


@main.command()
@click.argument("format", type=click.Choice([*FORMATS, *ALIASES]))
@_edition_options
@click.option("--volume", default="", metavar="ID", help="Of this volume only.")
@click.option("--document", default="", metavar="ID", help="This document only.")
@click.option("--force", is_flag=True, help="Write over files that say something else.")
@_ends_with_a_message
def export(
    format: str, edition: Path, output: Path | None, quiet: bool, volume: str, document: str, force: bool
) -> None:
    """Write all documents as files of FORMAT into a folder (default: export/ in the edition)."""
    out = Console(highlight=False, soft_wrap=True, quiet=quiet)
    target = output or edition / "export"
    wanted = building.Wanted(ALIASES.get(format, format), volume, document, force)
    try:
        with _Bars(out) as bars:
            done = building.export(building.Options(edition, target), wanted, progress=bars.show)
    except ValueError as error:
        raise click.UsageError(visible(str(error))) from None
    _show(done.diagnostics)
    for line in done.notices:
        out.print(line, markup=False)
    if done.kept:
        few = ", ".join(done.kept[:3]) + (", …" if len(done.kept) > 3 else "")
        click.echo(visible(f"{_count(len(done.kept), 'file')} left alone, since something else stands there ({few}); --force writes over them."), err=True)  # fmt: skip
    out.print(f"{_count(len(done.files), 'file')} in {_shown(target)}, {len(done.written)} of them new or changed.", markup=False)  # fmt: skip
    sys.exit(ERRORS if done.diagnostics or done.kept else DONE)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="", help="The edition's title.")
@_ends_with_a_message
def new(folder: Path, title: str) -> None:
    """Make a small edition in FOLDER, to begin with."""
    files = scaffold.create(folder, title)
    click.echo(f"Made a new edition in {_shown(folder)}:")
    for file in files:
        click.echo(f"  {file}")
    click.echo("Next:")
    click.echo(f"  cd {_shown(folder)}")
    click.echo("  edition build")


@main.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edition", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The edition's folder (default: here).")  # fmt: skip
@click.option("--volume", required=True, metavar="ID", help="The volume to put the documents into; made if it is new.")
@click.option("--id", default="", help="The document's id, instead of one from its number.")
@click.option("--force", is_flag=True, help="Overwrite documents even where an editor has changed them.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--to", type=click.Choice(["markdown"]), default="markdown", help="What documents are made: Markdown.")
@_ends_with_a_message
def import_(files: tuple[Path, ...], edition: Path, volume: str, id: str, force: bool, dry_run: bool, to: str) -> None:
    """Make documents of plain transcripts (.txt), Word files (.docx, with pandoc) and TEI (.xml: documents and
    whole volumes)."""
    from generator import importer  # loaded here: its readers would slow down the start of every build

    report = importer.import_files(edition, files, volume, id=id, force=force, dry_run=dry_run)
    for imported in report.files:
        click.echo(str(imported))
        # The documents of a whole volume would bury what is said of them.
        if dry_run and imported.text and len(report.files) == len(files):
            click.echo(imported.text)
    _show(report.diagnostics)
    for line in report.notices:
        click.echo(line)
    sys.exit(ERRORS if report.errors else DONE)


def _summary(report: building.Report) -> str:
    seconds = sum(report.seconds.values())
    files = f"{_count(len(report.rendered), 'file')} made anew, {len(report.written)} changed, {len(report.removed)} removed"
    count = len(report.diagnostics) - report.errors - report.warnings
    more = f", {_count(count, 'note')} (--notes shows them)" if count else ""
    state = f"{_count(report.errors, 'error')}, {_count(report.warnings, 'warning')}{more}"
    what = f"{_count(report.documents, 'document')} in {_count(report.volumes, 'volume')}"
    return f"{what}, {_count(report.pages, 'page')}; {files}; {state}; {seconds:.1f} s."


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _show(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic], stderr: bool = True) -> None:
    """Print messages, with colour on a terminal only, and where they do not mix with the output unless they are it."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    style = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
    for found in diagnostics:
        headline, *rest = str(found).splitlines()
        console.print(headline, style=style[found.severity], markup=False)
        for line in rest:
            console.print(line, markup=False)


class _Bars:
    """Progress: bars on a terminal, a line a stage elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.bars = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True)  # fmt: skip
        self.tasks: dict[str, object] = {}

    def __enter__(self) -> _Bars:
        if self.console.is_terminal:
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.bars.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        if not self.console.is_terminal:
            if done == total and total > workers.INLINE:
                self.console.print(f"{stage}: {total}", markup=False)
            return
        if stage not in self.tasks:
            self.tasks[stage] = self.bars.add_task(stage, total=total)
        self.bars.update(self.tasks[stage], completed=done)  # type: ignore[arg-type]
