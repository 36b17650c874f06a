"""The page as a file: what it is given, and what it lets nobody do. What it does is in test_flame_browser.py."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from goleaklint.dump.account import Account, Group, How, Match, Prediction, Site
from goleaklint.dump.formats import read
from goleaklint.model import Confidence, Finding, Severity, Span
from goleaklint.report.flame import page
from goleaklint.report.flame.tree import bare

HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=alert(1)>\"'&{data}\x00\u202e\u2028\udcff<!--"
SEND = """\
goroutine 2 [chan send, 3 minutes]:
example.com/shop.Run.func1()
	/srv/shop/run.go:9 +0x1d
created by example.com/shop.Run in goroutine 1
	/srv/shop/run.go:8 +0x2f

"""
FINDING = Finding(
    code="GLK101",
    name="abandoned-send",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="send on done blocks for ever",
    span=Span("run.go", 9, 3, 9, 12),
)


class Elements(HTMLParser):
    """The elements of a page as a browser's parser tells them, and the text of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened = ""
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        self.opened = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.opened = ""

    def handle_data(self, data: str) -> None:
        if self.opened in self.texts:
            self.texts[self.opened][-1] += data


def account(text: str = SEND, path: str = "a.txt") -> Account:
    return bare(read(text.encode("utf-8", "surrogateescape"), path))


def data(text: str) -> Any:
    return json.loads(Elements(text).texts["script"][0])


def site(path: str, line: int, how: How = How.LINE, note: str = "") -> Site:
    span = Span(path, line, 2, line, 9)
    return Site(span=span, function="example.com/shop.Run", statement="", how=how, dump_line=line, note=note)


def test_the_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the page is told of one group, with its source and its finding."""
    monkeypatch.chdir(tmp_path)
    Path("run.go").write_bytes(b"".join(b"\tline%d()\n" % number for number in range(1, 30)))
    bucket = account().groups[0].bucket
    group = Group(
        bucket=bucket,
        creation=site("run.go", 8),
        handed_over=site("run.go", 20, note="unused"),
        block=site("run.go", 9, How.MOVED, "the source has changed"),
        prediction=Prediction(finding=FINDING, match=Match.BLOCK),
    )
    dump = read(SEND.encode(), "a.txt")
    document = data(page.render([Account(dump=dump, repository=".", groups=(group,))]))
    version = document.pop("goleaklint")
    assert version
    assert document == {
        "dumps": [{"path": "a.txt", "cause": "", "total": 1, "base": False}],
        "classes": [
            {"name": "blocked", "meaning": "blocked in a channel send or a mutex"},
            {"name": "serving", "meaning": "net/http.(*conn).serve in a read"},
            {"name": "waiting", "meaning": "receive or select on a user channel"},
            {"name": "other", "meaning": "other"},
        ],
        "labels": [
            ["go", "example.com/shop.Run", "shop.Run", "run.go", 20, "shop.Run", 1],
            ["call", "example.com/shop.Run.func1", "shop.Run.func1", "/srv/shop/run.go", 9, "", 1],
            ["wait", "chan send", "chan send", "", 0, "", 1],
        ],
        "groups": [
            {
                "dump": 0,
                "count": 1,
                "base": None,
                "path": [0, 1, 2],
                "class": 0,
                "reason": "chan send",
                "verdict": "candidate",
                "own": False,
                "minutes": [3, 3, 1],
                "leaked": 0,
                "locked": 0,
                "parents": 1,
                "ids": [2],
                "labels": [],
                "blocked": ["shop.Run", "run.go", 9],
                "notes": ["the source has changed"],
                "excerpts": [0],
                "finding": 0,
            }
        ],
        "excerpts": [
            {
                "path": "run.go",
                "function": "shop.Run",
                "lines": [
                    [5, "    line5()", ""],
                    [6, "    line6()", ""],
                    [7, "    line7()", ""],
                    [8, "    line8()", "created here"],
                    [9, "    line9()", "waits here"],
                    [10, "    line10()", ""],
                    [11, "    line11()", ""],
                    [12, "    line12()", ""],
                    [0, "", ""],
                    [17, "    line17()", ""],
                    [18, "    line18()", ""],
                    [19, "    line19()", ""],
                    [20, "    line20()", "handed over here"],
                    [21, "    line21()", ""],
                    [22, "    line22()", ""],
                    [23, "    line23()", ""],
                ],
            }
        ],
        "findings": [
            {
                "code": "GLK101",
                "name": "abandoned-send",
                "severity": "error",
                "confidence": "high",
                "message": "send on done blocks for ever",
                "path": "run.go",
                "line": 9,
            }
        ],
    }


def test_a_place_that_is_lost() -> None:
    """Only the note of it is left, and the creation site that the dump names."""
    group = Group(bucket=account().groups[0].bucket, creation=site("gone.go", 8, How.LOST, "there is no function Run"))
    document = data(page.render([Account(dump=read(SEND.encode()), repository=".", groups=(group,))]))
    assert document["labels"][0] == ["go", "example.com/shop.Run", "shop.Run", "/srv/shop/run.go", 8, "", 1]
    assert (document["excerpts"], document["groups"][0]["notes"]) == ([], ["there is no function Run"])


def test_the_object_of_a_comparison() -> None:
    """Both sides' dumps, and each group with its two counts."""
    base = account(SEND + SEND.replace("e 2", "e 3"), "base.txt")
    document = data(page.render_diff([base], [account(SEND.replace("chan send", "sleep"), "new.txt"), account(SEND)]))
    assert [(dump["path"], dump["base"]) for dump in document["dumps"]] == [
        ("base.txt", True),
        ("new.txt", False),
        ("a.txt", False),
    ]
    assert [(group["reason"], group["base"], group["count"]) for group in document["groups"]] == [
        ("sleep", 0, 1),
        ("chan send", 2, 1),
    ]


