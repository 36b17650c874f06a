"""A cancel function that is kept in a field which nobody calls.

*Why it leaks*

A cancel function that is stored looks owned, but the field is unexported and nothing in its package calls it, passes
it on or reads it: the context ends only with its parent, and so do the goroutines that wait for it.

*Leaks*

    type watcher struct {
        cancel context.CancelFunc
    }

    func newWatcher(parent context.Context, run func(context.Context)) *watcher {
        ctx, cancel := context.WithCancel(parent)
        go run(ctx)
        return &watcher{cancel: cancel} // want "GLK502"
    }

*Fixed*

    type watcher struct {
        cancel context.CancelFunc
    }

    func newWatcher(parent context.Context, run func(context.Context)) *watcher {
        ctx, cancel := context.WithCancel(parent)
        go run(ctx)
        return &watcher{cancel: cancel}
    }

    func (w *watcher) close() { w.cancel() }

*What it does not see*

An exported field, and a field of the same name in a value whose type is not known: any use of it counts. A method that
calls the field but is never called itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import apis
from goleaklint.facts.functions import Function
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity, Span

RULE = Rule(
    code="GLK502",
    name="uncalled-cancel-field",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.1.0",
    wait_reasons=("select", "chan receive"),
    fix="call the kept cancel function in the type's own Close",
)

_WITH = re.compile(rb"\.With(?:Cancel|Timeout|Deadline)(?:Cause)?\(")
_FIELD = re.compile(rb"\b(?:context\.Cancel(?:Cause)?Func|func\(\))")

Key = tuple[str, str]  # type and field


def check(package: Package) -> Iterator[Finding]:
    """Stores into fields of which no read is left in the package."""
    facts = package.facts
    fields = dict(_cancel_fields(facts))
    if not fields:
        return
    stores: dict[Key, list[Finding]] = {}
    for decl in facts.reported_funcs(_WITH):
        if decl.file.is_test:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for key, node in _stores(known, function):
                if key in fields:
                    stores.setdefault(key, []).append(_finding(known, function, key, node, fields[key]))
    for key, findings in stores.items():
        if not _is_read(facts, key):
            yield from findings


def _cancel_fields(facts: PackageFacts) -> Iterator[tuple[Key, Span]]:
    """Unexported fields that can hold a cancel function, by the name of their type."""
    for name, decl in facts.types.items():
        if not _FIELD.search(decl.file.data, decl.at, decl.end) or not isinstance(decl.type, ast.StructType):
            continue
        for field in decl.type.fields:
            if field.embedded or field.name == "_" or not field.name[:1].islower():
                continue
            is_plain = isinstance(field.type, ast.FuncType) and not field.type.params and not field.type.results
            if is_plain or canonical(Ty(field.type, decl.file)) in apis.CANCEL_TYPES:
                yield (name, field.name), decl.file.span(field)


def _stores(known: Bindings, function: Function) -> Iterator[tuple[Key, ast.Node]]:
    """Fields that are given a fresh cancel function, which is good for nothing else here."""
    for node in function.own():
        match node:
            case ast.Assign(left=[_, ast.Selector() as field], right=[ast.Call() as call]):
                if known.api(call) in apis.WITH:
                    yield from _key(known, field)
            case ast.Assign(left=left, right=right) if len(left) == len(right):
                for target, value in zip(left, right, strict=True):
                    if isinstance(target, ast.Selector) and _is_only_stored(known, value):
                        yield from _key(known, target)
            case ast.Composite(type=ast.TypeName() as written, elements=elements):
                for element in elements:
                    if isinstance(element.key, ast.Name) and _is_only_stored(known, element.value):
                        yield (canonical(Ty(written, known.file)), element.key.name), element


def _key(known: Bindings, field: ast.Selector) -> Iterator[tuple[Key, ast.Node]]:
    found = known.facts.field(known.type_of(field.x), field.name)
    if found is not None:
        yield (found[1], field.name), field


def _is_only_stored(known: Bindings, value: ast.Expr) -> bool:
    var = known.var(value)
    return (
        var is not None
        and isinstance(var.value, ast.Call)
        and var.index == 1
        and known.api(var.value) in apis.WITH
        and len(var.reads) == 1
    )


def _is_read(facts: PackageFacts, key: Key) -> bool:
    """Whether the field may be read: any `.name` that is neither assigned to nor known to be of another type."""
    owner, name = key
    pattern = re.compile(rb"\.\s*" + name.encode() + rb"\b")
    for file in facts.unit.files:
        if file.is_test:
            continue
        offsets = [match.end() - len(name.encode()) for match in pattern.finditer(file.data)]
        offsets = [at for at in offsets if b"//" not in file.data[file.data.rfind(b"\n", 0, at) + 1 : at]]
        for decl in file.funcs:
            inside = {at for at in offsets if decl.at <= at < decl.end}
            if inside and _reads(bindings(facts, decl), owner, set(inside)):
                return True
            offsets = [at for at in offsets if at not in inside]
        if offsets:
            return True  # in the value of a package variable
    return False


def _reads(known: Bindings, owner: str, offsets: set[int]) -> bool:
    for function in known.functions:
        for node in function.own():
            if isinstance(node, ast.Assign) and node.op == "=":
                offsets -= {target.name_at for target in node.left if isinstance(target, ast.Selector)}
            elif isinstance(node, ast.Selector) and node.name_at in offsets:
                found = known.facts.field(known.type_of(node.x), node.name)
                if found is not None and found[1] != owner:
                    offsets.discard(node.name_at)
    return bool(offsets)


def _finding(known: Bindings, function: Function, key: Key, node: ast.Node, declared: Span) -> Finding:
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.MEDIUM,
        message=f"nothing calls {'.'.join(key)}, which holds the cancel function",
        span=known.head(node),
        function=known.qualified(function),
        related=(Related(Role.MADE, declared, "the field is declared here"),),
    )
