"""Which lock an expression means: by its path from a variable, and by the type and field that hold it.

A path (`c.store.mu`) names one lock in one activation of a function: two equal paths of which no part is assigned in
between are the same lock for sure. `Type.field` names the locks of all objects of a type.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import SYNC_NAMES, Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

Path = tuple[object, ...]
"""A variable (of the package: its name), then field names and elements: `(Var c, "store", "mu")`."""

_OPS = {
    "Lock": ("lock", "w"),
    "Unlock": ("unlock", "w"),
    "RLock": ("lock", "r"),
    "RUnlock": ("unlock", "r"),
    "TryLock": ("try", "w"),
    "TryRLock": ("try", "r"),
}
_KINDS = ("mutex", "rwmutex")
_MUTEX = re.compile(r"(?:^|[/.])(?:\w*sync\w*|deadlock)\.(?:RW)?Mutex$")  # drop-in replacements of package sync
_DEEP = 8
_NEW_COND = re.compile(rb"\bsync\.NewCond\(|\.L\s*=")


class Place(NamedTuple):
    """A lock, channel or other object: its path if it has one, its `Type.field`, and a short name for messages."""

    path: Path | None
    kind: str
    name: str
    made_here: bool = False


class LockOp(NamedTuple):
    """One call of a lock's method: `op` is "lock", "unlock" or "try", `mode` "w" or "r"."""

    op: str
    mode: str
    place: Place


def lock_op(known: Bindings, call: ast.Call) -> LockOp | None:
    """The operation of a lock that a call is; None for any other call."""
    fun = call.fun
    if not isinstance(fun, ast.Selector) or fun.name not in _OPS or call.args:
        return None
    op, mode = _OPS[fun.name]
    x = fun.x
    if isinstance(x, ast.Call) and isinstance(x.fun, ast.Selector) and x.fun.name == "RLocker":
        x, mode = x.fun.x, "r"
    if isinstance(x, ast.Selector) and x.name == "L" and known.is_a(x.x, "sync.Cond"):
        return _of_cond(known, x.x, op)
    place = _lock(known, x)
    return LockOp(op, mode, place) if place is not None else None


def once_of(known: Bindings, call: ast.Call) -> Place | None:
    """The sync.Once of a call of its Do, which holds a mutex of its own while the function runs."""
    if not isinstance(call.fun, ast.Selector) or call.fun.name != "Do" or known.api(call) != "(sync.Once).Do":
        return None
    return place_of(known, call.fun.x)


def _of_cond(known: Bindings, cond: ast.Expr, op: str) -> LockOp:
    place = place_of(known, cond)
    found = cond_locks(known.facts).get(place.kind)
    if found is None:
        path = (*place.path, "L") if place.path is not None else None
        return LockOp(op, "w", Place(path, f"{place.kind}.L" if place.kind else "", place.name))
    field, kind, mode = found
    path = (*place.path[:-1], *field) if place.path is not None else None
    return LockOp(op, mode, Place(path, kind, field[-1]))


def cond_locks(facts: PackageFacts) -> dict[str, tuple[tuple[str, ...], str, str]]:
    """`Type.cond` -> the fields from the same object to the lock it was made with, its kind, and "r" for an RLocker."""
    if "cond_locks" not in facts.memo:
        facts.memo["cond_locks"] = _CondLocks()  # set first: place_of below asks for it
        facts.memo["cond_locks"] = _CondLocks(_cond_locks(facts))
    found = facts.memo["cond_locks"]
    assert isinstance(found, _CondLocks)
    return found


class _CondLocks(dict[str, tuple[tuple[str, ...], str, str]]):
    pass


