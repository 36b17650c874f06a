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

from goleaklint.correlate.functions import Function, Package, source_name
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import site
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Stack
from goleaklint.dump.symbols import split_symbol
from goleaklint.facts.resolve import bindings
from goleaklint.golang import ast
from goleaklint.golang.header import header_of, is_generated

MOST = 50
"""Candidates that are looked for; more help nobody."""

_LITERAL = re.compile(r"\.(?:func)?\d+(?:\.\d+)*$")


class Api(NamedTuple):
    """Functions and methods of a package, by which a repository gets goroutines that begin in `creators`.

    `methods` are believed where types tell the receiver, `telling` ones also where they do not. `makers`: any function
    whose name says that it makes or starts something.
    """

    creators: re.Pattern[str]
    path: str
    functions: frozenset[str]
    methods: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    makers: bool = False

    def is_function(self, name: str) -> bool:
        """Whether a function of the package is one of these."""
        return name in self.functions or (self.makers and _MAKER.match(name) is not None)


def _api(creators: str, path: str, functions: str = "", methods: str = "", telling: str = "") -> Api:
    words = frozenset(functions.split()), frozenset(methods.split()), frozenset(telling.split())
    return Api(re.compile(creators), path, words[0], words[1], words[2])


# The types of the standard library whose methods count: a request's Header has a Get, too.
_OWNERS = frozenset(
    (
        "Client",
        "Transport",
        "RoundTripper",
        "Server",
        "Cmd",
        "DB",
        "Tx",
        "Conn",
        "WaitGroup",
        "Group",
        "Dialer",
        "Resolver",
    )
)
_MAKER = re.compile(r"New|Dial|Start|Run|Serve|Listen|Open|Connect|Watch|Subscribe|Register|Must|Init|Launch|Begin|Go")
_REQUESTS = "Get Head Post PostForm"
_SERVES = "ListenAndServe ListenAndServeTLS Serve ServeTLS"
_DIALS = "Dial DialTimeout DialTCP DialUDP DialUnix DialIP"
_DERIVES = "WithCancel WithCancelCause WithTimeout WithTimeoutCause WithDeadline WithDeadlineCause"
_HTTP = r"net/http\.\(\*(?:Transport|persistConn|http2Transport|http2ClientConn)\)|golang\.org/x/net/http2\."
_HTTP_SERVER = r"net/http\.\(\*(?:Server|conn|connReader|http2Server|http2serverConn|timeoutHandler)\)"
_APIS = (
    _api(_HTTP, "net/http", _REQUESTS, _REQUESTS, "Do RoundTrip"),
    _api(_HTTP_SERVER, "net/http", _SERVES, "Serve", "ListenAndServe ListenAndServeTLS ServeTLS"),
    _api(r"os/signal\.", "os/signal", "Notify NotifyContext"),
    _api(r"os/exec\.", "os/exec", methods="Start Run Output CombinedOutput"),
    _api(r"database/sql\.OpenDB", "database/sql", "Open OpenDB"),
    _api(r"database/sql\.\(\*(?:DB|Tx)\)\.(?:begin|awaitDone)", "database/sql", "", "Begin", "BeginTx"),
    _api(r"database/sql\.", "database/sql", "Open OpenDB", "Begin Query QueryRow Conn", "QueryContext QueryRowContext"),
    _api(r"context\.", "context", f"{_DERIVES} AfterFunc"),
    _api(r"time\.goFunc", "time", "AfterFunc"),
    _api(r"iter\.Pull2?\b", "iter", "Pull Pull2"),
    _api(r"sync\.\(\*WaitGroup\)", "sync", methods="Go"),
    _api(r"golang\.org/x/sync/errgroup\.", "golang.org/x/sync/errgroup", methods="Go TryGo"),
    _api(r"net\.", "net", f"{_DIALS} Listen LookupHost LookupIP LookupAddr", f"{_DIALS} LookupHost", "DialContext"),
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
            data = self._repository.tree.read(path) or b""
            if _may_call(data, api) and not (api.makers and is_generated(header_of(data))):
                package = self._repository.package_of(path)
                yield from (_candidate(package, function, call, api) for function, call in _calls(package, path, api))


def _api_behind(creator: str) -> Api | None:
    known = next((api for api in _APIS if api.creators.match(creator)), None)
    if known is not None or not creator:
        return known
    path, local = split_symbol(creator)
    if "." not in path.partition("/")[0]:
        return None
    # A dependency: the very function when the repository can call it, else whatever makes or starts something there.
    base = _LITERAL.sub("", source_name(local))
    receiver, _, name = base.rpartition(".")
    name = name.removesuffix("[...]")
    public = path.partition("/internal/")[0].removesuffix("/internal")
    if not name[:1].isupper() or public != path:
        return Api(re.compile(""), public, frozenset(), makers=True)
    if receiver:
        return Api(re.compile(""), path, frozenset(), frozenset({name}), makers=True)
    return Api(re.compile(""), path, frozenset({name}))


def _may_call(data: bytes, api: Api) -> bool:
    """By the text alone: most files need no parsing."""
    names = sorted(api.functions | api.methods | api.telling) + ["[A-Z]"] * api.makers
    return f'"{api.path}"'.encode() in data and re.search(rf"\.(?:{'|'.join(names)})".encode(), data) is not None


def _calls(package: Package, path: str, api: Api) -> Iterator[tuple[Function, ast.Call]]:
    for function in package.functions(path):
        for node in function.own_nodes():
            if not isinstance(node, ast.Call) or not isinstance(node.fun, ast.Selector):
                continue
            if _is_qualified(node.fun, function, api):
                if api.is_function(node.fun.name):
                    yield function, node
            elif node.fun.name in api.methods | api.telling and _may_be_method(package, function, node, api):
                yield function, node


def _is_qualified(fun: ast.Selector, function: Function, api: Api) -> bool:
    return isinstance(fun.x, ast.Name) and function.file.imports.get(fun.x.name) == api.path


def _may_be_method(package: Package, function: Function, call: ast.Call, api: Api) -> bool:
    """Not when types tell that it is a method of something else, or another package's function."""
    assert isinstance(call.fun, ast.Selector)
    if isinstance(call.fun.x, ast.Name) and call.fun.x.name in function.file.imports:
        return False
    is_telling = call.fun.name in api.telling
    decl = package.declaration(function)
    if decl is None:
        return is_telling
    known = bindings(package.facts(function.file), decl)
    called = known.api(call)
    if called:
        owner = called.partition(")")[0].removeprefix(f"({api.path}.")
        return called.startswith(f"({api.path}.") and (api.makers or owner in _OWNERS)
    return is_telling and known.callee(call) is None


def _candidate(package: Package, function: Function, call: ast.Call, api: Api) -> Site:
    line = function.file.position(call.at)[0]
    return site(package, function, call, How.CANDIDATE, line, f"calls {api.path}, which starts such goroutines")
