"""Runs the stages in order: discover, load, rules, suppressions. The only module that knows them all.

Packages are independent of each other: they may be checked in any order and in several processes, and a crash in one
costs no finding of another.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from goleaklint import catalog as catalogs
from goleaklint import edits
from goleaklint.catalog import Catalog
from goleaklint.config import Config, repository_root, working_directory
from goleaklint.facts import asked
from goleaklint.filters import alike, fingerprint, select, suppress
from goleaklint.model import Diagnostic, Finding, Report, Stats
from goleaklint.results import PackageResult, Results, load_catalog
from goleaklint.store import Store

if TYPE_CHECKING:
    from goleaklint.golang.contents import Contents
    from goleaklint.golang.discover import Options, PackageDir
    from goleaklint.golang.units import Unit

# Below this many bytes of Go a pool costs more than it saves.
COLLECT_FROM_BYTES = 16_000_000
POOL_FROM_BYTES = 300_000
MOST_JOBS = 16

Progress = Callable[[int, int], None]

# A function that was not explored, or a declaration that was not read, may hold what a suppression is there for.
PARTIAL_KINDS = frozenset({"over-budget", "partly-parsed", "unreadable", "binary", "internal"})


def check_paths(
    paths: Sequence[str],
    *,
    config: Config,
    given: dict[str, bytes] | None = None,
    ignore_suppressions: bool = False,
    force_exclude: bool = False,
    progress: Progress | None = None,
    cache: Path | None = None,
    instead: dict[str, bytes] | None = None,
    root: Path | None = None,
    catalog: Catalog | None = None,
) -> Report:
    """Check the packages of `paths`. `given` holds the bytes of files that stand in for those on disk (stdin).

    `instead` holds bytes to take instead of those of files that are found (what they will be when they are fixed).

    `cache` is the folder in which results are kept between runs; None keeps none. `root` is the repository, None the
    one of the current directory; `catalog` holds the rules of the configuration, None loads them.

    Raises NoSuchPath for a path that does not exist, CatalogError for a rule that does not exist or cannot be loaded.
    """
    from goleaklint.golang.discover import Options, discover, tidy

    root = root or repository_root(working_directory(paths))
    given = {tidy(path): data for path, data in (given or {}).items()}
    instead = instead or {}
    checker = Checker(
        config, root, given=instead | given, ignore_suppressions=ignore_suppressions, cache=cache, catalog=catalog
    )
    options = Options(
        exclude=config.exclude,
        base=config.base or ".",
        force_exclude=force_exclude,
        tests=config.tests,
        gitignore=config.gitignore,
    )
    found = discover([path for path in paths if tidy(path) not in given], options)
    packages = sorted(found.packages, key=lambda package: (-package.size, package.directory))
    packages += [_package_of(path, len(data), options) for path, data in given.items()]
    _collect_less(packages)
    results = list(_run(checker, packages, progress))
    generated = sum(result.generated for result in results)
    skipped = found.skipped | ({"generated": generated} if generated else {})
    return Report(
        findings=tuple(unique(finding for result in results for finding in result.findings)),
        unsure=tuple(unique(finding for result in results for finding in result.unsure)),
        diagnostics=tuple(
            sorted({*found.diagnostics, *checker.trouble(), *(d for result in results for d in result.diagnostics)})
        ),
        rules=checker.catalog.rules,
        on=checker.on,
        stats=Stats(
            files=sum(result.files for result in results),
            lines=sum(result.lines for result in results),
            packages=len(packages),
            suppressed=sum(result.suppressed for result in results),
            skipped=dict(sorted(skipped.items())),
        ),
        root=root.as_posix(),
        given=instead | given,
        files=frozenset(path for package in packages for path in package.report),
    )


class Checker:
    """Checks packages; one lives in each process."""

    def __init__(
        self,
        config: Config,
        root: Path,
        *,
        given: dict[str, bytes] | None = None,
        ignore_suppressions: bool = False,
        cache: Path | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        self.config = config
        self.root = root
        self.given = given or {}
        self.ignore_suppressions = ignore_suppressions
        self.cache = cache
        self.results: Results | None = None
        self._has_checked = False
        asked.forget()
        if cache is not None:
            self.results = Results(Store(cache), config, root, ignore_suppressions=ignore_suppressions)
        if catalog is None:
            catalog = self.results.catalog(config) if self.results is not None else load_catalog(config)
        self.catalog = catalog
        self.on = select.codes_on(self.catalog, config)
        self.on_in_file = select.codes_in_files(self.catalog, config)

    def known(self, package: PackageDir) -> PackageResult | None:
        """The result of an earlier run, where nothing that it depends on has changed."""
        if self.results is None:
            return None
        key = self.results.key(package, self._contents(package))
        return self.results.get(key) if key is not None else None

    def check(self, package: PackageDir) -> PackageResult:
        """The findings of one package; whatever goes wrong inside becomes a diagnostic of kind `internal`."""
        from goleaklint.facts import module

        if not self._has_checked:
            module.forget()
            self._has_checked = True
        module.begin(is_kept=self.results is not None)
        try:
            contents = self._contents(package)
            result = self._check(package, contents)
        except Exception as error:
            return PackageResult(diagnostics=(_internal(package.directory, "package", error),))
        key = self.results.key(package, contents) if self.results is not None else None
        if self.results is not None and key is not None:
            self.results.put(key, result)
        return result

    def _contents(self, package: PackageDir) -> Contents:
        from goleaklint.golang.contents import read

        return read(package, self.given)

    def trouble(self) -> Iterator[Diagnostic]:
        """What is to be said of the cache."""
        if self.results is not None:
            yield from self.results.trouble()

    def _check(self, package: PackageDir, contents: Contents) -> PackageResult:
        from goleaklint.golang.units import load

        units, diagnostics, lines = load(package, self.config.generated, self.given, contents)
        unread = {diagnostic.path for diagnostic in diagnostics if diagnostic.kind in ("unreadable", "binary")}
        generated = sum(unit.generated for unit in units)
        files: dict[str, bytes] = {}
        findings: list[Finding] = []
        for unit in units:
            files |= {file.path: file.data for file in unit.files if file.path in unit.report}
            found = self._check_unit(unit, package.directory, diagnostics)
            findings += [finding for finding in found if finding.span.path in unit.report]
        for unit in units:
            for file in unit.files:
                file.release()
        findings = [
            finding
            for finding in unique(findings)
            if finding.span.path in files and finding.code in self.on_in_file(finding.span.path)
        ]
        findings = alike.told_once(findings)
        kept, suppressed = self._suppress(findings, files, diagnostics)
        named = self._named(kept, files)
        return PackageResult(
            findings=tuple(edits.stamped(one, files[one.span.path]) for one in self._shown(named)),
            unsure=tuple(_short(one) for one in named if one.confidence < self.config.min_confidence),
            diagnostics=tuple(diagnostics),
            files=len(set(package.report) - unread) - generated,
            lines=lines,
            suppressed=len(self._shown(suppressed)),
            generated=generated,
        )

    def _check_unit(self, unit: Unit, directory: str, diagnostics: list[Diagnostic]) -> Iterator[Finding]:
        from goleaklint.explore.package import Package

        try:
            roots = {"kept": self.results.roots} if self.results is not None else {}
            seen = Package(unit, closed_roots=self.config.closed_roots, **roots)
        except Exception as error:
            diagnostics.append(_internal(directory, "package", error))
            return
        failures: dict[str, tuple[Exception, list[str]]] = {}  # a failure of the engine meets every rule that asks it
        for rule in self.catalog.rules:
            check = self.catalog.check(rule.code) if rule.code in self.on else None
            if check is None:
                continue
            try:
                yield from list(check(seen))
            except Exception as error:
                failures.setdefault(repr(error), (error, []))[1].append(rule.code)
        diagnostics += [_internal(directory, ", ".join(codes), error) for error, codes in failures.values()]
        diagnostics += seen.diagnostics
        seen.release()

    def _suppress(
        self, findings: list[Finding], files: dict[str, bytes], diagnostics: Iterable[Diagnostic]
    ) -> tuple[list[Finding], list[Finding]]:
        if self.ignore_suppressions:
            return findings, []
        troubled = [diagnostic for diagnostic in diagnostics if diagnostic.kind in PARTIAL_KINDS]
        broken = any(diagnostic.kind == "internal" for diagnostic in troubled)
        partial = frozenset(files) if broken else frozenset(diagnostic.path for diagnostic in troubled)
        return suppress.apply(findings, files, resolve=self._code, on=self.on_in_file, partial=partial)

    def _named(self, findings: list[Finding], files: dict[str, bytes]) -> list[Finding]:
        """With fingerprints, given before the confidence filter so that they do not depend on it."""
        lines = {path: files[path].split(b"\n") for path in {finding.span.path for finding in findings}}

        def line(path: str, number: int) -> bytes:
            return lines[path][number - 1] if 0 < number <= len(lines[path]) else b""

        return fingerprint.assign(findings, line=line, local=self._local)

    def _shown(self, findings: list[Finding]) -> list[Finding]:
        return [finding for finding in findings if finding.confidence >= self.config.min_confidence]

    def _code(self, word: str) -> str | None:
        try:
            return self.catalog.find(word).code
        except catalogs.CatalogError:
            return None

    def _local(self, path: str) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()


def _short(finding: Finding) -> Finding:
    """A finding that nobody reads: only what tells it from others."""
    return msgspec.structs.replace(finding, related=(), flow=(), fix=None)


def _package_of(path: str, size: int, options: Options) -> PackageDir:
    """The package that a file on standard input belongs to, with its siblings on disk; the file need not exist."""
    from goleaklint.golang.discover import PackageDir, discover, join

    directory = os.path.dirname(path) or "."
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        if not name.endswith(".go") or name.startswith(("_", ".")):
            continue
        for package in discover(
            [join(directory, name)], options
        ).packages:  # a file brings its package, no folder below
            return msgspec.structs.replace(package, report=(path,), size=package.size + size)
    return PackageDir(
        directory=directory, import_path="", module_path="", go_version=(0, 0), files=(), report=(path,), size=size
    )


def jobs_for(packages: Sequence[PackageDir], jobs: int) -> int:
    """How many processes to use: one when the input is small, unless the user named a number."""
    if jobs:
        return min(jobs, max(len(packages), 1))
    if sum(package.size for package in packages) < POOL_FROM_BYTES:
        return 1
    return min(_processors(), MOST_JOBS, max(len(packages), 1))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run(checker: Checker, packages: Sequence[PackageDir], progress: Progress | None) -> Iterator[PackageResult]:
    left: list[PackageDir] = []
    for package in packages:
        known = checker.known(package)
        if known is None:
            left.append(package)
        else:
            yield known
    jobs = jobs_for(left, checker.config.jobs)
    results = map(checker.check, left) if jobs == 1 else _pooled(checker, left, jobs)
    for done, result in enumerate(results, len(packages) - len(left) + 1):
        if progress is not None:
            progress(done, len(packages))
        yield result


def _pooled(checker: Checker, packages: Sequence[PackageDir], jobs: int) -> Iterator[PackageResult]:
    """The results, as they come, from `jobs` processes; a process that dies costs only its package."""
    from concurrent.futures.process import BrokenProcessPool

    _ = checker.catalog.checks  # what the rules import is loaded once, and not in each process that forks
    if checker.results is not None:
        checker.results.store.close()  # a process that forks must not share it
    left = dict(enumerate(packages))
    try:
        for index, result in _in_processes(checker, packages, jobs):
            del left[index]
            yield result
        return
    except BrokenProcessPool:
        pass  # which package broke it is not known: try the rest one by one
    for package in left.values():
        try:
            yield from (result for _, result in _in_processes(checker, [package], 1))
        except BrokenProcessPool as error:
            yield PackageResult(diagnostics=(_internal(package.directory, "package", error),))


def _in_processes(checker: Checker, packages: Sequence[PackageDir], jobs: int) -> Iterator[tuple[int, PackageResult]]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    settings = (checker.config, checker.root, checker.given, checker.ignore_suppressions, checker.cache, packages)
    pool = ProcessPoolExecutor(jobs, initializer=_start, initargs=settings)
    try:
        futures = {pool.submit(_work, package): index for index, package in enumerate(packages)}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except (KeyboardInterrupt, GeneratorExit):
        for process in multiprocessing.active_children():
            process.kill()  # what they are at may take long, and nobody wants it any more
        raise
    finally:
        pool.shutdown()


_checkers: list[Checker] = []


def _start(
    config: Config,
    root: Path,
    given: dict[str, bytes],
    ignore_suppressions: bool,
    cache: Path | None,
    packages: Sequence[PackageDir],
) -> None:
    """Prepare a process of the pool. An interrupt is for the main process, which then ends the others."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _collect_less(packages)
    _checkers[:] = [Checker(config, root, given=given, ignore_suppressions=ignore_suppressions, cache=cache)]


