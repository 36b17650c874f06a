"""An HTTP transport that is made for one call and dropped.

*Why it leaks*

A transport keeps its connections for the next request, and each idle connection two goroutines (net/http, transport.go:
`persistConn.readLoop` and `writeLoop`). With `IdleConnTimeout` zero, as in a literal, they wait until the server hangs
up. A transport that is made per call is never used again, and its connections can be closed by nobody.

*Leaks*

    func ping(request *http.Request, config *tls.Config) error {
        client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}} // want "GLK710"
        response, err := client.Do(request)
        if err != nil {
            return err
        }
        return response.Body.Close()
    }

*Fixed*

    func ping(request *http.Request, config *tls.Config) error {
        client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
        defer client.CloseIdleConnections()
        response, err := client.Do(request)
        if err != nil {
            return err
        }
        return response.Body.Close()
    }

*What it does not see*

A transport or client that is handed on, and one that is changed after it was made. With `IdleConnTimeout` the
goroutines end by themselves, with `DisableKeepAlives` there are none. In a command and in tests confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.inits import reported
from goleaklint.facts.lifetime import is_over_after
from goleaklint.facts.obligations import is_short_lived
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK710",
    name="transport-per-call",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "IO wait"),
    fix="make the transport once and share it, or call CloseIdleConnections on every way out",
)

_LITERAL = re.compile(rb"\bhttp\.Transport\{")
_ENDS = frozenset({"IdleConnTimeout", "DisableKeepAlives"})
_SENDS = frozenset({"Do", "Get", "Head", "Post", "PostForm", "RoundTrip"})
_CLOSES = frozenset({"CloseIdleConnections"})
_TRANSPORT = Thing(release=_CLOSES)
_CLIENT = Thing(release=_CLOSES, plain=frozenset({"Timeout", "Jar", "CheckRedirect"}))


def check(package: Package) -> Iterator[Finding]:
    """Literals of transports that serve only requests of the function that makes them."""
    facts = package.facts
    for decl in reported(facts, _LITERAL, ("net/http",)):
        known = bindings(facts, decl)
        for function in known.functions:
            for node in function.own():
                if isinstance(node, ast.Composite) and _is(known, node, "net/http.Transport") and not _ends(node):
                    yield from _check(known, function, node)


def _check(known: Bindings, function: Function, literal: ast.Composite) -> Iterator[Finding]:
    holder = _holder(known, literal)
    while isinstance(holder, ast.Composite):  # of the client that it is made for
        holder = _holder(known, holder)
    if not isinstance(holder, Var) or not _is_local(known, function, holder):
        return
    sends = _sends(known, holder)
    if sends is None or _closes(known, sends) or is_over_after(known, function, literal):
        return
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity=Severity.NOTE if known.file.is_test else RULE.severity,
        confidence=Confidence.LOW if is_short_lived(known) else Confidence.MEDIUM,
        message=f"each call makes a transport, and leaves its idle connections behind with {holder.name}",
        span=known.head(literal),
        function=known.qualified(function),
        related=(Related(Role.PARTNER, known.head(sends), "it is used for this request only"),),
    )


def _closes(known: Bindings, sends: ast.Node) -> bool:
    """Whether the request asks for its connection to be closed: `req.Close = true`, `Header.Set("Connection", ...)`."""
    request = known.var(sends.args[0]) if isinstance(sends, ast.Call) and sends.args else None
    up = parents(known)
    for read in request.reads if request is not None else ():
        field = up.of(read)
        around = up.of(field) if isinstance(field, ast.Selector) else None
        match field, around:
            case ast.Selector(name="Close"), ast.Assign(right=[ast.Name(name="true")]):
                return True
            case ast.Selector(name="Header"), ast.Selector(name="Set" | "Add"):
                call = up.of(around)
                name = call.args[0] if isinstance(call, ast.Call) and call.args else None
                if isinstance(name, ast.Literal) and name.text.strip('"`').lower() == "connection":
                    return True
    return False


def _is(known: Bindings, literal: ast.Composite, name: str) -> bool:
    return literal.type is not None and canonical(Ty(literal.type, known.file)) == name


def _ends(literal: ast.Composite) -> bool:
    return any(isinstance(one.key, ast.Name) and one.key.name in _ENDS for one in literal.elements)


def _holder(known: Bindings, literal: ast.Composite) -> ast.Composite | Var | None:
    """The variable that the literal is the value of, or the literal of a client that it is the transport of."""
    up = parents(known)
    around, value = up.of(literal), literal
    if isinstance(around, ast.Unary) and around.op == "&":
        around, value = up.of(around), around  # type: ignore[assignment]
    if isinstance(around, ast.Element) and isinstance(around.key, ast.Name) and around.key.name == "Transport":
        client = up.of(around)
        return client if isinstance(client, ast.Composite) and _is(known, client, "net/http.Client") else None
    match around:
        case ast.Assign(left=[ast.Name() as name], right=[only]) | ast.VarDecl(names=[name], values=[only]):
            return known.var(name) if only is value else None
    return None


def _is_local(known: Bindings, function: Function, var: Var) -> bool:
    return var.function is function and var.kind == "local" and len(var.stores) == 1


def _sends(known: Bindings, var: Var) -> ast.Node | None:
    """A request that is sent by it, if nothing else is done with it; None if it is closed or handed on."""
    up = parents(known)
    found: ast.Node | None = None
    is_client = canonical(known.type_of_var(var)) == "net/http.Client"
    for read in var.reads:
        around = up.of(read)
        if isinstance(around, ast.Element) and isinstance(around.key, ast.Name) and around.key.name == "Transport":
            client = up.of(around)
            holder = _holder(known, client) if isinstance(client, ast.Composite) else None
            if not isinstance(holder, Var) or not _is_local(known, var.function, holder):
                return None
            inner = _sends(known, holder)
            if inner is None:
                return None
            found = found or inner
            continue
        if use_of(known, read, _CLIENT if is_client else _TRANSPORT) is not Use.LOOKS:
            return None
        if isinstance(around, ast.Selector):
            if around.name in _SENDS:
                found = found or up.of(around)
            elif around.name not in _CLIENT.plain:
                return None  # another method: RegisterProtocol, Clone
    return found
