"""A database connection that is not given back on some way out.

*Why it leaks*

Rows that are neither closed nor read to their end, a transaction without Commit or Rollback, and a Conn without Close
hold a connection of the pool. A transaction always has a goroutine that waits for its end (database/sql, sql.go:
`Tx.awaitDone`), rows have one when they were made with a context (`Rows.awaitDone`); and once the pool is empty
(`SetMaxOpenConns`) each goroutine that asks for a connection waits for ever, too. A statement that is not closed stays
prepared on every connection that has run it; no goroutine stays with it, and confidence is low.

*Leaks*

    func names(ctx context.Context, db *sql.DB) ([]string, error) {
        rows, err := db.QueryContext(ctx, "SELECT name FROM users") // want "GLK702"
        if err != nil {
            return nil, err
        }
        var all []string
        for rows.Next() {
            var name string
            if err := rows.Scan(&name); err != nil {
                return nil, err
            }
            all = append(all, name)
        }
        return all, rows.Close()
    }

*Fixed*

    func names(ctx context.Context, db *sql.DB) ([]string, error) {
        rows, err := db.QueryContext(ctx, "SELECT name FROM users")
        if err != nil {
            return nil, err
        }
        defer rows.Close()
        var all []string
        for rows.Next() {
            var name string
            if err := rows.Scan(&name); err != nil {
                return nil, err
            }
            all = append(all, name)
        }
        return all, rows.Err()
    }

*What it does not see*

What is handed on, and a database of a type that the source does not name. Rows whose `Next` has said false are closed
by themselves: where that is all that is missing, confidence is low. Those of database/sql end with the context that
they are made with, so that a deferred cancel is as good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.cancelled import is_cancelled
from goleaklint.facts.fresh import calls, fresh
from goleaklint.facts.inits import reported
from goleaklint.facts.obligations import Api, Duty, Lapse, duties, finding, lapse, words
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.uses import CLOSE, Thing
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK702",
    name="held-connection",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    fixable=True,
    since="0.2.0",
    wait_reasons=("select",),
    fix="give the connection back on every way out: defer Close of the rows, or Rollback of the transaction",
)

_CALL = re.compile(rb"\.(?:(?:Query|Prepare)x?(?:Context)?|NamedQuery(?:Context)?|Begin(?:Tx|x|Txx)?|Connx?)\(")
_ROWS = Api(Thing(release=CLOSE, drained_by="Next"), error=1)
_TX = Api(Thing(release=frozenset({"Commit", "Rollback"})), error=1)
_CONN = Api(Thing(release=CLOSE | {"Release", "Hijack"}), error=1)
_STATEMENT = Api(Thing(release=CLOSE), error=1)
_SQL = ("database/sql", "github.com/jmoiron/sqlx")
_ENDING = tuple(f"({path}." for path in _SQL)
_PGX = ("github.com/jackc/pgx/v4", "github.com/jackc/pgx/v5")
_TABLE = {
    **{
        f"({path}.{owner}).{method}": _ROWS
        for path in _SQL
        for owner in ("DB", "Tx", "Conn", "Stmt")
        for method in ("Query", "QueryContext", "Queryx", "QueryxContext", "NamedQuery", "NamedQueryContext")
    },
    **{
        f"({path}.{owner}).{method}": _TX
        for path in _SQL
        for owner in ("DB", "Conn")
        for method in ("Begin", "BeginTx", "Beginx", "BeginTxx")
    },
    **{
        f"({path}.{owner}).{method}": _STATEMENT  # that of a Tx is closed when the transaction ends
        for path in _SQL
        for owner in ("DB", "Conn")
        for method in ("Prepare", "PrepareContext", "Preparex", "PreparexContext")
    },
    **{f"({path}.DB).{method}": _CONN for path in _SQL for method in ("Conn", "Connx")},
    **{
        f"({path}{owner}).{method}": api
        for path in _PGX
        for owner in (".Conn", ".Tx", "/pgxpool.Pool", "/pgxpool.Conn", "/pgxpool.Tx")
        for method, api in (("Query", _ROWS), ("Begin", _TX), ("BeginTx", _TX))
    },
    **{f"({path}/pgxpool.Pool).Acquire": _CONN for path in _PGX},
}
_PATHS = ("database/sql", "github.com/jmoiron/sqlx", *_PGX, *(f"{path}/pgxpool" for path in _PGX))


def check(package: Package) -> Iterator[Finding]:
    """Rows, transactions, connections and statements that some path to the end of the function leaves open."""
    facts = package.facts
    helpers = fresh(facts, _TABLE, _CALL, _PATHS)
    table = {**_TABLE, **helpers}
    call = calls(table) if helpers else _CALL
    for decl in reported(facts, call):
        known = bindings(facts, decl)
        for duty in duties(known, table):
            found = lapse(duty) if not _is_cancelled(known, duty) else None
            if found is not None:
                unsure = found.drained or known.file.is_test or duty.api is _STATEMENT
                confidence = Confidence.LOW if unsure else Confidence.MEDIUM
                method = ".Close" if duty.api is _ROWS else None
                yield finding(RULE, found, _message(found), confidence, method=method)


def _is_cancelled(known: Bindings, duty: Duty) -> bool:
    """Rows and transactions of database/sql end with their context (sql.go, `awaitDone`); a Conn does not."""
    is_with = duty.name.startswith(_ENDING) and duty.api in (_ROWS, _TX) and bool(duty.call.args)
    return is_with and is_cancelled(known, duty.call.args[0], duty.stmt.at)


_NAMES = {id(_ROWS.thing): "rows", id(_TX.thing): "transaction", id(_STATEMENT.thing): "statement"}


def _message(found: Lapse) -> str:
    thing = found.duty.api.thing
    is_tx = thing is _TX.thing
    if found.how == "discarded":
        return f"the {_NAMES.get(id(thing), 'connection')} cannot be closed"
    assert found.duty.var is not None
    return words(found, found.duty.var.name, "committed or rolled back" if is_tx else "closed")
