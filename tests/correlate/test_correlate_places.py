"""Where goroutines of a captured dump come from and wait: helpers, ancestors, inlining, and source that has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import Account, Group, How, Site
from goleaklint.dump.formats import read
from goleaklint.model import Diagnostic

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"
SHOP = "example.com/shop/internal/"
ORDERS = "internal/orders/orders.go"
STOCK = "internal/stock/stock.go"

Brief = tuple[str, int, str, str, How] | None


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the source of the dumps, which is the working directory."""
    shutil.copytree(DUMPS / "source", tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def account(name: str = "all") -> Account:
    [found] = correlate([read((DUMPS / f"{name}.txt").read_bytes(), name)], Repository("."), lambda _: ((), ()))
    return found


def groups(creator: str, name: str = "all") -> list[Group]:
    return [
        each
        for each in account(name).groups
        if each.bucket.stack.created_by is not None and each.bucket.stack.created_by.function == creator
    ]


def brief(site: Site | None) -> Brief:
    return None if site is None else (site.span.path, site.span.line, site.statement, site.function, site.how)


@pytest.mark.usefixtures("source")
def test_creation_and_block() -> None:
    """The go statement with the function around it, and the operation that waits, to the column."""
    [place] = groups(SHOP + "orders.Place")
    assert brief(place.creation) == (ORDERS, 18, "go func() {", SHOP + "orders.Place", How.LINE)
    assert brief(place.block) == (ORDERS, 20, "done <- validate(o)", SHOP + "orders.Place.func1", How.LINE)
    assert place.block is not None
    assert place.block.span == (ORDERS, 20, 3, 20, 22)


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("creator", "creation", "block"),
    [
        ("sync.(*WaitGroup).Go", "new(sync.WaitGroup).Go(c.wait)", "<-c.quit"),
        ("time.goFunc", "time.AfterFunc(time.Millisecond, func() { ch <- 2 })", "ch <- 2"),
        ("iter.Pull[...]", "iter.Pull(func(yield func(int) bool) {", "for i := 0; yield(i); i++ {"),
        (
            "net/http.(*Server).Serve",
            "http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {",
            "<-r.Context().Done()",
        ),
    ],
)
def test_created_in_a_helper(creator: str, creation: str, block: str) -> None:
    """The repository's call that hands over a literal, or a method, to what starts goroutines elsewhere."""
    found = [
        (each.creation.statement, each.creation.how, each.creation.note, each.block.statement)
        for each in groups(creator)
        if each.creation is not None and each.block is not None
    ]
    assert (creation, How.HELPER, f"{creator} starts this function, outside of the repository", block) in found


@pytest.mark.usefixtures("source")
def test_created_in_a_helper_of_the_checkout() -> None:
    """`go f()` in a nested module is the creation; the call that handed f over stands beside it."""
    [start] = groups("example.com/shop/kit.(*Group).Start")
    assert brief(start.creation) == ("kit/group.go", 10, "go f()", "example.com/shop/kit.(*Group).Start", How.LINE)
    assert brief(start.handed_over) == (STOCK, 82, "g.Start(func() {", SHOP + "stock.Helpers", How.HELPER)


@pytest.mark.usefixtures("source")
def test_finalizers() -> None:
    """A blocked finalizer has no creation line: the call that set it is told."""
    sites = [each.creation for each in account().groups if each.bucket.stack.created_by is None and each.creation]
    assert [(site.statement, site.note) for site in sites] == [
        (
            "runtime.SetFinalizer(p, func(*[64]byte) { <-make(chan int) })",
            "runtime.runFinalizers starts this function, outside of the repository",
        ),
        (
            "runtime.AddCleanup(q, func(int) { <-make(chan int) }, 1)",
            "runtime.runCleanups starts this function, outside of the repository",
        ),
    ]


@pytest.mark.usefixtures("source")
def test_inlined_literals() -> None:
    """`stock.Inlined.Later.func1` is a literal of kit.Later: the file's path leads there, not the import path."""
    [later] = groups(SHOP + "stock.Inlined.Later.func1")
    assert brief(later.creation) == (
        "kit/group.go",
        25,
        "go func() { <-ch }()",
        "example.com/shop/kit.Later.func1",
        How.LINE,
    )


@pytest.mark.usefixtures("source")
def test_no_part_of_the_checkout() -> None:
    """net/http's own goroutines have no place."""
    assert [(each.creation, each.block) for each in groups("net/http.(*Transport).dialConn")] == [(None, None)] * 2


