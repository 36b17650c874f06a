"""What lives as long as the process: functions that end it by returning, and what is done once in it.

A goroutine that is left behind by the end of the process leaks nothing. Asked only for what would be a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from goleaklint.facts.functions import Function
from goleaklint.facts.loops import reachable
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.references import Reference, references
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import TESTING, Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import children, descend

PROCESS_WIDE = frozenset({"main", "init", "TestMain"})
"""Functions that run once, as long as the process or before all else of it."""
_COMMAND = re.compile(
    r"^(?:github\.com/spf13/cobra\.Command|github\.com/(?:urfave|codegangsta)/cli(?:/v\d)?\.(?:Command|App))$"
)
_COMMAND_IMPORT = re.compile(r"^github\.com/(?:spf13/cobra|(?:urfave|codegangsta)/cli(?:/v\d)?)$")
_BODIES = frozenset({"Run", "RunE", "Action"})
"""Fields that hold what a command does: main returns when it does."""
_MOST_AFTER = 24  # points between a call and the end of its caller; more is a life of its own
_DEEP = 8
_BUILT_IN = frozenset(
    {"append", "cap", "close", "copy", "delete", "len", "make", "max", "min", "new", "panic", "string"}
)
_SHORT = frozenset(
    {"Close", "Error", "Errorf", "Flush", "Print", "Printf", "Println", "String", "Sync", "Wrap", "Wrapf"}
)
_LONG = frozenset({"net/http", "net/rpc", "net/http/fcgi", "time"})


def ends_process(
    facts: PackageFacts, decl: FuncDecl, literal: ast.FuncLit | None = None, *, failing: bool = False
) -> bool:
    """Whether the process ends when this function, or this literal in it, returns; `failing`: with an error.

    It does for main and the body of a command, and for what only such functions call, as the last thing that they do.
    """
    return _ends(facts, decl, literal, failing, 0)


def is_over(known: Bindings, function: Function, exits: Iterable[Point]) -> bool:
    """Whether the process ends when a function is left by any of these ways out: nothing is lost by them then."""
    return all(
        point.kind == "return"
        and ends_process(known.facts, known.decl, function.node, failing=_end(point, failing=True) == "fails")
        for point in exits
    )


def is_over_after(known: Bindings, function: Function, node: ast.Node) -> bool:
    """Whether the process ends with a function, whichever way leads out of it from a node on."""
    if known.decl.name in PROCESS_WIDE and known.decl.recv is None and function.parent is None:
        return True
    paths = Paths(known, function)
    start = paths.place(node)
    if start is None or paths.leads(start, start):
        return False
    ends = [point for point in reachable(paths, lambda case: False, start) if point.kind in ("return", "dies", "fails")]
    return bool(ends) and is_over(known, function, [point for point in ends if point.kind != "dies"])


def _ends(facts: PackageFacts, decl: FuncDecl, literal: ast.FuncLit | None, failing: bool, depth: int) -> bool:
    key = ("ends process", decl, literal, failing)
    if key not in facts.memo:
        facts.memo[key] = False  # for one that calls itself
        facts.memo[key] = depth < _DEEP and not decl.file.is_test and _find_end(facts, decl, literal, failing, depth)
    return facts.memo[key] is True


def _find_end(facts: PackageFacts, decl: FuncDecl, literal: ast.FuncLit | None, failing: bool, depth: int) -> bool:
    if literal is not None:
        uses: list[Reference] | None = _literal(facts, decl, literal)
    elif decl.name == "main" and decl.recv is None:
        return facts.unit.package == "main"
    elif not _is_closed(facts, decl):
        return False
    else:
        uses = references(facts, decl)
    return bool(uses) and all(_is_body(use) or _is_last(use, failing, depth) for use in uses or ())


def _is_closed(facts: PackageFacts, decl: FuncDecl) -> bool:
    """Whether nobody outside of the module can call the function."""
    if facts.unit.package == "main" or f"/{facts.unit.import_path}/".find("/internal/") >= 0:
        return True
    return not decl.name[:1].isupper() or (decl.recv_type != "" and not decl.recv_type[:1].isupper())


def _literal(facts: PackageFacts, decl: FuncDecl, literal: ast.FuncLit) -> list[Reference]:
    """The literal as if it were a mention of itself."""
    if decl.body is None:
        return []
    stack: list[tuple[ast.Node, tuple[ast.Node, ...]]] = [(decl.body, ())]
    while stack:
        node, around = stack.pop()
        if node is literal:
            return [Reference(facts, bindings(facts, decl), node, around)]
        if node.at <= literal.at < node.end:
            stack += [(child, (*around, node)) for child in children(node)]
    return []


def _is_body(use: Reference) -> bool:
    """Whether a function is given to a command as what it does: `cobra.Command{RunE: f}`, `cmd.RunE = wrap(f)`."""
    if use.call is not None:
        return False
    inner: ast.Node | None = None
    for node in reversed(use.around):
        if isinstance(node, ast.FuncLit | ast.Block):
            return False
        if isinstance(node, ast.Composite) and isinstance(inner, ast.Element):
            return _names_body(inner.key) and node.type is not None and _is_command(use, node.type)
        if isinstance(node, ast.Assign):
            return any(isinstance(left, ast.Selector) and left.name in _BODIES for left in node.left) and _imports(use)
        inner = node
    return False


def _names_body(key: ast.Expr | None) -> bool:
    return isinstance(key, ast.Name) and key.name in _BODIES


def _is_command(use: Reference, written: ast.Type) -> bool:
    files = use.facts.unit.files if use.known is None else (use.known.file,)
    return any(_COMMAND.match(canonical(Ty(written, file))) is not None for file in files)


def _imports(use: Reference) -> bool:
    return use.known is not None and any(_COMMAND_IMPORT.match(path) for path in use.known.file.imports.values())


def _is_last(use: Reference, failing: bool, depth: int) -> bool:
    """Whether the process ends once this call has returned, or been left with an error."""
    call, known, function = use.call, use.known, use.function
    if call is None or known is None or function is None:
        return False
    if any(isinstance(node, ast.Go | ast.Defer) and node.call is call for node in use.around):
        return False
    ends = _ends_after(known, function, call, failing)
    return ends is not None and all(
        end == "dies" or _ends(use.facts, known.decl, function.node, end == "fails", depth + 1) for end in ends
    )


def _ends_after(known: Bindings, function: Function, call: ast.Call, failing: bool) -> set[str] | None:
    """How the caller ends after a call: "dies", "fails" (with an error), "returns"; None when it goes on for long."""
    paths = Paths(known, function)
    start = _point_of(paths, call)
    if start is None or _waits(known, start, call):
        return None
    if start.kind:
        return {_end(start, failing)} if not _ends_test(known, start) else None
    error = start.node.left[-1] if isinstance(start.node, ast.Assign) else None
    ends: set[str] = set()
    seen: set[Point] = set()
    stack = [target for target, _ in start.next]
    while stack:
        point = stack.pop()
        if point in seen:
            continue
        seen.add(point)
        if point is start or len(seen) > _MOST_AFTER or _waits(known, point, call) or _ends_test(known, point):
            return None
        if point.kind:
            ends.add(_end(point, failing))
        stack += [
            target for target, fact in point.next if fact is None or _may_be(known, point, error, fact[1], failing)
        ]
    return ends


def _ends_test(known: Bindings, point: Point) -> bool:
    """`t.Fatal(err)` in a helper, which is no end of the process."""
    call = point.node.x if isinstance(point.node, ast.ExprStmt) else None
    fun = call.fun if isinstance(call, ast.Call) and point.kind in ("dies", "fails") else None
    return isinstance(fun, ast.Selector) and canonical(known.type_of(fun.x)) in TESTING


def _point_of(paths: Paths, call: ast.Call) -> Point | None:
    holding = [
        (part.end - part.at, point)
        for point in paths.reachable()
        for part in point.parts
        if part.at <= call.at and call.end <= part.end
    ]
    return min(holding, key=lambda item: item[0])[1] if holding else None


def _end(point: Point, failing: bool) -> str:
    if point.kind != "return":
        return "dies" if point.kind == "dies" else "returns"
    values = point.node.values if isinstance(point.node, ast.Return) else []
    is_error = bool(values) and not (isinstance(values[-1], ast.Name) and values[-1].name == "nil")
    return "fails" if failing and is_error else "returns"


def _waits(known: Bindings, point: Point, call: ast.Call) -> bool:
    """Whether the caller may stay here for long. Of most calls nobody can tell: a server may be behind them."""
    if isinstance(point.node, ast.Range | ast.Select) or point.kind == "blocks":
        return True
    return any(
        isinstance(node, ast.Send | ast.Go)
        or (isinstance(node, ast.Unary) and node.op == "<-")
        or (isinstance(node, ast.Call) and point.kind != "dies" and not _is_short(known, node, call))
        for part in point.parts
        for node in descend(part, into_literals=False)
    )


def _is_short(known: Bindings, node: ast.Call, call: ast.Call) -> bool:
    """A call that is over soon: of the standard library, of a known name, or one that the call itself is a part of."""
    fun = node.fun.x if isinstance(node.fun, ast.Index) else node.fun
    if node.at <= call.at < node.end or isinstance(fun, ast.TypeExpr):
        return True
    if isinstance(fun, ast.Name):
        return fun.name in _BUILT_IN
    if not isinstance(fun, ast.Selector):
        return False
    path = known.imported(fun.x)
    return fun.name in _SHORT or (path != "" and "." not in path.partition("/")[0] and path not in _LONG)


def _may_be(known: Bindings, point: Point, error: ast.Expr | None, outcome: bool, failing: bool) -> bool:
    """Whether a condition can have this outcome: after a call that failed, `err != nil` has only one."""
    cond = point.node
    if not failing or not isinstance(cond, ast.Binary) or cond.op not in ("==", "!="):
        return True
    var = known.var(error)
    if var is None or known.var(cond.left) is not var:
        return True
    if not isinstance(cond.right, ast.Name) or cond.right.name != "nil":
        return True
    return outcome == (cond.op == "!=")


def happens_once(facts: PackageFacts, decl: FuncDecl) -> bool:
    """Whether a function is called once in a process: at one place of the module, by a command's start.

    A method of a package variable that one place calls counts, too: what it starts belongs to the variable.
    """
    return _once(facts, decl, 0)


def _once(facts: PackageFacts, decl: FuncDecl, depth: int) -> bool:
    key = ("happens once", decl)
    if key not in facts.memo:
        facts.memo[key] = False
        facts.memo[key] = depth < _DEEP and not decl.file.is_test and _find_once(facts, decl, depth)
    return facts.memo[key] is True


def _find_once(facts: PackageFacts, decl: FuncDecl, depth: int) -> bool:
    if decl.recv is None and decl.name in ("main", "init"):
        return decl.name == "init" or facts.unit.package == "main"
    uses = references(facts, decl)
    if uses is None or len(uses) != 1:
        return False
    use = uses[0]
    if _is_body(use):
        return True
    if use.call is None or any(isinstance(node, ast.For | ast.Range) for node in use.around):
        return False
    if use.known is None:
        return True  # the value of a package variable
    literal = use.literal
    function = use.function
    if literal is not None:
        outer = _literal(use.facts, use.known.decl, literal)
        if outer and _is_body(outer[0]):
            return True
        if function is None or function.role not in ("go", "call"):
            return False
    return _is_of_package_variable(use) or _once(use.facts, use.known.decl, depth + 1)


def _is_of_package_variable(use: Reference) -> bool:
    node, known = use.node, use.known
    if not isinstance(node, ast.Selector) or known is None:
        return False
    owner = node.x
    if isinstance(owner, ast.Selector):
        return known.imported(owner.x) != ""
    return isinstance(owner, ast.Name) and known.var(owner) is None and owner.name in use.facts.values
