"""SVG, folded stacks, speedscope and pprof of one small dump, as others read them."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goleaklint.dump.account import Account
from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Labels, Minutes, Stack, Verdict
from goleaklint.report.flame import folded, page, pprof, speedscope, svg
from goleaklint.report.flame.tree import bare

HOSTILE = "</title><script>alert(1)</script>;&\"'\x00\u202e\ufffe\udcff"
SEND = """\
goroutine {0} [chan send]:
example.com/shop.put(0x1)
	/srv/shop/put.go:3 +0x1d
example.com/shop.Run.func1()
	/srv/shop/run.go:9 +0x1d
created by example.com/shop.Run in goroutine 1
	/srv/shop/run.go:8 +0x2f

"""
NIL = """\
goroutine 4 [chan receive (nil chan), 3 minutes]:
example.com/shop.Run.func1()
	/srv/shop/run.go:10 +0x1d
created by example.com/shop.Run in goroutine 1
	/srv/shop/run.go:8 +0x2f

"""
IDLE = "goroutine 5 [force gc (idle)]:\nruntime.forcegchelper()\n\t/go/src/runtime/proc.go:360 +0xb3\n\n"

# What speedscope's own schema asks of a sampled profile.
SPEEDSCOPE = {
    "type": "object",
    "required": ["$schema", "shared", "profiles"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://www.speedscope.app/file-format-schema.json"},
        "name": {"type": "string"},
        "exporter": {"type": "string"},
        "activeProfileIndex": {"type": "number"},
        "shared": {
            "type": "object",
            "required": ["frames"],
            "properties": {
                "frames": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "additionalProperties": False,
                        "properties": {
                            "name": {"type": "string"},
                            "file": {"type": "string"},
                            "line": {"type": "number"},
                            "col": {"type": "number"},
                        },
                    },
                }
            },
        },
        "profiles": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "name", "unit", "startValue", "endValue", "samples", "weights"],
                "additionalProperties": False,
                "properties": {
                    "type": {"const": "sampled"},
                    "name": {"type": "string"},
                    "unit": {"enum": ["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]},
                    "startValue": {"type": "number"},
                    "endValue": {"type": "number"},
                    "samples": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
                    "weights": {"type": "array", "items": {"type": "number"}},
                },
            },
        },
    },
}


def account(text: str, path: str = "a.txt") -> Account:
    return bare(read(text.encode("utf-8", "surrogateescape"), path))


SMALL = account(SEND.format(2) + SEND.format(3) + NIL + IDLE)


def test_folded() -> None:
    """One line for each path, sorted; the runtime's own are among them."""
    assert folded.render([SMALL]) == (
        "go example.com/shop.Run run.go:8;example.com/shop.Run.func1;[chan receive (nil chan)] 1\n"
        "go example.com/shop.Run run.go:8;example.com/shop.Run.func1;example.com/shop.put;[chan send] 2\n"
        "no creation site in the dump;runtime.forcegchelper;[force gc (idle)] 1\n"
    )


def test_folded_of_two_dumps() -> None:
    """The same path in two dumps is one line; a separator inside a name is none."""
    text = SEND.format(2).replace("shop.put", "shop.p;ut")
    assert folded.render([account(text), account(text, "b.txt")]) == (
        "go example.com/shop.Run run.go:8;example.com/shop.Run.func1;example.com/shop.p:ut;[chan send] 2\n"
    )


def test_speedscope() -> None:
    """The whole document."""
    document = json.loads(speedscope.render([SMALL]))
    jsonschema.validate(document, SPEEDSCOPE)
    names = [frame["name"] for frame in document["shared"]["frames"]]
    (profile,) = document["profiles"]
    stacks = [[names[index] for index in sample] for sample in profile["samples"]]
    assert list(zip(stacks, profile["weights"], strict=True)) == [
        (["go example.com/shop.Run run.go:8", "example.com/shop.Run.func1", "[chan receive (nil chan)]"], 1),
        (["go example.com/shop.Run run.go:8", "example.com/shop.Run.func1", "example.com/shop.put", "[chan send]"], 2),
        (["no creation site in the dump", "runtime.forcegchelper", "[force gc (idle)]"], 1),
    ]
    assert (profile["name"], profile["startValue"], profile["endValue"]) == ("a.txt", 0, 4)
    assert document["shared"]["frames"][:2] == [
        {"name": "go example.com/shop.Run run.go:8", "file": "/srv/shop/run.go", "line": 8},
        {"name": "example.com/shop.Run.func1", "file": "/srv/shop/run.go", "line": 10},
    ]


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, int or bytes) of a protobuf message that has varints and length-delimited fields only."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(data):
        key = varint()
        assert key & 7 in (0, 2)
        value: Any = varint()
        if key & 7 == 2:
            at += value
            value = data[at - value : at]
        yield key >> 3, value


