"""Which functions end the process when they return, and which are called once in it, across packages of a module."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint.facts import lifetime, module
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.references import references

MODULE = {
    "go.mod": "module example.com/shop\n\ngo 1.26\n",
    "main.go": """package main

import (
	"log"
	"os"

	"example.com/shop/internal/server"
)

func main() {
	s, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		if err := s.Run(); err != nil {
			log.Fatal(err)
		}
	}()
	code := work()
	os.Exit(code)
}

func work() int {
	for i := range 3 {
		step(i)
	}
	return finish()
}

func step(i int) {}

func finish() int { return 0 }
""",
    "cli/cli.go": """package cli

import (
	"example.com/shop/internal/server"
	"github.com/spf13/cobra"
)

var list = &cobra.Command{Use: "list", RunE: runList}

func runList(cmd *cobra.Command, args []string) error { return show(args) }

func show(args []string) error {
	server.Prepare()
	return server.Show(args)
}

func command() *cobra.Command {
	c := &cobra.Command{Use: "get"}
	c.RunE = wrap(get)
	return c
}

func wrap(f func() error) func(*cobra.Command, []string) error { return nil }

func get() error { return nil }

func Exported() error { return nil }

var _ = Exported()
""",
    "internal/server/server.go": """package server

import "example.com/shop/internal/clock"

type Runner interface {
	Run() error
	Name() string
}

type server struct{ c *clock.Clock }

func New() (Runner, error) {
	s := &server{c: clock.New()}
	return s, nil
}

func (s *server) Run() error { return nil }

func (s *server) Name() string { return "" }

func Prepare() {
	limits.start()
}

func Show(args []string) error { return nil }

type limiter struct{}

var limits limiter

func (l *limiter) start() {
	l.signals()
	for {
		l.often()
	}
}

func (l *limiter) signals() {}

func (l *limiter) often() {}
""",
    "internal/clock/clock.go": """package clock

type Clock struct{}

func New() *Clock { return &Clock{} }

func Twice() *Clock { return &Clock{} }
""",
    "internal/clock/clock_test.go": """package clock

func use() { _, _ = New(), New() }
""",
    "internal/helper/helper.go": """package helper

import (
	"os"
	"testing"
)

func Must(t *testing.T) {
	if err := try(); err != nil {
		t.Fatal(err)
	}
}

func try() error { return nil }

func End() { os.Exit(code()) }

func code() int { return last() }

func last() int { return 1 }
""",
    "internal/other/other.go": """package other

import "example.com/shop/internal/clock"

var a, b = clock.Twice(), clock.Twice()
""",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> module.Module:
    """The module, at the current directory."""
    for name, text in MODULE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    module.forget()
    return module.Module(".", "example.com/shop", (1, 26))


def package(shop: module.Module, path: str) -> PackageFacts:
    facts = shop.package(f"example.com/shop/{path}".rstrip("/"))
    assert facts is not None
    return facts


@pytest.mark.parametrize(
    ("path", "name", "always", "failing"),
    [
        ("", "main", True, True),
        ("", "work", True, True),
        ("", "finish", True, True),
        ("", "step", False, False),
        ("cli", "runList", True, True),
        ("cli", "show", True, True),
        ("cli", "get", True, True),
        ("cli", "wrap", False, False),
        ("cli", "Exported", False, False),
        ("internal/helper", "try", False, False),
        ("internal/helper", "code", True, True),
        ("internal/helper", "last", True, True),
        ("internal/server", "Show", True, True),
        ("internal/server", "Prepare", False, False),
        ("internal/server", "server.Run", False, True),
        ("internal/server", "server.Name", False, False),
    ],
)
def test_ends_process(shop: module.Module, path: str, name: str, always: bool, failing: bool) -> None:
    """The last thing that a command does, also in another package, and what is fatal when it fails."""
    facts = package(shop, path)
    owner, _, method = name.rpartition(".")
    decl = facts.methods[owner, method] if owner else facts.funcs[name]
    found = lifetime.ends_process(facts, decl), lifetime.ends_process(facts, decl, failing=True)
    assert found == (always, failing)


def test_a_literal_ends_the_process_where_it_is_a_command(shop: module.Module) -> None:
    """The goroutine in main ends the process when it fails only by being fatal, not by returning."""
    facts = package(shop, "")
    [literal] = facts.funcs["main"].literals
    assert not lifetime.ends_process(facts, facts.funcs["main"], literal, failing=True)


@pytest.mark.parametrize(
    ("path", "name", "once"),
    [
        ("", "work", True),
        ("", "step", False),
        ("cli", "show", True),
        ("internal/server", "New", True),
        ("internal/server", "limiter.start", True),
        ("internal/server", "limiter.signals", True),
        ("internal/server", "limiter.often", False),
        ("internal/clock", "New", True),
        ("internal/clock", "Twice", False),
    ],
)
def test_happens_once(shop: module.Module, path: str, name: str, once: bool) -> None:
    """One call in the module, tests aside, not in a loop, and that by what happens once itself."""
    facts = package(shop, path)
    owner, _, method = name.rpartition(".")
    decl = facts.methods[owner, method] if owner else facts.funcs[name]
    assert lifetime.happens_once(facts, decl) == once


def test_references_name_the_packages_that_call(shop: module.Module) -> None:
    """A function of an internal package is called where the module imports it."""
    facts = package(shop, "internal/clock")
    found = references(facts, facts.funcs["New"])
    assert found is not None
    assert [reference.facts.unit.import_path for reference in found] == ["example.com/shop/internal/server"]


def test_nothing_outside_the_module_is_read(shop: module.Module) -> None:
    """An import path of another module, and one that leads out of this one, name no package."""
    assert shop.package("example.com/shopping") is None
    assert shop.package("example.com/shop/../../etc") is None
    assert shop.package("example.com/shop/missing") is None
