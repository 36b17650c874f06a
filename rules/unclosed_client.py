"""A client with goroutines of its own that is not closed on some way out.

*Why it leaks*

Clients of servers, brokers and databases, and watchers of files, run goroutines for each of them until it is closed:
`sql.Open` one that opens connections (database/sql, sql.go: `connectionOpener`), a gRPC connection several, an etcd
client, a watcher of fsnotify its reader. A client that is made per call and dropped leaves them all behind.

*Leaks*

    func count(ctx context.Context, address string) (n int, err error) {
        db, err := sql.Open("postgres", address) // want "GLK707"
        if err != nil {
            return 0, err
        }
        err = db.QueryRowContext(ctx, "SELECT count(*) FROM users").Scan(&n)
        return n, err
    }

*Fixed*

    func count(ctx context.Context, address string) (n int, err error) {
        db, err := sql.Open("postgres", address)
        if err != nil {
            return 0, err
        }
        defer db.Close()
        err = db.QueryRowContext(ctx, "SELECT count(*) FROM users").Scan(&n)
        return n, err
    }

*What it does not see*

A client that is handed on. A library that its table does not list. In a command the process ends soon after: there, and
in tests, confidence is low.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from goleaklint.explore.package import Package
from goleaklint.facts.clients import CALL, CLIENTS, PATHS
from goleaklint.facts.fresh import calls, fresh
from goleaklint.facts.inits import reported
from goleaklint.facts.obligations import Lapse, duties, finding, lapse, words
from goleaklint.facts.resolve import bindings
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK707",
    name="unclosed-client",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "IO wait", "chan receive"),
    fix="defer the client's Close behind the error check",
)


def check(package: Package) -> Iterator[Finding]:
    """Clients that are kept by nobody, and that some path to the end of the function does not close."""
    facts = package.facts
    if not any(PATHS.intersection(file.imports.values()) for file in facts.unit.files):
        return
    helpers = fresh(facts, CLIENTS, CALL, PATHS)
    table = {**CLIENTS, **helpers}
    near = reported(facts, CALL, PATHS)
    for decl in dict.fromkeys(chain(near, reported(facts, calls(helpers)))) if helpers else near:
        known = bindings(facts, decl)
        for duty in duties(known, table):
            found = lapse(duty)
            if found is not None:
                yield finding(RULE, found, _message(found), _confidence(found))


def _message(found: Lapse) -> str:
    if found.duty.var is None:
        return "the client is dropped, and its goroutines stay"
    return words(found, found.duty.var.name, "closed")


def _confidence(found: Lapse) -> Confidence:
    return Confidence.LOW if found.duty.ends_with_process else Confidence.MEDIUM
