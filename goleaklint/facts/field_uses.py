"""Reads the uses of a package's slots: through locals, parameters, accessors and other fields that hold the same value.

A use that is not understood opens the slot (see `fields`). What is followed: a field given to a local or to a parameter
of a function in view, a local that becomes the field, a method that returns the field, a field copied to a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.facts.fields import Slot, Slots, Use
from goleaklint.facts.functions import Var
from goleaklint.facts.mentions import mentions
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import Parents, parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, bare
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend

_METHODS = {
    "wg": frozenset({"Add", "Done", "Wait", "Go"}),
    "cond": frozenset({"Wait", "Signal", "Broadcast"}),
}
_WAITS = {
    "chan": re.compile(rb"<-(?!\s*chan\b)|\brange\b"),
    "wg": re.compile(rb"\.Wait\b"),
    "cond": re.compile(rb"\.Wait\b"),
}
_HARMLESS = frozenset({"len", "cap", "delete", "clear"})
_RECEIVES_ONLY = frozenset({"recv", "range"})
_MOST_FUNCTIONS = 4000  # a package with more declarations is generated


def slots(facts: PackageFacts) -> Slots:
    """The slots of a package with their uses, worked out once for all rules."""
    found = facts.memo.get("slots")
    if not isinstance(found, Slots):
        found = facts.memo["slots"] = Slots(facts)
        if found.fields or found.variables:
            _Reader(found).read()
    return found


def waited_slots(facts: PackageFacts, kind: str) -> Iterator[Slot]:
    """The slots of a kind of which every use is understood, and some use may be a wait in a reported file."""
    report = facts.unit.report
    if any(_WAITS[kind].search(file.data) for file in facts.reported_files()):
        for slot in slots(facts).closed(kind):
            if any(use.known.file.path in report for use in slot.uses):
                yield slot


class _Reader:
    """One pass over the package, with what it finds out on the way: aliases and accessors."""

    def __init__(self, out: Slots) -> None:
        self.out = out
        self.facts = out.facts
        self.aliases: set[tuple[int, int, int]] = set()
        self.accessors: list[tuple[FuncDecl, Slot]] = []
        self.stores: list[tuple[Bindings, ast.Expr, Slot, int]] = []
        self.kept: list[object] = []  # what the ids in `aliases` are of

    def read(self) -> None:
        names = sorted({*self.out.names(), *self.out.variables})
        pattern = re.compile(rb"\b(?:" + "|".join(map(re.escape, names)).encode() + rb")\b")
        keyless = _keyless(self.out)
        for decl in list(self.facts.all_funcs()):
            text = decl.text
            if (pattern.search(text) or (keyless and keyless.search(text))) and decl.body is not None:
                self._declaration(bindings(self.facts, decl))
        for file in self.facts.unit.files:
            for value in file.values:
                text = file.data[value.at : value.end]
                if pattern.search(text):
                    self._initial(value.names, text)
        done = 0
        while done < len(self.accessors):
            self._accessor(*self.accessors[done])
            done += 1

    def _initial(self, names: list[ast.Name], text: bytes) -> None:
        """A package variable: what its value says of others is not understood."""
        own = {name.name for name in names}
        for name in re.findall(rb"\w+", text):
            word = name.decode("latin-1")
            if word in own:
                continue
            if word in self.out.variables:
                self.out.variables[word].root().open = True
            for slot in self.out.named(word):
                slot.root().open = True

    def _declaration(self, known: Bindings) -> None:
        names = self.out.names()
        body = known.decl.body
        assert body is not None
        tree = None
        for node in descend(body):
            if isinstance(node, ast.Selector):
                if node.name not in names:
                    continue
                found = self.out.field(known, node)
            elif isinstance(node, ast.Name):
                if node.name not in self.out.variables or known.var(node) is not None:
                    continue
                found = [self.out.variables[node.name]]
            elif isinstance(node, ast.Composite):
                self._composite(known, node)
                continue
            else:
                continue
            if not found:
                continue
            tree = tree or parents(known)
            if isinstance(node, ast.Name) and _is_key(tree, node):
                continue
            if len(found) == 1 and (isinstance(node, ast.Name) or self._is_sure(known, node)):
                self._use(known, tree, node, found[0], found[0].depth, True)
            else:
                for slot in found:
                    slot.root().open = True

    def _is_sure(self, known: Bindings, node: ast.Selector) -> bool:
        return known.type_of(node.x) is not None or self.out.is_unique(node.name)

    # ---- what stands around an expression that is the slot's value

    def _use(self, known: Bindings, tree: Parents, node: ast.Expr, slot: Slot, depth: int, exact: bool) -> None:
        outer = tree.of(node)
        kind = slot.kind
        if kind != "chan":
            self._sync_use(known, tree, node, slot, exact)
            return
        match outer:
            case ast.Unary(op="<-") if depth == 0:
                self._add("recv", known, tree, outer, slot, exact)
            case ast.Send(channel=channel) if channel is node and depth == 0:
                self._add("send", known, tree, outer, slot, exact)
            case ast.Range(x=over) if over is node:
                self._range(known, tree, outer, slot, depth, exact)
            case ast.Index(x=inner) if inner is node and depth > 0:
                self._use(known, tree, outer, slot, depth - 1, exact)
            case ast.SliceExpr(x=inner) if inner is node and depth > 0:
                self._use(known, tree, outer, slot, depth, exact)
            case ast.Binary(op="==" | "!="):
                pass
            case ast.Call():
                self._argument(known, tree, node, outer, slot, depth, exact)
            case ast.Assign():
                self._assign(known, tree, node, outer, slot, depth, exact)
            case ast.VarDecl(names=names, values=values) if len(names) == len(values):
                self._alias(known, names[values.index(node)], slot, depth)
            case ast.Element() if outer.value is node:
                self._element(known, tree, outer, slot, depth)
            case ast.Return():
                self._returned(known, tree, node, outer, slot, depth)
            case _:
                slot.root().open = True

    def _add(self, kind: str, known: Bindings, tree: Parents, node: ast.Node, slot: Slot, exact: bool) -> None:
        select, case = tree.comm(node) or (None, None)
        slot.root().uses.append(Use(kind, known, tree.function(node), node, exact, select, case))

    def _sync_use(self, known: Bindings, tree: Parents, node: ast.Expr, slot: Slot, exact: bool) -> None:
        outer = tree.of(node)
        match outer:
            case ast.Selector(x=inner, name=name) if inner is node:
                call = tree.of(outer)
                if name in _METHODS[slot.kind] and isinstance(call, ast.Call) and call.fun is outer:
                    self._add(name.lower(), known, tree, call, slot, exact)
                elif not (name == "L" and slot.kind == "cond"):
                    slot.root().open = True
            case ast.Unary(op="&"):
                self._sync_use(known, tree, outer, slot, exact)
            case ast.Binary(op="==" | "!="):
                pass
            case ast.Call() if outer.fun is not node:
                self._argument(known, tree, node, outer, slot, 0, exact)
            case ast.Assign():
                self._assign(known, tree, node, outer, slot, 0, exact)
            case _:
                slot.root().open = True

    def _range(self, known: Bindings, tree: Parents, node: ast.Range, slot: Slot, depth: int, exact: bool) -> None:
        if depth == 0:
            self._add("range", known, tree, node, slot, exact)
        elif isinstance(node.value, ast.Name):
            self._alias(known, node.value, slot, depth - 1)
        elif node.value is not None:
            slot.root().open = True

    def _argument(
        self, known: Bindings, tree: Parents, node: ast.Expr, call: ast.Call, slot: Slot, depth: int, exact: bool
    ) -> None:
        if call.fun is node or call.spread:
            slot.root().open = True
            return
        place = call.args.index(node)
        api = known.api(call)
        if api == "close" and depth == 0:
            self._add("close", known, tree, call, slot, exact)
        elif api in _HARMLESS:
            pass
        elif api == "append":
            self._appended(known, tree, call, slot, depth + (place > 0))
        elif api == "os/signal.Notify":
            slot.root().outside.add("send")
        elif api != "os/signal.Stop":
            self._parameter(known, call, place, slot, depth)

    def _appended(self, known: Bindings, tree: Parents, call: ast.Call, slot: Slot, depth: int) -> None:
        """`x.f = append(x.f, ch)`: the result is the container, of the slot or of another that takes it in."""
        outer = tree.of(call)
        if isinstance(outer, ast.Assign) and len(outer.left) == len(outer.right):
            target = outer.left[outer.right.index(call)]
            self._store_into(known, target, slot, depth)
        else:
            slot.root().open = True

    def _parameter(self, known: Bindings, call: ast.Call, place: int, slot: Slot, depth: int) -> None:
        inner: Bindings | None = None
        params: list[Var] = []
        fun = call.fun
        var = known.var(fun)
        if var is not None and len(var.stores) == 1:
            fun = var.value or fun
        if isinstance(fun, ast.FuncLit):
            inner = known
            params = next((one.params for one in known.functions if one.node is fun), [])
        else:
            callee = known.callee(call)
            if callee is not None and callee.body is not None and not _is_interface(known, call):
                inner = bindings(self.facts, callee)
                params = inner.functions[0].params[callee.recv is not None :]
        if inner is None or place >= len(params) or _is_variadic(params[place], place, len(params)):
            slot.root().open = True
            return
        self._reads(inner, params[place], slot, depth, exact=False)

    # ---- stores

    def _assign(
        self, known: Bindings, tree: Parents, node: ast.Expr, outer: ast.Assign, slot: Slot, depth: int, exact: bool
    ) -> None:
        place = next((index for index, target in enumerate(outer.left) if target is node), None)
        if place is not None:
            value = outer.right[place] if len(outer.left) == len(outer.right) else None
            self._origin(known, tree, value, slot, depth)
            return
        if len(outer.left) != len(outer.right):  # v, ok := m[k]; the value is the first
            self._store_into(known, outer.left[0], slot, depth)
        else:
            self._store_into(known, outer.left[outer.right.index(node)], slot, depth)

    def _store_into(self, known: Bindings, target: ast.Expr, slot: Slot, depth: int) -> None:
        """The slot's value goes somewhere else."""
        if isinstance(target, ast.Name) and known.var(target) is not None:
            self._alias(known, target, slot, depth)
            return
        if isinstance(target, ast.Name) and target.name == "_":
            return
        place = depth
        while isinstance(target, ast.Index):
            target, place = target.x, place + 1
        if isinstance(target, ast.Name) and known.var(target) is not None:
            self._alias(known, target, slot, place)
            return
        found: list[Slot] = []
        if isinstance(target, ast.Selector) and self._is_sure(known, target):
            found = self.out.field(known, target)
        elif isinstance(target, ast.Name) and target.name in self.out.variables:
            found = [self.out.variables[target.name]]
        if len(found) == 1 and found[0].depth == place and found[0].kind == slot.kind:
            slot.root().merge(found[0])
        else:
            slot.root().open = True

    def _alias(self, known: Bindings, name: ast.Expr, slot: Slot, depth: int) -> None:
        var = known.var(name)
        if var is not None and (var.kind == "result" or (var.kind == "param" and depth > 0)):
            slot.root().open = True  # the caller has it
        elif var is not None:
            self._reads(known, var, slot, depth, exact=len(var.stores) == 1 and var.kind == "local")
        elif not (isinstance(name, ast.Name) and name.name == "_"):
            slot.root().open = True

    def _reads(self, known: Bindings, var: Var, slot: Slot, depth: int, exact: bool) -> None:
        key = (id(var), id(slot), depth)
        if key in self.aliases:
            return
        self.aliases.add(key)
        self.kept += [var, slot]
        tree = parents(known)
        for name in var.reads:
            self._use(known, tree, name, slot, depth, exact)

    def _origin(self, known: Bindings, tree: Parents, value: ast.Expr | None, slot: Slot, depth: int) -> None:
        """What the slot, or an element of it, is given."""
        match value:
            case ast.Name(name="nil") if known.var(value) is None:
                return
            case ast.Name() if (var := known.var(value)) is not None:
                self._origin_var(known, tree, var, slot, depth)
                return
            case ast.Call(fun=ast.Name(name="make" | "new")):
                if depth == 0:
                    self._add("make", known, tree, value, slot, True)
                return
            case ast.Call(fun=ast.Name(name="append")):
                for item in value.args[1:]:
                    self._origin(known, tree, item, slot, depth - 1)
                return
            case ast.Composite() | ast.Unary(op="&", x=ast.Composite()) if slot.kind != "chan":
                self._add("make", known, tree, value, slot, True)
                return
            case ast.Composite() if depth > 0:
                for element in value.elements:
                    self._origin(known, tree, element.value, slot, depth - 1)
                return
            case ast.Call() if slot.kind == "cond" and known.api(value) == "sync.NewCond":
                self._add("make", known, tree, value, slot, True)
                return
            case ast.Selector() if self.out.field(known, value) and self._is_sure(known, value):
                return  # a slot itself: its own use says so
            case ast.SliceExpr() | ast.Index() if depth >= 0 and self._is_slot(known, value):
                return
        slot.root().open = True

    def _is_slot(self, known: Bindings, value: ast.Expr) -> bool:
        while isinstance(value, ast.SliceExpr | ast.Index):
            value = value.x
        return isinstance(value, ast.Selector) and bool(self.out.field(known, value)) and self._is_sure(known, value)

    def _origin_var(self, known: Bindings, tree: Parents, var: Var, slot: Slot, depth: int) -> None:
        if var.kind != "local" or len(var.stores) != 1 or var.value is None or var.ranged or var.index:
            slot.root().open = True
            return
        key = (id(var), id(slot), depth)
        if key in self.aliases:
            return
        self._origin(known, tree, var.value, slot, depth)
        self._reads(known, var, slot, depth, exact=True)

    def _composite(self, known: Bindings, node: ast.Composite) -> None:
        """The fields that a literal of a struct of the package sets."""
        for name, element in _members(known, node):
            if name not in self.out.names():
                continue
            slot = self.out.of_type(Ty(node.type, known.file), name) if node.type is not None else None
            if slot is not None:
                self._origin(known, parents(known), element.value, slot, slot.depth)
            elif node.type is None:
                for one in self.out.named(name):  # an elided type: of which field is not known
                    one.root().open = True

    def _element(self, known: Bindings, tree: Parents, element: ast.Element, slot: Slot, depth: int) -> None:
        literal = tree.of(element)
        if isinstance(literal, ast.Composite) and literal.type is not None:
            name = next((name for name, one in _members(known, literal) if one is element), "")
            target = self.out.of_type(Ty(literal.type, known.file), name)
            if target is not None and target.depth == depth and target.kind == slot.kind:
                slot.root().merge(target)
                return
        slot.root().open = True

    # ---- accessors

    def _returned(
        self, known: Bindings, tree: Parents, node: ast.Expr, outer: ast.Return, slot: Slot, depth: int
    ) -> None:
        function = tree.function(outer)
        results = function.type.results
        place = outer.values.index(node)
        if function is not known.functions[0] or len(results) != len(outer.values) or depth != 0:
            slot.root().open = True
            return
        direction = self._direction(Ty(results[place].type, known.file))
        if direction == "recv":
            slot.root().outside |= _RECEIVES_ONLY
        elif direction == "send":
            slot.root().outside |= {"send", "close"}
        else:
            slot.root().open = True
        if len(results) == 1 and not any(decl is known.decl for decl, _ in self.accessors):
            self.accessors.append((known.decl, slot))

    def _direction(self, ty: Ty) -> str:
        under = self.facts.underlying(ty)
        node = bare(under).node if under is not None else None
        return node.direction if isinstance(node, ast.ChanType) else ""

    def _accessor(self, accessor: FuncDecl, slot: Slot) -> None:
        """The calls of a method that returns the slot are uses of it."""
        for decl in mentions(self.facts).of(accessor):
            if decl.body is None:
                continue
            known = bindings(self.facts, decl)
            for node in descend(decl.body):
                if isinstance(node, ast.Call) and known.callee(node) is accessor:
                    self._use(known, parents(known), node, slot, 0, True)


