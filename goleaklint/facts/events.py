"""What a goroutine waits for on behalf of a value: a channel in a field of it, or a context whose cancel function is.

An event names the fields that decide it, every function of the package that touches those in a way that may set it
off, and the contexts given from outside that set it off as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from goleaklint.facts import apis
from goleaklint.facts.functions import Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.references import Reference, around_in, mentions
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_CLOSING = re.compile(
    r"(?:close|stop|shut ?down|cancel|quit|end|finish|terminate|kill|destroy|dispose|release|drain|wait|teardown|abort|"
    r"disconnect|rollback|commit|exit|free|cleanup|clean|done|unsubscribe|unwatch|leave|detach|deregister|join|reset)",
    re.IGNORECASE,
)

GO = re.compile(rb"\bgo\s+[\w(]|\.Go\(")
"""What starts a goroutine, in the text of a function."""

Key = tuple[str, str]
"""Type and field."""
Origin = tuple[Bindings, ast.Node]
"""The declaration that starts the goroutine, and its go statement."""

_DEEP = 4


def is_closing(name: str) -> bool:
    """Whether a method sounds as if it ended something: silence is cheaper than a second opinion."""
    return _CLOSING.search(name) is not None


class Event(NamedTuple):
    """`closing` are those of the `releasers` that close a channel, the others send on it."""

    fields: frozenset[Key]
    releasers: tuple[FuncDecl, ...]
    closing: tuple[FuncDecl, ...]
    given: tuple[Var, ...] = ()
    is_queue: bool = False  # other functions than closers send on it: what is received is work, as long as it is open

    def by_closing(self) -> Event:
        """The end of a range loop: only a close brings it about."""
        return self._replace(releasers=self.closing)


def event_of(known: Bindings, inside: Var, expr: ast.Expr, origin: Origin) -> Event | None:
    """The event that a receive from `expr` waits for, None when it is none of the value's."""
    if isinstance(expr, ast.Call):
        fun = expr.fun
        if isinstance(fun, ast.Selector) and fun.name == "Done" and not expr.args:
            return _context(known, inside, fun.x, origin, 0)
        return None
    key = _key(known, inside, expr)
    return _channel(known.facts, key) if key is not None else None


def _key(known: Bindings, inside: Var, expr: ast.Expr) -> Key | None:
    """The field of the value that an expression reads, by itself or through a variable that is stored in it."""
    if isinstance(expr, ast.Selector):
        base = expr.x
        while isinstance(base, ast.Selector):
            base = base.x
        if known.var(base) is not inside:
            return None
        found = known.facts.field(known.type_of(expr.x), expr.name)
        return (found[1], expr.name) if found is not None else None
    var = known.var(expr)
    return stored_in(known, var) if var is not None and len(var.stores) == 1 else None


def stored_in(known: Bindings, var: Var) -> Key | None:
    """The one field that a local variable is put into: `T{done: done}`, `v.done = done`."""
    for read in var.reads:
        around = around_in(known, read)
        outer = around[-1] if around else None
        if isinstance(outer, ast.Element) and isinstance(outer.key, ast.Name) and len(around) > 1:
            owner = canonical(known.type_of(around[-2]))  # type: ignore[arg-type]
            return (owner, outer.key.name) if owner in known.facts.types else None
        if isinstance(outer, ast.Assign) and len(outer.left) == len(outer.right):
            target = outer.left[outer.right.index(read)] if read in outer.right else None
            if isinstance(target, ast.Selector):
                found = known.facts.field(known.type_of(target.x), target.name)
                return (found[1], target.name) if found is not None else None
    return None


def _channel(facts: PackageFacts, key: Key) -> Event | None:
    """A channel field: made by the package, and touched by nobody else."""
    memo = ("channel event", key)
    if memo not in facts.memo:
        facts.memo[memo] = _find_channel(facts, key)
    found = facts.memo[memo]
    return found if isinstance(found, Event) else None


