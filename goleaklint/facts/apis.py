"""What the standard library does, in tables: one spelling of a name everywhere.

A function is `import/path.Name`, a method `(import/path.Type).Name`, a type `import/path.Type`. Pointers are left out.
"""

from __future__ import annotations

WITH_CANCEL = frozenset({"context.WithCancel", "context.WithCancelCause"})
WITH_DEADLINE = frozenset(
    {
        "context.WithTimeout",
        "context.WithTimeoutCause",
        "context.WithDeadline",
        "context.WithDeadlineCause",
    }
)
WITH = WITH_CANCEL | WITH_DEADLINE
"""Give a context and the function that must be called to release it (package context, "CancelFunc")."""

DERIVING = WITH | {"context.WithValue"}
"""Give a context that ends, at the latest, with the one they are given."""

ROOT_CONTEXTS = frozenset({"context.Background", "context.TODO"})

TEST_CONTEXTS = frozenset(f"(testing.{name}).Context" for name in ("T", "B", "F", "TB"))
"""Give a context that is cancelled at the end of the test, before its clean-up (package testing, "T.Context")."""

CANCEL_TYPES = frozenset({"context.CancelFunc", "context.CancelCauseFunc"})
CONTEXT = "context.Context"
REQUEST = "net/http.Request"

PACKAGE_VARS = {"net/http.DefaultClient": "net/http.Client", "net/http.DefaultTransport": "net/http.RoundTripper"}
"""Variables of the standard library -> their types."""

FIELDS = {("time.Ticker", "C"): "time.Time", ("time.Timer", "C"): "time.Time"}
"""Channel fields of the standard library -> the type of the element."""

RESULTS: dict[str, tuple[str, ...]] = {
    "context.WithValue": ("context.Context",),
    "context.WithoutCancel": ("context.Context",),
    "context.Background": ("context.Context",),
    "context.TODO": ("context.Context",),
    **dict.fromkeys(WITH, ("context.Context", "context.CancelFunc")),
    "os/signal.NotifyContext": ("context.Context", "context.CancelFunc"),
    "golang.org/x/sync/errgroup.WithContext": ("golang.org/x/sync/errgroup.Group", "context.Context"),
    "(net/http.Request).Context": ("context.Context",),
    "(net/http.Request).WithContext": ("net/http.Request",),
    "(net/http.Request).Clone": ("net/http.Request",),
    "net/http.NewRequest": ("net/http.Request", "error"),
    "net/http.NewRequestWithContext": ("net/http.Request", "error"),
    "net/http/httptest.NewRequest": ("net/http.Request",),
    "database/sql.Open": ("database/sql.DB", "error"),
    "database/sql.OpenDB": ("database/sql.DB",),
    "(database/sql.DB).Begin": ("database/sql.Tx", "error"),
    "(database/sql.DB).BeginTx": ("database/sql.Tx", "error"),
    "(database/sql.Conn).BeginTx": ("database/sql.Tx", "error"),
    "(database/sql.DB).Conn": ("database/sql.Conn", "error"),
    "(database/sql.DB).Prepare": ("database/sql.Stmt", "error"),
    "(database/sql.DB).PrepareContext": ("database/sql.Stmt", "error"),
    "(database/sql.Tx).Prepare": ("database/sql.Stmt", "error"),
    "(database/sql.Tx).PrepareContext": ("database/sql.Stmt", "error"),
    "sync.NewCond": ("sync.Cond",),
    "os/exec.Command": ("os/exec.Cmd",),
    "os/exec.CommandContext": ("os/exec.Cmd",),
    "time.NewTicker": ("time.Ticker",),
    "time.NewTimer": ("time.Timer",),
    "time.AfterFunc": ("time.Timer",),
}
"""Types of results, as far as a rule asks for them; a function that is not here gives something unknown."""

TIMER_CHANNELS = frozenset({"time.Tick", "time.After"})
"""Give a channel that only the clock sends on, and that nobody ever closes."""

NO_RETURN = frozenset(
    {
        "os.Exit",
        "syscall.Exit",
        "runtime.Goexit",
        *(f"log.{word}{end}" for word in ("Fatal", "Panic") for end in ("", "f", "ln")),
    }
)
"""Calls after which the function does not go on."""

NO_RETURN_METHODS = frozenset(
    f"{word}{end}" for word in ("Fatal", "Panic") for end in ("", "f", "ln", "w", "Context", "_")
) | {"FailNow", "Goexit"}
"""Methods of loggers, of whatever package, that end the process or panic, and those of tests that end the test."""

SKIPS = frozenset({"Skip", "Skipf", "SkipNow", "FailNow", "Fatal", "Fatalf"})
"""Methods that end a test; its other goroutines live on."""