@pytest.mark.parametrize("place", ["function", "file", "reason", "label", "path", "finding", "source", "note"])
def test_hostile_names(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name makes an element, ends the data or changes the policy: all but data and title stay the same."""
    monkeypatch.chdir(tmp_path)
    Path("run.go").write_text("x\n" * 8 + (HOSTILE if place == "source" else "y") + "\n", errors="surrogateescape")
    text = SEND
    if place == "function":
        text = text.replace("Run.func1", HOSTILE)
    elif place == "file":
        text = text.replace("run.go:9", f"{HOSTILE}:9")
    elif place == "reason":
        text = text.replace("chan send", HOSTILE)
    elif place == "label":
        text = text.replace("3 minutes]", '3 minutes labels:{"k": "' + HOSTILE.replace('"', "") + '"}]')
    dump = read(text.encode("utf-8", "surrogateescape"), HOSTILE if place == "path" else "a.txt")
    message = HOSTILE if place == "finding" else "send blocks"
    finding = Finding(
        code="GLK101",
        name="x",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=message,
        span=FINDING.span,
    )
    group = Group(
        bucket=dump.buckets[0],
        block=site("run.go", 9, note=HOSTILE if place == "note" else ""),
        prediction=Prediction(finding=finding, match=Match.BLOCK),
    )
    rendered = page.render([Account(dump=dump, repository=".", groups=(group,))])
    plain, hostile = Elements(page.render([account()])), Elements(rendered)
    assert (hostile.tags, hostile.attributes) == (plain.tags, plain.attributes)
    assert hostile.texts["script"][1:] == plain.texts["script"][1:]
    assert "window.hit" in json.dumps(data(rendered))
    assert [character for character in "\x00\u202e\u2028\udcff" if character in rendered] == []
    rendered.encode()


def test_policy() -> None:
    """Nothing is loaded, and nothing runs but the page's own script, which is named by its hash."""
    text = page.render([account()])
    elements = Elements(text)
    policy = next(each["content"] for each in elements.attributes if each.get("http-equiv"))
    (style,), (_, script) = elements.texts["style"], elements.texts["script"]

    def digest(content: str) -> str:
        return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert re.findall(r"\b(?:https?:)?//[a-z]+\.", text) == []
    assert [name for each in elements.attributes for name in each if name.startswith("on") or name == "style"] == []


def test_scripts_are_small_and_make_no_markup() -> None:
    """No script above 500 lines; nothing in them turns text into elements or code."""
    folder = Path(page.__file__).parent
    scripts = {
        path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in (".js", ".css")
    }
    assert {name: text.count("\n") for name, text in scripts.items() if text.count("\n") > 500} == {}
    ways = re.compile(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|fetch\(|XMLHttp|import\(|</"
    )
    assert {name: ways.findall(text) for name, text in scripts.items() if ways.search(text)} == {}


def test_same_bytes() -> None:
    """The page depends on nothing but its dumps."""
    assert page.render([account()]) == page.render([account()])
