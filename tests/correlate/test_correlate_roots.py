"""Creation sites that a dump does not name: by the root function, behind workers, behind libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.roots import creation_by_root, is_created
from goleaklint.dump.account import Group, How
from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Stack, Verdict

SOURCE = """package pool

import (
	"net/http"
	"os/signal"
)

type Server struct{ tasks chan func() }

func Start(s *Server) {
	go s.loop()
	go func() {
		<-s.tasks
	}()
	f := func() { <-s.tasks }
	go f()
	go every(3)
}

func (s *Server) loop() {
	for task := range s.tasks {
		task()
	}
}

type other struct{}

func (o other) loop() {}

func also(o other) { go o.loop() }

func every(n int) { select {} }

func (s *Server) Submit(task func()) { s.tasks <- task }

func Client(s *Server, c chan int) {
	s.Submit(func() { c <- 1 })
	s.Submit(func() { visit(func() { c <- 2 }) })
}

func visit(f func()) { f() }

func twice() {
	go every(1)
}

func Fetch(client *http.Client, url string) {
	client.Get(url)
	http.Post(url, "", nil)
	Get(url)
	signal.Notify(nil)
}

func Get(url string) {}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A module with one package, in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("go.mod").write_text("module example.com/app\n\ngo 1.25\n", encoding="utf-8")
    Path("pool").mkdir()
    Path("pool/pool.go").write_text(SOURCE, encoding="utf-8")
    Path("main.go").write_text(
        'package main\n\nimport "example.com/app/pool"\n\nfunc main() {\n\tgo pool.Client(nil, nil)\n}\n',
        encoding="utf-8",
    )
    return Repository(".")


def frame(name: str, line: int) -> Frame:
    return Frame(f"example.com/app/pool.{name}", "/srv/app/pool/pool.go", line)


def bucket(*frames: Frame, created_by: Frame | None = None) -> Bucket:
    stack = Stack(frames=frames, created_by=created_by)
    return Bucket(reason="chan send", verdict=Verdict.CANDIDATE, count=1, stack=stack)


def group(repository: Repository, *frames: Frame, created_by: Frame | None = None) -> Group:
    dump = Dump(path="d", format="text", total=1, buckets=(bucket(*frames, created_by=created_by),))
    [account] = correlate([dump], repository, lambda directories: ((), ()))
    return account.groups[0]


@pytest.mark.parametrize(
    ("root", "start_line", "expected"),
    [
        (frame("Start.func1", 13), 12, [(12, "go func() {", How.ROOT)]),
        (frame("Start.func1", 13), None, [(12, "go func() {", How.ROOT)]),
        (frame("Start.func1", 83), 82, [(12, "go func() {", How.MOVED)]),
        (frame("Start.func2", 15), 15, [(15, "func() { <-s.tasks }", How.ROOT)]),
        (frame("(*Server).loop", 21), 20, [(11, "go s.loop()", How.ROOT)]),
        (frame("other.loop", 28), None, [(30, "go o.loop()", How.ROOT)]),
        (frame("every", 32), 32, [(17, "go every(3)", How.ROOT), (44, "go every(1)", How.ROOT)]),
        (frame("Start.gowrap3", 17), 17, [(17, "go every(3)", How.ROOT)]),
        (frame("Client", 37), None, [(6, "go pool.Client(nil, nil)", How.ROOT)]),
        (frame("visit", 41), None, []),
        (Frame("main.main", "/srv/app/main.go", 6), None, []),
        (Frame("net/http.(*Server).Serve", "/usr/local/go/src/net/http/server.go", 9), None, []),
    ],
)
def test_root(
    repository: Repository, root: Frame, start_line: int | None, expected: list[tuple[int, str, How]]
) -> None:
    """A literal's go statement, or the literal that is stored first; every go statement that calls a named function."""
    repository.learn([root])
    sites = creation_by_root(root, start_line, repository)
    assert [(site.span.line, site.statement, site.how) for site in sites] == expected


