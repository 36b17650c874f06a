"""A command that is started and not waited for.

*Why it leaks*

`Start` begins goroutines that only `Wait` ends (os/exec, exec.go): of a command with a context, one that kills the
process at the end of the context and then hands its result to `Wait` (`watchCtx`); for each of Stdin, Stdout and Stderr
that is no `*os.File`, one that copies, and then reports to `Wait`. Without `Wait` they stay, and so does the zombie.

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

A command without a context whose streams are files or nothing: only the zombie stays. A command that is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import apis
from goleaklint.facts.functions import Var
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
    wait_reasons=("select", "chan send", "IO wait"),
)

_CALL = re.compile(rb"\bexec\.Command.*\.Start\(", re.DOTALL)
_FIELDS = ("Stdin", "Stdout", "Stderr", "Env", "Dir", "Path", "Args", "SysProcAttr", "ExtraFiles", "Process")
_PLAIN = frozenset((*_FIELDS, "ProcessState", "Cancel", "WaitDelay", "Err"))
_CMD = Thing(release=frozenset({"Wait"}), plain=_PLAIN)
_TABLE = {"(os/exec.Cmd).Start": Api(_CMD, result=RECEIVER, error=0)}


def check(package: Package) -> Iterator[Finding]:
    """Commands with goroutines of their own, of which some path to the end of the function does not call Wait."""
    facts = package.facts
    for decl in facts.reported_funcs():
        if not _CALL.search(decl.text):
            continue
        known = bindings(facts, decl)
        for duty in duties(known, _TABLE):
            var = duty.var
            pinned = _pinned(known, var) if var is not None else None
            found = lapse(duty) if pinned is not None else None
            if found is None or var is None or pinned is None:
                continue
            yield finding(RULE, found, words(found, var.name, "waited for"), _confidence(found), (pinned,))


def _confidence(found: Lapse) -> Confidence:
    return Confidence.LOW if found.duty.ends_with_process else Confidence.MEDIUM


def _pinned(known: Bindings, var: Var) -> Related | None:
    """What makes `Start` begin a goroutine: a context that can end, or a stream that has to be copied."""
    made = var.value
    if not isinstance(made, ast.Call) or len(var.stores) != 1:
        return None
    if known.api(made) == "os/exec.CommandContext" and made.args and known.api(made.args[0]) not in apis.ROOT_CONTEXTS:
        return Related(Role.MADE, known.head(made), f"a goroutine waits for the context or the end of {var.name}")
    if not known.api(made).startswith("os/exec.Command"):
        return None
    for function in known.functions:
        for node in function.own():
            match node:
                case ast.Assign(left=[ast.Selector(x=owner, name="Stdin" | "Stdout" | "Stderr")], right=[value]):
                    if known.var(owner) is var and _is_copied(known, value):
                        return Related(Role.MADE, known.head(node), f"a goroutine copies for {var.name}")
    return None


def _is_copied(known: Bindings, value: ast.Expr) -> bool:
    """Whether a stream is sure to be no file: a buffer, a reader of a string."""
    if isinstance(value, ast.Unary) and value.op == "&":
        value = value.x
    if known.is_a(value, "bytes.Buffer", "strings.Builder", "io.PipeReader", "io.PipeWriter"):
        return True
    return known.api(value) in ("strings.NewReader", "bytes.NewReader", "bytes.NewBuffer", "bytes.NewBufferString")
