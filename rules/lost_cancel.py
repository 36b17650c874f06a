"""A context whose cancel function is lost on some way out.

*Why it leaks*

Until its cancel function is called, a context stays in the set of its parent, and each goroutine that waits for its
end goes on waiting; for a parent of a foreign type the context package itself starts one more goroutine (context.go,
`propagateCancel`). A context with a deadline lets go of them when the deadline is over, and of its timer not before.

*Leaks*

    func fetch(ctx context.Context, watch func(context.Context) <-chan int, ready bool) (int, error) {
        ctx, cancel := context.WithCancel(ctx) // want "GLK501"
        updates := watch(ctx)
        if !ready {
            return 0, errors.New("not ready")
        }
        v := <-updates
        cancel()
        return v, nil
    }

*Fixed*

    func fetch(ctx context.Context, watch func(context.Context) <-chan int, ready bool) (int, error) {
        ctx, cancel := context.WithCancel(ctx)
        defer cancel()
        updates := watch(ctx)
        if !ready {
            return 0, errors.New("not ready")
        }
        return <-updates, nil
    }

*What it does not see*

A cancel function that is handed on: returned, stored, given to a function out of view. A function in view must call
it or hand it on; one that does so on some of its paths only makes confidence low. What becomes of one that is kept in
a field is the business of uncalled-cancel-field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from goleaklint.explore.package import Package
from goleaklint.facts import apis, lifetime
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.handling import Given, Handling, callee_story, given
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.rewrites import below, deferred, is_free, replaced, siblings
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Fix, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK501",
    name="lost-cancel",
    severity=Severity.WARNING,
    fixable=True,
    since="0.1.0",
    wait_reasons=("select", "chan receive"),
    fix="call the cancel function on every way out: defer cancel() behind the error check",
)

_WITH = re.compile(rb"\.With(?:Cancel|Timeout|Deadline)(?:Cause)?\(")
_CANCEL = Thing(release=frozenset({"()"}))
_MOST_EXITS = 3


@dataclass(eq=False, slots=True)
class _Made:
    """`context, cancel := context.WithCancel(parent)`: the statement, its call and its function."""

    function: Function
    stmt: ast.Assign | ast.VarDecl
    call: ast.Call
    api: str
    context: ast.Expr
    cancel: ast.Expr


def check(package: Package) -> Iterator[Finding]:
    """Cancel functions that are discarded, overwritten, or not used on a path to the end of their function."""
    for decl in package.facts.reported_funcs(_WITH):
        known = bindings(package.facts, decl)
        made = [found for function in known.functions for found in _made(known, function)]
        for one in made:
            if not _ends_with_parent(known, one, made):
                yield from _check(known, one)


def _made(known: Bindings, function: Function) -> Iterator[_Made]:
    for node in function.own():
        match node:
            case ast.Assign(left=[context, cancel], right=[ast.Call() as call]):
                pass
            case ast.VarDecl(names=[context, cancel], values=[ast.Call() as call]):
                pass
            case _:
                continue
        api = known.api(call)
        if api in apis.WITH:
            yield _Made(function, node, call, api, context, cancel)


def _ends_with_parent(known: Bindings, made: _Made, all_made: list[_Made]) -> bool:
    """Whether the parent is sure to be cancelled here: `defer cancel()` of the outer one ends the inner one, too."""
    parent = made.call.args[0] if made.call.args else None
    var = known.var(parent)
    if var is not None and isinstance(var.value, ast.Call):
        parent = var.value
    api = known.api(parent)
    if api in apis.TEST_CONTEXTS or api == "golang.org/x/sync/errgroup.WithContext":
        return True
    owners = [known.var(other.cancel) for other in all_made if var is not None and known.var(other.context) is var]
    if api == "os/signal.NotifyContext":
        return True
    return any(
        owner is not None and owner is not known.var(made.cancel) and _deferred(known, owner) for owner in owners
    )


def _deferred(known: Bindings, var: Var) -> bool:
    for function in known.functions:
        for node in function.own():
            is_late = isinstance(node, ast.Defer) or (
                isinstance(node, ast.Call) and isinstance(node.fun, ast.Selector) and node.fun.name == "Cleanup"
            )
            if is_late and any(node.at <= read.at < node.end for read in var.reads):
                return True
    return False


def _check(known: Bindings, made: _Made) -> Iterator[Finding]:
    context = made.context.name if isinstance(made.context, ast.Name) else "the context"
    if isinstance(made.cancel, ast.Name) and made.cancel.name == "_":
        if not lifetime.is_over_after(known, made.function, made.stmt):
            yield _finding(known, made, f"the cancel function of {context} is discarded", (), everywhere=True)
        return
    var = known.var(made.cancel)
    if var is None or var.function is not made.function or _is_used_before(known, var, made):
        return
    reads, ignored, quieted = _reads(known, var)
    paths = Paths(known, made.function)
    start = paths.point_of.get(made.stmt)
    if start is None:
        return

    def released(point: Point) -> bool:
        return _uses(point, var, reads) or _is_end_of_parent(known, point, made)

    escapes = list(paths.escapes(start, released, lambda point: _overwrites(known, point, var)))
    if _is_main(known, made.function):
        escapes = [point for point in escapes if point.kind != "return"]  # the process ends with it
    if not escapes:
        yield from _lost_by_callee(known, made, var, paths)
        return
    if lifetime.is_over(known, made.function, escapes):
        return
    escapes.sort(key=lambda point: point.node.at if point.node is not None else 0)
    related = tuple(_exit(known, point, start, var) for point in escapes[:_MOST_EXITS])
    if start in escapes:
        message = f"{var.name} is not called on every path through the loop"
    elif all(point.kind == "" for point in escapes):
        message = f"{var.name} is overwritten before it is called"
    elif not reads:
        message = f"{var.name} is never called"
    else:
        message = f"{var.name} is not called on every path"
    related = (*(place for one in ignored for place in callee_story(one)), *related)
    found = _finding(known, made, message, related, everywhere=not reads)
    if ignored:
        found = msgspec.structs.replace(found, confidence=min(found.confidence, Confidence.MEDIUM))
    if all(point.kind == "fails" for point in escapes):
        found = msgspec.structs.replace(found, severity=Severity.NOTE)
    # Whoever writes `_ = cancel` knows what he does, or thinks that he does.
    if quieted or (_is_root(known, made.call) and _holds_nothing(known, made, paths, released)):
        found = msgspec.structs.replace(found, confidence=Confidence.LOW)
    yield found


def _holds_nothing(known: Bindings, made: _Made, paths: Paths, released: Callable[[Point], bool]) -> bool:
    """Whether the context is used on none of the ways that lose it: one in nobody's set is held by nothing then."""
    context = known.var(made.context)
    if made.api in apis.WITH_DEADLINE or context is None or context.function is not made.function:
        return False
    reads = context.reads

    def uses(point: Point) -> bool:
        return any(part.at <= read.at < part.end for part in point.parts for read in reads)

    users = [point for point in paths.escapes(paths.point_of[made.stmt], released, uses) if uses(point)]
    return not any(point.kind == "return" or any(paths.escapes(point, released)) for point in users)


