"""Walks the paths of one function with the set of locks that are held, and says what it met.

A path ends where the goroutine is sure to wait for itself. What is not known of a lock (a callee may have left it
locked or not, a TryLock) makes it "unknown" until the next operation that says it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.lock_effects import Effect, Event, Held, Net, Site
from goleaklint.facts.lock_names import Path, Place, depends_on, is_under
from goleaklint.facts.lock_steps import Step, Steps
from goleaklint.facts.paths import Fact, Paths, Point
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

MAX_STATES = 3_000
MAX_EVENTS = 400
_MAX_HELD = 6


class _State(NamedTuple):
    point: Point
    facts: frozenset[Fact]
    flags: frozenset[tuple[Var, bool]]
    held: tuple[Held, ...] = ()
    released: frozenset[Path] = frozenset()
    unknown: frozenset[Path] = frozenset()
    defers: tuple[int, ...] = ()


class Left(NamedTuple):
    """A way out of the function on which `held`, taken in this function, stays locked."""

    held: Held
    point: Point


class Walk:
    """The result for one function: `effect` for its callers, and what it does itself.

    `pairs` are the events that happen while a lock is held; `left` the exits that keep a lock; `let_go` the places of
    the locks that some path unlocks again; `handed` the types of locks that are unlocked, but not locked, here;
    `mistaken` the locks that are given back by the method of the other kind, with the place that does. The events are
    left out of the effect of a function that nobody calls (`is_called`).
    """

    def __init__(self, paths: Paths, steps: Steps, flags: dict[Var, bool], *, is_called: bool = True) -> None:
        self.paths = paths
        self.steps = steps
        self.effect = Effect()
        self.pairs: list[tuple[Held, Event]] = []
        self.left: list[Left] = []
        self.let_go: set[Site] = set()
        self.handed: set[str] = set()
        self.mistaken: dict[Site, Held] = {}
        self.is_whole = True
        self._is_called = is_called
        self._seen_events: set[object] = set()
        self._seen_pairs: set[object] = set()
        self._exits: list[tuple[Point, _State]] = []
        self._sure: dict[Point, bool] = {}
        self._released: dict[Path, Net] = {}
        if steps.is_empty:
            return
        self._run(frozenset(flags.items()))
        self._conclude()
        self._seen_events.clear()
        self._seen_pairs.clear()
        steps.forget_effects()

    @property
    def function(self) -> Function:
        return self.paths.function

    def _run(self, flags: frozenset[tuple[Var, bool]]) -> None:
        first = _State(self.paths.entry, frozenset(), flags)
        seen = {first}
        stack = [first]
        while stack:
            if len(seen) > MAX_STATES:
                self.is_whole = False
                return
            for following in self._advance(stack.pop()):
                if following not in seen:
                    seen.add(following)
                    stack.append(following)

    def _advance(self, state: _State) -> Iterator[_State]:
        after: _State | None = state
        for step in self.steps.of(state.point):
            after = self._apply(after, step, state.point)
        if after is None:
            return
        point = after.point
        if point.kind == "return":
            self._leave(after)
            return
        wanted = self._flag_wanted(after)
        for target, facts in reversed(self.paths.following(point, after.facts)):
            edges = (fact for edge, fact in point.next if edge is target)
            if wanted is None or any(fact is not None and fact[1] == wanted for fact in edges):
                yield after._replace(point=target, facts=facts)

    def _flag_wanted(self, state: _State) -> bool | None:
        """The value of the condition of this point, where it is a flag whose value is known."""
        node = state.point.node
        var = self.paths.known.var(node)
        if var is None or not state.point.next or state.point.next[0][1] is None:
            return None
        return next((value for flag, value in state.flags if flag is var), None)

    def _apply(self, state: _State | None, step: Step, point: Point) -> _State | None:
        if state is None:
            return None
        match step.kind:
            case "lock":
                assert step.place is not None
                return self._lock(state, step.place, step.mode, step.site, point)
            case "unlock":
                assert step.place is not None
                return self._unlock(state, step.place, step.mode, step.site)
            case "try":
                assert step.place is not None
                return self._forget(state, step.place.path)
            case "effect":
                assert step.effect is not None
                return self._call(state, step.effect, step.site, point)
            case "event":
                assert step.event is not None
                self._record(state, step.event, point)
                return state
            case "defer":
                return state if step.number in state.defers else state._replace(defers=(*state.defers, step.number))
            case "flag":
                assert step.var is not None
                flags = frozenset(flag for flag in state.flags if flag[0] is not step.var)
                return state._replace(flags=flags | {(step.var, step.value)})
        return self._assign(state, step)

    def _lock(self, state: _State, place: Place, mode: str, site: Site, point: Point) -> _State | None:
        self._record(state, Event("lock", place, mode, site), point)
        path = place.path
        if path is None:
            return state
        if any(one.place.path == path and "w" in (one.mode, mode) for one in state.held):
            return None
        return self._hold(state, Held(place, mode, site))

    def _hold(self, state: _State, held: Held) -> _State:
        path = held.place.path
        assert path is not None
        if path in state.released:
            return state._replace(released=state.released - {path}, unknown=state.unknown - {path})
        if sum(one.place.path == path for one in state.held) > 1 or len(state.held) >= _MAX_HELD:
            return state
        return state._replace(held=(*state.held, held), unknown=state.unknown - {path})

    def _unlock(self, state: _State, place: Place, mode: str, site: Site) -> _State:
        path = place.path
        if path is None:
            self.handed.add(place.kind)
            return state
        held = [one for one in state.held if one.place.path == path]
        if held:
            one = next((one for one in reversed(held) if one.mode == mode), held[-1])
            if one.mode != mode:
                self.mistaken.setdefault(site, one)
            self.let_go.add(one.site)
            return state._replace(held=tuple(other for other in state.held if other is not one))
        if path in state.unknown:
            self.handed.add(place.kind)
            return state._replace(unknown=state.unknown - {path})
        self._released.setdefault(path, Net("-" + mode, place, site))
        return state._replace(released=state.released | {path})

    def _forget(self, state: _State, path: Path | None) -> _State:
        if path is None:
            return state
        for one in state.held:
            if one.place.path == path:
                self.let_go.add(one.site)
        held = tuple(one for one in state.held if one.place.path != path)
        return state._replace(held=held, released=state.released - {path}, unknown=state.unknown | {path})

    def _call(self, state: _State, effect: Effect, site: Site, point: Point) -> _State | None:
        for event in effect.events:
            self._record(state, event, point)
        if any(self._waits_for_itself(state, event) for event in effect.events):
            return None
        for path, net in effect.net.items():
            if net.change == "?":
                state = self._forget(state, path)
            elif net.change[0] == "+":
                state = self._hold(state, Held(net.place, net.change[1], site))
            else:
                state = self._unlock(state, net.place, net.change[1], site)
        return state

    @staticmethod
    def _waits_for_itself(state: _State, event: Event) -> bool:
        path = event.place.path
        if event.kind != "lock" or not event.sure or path is None or path in event.released:
            return False
        return any(one.place.path == path and "w" in (one.mode, event.mode) for one in state.held)

    def _assign(self, state: _State, step: Step) -> _State:
        """Another value: a lock that was reached through it is another one now."""

        def is_stale(path: Path | None) -> bool:
            return path is not None and (
                any(depends_on(path, var) for var in step.vars) or any(is_under(path, target) for target in step.paths)
            )

        if not any(is_stale(one.place.path) for one in state.held) and not step.vars and not state.released:
            return state
        held = tuple(one for one in state.held if not is_stale(one.place.path))
        self.let_go |= {one.site for one in state.held if one not in held}
        flags = frozenset(flag for flag in state.flags if flag[0] not in step.vars)
        released = frozenset(path for path in state.released if not is_stale(path))
        unknown = frozenset(path for path in state.unknown if not is_stale(path))
        return state._replace(held=held, flags=flags, released=released, unknown=unknown)

    def _leave(self, state: _State) -> None:
        for index in reversed(state.defers):
            point, steps = self.steps.deferred[index]
            after: _State | None = state
            for step in steps:
                after = self._apply(after, step, point)
            if after is None:
                return
            state = after
        self._exits.append((state.point, state))

    def _record(self, state: _State, event: Event, point: Point) -> None:
        released = event.released | state.released
        held = (*state.held, *event.held)
        for one in (*state.held, *(event.held if event.composed else ())):
            if one.place.path is None or one.place.path in event.released:
                continue
            pair = (one.place.path, one.mode, one.site, event.place.path, event.mode, event.site)
            if pair not in self._seen_pairs:
                self._seen_pairs.add(pair)
                self.pairs.append((one, event._replace(held=held, sure=event.sure)))
        if not self._is_called:
            return
        paths = frozenset(one.place.path for one in held)
        key = (event.kind, event.place, event.mode, event.site, released, paths)
        if key in self._seen_events or len(self.effect.events) >= MAX_EVENTS:
            return
        self._seen_events.add(key)
        sure = event.sure and self.is_sure(point)
        self.effect.events.append(event._replace(held=held, released=released, sure=sure))

    def keeps(self, point: Point, held: Held) -> bool:
        """Whether every way that leaves the function here keeps the lock, taken at that place."""
        states = [state for end, state in self._exits if end is point]
        return self.is_whole and bool(states) and all(held in state.held for state in states)

    def is_sure(self, point: Point) -> bool:
        """Whether every way from the start of the function to its end passes the point."""
        if point not in self._sure:
            seen = {self.paths.entry}
            stack = [self.paths.entry]
            found = True
            while stack:
                current = stack.pop()
                if current is point:
                    continue
                if current.kind == "return":
                    found = False
                    break
                for target, _ in current.next:
                    if target not in seen:
                        seen.add(target)
                        stack.append(target)
            self._sure[point] = found
        return self._sure[point]

    def _conclude(self) -> None:
        changes: dict[Path, list[tuple[str, Net | None]]] = {}
        touched: set[Path] = set()
        for _, state in self._exits:
            touched |= {one.place.path for one in state.held if one.place.path is not None}
            touched |= state.released | state.unknown
        for path in touched:
            changes[path] = [self._change(path, state) for _, state in self._exits]
        for path, found in sorted(changes.items(), key=lambda item: str(item[0][1:])):
            net = next((net for _, net in found if net is not None), None)
            values = {change for change, _ in found}
            place = net.place if net is not None else Place(path, "", "")
            site = net.site if net is not None else Site(self.paths.known, self.function.body, self.function)
            change = values.pop() if len(values) == 1 and self.is_whole else "?"
            self.effect.net[path] = Net(change, place, site)
            if net is not None and (change[0] == "-" or "-w" in values or "-r" in values):
                self.handed.add(place.kind)
        for point, state in self._exits:
            self.left += [Left(one, point) for one in state.held if not _is_handed(self.paths, one, point)]

    def _change(self, path: Path, state: _State) -> tuple[str, Net | None]:
        for one in state.held:
            if one.place.path == path:
                return "+" + one.mode, Net("+" + one.mode, one.place, one.site)
        if path in state.unknown:
            return "?", None
        if path in state.released:
            return self._released[path].change, self._released[path]
        return "0", None


def _is_handed(paths: Paths, held: Held, point: Point) -> bool:
    """Whether this way out gives the caller what it needs to unlock: the object that is locked, or a function."""
    node = point.node
    if not isinstance(node, ast.Return):
        return False
    root = held.place.path[0] if held.place.path is not None else None
    for value in node.values:
        for inner in descend(value):
            if isinstance(inner, ast.FuncLit) or (isinstance(inner, ast.Selector) and "nlock" in inner.name):
                return True
            if isinstance(root, Var) and root.kind == "local" and paths.known.var(inner) is root:
                return True
    return False
