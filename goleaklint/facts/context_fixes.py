"""The fix of a bare send that its receiver may leave behind: a select with the end of the context beside the send.

Whether that context ends when the receiver goes is for a person to say: it is never safe.
"""

from __future__ import annotations

from goleaklint.facts import apis
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import Parents, parents
from goleaklint.facts.paths import Paths
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.rewrites import is_alone
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile
from goleaklint.model import Edit, Fix

_OWED = frozenset({"Done", "Unlock", "RUnlock", "Close", "Release", "close", "cancel"})
"""What a goroutine may owe to others at its end: an early return would leave it out."""
_NUMBERS = frozenset(
    {"int", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float64", "byte", "rune"}
)
_Scope = ast.Block | ast.If | ast.For | ast.Range | ast.Case | ast.CommCase | ast.Switch | ast.TypeSwitch | ast.FuncLit


def select_on_context(facts: PackageFacts, file: SourceFile, send: ast.Node) -> Fix | None:
    """`select { case ch <- v: case <-ctx.Done(): return }`; None where no context is at hand, or more is owed."""
    decl = next((one for one in facts.all_funcs() if one.file is file and one.at <= send.at < one.end), None)
    if decl is None or not isinstance(send, ast.Send):
        return None
    known = bindings(facts, decl)
    up = parents(known)
    function = up.function(send)
    context = _context(known, up, send)
    line, end = file.position(send.at)[0], file.position(send.end)[0]
    if context is None or up.comm(send) is not None or line != end or not is_alone(file, send, or_comment=True):
        return None
    is_last = _is_last(known, function, send)
    back = "" if is_last else _return(function, context.name, facts)
    if back is None or (_owes(function, send) and not is_last):
        return None
    text = file.line_text(line)
    indent = text[: len(text) - len(text.lstrip())]
    body = f"\n{indent}\t{back}" if back else ""
    rest = f"\n{indent}case <-{context.name}.Done():{body}\n{indent}}}"
    column = len(text.encode()) + 1
    before = Edit(file.span(send.at), f"select {{\n{indent}case ")
    behind = Edit(file.span(send.end), ":")
    if behind.span.column == column:
        return Fix((before, Edit(behind.span, ":" + rest)), False, f"give the send up when {context.name} ends")
    last = Edit(behind.span._replace(column=column, end_column=column), rest)
    return Fix((before, behind, last), False, f"give the send up when {context.name} ends")


def _context(known: Bindings, up: Parents, send: ast.Node) -> Var | None:
    """The context that is declared nearest to a place and in scope there, when its name means nothing else."""
    inside = list(up.function(send).enclosing())
    found: list[tuple[int, int, Var]] = []
    for var in dict.fromkeys([*known.variables(), *(one for function in inside for one in function.params)]):
        if canonical(known.type_of_var(var)) != apis.CONTEXT or var.name in ("", "_") or var.at > send.at:
            continue
        if var.function not in inside:
            continue
        scope: ast.Node = var.function.body
        if var.kind == "local":
            scope = next((one for one in up.around(var.stores[0]) if isinstance(one, _Scope)), scope)
            if not scope.at <= send.at < scope.end:
                continue
        found.append((scope.at, var.at, var))  # of one block the last: it is made from the others
    if not found:
        return None
    nearest = max(found, key=lambda one: one[:2])[2]
    contexts = [var for _, _, var in found]
    namesakes = [one for one in known.variables() if one.name == nearest.name and one.at < send.at]
    return nearest if all(one in contexts for one in namesakes) else None


def _is_last(known: Bindings, function: Function, send: ast.Send) -> bool:
    """Whether the function returns after the send in any case, with nothing."""
    point = Paths(known, function).point_of.get(send)
    return point is not None and all(
        target.kind == "return" and not (isinstance(target.node, ast.Return) and target.node.values)
        for target, _ in point.next
    )


def _return(function: Function, context: str, facts: PackageFacts) -> str | None:
    """How the function returns early: with nothing, or with the context's error behind zero values."""
    results = function.type.results
    if not results:
        return "return"
    if not _is_error(results[-1].type):
        return None
    zeros = [_zero(result.type, function, facts) for result in results[:-1]]
    return None if None in zeros else f"return {', '.join([*filter(None, zeros), f'{context}.Err()'])}"


def _is_error(node: ast.Type) -> bool:
    return isinstance(node, ast.TypeName) and not node.package and node.name == "error"


def _zero(node: ast.Type, function: Function, facts: PackageFacts) -> str | None:
    match node:
        case ast.PointerType() | ast.SliceType() | ast.MapType() | ast.ChanType() | ast.FuncType():
            return "nil"
        case ast.InterfaceType():
            return "nil"
        case ast.TypeName(package="", name="string"):
            return '""'
        case ast.TypeName(package="", name="bool"):
            return "false"
        case ast.TypeName(package="", name="error" | "any"):
            return "nil"
        case ast.TypeName(package="", name=name) if name in _NUMBERS:
            return "0"
    under = facts.underlying(Ty(node, function.decl.file))
    return "nil" if under is not None and isinstance(under.node, ast.InterfaceType | ast.MapType) else None


def _owes(function: Function, send: ast.Node) -> bool:
    """Whether something is called after the send, and not deferred, that others wait for."""
    late = {id(node.call) for node in function.own() if isinstance(node, ast.Defer)}
    return any(
        isinstance(node, ast.Call)
        and node.at > send.end
        and id(node) not in late
        and isinstance(node.fun, ast.Name | ast.Selector)
        and node.fun.name in _OWED
        for node in function.own()
    )
