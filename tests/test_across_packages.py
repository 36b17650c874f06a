"""What another package of the module says changes a finding: who calls a function, and what a constructor starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint import driver
from goleaklint.config import Config
from goleaklint.model import Confidence

GO_MOD = "module example.com/app\n\ngo 1.26\n"

FETCH = """package fetch

import (
	"errors"
	"time"
)

func Get(load func() int) (int, error) {
	result := make(chan int)
	go func() {
		result <- load()
	}()
	select {
	case n := <-result:
		return n, nil
	case <-time.After(time.Second):
		return 0, errors.New("late")
	}
}
"""

FATAL = """package main

import (
	"log"

	"example.com/app/internal/fetch"
)

func main() {
	n, err := fetch.Get(func() int { return 1 })
	if err != nil {
		log.Fatal(err)
	}
	log.Print(n)
}
"""

AGAIN = """package main

import (
	"log"

	"example.com/app/internal/fetch"
)

func main() {
	for {
		if _, err := fetch.Get(func() int { return 1 }); err != nil {
			log.Print(err)
		}
	}
}
"""

COMMAND = """package fetch

import "github.com/spf13/cobra"

func command() *cobra.Command {
	return &cobra.Command{
		Use: "get",
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := Get(func() int { return 1 })
			return err
		},
	}
}
"""

CACHE = """package cache

import "time"

type Cache struct{ entries map[string]int }

func New() *Cache {
	c := &Cache{entries: map[string]int{}}
	go c.expire()
	return c
}

func (c *Cache) expire() {
	for range time.Tick(time.Minute) {
		clear(c.entries)
	}
}
"""

ONCE = """package main

import "example.com/app/internal/cache"

func main() { serve(cache.New()) }

func serve(c *cache.Cache) {}
"""

EACH = """package main

import (
	"net/http"

	"example.com/app/internal/cache"
)

func main() { http.HandleFunc("/", handle) }

func handle(w http.ResponseWriter, r *http.Request) { serve(cache.New()) }

func serve(c *cache.Cache) {}
"""

QUEUE = """package queue

type Queue struct {
	jobs chan func()
	quit chan struct{}
}

func New() *Queue {
	q := &Queue{jobs: make(chan func(), 1), quit: make(chan struct{})}
	go q.loop()
	return q
}

func (q *Queue) loop() {
	for {
		select {
		case job := <-q.jobs:
			job()
		case <-q.quit:
			return
		}
	}
}

func (q *Queue) Add(job func()) { q.jobs <- job }

func (q *Queue) Close() { close(q.quit) }
"""

USER = """package user

import (
	"time"

	"example.com/app/internal/queue"
)

func once(job func()) {
	q := queue.New()
	q.Add(job)
	time.Sleep(time.Second)
}
"""


def check(folder: Path, files: dict[str, str], named: str = ".") -> list[tuple[str, int, str]]:
    """Code, line and confidence of what is found in a module of these files."""
    for name, text in {"go.mod": GO_MOD, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = driver.check_paths([named], config=Config(min_confidence=Confidence.LOW, jobs=1))
    assert report.diagnostics == ()
    return [(finding.code, finding.span.line, finding.confidence) for finding in report.findings]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, [("GLK101", 11, "high")]),
        ({"main.go": FATAL}, [("GLK101", 11, "low")]),
        ({"main.go": AGAIN}, [("GLK101", 11, "high")]),
        ({"internal/fetch/command.go": COMMAND}, [("GLK101", 11, "low")]),
        ({"main.go": AGAIN, "internal/fetch/command.go": COMMAND}, [("GLK101", 11, "high")]),
    ],
    ids=["unknown", "fatal", "again", "command", "both"],
)
def test_what_the_end_of_the_process_leaves_behind(
    files: dict[str, str], expected: list[tuple[str, int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told at low confidence, where every caller ends the process."""
    monkeypatch.chdir(tmp_path)
    assert check(tmp_path, {"internal/fetch/fetch.go": FETCH, **files}) == expected


