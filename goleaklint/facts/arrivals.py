"""Where an argument arrives: the parameter of a function of the package, of one of another package, of a literal."""

from __future__ import annotations

from typing import NamedTuple

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.typed import callee
from goleaklint.golang import ast


class Arrival(NamedTuple):
    """A parameter, with the function that has it and the bindings of the declaration around that."""

    known: Bindings
    function: Function
    var: Var

    @property
    def name(self) -> str:
        """What the function is called in a message."""
        return "the function literal" if self.function.node is not None else self.known.decl.name


def arrival(known: Bindings, call: ast.Call, arg: ast.Node) -> Arrival | None:
    """The parameter that an argument of a call arrives at; None when that is out of view, or one of many.

    Out of view are the methods of interfaces that more than one type has, functions in fields and in variables that
    are assigned twice, and packages of other modules.
    """
    index = next((index for index, one in enumerate(call.args) if one is arg), None)
    if index is None:
        return None
    literal = _literal(known, call.fun)
    if literal is not None:
        inside, function = known, literal
    else:
        found = callee(known, call)
        if found is None or found[1].body is None:
            return None
        inside = bindings(*found)
        function = inside.functions[0]
        index += found[1].recv is not None
    signature = function.type.params
    many = bool(signature) and signature[-1].variadic and index >= len(function.params) - 1
    return Arrival(inside, function, function.params[index]) if index < len(function.params) and not many else None


def _literal(known: Bindings, fun: ast.Expr) -> Function | None:
    """`func(body io.Closer) { … }(resp.Body)`, `decode := func(…) { … }` and later `decode(resp)`."""
    var = known.var(fun)
    if var is not None and len(var.stores) == 1 and var.kind == "local" and var.index == 0 and not var.ranged:
        fun = var.value if var.value is not None else fun
    if not isinstance(fun, ast.FuncLit):
        return None
    return next((one for one in known.functions if one.node is fun), None)