def _find_channel(facts: PackageFacts, key: Key) -> Event | None:
    sending: list[FuncDecl] = []
    closing: list[FuncDecl] = []
    made = False
    if not key[1][:1].islower():
        return None
    for use in uses_of(facts, key):
        known, decl = use.known, use.known.decl if use.known is not None else None
        if known is None or decl is None:
            return None
        outer = use.around[-1] if use.around else None
        match outer:
            case ast.Assign(left=left, right=right) if use.node in left:
                if len(left) != len(right) or not _is_make(known, right[left.index(use.node)]):
                    return None
                made = True
            case ast.Element(key=ast.Name(), value=value) if use.node is outer:
                if not _is_make(known, value):
                    return None
                made = True
            case ast.Send():
                sending.append(decl)
            case ast.Unary(op="<-") | ast.Range() | ast.Binary():
                pass
            case ast.Call(fun=ast.Name(name="close")):
                closing.append(decl)
            case ast.Call(fun=ast.Name(name="len" | "cap")):
                pass
            case ast.Return() if not _returns_both_ways(decl):
                pass
            case _:
                closing.append(decl)  # an alias, which may be closed
    if not made:
        return None
    both = tuple(dict.fromkeys([*closing, *sending]))
    is_queue = not all(is_closing(decl.name) for decl in sending)
    return Event(frozenset({key}), both, tuple(dict.fromkeys(closing)), is_queue=is_queue)


def _returns_both_ways(decl: FuncDecl) -> bool:
    return not any(isinstance(r.type, ast.ChanType) and r.type.direction == "recv" for r in decl.type.results)


def _is_make(known: Bindings, value: ast.Expr) -> bool:
    var = known.var(value)
    if var is not None and len(var.stores) == 1 and var.value is not None:
        value = var.value
    return isinstance(value, ast.Call) and isinstance(value.fun, ast.Name) and value.fun.name == "make"


def uses_of(facts: PackageFacts, key: Key) -> Iterator[Reference]:
    """Each place outside of tests that reads or writes a field; in a composite literal the node is the element."""
    owner, name = key
    for use in mentions(facts, name, elements=True):
        node, known = use.node, use.known
        if isinstance(node, ast.Element):
            outer = use.around[-1] if use.around else None
            if known is None or not isinstance(outer, ast.Composite) or _composite_type(known, use.around) == owner:
                yield Reference(facts, known, node, (*use.around, node))
        elif isinstance(node, ast.Selector):
            found = known.facts.field(known.type_of(node.x), name) if known is not None else None
            if found is None or found[1] == owner:
                if found is None and known is not None and known.type_of(node.x) is not None:
                    continue  # a method, or a field of a type that is known and another
                if found is None and known is not None and known.imported(node.x):
                    continue
                yield use


def _composite_type(known: Bindings, around: tuple[ast.Node, ...]) -> str:
    """The type of the innermost composite literal; an elided one has its container's element type."""
    outer = around[-1]
    assert isinstance(outer, ast.Composite)
    return canonical(known.type_of(outer)) if outer.type is not None else "?"


def _context(known: Bindings, inside: Var, expr: ast.Expr, origin: Origin, depth: int) -> Event | None:
    """A context: what cancels it, itself or by its parent."""
    if depth > _DEEP:
        return None
    if isinstance(expr, ast.Selector):
        base = expr.x
        while isinstance(base, ast.Selector):
            base = base.x
        if known.var(base) is not inside:
            return None
        found = known.facts.field(known.type_of(expr.x), expr.name)
        return _context_field(known.facts, (found[1], expr.name), origin, depth) if found is not None else None
    var = known.var(expr)
    if var is None:
        return None
    if var.kind == "param" and not var.stores:
        if var.function.decl is origin[0].decl:
            return Event(frozenset(), (), (), (var,)) if var.function.parent is None else None
        return _argument(known, var, origin, depth)
    return _context_var(known, var, origin, depth)


def _argument(known: Bindings, var: Var, origin: Origin, depth: int) -> Event | None:
    """`go v.run(ctx)`: the context is the argument of the go statement."""
    call = origin[1].call if isinstance(origin[1], ast.Go) else None
    if not isinstance(call, ast.Call) or origin[0].callee(call) is not known.decl or known.decl is origin[0].decl:
        return None
    params = known.functions[0].params[1 if known.decl.recv is not None else 0 :]
    index = next((index for index, param in enumerate(params) if param is var), None)
    if index is None or index >= len(call.args):
        return None
    given = origin[0].var(call.args[index])
    if given is None:
        return None
    if given.kind == "param" and not given.stores:
        return Event(frozenset(), (), (), (given,))
    return _context_var(origin[0], given, origin, depth + 1)


