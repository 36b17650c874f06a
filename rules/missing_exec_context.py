"""A command that is run, and waited for, without the context that is at hand.

*Why it leaks*

`Run`, `Output`, `CombinedOutput` and `Wait` return when the command does. Nothing tells the command that the caller's
context has ended, so a command that hangs keeps the goroutine and, unless its output goes to files, those that copy it
(package os/exec, "Cmd.Wait").

*Leaks*

    func render(w http.ResponseWriter, r *http.Request) {
        cmd := exec.Command("dot", "-Tsvg") // want "GLK604"
        cmd.Stdin, cmd.Stdout = r.Body, w
        _ = cmd.Run()
    }

*Fixed*

    func render(w http.ResponseWriter, r *http.Request) {
        cmd := exec.CommandContext(r.Context(), "dot", "-Tsvg")
        cmd.Stdin, cmd.Stdout = r.Body, w
        _ = cmd.Run()
    }

*What it does not see*

A command that is built in one function and run in another. Confidence is low except where a request is at hand: its
client may go at any time, while a context may be one that never ends, and a command one that must not be cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import apis
from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK604",
    name="missing-exec-context",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.1.0",
    wait_reasons=("syscall", "chan receive"),
    fix="make the command with exec.CommandContext",
)

_CALL = re.compile(rb"\bexec\.Command\(")
_WAITS = frozenset(f"(os/exec.Cmd).{name}" for name in ("Run", "Output", "CombinedOutput", "Wait"))
_KILLS = re.compile(rb"\.Process\.(?:Kill|Signal)\b|\.Process\b[^.]|syscall\.Kill\(|unix\.Kill\(|Pdeathsig")


def check(package: Package) -> Iterator[Finding]:
    """Waits for commands made by `exec.Command` in the same function."""
    for decl in package.facts.reported_funcs(_CALL, ("os/exec",)):
        if decl.file.is_test or _KILLS.search(decl.text):
            continue
        known = bindings(package.facts, decl)
        for function in known.functions:
            for node in function.own():
                if isinstance(node, ast.Call) and known.api(node) in _WAITS:
                    made = _made(known, node)
                    if made is not None:
                        yield _finding(known, function, node, made)


def _made(known: Bindings, wait: ast.Call) -> ast.Call | None:
    """The call of exec.Command that made what is waited for."""
    assert isinstance(wait.fun, ast.Selector)
    command = wait.fun.x
    var = known.var(command)
    if var is not None and len(var.stores) == 1 and var.value is not None:
        command = var.value
    return command if isinstance(command, ast.Call) and known.api(command) == "os/exec.Command" else None


def _finding(known: Bindings, function: Function, wait: ast.Call, made: ast.Call) -> Finding:
    assert isinstance(wait.fun, ast.Selector)
    # Who waits in a goroutine of its own has found another way to give up.
    given = function.given()
    near = given is not None and canonical(given.type) == apis.REQUEST and known.facts.unit.package != "main"
    near = near and not function.is_within("go") and not function.is_within("defer")
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.MEDIUM if near else Confidence.LOW,
        message=f"{wait.fun.name} waits for a command that has no context",
        span=known.head(made),
        function=known.qualified(function),
        related=known.at_hand(function),
    )
