"""The repository's calls that can be behind a goroutine which a library starts of its own.

`net/http.(*Transport).dialConn` starts two goroutines for every connection, `os/signal.Notify` one for the process, and
no frame of theirs is of the repository. What the repository calls to get there is known: its requests, its Notify
calls. Which of them it was, the dump does not say: they are candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from goleaklint.correlate.functions import Function, Package
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import site
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Stack
from goleaklint.dump.symbols import split_symbol
from goleaklint.facts.resolve import bindings
from goleaklint.golang import ast

MOST = 50
"""Candidates that are looked for; more help nobody."""


class Api(NamedTuple):
    """Functions and methods of a package, by which a repository gets goroutines that begin in `creators`."""

    creators: re.Pattern[str]
    path: str
    functions: frozenset[str]
    methods: frozenset[str] = frozenset()


def _api(creators: str, path: str, functions: str, methods: str = "") -> Api:
    return Api(re.compile(creators), path, frozenset(functions.split()), frozenset(methods.split()))


_REQUESTS = "Get Head Post PostForm"
_DIALS = "Dial DialTimeout DialTCP DialUDP DialUnix DialIP"
_APIS = (
    _api(
        r"net/http\.\(\*(?:Transport|persistConn|http2Transport|http2ClientConn)\)|golang\.org/x/net/http2\.\(\*(?:Transport|Client)",
        "net/http",
        _REQUESTS,
        f"Do RoundTrip {_REQUESTS}",
    ),
    _api(
        r"net/http\.\(\*(?:Server|conn|connReader|http2Server|http2serverConn|timeoutHandler)\)",
        "net/http",
        "ListenAndServe ListenAndServeTLS Serve ServeTLS",
        "ListenAndServe ListenAndServeTLS Serve ServeTLS",
    ),
    _api(r"os/signal\.", "os/signal", "Notify NotifyContext"),
    _api(r"os/exec\.", "os/exec", "", "Start Run Output CombinedOutput"),
    _api(r"database/sql\.OpenDB", "database/sql", "Open OpenDB"),
    _api(r"database/sql\.\(\*(?:DB|Tx)\)\.(?:begin|awaitDone)", "database/sql", "", "Begin BeginTx"),
    _api(
        r"database/sql\.",
        "database/sql",
        "Open OpenDB",
        "Begin BeginTx Query QueryContext QueryRow QueryRowContext Conn",
    ),
    _api(
        r"context\.",
        "context",
        "WithCancel WithCancelCause WithTimeout WithTimeoutCause WithDeadline WithDeadlineCause AfterFunc",
    ),
    _api(r"time\.goFunc", "time", "AfterFunc"),
    _api(r"iter\.Pull2?\b", "iter", "Pull Pull2"),
    _api(r"sync\.\(\*WaitGroup\)", "sync", "", "Go"),
    _api(r"golang\.org/x/sync/errgroup\.", "golang.org/x/sync/errgroup", "", "Go TryGo"),
    _api(r"net\.", "net", f"{_DIALS} Listen LookupHost LookupIP LookupAddr", f"{_DIALS} DialContext LookupHost"),
    _api(r"runtime\.run(?:Finalizers|finq)", "runtime", "SetFinalizer"),
    _api(r"runtime\.runCleanups", "runtime", "AddCleanup"),
)


class Callers:
    """The calls of one repository, looked for once for each library."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._found: dict[tuple[Api, bool], tuple[Site, ...]] = {}

    def behind(self, stack: Stack) -> tuple[Site, ...]:
        """The calls that can have led to a goroutine with this stack; first those in packages that the dump names."""
        creator = stack.created_by.function if stack.created_by is not None else ""
        api = _api_behind(creator or (stack.frames[-1].function if stack.frames else ""))
        if api is None:
            return ()
        key = api, any(split_symbol(frame.function)[0] == "testing" for frame in stack.frames)
        if key not in self._found:
            self._found[key] = tuple(islice(self._search(*key), MOST))
        return self._found[key]

    def _search(self, api: Api, wants_tests: bool) -> Iterator[Site]:
        for path in self._repository.go_files():
            if path.endswith("_test.go") and not wants_tests:
                continue
            if _may_call(self._repository.tree.read(path) or b"", api):
                package = self._repository.package_of(path)
                yield from (_candidate(package, function, call, api) for function, call in _calls(package, path, api))


def _api_behind(creator: str) -> Api | None:
    known = next((api for api in _APIS if api.creators.match(creator)), None)
    if known is not None or not creator:
        return known
    path = split_symbol(creator)[0]
    # A dependency: its exported functions, whatever they are called.
    return Api(re.compile(""), path, frozenset()) if "." in path.partition("/")[0] else None


def _may_call(data: bytes, api: Api) -> bool:
    """By the text alone: most files need no parsing."""
    names = "|".join(sorted(api.functions | api.methods)) or r"[A-Z]\w*"
    return f'"{api.path}"'.encode() in data and re.search(rf"\.(?:{names})\b".encode(), data) is not None


def _calls(package: Package, path: str, api: Api) -> Iterator[tuple[Function, ast.Call]]:
    for function in package.functions(path):
        for node in function.own_nodes():
            if not isinstance(node, ast.Call) or not isinstance(node.fun, ast.Selector):
                continue
            if _is_qualified(node.fun, function, api):
                if node.fun.name in api.functions or not (api.functions or api.methods):
                    yield function, node
            elif node.fun.name in api.methods and _may_be_method(package, function, node, api):
                yield function, node


def _is_qualified(fun: ast.Selector, function: Function, api: Api) -> bool:
    return isinstance(fun.x, ast.Name) and function.file.imports.get(fun.x.name) == api.path


def _may_be_method(package: Package, function: Function, call: ast.Call, api: Api) -> bool:
    """Not when types tell that it is a method of something else, or another package's function."""
    assert isinstance(call.fun, ast.Selector)
    if isinstance(call.fun.x, ast.Name) and call.fun.x.name in function.file.imports:
        return False
    decl = package.declaration(function)
    if decl is None:
        return True
    known = bindings(package.facts(function.file), decl)
    called = known.api(call)
    return called.startswith(f"({api.path}.") if called else known.callee(call) is None


def _candidate(package: Package, function: Function, call: ast.Call, api: Api) -> Site:
    line = function.file.position(call.at)[0]
    return site(package, function, call, How.CANDIDATE, line, f"calls {api.path}, which starts such goroutines")
