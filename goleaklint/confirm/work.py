"""The whole of it: a copy, a harness in each package that has findings, its tests, and what their dumps say."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from goleaklint.confirm import copying, harness
from goleaklint.confirm.judging import Captured, Judgement, Status, directory_of, judge
from goleaklint.confirm.running import Go
from goleaklint.correlate.repository import Repository
from goleaklint.dump.formats import NotADumpError, read
from goleaklint.model import Finding, Rule

Say = Callable[[str], None]


def confirm(
    findings: Sequence[Finding], rules: Sequence[Rule], root: Path, go: Go, *, keep: Path | None, say: Say
) -> list[Judgement]:
    """A judgement for each finding; their paths are absolute, and below `root`.

    `keep` is where the dumps are kept in which findings are seen, None for a new directory for temporary files. `say`
    is told what is done. Raises CopyError and GoError.
    """
    place = Path(tempfile.mkdtemp(prefix="goleaklint-confirm-"))
    try:
        work = _Work(root.resolve(), place, go, say)
        judgements = work.judged(findings, rules)
        return _kept(judgements, keep)
    finally:
        copying.remove(place)


class _Work:
    def __init__(self, root: Path, place: Path, go: Go, say: Say) -> None:
        self.root = root
        self.copy = place / "copy"
        self.dumps = place / "dumps"
        self.go = go
        self.say = say

    def judged(self, findings: Sequence[Finding], rules: Sequence[Rule]) -> list[Judgement]:
        self.say(f"copying {self.root.as_posix()}")
        copying.copy(self.root, self.copy)
        captured: dict[str, list[Captured]] = {}
        reasons: dict[str, str] = {}
        for number, directory in enumerate(sorted({directory_of(finding) for finding in findings})):
            below = os.path.relpath(os.path.realpath(directory), self.root)
            self.say(f"running the tests of {below}")
            paths, reason = self._run(self.copy / below, self.dumps / str(number))
            captured[directory] = [one for path in paths if (one := self._read(path)) is not None]
            if reason or not captured[directory]:
                reasons[directory] = reason or "the dump of its tests cannot be read"
        return judge(findings, rules, captured, reasons, Repository(str(self.root)))

    def _run(self, directory: Path, dumps: Path) -> tuple[tuple[Path, ...], str]:
        tests = self.go.tests(directory)
        if tests.trouble or not tests.files:
            return (), tests.trouble or "the package has no tests"
        harness.install(directory, tests.package, tests.files)
        run = self.go.test(directory, dumps)
        return run.dumps, run.reason

    def _read(self, path: Path) -> Captured | None:
        """A dump with the paths of the repository instead of those of the copy."""
        data = path.read_bytes().replace(os.fsencode(self.copy.resolve()), os.fsencode(self.root))
        path.write_bytes(data)
        try:
            with path.open("rb") as stream:
                dump = read(stream, str(path))
        except NotADumpError:
            return None
        return Captured(dump, harness.Moment(path.suffix.removeprefix(".")), path)


def _kept(judgements: list[Judgement], keep: Path | None) -> list[Judgement]:
    """With the dumps of what is confirmed in a place that stays."""
    kept: dict[str, str] = {}
    for path in dict.fromkeys(one.dump for one in judgements if one.status is Status.CONFIRMED):
        keep = keep or Path(tempfile.mkdtemp(prefix="goleaklint-dumps-"))
        keep.mkdir(parents=True, exist_ok=True)
        target = keep / f"{len(kept) + 1}.txt"
        shutil.copyfile(path, target)
        kept[path] = str(target)
    return [msgspec.structs.replace(one, dump=kept.get(one.dump, "")) for one in judgements]
