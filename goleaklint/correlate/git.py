"""What git knows of a checkout: its commits, their files, and where lines have gone since."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
# A checkout is not to be trusted: nothing that its configuration names is to be run.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager", "--literal-pathspecs")
_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--ignore-submodules")
# Against the working tree, also that of submodules, whatever the user's configuration says of prefixes and context.
_CHANGES = ("--unified=0", "--submodule=diff", "--ignore-submodules=none", "--src-prefix=a/", "--dst-prefix=b/")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class GitError(Exception):
    """What is to be said when git cannot answer."""


class Git:
    """The repository that a directory is in; names of files are relative to that directory."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._batch: subprocess.Popen[bytes] | None = None
        self._renamed: dict[str, dict[str, str]] = {}
        self._hunks: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {}

    def commit(self, revision: str) -> str:
        """The full name of a commit. Raises GitError when there is no such commit, no repository or no git."""
        self._run("rev-parse", "--git-dir")
        try:
            found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except GitError:
            raise GitError(self._unknown(revision)) from None
        return found.decode("ascii", "replace").strip()

    def _unknown(self, revision: str) -> str:
        if self._run("rev-parse", "--is-shallow-repository").strip() == b"true":
            return f"no revision {revision} in this clone, which is shallow: `git fetch --unshallow` gets the rest"
        return f"no revision {revision} in this repository: `git fetch` may get it"

    def top(self) -> str:
        """The directory that the repository's files are in. Raises GitError."""
        return os.fsdecode(self._run("rev-parse", "--show-toplevel").removesuffix(b"\n"))

    def merge_base(self, revision: str) -> str:
        """The commit at which HEAD has left another one. Raises GitError when there is none here."""
        commit = self.commit(revision)
        try:
            return self._run("merge-base", commit, "HEAD").decode("ascii", "replace").strip()
        except GitError:
            pass
        if self._run("rev-parse", "--is-shallow-repository").strip() == b"true":
            raise GitError(
                f"no common ancestor of {revision} and HEAD in this clone, which is shallow: "
                "`git fetch --unshallow` gets the rest"
            )
        raise GitError(f"no common ancestor of {revision} and HEAD")

    def patch(self, commit: str) -> bytes:
        """What the working tree changes since a commit: a diff without context; its paths are those of the top."""
        return self._run("diff", *_DIFF[1:-1], *_CHANGES, "--no-relative", commit, "--")

    def untracked(self) -> list[str]:
        """Files, and directories that end with a slash, that git neither tracks nor ignores."""
        names = self._run("ls-files", "--others", "--exclude-standard", "-z")
        return [os.fsdecode(name) for name in names.split(b"\0") if name]

    def files(self, commit: str) -> Iterator[tuple[str, str]]:
        """Every file of a commit below the directory, with the name of its blob."""
        for entry in self._run("ls-tree", "-r", "-z", commit).split(b"\0"):
            about, tab, name = entry.partition(b"\t")
            if tab and about.split()[1] == b"blob":
                yield os.fsdecode(name), about.split()[2].decode("ascii")

    def blob(self, name: str) -> bytes | None:
        """The bytes of a blob."""
        if _COMMIT.fullmatch(name) is None:
            return None
        if self._batch is None:
            self._batch = self._start("cat-file", "--batch", stdin=subprocess.PIPE)
        batch = self._batch
        assert batch.stdin is not None
        assert batch.stdout is not None
        batch.stdin.write(name.encode("ascii") + b"\n")
        batch.stdin.flush()
        head = batch.stdout.readline().split()
        if len(head) != 3:  # "<name> missing"
            return None
        return batch.stdout.read(int(head[2]) + 1)[:-1]

    def today(self, commit: str, name: str, line: int) -> tuple[str, int] | None:
        """Where a line of a commit's file is in the working tree; None when it was changed or is gone."""
        now = self._names(commit).get(name, name)
        if not now:
            return None
        shift = 0
        for at, removed, new_at, added in self._changes(commit, name, now):
            if at <= line < at + removed:
                return None
            after = at + removed + (not removed)  # a side without lines names the line before
            if line < after:
                break
            shift = new_at + added + (not added) - after
        return now, line + shift

    def _names(self, commit: str) -> dict[str, str]:
        """The files that are gone, each with its new name, "" for none."""
        if commit not in self._renamed:
            found: dict[str, str] = {}
            words = iter(
                self._run(*_DIFF, "--relative", "--name-status", "-z", "--diff-filter=DR", commit).split(b"\0")
            )
            for status in words:
                if status:
                    old = os.fsdecode(next(words))
                    found[old] = os.fsdecode(next(words)) if status.startswith(b"R") else ""
            self._renamed[commit] = found
        return self._renamed[commit]

    def _changes(self, commit: str, name: str, now: str) -> list[tuple[int, int, int, int]]:
        key = commit, name
        if key not in self._hunks:
            text = self._run(*_DIFF, "--relative", "-U0", "-w", commit, "--", name, now)
            self._hunks[key] = [
                (int(at), int(removed or 1), int(new_at), int(added or 1))
                for at, removed, new_at, added in _HUNK.findall(text)
            ]
        return self._hunks[key]

    def _run(self, *arguments: str) -> bytes:
        process = self._start(*arguments)
        out, err = process.communicate()
        if process.returncode:
            said = err.decode("utf-8", "replace").strip().partition("\n")[0]
            raise GitError(said.removeprefix("fatal: ") or f"git {arguments[0]} failed")
        return out

    def _start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        try:
            return subprocess.Popen(
                ["git", *_SAFE, *arguments],
                cwd=self._root,
                env=environment,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if stdin == subprocess.DEVNULL else subprocess.DEVNULL,
            )
        except OSError:
            raise GitError("git cannot be run: it is needed to know revisions") from None

    def close(self) -> None:
        """Ends the process that reads blobs."""
        if self._batch is not None:
            assert self._batch.stdin is not None
            assert self._batch.stdout is not None
            self._batch.stdin.close()
            self._batch.stdout.close()
            self._batch.wait()
            self._batch = None