def _cond_locks(facts: PackageFacts) -> dict[str, tuple[tuple[str, ...], str, str]]:
    found: dict[str, tuple[tuple[str, ...], str, str]] = {}
    for decl in facts.all_funcs(_NEW_COND):
        if decl.body is None:
            continue
        known = bindings(facts, decl)
        for node in descend(decl.body):
            if not isinstance(node, ast.Assign):
                continue
            for target, value in zip(node.left, node.right, strict=False):
                if known.api(value) == "sync.NewCond" and isinstance(value, ast.Call) and value.args:
                    cond, lock = target, value.args[0]
                elif isinstance(target, ast.Selector) and target.name == "L" and known.is_a(target.x, "sync.Cond"):
                    cond, lock = target.x, value
                else:
                    continue
                mode = "w"
                if isinstance(lock, ast.Call) and isinstance(lock.fun, ast.Selector) and lock.fun.name == "RLocker":
                    lock, mode = lock.fun.x, "r"
                owner, inner = place_of(known, cond), _lock(known, lock)
                if inner is None or owner.path is None or inner.path is None or not owner.kind:
                    continue
                common = owner.path[:-1]
                if inner.path[: len(common)] == common and len(inner.path) > len(common):
                    field = tuple(str(step) for step in inner.path[len(common) :])
                    found[owner.kind] = (field, inner.kind, mode)
    return found


def _lock(known: Bindings, x: ast.Expr) -> Place | None:
    """The lock whose method is called on `x`: `x` itself or a mutex that it embeds."""
    ty = known.type_of(x)
    if ty is None:
        return None
    name = canonical(ty)
    if SYNC_NAMES.get(name) in _KINDS or _MUTEX.search(name):
        return place_of(known, x)
    if known.facts.method(ty, "Lock") is not None:
        return None
    steps = known.facts.embedded_primitive(ty, _KINDS)
    if steps is None:
        return None
    outer = place_of(known, x)
    path = (*outer.path, *steps) if outer.path is not None else None
    return Place(path, embedded_kind(known.facts, ty, steps, outer.kind), outer.name or steps[-1], outer.made_here)


def is_rw(known: Bindings, call: ast.Call) -> bool:
    """Whether the lock is a sync.RWMutex itself."""
    return isinstance(call.fun, ast.Selector) and canonical(known.type_of(call.fun.x)) == "sync.RWMutex"


def embedded_kind(facts: PackageFacts, ty: Ty, steps: tuple[str, ...], outer: str) -> str:
    """`Type.field` of what is reached from a value of type `ty` over embedded fields."""
    owner: Ty | None = ty
    kind = outer
    for step in steps:
        name = canonical(owner)
        kind = f"{name}.{step}" if name else f"{kind}.{step}"
        found = facts.field(owner, step)
        owner = found[0] if found is not None else None
    return kind


def place_of(known: Bindings, expr: ast.Expr, depth: int = 0) -> Place:
    """What an expression means, as far as the source says it."""
    nothing = Place(None, "", "")
    if depth > _DEEP:
        return nothing
    match expr:
        case ast.Name():
            return _of_name(known, expr, depth)
        case ast.Selector():
            return _of_selector(known, expr, depth)
        case ast.Unary(op="&" | "*"):
            return place_of(known, expr.x, depth + 1)
        case ast.TypeAssert():
            return place_of(known, expr.x, depth + 1)
        case ast.Index():
            return _of_element(known, expr, depth)
        case ast.Call():
            return _of_call(known, expr, depth)
    return nothing