def _with_call(known: Bindings, var: Var) -> ast.Call | None:
    """The call that gives a variable its only value; of a parameter, the only new one: `ctx, cancel := With(ctx)`."""
    value: ast.Node | None = var.value
    if len(var.stores) == 1 and var.kind == "param":
        outer = around_in(known, var.stores[0])[-1]
        is_first = isinstance(outer, ast.Assign) and len(outer.right) == 1 and outer.left[0] is var.stores[0]
        value = outer.right[0] if is_first and isinstance(outer, ast.Assign) else None
    if len(var.stores) != 1 or not isinstance(value, ast.Call) or known.api(value) not in apis.WITH_CANCEL:
        return None
    return value


def _context_var(known: Bindings, var: Var, origin: Origin, depth: int) -> Event | None:
    """`ctx, cancel := context.WithCancel(parent)` with the cancel function in a field."""
    call = _with_call(known, var)
    if call is None:
        return None
    cancel = next((other for other in known.variables() if other.value is call and other.index == 1), None)
    key = stored_in(known, cancel) if cancel is not None else None
    return _cancelled(known, call, key, origin, depth) if key is not None else None


def _cancelled(known: Bindings, call: ast.Call, key: Key, origin: Origin, depth: int) -> Event | None:
    parent = _parent(known, call, origin, depth)
    if parent is None or not key[1][:1].islower():
        return None
    uses = uses_of(known.facts, key)
    releasers = [use.known.decl for use in uses if use.known is not None and not _is_store(use)]
    both = tuple(dict.fromkeys([*releasers, *parent.releasers]))
    return Event(parent.fields | {key}, both, both, parent.given)


def _is_store(use: Reference) -> bool:
    outer = use.around[-1] if use.around else None
    return outer is use.node or (isinstance(outer, ast.Assign) and use.node in outer.left)


def _parent(known: Bindings, call: ast.Call, origin: Origin, depth: int) -> Event | None:
    parent = call.args[0] if call.args else None
    if isinstance(parent, ast.Call):
        return Event(frozenset(), (), ()) if known.api(parent) in apis.ROOT_CONTEXTS else None
    if isinstance(parent, ast.Selector):
        found = known.facts.field(known.type_of(parent.x), parent.name)
        return _context_field(known.facts, (found[1], parent.name), origin, depth + 1) if found is not None else None
    var = known.var(parent)
    if var is None:
        return None
    if var.kind == "param" and known.decl is origin[0].decl:
        return Event(frozenset(), (), (), (var,))
    if isinstance(var.value, ast.Call) and len(var.stores) == 1 and known.api(var.value) in apis.ROOT_CONTEXTS:
        return Event(frozenset(), (), ())
    return None


def _context_field(facts: PackageFacts, key: Key, origin: Origin, depth: int) -> Event | None:
    """A context in a field: the only value that is ever stored there."""
    if depth > _DEEP or not key[1][:1].islower():
        return None
    found: Event | None = None
    for use in uses_of(facts, key):
        if not _is_store(use):
            continue
        known = use.known
        if known is None:
            return None
        event = _stored_context(known, use, origin, depth)
        if event is None or found is not None:
            return None
        found = event
    return found


def _stored_context(known: Bindings, use: Reference, origin: Origin, depth: int) -> Event | None:
    node = use.node
    if isinstance(node, ast.Element):
        var = known.var(node.value)
        if var is None:
            return None
        if var.kind == "param" and not var.stores:
            return Event(frozenset(), (), (), (var,)) if known.decl is origin[0].decl else None
        return _context_var(known, var, origin, depth + 1)
    outer = use.around[-1]
    assert isinstance(outer, ast.Assign)
    if len(outer.left) == 2 and len(outer.right) == 1 and isinstance(outer.right[0], ast.Call):
        call, cancel = outer.right[0], outer.left[1]
        if known.api(call) not in apis.WITH_CANCEL or not isinstance(cancel, ast.Selector):
            return None
        found = known.facts.field(known.type_of(cancel.x), cancel.name)
        return _cancelled(known, call, (found[1], cancel.name), origin, depth) if found is not None else None
    value = outer.right[outer.left.index(node)] if len(outer.left) == len(outer.right) else None  # type: ignore[arg-type]
    var = known.var(value)
    return _context_var(known, var, origin, depth + 1) if var is not None else None
