"""Which variable a name means and what type an expression has, as far as the source says it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast

Bind = Callable[[str], Bindings]


def calls(known: Bindings) -> list[str]:
    """What each call statement of the declaration calls, in the order of the source."""
    found = [
        (node.at, known.api(node.x))
        for function in known.functions
        for node in function.own()
        if isinstance(node, ast.ExprStmt) and isinstance(node.x, ast.Call)
    ]
    return [api for _, api in sorted(found)]


def types_of_use(known: Bindings) -> list[str]:
    """The types of the arguments of `use`."""
    return [
        canonical(known.type_of(arg))
        for function in known.functions
        for node in function.own()
        if isinstance(node, ast.Call) and known.api(node) == "use"
        for arg in node.args
    ]


def test_apis_go_by_import_path(bind: Bind) -> None:
    """A renamed import is the same package, and a local variable of its name is not the package."""
    known = bind("""func f(log interface{ Print(string) }) {
	web.Get("x")
	log.Print("x")
	os.Exit(1)
	{
		web := map[string]func(string){}
		web.Get("x")
	}
	local()
}
func local() {}
""")
    assert calls(known) == ["net/http.Get", "", "os.Exit", "", "local"]


def test_methods_go_by_type(bind: Bind) -> None:
    """Parameters, fields (embedded ones, too), results and literals have types; an unknown value has none."""
    known = bind("""type base struct{ db *sql.DB }
type store struct {
	base
	client web.Client
	list []*store
}
func open() (*store, error) { return nil, nil }
func f(s *store, unknown any) {
	s.db.Ping()
	s.client.Get("x")
	s.list[0].db.Ping()
	for _, each := range s.list {
		each.db.Ping()
	}
	o, _ := open()
	o.db.Ping()
	tx, _ := o.db.Begin()
	tx.Commit()
	c := &web.Client{}
	c.Get("x")
	exec.Command("x").Run()
	unknown.(*sql.DB).Ping()
	unknown.Ping()
}
""")
    ping = "(database/sql.DB).Ping"
    assert calls(known) == [
        ping,
        "(net/http.Client).Get",
        ping,
        ping,
        ping,
        "(database/sql.Tx).Commit",
        "(net/http.Client).Get",
        "(os/exec.Cmd).Run",
        ping,
        "(any).Ping",
    ]


def test_shadowing(bind: Bind) -> None:
    """Blocks, if and switch clauses, function literals and type switches open scopes; `:=` re-uses its own scope's."""
    known = bind("""func f(a *sql.DB) {
	use(a)
	if a := exec.Command("x"); a != nil {
		use(a)
	}
	func(a web.Client) { use(a) }(web.Client{})
	a, b := a, time.NewTicker(1)
	use(a, b)
	switch b := any(b).(type) {
	case *time.Timer:
		use(b)
	}
	{
		a, c := time.NewTimer(1), 2
		use(a, c)
	}
	use(a)
}
func use(...any) {}
""")
    assert sorted(types_of_use(known)) == sorted(
        [
            "database/sql.DB",
            "os/exec.Cmd",
            "net/http.Client",
            "database/sql.DB",
            "time.Ticker",
            "time.Timer",
            "time.Timer",
            "",
            "database/sql.DB",
        ]
    )


def test_reads_and_stores(bind: Bind) -> None:
    """The definition is a store, `+=` is both, a field key of a literal is neither."""
    known = bind("""type t struct{ n int }
func f() {
	n := 1
	n = 2
	n += 3
	_ = t{n: n}
	func() { n = n }()
}
""")
    var = next(v for v in {known.var(n) for fn in known.functions for n in fn.own()} if v is not None)
    assert (var.name, len(var.stores), len(var.reads)) == ("n", 4, 3)


@pytest.mark.parametrize(
    ("statement", "ending"),
    [
        ("os.Exit(1)", "dies"),
        ('panic("x")', "dies"),
        ('log.Fatalf("x")', "dies"),
        ('logger.Panicf("x")', "dies"),
        ("give()", "dies"),
        ("maybe(true)", ""),
        ('log.Print("x")', ""),
        ("func(panic func()) { panic() }(nil)", ""),
    ],
)
def test_calls_that_do_not_return(bind: Bind, statement: str, ending: str) -> None:
    """Those of the table, loggers of any package, and functions of the package that do nothing else at their end."""
    known = bind(f"""func f() {{
	{statement}
}}
func give() {{
	log.Print("over")
	os.Exit(1)
}}
func maybe(really bool) {{
	if really {{
		return
	}}
	os.Exit(1)
}}
""")
    stmt = known.functions[0].body.body[0]
    assert isinstance(stmt, ast.ExprStmt)
    assert known.ending(stmt.x) == ending


def test_the_context_at_hand(bind: Bind) -> None:
    """A literal has the context of the function around it; a parameter without a name cannot be used."""
    known = bind("""func f(_ context.Context, r *web.Request) {
	go func() {}()
	defer func(ctx context.Context) {}(nil)
}
""")
    outer, started, deferred = known.functions
    given = [function.given() for function in (outer, started, deferred)]
    assert [var.name if var is not None else "" for var in given] == ["r", "r", "ctx"]
    assert [function.role for function in known.functions] == ["", "go", "defer"]