def _of_name(known: Bindings, name: ast.Name, depth: int) -> Place:
    var = known.var(name)
    if var is None:
        if name.name in known.facts.values:
            return Place((f"var {name.name}",), f"var {name.name}", name.name)
        return Place(None, "", name.name)
    value = var.value
    if value is not None and len(var.stores) == 1 and not var.ranged and var.index == 0:
        # `mu := &c.mu`, `s := c.store` are other names; `e := m[key]` may be another element the next time
        if isinstance(value, ast.Name | ast.Selector | ast.Unary | ast.Call):
            alias = place_of(known, value, depth + 1)
            if alias.path is not None:
                return alias._replace(name=var.name) if isinstance(value, ast.Unary) else alias
        made = value.x if isinstance(value, ast.Unary) and value.op == "&" else value
        is_new = isinstance(made, ast.Call) and isinstance(made.fun, ast.Name) and made.fun.name == "new"
        if isinstance(made, ast.Composite) or is_new:
            return Place((var,), f"local {var.name} {var.at}", var.name, made_here=True)
    if (
        var.kind == "local"
        and value is None
        and var.type is not None
        and not isinstance(var.type.node, ast.PointerType)
    ):
        return Place((var,), f"local {var.name} {var.at}", var.name, made_here=True)
    return Place((var,), f"local {var.name} {var.at}", var.name)


def _of_selector(known: Bindings, expr: ast.Selector, depth: int) -> Place:
    package = known.imported(expr.x)
    if package:
        full = f"{package}.{expr.name}"
        return Place((full,), f"var {full}", expr.name)
    base = place_of(known, expr.x, depth + 1)
    owner = known.type_of(expr.x)
    found = known.facts.field(owner, expr.name)
    steps: tuple[str, ...] = (*found[2], expr.name) if found is not None else (expr.name,)
    path = (*base.path, *steps) if base.path is not None else None
    kind = ""
    if found is not None:
        kind = embedded_kind(known.facts, owner, steps, base.kind) if owner is not None else ""
    return Place(path, kind, expr.name, base.made_here)


def _of_element(known: Bindings, expr: ast.Index, depth: int) -> Place:
    base = place_of(known, expr.x, depth + 1)
    kind = f"{base.kind}[]" if base.kind else ""
    key = expr.index[0] if len(expr.index) == 1 else None
    step: object = None
    if isinstance(key, ast.Literal):
        step = key.text
    elif isinstance(key, ast.Name):
        step = known.var(key) or key.name
    path = (*base.path, ("[]", step)) if base.path is not None and step is not None else None
    return Place(path, kind, base.name, base.made_here)


def _of_call(known: Bindings, call: ast.Call, depth: int) -> Place:
    """What an accessor gives: a method whose body is `return x.field`."""
    callee = known.callee(call)
    if callee is None or callee.body is None or len(callee.body.body) != 1 or call.args:
        return Place(None, "", "")
    last = callee.body.body[0]
    if not isinstance(last, ast.Return) or len(last.values) != 1 or not isinstance(call.fun, ast.Selector):
        return Place(None, "", "")
    if not isinstance(last.values[0], ast.Selector | ast.Unary):
        return Place(None, "", "")
    inner = place_of(bindings(known.facts, callee), last.values[0], depth + 1)
    if inner.path is None or not isinstance(inner.path[0], Var) or inner.path[0].kind != "param":
        return Place(None, inner.kind, inner.name)
    receiver = receiver_of(known, call, depth)
    path = (*receiver, *inner.path[1:]) if receiver is not None else None
    return Place(path, inner.kind, inner.name)


def receiver_of(known: Bindings, call: ast.Call, depth: int = 0) -> Path | None:
    """The path of the receiver of a method call, embedded fields included."""
    if not isinstance(call.fun, ast.Selector):
        return None
    found = known.facts.method(known.type_of(call.fun.x), call.fun.name)
    base = place_of(known, call.fun.x, depth + 1)
    if found is None or base.path is None:
        return None
    return (*base.path, *found[1])


def is_under(path: Path, prefix: Path) -> bool:
    """Whether `path` starts with `prefix`."""
    return path[: len(prefix)] == prefix


def depends_on(path: Path, var: Var) -> bool:
    """Whether another value of the variable makes the path another lock."""
    return path[0] is var or ("[]", var) in path


def root_function(path: Path) -> Function | None:
    """The function whose variable the path starts from; None for a variable of the package."""
    return path[0].function if isinstance(path[0], Var) else None