def test_moved_root_says_from_where_to_where(repository: Repository) -> None:
    """The start line of the dump, and today's."""
    [site] = creation_by_root(frame("Start.func1", 83), 82, repository)
    assert site.note == "the source has changed: the dump says line 82, which is line 12 now"


def test_lost_root(repository: Repository) -> None:
    """A function that is not there any more is told."""
    [site] = creation_by_root(frame("Gone.func1", 83), None, repository)
    assert (site.how, site.span.line, site.note) == (
        How.LOST,
        83,
        "the source has changed: there is no function Gone.func1",
    )


def test_whose_creation_is_asked() -> None:
    """Main, init functions and tests begin by themselves; a literal that init starts does not."""
    names = ("main.main", "app.init", "app.init.0", "testing.tRunner", "app.init.0.func1", "app.init.func1", "app.run")
    assert [is_created(Frame(name, "", 0)) for name in names] == [False, False, False, False, True, True, True]


def test_groups_of_a_profile(repository: Repository) -> None:
    """One place is the creation; several are candidates, and there is no creation."""
    one = group(repository, frame("Start.func1", 13))
    assert one.creation is not None
    assert (one.creation.span.line, one.candidates) == (12, ())
    several = group(repository, frame("every", 32))
    assert several.creation is None
    assert [site.span.line for site in several.candidates] == [17, 44]


def test_worker(repository: Repository) -> None:
    """What a worker runs was given to it by a call; a callback inside of it was not."""
    worker, creator = frame("(*Server).loop", 22), frame("Start", 11)
    given = group(repository, frame("Client.func1", 37), worker, created_by=creator)
    callback = group(
        repository,
        frame("Client.func2.1", 38),
        frame("visit", 41),
        frame("Client.func2", 38),
        worker,
        created_by=creator,
    )
    for each, line in ((given, 37), (callback, 38)):
        assert each.creation is not None
        assert (each.creation.span.line, each.creation.how) == (11, How.LINE)
        assert each.handed_over is not None
        assert (each.handed_over.span.line, each.handed_over.how) == (line, How.HELPER)


@pytest.mark.parametrize(
    ("creator", "expected"),
    [
        ("net/http.(*Transport).dialConn", [(48, "client.Get(url)"), (49, 'http.Post(url, "", nil)')]),
        ("os/signal.Notify.func1.1", [(51, "signal.Notify(nil)")]),
        ("time.goFunc", []),
        ("github.com/acme/lib.Run", []),
    ],
)
def test_behind_a_library(repository: Repository, creator: str, expected: list[tuple[int, str]]) -> None:
    """Without a frame of the repository its calls of the library are candidates: by types, not by the name alone."""
    inner = Frame("net/http.(*persistConn).readLoop", "/go/src/net/http/transport.go", 2450)
    found = group(repository, inner, created_by=Frame(creator, "/go/src/x.go", 1))
    assert found.creation is None
    assert [(site.span.line, site.statement) for site in found.candidates] == expected
    assert {site.how for site in found.candidates} <= {How.CANDIDATE}


def test_behind_a_dependency(repository: Repository) -> None:
    """Its exported function that starts the goroutine; for an unexported one, whatever makes or starts something."""
    text = (
        'package pool\n\nimport "github.com/acme/lib"\n\nfunc make() {\n\tlib.Open("x")\n\tlib.NewClient()\n'
        "\tlib.Version()\n}\n"
    )
    Path("pool/lib.go").write_text(text, encoding="utf-8")
    Path("pool/gen.go").write_text("// Code generated by x. DO NOT EDIT.\n" + text, encoding="utf-8")
    inner = Frame("github.com/acme/lib.run", "/go/pkg/mod/github.com/acme/lib@v1.0.0/lib.go", 9)
    found = {
        creator: [site.statement for site in group(repository, inner, created_by=Frame(creator, "/x.go", 1)).candidates]
        for creator in (
            "github.com/acme/lib.Open",
            "github.com/acme/lib.(*conn).start.func1",
            "github.com/acme/lib/internal/x.f",
        )
    }
    assert found == {
        "github.com/acme/lib.Open": ['lib.Open("x")', 'lib.Open("x")'],
        "github.com/acme/lib.(*conn).start.func1": ['lib.Open("x")', "lib.NewClient()"],
        "github.com/acme/lib/internal/x.f": ['lib.Open("x")', "lib.NewClient()"],
    }