def _work(package: PackageDir) -> PackageResult:
    return _checkers[0].check(package)


def _collect_less(packages: Sequence[PackageDir]) -> None:
    """Analysis makes many objects and few cycles: the collector's default eagerness costs a tenth of a run.

    It takes some forty bytes for each byte of source; a small input does without a collector.
    """
    import gc

    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    if sum(package.size for package in packages) < COLLECT_FROM_BYTES:
        gc.disable()
    else:
        gc.enable()


def unique(findings: Iterable[Finding]) -> list[Finding]:
    """Sorted, one for each code and span: the surest one."""
    best: dict[tuple[object, ...], Finding] = {}
    for finding in sorted(findings, key=_order):
        best.setdefault((finding.code, finding.span), finding)
    return sorted(best.values(), key=Finding.sort_key)


def _order(finding: Finding) -> tuple[object, ...]:
    """Surest first, then by all that is seen, so that the choice does not depend on the order of discovery."""
    rank = [*type(finding.confidence)]
    return (-rank.index(finding.confidence), finding.message, finding.function, finding.related, finding.flow)


def _internal(directory: str, what: str, error: BaseException) -> Diagnostic:
    if os.environ.get("GOLEAKLINT_DEBUG"):
        import traceback

        traceback.print_exception(error)
    text = str(error).splitlines()
    message = f"{what}: {type(error).__name__}" + (f": {text[0]}" if text else "")
    return Diagnostic(path=directory, kind="internal", message=message[:300])