def _is_main(known: Bindings, function: Function) -> bool:
    return known.decl.name in lifetime.PROCESS_WIDE and known.decl.recv is None and function.parent is None


def _reads(known: Bindings, var: Var) -> tuple[list[ast.Name], list[Given], bool]:
    """The places that use the variable, the functions that get it and do nothing with it, and whether one is quieted.

    `_ = cancel`, which only quiets the compiler, is no use; a comparison is one when there are others.
    """
    if all(known.file.data.startswith(b"(", read.end) for read in var.reads):
        return var.reads, [], False
    tree = parents(known)
    idle = [read for read in var.reads if use_of(known, read, _CANCEL) is Use.LOOKS]
    ignored = [one for read in idle if (one := given(known, read, _CANCEL)) is not None]
    quieted = any(isinstance(tree.of(read), ast.Assign) for read in idle)
    if len(idle) < len(var.reads):
        idle = [read for read in idle if isinstance(tree.of(read), ast.Assign | ast.Call)]
    return [read for read in var.reads if read not in idle], ignored, quieted


def _lost_by_callee(known: Bindings, made: _Made, var: Var, paths: Paths) -> Iterator[Finding]:
    """All that is done with the cancel function is to give it to functions that call it on some of their paths only."""
    if any(known.file.data.startswith(b"(", read.end) for read in var.reads) or _is_main(known, made.function):
        return
    partial = Handling(known, var, _CANCEL).partial()
    if partial and any(paths.escapes(paths.point_of[made.stmt], lambda point: _is_end_of_parent(known, point, made))):
        related = tuple(place for one in partial for place in callee_story(one))
        found = _finding(known, made, f"{var.name} is not called on every path", related, everywhere=False)
        yield msgspec.structs.replace(found, confidence=Confidence.LOW)


