"""What each fix of a lock, a WaitGroup and a channel writes, and where there is none; with Go, that it builds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from goleaklint.cli import group

LOCKED = """package p

import "sync"

type store struct {
	mu   sync.RWMutex
	data map[string]int
}

func work() {}

"""
WAITED = """package p

import "sync"

func work() error { return nil }

func f() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
@
	}()
	wg.Wait()
}
"""


class Case(NamedTuple):
    """A source and what it becomes with --fix, and with --unsafe-fixes; None where it stays."""

    source: str
    safe: str | None
    unsafe: str | None = None


def locked(before: str, after: str | None) -> Case:
    return Case(LOCKED + before, None if after is None else LOCKED + after)


def waited(before: str, safe: str | None, unsafe: str | None = None) -> Case:
    def whole(body: str | None) -> str | None:
        return None if body is None else WAITED.replace("@", body)

    source = whole(before)
    assert source is not None
    return Case(source, whole(safe), whole(unsafe))


LOCKS = {
    "defer where every unlock stands before a return": locked(
        "func (s *store) see(key string) (int, bool) {\n\ts.mu.RLock()\n\tn, ok := s.data[key]\n\tif !ok {\n"
        "\t\treturn 0, false\n\t}\n\ts.mu.RUnlock()\n\treturn n, true\n}\n",
        "func (s *store) see(key string) (int, bool) {\n\ts.mu.RLock()\n\tdefer s.mu.RUnlock()\n"
        "\tn, ok := s.data[key]\n\tif !ok {\n\t\treturn 0, false\n\t}\n\treturn n, true\n}\n",
    ),
    "the unlock that is missing where more is done after the other": locked(
        "func (s *store) see(key string) (int, bool) {\n\ts.mu.Lock()\n\tn, ok := s.data[key]\n\tif !ok {\n"
        "\t\treturn 0, false\n\t}\n\ts.mu.Unlock()\n\twork()\n\treturn n, true\n}\n",
        "func (s *store) see(key string) (int, bool) {\n\ts.mu.Lock()\n\tn, ok := s.data[key]\n\tif !ok {\n"
        "\t\ts.mu.Unlock()\n\t\treturn 0, false\n\t}\n\ts.mu.Unlock()\n\twork()\n\treturn n, true\n}\n",
    ),
    "the end of the function": locked(
        "func (s *store) use(key string) {\n\twork()\n\ts.mu.Lock()\n\tif s.data == nil {\n\t\ts.mu.Unlock()\n"
        "\t\treturn\n\t}\n\ts.data[key]++\n}\n",
        "func (s *store) use(key string) {\n\twork()\n\ts.mu.Lock()\n\tif s.data == nil {\n\t\ts.mu.Unlock()\n"
        "\t\treturn\n\t}\n\ts.data[key]++\n\ts.mu.Unlock()\n}\n",
    ),
    "two ways out": locked(
        "func (s *store) use(key string) int {\n\twork()\n\ts.mu.Lock()\n\tif s.data == nil {\n\t\treturn 1\n\t}\n"
        '\tif key == "" {\n\t\treturn 2\n\t}\n\ts.mu.Unlock()\n\twork()\n\treturn 3\n}\n',
        "func (s *store) use(key string) int {\n\twork()\n\ts.mu.Lock()\n\tif s.data == nil {\n\t\ts.mu.Unlock()\n"
        '\t\treturn 1\n\t}\n\tif key == "" {\n\t\ts.mu.Unlock()\n\t\treturn 2\n\t}\n\ts.mu.Unlock()\n\twork()\n'
        "\treturn 3\n}\n",
    ),
    "none where the value that is returned needs the lock": locked(
        "func (s *store) see(key string) int {\n\twork()\n\ts.mu.Lock()\n\tif s.data != nil {\n\t\treturn s.data[key]\n"
        "\t}\n\ts.mu.Unlock()\n\twork()\n\treturn 0\n}\n",
        None,
    ),
    "none where another path has unlocked already": locked(
        "func (s *store) see(key string) int {\n\twork()\n\ts.mu.Lock()\n\tn := s.data[key]\n\tif n > 0 {\n\t\twork()\n"
        "\t} else {\n\t\ts.mu.Unlock()\n\t}\n\treturn n\n}\n",
        None,
    ),
    "no defer over a call that could take the lock": locked(
        "func (s *store) see(key string) int {\n\ts.mu.Lock()\n\tif s.data == nil {\n\t\treturn 0\n\t}\n"
        "\ts.mu.Unlock()\n\treturn s.size()\n}\n\nfunc (s *store) size() int { return len(s.data) }\n",
        "func (s *store) see(key string) int {\n\ts.mu.Lock()\n\tif s.data == nil {\n\t\ts.mu.Unlock()\n\t\treturn 0\n"
        "\t}\n\ts.mu.Unlock()\n\treturn s.size()\n}\n\nfunc (s *store) size() int { return len(s.data) }\n",
    ),
    "none where the name means another one": locked(
        "func (s *store) see(all []*store) int {\n\twork()\n\ts.mu.Lock()\n\tfor _, s := range all {\n"
        "\t\tif s == nil {\n\t\t\treturn 0\n\t\t}\n\t}\n\ts.mu.Unlock()\n\twork()\n\treturn 1\n}\n",
        None,
    ),
}

DONES = {
    "a return without it": waited(
        "\t\tif work() != nil {\n\t\t\treturn\n\t\t}\n\t\twg.Done()",
        "\t\tdefer wg.Done()\n\t\tif work() != nil {\n\t\t\treturn\n\t\t}",
    ),
    "several": waited(
        "\t\tif work() != nil {\n\t\t\tif work() != nil {\n\t\t\t\tprintln(1)\n\t\t\t\treturn\n\t\t\t}\n"
        "\t\t\tprintln(2)\n\t\t\twg.Done()\n\t\t\treturn\n\t\t}\n\t\t_ = work()\n\t\twg.Done()",
        "\t\tdefer wg.Done()\n\t\tif work() != nil {\n\t\t\tif work() != nil {\n\t\t\t\tprintln(1)\n\t\t\t\treturn\n"
        "\t\t\t}\n\t\t\tprintln(2)\n\t\t\treturn\n\t\t}\n\t\t_ = work()",
    ),
    "a late defer": waited(
        "\t\tif work() != nil {\n\t\t\treturn\n\t\t}\n\t\tdefer wg.Done()\n\t\tprintln(1)",
        "\t\tdefer wg.Done()\n\t\tif work() != nil {\n\t\t\treturn\n\t\t}\n\t\tprintln(1)",
    ),
    "unsafe where more comes after it": waited(
        "\t\tif work() != nil {\n\t\t\treturn\n\t\t}\n\t\twg.Done()\n\t\t_ = work()",
        None,
        "\t\tdefer wg.Done()\n\t\tif work() != nil {\n\t\t\treturn\n\t\t}\n\t\t_ = work()",
    ),
    "none in a loop": waited(
        "\t\tfor range 3 {\n\t\t\tif work() != nil {\n\t\t\t\treturn\n\t\t\t}\n\t\t\tprintln(1)\n"
        "\t\t\twg.Done()\n\t\t}",
        None,
    ),
    "none where somebody else may have it": waited(
        "\t\tif work() != nil {\n\t\t\treturn\n\t\t}\n\t\tgo func() {\n\t\t\tprintln(1)\n\t\t\twg.Done()\n\t\t}()", None
    ),
    "none where a comment speaks of it": waited(
        "\t\tif work() != nil {\n\t\t\treturn\n\t\t}\n\t\t// Tell them.\n\t\twg.Done()", None
    ),
}

SENT = """package p

