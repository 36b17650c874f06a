"""A connection that is dialled without a limit.

*Why it leaks*

`net.Dial` and `tls.Dial` wait as long as the operating system tries, which is minutes for an address that drops
packets, and `tls.Dial` waits for the handshake of a silent server for ever. Cancelling the caller's context does not
end the wait (package net, "Dialer.DialContext").

*Leaks*

    func connect(ctx context.Context, address string) (net.Conn, error) {
        return net.Dial("tcp", address) // want "GLK602"
    }

*Fixed*

    func connect(ctx context.Context, address string) (net.Conn, error) {
        var dialer net.Dialer
        return dialer.DialContext(ctx, "tcp", address)
    }

*What it does not see*

A dialer that comes from elsewhere. Reads and writes without a deadline on the connection.
Without a context at hand, and outside of goroutines started in view, only the caller waits: confidence is low then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK602",
    name="missing-dial-deadline",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.1.0",
    wait_reasons=("IO wait", "select"),
    fix="dial with a timeout or a context, net.Dialer.DialContext",
)

_CALL = re.compile(rb"\.Dial(?:TLS)?\(")
_DIALS = frozenset({"net.Dial", "crypto/tls.Dial", "net/smtp.Dial", "net/rpc.Dial", "net/rpc.DialHTTP"})
# These do not wait for a peer: a datagram socket only notes the address, a unix socket connects or fails at once.
_AT_ONCE = re.compile(r"[\"`](?:unix|udp|ip)")
_LOCAL = re.compile(r"[\"`](?:(?:localhost|127\.0\.0\.1|\[::1\])(?::|[\"`])|:\d)")


def check(package: Package) -> Iterator[Finding]:
    """Dialling through functions that know no limit."""
    for decl in package.facts.reported_funcs(_CALL):
        if decl.file.is_test:
            continue
        known = bindings(package.facts, decl)
        for function in known.functions:
            for node in function.own():
                if isinstance(node, ast.Call) and known.api(node) in _DIALS and not _is_quick(known, node):
                    yield _finding(known, function, node)


def _is_quick(known: Bindings, call: ast.Call) -> bool:
    literals = [node.text for arg in call.args for node in descend(arg) if isinstance(node, ast.Literal)]
    if any(_AT_ONCE.match(text) or _LOCAL.match(text) for text in literals):
        return True
    # `func(_ context.Context, network, addr string) { net.Dial(network, addr) }` in a client for a unix socket.
    network = call.args[0] if call.args else None
    return not isinstance(network, ast.Literal) and _AT_ONCE.search(known.decl.text.decode("latin-1")) is not None


def _finding(known: Bindings, function: Function, call: ast.Call) -> Finding:
    near = known.serves(function)
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.MEDIUM if near else Confidence.LOW,
        message=f"{known.file.text(call.fun).decode('utf-8', 'replace')} has neither a timeout nor a context",
        span=known.head(call),
        function=known.qualified(function),
        related=known.at_hand(function),
    )