def test_ancestors_tell_the_call(source: Path) -> None:
    """Without a frame of the checkout, the creating goroutine's stack tells the call that led there."""
    text = (
        "goroutine 9 [select]:\nnet/http.(*persistConn).readLoop(0x1)\n\t/go/src/net/http/transport.go:2450 +0x1\n"
        "created by net/http.(*Transport).dialConn in goroutine 1\n\t/go/src/net/http/transport.go:1994 +0x2\n"
        "[originating from goroutine 1]:\n"
        "net/http.(*Transport).dialConn(...)\n\t/go/src/net/http/transport.go:1995 +0x2\n"
        "main.fetch(...)\n\t/srv/src/example.com/shop/cmd/shop/main.go:99 +0x5\n"
    )
    [found] = correlate([read(text.encode())], Repository(str(source)), lambda _: ((), ()))
    site = found.groups[0].creation
    assert site is not None
    assert (site.statement, site.span.line, site.how) == ("http.Get(server.URL)", 99, How.HELPER)


def test_lines_moved(source: Path) -> None:
    """Lines before a function: both places are found again, and the drift is told."""
    edit(source / ORDERS, "// Order is what", "\n\n\n// Order is what")
    [place] = groups(SHOP + "orders.Place")
    assert brief(place.creation) == (ORDERS, 21, "go func() {", SHOP + "orders.Place", How.MOVED)
    assert brief(place.block) == (ORDERS, 23, "done <- validate(o)", SHOP + "orders.Place.func1", How.MOVED)
    assert (
        Diagnostic(
            path=ORDERS,
            line=18,
            kind="drift",
            message="the source has changed: the dump says line 18, which is line 21 now",
        )
        in account().diagnostics
    )


def test_another_go_statement_is_on_the_line(source: Path) -> None:
    """A `go` on the named line that is in another function is not taken for the creation."""
    edit(source / ORDERS, "\tdone := make(chan error)\n", "}\n\nfunc other(done chan error, o *Order) error {\n")
    [place] = groups(SHOP + "orders.Place")
    assert brief(place.creation) == (
        ORDERS,
        18,
        "",
        "",
        How.LOST,
    )
    assert place.creation is not None
    assert place.creation.note == "the source has changed: no goroutine is started in Place"


def test_two_go_statements(source: Path) -> None:
    """Of several in the function, the one that runs the goroutine's own literal is taken, not the nearest."""
    edit(
        source / ORDERS,
        "func Nobody() {\n\tvar none chan int\n",
        "func Nobody() {\n\tvar none chan int\n\t_ = none\n\n",
    )
    sites = [each.creation for each in groups(SHOP + "orders.Nobody")]
    assert sorted((site.dump_line, site.span.line) for site in sites if site) == [(57, 59), (58, 60), (59, 61)]


def test_function_renamed(source: Path) -> None:
    """The line still holds a go statement: it is taken, and the name that the dump has is told."""
    edit(source / ORDERS, "func Place(", "func Put(")
    [place] = groups(SHOP + "orders.Place")
    assert brief(place.creation) == (ORDERS, 18, "go func() {", SHOP + "orders.Put", How.MOVED)
    assert place.creation is not None
    assert place.creation.note == "the source has changed: the dump calls the function Place"


def test_function_in_another_file(source: Path) -> None:
    """A function that moved to another file of the package is found there."""
    text = (source / ORDERS).read_text(encoding="utf-8")
    at, end = text.index("// Race waits"), text.index("// Nobody blocks")
    (source / ORDERS).write_text(text[:at] + text[end:], encoding="utf-8")
    (source / "internal/orders/race.go").write_text("package orders\n\n" + text[at:end], encoding="utf-8")
    [race] = groups(SHOP + "orders.Race")
    path = "internal/orders/race.go"
    assert brief(race.creation) == (path, 6, "go func() {", SHOP + "orders.Race", How.MOVED)
    assert brief(race.block) == (path, 7, "select {", SHOP + "orders.Race.func1", How.MOVED)


def test_function_gone(source: Path) -> None:
    """Nothing is left: the line of the dump, and the reason why there is no more."""
    text = (source / ORDERS).read_text(encoding="utf-8")
    (source / ORDERS).write_text(text[: text.index("// Place loses")], encoding="utf-8")
    [place] = groups(SHOP + "orders.Place")
    assert place.creation is not None
    assert (place.creation.how, place.creation.span.line, place.creation.note) == (
        How.LOST,
        18,
        "the source has changed: there is no function Place",
    )


def test_generated_code(source: Path) -> None:
    """A //line name without a directory is in the package's directory, when the file is there."""
    [feed] = groups(SHOP + "feed%2ev2.Start")
    assert feed.block is None
    (source / "internal/feed.v2/parser.y").write_text("\n" * 20, encoding="utf-8")
    [feed] = groups(SHOP + "feed%2ev2.Start")
    assert brief(feed.block) == ("internal/feed.v2/parser.y", 11, "", SHOP + "feed%2ev2.consume", How.LINE)