def _members(known: Bindings, node: ast.Composite) -> Iterator[tuple[str, ast.Element]]:
    """The elements of a struct literal with the names of their fields."""
    found = known.facts.struct(Ty(node.type, known.file)) if node.type is not None else None
    for index, element in enumerate(node.elements):
        if isinstance(element.key, ast.Name):
            yield element.key.name, element
        elif element.key is None and found is not None and index < len(found[0].fields):
            yield found[0].fields[index].name, element


def _keyless(out: Slots) -> re.Pattern[bytes] | None:
    """Literals without field names, of the types that have slots."""
    owners = sorted({owner for owner, _ in out.fields if "." not in owner})
    return re.compile(rb"\b(?:" + "|".join(map(re.escape, owners)).encode() + rb")\{") if owners else None


def _is_key(tree: Parents, node: ast.Name) -> bool:
    outer = tree.of(node)
    return isinstance(outer, ast.Element) and outer.key is node


def _is_variadic(param: Var, place: int, count: int) -> bool:
    """Whether several arguments share the parameter."""
    return place == count - 1 and param.type is not None and isinstance(param.type.node, ast.SliceType)


def _is_interface(known: Bindings, call: ast.Call) -> bool:
    """Whether a method of an interface is called: other packages may implement it, too."""
    if not isinstance(call.fun, ast.Selector):
        return False
    under = known.facts.underlying(known.type_of(call.fun.x))
    return under is not None and isinstance(under.node, ast.InterfaceType)
