"""A value whose goroutine ends only by its closer, which is not called.

*Why it leaks*

A constructor that starts a goroutine makes its caller the owner of it: the goroutine waits for a channel or a context
that nothing but a method of the value (`Close`, `Stop`) closes or cancels. A caller that drops the value, or returns
early without that call, leaves the goroutine and all that it holds behind for good: the garbage collector does not
end it.

*Leaks*

    type watcher struct {
        events chan string
        done   chan struct{}
    }

    func newWatcher() *watcher {
        w := &watcher{events: make(chan string, 1), done: make(chan struct{})}
        go w.run()
        return w
    }

    func (w *watcher) run() {
        for {
            select {
            case e := <-w.events:
                fmt.Println(e)
            case <-w.done:
                return
            }
        }
    }

    func (w *watcher) add(e string) { w.events <- e }

    func (w *watcher) close() { close(w.done) }

    func watch(names []string) error {
        w := newWatcher() // want "GLK803"
        for _, name := range names {
            if name == "" {
                return errors.New("no name")
            }
            w.add(name)
        }
        w.close()
        return nil
    }

*Fixed*

    type watcher struct {
        events chan string
        done   chan struct{}
    }

    func newWatcher() *watcher {
        w := &watcher{events: make(chan string, 1), done: make(chan struct{})}
        go w.run()
        return w
    }

    func (w *watcher) run() {
        for {
            select {
            case e := <-w.events:
                fmt.Println(e)
            case <-w.done:
                return
            }
        }
    }

    func (w *watcher) add(e string) { w.events <- e }

    func (w *watcher) close() { close(w.done) }

    func watch(names []string) error {
        w := newWatcher()
        defer w.close()
        for _, name := range names {
            if name == "" {
                return errors.New("no name")
            }
            w.add(name)
        }
        return nil
    }

*What it does not see*

A value that is handed on in any way: returned, stored, passed, sent, captured. A constructor of another module, unless
a `replace` line of the go.mod says in which folder it is, and one whose goroutine may end for another reason, such as
the caller's context. What main makes lives as long as it. A
package that uses another one, but neither waits for anything nor starts anything itself, is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import lifetime, owners, typed
from goleaklint.facts.events import GO
from goleaklint.facts.functions import Function
from goleaklint.facts.owners import Owner
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Point
from goleaklint.facts.possession import Holder, constructors, holders, may_hold, releases, ways_out
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK803",
    name="unclosed-owner",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "chan receive"),
    fix="call the value's closer on every way out, with defer",
)

_MOST_EXITS = 3
_PROCESS_WIDE = frozenset({"main", "init", "TestMain"})


def check(package: Package) -> Iterator[Finding]:
    """Owners that the function which makes them neither closes nor hands on, on some way out."""
    facts = package.facts
    for file in facts.unit.files:
        if file.path not in facts.unit.report:
            continue
        pattern = constructors(facts, file)
        calls = may_hold(file, pattern) if pattern is not None else []
        for decl in file.funcs:
            if decl.name in _PROCESS_WIDE and decl.recv is None:
                continue
            if pattern is not None and any(decl.at <= at < decl.end for at in calls):
                known = bindings(facts, decl)
                for holder in holders(known, pattern):
                    yield from _taken(known, holder)
            if not file.is_test and b"go " in decl.text and GO.search(decl.text):
                yield from _made(bindings(facts, decl))


def _taken(known: Bindings, holder: Holder) -> Iterator[Finding]:
    """What becomes of the result of a constructor."""
    own = known.callee(holder.call)
    if own is not None and owners.constructed(known.facts, own) is None:
        return
    if holder.var is not None and not ways_out(known, holder, (), (), known.facts if own is not None else None):
        return  # asked before another package is read
    found = typed.callee(known, holder.call)
    owner = owners.constructed(*found) if found is not None else None
    if found is None or owner is None or not _ends_by_closer_only(known, holder.call, owner):
        return
    name = known.file.text(holder.call.fun).decode("utf-8", "replace")
    if holder.var is None:
        exits: list[Point] = []
        message = f"the result of {name} is dropped, and nothing else can end its goroutine"
    else:
        exits = ways_out(known, holder, owner.closers, owner.fields, found[0])
        if not exits:
            return
        released = releases(known, holder, owner.closers, owner.fields, found[0])
        message = _message(holder.var.name, bool(released))
    yield from _finding(known, holder.function, holder.call, message, owner, exits, holder)


def _ends_by_closer_only(known: Bindings, call: ast.Call, owner: Owner) -> bool:
    """Whether the contexts that would end the goroutine are ones that never end themselves."""
    args = [call.args[index] if index < len(call.args) else None for index in owner.given]
    return all(owners.is_root_context(known, arg) for arg in args)


def _made(known: Bindings) -> Iterator[Finding]:
    """An owner that is made here, and lost before it is returned: on an error path of its constructor."""
    for var in owners.made_here(known):
        for stmt, spawn in owners.spawns(known, var):
            holder = Holder(var.function, stmt, ast.Call(at=stmt.at, end=stmt.end, fun=var.stores[0]), var, None)
            if not ways_out(known, holder, (), (), known.facts, spawn.node):
                continue
            owner = owners.owner_of(known, var, spawn)
            if owner is None or owner.given:
                continue
            exits = ways_out(known, holder, owner.closers, owner.fields, known.facts, spawn.node)
            exits = [point for point in exits if point.node is not stmt]  # several workers for one value
            if exits:
                released = releases(known, holder, owner.closers, owner.fields, known.facts, spawn.node)
                message = _message(var.name, bool(released))
                yield from _finding(known, var.function, stmt, message, owner, exits, holder)
                break


def _message(name: str, released: bool) -> str:
    how = "is not closed on every path" if released else "is never closed"
    return f"{name} {how}, and nothing else can end its goroutine"


def _finding(
    known: Bindings, function: Function, node: ast.Node, message: str, owner: Owner, exits: list[Point], holder: Holder
) -> Iterator[Finding]:
    facts: PackageFacts = known.facts
    if lifetime.ends_process(facts, known.decl, function.node, failing=True) or lifetime.happens_once(
        facts, known.decl
    ):
        return
    related = [
        Related(Role.CREATION, owner.created, "the goroutine is created here"),
        Related(Role.BLOCKS, owner.waits, "it waits here until its owner is closed"),
    ]
    exits = sorted(exits, key=lambda point: point.node.at if point.node is not None else 0)
    for point in exits[:_MOST_EXITS]:
        assert point.node is not None
        if isinstance(point.node, ast.Block):
            span = known.file.span(point.node.end - 1, point.node.end)
            related.append(Related(Role.EXIT, span, "the end is reached without closing it"))
        elif point.node is holder.stmt:
            related.append(Related(Role.EXIT, known.head(point.node), "the next round of the loop makes another one"))
        else:
            related.append(Related(Role.EXIT, known.head(point.node), "this way out does not close it"))
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity=Severity.NOTE if known.file.is_test else RULE.severity,
        confidence=Confidence.MEDIUM,
        message=message,
        span=known.head(node),
        function=known.qualified(function),
        related=tuple(related),
    )