@pytest.mark.parametrize(("main", "expected"), [(ONCE, "low"), (EACH, "medium")], ids=["once", "each"])
def test_what_is_made_once_in_a_process(
    main: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A goroutine that nothing can end is as good as the process when main makes the only one."""
    monkeypatch.chdir(tmp_path)
    assert check(tmp_path, {"internal/cache/cache.go": CACHE, "main.go": main}) == [("GLK801", 9, expected)]


@pytest.mark.parametrize("named", [".", "user", "user/user.go"])
def test_an_owner_of_another_package(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package of the constructor is read whether it is checked itself or not."""
    monkeypatch.chdir(tmp_path)
    files = {"internal/queue/queue.go": QUEUE, "user/user.go": USER}
    assert check(tmp_path, files, named) == [("GLK803", 10, "medium")]


def test_a_file_that_has_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of one run is left for the next."""
    monkeypatch.chdir(tmp_path)
    files = {"internal/queue/queue.go": QUEUE, "user/user.go": USER}
    assert check(tmp_path, files, "user") == [("GLK803", 10, "medium")]
    files["internal/queue/queue.go"] = QUEUE.replace("go q.loop()", "_ = q.loop")
    assert check(tmp_path, files, "user") == []


BESIDE = "module example.com/app\n\ngo 1.26\n\n"
OWNED = "module example.com/app/internal/queue\n\ngo 1.26\n"


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [
        ("", []),
        ("replace example.com/app/internal/queue => ../queue\n", [("GLK803", 10, "medium")]),
        ("replace (\n\texample.com/app/internal/queue v1.2.3 => ../queue // ours\n)\n", [("GLK803", 10, "medium")]),
        ("replace example.com/app/internal/queue => ../other\n", []),
        ("replace example.com/app/internal/queue => example.com/fork v1.0.0\n", []),
    ],
    ids=["none", "line", "block", "absent", "elsewhere"],
)
def test_a_module_beside_is_found_by_its_replace_line(
    replacement: str, expected: list[tuple[str, int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The go.mod says where the code of another module is; without that the constructor is not in view."""
    monkeypatch.chdir(tmp_path)
    files = {
        "queue/go.mod": OWNED,
        "queue/queue.go": QUEUE,
        "app/go.mod": BESIDE + replacement,
        "app/user.go": USER,
    }
    assert check(tmp_path, files, "app") == expected


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ("go 1.26\n\nuse (\n\t./app // ours\n\t./queue\n)\n", [("GLK803", 10, "medium")]),
        ("use ./app\nuse ./queue\n", [("GLK803", 10, "medium")]),
        ("use ./app\n", []),
        ("use ./queue\n", []),
        ("use (\n\t./app\n\t./absent\n)\n", []),
        ("use (", []),
    ],
    ids=["block", "lines", "one", "other", "absent", "broken"],
)
def test_a_module_of_the_same_workspace(
    work: str, expected: list[tuple[str, int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A go.work that uses both modules says where the other one is."""
    monkeypatch.chdir(tmp_path)
    files = {
        "go.work": work,
        "queue/go.mod": OWNED,
        "queue/queue.go": QUEUE,
        "app/go.mod": BESIDE,
        "app/user.go": USER,
    }
    assert check(tmp_path, files, "app") == expected


SERVER = """package server

type Server struct {
	stop chan struct{}
	n    int
}

func New() *Server { return &Server{stop: make(chan struct{})} }

func (s *Server) Start() { go s.serve() }

func (s *Server) serve() { <-s.stop }

func (s *Server) Len() int { return s.n }

func (s *Server) Stop() { close(s.stop) }
"""

STARTING = """package user

import (
	"time"

	"example.com/app/server"
)

func left() int {
	s := server.New()
	s.Start()
	time.Sleep(time.Second)
	return s.Len()
}

func stopped() int {
	s := server.New()
	s.Start()
	defer s.Stop()
	return s.Len()
}
"""


def test_a_value_of_another_package_that_a_method_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The duty to stop it begins with the call of the method."""
    monkeypatch.chdir(tmp_path)
    files = {"server/server.go": SERVER, "user/user.go": STARTING}
    assert check(tmp_path, files, "user") == [("GLK803", 11, "medium")]
