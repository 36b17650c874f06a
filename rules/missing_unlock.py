"""A lock that some way out of its function does not unlock.

*Why it leaks*

A path that returns between Lock and Unlock leaves the lock locked: the next goroutine that comes to it waits for ever,
the next call of the same function first of all.

*Leaks*

    type store struct {
        mu   sync.Mutex
        data map[string]int
    }

    func (s *store) take(key string) (int, error) {
        s.mu.Lock() // want "GLK403"
        n, ok := s.data[key]
        if !ok {
            return 0, errors.New("no such key")
        }
        delete(s.data, key)
        s.mu.Unlock()
        return n, nil
    }

*Fixed*

    type store struct {
        mu   sync.Mutex
        data map[string]int
    }

    func (s *store) take(key string) (int, error) {
        s.mu.Lock()
        defer s.mu.Unlock()
        n, ok := s.data[key]
        if !ok {
            return 0, errors.New("no such key")
        }
        delete(s.data, key)
        return n, nil
    }

*What it does not see*

A function that never unlocks: that it leaves the lock to its caller is its business, and so it is where a name says
so (`lock`, `acquire`, `begin`), where it gives a function or the locked object back, and where another function of the
package unlocks what it did not lock (this is reported with low confidence). Panics are no ways out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from goleaklint.explore.package import Package
from goleaklint.facts.lock_effects import Held, Site
from goleaklint.facts.lock_fixes import unlocked
from goleaklint.facts.lock_names import Path
from goleaklint.facts.lock_story import finding, hanging, is_certain, name_of, optional_unlock, span_of
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.locks import Locks, locks_of
from goleaklint.facts.paths import Point
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK403",
    name="missing-unlock",
    severity=Severity.ERROR,
    fixable=True,
    since="0.2.0",
    wait_reasons=("sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "semacquire"),
    fix="unlock on every way out: defer the Unlock behind the Lock",
)

_HANDS_OVER = re.compile(r"(?i)lock|acquire|begin|start|enter|hold|freeze|pause|suspend|reserve|checkout|open|get\b")
_MOST_EXITS = 3


def check(package: Package) -> Iterator[Finding]:
    """Locks that one path of their function unlocks and another one keeps."""
    locks = locks_of(package.facts)
    for walk in locks.reported:
        if not walk.left or not walk.is_whole:
            continue
        ways: dict[Site, tuple[Held, list[Point]]] = {}
        for held, point in walk.left:
            if held.site in walk.let_go and not held.place.made_here and not _hands_over(walk, point):
                ways.setdefault(held.site, (held, []))[1].append(point)
        late = _unlocked_by_literals(locks, walk) if ways else set()
        for held, points in ways.values():
            if held.place.path not in late:
                yield _finding(locks, walk, held, points)


def _hands_over(walk: Walk, point: Point) -> bool:
    """Whether the caller is meant to unlock after this way out, or nobody: the program ends with main."""
    function = walk.function
    decl = function.decl
    if any(isinstance(result.type, ast.FuncType) for result in function.type.results):
        return True
    if function.parent is not None:
        return False
    if decl.recv is None and decl.name in ("main", "TestMain"):
        return True
    return bool(_HANDS_OVER.search(decl.name)) and not _fails(walk, point)


def _fails(walk: Walk, point: Point) -> bool:
    """Whether a way out gives an error for sure: what fails to acquire something does not hold it."""
    node = point.node
    if not isinstance(node, ast.Return) or not node.values:
        return False
    last = node.values[-1]
    if walk.paths.known.api(last) in ("errors.New", "fmt.Errorf"):
        return True
    name = last.name if isinstance(last, ast.Name | ast.Selector) else ""
    return walk.paths.known.var(last) is None and re.match(r"[Ee]rr[A-Z]", name) is not None


def _unlocked_by_literals(locks: Locks, walk: Walk) -> set[Path]:
    """Locks that a function literal of this function unlocks whenever somebody calls it."""
    found: set[Path] = set()
    for literal in walk.paths.known.functions:
        if literal is not walk.function and walk.function in literal.enclosing():
            inner = locks.walk(literal)
            found |= {path for path, net in inner.effect.net.items() if net.change[0] in "-?"}
    return found


def _finding(locks: Locks, walk: Walk, held: Held, points: list[Point]) -> Finding:
    known = walk.paths.known
    name = name_of(held.place)
    exits = sorted({point for point in points if point.node is not None}, key=_at)
    related: list[Related] = []
    for point in exits[:_MOST_EXITS]:
        node = point.node
        assert node is not None
        if isinstance(node, ast.Block):
            related.append(Related(Role.EXIT, known.file.span(node.end - 1, node.end), f"the end keeps {name} locked"))
        else:
            related.append(Related(Role.EXIT, known.head(node), f"this way out keeps {name} locked"))
    related += hanging(locks, held.place, [span_of(held.site), *(one.span for one in related)])
    confidence = Confidence.HIGH
    is_flagged = optional_unlock(walk, held.place) or not is_certain(held.place)
    if held.place.kind in locks.handed or is_flagged or not isinstance(held.site.node, ast.Call):
        confidence = Confidence.LOW
    found = finding(
        RULE,
        confidence,
        f"{name} stays locked on a way out that does not unlock it",
        held.site,
        related,
        is_test=known.file.is_test,
    )
    # Where the lock may be meant to stay locked there is no fix.
    fix = unlocked(walk, held, points) if confidence > Confidence.LOW else None
    return msgspec.structs.replace(found, fix=fix)


def _at(point: Point) -> int:
    return point.node.at if point.node is not None else 0
