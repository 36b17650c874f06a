"""Lowering of expressions: what they denote, and the operations that their evaluation performs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from goleaklint.explore import calls, containers, making
from goleaklint.explore.automaton import Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import (
    NIL,
    NOTHING,
    Api,
    Cancel,
    Cell,
    Choice,
    Closure,
    Const,
    Locker,
    Method,
    Obj,
    Prim,
    Tuple,
    Unknown,
    Value,
)
from goleaklint.facts import apis
from goleaklint.facts.package import int_literal
from goleaklint.facts.types import SYNC_NAMES, Ty, bare, canonical, element
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering


def evaluate(lo: Lowering, node: ast.Expr | None, env: Env) -> Value:
    """The value of an expression; its operations are emitted."""
    handler = _HANDLERS.get(type(node))
    return handler(lo, node, env) if handler is not None else None


def values(lo: Lowering, nodes: list[ast.Expr], wanted: int, env: Env) -> list[Value]:
    """The values of the right side of an assignment to `wanted` targets."""
    if len(nodes) == 1 and wanted > 1:
        value = evaluate(lo, nodes[0], env)
        if isinstance(nodes[0], ast.TypeAssert):
            if is_of(lo, value, nodes[0].type):
                return [value, Const(True)]
            doubt_type(lo, value, nodes[0].type)
        items: list[Value] = list(value.items) if isinstance(value, Tuple) else [value]
        items.extend([None] * (wanted - len(items)))
        return items
    return [evaluate(lo, node, env) for node in nodes]


# ---- names and fields


def _name(lo: Lowering, node: ast.Name, env: Env) -> Value:
    cell = env.find(node.name)
    if cell is not None:
        return lo.read(cell)
    if node.name == "nil":
        return NIL
    if node.name in {"true", "false"}:
        return Const(node.name == "true")
    func = lo.facts.function(node.name)
    if func is not None:
        return lo.heap.closure(("func", node.name), lambda: Closure(None, func, func.file))
    return _package_value(lo, node.name)


def _package_value(lo: Lowering, name: str) -> Value:
    """A package-level constant or variable; variables are external: anyone may touch them."""
    found = lo.facts.values.get(name)
    if found is None:
        return None
    decl, index = found
    if decl.const:
        const = lo.facts.int_const(name)
        return Const(const) if const is not None else None
    ty = Ty(decl.type, decl.file) if decl.type is not None else None
    if ty is None and index < len(decl.values):
        ty = literal_type(decl.values[index], decl.file)
    cell = lo.heap.cell(("global", name), name, ty)
    cell.external = True
    return making.external(lo, cell, ("global", name))


def literal_type(node: ast.Expr, file: ast.Node | object) -> Ty | None:
    """The type that a composite literal, `&T{}`, `new(T)` or `make(T)` says it has."""
    if isinstance(node, ast.Unary) and node.op == "&":
        node = node.x
    if isinstance(node, ast.Composite) and node.type is not None:
        return Ty(node.type, file)  # type: ignore[arg-type]
    if isinstance(node, ast.Call) and isinstance(node.fun, ast.Name) and node.fun.name in {"make", "new"} and node.args:
        inner = type_of_expression(node.args[0])
        return Ty(inner, file) if inner is not None else None  # type: ignore[arg-type]
    return None


def type_of_expression(node: ast.Expr) -> ast.Type | None:
    """The type that an expression names when it stands where a type is expected."""
    if isinstance(node, ast.TypeExpr):
        return node.type
    if isinstance(node, ast.Name):
        return ast.TypeName(at=node.at, end=node.end, name=node.name)
    if isinstance(node, ast.Selector) and isinstance(node.x, ast.Name):
        return ast.TypeName(at=node.at, end=node.end, package=node.x.name, name=node.name)
    if isinstance(node, ast.Index):
        return type_of_expression(node.x)
    if isinstance(node, ast.Unary) and node.op == "*":
        inner = type_of_expression(node.x)
        return ast.PointerType(at=node.at, end=node.end, elem=inner) if inner is not None else None
    return None


def _selector(lo: Lowering, node: ast.Selector, env: Env) -> Value:
    if isinstance(node.x, ast.Name) and env.find(node.x.name) is None:
        path = lo.frame.file.imports.get(node.x.name)
        if path is not None and node.x.name not in lo.facts.values:
            return Api(f"{path}.{node.name}")
    return select(lo, evaluate(lo, node.x, env), node.name, node)


def select(lo: Lowering, owner: Value, name: str, node: ast.Node) -> Value:
    """`owner.name`: a field's value or a method."""
    if owner is NOTHING:
        return NOTHING
    if isinstance(owner, Tuple):
        owner = owner.items[0] if owner.items else None
    if isinstance(owner, _TYPED):
        if owner.ty is None and isinstance(owner, Obj) and name in owner.fields:
            return lo.read(owner.fields[name])
    elif isinstance(owner, Prim) and owner.kind == "cond" and name == "L":
        return Locker(owner.lock) if owner.reads and owner.lock is not None else owner.lock
    elif isinstance(owner, Locker):
        return Method(_READ_METHODS.get(name, name), owner.lock)
    if isinstance(owner, _TYPED) and owner.ty is not None:
        if lo.facts.field(owner.ty, name) is not None:
            cell = field_cell(lo, owner, name)
            value = lo.read(cell) if cell is not None else None
            seen = isinstance(owner, Obj) and not (owner.escaped or owner.ambiguous)
            return Unknown(cell.ty) if cell is not None and is_nil(value) and not seen else value
        found = lo.facts.method(owner.ty, name)
        if found is not None:
            func, path = found
            receiver: Value = owner
            for step in path:
                receiver = select(lo, receiver, step, node)
            key = ("bound", func.at, id(func.file), value_key(receiver))
            return lo.heap.closure(key, lambda: Closure(None, func, func.file, None, receiver))
        embedded = _embedded(lo, owner, name, node)
        if embedded is not None:
            return embedded
    if isinstance(owner, Prim) and owner.kind == "chan":
        on_channel = lo.facts.channel_method(name)
        if on_channel is not None:
            key = ("bound", on_channel.at, id(on_channel.file), value_key(owner))
            return lo.heap.closure(key, lambda: Closure(None, on_channel, on_channel.file, None, owner))
    return lo.heap.value(("method", value_key(owner), name), lambda: Method(name, owner))


