"""Light static typing inside one declaration: which variable a name means, and what type an expression has.

Scopes and shadowing are exact (Go specification, "Declarations and scope"). Types are those that the source says:
of parameters, literals, fields of the package's own structs, results of its functions and of the standard library's
that `apis` lists. What the source does not say is unknown (None).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from goleaklint.facts import apis
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.types import Ty, canonical, element, standard_path
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.source import SourceFile
from goleaklint.golang.walk import children, descend
from goleaklint.model import Related, Role, Span

_ENDS = re.compile(rb"\bos\.Exit|\bpanic\(|\.Fatal|\.Panic|Goexit")
_ENDING_NAME = re.compile(r"^(?:[Ee]xit|[Ff]atal|[Pp]anic)(?:f|ln|$|[A-Z_])")
_SHORT = 1500  # bytes; a longer function that never returns is not one that ends the program for its callers
_DEEP = 8  # how many variables and calls are followed for one type


class Bindings:
    """The functions and variables of one declaration."""

    def __init__(self, facts: PackageFacts, decl: FuncDecl) -> None:
        self.facts = facts
        self.decl = decl
        self.file: SourceFile = decl.file
        self.functions: list[Function] = []
        self._vars: dict[ast.Name, Var] = {}
        if decl.body is not None:
            _Binder(self).declaration()

    def release(self) -> None:
        """Cuts the references that go round, so that all is freed at once and no collector has to find it."""
        for var in self._vars.values():
            var.value = None
            var.reads.clear()
            var.stores.clear()
        for function in self.functions:
            function.release()
        vars(self).clear()

    def var(self, node: ast.Node | None) -> Var | None:
        """The local variable that a name means; None for anything else."""
        return self._vars.get(node) if isinstance(node, ast.Name) else None

    def variables(self) -> Iterable[Var]:
        """Each local variable, in the order of the source, once for every name that means it."""
        return self._vars.values()

    def imported(self, node: ast.Expr) -> str:
        """The import path that a name means as a qualifier, "" when it means something else."""
        if isinstance(node, ast.Name) and node not in self._vars:
            return standard_path(self.file.imports.get(node.name, ""))
        return ""

    def api(self, call: ast.Node | None) -> str:
        """What is called: `net/http.Get`, `(net/http.Client).Do`, `name` for a function of the package, else ""."""
        if not isinstance(call, ast.Call):
            return ""
        fun = call.fun
        if isinstance(fun, ast.Index):
            fun = fun.x
        if isinstance(fun, ast.Name):
            return fun.name if fun not in self._vars else ""
        if not isinstance(fun, ast.Selector):
            return ""
        path = self.imported(fun.x)
        if path:
            return f"{path}.{fun.name}"
        owner = canonical(self.type_of(fun.x))
        return f"({owner}).{fun.name}" if owner else ""

    def callee(self, call: ast.Node | None) -> FuncDecl | None:
        """The function or method of the package that is called."""
        if not isinstance(call, ast.Call):
            return None
        fun = call.fun.x if isinstance(call.fun, ast.Index) else call.fun
        if isinstance(fun, ast.Name):
            return None if fun in self._vars else self.facts.funcs.get(fun.name)
        if isinstance(fun, ast.Selector) and not self.imported(fun.x):
            found = self.facts.method(self.type_of(fun.x), fun.name)
            return found[0] if found is not None else None
        return None

    def is_a(self, expr: ast.Expr | None, *names: str) -> bool:
        """Whether the type of the expression is known to be one of these (pointers do not matter)."""
        return canonical(self.type_of(expr)) in names

    def type_of(self, expr: ast.Expr | None, depth: int = 0) -> Ty | None:
        """The type of an expression, None when the source does not say."""
        if expr is None or depth > _DEEP:
            return None
        match expr:
            case ast.Name():
                return self._type_of_name(expr, depth)
            case ast.Selector():
                return self._type_of_selector(expr, depth)
            case ast.Call():
                return self.result_of(expr, 0, depth)
            case ast.Composite(type=ast.Node() as written) | ast.TypeAssert(type=ast.Node() as written):
                return Ty(written, self.file)
            case ast.Unary(op="<-") | ast.Index():
                inner = self.type_of(expr.x, depth + 1)
                under = self.facts.underlying(inner)
                return element(under) if under is not None else None
            case ast.Unary(op="&" | "*"):
                return self.type_of(expr.x, depth + 1)
        return None

    def result_of(self, call: ast.Call, index: int, depth: int = 0) -> Ty | None:
        """The type of a result of a call."""
        fun = call.fun
        if isinstance(fun, ast.TypeExpr):
            return Ty(fun.type, self.file)
        if isinstance(fun, ast.Name) and fun not in self._vars:
            if fun.name in ("new", "make") and call.args:
                return self._written_type(call.args[0])
            if fun.name in self.facts.types:
                return Ty(ast.TypeName(at=fun.at, end=fun.end, name=fun.name), self.file)
        if isinstance(fun, ast.FuncLit):
            return self._result(fun.type, index, self.file)
        callee = self.callee(call)
        if callee is not None:
            return None if callee.type_params else self._result(callee.type, index, callee.file)
        known = apis.RESULTS.get(self.api(call), ())
        return self._named(known[index]) if index < len(known) else None

    def ending(self, call: ast.Node | None) -> str:
        """Whether a call does not return: "dies" with the process or a panic, "fails" a test; "" when it returns."""
        if not isinstance(call, ast.Call):
            return ""
        api = self.api(call)
        if api == "panic" or api in apis.NO_RETURN:
            return "dies"
        fun = call.fun
        name = fun.name if isinstance(fun, ast.Name | ast.Selector) else ""
        if isinstance(fun, ast.Selector) and self.file.is_test and name in apis.SKIPS:
            return "fails"
        if isinstance(fun, ast.Selector) and name in apis.NO_RETURN_METHODS:
            return "dies"
        callee = self.callee(call)
        if callee is None:
            return "dies" if _ENDING_NAME.match(name) and isinstance(fun, ast.Selector) and self.imported(fun.x) else ""
        return "dies" if callee.end - callee.at < _SHORT and _ENDS.search(callee.text) and _ends(callee) else ""

    def qualified(self, function: Function) -> str:
        """Go's own name of a function of this declaration."""
        return self.facts.qualified(self.decl, function.literal)

    def serves(self, function: Function) -> bool:
        """Whether somebody who has a context or a goroutine of his own waits for the function, outside of commands."""
        return (function.given() is not None or function.is_within("go")) and self.facts.unit.package != "main"

    def at_hand(self, function: Function) -> tuple[Related, ...]:
        """The place of the context or request that the function was given, for the story of a finding."""
        given = function.given()
        if given is None:
            return ()
        span = self.file.span(given.at, given.at + len(given.name.encode()))
        return (Related(Role.PARTNER, span, f"{given.name} is at hand here"),)

    def head(self, node: ast.Node) -> Span:
        """The span of a node, cut at the end of its first line."""
        line_end = self.file.data.find(b"\n", node.at, node.end)
        return self.file.span(node.at, node.end if line_end < 0 else line_end)

    def _type_of_name(self, name: ast.Name, depth: int) -> Ty | None:
        var = self._vars.get(name)
        if var is not None:
            return self.type_of_var(var, depth)
        found = self.facts.values.get(name.name)
        if found is None or found[0].const:
            return None
        decl, index = found
        if decl.type is not None:
            return Ty(decl.type, decl.file)
        value = decl.values[index] if len(decl.values) == len(decl.names) else None
        if isinstance(value, ast.Unary) and value.op == "&":
            value = value.x
        if isinstance(value, ast.Composite) and value.type is not None:
            return Ty(value.type, decl.file)
        return None

    def type_of_var(self, var: Var, depth: int = 0) -> Ty | None:
        """The type of a variable."""
        if var.type is not None or var.value is None:
            return var.type
        if var.ranged:
            over = self.facts.underlying(self.type_of(var.value, depth + 1))
            if over is None or (var.index == 0 and not isinstance(over.node, ast.ChanType)):
                return None
            return element(over)
        if isinstance(var.value, ast.Call):
            return self.result_of(var.value, var.index, depth + 1)
        return self.type_of(var.value, depth + 1) if var.index == 0 else None

    def _type_of_selector(self, expr: ast.Selector, depth: int) -> Ty | None:
        path = self.imported(expr.x)
        if path:
            known = apis.PACKAGE_VARS.get(f"{path}.{expr.name}")
            return self._named(known) if known else None
        owner = self.type_of(expr.x, depth + 1)
        if owner is None:
            return None
        inner = apis.FIELDS.get((canonical(owner), expr.name))
        if inner is not None:
            elem = self._named(inner).node
            return Ty(ast.ChanType(at=expr.at, end=expr.end, direction="recv", elem=elem), self.file)
        found = self.facts.field(owner, expr.name)
        return found[0] if found is not None else None

    def _named(self, name: str) -> Ty:
        """The type of a full name, as if it were written here."""
        path, _, last = name.rpartition(".")
        return Ty(ast.TypeName(at=0, end=0, package=path, name=last), self.file)

    def _written_type(self, expr: ast.Expr) -> Ty | None:
        if isinstance(expr, ast.TypeExpr):
            return Ty(expr.type, self.file)
        if isinstance(expr, ast.Name) and expr not in self._vars:
            return Ty(ast.TypeName(at=expr.at, end=expr.end, name=expr.name), self.file)
        if isinstance(expr, ast.Selector) and isinstance(expr.x, ast.Name) and self.imported(expr.x):
            return Ty(ast.TypeName(at=expr.at, end=expr.end, package=expr.x.name, name=expr.name), self.file)
        return None

    @staticmethod
    def _result(signature: ast.FuncType, index: int, file: SourceFile) -> Ty | None:
        return Ty(signature.results[index].type, file) if index < len(signature.results) else None


