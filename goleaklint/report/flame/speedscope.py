"""speedscope's file format (https://www.speedscope.app/file-format-schema.json): one sampled profile for each dump."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from goleaklint import __version__
from goleaklint.dump.account import Account
from goleaklint.report.flame.tree import Step, paths
from goleaklint.report.sources import visible

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def render(accounts: Sequence[Account]) -> str:
    """Every goroutine, the runtime's own too; a sample is a group, and its weight the number of its goroutines."""
    frames: dict[Step, int] = {}
    profiles = [_profile(account, frames) for account in accounts]
    document = {
        "$schema": _SCHEMA,
        "name": ", ".join(visible(account.dump.path) for account in accounts),
        "exporter": f"goleaklint@{__version__}",
        "activeProfileIndex": 0,
        "shared": {"frames": [_frame(step) for step in frames]},
        "profiles": profiles,
    }
    return msgspec.json.encode(document).decode() + "\n"


def _profile(account: Account, frames: dict[Step, int]) -> dict[str, Any]:
    samples: list[list[int]] = []
    weights: list[int] = []
    for path in paths(account, all_of_them=True):
        samples.append([frames.setdefault(step, len(frames)) for step in path.steps])
        weights.append(path.group.bucket.count)
    return {
        "type": "sampled",
        "name": visible(account.dump.path),
        "unit": "none",
        "startValue": 0,
        "endValue": sum(weights),
        "samples": samples,
        "weights": weights,
    }


def _frame(step: Step) -> dict[str, Any]:
    return {"name": step.text} | ({"file": step.file, "line": step.line} if step.file else {})
