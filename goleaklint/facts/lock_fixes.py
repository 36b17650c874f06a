"""The fix of a lock that some way out keeps: an unlock before that return, or one `defer` for all of them.

`defer` where the lock is taken first thing and every unlock stands directly before a return or at the end, so that the
lock is held no longer than before. Else the unlock that is missing is put before the return, where the values that are
returned need no lock.
"""

from __future__ import annotations

from collections.abc import Iterable

from goleaklint.facts.functions import Function
from goleaklint.facts.lock_effects import Held
from goleaklint.facts.lock_names import lock_op
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.rewrites import above, below, without
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Edit, Fix

_UNLOCK = {"Lock": "Unlock", "RLock": "RUnlock"}
_HARMLESS = frozenset({"errors.New", "fmt.Errorf", "len", "cap", "string", "true", "false", "nil"})


def unlocked(walk: Walk, held: Held, points: Iterable[Point]) -> Fix | None:
    """The fix of the ways out that keep a lock; None where an unlock there might be one too many."""
    known, call = walk.paths.known, held.site.node
    if not isinstance(call, ast.Call) or not isinstance(call.fun, ast.Selector) or call.fun.name not in _UNLOCK:
        return None
    taken = parents(known).of(call)
    ends = [point.node for point in dict.fromkeys(points)]
    if not isinstance(taken, ast.ExprStmt) or not all(walk.keeps(point, held) for point in points):
        return None
    if held.site.function is not walk.function or not _is_one_name(known, walk.function, call.fun.x):
        return None
    text = f"{known.file.text(call.fun.x).decode('utf-8', 'replace')}.{_UNLOCK[call.fun.name]}()"
    if any(isinstance(node, ast.Labeled) for node in walk.function.own()):
        return None
    return _deferred(walk, held, taken, text) or _before(walk, held, ends, text)


def _is_one_name(known: Bindings, function: Function, lock: ast.Expr) -> bool:
    """Whether the lock's name means the same everywhere in the function: no variable of an inner scope has it."""
    for node in descend(lock):
        if isinstance(node, ast.Call | ast.Index | ast.FuncLit):
            return False
        if isinstance(node, ast.Name):
            var = known.var(node)
            body = function.body
            inner = (one for one in known.variables() if one.name == node.name and body.at <= one.at < body.end)
            if any(one is not var for one in inner) or (var is not None and len(var.stores) > (var.kind == "local")):
                return False
    return True


def _unlocks(known: Bindings, held: Held, function: Function) -> list[ast.Call] | None:
    """The calls that unlock it in the function itself; None when it is touched in any other way, or in a literal."""
    found: list[ast.Call] = []
    for one in known.functions:
        if function not in one.enclosing():
            continue
        for node in one.own():
            op = lock_op(known, node) if isinstance(node, ast.Call) else None
            if op is None or not isinstance(node, ast.Call) or node is held.site.node:
                continue
            if op.place.path is not None and op.place.path != held.place.path:
                continue
            if one is not function or op.op != "unlock" or op.mode != held.mode:
                return None
            found.append(node)
    return found


def _deferred(walk: Walk, held: Held, taken: ast.ExprStmt, text: str) -> Fix | None:
    known, function = walk.paths.known, walk.function
    unlocks = _unlocks(known, held, function)
    if function.body.body[:1] != [taken] or not unlocks:
        return None
    if any(isinstance(node, ast.Defer) for node in function.own()):
        return None  # it would run before the lock is free
    up = parents(known)
    edits: list[Edit | None] = [below(known.file, taken, f"defer {text}")]
    for call in unlocks:
        stmt = up.of(call)
        block = up.of(stmt) if isinstance(stmt, ast.ExprStmt) else None
        if not isinstance(block, ast.Block | ast.Case | ast.CommCase) or stmt is None:
            return None
        index = next(index for index, one in enumerate(block.body) if one is stmt)
        after = block.body[index + 1 :]
        if not after and block is not function.body:
            return None
        if after and not (isinstance(after[0], ast.Return) and all(_is_quick(known, one) for one in after[0].values)):
            return None
        edits.append(without(known.file, stmt))
    made = [edit for edit in edits if edit is not None]
    return Fix(tuple(made), True, f"add defer {text}") if len(made) == len(edits) else None


def _before(walk: Walk, held: Held, ends: list[ast.Node | None], text: str) -> Fix | None:
    known = walk.paths.known
    deferred = (node for node in walk.function.own() if isinstance(node, ast.Defer))
    if any(text.rpartition(".")[0].encode() in known.file.text(node) for node in deferred):
        return None
    edits: list[Edit | None] = []
    for node in ends:
        match node:
            case ast.Return(values=values) if all(_is_apart(known, value) for value in values):
                edits.append(above(known.file, node, text))
            case ast.Block(body=[*_, last]):
                edits.append(below(known.file, last, text))
            case _:
                return None
    made = [edit for edit in edits if edit is not None]
    return Fix(tuple(made), True, f"add {text}") if made and len(made) == len(edits) else None


def _is_quick(known: Bindings, value: ast.Expr) -> bool:
    """Whether a value is worked out without a call that could wait for the lock."""
    return not any(
        (isinstance(node, ast.Call) and known.api(node) not in _HARMLESS and not isinstance(node.fun, ast.TypeExpr))
        or isinstance(node, ast.FuncLit)
        or (isinstance(node, ast.Unary) and node.op == "<-")
        for node in descend(value)
    )


def _is_apart(known: Bindings, value: ast.Expr) -> bool:
    """Whether a value has nothing to do with what the lock guards: literals, local variables, errors of a package."""
    for node in descend(value):
        match node:
            case ast.Selector(x=ast.Name() as x) if known.imported(x):
                continue
            case ast.Call() if known.api(node) in _HARMLESS:
                continue
            case ast.Name():
                if known.var(node) is None and known.facts.values.get(node.name) is not None and not _is_error(node):
                    return False
            case ast.Literal() | ast.Composite() | ast.Element() | ast.TypeName() | ast.Binary():
                continue
            case _ if isinstance(node, ast.Type):
                continue
            case _:
                return False
    return True


def _is_error(name: ast.Name) -> bool:
    return name.name[:3].lower() == "err"
