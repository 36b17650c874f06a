"""No bytes make the parser fail, and one bad line costs no more than its declaration."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from goleaklint.golang import ast
from goleaklint.golang.outline import rename_new
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.golang.walk import descend

SOUND = b"""package p

import "context"

var table = map[string]func(){"a": func() { new(1 + 2) }}

type T struct {
	c  chan<- int
	*E `x:"y"`
}

func (t *T) Run(ctx context.Context, n ...int) (err error) {
	for i, v := range n {
		select {
		case t.c <- v:
		case <-ctx.Done():
			return ctx.Err()
		default:
			go func() { defer close(t.c); t.c <- i }()
		}
	}
	switch x := any(t).(type) {
	case nil:
	case *T:
		if y := x; y != nil {
			m[k](x)
		} else {
			goto L
		}
	}
L:
	return f[int, []T](`raw`+"s", T{c: nil}.c, a[1:2], []byte("x")...)
}

func g() { x++ }
"""


def everything(file: SourceFile) -> list[ast.Node]:
    """Asks for all that a file can be asked for."""
    roots: list[ast.Node | None] = []
    for func in file.funcs:
        assert isinstance(func.local_name, str)
        roots += [func.recv, func.type, func.body, *func.literals]
    roots += [decl.type for decl in file.types]
    for value in file.values:
        roots += [*value.names, value.type, *value.values]
    nodes = [node for root in roots if root is not None for node in descend(root)]
    for node in nodes:
        file.span(node)
    assert all(0 <= node.at <= node.end <= len(file.data) for node in nodes)
    assert all(file.line_text(first) is not None and first <= last for first, last in file.errors)
    return nodes


def bads(file: SourceFile) -> list[bytes]:
    return [file.text(node) for node in everything(file) if isinstance(node, ast.Bad)]


def test_new_of_an_expression() -> None:
    """tree-sitter-go does not know Go 1.26's new(expr); text and names are those of the source all the same."""
    file = parse_file("a.go", b'package p\nvar x = new("a" + s)\nfunc f() { make(n + 1); new([]T{1}); new(*p) }\n')
    assert file.errors == []
    calls = [node for node in everything(file) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: call.at)
    assert [file.text(call) for call in calls] == [b'new("a" + s)', b"make(n + 1)", b"new([]T{1})", b"new(*p)"]
    assert [call.fun.name for call in calls if isinstance(call.fun, ast.Name)] == ["new", "make", "new", "new"]


def test_new_of_a_type_is_left_alone() -> None:
    """Only arguments that are no type need the other name."""
    types = b"new([]T) new(*T) new(map[K]V) new(func(a, b int)) make(T, 3) make(chan T) new((chan T))"
    assert rename_new(types) == types
    assert rename_new(b"new(x) new([]T{}) new(func() {}()) make(a+1)") == (
        b"neW(x) neW([]T{}) neW(func() {}()) makE(a+1)"
    )


def test_an_error_in_a_body_spares_the_rest_of_it() -> None:
    """What could not be read is a Bad among sound statements, and the function says that it is partial."""
    file = parse_file("a.go", b"package p\nfunc f() {\n\ta()\n\tx y z\n\tgo c()\n}\nfunc g() {}\n")
    assert [(func.name, func.partial) for func in file.funcs] == [("f", True), ("g", False)]
    body = file.funcs[0].body
    assert body is not None
    assert [(type(stmt).__name__, file.text(stmt)) for stmt in body.body] == [
        ("ExprStmt", b"a()"),
        ("Bad", b"x y"),
        ("ExprStmt", b"z"),
        ("Go", b"go c()"),
    ]
    assert file.errors == [(4, 4)]
    assert file.affected == 1


def test_an_unclosed_function_does_not_swallow_the_next() -> None:
    """The file is cut at the lines that begin with a keyword of a declaration, and each piece is read for itself."""
    file = parse_file("a.go", b"package p\nfunc f() {\n\tif x {\n}\n\nfunc g() { <-c }\n\ntype T int\n")
    assert [func.name for func in file.funcs if not func.partial] == ["g"]
    assert [decl.name for decl in file.types] == ["T"]
    assert file.errors == [(4, 4)]
    assert file.affected == 1


