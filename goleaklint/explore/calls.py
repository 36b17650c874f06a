"""Lowering of calls: which function is meant, whether it is followed, what its arguments may become."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from goleaklint.explore import containers, counts, expressions, making, stdlib
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import (
    NIL,
    NOTHING,
    Api,
    Cancel,
    Choice,
    Closure,
    Context,
    Method,
    Obj,
    Prim,
    Tuple,
    Unknown,
    Value,
)
from goleaklint.facts.types import TESTING, Ty, canonical
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering


def call(lo: Lowering, node: ast.Call, env: Env) -> Value:
    """A call expression."""
    fun = node.fun
    if isinstance(fun, ast.Name) and env.find(fun.name) is None:
        if is_builtin(lo, fun, env):
            return _BUILTINS[fun.name](lo, node, env)
        if fun.name in lo.facts.types and lo.facts.function(fun.name) is None:
            return _conversion(lo, node, env, ast.TypeName(at=fun.at, end=fun.end, name=fun.name))
    if isinstance(fun, ast.TypeExpr):
        return _conversion(lo, node, env, fun.type)
    function = expressions.evaluate(lo, fun, env)
    args = [expressions.evaluate(lo, arg, env) for arg in node.args]
    if len(args) == 1 and isinstance(args[0], Tuple):
        args = list(args[0].items)
    return apply(lo, function, args, node, env)


def is_builtin(lo: Lowering, fun: ast.Expr, env: Env) -> bool:
    """Whether a call is of a predeclared function, such as close."""
    return (
        isinstance(fun, ast.Name)
        and fun.name in _BUILTINS
        and env.find(fun.name) is None
        and lo.facts.function(fun.name) is None
    )


def _conversion(lo: Lowering, node: ast.Call, env: Env, ty: ast.Type) -> Value:
    value = expressions.evaluate(lo, node.args[0], env) if node.args else None
    return Unknown(Ty(ty, lo.frame.file)) if value is None or isinstance(value, Unknown) else value


def apply(lo: Lowering, function: Value, args: list[Value], node: ast.Call, env: Env) -> Value:
    """Call a function value with evaluated arguments."""
    if isinstance(function, Closure):
        return call_closure(lo, function, args, node)
    if isinstance(function, Choice):
        return unknown(lo, [*function.options, *args])  # which of them depends on the path
    if isinstance(function, Cancel):
        lo.emit("close", function.context, node)
        return None
    if isinstance(function, Api):
        return stdlib.function(lo, function.name, args, node, env)
    if function is NOTHING:
        return NOTHING
    if isinstance(function, Method):
        return stdlib.method(lo, function, args, node, env)
    return unknown(lo, args)


def unknown(lo: Lowering, args: list[Value], ty: Ty | None = None) -> Value:
    """A call of something out of view: it may do anything with its arguments."""
    for arg in args:
        lo.heap.escape(arg)
    return Unknown(ty)


def call_closure(lo: Lowering, closure: Closure, args: list[Value], node: ast.Node) -> Value:
    """A call of a function in view: followed when that can matter, else what its signature says."""
    body = closure.literal.body if closure.literal is not None else None
    if closure.decl is not None:
        if not _worth_following(lo, closure, args):
            return _result(lo, closure, node)
        body = closure.decl.body
    if body is None or len(lo.active) > lo.limits.depth or body in lo.active:
        lo.heap.escape(closure.receiver)
        if closure.literal is not None:
            lo.heap.escape(closure)
        unknown(lo, args)
        return _result(lo, closure, node)
    return lo.inline(closure, args, node)


def _worth_following(lo: Lowering, closure: Closure, args: list[Value]) -> bool:
    decl = closure.decl
    assert decl is not None
    if is_tracked(lo, closure.receiver) or any(is_tracked(lo, arg) for arg in args):
        return True
    if any(is_testing(arg) for arg in args) and stdlib.MAY_FAIL.search(decl.text):
        return True
    results = [Ty(result.type, closure.file) for result in decl.type.results]
    return any(lo.facts.is_sync_type(ty) or canonical(ty) == "context.Context" for ty in results)


def is_testing(value: Value) -> bool:
    """Whether a value is a `*testing.T` or the like."""
    return isinstance(value, Unknown) and canonical(value.ty) in TESTING


def _result(lo: Lowering, closure: Closure, node: ast.Node) -> Value:
    """Results of a call that is not followed: values from outside, of the declared types."""
    signature = closure.literal.type if closure.literal is not None else closure.decl.type  # type: ignore[union-attr]
    values: list[Value] = []
    for index, result in enumerate(signature.results):
        key = (lo.frame.context, id(node), "result", index)
        cell = lo.heap.cell(key, "", Ty(result.type, closure.file))
        values.append(making.external(lo, cell, key))
    return values[0] if len(values) == 1 else Tuple(values) if values else None


def is_tracked(lo: Lowering, value: Value, depth: int = 3) -> bool:
    """Whether a value can lead to a primitive of the root."""
    if isinstance(value, Prim):
        return not value.external
    if isinstance(value, Context):
        return value.done is not None
    if isinstance(value, Closure):
        return value.literal is not None or (value.receiver is not None and is_tracked(lo, value.receiver, depth))
    if isinstance(value, Cancel | Choice):
        return True
    if isinstance(value, Tuple):
        return any(is_tracked(lo, item, depth) for item in value.items)
    if isinstance(value, Method):
        return is_tracked(lo, value.receiver, depth)
    if not isinstance(value, Obj) or depth == 0:
        return False
    if not value.external and not value.fields and lo.facts.is_sync_type(value.ty):
        return True
    if not value.external and value.ty is not None and canonical(value.ty) in lo.facts.sync_types:
        return True
    return any(is_tracked(lo, cell.value, depth - 1) for cell in value.fields.values())


def spawn_value(lo: Lowering, function: Value, args: list[Value], node: ast.Node) -> None:
    """A new goroutine that runs a function value: `go f(x)`, `time.AfterFunc(d, f)`."""
    if isinstance(function, Closure):
        lo.spawn(function, args, node)
        return
    if isinstance(function, Cancel | Method):
        call = node.call if isinstance(node, ast.Go) else node
        call_node = call if isinstance(call, ast.Call) else ast.Call(at=node.at, end=node.end, fun=ast.Bad(at=0, end=0))
        spawn_action(lo, node, lambda: apply_quietly(lo, function, args, call_node))
        return
    unknown(lo, [function, *args])


def spawn_action(lo: Lowering, node: ast.Node, action: Callable[[], object]) -> None:
    """A new goroutine that does one thing without a body of its own: `go close(c)`, `go cancel()`."""
    literal = ast.FuncLit(
        at=node.at,
        end=node.end,
        name="",
        type=ast.FuncType(at=node.at, end=node.at),
        body=ast.Block(at=node.at, end=node.end),
    )
    shell = lo.heap.closure((lo.frame.context, id(node)), lambda: Closure(literal, None, lo.frame.file, None))
    lo.spawn(shell, [], node, after=action)


def apply_quietly(lo: Lowering, function: Value, args: list[Value], node: ast.Call) -> None:
    """Call for the effect only."""
    apply(lo, function, args, node, Env())


# ---- builtins


def _make(lo: Lowering, node: ast.Call, env: Env) -> Value:
    ty = expressions.type_of_expression(node.args[0]) if node.args else None
    if ty is None:
        return Unknown()
    under = lo.facts.underlying(Ty(ty, lo.frame.file))
    key = (lo.frame.context, id(node))
    if under is not None and isinstance(under.node, ast.ChanType):
        capacity = counts.capacity(lo, node.args[1], env) if len(node.args) > 1 else 0
        prim = making.made(lo, "chan", "", node, key)
        prim.capacity = capacity
        return prim
    for arg in node.args[1:]:
        expressions.evaluate(lo, arg, env)
    obj = lo.heap.obj(key, Ty(ty, lo.frame.file), lo.place(node), scope=lo.scopes)
    if isinstance(under.node if under is not None else None, ast.SliceType) and len(node.args) > 1:
        length = node.args[1]
        obj.sized = not (isinstance(length, ast.Literal) and length.text == "0")
    return obj


def _new(lo: Lowering, node: ast.Call, env: Env) -> Value:
    ty = expressions.type_of_expression(node.args[0]) if node.args else None
    if ty is None or isinstance(ty, ast.PointerType):
        return Unknown()
    value = making.zero(lo, Ty(ty, lo.frame.file), node, "")
    return Unknown(Ty(ty, lo.frame.file)) if value == NIL else value


def _close(lo: Lowering, node: ast.Call, env: Env) -> Value:
    value = expressions.evaluate(lo, node.args[0], env) if node.args else None
    if isinstance(value, Prim) and value.kind == "chan":
        lo.emit("close", value, node)
    elif expressions.is_nil(value):
        lo.kill()
    return None


def _append(lo: Lowering, node: ast.Call, env: Env) -> Value:
    values = [expressions.evaluate(lo, arg, env) for arg in node.args]
    base = values[0] if values else None
    if not isinstance(base, Obj):
        ty = base.ty if isinstance(base, Unknown) else None
        base = lo.heap.obj((lo.frame.context, id(node)), ty, lo.place(node), scope=lo.scopes)
    for position, value in enumerate(values[1:]):
        site = (lo.frame.context, id(node), position)
        if not (node.spread and isinstance(value, Obj)):
            containers.put(lo, containers.append_cell(lo, base, site), value)
        elif value is not base:
            for number, cell in enumerate(containers.slots(value)):
                containers.put(lo, containers.append_cell(lo, base, (*site, number)), cell.value)
            if not containers.slots(value):
                containers.put(lo, containers.shared_cell(lo, base), containers.shared_cell(lo, value).value)
    return base


def _panic(lo: Lowering, node: ast.Call, env: Env) -> Value:
    for arg in node.args:
        expressions.evaluate(lo, arg, env)
    lo.kill()
    return None


def _plain(lo: Lowering, node: ast.Call, env: Env) -> Value:
    for arg in node.args:
        expressions.evaluate(lo, arg, env)
    return Unknown()


def _any(lo: Lowering, node: ast.Call, env: Env) -> Value:
    """`any(x)` is x."""
    return expressions.evaluate(lo, node.args[0], env) if node.args else None


_BUILTINS = {
    "make": _make,
    "new": _new,
    "close": _close,
    "append": _append,
    "panic": _panic,
    **dict.fromkeys(
        (
            *("len", "cap", "copy", "delete", "print", "println", "min", "max", "clear", "recover", "complex", "real"),
            *(
                "imag",
                "string",
                "int",
                "int8",
                "int16",
                "int32",
                "int64",
                "uint",
                "uint8",
                "uint16",
                "uint32",
                "uint64",
            ),
            *("float32", "float64", "byte", "rune", "bool", "uintptr", "error"),
        ),
        _plain,
    ),
    "any": _any,
}
