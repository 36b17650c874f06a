"""A gRPC stream that is neither read to its end nor cancelled.

*Why it leaks*

Each stream of a client has a goroutine that waits for its end (google.golang.org/grpc, stream.go: `newClientStream`):
for an error of `Recv`, io.EOF among them, for the context to end, or for the connection to be closed. When the context
is `context.Background()` and the function stops reading, the stream and its goroutine stay with the connection.

*Leaks*

    func first(conn *grpc.ClientConn) (*pb.Event, error) {
        stream, err := pb.NewEventsClient(conn).List(context.Background(), &pb.Request{}) // want "GLK713"
        if err != nil {
            return nil, err
        }
        event, err := stream.Recv()
        if err != nil {
            return nil, err
        }
        return event, nil
    }

*Fixed*

    func first(parent context.Context, conn *grpc.ClientConn) (*pb.Event, error) {
        ctx, cancel := context.WithCancel(parent)
        defer cancel()
        stream, err := pb.NewEventsClient(conn).List(ctx, &pb.Request{})
        if err != nil {
            return nil, err
        }
        event, err := stream.Recv()
        if err != nil {
            return nil, err
        }
        return event, nil
    }

*What it does not see*

A stream with any other context, and one that is handed on. Where only a name says that the client is one of gRPC, in
commands and in tests, confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import apis
from goleaklint.facts.functions import Var
from goleaklint.facts.inits import reported
from goleaklint.facts.obligations import Api, Duty, alone, finding, lapse, words
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import canonical
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK713",
    name="unfinished-stream",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select",),
    fix="read the stream to its end, or cancel its context on every way out",
)

_CALL = re.compile(rb"\.(?:Recv|CloseAndRecv)\(\)")
_GRPC = "google.golang.org/grpc"
_CONN = Thing(release=frozenset({"Close"}))
_STREAM = Api(Thing(release=frozenset({"CloseAndRecv", "RecvMsg"}), ended_by="Recv"), error=1)
_METHODS = frozenset(
    {"Recv", "Send", "SendMsg", "RecvMsg", "CloseSend", "CloseAndRecv", "Header", "Trailer", "Context"}
)
_CLIENT = re.compile(r"\.New\w*Client$")


def check(package: Package) -> Iterator[Finding]:
    """Streams with a context that never ends, which some path leaves before their end."""
    facts = package.facts
    if not any(path.startswith(_GRPC) for path in facts.imports):
        return
    for decl in reported(facts, _CALL):
        if b"context." not in decl.text:
            continue
        known = bindings(facts, decl)
        for function, stmt, left, call in alone(known):
            var = known.var(left[0]) if len(left) == 2 else None
            if var is None or not isinstance(call.fun, ast.Selector) or not _is_endless(known, call):
                continue
            is_sure = _is_of_connection(known, call.fun.x)
            if is_sure is None or not _is_stream(known, var):
                continue
            duty = Duty(known, function, stmt, call, "", _STREAM, left[0], left[1])
            found = lapse(duty)
            if found is not None:
                confidence = Confidence.MEDIUM if is_sure and not duty.ends_with_process else Confidence.LOW
                yield finding(RULE, found, words(found, var.name, "read to its end"), confidence)


def _is_endless(known: Bindings, call: ast.Call) -> bool:
    """Whether the context of a call is one that never ends."""
    given = call.args[0] if call.args else None
    var = known.var(given)
    if var is not None and len(var.stores) == 1 and var.index == 0:
        given = var.value
    return known.api(given) in apis.ROOT_CONTEXTS


def _is_stream(known: Bindings, var: Var) -> bool:
    """Whether all that is done with it are calls of what a stream has, `Recv` among them."""
    tree = parents(known)
    names: set[str] = set()
    for read in var.reads:
        selector = tree.of(read)
        if not isinstance(selector, ast.Selector) or not isinstance(tree.of(selector), ast.Call):
            return False
        names.add(selector.name)
    return bool(names & {"Recv", "CloseAndRecv"}) and names <= _METHODS


def _is_of_connection(known: Bindings, client: ast.Expr) -> bool | None:
    """Whether a client is sure to be one of gRPC; None when nothing says so, or its connection is closed here."""
    var = known.var(client)
    made = var.value if var is not None and len(var.stores) == 1 else client
    if isinstance(made, ast.Call) and made.args and _CLIENT.search(known.api(made)):
        conn = known.var(made.args[0])
        if conn is not None and any(use_of(known, read, _CONN) is Use.RELEASES for read in conn.reads):
            return None
        kind = canonical(known.type_of(made.args[0])) or (known.api(conn.value) if conn is not None else "")
        return kind.startswith(_GRPC)
    name = canonical(known.type_of(client))
    return False if "." in name and name.endswith("Client") else None
