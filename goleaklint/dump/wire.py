"""The protobuf form of pprof profiles (debug=0), the dozen fields that are needed: profile.proto of google/pprof.

A message is a row of fields: a varint `number << 3 | type`, and a value: a varint (type 0), eight bytes (1), a varint
length and so many bytes (2), or four bytes (5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_WIDTHS = {1: 8, 5: 4}  # fields of fixed width; none is needed here


class MalformedError(Exception):
    """The bytes are no profile, or not the whole of one."""


class Function(NamedTuple):
    """`begins` is the line of its declaration, 0 where the profile does not know it."""

    name: str
    file: str
    begins: int


class Label(NamedTuple):
    """One label: a text, or a number where `text` is ""."""

    key: str
    text: str
    number: int


class Sample(NamedTuple):
    """How often a stack was seen: the locations' numbers, the innermost first."""

    locations: tuple[int, ...]
    values: tuple[int, ...]
    labels: tuple[Label, ...]


class Profile(NamedTuple):
    """`locations`: number -> its functions with the line in each, the innermost of inlined ones first."""

    types: tuple[str, ...]
    samples: list[Sample]
    locations: dict[int, list[tuple[Function, int]]]


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of the fields of one message. Raises MalformedError where it ends in one, or holds none."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        value: int | bytes
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        elif kind in _WIDTHS:
            value, at = data[at : at + _WIDTHS[kind]], at + _WIDTHS[kind]
        else:
            raise MalformedError(f"field type {kind} at byte {at}")
        if at > len(data) or not number:
            raise MalformedError(f"it ends inside a field, at byte {len(data)}")
        yield number, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
    raise MalformedError(f"it ends inside a number, at byte {at}")


def _numbers(value: int | bytes) -> Iterator[int]:
    """The numbers of a repeated field, which are packed into one value or come one by one."""
    if isinstance(value, int):
        yield value
        return
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        yield number


def read_profile(data: bytes) -> Profile:
    """The whole profile. Raises MalformedError, also for one without the strings that come last."""
    parts: dict[int, list[bytes]] = {1: [], 2: [], 4: [], 5: [], 6: []}
    for number, value in fields(data):
        if number in parts and isinstance(value, bytes):
            parts[number].append(value)
    if not parts[6]:
        raise MalformedError("its names are missing")
    strings = [value.decode("utf-8", "replace") for value in parts[6]]
    functions = dict(_function(each, strings) for each in parts[5])
    return Profile(
        types=tuple(_text(strings, _integers(each).get(1, 0)) for each in parts[1]),
        samples=[_sample(each, strings) for each in parts[2]],
        locations=dict(_location(each, functions) for each in parts[4]),
    )


def _integers(message: bytes) -> dict[int, int]:
    """The fields of a message that are single numbers."""
    return {number: value for number, value in fields(message) if isinstance(value, int)}


def _text(strings: list[str], at: int) -> str:
    if at >= len(strings):
        raise MalformedError(f"there is no name {at}")
    return strings[at]


def _function(message: bytes, strings: list[str]) -> tuple[int, Function]:
    values = _integers(message)
    name, file = _text(strings, values.get(2, 0)), _text(strings, values.get(4, 0))
    return values.get(1, 0), Function(name, file, values.get(5, 0))


def _location(message: bytes, functions: dict[int, Function]) -> tuple[int, list[tuple[Function, int]]]:
    number, lines = 0, []
    for field, value in fields(message):
        if field == 1 and isinstance(value, int):
            number = value
        elif field == 4 and isinstance(value, bytes):
            values = _integers(value)
            function = functions.get(values.get(1, 0))
            if function is None:
                raise MalformedError(f"there is no function {values.get(1, 0)}")
            lines.append((function, values.get(2, 0)))
    return number, lines


def _sample(message: bytes, strings: list[str]) -> Sample:
    locations: list[int] = []
    values: list[int] = []
    labels: list[Label] = []
    for field, value in fields(message):
        if field == 1:
            locations.extend(_numbers(value))
        elif field == 2:
            values.extend(_numbers(value))
        elif field == 3 and isinstance(value, bytes):
            each = _integers(value)
            labels.append(Label(_text(strings, each.get(1, 0)), _text(strings, each.get(2, 0)), each.get(3, 0)))
    return Sample(tuple(locations), tuple(values), tuple(labels))
