"""Dumps made from a few words, for the tests of what is said of whole dumps."""

from __future__ import annotations

from typing import NamedTuple

from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Dump


def goroutine(
    number: int,
    state: str,
    *frames: str,
    created_by: str = "example.com/app.Start",
    at: int = 10,
    line: int = 20,
) -> str:
    """One goroutine; a frame is a function's name, and its line is `line` and up. No creation when it is ""."""
    lines = [f"goroutine {number} [{state}]:"]
    for offset, frame in enumerate(frames):
        lines += [f"{frame}()", f"\t/src/app/app.go:{line + offset} +0x1d"]
    if created_by:
        lines += [f"created by {created_by} in goroutine 1", f"\t/src/app/app.go:{at} +0x1d"]
    return "\n".join(lines) + "\n"


def dump(*goroutines: str, path: str = "dump.txt", cause: str = "") -> Dump:
    """What is read of the goroutines."""
    return read((cause + "\n".join(goroutines)).encode(), path)


def many(count: int, state: str, *frames: str, first: int = 100, at: int = 10, line: int = 20) -> list[str]:
    """`count` goroutines that are stuck alike, numbered from `first`."""
    return [goroutine(first + offset, state, *frames, at=at, line=line) for offset in range(count)]


def varint(number: int) -> bytes:
    """A number as protobuf writes it."""
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def message(*fields: tuple[int, int | bytes]) -> bytes:
    """A protobuf message of these fields."""
    return b"".join(
        varint(number << 3) + varint(value)
        if isinstance(value, int)
        else varint(number << 3 | 2) + varint(len(value)) + value
        for number, value in fields
    )


# The runtime's frames of a wait reason in a protobuf profile, and their addresses' number in debug=1.
PARKED = {
    "chan send": ("runtime.gopark", "runtime.chansend1"),
    "chan receive": ("runtime.gopark", "runtime.chanrecv1"),
    "select": ("runtime.gopark", "runtime.selectgo"),
    "running": (),
}


class Stuck(NamedTuple):
    """Goroutines of a profile; frames are as those of `goroutine`. The outermost function begins at `begins`."""

    number: int
    reason: str
    frames: tuple[str, ...]
    line: int = 20
    begins: int = 10
    labels: tuple[tuple[str, str], ...] = ()


def protobuf(*stuck: Stuck, kind: str = "goroutine") -> bytes:
    """A profile in protobuf form, not packed."""
    names = ["", kind, "count"]
    functions: list[bytes] = []
    places: list[bytes] = []
    samples: list[bytes] = []

    def text(name: str) -> int:
        if name not in names:
            names.append(name)
        return names.index(name)

    def place(name: str, file: str, line: int, begins: int) -> int:
        number = len(places) + 1
        functions.append(message((1, number), (2, text(name)), (4, text(file)), (5, begins)))
        places.append(message((1, number), (4, message((1, number), (2, line)))))
        return number

    for each in stuck:
        inner = [place(name, "/go/src/runtime/x.go", 900, 100) for name in PARKED[each.reason]]
        outer = [place(name, "/src/app/app.go", each.line + at, each.begins) for at, name in enumerate(each.frames)]
        labels = [(3, message((1, text(key)), (2, text(value)))) for key, value in each.labels]
        samples.append(message((1, b"".join(map(varint, inner + outer))), (2, varint(each.number)), *labels))
    return message(
        (1, message((1, 1), (2, 2))),
        *((2, each) for each in samples),
        *((4, each) for each in places),
        *((5, each) for each in functions),
        *((6, name.encode()) for name in names),
    )


def debug1(*stuck: Stuck, kind: str = "goroutine") -> bytes:
    """A profile in its text form."""
    lines = [f"{kind} profile: total {sum(each.number for each in stuck)}"]
    address = 0x1000
    for each in stuck:
        hidden = [address + 16 * at for at in range(len(PARKED[each.reason]))]
        shown = [address + 0x800 + 16 * at for at in range(len(each.frames))]
        lines.append(f"{each.number} @ " + " ".join(map(hex, [*hidden, *shown, 0x4840C1])))
        if each.labels:
            lines.append("# labels: {" + ", ".join(f'"{key}":"{value}"' for key, value in each.labels) + "}")
        for at, (place, name) in enumerate(zip(shown, each.frames, strict=True)):
            lines.append(f"#\t{place - 1:#x}\t{name}+0x1d\t\t/src/app/app.go:{each.line + at}")
        lines.append("")
        address += 0x1000
    return ("\n".join(lines) + "\n").encode()
