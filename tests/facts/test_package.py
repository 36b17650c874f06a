"""The linked declarations of a package: fields and methods through embedding, implementers, what has a primitive."""

from __future__ import annotations

import pytest

from goleaklint.facts.package import PackageFacts, int_literal
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.golang.units import Unit

CODE = """package p

import (
	"context"
	s "sync"
)

const (
	few = 3
	many, more = 0x10, 1_000
	sum = few + 1
)

var limit = 5

type base struct {
	s.RWMutex
	done chan struct{}
	name string
}

type middle struct{ *base }

type outer struct {
	middle
	own   int
	inner struct{ c chan int }
}

type alias outer
type plain struct{ name string; next *plain }
type holder struct{ items map[string][]*middle }
type runner func()
type list []plain

type closer interface{ close() error }
type both interface{ close() error; open() }
type many2 interface{ stop() }
type anything interface{}

func (b *base) close() error { return nil }
func (m middle) open() {}
func (o *outer) stop() {}
func (p plain) stop() {}

func newBase() *base { return nil }
func newPlain() *plain { return nil }
func withContext() (int, context.Context) { return 0, nil }
func generic[T any](v T) chan T { return nil }
func init() {}
func init() {}
"""

TESTS = """package p

type fake struct{}

func (fake) close() error { return nil }
func (fake) wait() {}

type waiter interface{ wait() }
"""


def facts(*files: SourceFile) -> PackageFacts:
    files = files or (parse_file("a.go", CODE.encode()),)
    assert [file.errors for file in files] == [[] for _ in files]
    report = frozenset(file.path for file in files)
    return PackageFacts(Unit("example.com/m/p", "example.com/m", (1, 25), "p", files, report, "default"))


def named(package: PackageFacts, name: str) -> Ty:
    """The type of that name, as a variable of it has it."""
    return Ty(ast.TypeName(at=0, end=0, name=name), package.unit.files[0])


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        ("base", "done", ("base", ())),
        ("middle", "done", ("base", ("base",))),
        ("outer", "done", ("base", ("middle", "base"))),
        ("outer", "own", ("outer", ())),
        ("alias", "own", ("alias", ())),
        ("outer", "missing", None),
        ("runner", "own", None),
        ("unknown", "own", None),
    ],
)
def test_fields(owner: str, name: str, expected: tuple[str, tuple[str, ...]] | None) -> None:
    """A field of an embedded struct is reached through the embedded fields, nearest first."""
    package = facts()
    found = package.field(named(package, owner), name)
    assert (found and found[1:]) == expected


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        ("base", "close", ("(*base).close", ())),
        ("outer", "close", ("(*base).close", ("middle", "base"))),
        ("outer", "open", ("middle.open", ("middle",))),
        ("outer", "stop", ("(*outer).stop", ())),
        ("closer", "close", ("(*base).close", ())),
        ("both", "open", None),
        ("many2", "stop", None),
        ("anything", "close", None),
        ("plain", "close", None),
    ],
)
def test_methods(owner: str, name: str, expected: tuple[str, tuple[str, ...]] | None) -> None:
    """A method of an interface is that of the only type that has all of its methods, none when there are several."""
    package = facts()
    found = package.method(named(package, owner), name)
    assert (found and (found[0].local_name, found[1])) == expected


def test_fakes_of_tests_implement_nothing_for_the_package() -> None:
    """What production code calls through an interface is no fake; a test's own interface may be a fake."""
    package = facts(parse_file("a.go", CODE.encode()), parse_file("a_test.go", TESTS.encode()))
    close, wait = package.method(named(package, "closer"), "close"), package.method(named(package, "waiter"), "wait")
    assert close is not None
    assert wait is not None
    assert (close[0].local_name, wait[0].local_name) == ("(*base).close", "fake.wait")


@pytest.mark.parametrize(
    ("owner", "kinds", "expected"),
    [
        ("base", ("mutex", "rwmutex"), ("RWMutex",)),
        ("outer", ("rwmutex",), ("middle", "base", "RWMutex")),
        ("outer", ("mutex",), None),
        ("plain", ("mutex", "rwmutex"), None),
    ],
)
def test_embedded_locks(owner: str, kinds: tuple[str, ...], expected: tuple[str, ...] | None) -> None:
    """`x.Lock()` is that of the lock that x embeds, whatever the import is called."""
    package = facts()
    assert package.embedded_primitive(named(package, owner), kinds) == expected


def test_types_that_carry_a_primitive() -> None:
    """At any depth: fields, embedded structs, elements of maps and slices, functions; not a plain struct."""
    package = facts()
    assert sorted(package.sync_types) == ["alias", "base", "closer", "holder", "many2", "middle", "outer", "runner"]
    assert package.is_sync_type(named(package, "anything"))
    assert not package.is_sync_type(named(package, "plain"))
    assert not package.is_sync_type(named(package, "list"))
    assert package.is_sync_type(None)


def test_makers() -> None:
    """Functions whose result may carry a primitive."""
    assert sorted(facts().makers) == ["generic", "newBase", "withContext"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("few", 3), ("many", 16), ("more", 1000), ("sum", None), ("limit", None), ("missing", None)],
)
def test_constants(name: str, value: int | None) -> None:
    """An integer that is written as one; a variable is none."""
    assert facts().int_const(name) == value


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("010", 8), ("0o10", 8), ("0b11", 3), ("0xF_F", 255)])
def test_integers(text: str, value: int) -> None:
    """Go's notations."""
    assert int_literal(ast.Literal(at=0, end=0, kind="int", text=text)) == value


def test_names() -> None:
    """As a goroutine dump prints them."""
    package = facts()
    close = package.methods["base", "close"]
    assert package.qualified(package.funcs["newBase"]) == "example.com/m/p.newBase"
    assert package.qualified(close, "func1") == "example.com/m/p.(*base).close.func1"
    assert "init" not in package.funcs
    assert [decl.name for decl in package.all_funcs()].count("init") == 2
    assert package.go_version == (1, 25)


def test_underlying_types() -> None:
    """A name leads to the type that it stands for, a name of a name too; what is not declared here is itself."""
    package = facts()
    alias, unknown = package.underlying(named(package, "alias")), package.underlying(named(package, "unknown"))
    assert alias is not None
    assert isinstance(alias.node, ast.StructType)
    assert canonical(unknown) == "unknown"
    assert package.struct(named(package, "runner")) is None
