"""The next step of an engineer for one group: what to change, and what to write where the group is meant to be."""

from __future__ import annotations

import re

from goleaklint.dump.account import Group
from goleaklint.dump.goroutines import Stack, Verdict
from goleaklint.dump.patterns import own_frame, pattern_of

_LEAKING = frozenset({Verdict.LEAK, Verdict.CANDIDATE})
# Their frames are on top of what waits for anything at all: to ignore them is to ignore every leak.
_GENERAL = re.compile(r"(?:sync|internal/(?:poll|sync|runtime/\w+)|time|runtime|syscall|io|net|bufio)\.")
_SHAPE = re.compile(r"\[.*\]")


def is_leaking(group: Group) -> bool:
    """Whether there is something to change: its goroutines cannot go on, or may not."""
    return group.bucket.verdict in _LEAKING


def fix(group: Group) -> str:
    """What to change, in one phrase: as the rule of the finding says, else as the pattern does; "" for neither."""
    if not is_leaking(group):
        return ""
    if group.prediction is not None and group.prediction.fix:
        return group.prediction.fix
    pattern = pattern_of(group.bucket)
    return pattern.fix if pattern is not None else ""


def goleak_ignore(stack: Stack) -> str:
    """The option of go.uber.org/goleak that leaves such goroutines out; "" when no frame tells them apart.

    By the function on top when that is of the program (IgnoreTopFunction); else by the program's own innermost one
    anywhere (IgnoreAnyFunction, since v1.3.0). goleak has no option for the creation.
    """
    if not stack.frames:
        return ""
    top, own = stack.frames[0].function, own_frame(stack)
    if own is not None and own.function == top:
        return f"goleak.IgnoreTopFunction({_quoted(top)})"
    if own is not None:
        return f"goleak.IgnoreAnyFunction({_quoted(own.function)})"
    if _GENERAL.match(top):
        root = stack.frames[-1].function
        return "" if _GENERAL.match(root) else f"goleak.IgnoreAnyFunction({_quoted(root)})"
    return f"goleak.IgnoreTopFunction({_quoted(top)})"


def _quoted(function: str) -> str:
    """A Go string with the name as a text dump has it: a profile's type arguments are spelled out."""
    import json

    return json.dumps(_SHAPE.sub("[...]", function) if "[" in function else function, ensure_ascii=False)
