"""Counted text (debug=1): `3 @ 0x48a68e 0x4195bc`, labels, and the frames that are not hidden, grouped by stack.

The printers are in runtime/pprof/pprof.go: printCountProfile, printStackRecord. A profile may stand in a log, and says
how many goroutines it counts: what is missing is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from goleaklint.dump.goroutines import UNKNOWN, Frame, Stack, State
from goleaklint.dump.notes import Notes
from goleaklint.dump.reasons import visible_reason
from goleaklint.dump.symbols import printed_name

DEEPEST = 128  # profiles end there without a sign: the outermost frames are missing (GODEBUG=profstackdepth)
HEADER = re.compile(rb"goroutine(leak)? profile: total (\d{1,18})$")
RECORD = re.compile(rb"(\d{1,18}) @((?: 0x[0-9a-f]+)*)$")
_LABELS = "# labels: {"
# At a colon between two quoted texts; Go quotes as JSON does, but for \x, \a and \v.
_PAIR = re.compile(r'("(?:[^"\\]|\\.)*"):("(?:[^"\\]|\\.)*")')
_GO_ESCAPES = re.compile(r"\\(?:x([0-9a-f]{2})|U([0-9a-f]{8})|([av\\]))")
_FRAME = re.compile(r"#\t(0x[0-9a-f]+)(?:\t+(.+)\+0x[0-9a-f]+\t+(.+):(\d{1,9}))?$")


class Counted(NamedTuple):
    """One record: goroutines with one stack and one set of labels."""

    goroutines: int
    state: State
    stack: Stack


class CountReader:
    """Collects the records of the profiles in a text."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.records: list[Counted] = []
        self.leaks_only = True  # as long as no other profile comes
        self._headers = 0
        self._promised = 0
        self._left_out = 0
        self._leaked = False

    @property
    def is_without_leaks(self) -> bool:
        """Nothing but profiles of leaks, which say that there are none."""
        return self._headers > 0 and self.leaks_only and not self._promised and not self._left_out

    def read(self, lines: Sequence[bytes], line: int, *, cut: bool = False) -> list[bytes]:
        """Take the records that stand in these lines, and give back what belongs to none."""
        rest: list[bytes] = []
        at = 0
        while at < len(lines):
            if header := HEADER.match(lines[at]):
                self._leaked = header[1] is not None
                self.leaks_only = self.leaks_only and self._leaked
                self._headers += 1
                self._promised += int(header[2])
            elif record := RECORD.match(lines[at]):
                end = at + 1
                while end < len(lines) and lines[end].startswith(b"#"):
                    end += 1
                last = cut and end == len(lines)
                self._record(record, [text.decode("utf-8", "replace") for text in lines[at + 1 : end]], line + at, last)
                at = end
                continue
            else:
                rest.append(lines[at])
            at += 1
        return rest

    def finish(self) -> None:
        """Say what a profile of this form lacks, and what this one lacks."""
        if not self.records and not self._promised:
            return
        unknown = sum(record.goroutines for record in self.records if record.state.reason == UNKNOWN)
        told = f"; nothing tells why {unknown} of them wait" if unknown else ""
        self.notes.add(
            0,
            "a debug=1 profile: it has no wait reasons, minutes, goroutine numbers and creation sites; debug=2 has them"
            + told,
        )
        total = sum(record.goroutines for record in self.records)
        if total + self._left_out < self._promised:
            self.notes.lost(0, f"the profile counts {self._promised} goroutines, {total} could be read: it is cut")

    def _record(self, record: re.Match[bytes], lines: Sequence[str], line: int, cut: bool) -> None:
        count = int(record[1])
        labels: tuple[tuple[str, str], ...] = ()
        frames: list[tuple[int, Frame]] = []
        bad = False
        for text in lines:
            if text.startswith(_LABELS) and text.endswith("}"):
                labels = tuple((_unquoted(key), _unquoted(value)) for key, value in _PAIR.findall(text))
            elif match := _FRAME.match(text):
                name, file, number = match[2], match[3], match[4]
                frame = Frame(printed_name(name), file, int(number)) if name else Frame("non-Go function", "", 0)
                frames.append((int(match[1], 16), frame))
            else:
                bad = True
        addresses = [int(address, 16) for address in record[2].split()]
        # One address is `runtime.goexit`, which is never shown: goroutines whose `go f(x)` has not begun to run.
        if bad or (len(addresses) > 1 and not frames) or (cut and not _ends(frames, addresses)):
            self._left_out += count
            why = "they are cut at the end of the input" if cut else "their lines do not belong to a profile"
            self.notes.lost(line, f"{count} goroutines are left out: {why}")
            return
        stack = Stack(
            frames=tuple(frame for _, frame in frames),
            elided=-1 if len(addresses) >= DEEPEST else 0,
            elided_at=len(frames) if len(addresses) >= DEEPEST else 0,
            unavailable=not frames,
        )
        hidden = bool(frames and addresses) and frames[0][0] + 1 != addresses[0] and frames[0][0] != addresses[0]
        waits = visible_reason(stack.frames, hidden=hidden)
        self.records.append(Counted(count, State(reason=waits, leaked=self._leaked, labels=labels), stack))


def _ends(frames: Sequence[tuple[int, Frame]], addresses: Sequence[int]) -> bool:
    """Whether the last frame is that of the outermost address but `goexit`'s: a record that was not cut."""
    return bool(frames) and frames[-1][0] + 1 in addresses[-2:]


def _unquoted(text: str) -> str:
    import json

    try:
        return str(json.loads(_GO_ESCAPES.sub(_json_escape, text), strict=False))
    except ValueError:
        return text[1:-1]


def _json_escape(match: re.Match[str]) -> str:
    """An escape of Go's in JSON's spelling."""
    import json

    if match[1]:
        return f"\\u00{match[1]}"
    if match[2]:
        return json.dumps(chr(min(int(match[2], 16), 0x10FFFF)))[1:-1]
    return {"a": "\\u0007", "v": "\\u000b", "\\": "\\\\"}[match[3]]
