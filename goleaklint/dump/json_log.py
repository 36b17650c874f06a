"""Records of JSON logs, as container runtimes and structured loggers write them: the text in them, and whose it is.

A record is a line of a dump (`{"log":"goroutine 1 [running]:\\n"}`) or holds a whole dump in one string. A line holds
one record, several, or an array of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import msgspec

# What loggers call the text of a record: docker, most of them, Go's, Google's, systemd's.
KEYS = ("log", "message", "msg", "textPayload", "MESSAGE")
# What they call the place that a record comes from, as a text or a number; and as an object.
_ORIGINS = frozenset(
    {
        *("stream", "source", "container", "container_name", "container_id", "containerName", "CONTAINER_NAME"),
        *("pod", "pod_name", "host", "hostname", "_HOSTNAME", "service", "app", "instance", "pid", "_PID"),
        *("SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT"),
    }
)
_ORIGIN_OBJECTS = frozenset({"kubernetes", "k8s", "docker", "labels", "resource"})
HEADER = re.compile(
    r"^goroutine (?:\d+ (?:[a-z]+=\S+ )*\[|profile: total )|^goroutineleak profile: total ", re.MULTILINE
)
_DEEP = 4
_MOST = 100_000  # records in one line
_decode = msgspec.json.Decoder().decode
_one_of_several = json.JSONDecoder().raw_decode


def records(line: bytes) -> list[dict[str, object]] | None:
    """The objects that the line consists of; None for another line."""
    line = line.strip()
    if line[:1] not in (b"{", b"["):
        return None
    try:
        found = _decode(line)
    except (msgspec.DecodeError, RecursionError):
        return _several(line) if b"}" in line[:-1] else None
    objects = found if isinstance(found, list) else [found]
    return objects if all(isinstance(each, dict) for each in objects) else None


def _several(line: bytes) -> list[dict[str, object]] | None:
    """The objects of a line without anything but blanks and commas between them."""
    text, at = line.decode("utf-8", "replace"), 0
    found: list[dict[str, object]] = []
    while at < len(text):
        try:
            value, at = _one_of_several(text, at)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict) or len(found) >= _MOST:
            return None
        found.append(value)
        while text[at : at + 1] in (" ", "\t", ","):
            at += 1
    return found


def parts(record: Mapping[str, object]) -> tuple[str, list[str]]:
    """Where the record comes from, as far as it says (`stream=stderr pod=app-1`), and its texts.

    Texts are its own, and every other string that holds the header of a goroutine.
    """
    own, origin, texts = None, "", []
    for key in KEYS:
        if isinstance(text := record.get(key), str):
            own, texts = key, [text]
            break
    for key, value in record.items():
        if key == own:
            continue
        if key in _ORIGINS and isinstance(value, str | int):
            origin += f" {key}={value}"
        elif key in _ORIGIN_OBJECTS and isinstance(value, dict):
            origin += f" {key}={json.dumps(value, ensure_ascii=False)}"
        if isinstance(value, dict | list) or (isinstance(value, str) and "goroutine" in value):
            texts.extend(_dumps(value, 0))
    return origin[1:], texts


def _dumps(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if HEADER.search(value):
            yield value
    elif isinstance(value, dict | list) and depth < _DEEP:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _dumps(inner, depth + 1)