_TYPED = Obj | Unknown
_READ_METHODS = {"Lock": "RLock", "Unlock": "RUnlock"}
_EMBEDDED_METHODS = {
    **dict.fromkeys(("Lock", "Unlock", "TryLock"), ("mutex", "rwmutex")),
    **dict.fromkeys(("RLock", "RUnlock", "TryRLock"), ("rwmutex",)),
    **dict.fromkeys(("Add", "Done", "Wait"), ("wg",)),
}


def _embedded(lo: Lowering, owner: Value, name: str, node: ast.Node) -> Value:
    """A method that comes from an embedded sync type."""
    kinds = _EMBEDDED_METHODS.get(name)
    if kinds is None or not isinstance(owner, Obj | Unknown):
        return None
    path = lo.facts.embedded_primitive(owner.ty, kinds)
    if path is None:
        return None
    value: Value = owner
    for step in path:
        value = select(lo, value, step, node)
    return Method(name, value)


def value_key(value: Value) -> object:
    """A key that is the same in every pass for values that are the same."""
    if isinstance(value, Prim):
        return ("prim", value.ident)
    if isinstance(value, Obj):
        return ("obj", value.ident)
    if isinstance(value, Api | Const):
        return value
    if isinstance(value, Unknown):
        return ("unknown", canonical(value.ty))
    return id(value)


def field_cell(lo: Lowering, owner: Value, name: str) -> Cell | None:
    """The cell of `owner.name`, made on first use; None when the owner is not a struct in view."""
    if not isinstance(owner, Obj):
        return None
    cell = owner.fields.get(name)
    if cell is not None:
        return cell
    found = lo.facts.field(owner.ty, name)
    if found is None:
        if owner.ty is not None and not owner.external and lo.facts.struct(owner.ty) is None:
            cell = owner.fields[name] = lo.heap.new_cell(name)
        return cell
    ty, _, path = found
    for step in path:
        inner = field_cell(lo, owner, step)
        value = lo.read(inner) if inner is not None else None
        if not isinstance(value, Obj):
            return None
        owner = value
    if path:
        return field_cell(lo, owner, name)
    cell = owner.fields[name] = lo.heap.new_cell(name, ty)
    cell.external = owner.external
    if owner.external:
        making.external(lo, cell, ("field", owner.ident, name))
    else:
        made = owner.made.node if owner.made is not None else ast.Bad(at=0, end=0)
        value = making.zero(lo, ty, made, name, key=("field", owner.ident, name))
        if value is not None and value != NIL:
            cell.value = value
            name_owner(lo, value, owner, name)
        elif value == NIL:
            cell.maybe_nil = True
            cell.value = NIL if not isinstance(bare(ty).node, ast.ChanType) else None
    return cell