import "errors"

const workers = 4

func load(item string) int { return len(item) }

func f(items []string, table map[string]int, n int) (int, error) {
@
}
"""
FIRST = '\tif n > 7 {\n\t\treturn 0, errors.New("no")\n\t}\n\treturn <-results, nil'


def sent(body: str, size: str | None) -> Case:
    """A channel `results` that is made without room, and the room that it gets."""
    source = SENT.replace("@", body + FIRST)
    fixed = None if size is None else source.replace("make(chan int)", f"make(chan int, {size})")
    return Case(source, fixed)


MADE = "\tresults := make(chan int)\n"
WORKER = "\t\tgo func() {\n\t\t\tresults <- load(items[0])\n\t\t}()\n"

ROOM = {
    "one": sent(MADE + "\tgo func() {\n\t\tresults <- load(items[0])\n\t}()\n", "1"),
    "two": sent(
        MADE + "\tgo func() { results <- load(items[0]) }()\n\tgo func() { results <- load(items[1]) }()\n", "2"
    ),
    "the larger of two branches": sent(
        MADE + "\tgo func() {\n\t\tif n > 3 {\n\t\t\tresults <- 1\n\t\t\treturn\n\t\t}\n\t\tresults <- 2\n\t}()\n", "1"
    ),
    "not one after the other, which may be meant to wait": sent(
        MADE + "\tgo func() {\n\t\tresults <- 1\n\t\tresults <- 2\n\t}()\n", None
    ),
    "one for each item": sent(
        MADE + "\tfor _, item := range items {\n\t\tgo func() {\n\t\t\tresults <- load(item)\n\t\t}()\n\t}\n",
        "len(items)",
    ),
    "one for each index": sent(
        MADE + "\tfor i := 0; i < len(items); i++ {\n\t\tgo func() {\n\t\t\tresults <- load(items[i])\n\t\t}()\n\t}\n",
        "len(items)",
    ),
    "one for each key": sent(
        MADE + "\tfor key := range table {\n\t\tgo func() {\n\t\t\tresults <- load(key)\n\t\t}()\n\t}\n", "len(table)"
    ),
    "a constant": sent(MADE + "\tfor range workers {\n" + WORKER + "\t}\n", "workers"),
    "a number": sent(MADE + "\tfor i := 0; i < 3; i++ {\n" + WORKER + "\t}\n", "3"),
    "not one that may be negative": sent(MADE + "\tfor i := 0; i < n; i++ {\n" + WORKER + "\t}\n", None),
    "not a length that has changed": sent(
        MADE + '\titems = append(items, "")\n\tfor range items {\n' + WORKER + "\t}\n", None
    ),
    "not what is made later": sent(MADE + "\tmore := items[1:]\n\tfor range more {\n" + WORKER + "\t}\n", None),
    "not a loop in a loop": sent(
        MADE + "\tfor range items {\n\t\tfor range 2 {\n" + WORKER.replace("\t\t", "\t\t\t") + "\t\t}\n\t}\n", None
    ),
    "not with a default": sent(
        MADE + "\tgo func() {\n\t\tselect {\n\t\tcase results <- 1:\n\t\tdefault:\n\t\t}\n\t\tresults <- 2\n\t}()\n",
        None,
    ),
}

STREAMED = """package p