def _is_used_before(known: Bindings, var: Var, made: _Made) -> bool:
    """A closure or a pointer that knows the variable already: `defer func() { cancel() }()` above the assignment."""
    early = [read for read in var.reads if read.at < made.stmt.at]
    inside = [one for one in known.functions if one is not made.function and made.function in one.enclosing()]
    if any(one.body.at <= read.at < one.body.end for one in inside for read in early):
        return True
    return any(
        isinstance(node, ast.Unary) and node.op == "&" and known.var(node.x) is var for node in made.function.own()
    )


def _uses(point: Point, var: Var, reads: list[ast.Name]) -> bool:
    if point.kind == "return" and var.kind == "result" and isinstance(point.node, ast.Return) and not point.node.values:
        return True
    return any(part.at <= read.at < part.end for part in point.parts for read in reads)


def _is_end_of_parent(known: Bindings, point: Point, made: _Made) -> bool:
    """`<-parent.Done()`: from here on the parent has ended, and the context with it."""
    parent = known.file.text(made.call.args[0]) if made.call.args else b""
    return any(
        isinstance(node, ast.Unary) and node.op == "<-" and known.file.text(node.x) == parent + b".Done()"
        for part in point.parts
        for node in descend(part, into_literals=False)
    )


def _overwrites(known: Bindings, point: Point, var: Var) -> bool:
    """Another context's cancel function takes its place."""
    node = point.node
    return (
        isinstance(node, ast.Assign)
        and any(known.var(target) is var for target in node.left)
        and any(known.api(value) in apis.WITH for value in node.right)
    )


def _exit(known: Bindings, point: Point, start: Point, var: Var) -> Related:
    node = point.node
    assert node is not None
    if point is start:
        return Related(Role.EXIT, known.head(node), f"the next round of the loop makes another {var.name}")
    if point.kind == "":
        return Related(Role.EXIT, known.head(node), f"{var.name} is overwritten here")
    if isinstance(node, ast.Block):
        return Related(Role.EXIT, known.file.span(node.end - 1, node.end), f"the end is reached without {var.name}")
    return Related(Role.EXIT, known.head(node), f"this way out does not call {var.name}")


def _is_root(known: Bindings, call: ast.Call) -> bool:
    """Whether the parent is Background or TODO, with values or without."""
    parent = call.args[0] if call.args else None
    while isinstance(parent, ast.Call) and known.api(parent) == "context.WithValue" and parent.args:
        parent = parent.args[0]
    return known.api(parent) in apis.ROOT_CONTEXTS


def _fix(known: Bindings, made: _Made) -> Fix | None:
    """`defer cancel()` below the statement; none where the context, or its cancel function, outlives the function."""
    stmt, context = made.stmt, known.var(made.context)
    if not isinstance(stmt, ast.Assign) or not isinstance(made.cancel, ast.Name) or context is None:
        return None
    up = parents(known)
    if any(isinstance(up.of(read), ast.Return | ast.Assign | ast.Element | ast.Unary) for read in context.reads):
        return None
    lasting = [up.function(read) for read in context.reads if up.function(read) is not made.function]
    if any(function.role == "" for function in lasting):
        return None  # a closure that somebody may call later
    arg = "nil" if made.api.endswith("Cause") and "WithCancelCause" in made.api else ""
    if made.cancel.name == "_":
        name = next((word for word in ("cancel", "cancelCtx") if is_free(made.function, word)), None)
        if name is None or stmt.op != ":=" or siblings(known, stmt) is None:
            return None
        edits = replaced(known.file, made.cancel, name), below(known.file, stmt, f"defer {name}({arg})")
        if edits[0] is None or edits[1] is None:
            return None
        return Fix((edits[0], edits[1]), False, f"add defer {name}({arg})")
    var = known.var(made.cancel)
    if var is None or stmt.op != ":=":
        return None
    return deferred(known, stmt, None, var, f"{var.name}({arg})", names=frozenset({"()"}), looks=False)


def _finding(known: Bindings, made: _Made, message: str, related: tuple[Related, ...], *, everywhere: bool) -> Finding:
    ends_itself = made.api in apis.WITH_DEADLINE
    is_root = _is_root(known, made.call)
    severity = Severity.ERROR if everywhere and not ends_itself else RULE.severity
    return Finding(
        fix=_fix(known, made),
        code=RULE.code,
        name=RULE.name,
        severity=Severity.NOTE if known.file.is_test else severity,
        # A context without a parent is in nobody's set: it costs something only to those who wait for it.
        confidence=Confidence.MEDIUM if ends_itself or is_root else Confidence.HIGH,
        message=message,
        span=known.file.span(made.cancel),
        function=known.qualified(made.function),
        related=related,
    )