def name_owner(lo: Lowering, value: Value, owner: Value, name: str) -> None:
    """Remember that a primitive lives in this field."""
    if isinstance(value, Prim) and isinstance(owner, Obj) and not value.owner:
        value.owner = f"{canonical(owner.ty)}.{name}"


def channel_cell(lo: Lowering, channel: Prim) -> Cell:
    """The cell for what is sent over a channel."""
    if channel.elements is None:
        channel.elements = lo.heap.new_cell(f"<-{channel.name}")
    return channel.elements


# ---- what a value is


def typed(value: Value, ty: Ty | None) -> Value:
    """Give an unknown value the type of the variable that takes it."""
    if isinstance(value, Unknown) and value.ty is None and ty is not None:
        return Unknown(ty)
    return value


def is_nil(value: Value) -> bool:
    """Whether a value is nil for certain."""
    return isinstance(value, Const) and value.value is None


def is_channel(value: Value) -> bool:
    """Whether a range over the value is a range over a channel."""
    if isinstance(value, Prim):
        return value.kind in {"chan", "dead"}
    if isinstance(value, Method):
        return value.name in {"C", "Done"}
    return isinstance(value, Unknown) and value.ty is not None and isinstance(bare(value.ty).node, ast.ChanType)


def never_closed(value: Value) -> bool:
    """Whether a channel out of view is known never to be closed: the C of a ticker."""
    return isinstance(value, Method) and value.name == "C"


def received(lo: Lowering, channel: Value) -> Value:
    """What a receive gives."""
    if isinstance(channel, Prim) and channel.kind == "chan" and not channel.external:
        return lo.read(channel_cell(lo, channel))
    return NOTHING if channel is NOTHING else None


# ---- operators and literals


def _unary(lo: Lowering, node: ast.Unary, env: Env) -> Value:
    if node.op != "<-":
        value = evaluate(lo, node.x, env)
        if node.op == "&":
            _address_taken(lo, node.x, value, env)
        if node.op == "!" and isinstance(value, Const) and isinstance(value.value, bool):
            return Const(not value.value)
        return value if node.op in {"&", "*"} else None
    channel = evaluate(lo, node.x, env)
    if is_nil(channel):
        lo.emit("dead", making.dead_channel(lo, node), node)
    elif isinstance(channel, Prim):
        _receive(lo, channel, node)
    return received(lo, channel)


def _address_taken(lo: Lowering, node: ast.Expr, value: Value, env: Env) -> None:
    """`&x` of a variable that is no struct: whoever gets it may set x to anything."""
    cell = env.find(node.name) if isinstance(node, ast.Name) else None
    if cell is not None:
        cell.addressed = True
    if cell is not None and (isinstance(value, Const | Closure) or (isinstance(value, Prim) and value.kind == "chan")):
        lo.heap.store(cell, Unknown(cell.ty))


def _receive(lo: Lowering, channel: Prim, node: ast.Unary) -> None:
    if channel.kind == "dead":
        lo.emit("dead", channel, node)
        return
    after = lo.node()
    prim: Prim | None = channel
    while prim is not None:
        lo.edge(lo.cur, Op("recv", prim, lo.place(node)), after)
        prim = prim.parent
    lo.cur = after


def _binary(lo: Lowering, node: ast.Binary, env: Env) -> Value:
    left = evaluate(lo, node.left, env)
    if node.op not in {"&&", "||"}:
        right = evaluate(lo, node.right, env)
        return _arithmetic(node.op, left, right)
    skip = lo.cur
    with lo.conditional(node):
        evaluate(lo, node.right, env)
    if lo.cur != skip:
        lo.join(skip, lo.cur)
    return None


def _arithmetic(op: str, left: Value, right: Value) -> Value:
    if not isinstance(left, Const) or not isinstance(right, Const):
        return None
    a, b = left.value, right.value
    if type(a) is not int or type(b) is not int:
        return None
    return {"+": Const(a + b), "-": Const(a - b), "*": Const(a * b)}.get(op)


def _literal(lo: Lowering, node: ast.Literal, env: Env) -> Value:
    value = int_literal(node)
    if value is not None:
        return Const(value)
    return Const(node.text) if node.kind == "string" else Unknown()


def _func_lit(lo: Lowering, node: ast.FuncLit, env: Env) -> Value:
    frame = lo.frame
    owner = frame.owner
    closure = lo.heap.closure((frame.context, id(node)), lambda: Closure(node, None, frame.file, env, None, owner))
    closure.env = env  # the scopes of this pass
    return closure


