"""An HTTP request that may wait for its answer for ever.

*Why it leaks*

`http.DefaultClient`, and every client without `Timeout`, waits for the headers and the body of an answer without
bound (package net/http, "Client.Timeout"; the default transport limits the dialling and the TLS handshake only). A
server that accepts and stays silent keeps the goroutine, and one more with each request.

*Leaks*

    func load(ctx context.Context, address string) (*http.Response, error) {
        return http.Get(address) // want "GLK601"
    }

*Fixed*

    func load(ctx context.Context, address string) (*http.Response, error) {
        request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
        if err != nil {
            return nil, err
        }
        return http.DefaultClient.Do(request)
    }

*What it does not see*

A client that is kept in a field or comes as a parameter: it may have a timeout. A request whose context never ends.
Without a context at hand, and outside of goroutines started in view, only the caller waits: confidence is low then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK601",
    name="missing-http-deadline",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.1.0",
    wait_reasons=("select", "IO wait"),
    fix="give the client a Timeout, or the request a context that ends",
)

_CALL = re.compile(rb"\.(?:Get|Head|Post|PostForm|Do)\(")
_SIMPLE = frozenset({"Get", "Head", "Post", "PostForm"})
_FUNCTIONS = frozenset(f"net/http.{name}" for name in _SIMPLE)
_TIMEOUT_SET = re.compile(rb"\.Timeout\s*=[^=]|\bhttp\.DefaultClient\s*=[^=]|http\.DefaultTransport\b")


def check(package: Package) -> Iterator[Finding]:
    """Requests of which neither the client nor the request itself has an end."""
    facts = package.facts
    for decl in facts.reported_funcs(_CALL, ("net/http",)):
        file = decl.file
        if file.is_test:
            continue
        if any(_TIMEOUT_SET.search(other.data) for other in facts.unit.files if not other.is_test):
            return  # somebody in the package takes care of timeouts: which client it is for is hard to tell
        known = bindings(facts, decl)
        for function in known.functions:
            for node in function.own():
                if isinstance(node, ast.Call) and _is_endless(known, node):
                    yield _finding(known, function, node)


def _is_endless(known: Bindings, call: ast.Call) -> bool:
    api = known.api(call)
    if api in _FUNCTIONS:
        return True
    if not isinstance(call.fun, ast.Selector) or not api.startswith("(net/http.Client)."):
        return False
    if not _has_no_timeout(known, call.fun.x):
        return False
    return call.fun.name in _SIMPLE or (call.fun.name == "Do" and len(call.args) == 1 and _is_bare(known, call.args[0]))


def _has_no_timeout(known: Bindings, client: ast.Expr) -> bool:
    """The default client, or a literal that sets neither `Timeout` nor a transport, used for nothing but requests."""
    if isinstance(client, ast.Selector):
        return known.imported(client.x) == "net/http" and client.name == "DefaultClient"
    var = known.var(client)
    if var is not None:
        if len(var.stores) != 1 or var.value is None:
            return False
        client = var.value
    elif isinstance(client, ast.Name):
        decl, index = known.facts.values.get(client.name, (None, 0))
        if decl is None or len(decl.values) != len(decl.names):
            return False
        client = decl.values[index]
    if isinstance(client, ast.Unary) and client.op == "&":
        client = client.x
    if not isinstance(client, ast.Composite):
        return False
    keys = {element.key.name for element in client.elements if isinstance(element.key, ast.Name)}
    # A transport of one's own may well have a ResponseHeaderTimeout.
    return len(keys) == len(client.elements) and not keys & {"Timeout", "Transport"}


def _is_bare(known: Bindings, request: ast.Expr) -> bool:
    """A request that was made without a context and never got one: `req = req.WithContext(ctx)` is a second store."""
    var = known.var(request)
    return (
        var is not None
        and len(var.stores) == 1
        and isinstance(var.value, ast.Call)
        and known.api(var.value) == "net/http.NewRequest"
    )


def _finding(known: Bindings, function: Function, call: ast.Call) -> Finding:
    near = known.serves(function)
    assert isinstance(call.fun, ast.Selector)
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.MEDIUM if near and not function.is_within("defer") else Confidence.LOW,
        message=f"{_text(known, call.fun)} has neither a timeout nor a context",
        span=known.head(call),
        function=known.qualified(function),
        related=known.at_hand(function),
    )


def _text(known: Bindings, fun: ast.Selector) -> str:
    owner = known.file.text(fun.x).decode("utf-8", "replace")
    return f"{owner}.{fun.name}" if owner.replace(".", "").isidentifier() else fun.name
