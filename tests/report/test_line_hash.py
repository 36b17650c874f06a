"""The line hash equals what github/codeql-action computes; the vectors are those of its own tests."""

from __future__ import annotations

import pytest

from goleaklint.report.line_hash import LineHashes

GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        (
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
            [
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ],
        ),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
)
def test_vectors(text: str, hashes: list[str]) -> None:
    """Every line of every vector, whatever its line ends."""
    file = LineHashes(text.encode())
    assert [file.of(line + 1) for line in range(len(hashes))] == hashes


def test_no_such_line() -> None:
    """A line outside the file has no hash, rather than a wrong one."""
    file = LineHashes(b"a\nb")
    assert [file.of(0), file.of(3)] == ["", ""]


def rolling(text: str) -> list[str]:
    """The algorithm as it is described, unit by unit, for the comparison with the fast one."""
    units = [int.from_bytes(text.encode("utf-16-be")[at : at + 2]) for at in range(0, 2 * _length(text), 2)]
    window, hashes, starts, value = [0] * 100, [], [-1] * 100, 0
    counts: dict[int, int] = {}
    first = True
    for index, unit in enumerate([*[u for u in units if u not in (9, 32)], 65535, *[0] * 100]):
        at = index % 100
        if starts[at] != -1:
            counts[value] = counts.get(value, 0) + 1
            hashes.append(f"{value:x}:{counts[value]}")
        starts[at] = index if first and index <= len(units) else -1
        first = unit == 10
        value = (37 * value + unit - 37**100 * window[at]) % 2**64
        window[at] = unit
    return hashes


def _length(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


def test_beyond_the_basic_plane() -> None:
    """Units are UTF-16's: a character beyond the basic plane is two."""
    text = "👍 a 日本\n" + "x👍" * 80 + "\nend"
    file = LineHashes(text.encode())
    assert [file.of(line) for line in (1, 2, 3)] == rolling(text)