def _composite(lo: Lowering, node: ast.Composite, env: Env, ty: Ty | None = None) -> Value:
    if node.type is not None:
        ty = Ty(node.type, lo.frame.file)
    if canonical(ty) in SYNC_NAMES:
        return making.made(lo, SYNC_NAMES[canonical(ty)], "", node, (lo.frame.context, id(node)))
    obj = lo.heap.obj((lo.frame.context, id(node)), ty, lo.place(node), scope=lo.scopes)
    struct = lo.facts.struct(ty) if ty is not None else None
    inner = element(bare(ty)) if ty is not None else None
    for position, part in enumerate(node.elements):
        value = (
            _composite(lo, part.value, env, inner)
            if isinstance(part.value, ast.Composite) and part.value.type is None
            else evaluate(lo, part.value, env)
        )
        if struct is not None and isinstance(part.key, ast.Name):
            _set_field(lo, obj, part.key.name, value)
        elif struct is not None and part.key is None and position < len(struct[0].fields):
            _set_field(lo, obj, struct[0].fields[position].name, value)
        elif ty is not None and isinstance(bare(ty).node, ast.TypeName) and struct is None:
            _set_field(lo, obj, part.key.name if isinstance(part.key, ast.Name) else "[]", value)
        else:
            index = evaluate(lo, part.key, env) if part.key is not None else Const(position)
            lo.heap.store(containers.cell_at(lo, obj, index, store=True), value)
    return obj


def _set_field(lo: Lowering, obj: Obj, name: str, value: Value) -> None:
    cell = obj.fields.get(name)
    if cell is None:
        found = lo.facts.field(obj.ty, name)
        cell = obj.fields[name] = lo.heap.new_cell(name, found[0] if found else None)
    lo.heap.store(cell, typed(value, cell.ty) if value is not None else Unknown(cell.ty))
    name_owner(lo, value, obj, name)


def _index(lo: Lowering, node: ast.Index, env: Env) -> Value:
    owner = evaluate(lo, node.x, env)
    at = [evaluate(lo, index, env) for index in node.index]
    if isinstance(owner, Closure | Choice | Api):
        return owner  # a generic instantiation
    if owner is NOTHING:
        return NOTHING
    if not isinstance(owner, Obj):
        ty = element(owner.ty) if isinstance(owner, Unknown) and owner.ty is not None else None
        return Unknown(ty)
    cell = containers.cell_at(lo, owner, at[0] if at else None)
    if cell.external:
        return making.external(lo, cell, ("element", owner.ident))
    return lo.read(cell)


def _slice(lo: Lowering, node: ast.SliceExpr, env: Env) -> Value:
    for bound in node.bounds:
        evaluate(lo, bound, env)
    return evaluate(lo, node.x, env)


def _assertion(lo: Lowering, node: ast.TypeAssert, env: Env) -> Value:
    value = evaluate(lo, node.x, env)
    if isinstance(value, Unknown | None) and node.type is not None:
        return Unknown(Ty(node.type, lo.frame.file))
    return value


def is_of(lo: Lowering, value: Value, ty: ast.Type | None) -> bool:
    """Whether a value is sure to be of a type: a channel that is asserted to be one, an object of its own type."""
    name = canonical(Ty(ty, lo.frame.file)) if ty is not None else ""
    if isinstance(value, Prim):
        return SYNC_NAMES.get(name) == value.kind or (value.kind == "chan" and isinstance(ty, ast.ChanType))
    if isinstance(value, Cancel):
        return name in apis.CANCEL_TYPES or isinstance(ty, ast.FuncType)
    # An object that shares its cell with others stands for all of them.
    return isinstance(value, Obj) and not value.ambiguous and name != "" and canonical(value.ty) == name


def doubt_type(lo: Lowering, value: Value, ty: ast.Type | None) -> None:
    """What may be of another type, an interface: what is done with it then is not known."""
    if ty is None or lo.facts.struct(Ty(ty, lo.frame.file)) is not None:
        return
    if isinstance(value, Cancel) or (isinstance(value, Obj | Prim) and not (value.external or value.ambiguous)):
        lo.heap.escape(value)


def _call(lo: Lowering, node: ast.Call, env: Env) -> Value:
    return calls.call(lo, node, env)


_HANDLERS: dict[type, Callable[..., Value]] = {
    ast.Name: _name,
    ast.Selector: _selector,
    ast.Unary: _unary,
    ast.Binary: _binary,
    ast.Literal: _literal,
    ast.FuncLit: _func_lit,
    ast.Composite: _composite,
    ast.Index: _index,
    ast.SliceExpr: _slice,
    ast.TypeAssert: _assertion,
    ast.Call: _call,
}
