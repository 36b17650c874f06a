"""The header of a goroutine, `goroutine 18 gp=0x.. m=nil [chan receive, 3 minutes]:`.

The printer is in runtime/traceback.go: goroutineheader.
"""

from __future__ import annotations

import re

from goleaklint.dump.goroutines import State

# Anchored at column 0 and closed by `]:`: a panic message may hold "goroutine 999 [chan send]:" (the runtime indents
# it), and a program's own output may begin with "goroutine 0 4432 bytes".
HEADER = re.compile(rb"goroutine (\d{1,18})((?: [a-z]+=\S+)*) (\[.+\]:)$")

_LABEL = re.compile(r'"((?:[^"\\]|\\.)*)": "((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def parse_state(text: str) -> State:
    """`text` is from the opening bracket to `]:`, both included. Parts that are not known are left out, not refused."""
    body, _, label_text = text[1:-2].partition(" labels:{")
    reason, *parts = body.split(", ")
    flags = {"leaked": False, "scan": False, "durable": False}
    for flag in ("durable", "scan", "leaked"):  # printed in the order leaked, scan, durable
        if reason.endswith(f" ({flag})"):
            reason = reason.removesuffix(f" ({flag})")
            flags[flag] = True
    minutes = bubble = None
    for part in parts:
        if part.endswith(" minutes"):
            minutes = _number(part.removesuffix(" minutes"))
        elif part.startswith("synctest bubble "):
            bubble = _number(part.removeprefix("synctest bubble "))
    return State(
        reason=reason,
        minutes=minutes,
        locked="locked to thread" in parts,
        bubble=bubble,
        labels=tuple((unquote(key), unquote(value)) for key, value in _LABEL.findall(label_text)),
        **flags,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def unquote(text: str) -> str:
    """Undo runtime.printquoted, which writes Go's escapes."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _SIMPLE.get(match[4], match[4])
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
