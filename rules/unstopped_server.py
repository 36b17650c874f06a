"""A server or listener that is not closed while a goroutine serves it.

*Why it leaks*

A goroutine in `ListenAndServe` or `Accept` stays there until the server is shut down or the listener is closed
(net/http, server.go: `Server.Serve`; package net, `Listener`). When the function that made it returns, and nobody else
has it, nobody can.

*Leaks*

    func watch(handler http.Handler, wait func() error) error {
        server := &http.Server{Addr: ":8080", Handler: handler}
        go server.ListenAndServe() // want "GLK709"
        if err := wait(); err != nil {
            return err
        }
        return server.Close()
    }

*Fixed*

    func watch(handler http.Handler, wait func() error) error {
        server := &http.Server{Addr: ":8080", Handler: handler}
        defer server.Close()
        go server.ListenAndServe()
        return wait()
    }

*What it does not see*

A server or listener that is handed on, and one that serves in a goroutine that is started elsewhere. What `main` starts
may live as long as the process; in a command and in tests confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.inits import reported
from goleaklint.facts.obligations import RECEIVER, Api, Duty, Lapse, duties, finding, lapse, words
from goleaklint.facts.parents import Parents, parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import canonical
from goleaklint.facts.uses import CLOSE, Thing, Use, use_of
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK709",
    name="unstopped-server",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("IO wait",),
    fix="shut the server down, or close the listener, on every way out",
)

_CALL = re.compile(rb"\bhttp\.Server\{|\bhttp\.Server\b|\bnet\.Listen\(|\bhttptest\.New(?:TLS)?Server\(")
_FIELDS = ("Addr", "Handler", "TLSConfig", "ErrorLog", "BaseContext", "ConnContext", "Protocols", "HTTP2")
_TIMEOUTS = ("ReadTimeout", "ReadHeaderTimeout", "WriteTimeout", "IdleTimeout", "MaxHeaderBytes")
_SERVER = Api(Thing(release=frozenset({"Close", "Shutdown"}), plain=frozenset((*_FIELDS, *_TIMEOUTS))), RECEIVER)
_SERVES = frozenset({"ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"})
_LISTENER = Api(Thing(release=CLOSE, lookers=frozenset({"net/http.Serve"})), error=1)
_TEST_SERVER = Api(Thing(release=CLOSE, plain=frozenset({"URL", "Config", "Listener", "TLS"})))
_TABLE = {
    "net.Listen": _LISTENER,
    "net/http/httptest.NewServer": _TEST_SERVER,
    "net/http/httptest.NewTLSServer": _TEST_SERVER,
}


def check(package: Package) -> Iterator[Finding]:
    """Servers and listeners with a goroutine that some path to the end of the function leaves behind."""
    facts = package.facts
    for decl in reported(facts, _CALL, ("net", "net/http", "net/http/httptest")):
        known = bindings(facts, decl)
        for duty in duties(known, _TABLE):
            if duty.api is _TEST_SERVER:
                found = lapse(duty)
            else:
                start = _goroutine(duty.function, duty.var, _accepts)
                found = _from(duty, start) if start is not None else None
            if found is not None and duty.var is not None:
                yield _finding(known, found, duty.var, duty.stmt)
        for function in known.functions:
            yield from _servers(known, function)


def _servers(known: Bindings, function: Function) -> Iterator[Finding]:
    seen: set[Var] = set()
    for node in function.own():
        var = known.var(node)
        if (
            not isinstance(node, ast.Name)
            or var is None
            or var in seen
            or var.function is not function
            or var.kind != "local"
        ):
            continue
        seen.add(var)
        if canonical(known.type_of_var(var)) != "net/http.Server" or isinstance(var.value, ast.Call):
            continue
        start = _goroutine(function, var, _serves)
        if start is not None:
            duty = Duty(known, function, start, ast.Call(at=start.at, end=start.end, fun=node), "", _SERVER, node, None)
            found = _from(duty, start)
            if found is not None:
                yield _finding(known, found, var, None)


def _goroutine(function: Function, var: Var | None, test: Callable[[ast.Call, set[ast.Name]], bool]) -> ast.Go | None:
    """The go statement whose goroutine serves the variable."""
    for node in function.own():
        if isinstance(node, ast.Go) and var is not None:
            inside = {read for read in var.reads if node.at <= read.at < node.end}
            if inside and any(isinstance(inner, ast.Call) and test(inner, inside) for inner in descend(node)):
                return node
    return None


def _serves(call: ast.Call, reads: set[ast.Name]) -> bool:
    return isinstance(call.fun, ast.Selector) and call.fun.x in reads and call.fun.name in _SERVES


def _accepts(call: ast.Call, reads: set[ast.Name]) -> bool:
    fun = call.fun
    if not isinstance(fun, ast.Selector):
        return False
    return (fun.x in reads and fun.name == "Accept") or (
        fun.name == "Serve" and bool(call.args and call.args[0] in reads)
    )


def _from(duty: Duty, start: ast.Go) -> Lapse | None:
    """The lapse of a duty that begins with its goroutine, unless it was handed on before."""
    assert duty.var is not None
    early = [read for read in duty.var.reads if read.at < start.end]
    if any(use_of(duty.known, read, duty.api.thing) > Use.LOOKS for read in early):
        return None
    return lapse(replace(duty, stmt=start), _heard(duty, start))


def _heard(duty: Duty, start: ast.Go) -> list[ast.Name]:
    """Where the function waits until the goroutine has served, and so has nothing to close: `case err := <-failed:`.

    That is a channel that this goroutine alone sends to or closes, once it has served.
    """
    assert duty.var is not None
    up = parents(duty.known)
    serves = min(read.at for read in duty.var.reads if start.at <= read.at < start.end)
    found: list[ast.Name] = []
    for channel in duty.known.variables():
        received = [read for read in channel.reads if _is_received(up.of(read), read)]
        others = [read for read in channel.reads if read not in received]
        if received and others and all(_tells(up, read, start, serves) for read in others):
            found += [read for read in received if up.function(read) is duty.function]
    return found


def _is_received(around: ast.Node | None, read: ast.Name) -> bool:
    return (isinstance(around, ast.Unary) and around.op == "<-") or (isinstance(around, ast.Range) and around.x is read)


def _tells(up: Parents, read: ast.Name, start: ast.Go, serves: int) -> bool:
    """Whether a send or close stands in the goroutine and is done behind a place in it."""
    around = up.of(read)
    is_send = isinstance(around, ast.Send) and around.channel is read
    is_close = isinstance(around, ast.Call) and isinstance(around.fun, ast.Name) and around.fun.name == "close"
    if around is None or not (is_send or is_close):
        return False
    outer = list(up.around(read))
    # `failed <- server.Serve(listener)` is sent when that has come back; what is deferred is done last.
    return start in outer and (around.end > serves or any(isinstance(node, ast.Defer) for node in outer))


def _finding(known: Bindings, found: Lapse, var: Var, made: ast.Stmt | None) -> Finding:
    sure = not found.duty.ends_with_process and found.duty.api is not _TEST_SERVER
    story: tuple[Related, ...] = ()
    if made is not None and made is not found.duty.stmt:
        story = (Related(Role.CREATION, known.head(found.duty.stmt), f"the goroutine that serves {var.name}"),)
    message = words(found, var.name, "closed")
    return finding(RULE, found, message, Confidence.MEDIUM if sure else Confidence.LOW, story)
