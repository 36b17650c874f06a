"""Dumps in logs of one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from goleaklint.dump.formats import NotADumpError, read
from goleaklint.dump.goroutines import Dump

DUMP = """panic: "quoted" \\ and <tagged>

goroutine 1 [running]:
main.main()
	/srv/app/main.go:12 +0x1d

goroutine 18 [chan send, 3 minutes]:
main.work(...)
	/srv/app/main.go:30
created by main.main in goroutine 1
	/srv/app/main.go:9 +0x52
"""


def buckets(dump: Dump) -> list[tuple[str, int, str]]:
    return sorted((each.reason, each.count, each.stack.frames[0].function) for each in dump.buckets)


PLAIN = [("chan send", 1, "main.work"), ("running", 1, "main.main")]


def test_plain() -> None:
    """What the dump is without a log around it."""
    assert buckets(read(DUMP.encode())) == PLAIN


@pytest.mark.parametrize("key", ["log", "message", "msg", "textPayload"])
def test_a_record_for_each_line(key: str) -> None:
    """As a container runtime keeps standard error, between other records; with and without the newline in the text."""
    records = [
        {key: f"{line}\n", "stream": "stderr", "time": f"2026-01-02T03:04:{n:02}Z"}
        for n, line in enumerate(DUMP.split("\n"))
    ]
    bare = [{"level": "error", key: line} for line in DUMP.split("\n")]
    for lines in (records, bare):
        data = "".join(json.dumps(record) + "\n" for record in [{key: "before"}, *lines])
        assert buckets(read(data.encode())) == PLAIN


@pytest.mark.parametrize(
    "record",
    [
        {"msg": DUMP},
        {"level": "fatal", "ts": 1.5, "msg": "died", "stacks": DUMP},
        {"msg": "died", "context": {"runtime": [{"goroutines": DUMP}]}},
        {"log": DUMP.replace("\n", "\r\n")},
    ],
    ids=["message", "another field", "deep", "CRLF"],
)
def test_a_whole_dump_in_one_record(record: dict[str, object]) -> None:
    """A structured logger that was given the dump as a value."""
    lines = [json.dumps({"msg": "start"}), json.dumps(record), json.dumps({"msg": "end"})]
    assert buckets(read("\n".join(lines).encode())) == PLAIN
    assert buckets(read(json.dumps(record).encode())) == PLAIN


def test_lines_that_are_no_records() -> None:
    """What is no JSON object stands for itself, also half a record at the end."""
    data = json.dumps({"msg": "start"}) + "\n" + DUMP + '\n{"msg": "goroutine 99 [sel'
    assert buckets(read(data.encode())) == PLAIN


def test_a_log_without_a_dump() -> None:
    """It is named for what it is."""
    with pytest.raises(NotADumpError, match=r"^JSON; capture"):
        read(b'{"msg": "nothing here"}\n{"msg": "goroutines: 5"}\n')


def test_every_prefix() -> None:
    """No prefix of such a log is an exception, and none has more goroutines than the whole."""
    data = "".join(json.dumps({"log": f"{line}\n"}) + "\n" for line in DUMP.split("\n")).encode()
    for length in range(len(data)):
        try:
            assert read(data[:length]).total <= 2
        except NotADumpError:
            continue


def test_shared_captures() -> None:
    """A real capture in records has the goroutines that it has without."""
    path = Path(__file__).parents[3] / "shared/dumps/default/goroutine.debug2.txt"
    if not path.exists():
        pytest.skip("no ../shared/dumps beside this checkout")
    text = path.read_text()
    data = "".join(json.dumps({"log": f"{line}\n"}) + "\n" for line in text.split("\n")).encode()
    assert buckets(read(data)) == buckets(read(text.encode()))