def test_the_inside_of_a_lost_function_is_not_taken_for_declarations() -> None:
    """tree-sitter reads what follows a broken signature as top-level statements."""
    file = parse_file("a.go", b"package p\nfunc f(((x {\n\tvar y = 1\n\tz := y\n}\n\nvar w = 2\n")
    assert [[name.name for name in value.names] for value in file.values] == [["w"]]


def test_a_raw_string_is_not_cut() -> None:
    """Go code in a raw string is no declaration, though an error elsewhere makes the file be cut in pieces."""
    file = parse_file("a.go", b"package p\nvar src = `\nfunc inner() {}\n`\nfunc f() { ) }\n")
    assert [func.name for func in file.funcs] == ["f"]
    assert [[name.name for name in value.names] for value in file.values] == [["src"]]


def test_deep_nesting() -> None:
    """Deeper than Python's stack: the function is partial; a long sum and a long else-if chain are no problem."""
    deep = b"package p\nfunc f() { x = " + b"(" * 5000 + b"1" + b")" * 5000 + b" }\nfunc g() {}\n"
    file = parse_file("a.go", deep)
    assert bads(file) == [file.data[19 : file.data.index(b"\nfunc g")]]
    assert [(func.name, func.partial) for func in file.funcs] == [("f", True), ("g", False)]
    long = b"package p\nfunc f() { x = " + b" + ".join([b"a"] * 5000) + b"\nif a {}" + b" else if b {}" * 5000 + b"}\n"
    assert bads(parse_file("a.go", long)) == []
    types = b"package p\nfunc (r " + b"[]" * 3000 + b"T) f(x " + b"[]" * 3000 + b"T) {}\ntype U " + b"[]" * 3000 + b"T"
    everything(parse_file("a.go", types))


def test_chains_too_long_to_be_freed() -> None:
    """A tree of three hundred thousand links would end the process when it is freed."""
    for body in (
        b"x = " + b"+".join([b"a"] * 300_000),
        b"if a {}" + b" else if a {}" * 100_000,
        b"f" + b"()" * 300_000,
    ):
        file = parse_file("a.go", b"package p\nfunc f() { " + body + b" }\n")
        assert (len(bads(file)), file.funcs[0].partial) == (1, True)


def test_a_function_that_breaks_off() -> None:
    """Only its head was understood: it is not taken for a function written in assembly."""
    file = parse_file("a.go", b"package p\nfunc f() {\n((((((\n")
    assert [(func.name, func.partial, func.body) for func in file.funcs] == [("f", True, None)]
    assert file.errors == [(2, 3)]
    assert [parse_file("a.go", text).errors for text in (b"package p\n((", b"}", b"package p;;\n")] == [
        [(2, 2)],
        [(1, 1)],
        [],
    ]


def test_odd_bytes() -> None:
    """Not Go, not text, not even a file."""
    for data in (
        b"",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"package",
        b"package p\nfunc",
        b"`",
        b"/*",
        b"\r\n" * 9,
        b"new(",
    ):
        everything(parse_file("a.go", data))
    latin = parse_file("a.go", b'package p\nvar \xe9 = "\xff"\n')
    everything(latin)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SOUND)), st.integers(0, len(SOUND)))
def test_cut_anywhere(first: int, last: int) -> None:
    """Any piece of a file."""
    everything(parse_file("a.go", SOUND[min(first, last) : max(first, last)]))
    everything(parse_file("a.go", SOUND[:first]))


@settings(max_examples=400, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_tokens_swapped_dropped_and_doubled(rng: random.Random, changes: int) -> None:
    """Mutations that keep most of a file sound."""
    words = SOUND.replace(b"\n", b" \n ").replace(b"\t", b"").split(b" ")
    for _ in range(changes):
        at, other = rng.randrange(len(words)), rng.randrange(len(words))
        change = rng.randrange(4)
        if change == 0:
            words[at], words[other] = words[other], words[at]
        elif change == 1:
            words[at] = b""
        elif change == 2:
            words.insert(at, words[other])
        else:
            word = words[at]
            words[at] = word[: len(word) // 2]
    everything(parse_file("a.go", b" ".join(words)))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.integers(0, len(SOUND)))
def test_random_bytes(noise: bytes, at: int) -> None:
    """Any bytes, alone and in the middle of a file."""
    everything(parse_file("a.go", noise))
    everything(parse_file("a.go", SOUND[:at] + noise + SOUND[at:]))
