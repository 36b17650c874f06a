"""A command that is started and not waited for.

*Why it leaks*

`Start` of a command with a context begins a goroutine that kills the process at the end of the context, and that then
hands its result to `Wait` (os/exec, exec.go: `watchCtx`). Without `Wait` nobody takes it: the goroutine stays for ever,
and so does the zombie, whatever becomes of the context and of the process.

*Leaks*

    func play(ctx context.Context, file string) error {
        cmd := exec.CommandContext(ctx, "aplay", file)
        if err := cmd.Start(); err != nil { // want "GLK708"
            return err
        }
        return nil
    }

*Fixed*

    func play(ctx context.Context, file string) error {
        cmd := exec.CommandContext(ctx, "aplay", file)
        if err := cmd.Start(); err != nil {
            return err
        }
        return cmd.Wait()
    }

*What it does not see*

A command without a context: only the zombie stays, as the goroutines that copy its streams end with it. A command that
is handed on. In a command line and in tests confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import apis
from goleaklint.facts.functions import Var
from goleaklint.facts.inits import reported
from goleaklint.facts.latest import value_at
from goleaklint.facts.obligations import RECEIVER, Api, Lapse, duties, finding, lapse, words
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.uses import Thing
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK708",
    name="unwaited-command",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "chan send"),
    fix="call Wait after Start on every way out",
)

_CALL = re.compile(rb"\bexec\.CommandContext\(.*\.Start\(", re.DOTALL)
_FIELDS = ("Stdin", "Stdout", "Stderr", "Env", "Dir", "Path", "Args", "SysProcAttr", "ExtraFiles", "Process")
_PLAIN = frozenset((*_FIELDS, "ProcessState", "Cancel", "WaitDelay", "Err"))
_CMD = Thing(release=frozenset({"Wait"}), plain=_PLAIN)
_TABLE = {"(os/exec.Cmd).Start": Api(_CMD, result=RECEIVER, error=0)}


def check(package: Package) -> Iterator[Finding]:
    """Commands with a context, of which some path to the end of the function does not call Wait."""
    facts = package.facts
    for decl in reported(facts, _CALL) if "os/exec" in facts.imports else ():
        known = bindings(facts, decl)
        for duty in duties(known, _TABLE):
            var = duty.var
            pinned = _pinned(known, var, duty.stmt.at) if var is not None else None
            found = lapse(duty) if pinned is not None else None
            if found is None or var is None or pinned is None:
                continue
            yield finding(RULE, found, words(found, var.name, "waited for"), _confidence(found), (pinned,))


def _confidence(found: Lapse) -> Confidence:
    return Confidence.LOW if found.duty.ends_with_process else Confidence.MEDIUM


def _pinned(known: Bindings, var: Var, start: int) -> Related | None:
    """The context that can end, for which `Start` begins a goroutine."""
    made = value_at(known, next(iter(var.stores), None), start)
    if not isinstance(made, ast.Call) or not made.args:
        return None
    if known.api(made) != "os/exec.CommandContext" or known.api(made.args[0]) in apis.ROOT_CONTEXTS:
        return None
    return Related(Role.MADE, known.head(made), f"a goroutine waits for the context or the end of {var.name}")
