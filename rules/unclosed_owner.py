"""A value whose goroutine ends only by its closer, which is not called.

*Why it leaks*

A constructor that starts a goroutine makes its caller the owner of it: the goroutine waits for a channel or a context
that nothing but a method of the value (`Close`, `Stop`) closes or cancels. A caller that drops the value, or returns
early without that call, leaves the goroutine and all that it holds behind for good: the garbage collector does not
end it. So does a caller of the method that starts the goroutine (`Start`), and a type that keeps such a value in a
field which its own `Close` forgets.

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

A value that is handed on in any way: returned, stored, sent, captured, passed to a function that does more than use
it. A goroutine that is started only on a condition, a function as the only thing that can end it, and a type without
any closer for the owner that it keeps. A constructor of another module, unless a `replace` line of the go.mod or a
go.work says in which folder it is, and one whose goroutine may end for another reason, such as the caller's context.
What main makes lives as long as it. A package that uses another one, but neither waits for anything nor starts anything
itself, is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import lifetime, owners, typed
from goleaklint.facts.candidates import constructors, placed, starters
from goleaklint.facts.events import GO
from goleaklint.facts.owners import Owner
from goleaklint.facts.paths import Point
from goleaklint.facts.possession import Holder, Taking, holder_of, releases, takings, ways_out
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.starting import starts
from goleaklint.facts.workers import made_here, spawns
from goleaklint.facts.wrapping import constructed, forgotten, is_stored
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


def check(package: Package) -> Iterator[Finding]:
    """Owners that the function which makes them neither closes nor hands on, on some way out."""
    facts = package.facts
    for file in facts.unit.files:
        if file.path not in facts.unit.report:
            continue
        pattern = constructors(facts, file)
        calls, keeps = placed(file, pattern) if pattern is not None else ([], [])
        starting = starters(facts, file)
        begun = [match.start() for match in starting.finditer(file.data)] if starting is not None else []
        for decl in file.funcs:
            if decl.name in lifetime.PROCESS_WIDE and decl.recv is None:
                continue
            if pattern is not None and any(decl.at <= at < decl.end for at in calls):
                known = bindings(facts, decl)
                for taking in takings(known, pattern):
                    yield from _taken(known, taking)
            if any(decl.at <= at < decl.end for at in keeps) and pattern is not None and not file.is_test:
                yield from _kept(bindings(facts, decl), pattern)
            if starting is not None and any(decl.at <= at < decl.end for at in begun):
                yield from _begun(bindings(facts, decl), starting)
            if not file.is_test and b"go " in decl.text and GO.search(decl.text):
                yield from _made(bindings(facts, decl))


def _taken(known: Bindings, taking: Taking) -> Iterator[Finding]:
    """What becomes of the result of a constructor."""
    own = known.callee(taking.call)
    if own is not None and constructed(known.facts, own) is None:
        return
    holders = [holder_of(known, taking, index) for index in range(max(len(taking.targets), 1))]
    if not any(one is not None and (one.var is None or ways_out(known, one, None)) for one in holders):
        return  # asked before another package is read
    found = typed.callee(known, taking.call)
    owner = constructed(*found) if found is not None else None
    if found is None or owner is None or not _ends_by_closer_only(known, taking.call, owner):
        return
    holder = holders[owner.result] if owner.result < len(holders) else None
    if holder is None:
        return
    if holder.var is None:
        name = known.file.text(taking.call.fun).decode("utf-8", "replace")
        message = f"the result of {name} is dropped, and nothing else can end its goroutine"
        yield from _finding(known, holder, message, owner, [])
        return
    yield from _lost(known, holder, owner, None)


def _ends_by_closer_only(known: Bindings, call: ast.Call, owner: Owner) -> bool:
    """Whether the contexts that would end the goroutine are ones that never end themselves."""
    args = [call.args[index] if index < len(call.args) else None for index in owner.given]
    return all(owners.is_root_context(known, arg) for arg in args)


def _begun(known: Bindings, pattern: re.Pattern[bytes]) -> Iterator[Finding]:
    """What becomes of a value after a method of its own has started its goroutine."""
    for holder, owner in starts(known, pattern):
        if _ends_by_closer_only(known, holder.call, owner):
            yield from _lost(known, holder, owner, None)


def _kept(known: Bindings, pattern: re.Pattern[bytes]) -> Iterator[Finding]:
    """An owner in a field of a type whose own closer leaves it running."""
    for function in known.functions:
        for node in function.own():
            if not isinstance(node, ast.Call) or not pattern.search(known.file.data, node.at, node.fun.end + 1):
                continue
            if not is_stored(known, node):
                continue
            found = typed.callee(known, node)
            owner = constructed(*found) if found is not None else None
            field = forgotten(known, node, owner) if owner is not None else None
            if owner is None or field is None or not _ends_by_closer_only(known, node, owner):
                continue
            (kind, name), closer = field
            message = f"{kind}.{name} is not closed by {closer.name}, and nothing else can end its goroutine"
            holder = Holder(function, ast.ExprStmt(at=node.at, end=node.end, x=node), node, None, None)
            yield from _finding(known, holder, message, owner, [])


def _made(known: Bindings) -> Iterator[Finding]:
    """An owner that is made here, and lost before it is returned: on an error path of its constructor."""
    for var in made_here(known):
        for stmt, spawn in spawns(known, var):
            holder = Holder(var.function, stmt, ast.Call(at=stmt.at, end=stmt.end, fun=var.stores[0]), var, None)
            if not ways_out(known, holder, None, spawn.node):
                continue
            owner = owners.owner_of(known, var, spawn)
            if owner is not None and not owner.given:
                found = list(_lost(known, holder, owner, spawn.node))
                if found:
                    yield from found
                    break


def _lost(known: Bindings, holder: Holder, owner: Owner, ignoring: ast.Node | None) -> Iterator[Finding]:
    assert holder.var is not None
    exits = ways_out(known, holder, owner, ignoring)
    if ignoring is not None:
        exits = [point for point in exits if point.node is not holder.stmt]  # several workers for one value
    if not exits:
        return
    released = releases(known, holder, owner, ignoring)
    how = "is not closed on every path" if released else "is never closed"
    message = f"{holder.var.name} {how}, and nothing else can end its goroutine"
    yield from _finding(known, holder, message, owner, exits)


def _finding(known: Bindings, holder: Holder, message: str, owner: Owner, exits: list[Point]) -> Iterator[Finding]:
    facts, function = known.facts, holder.function
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
        span=known.head(holder.call if holder.stmt.at <= holder.call.at else holder.stmt),
        function=known.qualified(function),
        related=tuple(related),
    )
