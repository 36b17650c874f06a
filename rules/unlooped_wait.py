"""A Cond.Wait without a loop that tests its condition.

*Why it leaks*

A signal that comes while nobody waits is lost: `Wait` waits for the next one, which may never come. So the condition is
tested under the lock, before the Wait; where nothing is tested, the Signal can have come before the Lock. And it is
tested again after the Wait, because another goroutine may have been faster: `if` instead of `for` goes on with a
condition that is false (package sync, "Cond.Wait"), which is told at low confidence: it hangs nobody by itself.

*Leaks*

    func run(work func()) {
        var mu sync.Mutex
        done := sync.NewCond(&mu)
        go func() {
            work()
            mu.Lock()
            done.Signal()
            mu.Unlock()
        }()
        mu.Lock()
        done.Wait() // want "GLK307"
        mu.Unlock()
    }

*Fixed*

    func run(work func()) {
        var mu sync.Mutex
        done := sync.NewCond(&mu)
        isDone := false
        go func() {
            work()
            mu.Lock()
            isDone = true
            done.Signal()
            mu.Unlock()
        }()
        mu.Lock()
        for !isDone {
            done.Wait()
        }
        mu.Unlock()
    }

*What it does not see*

A loop that tests something else than what is waited for. A Wait in a function whose callers hold the lock and are not
all in view. What is done under the lock before the Wait, a goroutine started or a request left in a field, may be what
keeps the signal from coming first: it is taken for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import confidence_of, span_of
from goleaklint.facts.cond_waits import CondWait, news, unlooped_waits
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK307",
    name="unlooped-wait",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("sync.Cond.Wait",),
    fix="test the condition under the lock, in a for loop around the Wait",
)


def check(package: Package) -> Iterator[Finding]:
    """Waits that a signal may have preceded, or that go on without a look at their condition."""
    known = {
        (span.path, span.line)
        for stuck in package.stuck({"cwait"})
        for span in (span_of(stuck.op.place),)
        if confidence_of(stuck) > Confidence.LOW
    }
    for wait in unlooped_waits(package.facts):
        span = wait.known.head(wait.node)
        if (span.path, span.line) in known:
            continue  # nobody signals any more, and unsignalled-wait says so
        name = wait.place.name
        is_news = None if wait.is_tested else news(wait)
        if wait.is_tested:
            message = f"Wait on {name} is in no loop: it may return when its condition is false"
            yield _finding(wait, Confidence.LOW, message, _calls(wait))
        elif is_news is not None:
            message = f"Wait on {name} may miss its signal: no condition is tested between Lock and Wait"
            # a test that waits until the goroutine is parked, and signals then, knows what it does
            sure = is_news and not wait.known.file.is_test
            yield _finding(wait, Confidence.MEDIUM if sure else Confidence.LOW, message, _before(wait))


def _before(wait: CondWait) -> Iterator[Related]:
    if wait.locked is not None:
        known, node = wait.locked
        yield Related(Role.HELD, known.head(node), "a signal that comes before this Lock is lost")
    if wait.loop is not None and wait.loop.cond is not None:
        yield Related(Role.PARTNER, wait.known.head(wait.loop.cond), "this is tested without the lock")
    yield from _calls(wait)


def _calls(wait: CondWait) -> Iterator[Related]:
    for number, (known, node) in enumerate(wait.calls):
        text = "this call leads to it" if number == 0 else "and this one"
        yield Related(Role.PARTNER, known.head(node), text)


def _finding(wait: CondWait, confidence: Confidence, message: str, related: Iterable[Related]) -> Finding:
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=Severity.NOTE if confidence == Confidence.LOW else RULE.severity,
        confidence=confidence,
        message=message,
        span=wait.known.head(wait.node),
        function=wait.known.qualified(wait.function),
        related=tuple(related),
    )
