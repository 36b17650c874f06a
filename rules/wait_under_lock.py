"""A wait under a lock that whoever would end it needs.

*Why it leaks*

A goroutine holds a lock while it waits for another one to close or fill a channel. If that other goroutine takes the
same lock on its way there, it waits for the lock, and the first one waits for it: neither ever goes on.

*Leaks*

    type group struct {
        mu    sync.Mutex
        in    chan int
        done  chan struct{}
        total int
    }

    func (g *group) start() {
        go func() {
            defer close(g.done)
            for n := range g.in {
                g.add(n)
            }
        }()
    }

    func (g *group) add(n int) {
        g.mu.Lock()
        defer g.mu.Unlock()
        g.total += n
    }

    func (g *group) stop() int {
        g.mu.Lock()
        defer g.mu.Unlock()
        close(g.in)
        <-g.done // want "GLK406"
        return g.total
    }

*Fixed*

    type group struct {
        mu    sync.Mutex
        in    chan int
        done  chan struct{}
        total int
    }

    func (g *group) start() {
        go func() {
            defer close(g.done)
            for n := range g.in {
                g.add(n)
            }
        }()
    }

    func (g *group) add(n int) {
        g.mu.Lock()
        defer g.mu.Unlock()
        g.total += n
    }

    func (g *group) stop() int {
        close(g.in)
        <-g.done
        g.mu.Lock()
        defer g.mu.Unlock()
        return g.total
    }

*What it does not see*

Locks and channels that are no fields of one object or variables of the package; channels of which some use is out of
view, as all exported fields are; selects with another way out. A send on a channel with a buffer blocks only when the
buffer is full: it is told at low confidence, and so is a wait behind a test of something that whoever ends it sets.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.lock_effects import Event, Held, Site
from goleaklint.facts.lock_needs import Need
from goleaklint.facts.lock_story import calls, finding, held_here, name_of, span_of
from goleaklint.facts.lock_waits import Ends, Wait, deciding, may_be_ruled_out, waits
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.locks import Locks, locks_of
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK406",
    name="wait-under-lock",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=(
        "chan receive",
        "chan send",
        "select",
        "sync.WaitGroup.Wait",
        "sync.Cond.Wait",
        "sync.Mutex.Lock",
        "sync.RWMutex.Lock",
        "sync.RWMutex.RLock",
        "semacquire",
    ),
    fix="let go of the lock before the wait, or end what is waited for without it",
)

_MESSAGES = {
    "recv": "receive from {} under {}, which whoever sends on it or closes it takes first",
    "range": "loop over {} under {}, which whoever closes it takes first",
    "send": "send on {} under {}, which whoever receives from it takes first",
    "wg": "Wait on {} under {}, which one that it waits for takes first",
    "cond": "Wait on {} under {}, which whoever signals it takes first",
    "select": "select on {} under {}, which whoever could end it takes first",
}


def check(package: Package) -> Iterator[Finding]:
    """Waits under a lock, where all who could end them take that lock before they do; one finding for each wait."""
    locks = locks_of(package.facts)
    found = waits(locks) if locks.is_needed else {}
    if not found:
        return
    watching = Locks(package.facts, locks, found, [wait.first.function.decl for wait in found.values()])
    ends = Ends(locks)
    best: dict[Site, tuple[Confidence, Finding]] = {}
    for walk in watching.walks:
        for held, event in walk.pairs:
            if event.kind != "wait" or held.place.made_here:
                continue
            wait = found[event.site.node]
            decided = deciding(ends, wait, held, event)
            if decided is None:
                continue
            needed, is_sure = decided
            is_sure = is_sure and not may_be_ruled_out(wait, event, needed)
            confidence = Confidence.MEDIUM if is_sure else Confidence.LOW
            if event.site not in best or best[event.site][0] < confidence:
                best[event.site] = (confidence, _finding(confidence, walk, wait, held, event, needed))
    for _, one in best.values():
        yield one


def _finding(confidence: Confidence, walk: Walk, wait: Wait, held: Held, event: Event, needed: list[Need]) -> Finding:
    slot = wait.uses[0][0]
    channel, lock = name_of(event.place), name_of(held.place)
    related = [held_here(held), *calls(event)]
    for need in needed[:3]:
        related.append(Related(Role.PARTNER, need.use.span, f"this would end the wait on {channel}"))
        related.append(Related(Role.BLOCKS, span_of(need.event.site), f"but {lock} is taken first, here"))
    return finding(
        RULE,
        confidence,
        _MESSAGES[slot.kind if wait.kind == "wait" else wait.kind].format(channel, lock),
        event.site,
        related,
        is_test=walk.paths.known.file.is_test,
    )
