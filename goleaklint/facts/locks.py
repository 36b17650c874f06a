"""The locks of a package: each function that touches one is walked once, with what its callees do to locks.

Calls are followed into functions and methods of the package, through embedded fields, interfaces of the package with
one implementer, function literals that are called in place or kept in a variable that is set once, `sync.Once.Do`,
and the `String` and `Error` methods that package fmt calls.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from functools import cached_property

from goleaklint.facts.function_fields import function_field, seen_from, values
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.lock_effects import MAX_CHAIN, NOTHING, Effect, Event, Naming, Site, renamed
from goleaklint.facts.lock_names import Place, lock_op, once_of, place_of, receiver_of
from goleaklint.facts.lock_steps import Steps
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.mentions import mentions
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Paths
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_TOUCHES = re.compile(rb"\.(?:Try)?R?(?:Lock|Unlock)\(")
_ONCE = re.compile(rb"(\w+(?:,[ \t]*\w+)*)[ \t]*(?::?=[ \t]*(?:new\(|&)?|\*?)\bsync\.Once\b")
"""A declaration of a sync.Once, or of several."""
_TO_ITSELF = re.compile(rb"([\w.]+)\.(R?)Lock\(\)\s+defer \1\.\2Unlock\(\)")
_TAKES_FUNCTION = re.compile(rb"func [^{\n]*[\w)] ?\([^{\n]*\bfunc\(")
_PRINTS = re.compile(r"^(?:fmt|log)\.(?:Sp|Fp|P|Fatal|Panic|Append)?r?i?n?t?|^fmt\.Errorf$")
_DEEPEST = 30
_FARTHEST = 3  # calls between the function that holds a lock and the one that waits


class Locks:
    """The walks of the functions of one package, made when they are asked for.

    `watched` are nodes of which it is asked what is held there, and `waiting` the functions that hold them: only what
    leads to these is walked again, the rest is known to `base`.
    """

    def __init__(
        self,
        facts: PackageFacts,
        base: Locks | None = None,
        watched: Container[ast.Node] = (),
        waiting: Iterable[FuncDecl] = (),
    ) -> None:
        self.facts = facts
        self.watched = watched
        self._base = base
        names = {decl.name for decl in waiting}
        self._near = base.leading_to(names, _FARTHEST) if base is not None else frozenset()
        self._walks: dict[tuple[Function, tuple[tuple[int, bool], ...]], Walk] = {}
        self._open: list[Function] = []

    @cached_property
    def relevant(self) -> frozenset[str]:
        """Names of functions that lock or unlock, or call a function of such a name, and of those that call back."""
        if self._base is not None:
            return self._base.relevant | self._near
        calling = {decl.name for decl in self.facts.all_funcs() if _TAKES_FUNCTION.match(decl.text)}
        return self.leading_to(self._touching_names) | calling

    @cached_property
    def _touching(self) -> dict[FuncDecl, None]:
        """The functions that lock or unlock, `sync.Once.Do` included, in the order of the source."""
        return dict.fromkeys(self.facts.all_funcs(self._touches))

    @cached_property
    def _touches(self) -> re.Pattern[bytes]:
        """Matches the text of a function that may lock or unlock something, or call Do of a Once."""
        texts = [file.data for file in self.facts.unit.files if b"sync.Once" in file.data]
        names = {name for text in texts for found in _ONCE.findall(text) for name in re.findall(rb"\w+", found)}
        once = [rb"\b(?:" + b"|".join(sorted(names)) + rb")\.Do\("] if names else []
        return re.compile(b"|".join([_TOUCHES.pattern, *once]))

    @cached_property
    def _touching_names(self) -> frozenset[str]:
        return frozenset(decl.name for decl in self._touching)

    def may_be_under_lock(self, name: str) -> bool:
        """Whether a function of this name locks something, or one that calls it over a few calls does."""
        return not self._touching_names.isdisjoint(self.leading_to([name], _FARTHEST))

    def leading_to(self, names: Iterable[str], most: int | None = None) -> frozenset[str]:
        """The names, and those of the functions that call one of them, over `most` calls at most."""
        known = mentions(self.facts)
        found = set(names)
        todo = list(found)
        while todo and most != 0:
            callers = {decl.name for name in todo for decl in known.named(name)}
            todo = list(callers - found)
            found |= callers
            most = most - 1 if most is not None else None
        return frozenset(found)

    @cached_property
    def is_needed(self) -> bool:
        """Whether the package locks anything."""
        return any(self._touches.search(file.data) for file in self.facts.unit.files)

    @cached_property
    def walks(self) -> list[Walk]:
        """Every function, literals included, that holds a lock while it does something, in the order of the source."""
        if not self.is_needed:
            return []
        if self._base is not None:
            return self._walked(decl for decl in self.facts.all_funcs() if decl.name in self._near)
        return self._walked(self.facts.all_funcs())

    @cached_property
    def reported(self) -> list[Walk]:
        """Those of the walks that may come to a lock in a file that is reported."""
        facts = self.facts
        if all(file.path in facts.unit.report for file in facts.unit.files):
            return self.walks
        if not self.is_needed:
            return []
        leading = mentions(facts).leading_to(facts.reported_funcs(self._touches))
        leading.update(facts.reported_funcs())
        return self._walked(decl for decl in facts.all_funcs() if decl in leading)

    def _walked(self, decls: Iterable[FuncDecl]) -> list[Walk]:
        decls = [decl for decl in decls if decl.body is not None]
        touching = (self._base or self)._touching
        wanted = touching.keys() | (self._base or self)._calling_lockers(
            {decl for decl in decls if decl not in touching}
        )
        return [
            self.walk(function) for decl in decls if decl in wanted for function in bindings(self.facts, decl).functions
        ]

    def _calling_lockers(self, decls: set[FuncDecl]) -> set[FuncDecl]:
        """Those that call a function that leaves a lock locked for its caller, or calls back under one."""
        known = mentions(self.facts)
        found: set[FuncDecl] = set()
        for decl in self._touching:
            callers = decls.intersection(known.of(decl))
            if not callers <= found and decl in self._elaborate and self._is_locker(decl):
                found |= callers
        return found

    @cached_property
    def _elaborate(self) -> set[FuncDecl]:
        """Those that do more to locks than `x.Lock()` with `defer x.Unlock()` behind it, or call such a one."""

        def is_elaborate(text: bytes) -> bool:
            return len(_TOUCHES.findall(text)) != 2 * len(_TO_ITSELF.findall(text)) or bool(_TAKES_FUNCTION.match(text))

        known = mentions(self.facts)
        found = {decl for decl in self._touching if is_elaborate(decl.text)}
        return found.union(*(known.of(decl) for decl in found))

    def _is_locker(self, decl: FuncDecl) -> bool:
        if decl.body is None:
            return False
        effect = self.walk(bindings(self.facts, decl).functions[0]).effect
        leaves = any(net.change[0] in "+?" for net in effect.net.values())
        return leaves or any(event.kind == "call" and bool(event.held) for event in effect.events)

    def walk(self, function: Function, given: tuple[tuple[int, bool], ...] = ()) -> Walk:
        """The walk of a function; `given` are the values of boolean parameters by their place."""
        if self._base is not None and function.decl.name not in self._near:
            return self._base.walk(function, given)
        found = self._walks.get((function, given))
        if found is not None:
            return found
        known = bindings(self.facts, function.decl)
        self._open.append(function)
        paths = Paths(known, function)
        steps = Steps(paths, self._effect_of_call, self.watched)
        params = function.params[1:] if function.parent is None and function.decl.recv else function.params
        flags = {params[index]: value for index, value in given if index < len(params) and not params[index].stores}
        found = Walk(paths, steps, flags, is_called=function.parent is not None or not _is_test(function.decl))
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
        var = known.var(call.fun)
        if var is not None and var.kind == "param" and not var.stores and var.function is caller:
            return Effect([Event("call", Place((var,), "", var.name), "", site)])
        api = known.api(call)
        if api == "(sync.Once).Do" and call.args:
            return self._once(known, call, site)
        if api.startswith(("fmt.", "log.")):
            return self._printed(known, call, site)
        return self._of_field(known, call, site)

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
        if len(self._open) > _DEEPEST:
            return NOTHING
        given = tuple(
            (index, arg.name == "true")
            for index, arg in enumerate(args)
            if isinstance(arg, ast.Name) and arg.name in ("true", "false")
        )
        if function in self._open:
            effect = self._own_locks(function) if not given else NOTHING
        else:
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
        for event in effect.events:
            if event.kind == "call" and event.place.path is not None:
                found.events += self._called_back(known, naming, event, site, is_certain=is_certain)
        if gives_more:
            found.net = {
                path: net._replace(change="?") if net.change[0] == "+" else net for path, net in found.net.items()
            }
        return found

    def _own_locks(self, function: Function) -> Effect:
        """What a function that is on its way already would lock again, without what it calls."""
        known = bindings(self.facts, function.decl)
        found = Effect()
        for node in function.own() if self._touches.search(function.decl.text) else ():
            if isinstance(node, ast.Call):
                op = lock_op(known, node)
                place = op.place if op is not None and op.op == "lock" else once_of(known, node)
                if place is not None:
                    mode = op.mode if op is not None else "w"
                    found.events.append(Event("lock", place, mode, Site(known, node, function), sure=False))
        return found

    def _called_back(
        self, known: Bindings, naming: Naming, event: Event, site: Site, *, is_certain: bool
    ) -> Iterator[Event]:
        """What a callback does, under the locks that are held where it is called."""
        assert event.place.path is not None
        var = event.place.path[0]
        arg = naming.args.get(var) if isinstance(var, Var) else None
        if arg is None or len(event.chain) >= MAX_CHAIN:
            return
        chain = (site, *event.chain)
        held, released = naming.held(event.held), naming.paths_of(event.released)
        given = known.var(arg)
        if given is not None and given.kind == "param" and not given.stores and given.function is site.function:
            place = Place((given,), "", given.name)
            yield event._replace(place=place, chain=chain, held=held, released=released, sure=event.sure and is_certain)
            return
        function, receiver = self.function_of(known, arg)
        if function is None:
            return
        for one in self._renamed(known, function, receiver, [], event.site, is_certain=is_certain).events:
            yield one._replace(
                chain=(*chain, *one.chain),
                held=(*held, *one.held),
                released=released | one.released,
                sure=event.sure and one.sure,
                composed=True,
            )

    def _of_field(self, known: Bindings, call: ast.Call, site: Site) -> Effect:
        """What a field of function type does, when all that it may hold is known."""
        field = function_field(known, call.fun)
        given = values(self.facts, field) if field is not None else []
        out = Effect()
        for value in given:
            function, receiver = self.function_of(value.known, value.expr)
            if field is None or function is None:
                return NOTHING
            effect = self._renamed(value.known, function, receiver, [], site, is_certain=len(given) == 1)
            for event in effect.events:
                path = seen_from(event.place.path, value, field.path)
                if path is not None:
                    held = tuple(
                        one._replace(place=one.place._replace(path=seen_from(one.place.path, value, field.path)))
                        for one in event.held
                    )
                    released = (seen_from(one, value, field.path) for one in event.released)
                    out.events.append(
                        event._replace(
                            place=event.place._replace(path=path),
                            held=held,
                            released=frozenset(one for one in released if one is not None),
                        )
                    )
            for path, net in effect.net.items():
                mapped = seen_from(path, value, field.path)
                if mapped is not None:
                    out.net[mapped] = net._replace(change="?", place=net.place._replace(path=mapped))
        return out

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
        for decl in self._touching:
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


def _is_test(decl: FuncDecl) -> bool:
    """Whether only `go test` calls a function."""
    return decl.file.is_test and decl.recv is None and decl.name.startswith(("Test", "Benchmark", "Fuzz", "Example"))


def locks_of(facts: PackageFacts) -> Locks:
    """The locks of a package, worked out once for all rules."""
    found = facts.memo.get("locks")
    if not isinstance(found, Locks):
        facts.memo["locks"] = found = Locks(facts)
    return found