def _ends(decl: FuncDecl) -> bool:
    """Whether the last thing a function does is to end the process or to panic, and it never returns before."""
    if decl.body is None or not decl.body.body:
        return False
    last = decl.body.body[-1]
    if not isinstance(last, ast.ExprStmt) or not isinstance(last.x, ast.Call):
        return False
    if any(isinstance(node, ast.Return) for node in descend(decl.body, into_literals=False)):
        return False
    fun = last.x.fun
    if isinstance(fun, ast.Name):
        return fun.name == "panic"
    return isinstance(fun, ast.Selector) and (fun.name in apis.NO_RETURN_METHODS or fun.name == "Exit")


def bindings(facts: PackageFacts, decl: FuncDecl) -> Bindings:
    """The bindings of a declaration, made once for all rules."""
    found = facts.memo.get(decl)
    if not isinstance(found, Bindings):
        found = facts.memo[decl] = Bindings(facts, decl)
    return found


def release(facts: PackageFacts) -> None:
    """Lets go of all that was worked out for a package. Nobody may ask it anything after that."""
    for value in facts.memo.values():
        if isinstance(value, Bindings):
            value.release()
    vars(facts).clear()


_Scope = dict[str, Var | None]


class _Binder:
    """One walk in the order of the source, with the scopes that are open."""

    def __init__(self, out: Bindings) -> None:
        self.out = out
        self.scopes: list[_Scope] = []
        self.function: Function

    def declaration(self) -> None:
        decl = self.out.decl
        assert decl.body is not None
        function = Function(decl, decl.type, decl.body)
        self._function(function, [decl.recv] if decl.recv is not None else [])

    def _function(self, function: Function, receivers: list[ast.Param]) -> None:
        self.out.functions.append(function)
        outer = getattr(self, "function", None)
        self.function = function
        self.scopes.append({})
        for kind, params in (("param", [*receivers, *function.type.params]), ("result", function.type.results)):
            for param in params:
                node = ast.SliceType(at=param.at, end=param.end, elem=param.type) if param.variadic else param.type
                var = Var(param.name, param.at, function, kind, Ty(node, self.out.file))
                if kind == "param":
                    function.params.append(var)
                if param.name and param.name != "_":
                    self.scopes[-1][param.name] = var
        self._stmts(function.body.body)
        self.scopes.pop()
        if outer is not None:
            self.function = outer

    def _declare(self, name: ast.Name, type_: Ty | None, value: ast.Expr | None, index: int, ranged: bool) -> None:
        if name.name == "_":
            return
        var = Var(name.name, name.at, self.function, "local", type_, value, index, ranged)
        var.stores.append(name)
        self.out._vars[name] = var
        self.scopes[-1][name.name] = var

    def _use(self, name: ast.Name, store: bool = False) -> None:
        for scope in reversed(self.scopes):
            if name.name in scope:
                var = scope[name.name]
                if var is not None:
                    self.out._vars[name] = var
                    (var.stores if store else var.reads).append(name)
                return

    def _stmts(self, body: list[ast.Stmt]) -> None:
        for stmt in body:
            self._visit(stmt)

    def _scoped(self, *nodes: ast.Node | None) -> None:
        self.scopes.append({})
        for node in nodes:
            if node is not None:
                self._visit(node)
        self.scopes.pop()

    def _visit(self, node: ast.Node) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            handler(self, node)
        else:
            for child in children(node):
                self._visit(child)

    def _name(self, node: ast.Name) -> None:
        self._use(node)

    def _selector(self, node: ast.Selector) -> None:
        self._visit(node.x)

    def _element(self, node: ast.Element) -> None:
        # A name as a key is a field, or a variable that indexes a map literal: only what is in scope can tell,
        # and a field of the same name as a variable is no use of the variable.
        if node.key is not None and not isinstance(node.key, ast.Name):
            self._visit(node.key)
        self._visit(node.value)

    def _composite(self, node: ast.Composite) -> None:
        is_map = isinstance(node.type, ast.MapType)
        for item in node.elements:
            if is_map and isinstance(item.key, ast.Name):
                self._use(item.key)
            self._element(item)

    def _literal(self, node: ast.FuncLit, role: str = "") -> None:
        parent = self.function
        function = Function(parent.decl, node.type, node.body, node.name, parent, node, role=role)
        self._function(function, [])

    def _call(self, node: ast.Call, role: str = "call") -> None:
        if isinstance(node.fun, ast.FuncLit):
            for arg in node.args:
                self._visit(arg)
            self._literal(node.fun, role)
            return
        self._visit(node.fun)
        for arg in node.args:
            self._visit(arg)

    def _start(self, node: ast.Go | ast.Defer) -> None:
        if isinstance(node.call, ast.Call):
            self._call(node.call, "go" if isinstance(node, ast.Go) else "defer")
        else:
            self._visit(node.call)

    def _assign(self, node: ast.Assign) -> None:
        for item in node.right:
            self._visit(item)
        for index, target in enumerate(node.left):
            if not isinstance(target, ast.Name):
                self._visit(target)
            elif node.op == ":=" and target.name not in self.scopes[-1]:
                single = len(node.right) == 1 and len(node.left) > 1
                value: ast.Expr | None = (
                    node.right[0] if single else node.right[index] if index < len(node.right) else None
                )
                self._declare(target, None, value, index if single else 0, False)
            else:
                self._use(target, store=True)
                if node.op not in (":=", "="):
                    self._use(target)

    def _var_decl(self, node: ast.VarDecl) -> None:
        for item in node.values:
            self._visit(item)
        type_ = Ty(node.type, self.out.file) if node.type is not None else None
        single = len(node.values) == 1 and len(node.names) > 1
        for index, name in enumerate(node.names):
            value: ast.Expr | None = (
                node.values[0] if single else node.values[index] if index < len(node.values) else None
            )
            self._declare(name, type_, value, index if single else 0, False)

    def _local_type(self, node: ast.LocalType) -> None:
        self.scopes[-1][node.name] = None

    def _block(self, node: ast.Block) -> None:
        self._scoped(*node.body)

    def _if(self, node: ast.If) -> None:
        self._scoped(node.init, node.cond, node.then, node.orelse)

    def _for(self, node: ast.For) -> None:
        self._scoped(node.init, node.cond, node.post, node.body)

    def _range(self, node: ast.Range) -> None:
        self._visit(node.x)
        self.scopes.append({})
        for index, target in enumerate((node.key, node.value)):
            if isinstance(target, ast.Name) and node.define:
                self._declare(target, None, node.x, index, True)
            elif isinstance(target, ast.Name):
                self._use(target, store=True)
            elif target is not None:
                self._visit(target)
        self._visit(node.body)
        self.scopes.pop()

    def _case(self, node: ast.Case) -> None:
        self._scoped(*node.values, *node.body)

    def _comm(self, node: ast.CommCase) -> None:
        self._scoped(node.comm, *node.body)

    def _switch(self, node: ast.Switch) -> None:
        self._scoped(node.init, node.tag, *node.cases)

    def _type_switch(self, node: ast.TypeSwitch) -> None:
        self.scopes.append({})
        if node.init is not None:
            self._visit(node.init)
        self._visit(node.x)
        for case in node.cases:
            self.scopes.append({})
            if node.name and node.name != "_":
                var = Var(node.name, node.at, self.function)
                if len(case.values) == 1 and isinstance(case.values[0], ast.TypeExpr):
                    var.type = Ty(case.values[0].type, self.out.file)
                self.scopes[-1][node.name] = var
            self._stmts(case.body)
            self.scopes.pop()
        self.scopes.pop()


_HANDLERS: dict[type[ast.Node], Callable[[_Binder, Any], None]] = {
    ast.Name: _Binder._name,
    ast.Literal: lambda binder, node: None,
    ast.Selector: _Binder._selector,
    ast.Element: _Binder._element,
    ast.Composite: _Binder._composite,
    ast.FuncLit: _Binder._literal,
    ast.Call: _Binder._call,
    ast.Go: _Binder._start,
    ast.Defer: _Binder._start,
    ast.Assign: _Binder._assign,
    ast.VarDecl: _Binder._var_decl,
    ast.LocalType: _Binder._local_type,
    ast.Block: _Binder._block,
    ast.If: _Binder._if,
    ast.For: _Binder._for,
    ast.Range: _Binder._range,
    ast.Case: _Binder._case,
    ast.CommCase: _Binder._comm,
    ast.Switch: _Binder._switch,
    ast.TypeSwitch: _Binder._type_switch,
    ast.TypeName: lambda binder, node: None,
}
