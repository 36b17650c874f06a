"""A database call that no context can end.

*Why it leaks*

`Query`, `Exec`, `Prepare`, `Begin` and `Ping` run under the background context (package database/sql): they wait for a
free connection of the pool, and then for the server, whatever has become of the caller. When the database hangs, each
request leaves one more goroutine waiting.

*Leaks*

    func count(ctx context.Context, db *sql.DB) (n int, err error) {
        err = db.QueryRow("select count(*) from users").Scan(&n) // want "GLK603"
        return n, err
    }

*Fixed*

    func count(ctx context.Context, db *sql.DB) (n int, err error) {
        err = db.QueryRowContext(ctx, "select count(*) from users").Scan(&n)
        return n, err
    }

*What it does not see*

A database behind an interface or another package's type. Without a context at hand, and outside of goroutines started
in view, only the caller waits: confidence is low then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK603",
    name="missing-sql-context",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.1.0",
    wait_reasons=("select", "IO wait"),
    fix="call the variant with a context, QueryContext or ExecContext",
)

_CALL = re.compile(rb"\.(?:Query|QueryRow|Exec|Prepare|Begin|Ping)\(")
_METHODS = {
    "DB": ("Query", "QueryRow", "Exec", "Prepare", "Begin", "Ping"),
    "Tx": ("Query", "QueryRow", "Exec", "Prepare"),
    "Stmt": ("Query", "QueryRow", "Exec"),
}
_APIS = frozenset(f"(database/sql.{owner}).{name}" for owner, names in _METHODS.items() for name in names)


def check(package: Package) -> Iterator[Finding]:
    """Calls of the methods that take no context on values that are known to be of database/sql."""
    facts = package.facts
    if not any("database/sql" in file.imports.values() for file in facts.unit.files):
        return
    for decl in facts.reported_funcs(_CALL):
        if decl.file.is_test:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for node in function.own():
                if isinstance(node, ast.Call) and known.api(node) in _APIS:
                    yield _finding(known, function, node)


def _finding(known: Bindings, function: Function, call: ast.Call) -> Finding:
    near = known.serves(function)
    assert isinstance(call.fun, ast.Selector)
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.MEDIUM if near and not function.is_within("defer") else Confidence.LOW,
        message=f"{call.fun.name} has no context",
        span=known.file.span(call),
        function=known.qualified(function),
        related=known.at_hand(function),
    )