import (
	"context"
	"sync"
)

type pair struct{ a, b int }

func use(ctx context.Context) {}

func f(ctx context.Context, items []string, mu *sync.Mutex) string {
	found := make(chan string)
	go send(ctx, found, items, mu)
	select {
	case v := <-found:
		return v
	case <-ctx.Done():
		return ""
	}
}

"""
SELECT = "\t\tselect {\n\t\tcase found <- item:\n\t\tcase <-ctx.Done():\n\t\t\t@\n\t\t}"


def streamed(signature: str, body: str, back: str | None, context: str = "ctx") -> Case:
    """A function that sends in a loop, and how it returns when its context ends."""
    params = "ctx context.Context, found chan<- string, items []string, mu *sync.Mutex"
    source = f"{STREAMED}func send({params}) {signature}{{\n{body}}}\n"
    fixed = (
        source.replace(
            "\t\tfound <- item", SELECT.replace("ctx", context).replace("\n\t\t\t@", f"\n\t\t\t{back}" * bool(back))
        )
        if back is not None
        else None
    )
    return Case(source, None, fixed)


LOOP = "\tfor _, item := range items {\n\t\tfound <- item\n\t}\n"

CONTEXTS = {
    "without results": streamed("", LOOP, "return"),
    "with results": streamed("(*pair, int, error) ", LOOP + "\treturn nil, 0, nil\n", "return nil, 0, ctx.Err()"),
    "not with a result that has no plain zero value": streamed("(pair, error) ", LOOP + "\treturn pair{}, nil\n", None),
    "not with a result that is no error": streamed("int ", LOOP + "\treturn 0\n", None),
    "not where more is owed": streamed("", "\tmu.Lock()\n" + LOOP + "\tmu.Unlock()\n", None),
    "what is deferred is done": streamed("", "\tmu.Lock()\n\tdefer mu.Unlock()\n" + LOOP, "return"),
    "not where the name means something else": streamed("", '\t{\n\t\tctx := ""\n\t\t_ = ctx\n\t}\n' + LOOP, None),
    "nothing is left to do": streamed("", "\tif len(items) > 1 {\n\t\titem := items[1]\n\t\tfound <- item\n\t}\n", ""),
    "the context that is made last": streamed(
        "",
        "\tinner, cancel := context.WithCancel(ctx)\n\tdefer cancel()\n\tuse(inner)\n" + LOOP,
        "return",
        context="inner",
    ),
    "a comment stays behind the send": Case(
        STREAMED.removesuffix("\n").replace(
            "go send(ctx, found, items, mu)", "go func() {\n\t\tfor {\n\t\t\tfound <- items[0] // again\n\t\t}\n\t}()"
        ),
        None,
        STREAMED.removesuffix("\n").replace(
            "go send(ctx, found, items, mu)",
            "go func() {\n\t\tfor {\n\t\t\tselect {\n\t\t\tcase found <- items[0]: // again\n\t\t\tcase <-ctx.Done():\n"
            "\t\t\t\treturn\n\t\t\t}\n\t\t}\n\t}()",
        ),
    ),
}

CASES = LOCKS | DONES | ROOM | CONTEXTS


@pytest.mark.parametrize("name", CASES)
def test_edits(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --fix what is certain, with --unsafe-fixes the rest, and else nothing; CRLF stays."""
    monkeypatch.chdir(tmp_path)
    Path("go.mod").write_text("module p\n\ngo 1.24\n")
    path = Path("p.go")
    case = CASES[name]
    path.write_text(case.source)
    args = ["check", "--isolated", "--no-cache", "--min-confidence", "low", "--select", "GLK101,GLK104,GLK301,GLK403"]
    found = CliRunner().invoke(group, [*args, "--format", "concise", "p.go"], standalone_mode=False)
    assert found.stdout.count("\n") >= 1, "nothing is found"
    for options, wanted in (([], case.safe), (["--unsafe-fixes"], case.unsafe or case.safe)):
        path.write_text(case.source)
        CliRunner().invoke(group, [*args, "--fix", *options, "p.go"], standalone_mode=False)
        assert path.read_text() == (wanted or case.source)
    path.write_bytes(case.source.replace("\n", "\r\n").encode())
    CliRunner().invoke(group, [*args, "--fix", "--unsafe-fixes", "p.go"], standalone_mode=False)
    assert path.read_bytes() == (case.unsafe or case.safe or case.source).replace("\n", "\r\n").encode()
    path.write_text(case.unsafe or case.safe or case.source)
    if shutil.which("go") is None:
        return
    built = subprocess.run(["go", "vet", "."], capture_output=True, text=True, check=False)
    unformatted = subprocess.run(["gofmt", "-l", "."], capture_output=True, text=True, check=True)
    assert ("p.go" in built.stderr and "undefined" in built.stderr, unformatted.stdout) == (False, "")
