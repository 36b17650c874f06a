"""A client in a field that the type's own Close does not close.

*Why it leaks*

A client, a watcher or a test server that is kept in a field belongs to the type, whose `Close` or `Stop` is what its
users call. When that releases other fields and not this one, and nothing else in the package does, the goroutines of
the client stay with each value that is made and closed.

*Leaks*

    type store struct {
        primary *sql.DB
        replica *sql.DB
    }

    func open(address, copy string) (*store, error) {
        primary, err := sql.Open("postgres", address)
        if err != nil {
            return nil, err
        }
        replica, err := sql.Open("postgres", copy) // want "GLK712"
        if err != nil {
            primary.Close()
            return nil, err
        }
        return &store{primary: primary, replica: replica}, nil
    }

    func (s *store) Close() error { return s.primary.Close() }

*Fixed*

    type store struct {
        primary *sql.DB
        replica *sql.DB
    }

    func open(address, copy string) (*store, error) {
        primary, err := sql.Open("postgres", address)
        if err != nil {
            return nil, err
        }
        replica, err := sql.Open("postgres", copy)
        if err != nil {
            primary.Close()
            return nil, err
        }
        return &store{primary: primary, replica: replica}, nil
    }

    func (s *store) Close() error { return errors.Join(s.primary.Close(), s.replica.Close()) }

*What it does not see*

An exported field, a type that closes nothing at all, and a field that is handed on anywhere in its package. In a
command, and for a ticker before Go 1.23, which holds no goroutine, confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.clients import CALL, CLIENTS
from goleaklint.facts.inits import reported
from goleaklint.facts.kept import Kept, is_left_alone, kept
from goleaklint.facts.obligations import Api, is_short_lived
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import bindings
from goleaklint.facts.uses import CLOSE, Thing
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK712",
    name="forgotten-field",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "IO wait", "chan receive"),
    fix="close the client in the type's own Close",
)

_CLOSERS = ("Close", "Stop", "Shutdown", "close", "stop", "shutdown")
_RELEASES = frozenset({*_CLOSERS, "Cancel", "cancel", "Disconnect", "Release", "Drain", "CloseWithError"})
_TICKER = Api(Thing(release=frozenset({"Stop"}), plain=frozenset({"C"})))
_SERVER = Api(Thing(release=CLOSE, plain=frozenset({"URL", "Config", "Listener", "TLS"})))
_ENDS_WITH_CLIENT = "go.etcd.io/etcd/client/v3/concurrency.NewSession"
_TABLE = {
    **{name: api for name, api in CLIENTS.items() if name != _ENDS_WITH_CLIENT},
    "net/http/httptest.NewServer": _SERVER,
    "net/http/httptest.NewTLSServer": _SERVER,
}
_OLD = {**_TABLE, "time.NewTicker": _TICKER}
_PATHS = frozenset(name.rpartition(".")[0] for name in _TABLE)
_CALLS = re.compile(CALL.pattern + rb"|\bhttptest\.New|\btime\.NewTicker\(")


def check(package: Package) -> Iterator[Finding]:
    """Values that a field of a type keeps, which has a closer that does not release them."""
    facts = package.facts
    if not any(name in facts.methods_named for name in _CLOSERS):
        return
    table = _TABLE if facts.go_version >= (1, 23) else _OLD
    paths = _PATHS if table is _TABLE else _PATHS | {"time"}
    for decl in reported(facts, _CALLS, paths):
        if decl.file.is_test:
            continue
        for one in kept(bindings(facts, decl), table):
            owner, name = one.key
            is_ours = name[:1].islower() or facts.unit.package == "main"
            closer = _closer(facts, owner) if is_ours and owner in facts.types else None
            if closer is not None and is_left_alone(facts, one.key, one.api.thing):
                yield _finding(one, *closer)


def _closer(facts: PackageFacts, owner: str) -> tuple[FuncDecl, ast.Node] | None:
    """The method of a type that releases what it has, and a place where it does."""
    for name in _CLOSERS:
        decl = facts.methods.get((owner, name))
        if decl is None or decl.body is None or not decl.recv or not decl.recv.name:
            continue
        for node in descend(decl.body):
            if isinstance(node, ast.Call) and _releases(node, decl.recv.name):
                return decl, node
    return None


def _releases(call: ast.Call, receiver: str) -> bool:
    """`t.conn.Close()`, `t.cancel()`, `close(t.done)`."""
    fun = call.fun
    if isinstance(fun, ast.Name) and fun.name == "close" and call.args:
        return _is_of(call.args[0], receiver)
    return isinstance(fun, ast.Selector) and fun.name in _RELEASES and _is_of(fun, receiver)


def _is_of(node: ast.Expr, receiver: str) -> bool:
    return isinstance(node, ast.Selector) and (
        (isinstance(node.x, ast.Name) and node.x.name == receiver) or _is_of(node.x, receiver)
    )


def _finding(one: Kept, closer: FuncDecl, release: ast.Node) -> Finding:
    known = one.known
    owner, name = one.key
    unsure = is_short_lived(known) or one.api is _TICKER
    line = closer.file.data.find(b"\n", release.at, release.end)
    span = closer.file.span(release.at, release.end if line < 0 else line)
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=Severity.NOTE if one.api is _TICKER else RULE.severity,
        confidence=Confidence.LOW if unsure else Confidence.MEDIUM,
        message=f"{owner}.{name} is not released by {closer.name}, nor by anything else",
        span=known.head(one.call),
        function=known.qualified(one.function),
        related=(Related(Role.EXIT, span, f"{closer.local_name} releases this, and not {name}"),),
    )
