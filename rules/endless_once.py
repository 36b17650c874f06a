"""A sync.Once whose function never comes back.

*Why it leaks*

The first one who calls Do of a sync.Once runs the function; everybody who comes later waits in Do until it has
returned, on a lock that the Once holds meanwhile. When the function is a loop without an end, nobody ever gets past Do:
neither the first caller nor all the others, who hang in it for as long as the process lives. Functions that were made
by sync.OnceFunc, OnceValue and OnceValues do the same, and one that calls itself waits for itself.

*Leaks*

    type cache struct {
        once sync.Once
        at   time.Time
    }

    func (c *cache) refresh() {
        for {
            time.Sleep(time.Minute)
            c.at = time.Now()
        }
    }

    func (c *cache) age() time.Duration {
        c.once.Do(c.refresh) // want "GLK408"
        return time.Since(c.at)
    }

*Fixed*

    type cache struct {
        ctx  context.Context
        once sync.Once
        at   time.Time
    }

    func (c *cache) refresh() {
        for c.ctx.Err() == nil {
            time.Sleep(time.Minute)
            c.at = time.Now()
        }
    }

    func (c *cache) age() time.Duration {
        c.once.Do(func() { go c.refresh() })
        return time.Since(c.at)
    }

*What it does not see*

A function of another package, or a loop more than a few calls away. The value of a package variable. A call that is
made once for the process, by main or on the way from it, is its life. Where the call is the last thing that its
function does, and the only one, the function may be meant to stay in it: this is told at low confidence. What waits for
a channel in vain is told of by the rules about channels, a Do that calls itself by double-lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import lifetime
from goleaklint.facts.endless import endless_loops
from goleaklint.facts.onces import Once, Site, goes_on, is_started, onces, sites
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import bindings
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK408",
    name="endless-once",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("sync.Mutex.Lock", "semacquire"),
    fix="let the function start the loop in a goroutine of its own, and return",
)

_MOST_RELATED = 6


def check(package: Package) -> Iterator[Finding]:
    """Functions that run once and never return; one finding for all who come to the same one."""
    told: set[str] = set()
    for once in onces(package.facts):
        known = bindings(package.facts, once.body.decl)
        own = None if once.is_do else _calls_itself(once)
        if own is not None:
            made = Related(Role.HELD, once.at.span, f"{once.place.name} runs its function once")
            yield _finding(own, "is called by the function that it runs, and waits for it", once, Confidence.HIGH, made)
            continue
        loops = endless_loops(known, once.body)
        callers = [*sites(once)] if loops else []
        if not callers or once.place.kind in told or (len(callers) == 1 and _is_for_process(callers[0])):
            continue
        told.update([once.place.kind] if once.place.kind else ())
        is_medium = len(callers) > 1 or any(goes_on(one) or is_started(one) for one in callers)
        first = once.at if once.is_do else callers[0]
        related = [Related(Role.PARTNER, loops[0], "nothing ends this loop")]
        if not once.is_do:
            related.append(Related(Role.HELD, once.at.span, f"{once.place.name} runs its function once"))
        others = [one for one in callers if one.call is not first.call]
        related += [Related(Role.BLOCKS, one.span, "and so does everybody who comes here") for one in others]
        message = "never comes back from the function that it runs, and every later caller waits for it"
        confidence = Confidence.MEDIUM if is_medium else Confidence.LOW
        yield _finding(first, message, once, confidence, *related[:_MOST_RELATED])


def _calls_itself(once: Once) -> Site | None:
    """The call of what OnceFunc gave, in the function that it was given."""
    literal = once.body.node
    if literal is None or not once.place.kind:
        return None
    return next((one for one in sites(once) if one.function is once.body), None)


def _is_for_process(site: Site) -> bool:
    """Whether the call is made once: by main, an init, or a function that these come to once."""
    known, function = site.known, site.function
    if any(isinstance(outer, ast.For | ast.Range) for outer in parents(known).within(site.call)):
        return False
    if function.node is not None and function.role not in ("go", "call"):
        return lifetime.ends_process(known.facts, known.decl, function.node)
    if known.decl.recv is None and known.decl.name in ("main", "init", "TestMain"):
        return True
    return lifetime.happens_once(known.facts, known.decl) or lifetime.ends_process(known.facts, known.decl)


def _finding(at: Site, what: str, once: Once, confidence: Confidence, *related: Related) -> Finding:
    is_test = at.known.file.is_test
    name = once.place.name or "the Once"
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=Severity.NOTE if is_test else RULE.severity,
        confidence=Confidence.LOW if is_test else confidence,
        message=f"{name}.Do {what}" if once.is_do else f"{name} {what}",
        span=at.span,
        function=at.known.qualified(at.function),
        related=related,
    )
