"""Running the tests of one package with the go command, and what it leaves behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from goleaklint.confirm import harness

_EXPERIMENT = "goroutineleakprofile"
_PROFILE_SINCE = (1, 26)  # as an experiment; 1.27 has it by default
_DOWNLOAD = re.compile(r"GOPROXY=off|GOFLAGS=-mod=mod|no required module provides|missing go\.sum entry")
_PLACE = re.compile(r"\.go:\d+:")
_MOST_OUTPUT = 1 << 20
_LEAST_SECONDS = 1.0


class GoError(Exception):
    """There is no go command, or it does not work; the message says which."""


class Tests(msgspec.Struct, frozen=True):
    """The test files of a package that are built here, and its name; `trouble` says why it cannot be built."""

    package: str
    files: tuple[str, ...] = ()
    trouble: str = ""


class Run(msgspec.Struct, frozen=True):
    """What the tests of a package left: dumps by path, and the reason why there are none, or not all."""

    dumps: tuple[Path, ...] = ()
    reason: str = ""


class Go:
    """The go command, with `seconds` for all that it is asked to do."""

    def __init__(self, seconds: float, *, download: bool = False, pattern: str = "") -> None:
        found = shutil.which("go")
        if found is None:
            raise GoError("no go command is on the PATH: findings are confirmed by running tests")
        self._path = found
        self._until = time.monotonic() + seconds
        self._pattern = pattern
        self._environment = dict(os.environ) | {"GOTOOLCHAIN": "local"} | ({} if download else {"GOPROXY": "off"})
        self.version = self._version()
        self.has_profile = self.version >= _PROFILE_SINCE
        if self.version[:2] == _PROFILE_SINCE:
            wanted = [*filter(None, os.environ.get("GOEXPERIMENT", "").split(",")), _EXPERIMENT]
            self._environment["GOEXPERIMENT"] = ",".join(dict.fromkeys(wanted))

    def _version(self) -> tuple[int, int]:
        text = self._output(["env", "GOVERSION"], Path.cwd())[1].strip()
        found = re.search(r"go(\d+)\.(\d+)", text)
        if found is None:
            raise GoError(f"go env GOVERSION says {text!r}, which is no version")
        return int(found[1]), int(found[2])

    def tests(self, directory: Path) -> Tests:
        """What `go list` knows of the tests of a package."""
        fields = "Name,TestGoFiles,XTestGoFiles,Error"
        code, output, errors = self._output(["list", "-e", f"-json={fields}", "."], directory)
        try:
            listed = msgspec.json.decode(output)
        except msgspec.DecodeError:
            return Tests("", trouble=self._why(errors or output) or f"go list ended with {code}")
        files = (*(listed.get("TestGoFiles") or ()), *(listed.get("XTestGoFiles") or ()))
        error = (listed.get("Error") or {}).get("Err", "")
        return Tests(listed.get("Name", ""), files, self._why(error) if error and not files else "")

    def test(self, directory: Path, dumps: Path) -> Run:
        """Run the tests of a package that has a harness; its processes write into the directory `dumps`."""
        seconds = max(self._until - time.monotonic(), 0)
        if seconds < _LEAST_SECONDS:
            return Run(reason="the time was over before it was its turn (--timeout)")
        command = ["test", "-count=1", "-vet=off", "-buildvcs=false", f"-timeout={max(int(seconds) - 1, 1)}s"]
        command += [f"-run={self._pattern}"] if self._pattern else []
        dumps.mkdir(parents=True, exist_ok=True)
        code, output, errors = self._output([*command, "."], directory, {harness.DIRECTORY: str(dumps)})
        found = tuple(sorted(path for path in dumps.iterdir() if path.suffix != ".part"))
        if code is None:
            return Run(found, "the tests did not end in the time there was (--timeout)")
        if found:
            return Run(found, f"the tests failed: {_failed(output) or f'go test ended with {code}'}" if code else "")
        return Run(reason=self._why(output + errors) or f"go test ended with {code} and left no dump")

    def _output(
        self, arguments: Sequence[str], directory: Path, more: Mapping[str, str] | None = None
    ) -> tuple[int | None, str, str]:
        """Exit code (None when the time was over), standard output and error. Raises GoError."""
        try:
            with _process([self._path, *arguments], directory, self._environment | dict(more or {})) as process:
                try:
                    output, errors = process.communicate(timeout=max(self._until - time.monotonic(), _LEAST_SECONDS))
                except subprocess.TimeoutExpired:
                    return None, "", ""
        except OSError as error:
            raise GoError(f"{self._path}: {error.strerror}") from None
        return process.returncode, _text(output), _text(errors)

    def _why(self, output: str) -> str:
        """The line of an output that tells what is wrong."""
        lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("#")]
        told = next((line for line in lines if _PLACE.search(line)), lines[0] if lines else "")
        if _DOWNLOAD.search(output):
            told += " (--download lets go fetch modules)"
        return told


def _failed(output: str) -> str:
    """The first line that tells of a test or a process that failed."""
    lines = (line.strip() for line in output.splitlines())
    return next((line for line in lines if line.startswith(("--- FAIL: ", "panic: ", "fatal error: "))), "")


@contextlib.contextmanager
def _process(command: list[str], directory: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which ends with all that it has started, whatever happens here."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _text(data: bytes) -> str:
    return data[:_MOST_OUTPUT].decode("utf-8", "replace")
