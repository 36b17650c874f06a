"""The process that analyses: jobs come in on standard input, answers go out on what was standard output.

It is a process of its own, so that the server answers while it works, and so that work that nobody wants any more, or
that does not end, can be ended. What a job and an answer are is said here too; both sides are this one program.
"""

from __future__ import annotations

import gc
import os
import pickle
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from goleaklint import accepted, config, driver
from goleaklint.catalog import Catalog, CatalogError
from goleaklint.config import Config, ConfigError
from goleaklint.filters.baseline import BaselineError
from goleaklint.lsp.positions import Place, Text
from goleaklint.model import Diagnostic, Finding, Rule, Span
from goleaklint.results import load_catalog

LENGTH = struct.Struct("!Q")
"""Each job and each answer is preceded by the number of its bytes."""

# A first run imports what every other needs, and fills the tables of the grammar.
_FIRST = b"package p\n\nfunc f(c chan int) {\n\tgo func() { c <- 1 }()\n\tselect {}\n}\n"


class Settings(NamedTuple):
    """What the command line of the server says of the configuration."""

    texts: tuple[str, ...] = ()  # --config: a file, or KEY=VALUE
    isolated: bool = False


class Job(NamedTuple):
    """Check the files of one directory that are open in the editor. Paths are absolute, links followed."""

    start: str  # the directory in which the search for a configuration starts
    files: dict[str, bytes]
    settings: Settings
    encoding: str = "utf-16"


class Answer(NamedTuple):
    """The findings, the ranges of all their spans, and the rules that they are of.

    `trouble` is why there are no findings, in words for the user; `diagnostics` are goleaklint's own.
    """

    findings: tuple[Finding, ...] = ()
    places: dict[Span, Place] = {}  # noqa: RUF012
    rules: tuple[Rule, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    trouble: str = ""


class Worker:
    """Keeps the rules between jobs; sources are read anew."""

    def __init__(self) -> None:
        self._catalogs: dict[object, Catalog] = {}

    def answer(self, job: Job) -> Answer:
        """The answer to one job; whatever goes wrong is the answer's trouble."""
        from goleaklint.golang.discover import NoSuchPath

        try:
            return self._answer(job)
        except NoSuchPath:
            return Answer()  # a file has gone this moment
        except (ConfigError, CatalogError, BaselineError) as error:
            return Answer(trouble=str(error))
        except Exception as error:
            if os.environ.get("GOLEAKLINT_DEBUG"):
                import traceback

                traceback.print_exception(error)
            return Answer(trouble=f"internal error: {type(error).__name__}: {error}")

    def _answer(self, job: Job) -> Answer:
        start = Path(job.start)
        chosen = _config(start, job.settings)
        catalog = self._catalog(chosen)
        named = {path: data for path, data in job.files.items() if os.path.isfile(path)}
        report = driver.check_paths(
            list(named),
            config=chosen,
            given={path: data for path, data in job.files.items() if path not in named},
            instead=named,
            force_exclude=True,
            root=config.repository_root(start),
            catalog=catalog,
        )
        if (baseline := chosen.baseline_file()) is not None:
            report = accepted.without(report, accepted.read(baseline), chosen, list(named))
        codes = {finding.code for finding in report.findings}
        return Answer(
            findings=report.findings,
            places=_places(report.findings, job),
            rules=tuple(rule for rule in report.rules if rule.code in codes),
            diagnostics=report.diagnostics,
        )

    def _catalog(self, chosen: Config) -> Catalog:
        """The rules; those of the user's own folders are loaded again when their files have changed."""
        key = tuple((folder, *_states(folder)) for folder in chosen.rule_folders())
        if key not in self._catalogs:
            self._catalogs = {(): self._catalogs[()]} if () in self._catalogs else {}
            self._catalogs[key] = load_catalog(chosen)
        return self._catalogs[key]


def _config(start: Path, settings: Settings) -> Config:
    files = [text for text in settings.texts if "=" not in text or Path(text).is_file()]
    overrides = [text for text in settings.texts if text not in files]
    file = Path(files[-1]).absolute() if files else None
    loaded = config.load(start, file=file, overrides=overrides, options={}, isolated=settings.isolated)
    return msgspec.structs.replace(loaded.config, jobs=1)


def _states(folder: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(folder.glob("*.py")):
        try:
            yield path.name, path.stat().st_mtime_ns
        except OSError:
            continue  # it is gone since


def _places(findings: Iterable[Finding], job: Job) -> dict[Span, Place]:
    texts: dict[str, Text] = {}
    places: dict[Span, Place] = {}
    for finding in findings:
        edits = finding.fix.edits if finding.fix is not None else ()
        for span in (
            finding.span,
            *(place.span for place in finding.related),
            *(edit.span for edit in edits),
        ):
            if span.path not in texts:
                texts[span.path] = Text(_data(span.path, job), job.encoding)
            places[span] = texts[span.path].place(span)
    return places


def _data(path: str, job: Job) -> bytes:
    if path in job.files:
        return job.files[path]
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _tidy() -> None:
    """The collector is off while a job runs; what it left in cycles is taken away between two jobs."""
    from goleaklint.facts import module

    module.forget()
    gc.unfreeze()
    gc.collect()


def main() -> None:
    """Answer jobs until standard input ends."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the server, which then ends this process
    jobs = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a rule prints is no answer
    worker = Worker()
    worker.answer(Job("/", {"/goleaklint-first.go": _FIRST}, Settings(isolated=True)))
    _tidy()
    while (job := _read(jobs)) is not None:
        data = pickle.dumps(worker.answer(job))
        try:
            answers.write(LENGTH.pack(len(data)) + data)
            answers.flush()
        except OSError:
            break  # the server is gone
        del job, data
        _tidy()
    os._exit(0)


def _read(jobs: BinaryIO) -> Job | None:
    head = jobs.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    data = jobs.read(size)
    if len(data) < size:
        return None
    job: Job = pickle.loads(data)
    return job
