"""Folded stacks, one line for each path: `go example.com/shop.Run run.go:12;main.serve;[chan send] 40`.

The input of flamegraph.pl, inferno and most viewers: steps joined by `;`, then a blank and a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from goleaklint.dump.account import Account
from goleaklint.report.flame.tree import paths


def render(accounts: Iterable[Account]) -> str:
    """Every goroutine of all dumps, the runtime's own too; sorted, each path once."""
    counts: Counter[str] = Counter()
    for account in accounts:
        for path in paths(account, all_of_them=True):
            folded = ";".join(step.text.replace(";", ":") for step in path.steps)
            counts[folded] += path.group.bucket.count
    return "".join(f"{folded} {count}\n" for folded, count in sorted(counts.items()))