def packed(data: bytes) -> list[int]:
    """The varints of a packed field, read as the values of fields of their own."""
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            values.append(value)
            value = shift = 0
    return values


def decoded(data: bytes) -> list[tuple[list[tuple[str, str, int]], int, dict[str, str]]]:
    """([(function, file, line), innermost first], count, labels) for each sample."""
    message = list(fields(gzip.decompress(data)))
    strings = [value.decode() for number, value in message if number == 6]
    functions = {part[1]: part for number, value in message if number == 5 for part in [dict(fields(value))]}
    places = {}
    for number, value in message:
        if number == 4:
            location = dict(fields(value))
            line = dict(fields(location[4]))
            function = functions[line[1]]
            places[location[1]] = (strings[function.get(2, 0)], strings[function.get(4, 0)], line.get(2, 0))
    samples = []
    for number, value in message:
        if number == 2:
            parts = list(fields(value))
            ids = [each for field, content in parts if field == 1 for each in packed(content)]
            (count,) = [each for field, content in parts if field == 2 for each in packed(content)]
            labels = [dict(fields(content)) for field, content in parts if field == 3]
            pairs = {strings[label[1]]: strings[label.get(2, 0)] for label in labels}
            samples.append(([places[each] for each in ids], count, pairs))
    return samples


def test_pprof() -> None:
    """Every sample with its stack, count and labels; strings, functions and locations each once."""
    data = pprof.render([SMALL])
    root = ("go example.com/shop.Run run.go:8", "/srv/shop/run.go", 8)
    assert decoded(data) == [
        (
            [
                ("[chan receive (nil chan)]", "", 0),
                ("example.com/shop.Run.func1", "/srv/shop/run.go", 10),
                root,
            ],
            1,
            {"reason": "chan receive (nil chan)", "verdict": "leak"},
        ),
        (
            [
                ("[chan send]", "", 0),
                ("example.com/shop.put", "/srv/shop/put.go", 3),
                ("example.com/shop.Run.func1", "/srv/shop/run.go", 9),
                root,
            ],
            2,
            {"reason": "chan send", "verdict": "candidate"},
        ),
        (
            [
                ("[force gc (idle)]", "", 0),
                ("runtime.forcegchelper", "/go/src/runtime/proc.go", 360),
                ("no creation site in the dump", "", 0),
            ],
            1,
            {"reason": "force gc (idle)", "verdict": "never"},
        ),
    ]
    strings = [value for number, value in fields(gzip.decompress(data)) if number == 6]
    assert strings[0] == b""
    assert len(strings) == len(set(strings))
    assert data == pprof.render([SMALL])


def test_pprof_as_go_reads_it(tmp_path: Path) -> None:
    """`go tool pprof` counts the reasons, with their parentheses, and knows the creation site above them all."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go on PATH to read the profile with")
    path = tmp_path / "a.pb.gz"
    path.write_bytes(pprof.render([SMALL, account(SEND.format(9), "b.txt")]))
    command = [go, "tool", "pprof", "-top", path.as_posix()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    rows = [line.split(maxsplit=5) for line in done.stdout.splitlines() if line.strip().endswith(("]", ":8"))]
    assert sorted((row[5], int(row[0]), int(row[3])) for row in rows) == [
        ("[chan receive (nil chan)]", 1, 1),
        ("[chan send]", 3, 3),
        ("[force gc (idle)]", 1, 1),
        ("go example.com/shop.Run run.go:8", 0, 4),
    ]


def titles(text: str) -> list[str]:
    """The title of every rectangle of a picture; raises on what is no XML."""
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    return [title.text or "" for rect in root.iter(f"{space}rect") for title in rect.iter(f"{space}title")]


def test_svg() -> None:
    """A rectangle for each node with all of its name, its count and its share, without the runtime's own."""
    assert titles(svg.render([SMALL])) == [
        "all goroutines: 3 goroutines, 100.0%",
        "go example.com/shop.Run /srv/shop/run.go:8: 3 goroutines, 100.0%",
        "example.com/shop.Run.func1 /srv/shop/run.go:9: 2 goroutines, 66.7%, blocked in a channel send or a mutex",
        "example.com/shop.put /srv/shop/put.go:3: 2 goroutines, 66.7%, blocked in a channel send or a mutex",
        "[chan send]: 2 goroutines, 66.7%, blocked in a channel send or a mutex",
        "example.com/shop.Run.func1 /srv/shop/run.go:10: 1 goroutine, 33.3%, receive or select on a user channel",
        "[chan receive (nil chan)]: 1 goroutine, 33.3%, receive or select on a user channel",
    ]


