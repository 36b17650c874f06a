"""What the compiler makes functions of besides functions: loops over functions, go and defer statements, large maps.

All depend on types, of which syntax tells most: where it does not, the likelier is taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.correlate.functions import Function, Package
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl, ValueDecl
from goleaklint.golang.initialization import all_in_order
from goleaklint.golang.source import SourceFile

# Of the standard library, by the last element of the import path: what returns an iterator.
_ITERATORS = {
    "slices": {"All", "Values", "Backward", "Chunk"},
    "maps": {"All", "Keys", "Values"},
    "strings": {"Lines", "SplitSeq", "SplitAfterSeq", "FieldsSeq", "FieldsFuncSeq"},
    "bytes": {"Lines", "SplitSeq", "SplitAfterSeq", "FieldsSeq", "FieldsFuncSeq"},
}


def wrapped_statements(function: Function, package: Package) -> list[ast.Go | ast.Defer]:
    """The go and defer statements of a function whose call has arguments or results, which count together.

    typecheck/stmt.go, normalizeGoDeferCall: the others need no wrapper.
    """
    nodes = [node for node in function.own_nodes() if isinstance(node, ast.Go | ast.Defer)]
    kept = [node for node in nodes if _needs_wrapper(node.call, function.file, package)]
    return sorted(kept, key=lambda node: node.at)


def _needs_wrapper(call: ast.Expr, file: SourceFile, package: Package) -> bool:
    if not isinstance(call, ast.Call):
        return False
    if call.args:
        return True
    fun = call.fun.x if isinstance(call.fun, ast.Index) else call.fun
    if isinstance(fun, ast.FuncLit):
        return bool(fun.type.params or fun.type.results)
    if isinstance(fun, ast.Name):
        declared = package.declared(fun.name)
        return fun.name == "recover" or (declared is not None and bool(declared.type.results))
    if not isinstance(fun, ast.Selector):
        return False
    if isinstance(fun.x, ast.Name) and fun.x.name in file.imports:
        return False  # results of another package's function are not known; few are started that have any
    return fun.name not in package.function_fields or bool(package.methods(fun.name))


def loops_over_functions(function: Function, package: Package, at_least: int) -> list[ast.Range]:
    """The loops of a function whose operand is a function, in the order of the source.

    When these are fewer than there must be, first calls and then all else of which nothing is known count, too.
    """
    nodes = [node for node in function.own_nodes() if isinstance(node, ast.Range)]
    kinds = {node: _is_function(node.x, function, package) for node in sorted(nodes, key=lambda node: node.at)}
    sure = [node for node, is_function in kinds.items() if is_function]
    possible = [node for node, is_function in kinds.items() if is_function is not False]
    likely = [node for node in possible if kinds[node] or isinstance(node.x, ast.Call)]
    return next((found for found in (sure, likely) if len(found) >= at_least), possible)


def _is_function(expr: ast.Expr, function: Function, package: Package) -> bool | None:
    """None where syntax does not tell."""
    if isinstance(expr, ast.FuncLit):
        return True
    if isinstance(expr, ast.Literal | ast.Composite | ast.Binary | ast.SliceExpr):
        return False
    if isinstance(expr, ast.Name):
        types = list(_types_of(expr.name, function))
        return any(map(_is_iterator, types)) if types else None
    if not isinstance(expr, ast.Call):
        return None
    fun = expr.fun.x if isinstance(expr.fun, ast.Index) else expr.fun
    if isinstance(fun, ast.Name):
        declared = package.declared(fun.name)
        return _returns_iterator(declared) if declared is not None else None
    if not isinstance(fun, ast.Selector):
        return None
    if isinstance(fun.x, ast.Name) and fun.x.name in function.file.imports:
        path = function.file.imports[fun.x.name]
        return True if fun.name in _ITERATORS.get(path.rpartition("/")[2], ()) else None
    methods = package.methods(fun.name)
    return any(map(_returns_iterator, methods)) if methods else None


def _returns_iterator(decl: FuncDecl | None) -> bool:
    return decl is not None and len(decl.type.results) == 1 and _is_iterator(decl.type.results[0].type)


def _is_iterator(type_: ast.Type) -> bool:
    """`iter.Seq[T]`, or `func(yield func(T) bool)`."""
    if isinstance(type_, ast.TypeName):
        return type_.package == "iter" and type_.name in ("Seq", "Seq2")
    return isinstance(type_, ast.FuncType) and not type_.results


def _types_of(name: str, function: Function) -> Iterator[ast.Type]:
    """The types of the parameters around with this name, those of the function around a literal too."""
    for decl in function.file.funcs:
        if decl.at <= function.at < decl.end:
            literals = (literal.type for literal in decl.literals if literal.at <= function.at < literal.end)
            for signature in (decl.type, *literals):
                yield from (param.type for param in signature.params if param.name == name)


_LARGE = 20  # nodes of a map's value, from which on a function of its own makes it (staticinit/sched.go)


def outlined_maps(package: Package, path: str) -> list[Function]:
    """The package variables of a build whose large maps are made in `map.init.0`, `map.init.1`, in that order."""
    file = package.file(path)
    values = all_in_order(file.together or (file,)) if file is not None else []
    large = [value for value in values if len(value.names) == 1 and _is_large_map(value, package)]
    return [
        Function(value.file, f"map.init.{number}", value.names[0].at, value.end, None)
        for number, value in enumerate(large)
    ]


def _is_large_map(value: ValueDecl, package: Package) -> bool:
    if value.names[0].name == "_" or len(value.values) != 1 or not isinstance(value.values[0], ast.Composite):
        return False
    type_ = value.type or value.values[0].type
    if isinstance(type_, ast.TypeName) and not type_.package:
        type_ = package.type_named(type_.name)
    if not isinstance(type_, ast.MapType):
        return False
    size = _size(value.values[0])
    return size is not None and size >= _LARGE


def _size(expr: ast.Expr) -> int | None:
    """How many nodes the compiler has for it; None when a call, a receive or an index may have effects."""
    if isinstance(expr, ast.Composite):
        size = 1
        for element in expr.elements:
            parts = [_size(element.value)]
            if element.key is not None:
                parts.append(0 if _is_field(element.key, expr) else _size(element.key))
            if None in parts:
                return None
            size += sum(part or 0 for part in parts) + (element.key is not None)
        return size
    if isinstance(expr, ast.Call | ast.Index | ast.TypeAssert) or (
        isinstance(expr, ast.Unary) and expr.op in ("<-", "*")
    ):
        return None
    if isinstance(expr, ast.Unary) and expr.op == "&":
        inner = _size(expr.x)
        return None if inner is None else inner + 1
    return 1


def _is_field(key: ast.Expr, around: ast.Composite) -> bool:
    return isinstance(key, ast.Name) and not isinstance(around.type, ast.MapType | ast.ArrayType | ast.SliceType)
