"""The locks of a package: each function that touches one is walked once, with what its callees do to locks.

Calls are followed into functions and methods of the package, through embedded fields, interfaces of the package with
one implementer, function literals that are called in place or kept in a variable that is set once, `sync.Once.Do`,
and the `String` and `Error` methods that package fmt calls.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from goleaklint.facts.functions import Function
from goleaklint.facts.lock_effects import NOTHING, Effect, Held, Naming, Site, renamed
from goleaklint.facts.lock_names import lock_op, place_of, receiver_of
from goleaklint.facts.lock_steps import Steps
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Paths
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_TOUCHES = re.compile(rb"\.(?:Try)?R?(?:Lock|Unlock)\(")
_CALLED = re.compile(rb"\b([A-Za-z_]\w*)\(")
_TAKEN = re.compile(rb"\b([A-Za-z_]\w*)\b")
_PRINTS = re.compile(r"^(?:fmt|log)\.(?:Sp|Fp|P|Fatal|Panic|Append)?r?i?n?t?|^fmt\.Errorf$")
_DEEPEST = 30


class Locks:
    """The walks of the functions of one package, made when they are asked for."""

    def __init__(self, facts: PackageFacts) -> None:
        self.facts = facts
        self._walks: dict[tuple[Function, tuple[tuple[int, bool], ...]], Walk] = {}
        self._open: list[Function] = []

    @cached_property
    def relevant(self) -> frozenset[str]:
        """Names of functions that lock or unlock, or call a function of such a name."""
        callers: dict[bytes, set[str]] = defaultdict(set)
        found: set[str] = set()
        for decl in self.facts.all_funcs():
            text = decl.text
            if _TOUCHES.search(text):
                found.add(decl.name)
            for name in set(_CALLED.findall(text)):
                callers[name].add(decl.name)
        todo = list(found)
        while todo:
            for name in callers.get(todo.pop().encode(), ()):
                if name not in found:
                    found.add(name)
                    todo.append(name)
        return frozenset(found)

    @cached_property
    def is_needed(self) -> bool:
        """Whether the package locks anything."""
        return any(_TOUCHES.search(file.data) for file in self.facts.unit.files)

    @cached_property
    def walks(self) -> list[Walk]:
        """Every function, literals included, that holds a lock while it does something, in the order of the source."""
        if not self.is_needed:
            return []
        wanted = self._lockers
        found: list[Walk] = []
        for decl in self.facts.all_funcs():
            if not (_TOUCHES.search(decl.text) or wanted.search(decl.text)) or decl.body is None:
                continue  # a body is read only when it is asked for
            found += [self.walk(function) for function in bindings(self.facts, decl).functions]
        return found

    @cached_property
    def _lockers(self) -> re.Pattern[bytes]:
        """Matches a call of a function that leaves a lock locked for its caller."""
        names: set[str] = set()
        for decl in self.facts.all_funcs(_TOUCHES):
            if decl.body is not None:
                function = bindings(self.facts, decl).functions[0]
                if any(net.change[0] in "+?" for net in self.walk(function).effect.net.values()):
                    names.add(decl.name)
        return re.compile("|".join([rf"\b{re.escape(name)}\(" for name in sorted(names)] or [r"$^"]).encode())

    def walk(self, function: Function, given: tuple[tuple[int, bool], ...] = ()) -> Walk:
        """The walk of a function; `given` are the values of boolean parameters by their place."""
        found = self._walks.get((function, given))
        if found is not None:
            return found
        known = bindings(self.facts, function.decl)
        self._open.append(function)
        paths = Paths(known, function)
        steps = Steps(paths, self._effect_of_call)
        params = function.params[1:] if function.parent is None and function.decl.recv else function.params
        flags = {params[index]: value for index, value in given if index < len(params) and not params[index].stores}
        found = Walk(paths, steps, flags)
        self._open.pop()
        self._walks[function, given] = found
        return found

    # ---- calls

    def _effect_of_call(self, caller: Function, call: ast.Call) -> Effect:
        known = bindings(self.facts, caller.decl)
        site = Site(known, call, caller)
        literal = self.literal_of(known, call.fun)
        if literal is not None:
            return self._renamed(known, literal, None, call.args, site)
        callee = known.callee(call)
        if callee is not None:
            if callee.name not in self.relevant or callee.body is None:
                return NOTHING
            function = bindings(self.facts, callee).functions[0]
            return self._renamed(known, function, receiver_of(known, call), call.args, site)
        api = known.api(call)
        if api == "(sync.Once).Do" and call.args:
            return self._once(known, call, site)
        if api.startswith(("fmt.", "log.")):
            return self._printed(known, call, site)
        return NOTHING

    def _renamed(
        self,
        known: Bindings,
        function: Function,
        receiver: tuple[object, ...] | None,
        args: list[ast.Expr],
        site: Site,
        *,
        is_certain: bool = True,
    ) -> Effect:
        if function in self._open or len(self._open) > _DEEPEST:
            return NOTHING
        given = tuple(
            (index, arg.name == "true")
            for index, arg in enumerate(args)
            if isinstance(arg, ast.Name) and arg.name in ("true", "false")
        )
        effect = self.walk(function, given).effect
        if not effect:
            return NOTHING
        # what it gives back may be the lock's object under another name, or the function that unlocks it
        gives_more = any(
            not isinstance(result.type, ast.TypeName) or result.type.name not in ("bool", "error", "int", "string")
            for result in function.type.results
        )
        naming = Naming(known, function, receiver, args)
        found = renamed(effect, naming, site, is_certain=is_certain)
        if gives_more:
            found.net = {
                path: net._replace(change="?") if net.change[0] == "+" else net for path, net in found.net.items()
            }
        return found

    def _once(self, known: Bindings, call: ast.Call, site: Site) -> Effect:
        function, receiver = self.function_of(known, call.args[0])
        return self._renamed(known, function, receiver, [], site, is_certain=False) if function else NOTHING

    def _printed(self, known: Bindings, call: ast.Call, site: Site) -> Effect:
        """What is printed with a verb that asks for text prints itself."""
        first = call.args[0] if call.args else None
        if not isinstance(first, ast.Literal) and len(call.args) > 1:
            first = call.args[1] if isinstance(call.args[1], ast.Literal) else first
        if isinstance(first, ast.Literal) and "%" in first.text and not re.search(r"%[-+# 0-9.]*[svq]", first.text):
            return NOTHING
        out = Effect()
        for arg in call.args:
            ty = known.type_of(arg)
            for name in ("Error", "String"):
                found = self.facts.method(ty, name) if name in self.relevant and ty is not None else None
                if found is not None and found[0].body is not None and not found[0].type.params:
                    base = place_of(known, arg).path
                    receiver = (*base, *found[1]) if base is not None else None
                    function = bindings(self.facts, found[0]).functions[0]
                    effect = self._renamed(known, function, receiver, [], site)
                    out.events += effect.events
                    break
        return out

    def literal_of(self, known: Bindings, expr: ast.Expr) -> Function | None:
        """The literal that an expression is, or that the variable it names holds for good."""
        if isinstance(expr, ast.Name):
            var = known.var(expr)
            if var is None or len(var.stores) != 1 or not isinstance(var.value, ast.FuncLit):
                return None
            expr = var.value
        if not isinstance(expr, ast.FuncLit):
            return None
        return next((function for function in known.functions if function.node is expr), None)

    def function_of(self, known: Bindings, expr: ast.Expr) -> tuple[Function | None, tuple[object, ...] | None]:
        """The function that a function value is, with the path of its receiver: literal, function or method value."""
        literal = self.literal_of(known, expr)
        if literal is not None:
            return literal, None
        decl: FuncDecl | None = None
        receiver: tuple[object, ...] | None = None
        if isinstance(expr, ast.Name) and known.var(expr) is None:
            decl = self.facts.funcs.get(expr.name)
        elif isinstance(expr, ast.Selector) and not known.imported(expr.x):
            found = self.facts.method(known.type_of(expr.x), expr.name)
            if found is not None:
                decl = found[0]
                base = place_of(known, expr.x).path
                receiver = (*base, *found[1]) if base is not None else None
        if decl is None or decl.body is None:
            return None, None
        return bindings(self.facts, decl).functions[0], receiver

    # ---- the package

    @cached_property
    def takes(self) -> dict[str, list[tuple[str, Site]]]:
        """`Type.field` -> the places that lock it, with the mode."""
        found: dict[str, list[tuple[str, Site]]] = defaultdict(list)
        for decl in self.facts.all_funcs(_TOUCHES):
            if decl.body is None:
                continue
            known = bindings(self.facts, decl)
            for function in known.functions:
                for node in function.own():
                    op = lock_op(known, node) if isinstance(node, ast.Call) else None
                    if op is not None and op.op == "lock" and op.place.kind:
                        found[op.place.kind].append((op.mode, Site(known, node, function)))
        return found

    @cached_property
    def handed(self) -> frozenset[str]:
        """Types of locks that some function unlocks for its caller: the lock is handed over."""
        return frozenset(kind for walk in self.walks for kind in walk.handed)

    def held_pairs(self) -> Iterator[tuple[Walk, Held, object]]:
        """Every event that happens while a lock is held, with the function that took it."""
        for walk in self.walks:
            for held, event in walk.pairs:
                yield walk, held, event


def locks_of(facts: PackageFacts) -> Locks:
    """The locks of a package, worked out once for all rules."""
    found = facts.memo.get("locks")
    if not isinstance(found, Locks):
        facts.memo["locks"] = found = Locks(facts)
    return found
