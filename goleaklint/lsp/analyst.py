"""The server's side of the worker: one job at a time, the newest first, and nothing that nobody wants any more."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from goleaklint.lsp.worker import LENGTH, Answer, Job

log = logging.getLogger(__name__)

PATIENCE = 0.4
"""Seconds that a job goes on after a newer one has taken its place; to start a worker takes as long."""
MOST = 60.0
"""Seconds after which a job is given up."""
_LOOK = 0.05

_COMMAND = (sys.executable, "-P", "-c", "from goleaklint.lsp.worker import main; main()")
"""-P: no module is imported from the directory that the editor happens to be in."""


class WorkerDied(Exception):  # noqa: N818
    """The worker ended in the middle of a job."""


class Worker:
    """A process that answers jobs; it is started when it is needed, and again when it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """The process; it takes what it needs into memory while nobody waits for it."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process

    async def ask(self, job: Job) -> Answer:
        """The answer to a job. Raises WorkerDied."""
        process = self.start()
        data = pickle.dumps(job)
        try:
            return await asyncio.to_thread(_exchange, process, data)
        except WorkerDied:
            self.end()
            raise

    def end(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


def _exchange(process: subprocess.Popen[bytes], data: bytes) -> Answer:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(LENGTH.pack(len(data)) + data)
        process.stdin.flush()
        (size,) = LENGTH.unpack(process.stdout.read(LENGTH.size))
        answer: Answer = pickle.loads(process.stdout.read(size))
    except (OSError, ValueError, EOFError, struct.error, pickle.UnpicklingError):
        raise WorkerDied from None
    return answer


class _Wanted(NamedTuple):
    """A directory that is to be checked: from when on, and in which order."""

    due: float
    order: tuple[bool, int]  # what is edited comes before what is only affected, then the latest first


class Queue:
    """The directories that are to be checked. A directory that is asked for again waits again."""

    def __init__(
        self,
        worker: Worker,
        job: Callable[[str], Job | None],
        publish: Callable[[str, Job, Answer], None],
        trouble: Callable[[str], None],
    ) -> None:
        self._worker = worker
        self._job = job
        self._publish = publish
        self._trouble = trouble
        self._wanted: dict[str, _Wanted] = {}
        self._running = ""
        self._count = 0
        self._news = asyncio.Event()
        self._done = asyncio.Event()

    def want(self, directory: str, delay: float = 0.0, *, edited: bool = True) -> None:
        """Check a directory when nothing more has been asked of it for `delay` seconds."""
        now = asyncio.get_running_loop().time()
        before = self._wanted.get(directory)
        if before is not None and not edited:
            edited = before.order[0]
        self._count += 1
        self._wanted[directory] = _Wanted(now + delay, (edited, self._count))
        self._news.set()

    def is_settled(self, directory: str) -> bool:
        """Whether what is published of a directory is the newest there is."""
        return directory not in self._wanted and directory != self._running

    async def settled(self, directory: str, timeout: float) -> bool:
        """Wait until what is published of a directory is the newest; False when that took too long."""
        end = asyncio.get_running_loop().time() + timeout
        while not self.is_settled(directory):
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            self._done.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), left)
        return True

    async def run(self) -> None:
        """Check what is wanted, until it is cancelled."""
        self._worker.start()
        try:
            while True:
                self._running = await self._next()
                try:
                    await self._check(self._running)
                except Exception:
                    log.exception("a check has failed")
                self._running = ""
                self._done.set()
        finally:
            self._worker.end()  # a thread waits for its answer

    async def _next(self) -> str:
        loop = asyncio.get_running_loop()
        while True:
            self._news.clear()
            now = loop.time()
            due = [directory for directory, wanted in self._wanted.items() if wanted.due <= now]
            if due:
                directory = max(due, key=lambda one: self._wanted[one].order)
                del self._wanted[directory]
                return directory
            first = min((wanted.due for wanted in self._wanted.values()), default=None)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), None if first is None else max(first - now, 0))

    async def _check(self, directory: str) -> None:
        job = self._job(directory)
        if job is None:
            return
        answer = await self._within_time(directory, self._worker.ask(job))
        if answer is not None and directory not in self._wanted:
            self._publish(directory, job, answer)

    async def _within_time(self, directory: str, asked: Awaitable[Answer]) -> Answer | None:
        """The answer, or None when it is given up: because it takes too long, or because a newer job waits for it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + MOST
        task = asyncio.ensure_future(asked)
        while not task.done():
            await asyncio.wait({task}, timeout=_LOOK)
            newer = self._wanted.get(directory)
            late = loop.time() > end
            if task.done() or not (late or (newer is not None and loop.time() > newer.due + PATIENCE)):
                continue
            task.cancel()
            self._worker.end()
            if late:
                self._trouble(f"{directory}: given up after {MOST:.0f} seconds")
            return None
        try:
            return task.result()
        except WorkerDied:
            self._trouble(f"{directory}: the process that checks it has ended")
            return None