def test_svg_of_many_groups() -> None:
    """Siblings too narrow to see are one rectangle, and nothing is lost in it."""
    many = [SEND.format(number).replace("run.go:8", f"run.go:{number}") for number in range(2, 3002)]
    found = titles(svg.render([account("".join(many))]))
    assert found == [
        "all goroutines: 3000 goroutines, 100.0%, blocked in a channel send or a mutex",
        "3000 goroutines too narrow to draw",
    ]


@pytest.mark.parametrize("place", ["function", "file", "reason", "path"])
def test_hostile_names(place: str) -> None:
    """Whatever a name holds, the picture is XML without a script, and the others are text with nothing to hide."""
    text = SEND.format(2) + SEND.format(3)
    if place == "function":
        text = text.replace("shop.put", f"shop.{HOSTILE}")
    elif place == "file":
        text = text.replace("put.go", f"{HOSTILE}.go")
    elif place == "reason":
        text = text.replace("chan send", HOSTILE)
    dump = account(text, HOSTILE if place == "path" else "a.txt")
    picture = svg.render([dump])
    assert "<script" not in picture
    assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    jsonschema.validate(json.loads(speedscope.render([dump])), SPEEDSCOPE)
    for exported in (picture, folded.render([dump]), speedscope.render([dump])):
        assert [character for character in "\x00\u202e\udcff" if character in exported] == []
        exported.encode()
    assert sum(count for _, count, _ in decoded(pprof.render([dump]))) == 2


NAMES = st.text(max_size=12) | st.sampled_from([HOSTILE, "example.com/a.(*T[...]).F", "/", "a.b/c", "", "]]>"])
FRAMES = st.builds(Frame, NAMES, NAMES, st.integers(0, 400))
BUCKETS = st.builds(
    Bucket,
    reason=NAMES | st.sampled_from(["chan send", "IO wait", "select"]),
    verdict=st.sampled_from(Verdict),
    count=st.integers(1, 1 << 40),
    stack=st.builds(
        Stack,
        frames=st.lists(FRAMES, max_size=5).map(tuple),
        created_by=st.none() | FRAMES,
        elided=st.integers(-1, 3),
        elided_at=st.integers(0, 5),
        unavailable=st.booleans(),
    ),
    minutes=st.none() | st.builds(Minutes, st.integers(0, 5), st.integers(5, 9), st.integers(1, 3)),
    labels=st.lists(st.builds(Labels, st.tuples(st.tuples(NAMES, NAMES)), st.integers(1, 9)), max_size=2).map(tuple),
)


@given(buckets=st.lists(BUCKETS, max_size=4), others=st.lists(BUCKETS, max_size=4))
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_dump_can_be_drawn(buckets: list[Bucket], others: list[Bucket]) -> None:
    """No exception, valid XML and JSON, nothing that UTF-8 cannot hold, and no goroutine lost or doubled."""
    one, two = (bare(Dump(path=HOSTILE, format="text", total=0, buckets=tuple(side))) for side in (buckets, others))
    total = sum(bucket.count for bucket in (*buckets, *others))
    ElementTree.fromstring(svg.render([one, two])).tag.encode()
    assert sum(int(line.rpartition(" ")[2]) for line in folded.render([one, two]).split("\n") if line) == total
    profiles = json.loads(speedscope.render([one, two]).encode())["profiles"]
    assert sum(profile["endValue"] for profile in profiles) == total
    assert sum(count for _, count, _ in decoded(pprof.render([one, two]))) == total
    text = page.render_diff([one], [two])
    assert text.encode().count(b"<script") == 2
    groups = json.loads(text.partition('id="data">')[2].partition("<")[0])["groups"]
    shown = [bucket.count for bucket in (*buckets, *others) if bucket.verdict is not Verdict.NEVER]
    assert sum(group["base"] + group["count"] for group in groups) == sum(shown)


def test_no_goroutine() -> None:
    """A dump whose goroutines are all the runtime's own has a picture, an empty one."""
    assert titles(svg.render([account(IDLE)])) == ["all goroutines: 0 goroutines, 0.0%"]
    assert folded.render([]) == ""
