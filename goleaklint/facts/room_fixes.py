"""The fix of a send that nobody may take: room in the channel for every value that is ever sent on it.

How many that are must be plain: sends that are done once, by goroutines that are started once or once for each element
of something whose length is known where the channel is made.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import Parents, parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.rewrites import replaced, siblings
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile
from goleaklint.model import Edit, Fix

_MOST_LITERAL = 16
_MOST_POINTS = 150


def room(facts: PackageFacts, file: SourceFile, made: ast.Call, send: ast.Send) -> Fix | None:
    """Room for the sends on a local channel, `made` without any; safe when nothing is done after a send."""
    decl = next((one for one in facts.all_funcs() if one.file is file and one.at <= made.at < one.end), None)
    if decl is None or len(made.args) != 1:
        return None
    known = bindings(facts, decl)
    up, var = parents(known), known.var(send.channel)
    if var is None or var.value is not made or len(var.stores) > 1 or replaced(file, made, "") is None:
        return None
    sends = _sends(up, var)
    if sends is None:
        return None
    total, counts, is_last = 0, list[str](), True
    for function in dict.fromkeys(up.function(one) for one in sends):
        own = [one for one in sends if up.function(one) is function]
        times = _times(known, up, function, var, made)
        if times is None or _most(known, function, own) != 1:
            return None  # a goroutine that sends twice may be meant to wait in between
        total += not times
        counts += [times] * bool(times)
        is_last = is_last and _are_last(known, function, own)
    if len(counts) + bool(total) != 1 or total > _MOST_LITERAL:
        return None
    size = counts[0] if counts else str(total)
    what = "the value that is sent" if size == "1" else "the values that are sent"
    edit = Edit(file.span(made.end - 1, made.end - 1), f", {size}")
    return Fix((edit,), is_last, f"make room for {what} on {var.name}")


def _sends(up: Parents, var: Var) -> list[ast.Send] | None:
    """The sends on a channel, all outside of a select; None when something else is done with it but to receive."""
    found: list[ast.Send] = []
    for read in var.reads:
        match up.of(read):
            case ast.Send(channel=channel) as send if channel is read and up.comm(send) is None:
                found.append(send)
            case ast.Unary(op="<-") | ast.Range() | ast.Call(fun=ast.Name(name="close")):
                continue
            case _:
                return None
    return found


def _most(known: Bindings, function: Function, sends: list[ast.Send]) -> int:
    """The largest number of the sends on one path of a goroutine; 0 when that is not plain."""
    if function.role != "go" or any(siblings(known, send) is None for send in sends):
        return 0
    paths = Paths(known, function)
    wanted = {paths.point_of[send] for send in sends if send in paths.point_of}
    most: dict[Point, int] = {}

    def count(point: Point) -> int:
        if point not in most:
            most[point] = 0  # a loop around no send adds nothing
            most[point] = (point in wanted) + max((count(target) for target, _ in point.next), default=0)
        return most[point]

    if len(wanted) < len(sends) or len(paths.point_of) > _MOST_POINTS:
        return 0
    return count(paths.entry)


def _are_last(known: Bindings, function: Function, sends: list[ast.Send]) -> bool:
    """Whether the goroutine ends with each of the sends: it cannot matter that it does not wait there any more."""
    paths = Paths(known, function)
    has_defers = any(isinstance(node, ast.Defer) for node in function.own())
    return not has_defers and all(target.kind == "return" for send in sends for target, _ in paths.point_of[send].next)


def _times(known: Bindings, up: Parents, function: Function, var: Var, made: ast.Call) -> str | None:
    """How often a goroutine is started for one channel: "" for once, else a count in scope where it is made."""
    if function.node is None:
        return None
    loops: list[ast.For | ast.Range] = []
    for outer in up.around(function.node):
        if outer.at <= made.at < outer.end:
            break
        if isinstance(outer, ast.FuncLit) and not any(
            one.node is outer and one.role in ("go", "call") for one in known.functions
        ):
            return None
        if isinstance(outer, ast.For | ast.Range):
            loops.append(outer)
    around = (node for one in (function, *function.enclosing()) for node in one.own())
    if any(isinstance(node, ast.Branch) and node.kind == "goto" for node in around) or len(loops) > 1:
        return None
    return _turns(known, up, loops[0], made) if loops else ""


def _turns(known: Bindings, up: Parents, loop: ast.For | ast.Range, made: ast.Call) -> str | None:
    match loop:
        case ast.Range(x=ast.Name() as x) if _is_sized(known, x, loop, made):
            return f"len({x.name})"
        case ast.Range(x=x):
            return _number(known, x, made)
        case ast.For(
            init=ast.Assign(left=[ast.Name() as index], op=":=", right=[ast.Literal(kind="int")]),
            cond=ast.Binary(op="<", left=ast.Name() as tested, right=limit),
            post=ast.Assign(left=[ast.Name()], op="+=", right=[ast.Literal(text="1")]),
        ):
            var = known.var(index)
            if var is None or known.var(tested) is not var or len(var.stores) != 2:
                return None
            match limit:
                case ast.Call(fun=ast.Name(name="len"), args=[ast.Name() as x]):
                    return f"len({x.name})" if _is_sized(known, x, loop, made) else None
            return _number(known, limit, made)
    return None


def _is_sized(known: Bindings, x: ast.Name, loop: ast.For | ast.Range, made: ast.Call) -> bool:
    """Whether the name stands for something with a length, which is the same at the making and at the loop."""
    var = known.var(x)
    under = known.facts.underlying(known.type_of(x))
    if var is None or under is None or not _is_constant(known, var, made):
        return False
    if isinstance(under.node, ast.SliceType | ast.ArrayType):
        return True
    others = [read for read in var.reads if made.at < read.at < loop.end and read is not x]
    return isinstance(under.node, ast.MapType) and not others


def _number(known: Bindings, x: ast.Expr, made: ast.Call) -> str | None:
    """A count that is never negative, as it is written where the channel is made."""
    if isinstance(x, ast.Literal):
        return x.text if x.kind == "int" else None
    if not isinstance(x, ast.Name):
        return None
    var = known.var(x)
    if var is None:
        found = known.facts.values.get(x.name)
        is_count = (
            found is not None
            and found[0].const
            and _is_count(dict(_given(found[0].names, found[0].values)).get(x.name))
        )
        return x.name if is_count else None
    return x.name if _is_constant(known, var, made) and var.index == 0 and _is_count(var.value) else None


def _given(names: list[ast.Name], values: list[ast.Expr]) -> Iterator[tuple[str, ast.Expr]]:
    yield from ((name.name, value) for name, value in zip(names, values, strict=False))


def _is_count(value: ast.Expr | None) -> bool:
    match value:
        case ast.Literal(kind="int"):
            return True
        case ast.Call(fun=ast.Name(name="len")):
            return True
    return False


def _is_constant(known: Bindings, var: Var, made: ast.Call) -> bool:
    """Whether a variable is in scope where the channel is made, and is given no other value from then on."""
    if var.at > made.at or any(store.at > made.at for store in var.stores):
        return False
    up = parents(known)
    if any(up.function(store) is not var.function for store in var.stores):
        return False
    if any(isinstance(node := up.of(read), ast.Unary) and node.op == "&" for read in var.reads):
        return False
    return all(one is var for one in known.variables() if one.name in (var.name, "len"))