def test_methods_of_something_else(repository: Repository) -> None:
    """A Get of a header is no request, nor is one of which nothing is known; a Do of that may be."""
    text = (
        'package pool\n\nimport (\n\t"net/http"\n\n\t"example.com/other"\n)\n\n'
        'func a(r *http.Request, h http.Header) {\n\tx := other.New()\n\th.Get("a")\n\tr.Header.Get("b")\n'
        '\tx.Get("c")\n\tx.Do(r)\n}\n'
    )
    Path("pool/pool.go").write_text(text, encoding="utf-8")
    inner = Frame("net/http.(*persistConn).readLoop", "/go/src/net/http/transport.go", 2450)
    found = group(repository, inner, created_by=Frame("net/http.(*Transport).dialConn", "/go/src/x.go", 1))
    assert [site.statement for site in found.candidates] == ["x.Do(r)"]


def test_tests_are_no_candidates_of_a_program(repository: Repository) -> None:
    """A dump of the program does not come from its tests."""
    Path("pool/pool_test.go").write_text(
        'package pool\n\nimport "net/http"\n\nfunc fetch() { http.Get("") }\n', encoding="utf-8"
    )
    inner = Frame("net/http.(*persistConn).readLoop", "/go/src/net/http/transport.go", 2450)
    found = group(repository, inner, created_by=Frame("net/http.(*Transport).dialConn", "/go/src/x.go", 1))
    assert {site.span.path for site in found.candidates} == {"pool/pool.go"}


def test_named_handlers(repository: Repository) -> None:
    """A function that several calls hand over: all of them are candidates."""
    text = 'package pool\n\nimport "time"\n\nfunc wait() { select {} }\n\nfunc a() { time.AfterFunc(1, wait) }\n\n'
    Path("pool/timers.go").write_text(text + "func b() { time.AfterFunc(2, wait) }\n", encoding="utf-8")
    wait = Frame("example.com/app/pool.wait", "/srv/app/pool/timers.go", 5)
    found = group(repository, wait, created_by=Frame("time.goFunc", "/go/src/time/sleep.go", 215))
    assert [(site.span.line, site.statement) for site in found.candidates] == [
        (7, "time.AfterFunc(1, wait)"),
        (9, "time.AfterFunc(2, wait)"),
    ]


def test_modules_of_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module beside the checkout that its go.work uses is found, with a path from here."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/go.mod").write_text("module example.com/lib\n", encoding="utf-8")
    (tmp_path / "lib/lib.go").write_text(
        "package lib\n\nfunc Run() {\n\tgo func() { select {} }()\n}\n", encoding="utf-8"
    )
    (tmp_path / "app").mkdir()
    (tmp_path / "app/go.mod").write_text("module example.com/app\n", encoding="utf-8")
    (tmp_path / "app/go.work").write_text("go 1.25\n\nuse (\n\t.\n\t../lib // beside\n)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "app")
    text = (
        "goroutine 9 [select (no cases)]:\nexample.com/lib.Run.func1()\n\t/build/lib/lib.go:4 +0x1\n"
        "created by example.com/lib.Run in goroutine 1\n\t/build/lib/lib.go:4 +0x2\n"
    )
    [account] = correlate([read(text.encode())], Repository("."), lambda directories: ((), ()))
    site = account.groups[0].creation
    assert site is not None
    assert (site.span.path, site.span.line, site.how) == ("../lib/lib.go", 4, How.LINE)
