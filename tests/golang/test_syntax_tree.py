"""Every kind of Go statement, expression and type becomes the tree that ast.py says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Snippet = Callable[[str], str]

STATEMENTS = {
    "x := <-c": "Assign(left=[x], op=':=', right=[Unary(op='<-', x=c)])",
    "c <- v": "Send(channel=c, value=v)",
    "x, ok = <-c": "Assign(left=[x, ok], op='=', right=[Unary(op='<-', x=c)])",
    "x++": "Assign(left=[x], op='+=', right=[1])",
    "x -= 2": "Assign(left=[x], op='-=', right=[2])",
    "x &^= y": "Assign(left=[x], op='&^=', right=[y])",
    "go f(a, b...)": "Go(call=Call(fun=f, args=[a, b], spread=True))",
    "defer func() { close(c) }()": (
        "Defer(call=Call(fun=FuncLit(name='func1', type=FuncType(), body=Block(body=[Call(fun=close, args=[c])]))))"
    ),
    "return": "Return()",
    "return a, nil": "Return(values=[a, nil])",
    "var a, b int = 1, 2": "VarDecl(names=[a, b], type=<int>, values=[1, 2])",
    "var (a = 1; b chan<- int;)": (
        "VarDecl(names=[a], values=[1]), VarDecl(names=[b], type=ChanType(direction='send', elem=<int>))"
    ),
    "const x = iota": "VarDecl(names=[x], values=[iota], const=True)",
    "type L struct{ a, b int }": (
        "LocalType(name='L', type=StructType(fields=[Field(name='a', type=<int>), Field(name='b', type=<int>)]))"
    ),
    "if x := f(); x > 0 { a() } else if y { b() } else { c() }": (
        "If(init=Assign(left=[x], op=':=', right=[Call(fun=f)]), "
        "cond=Binary(op='>', left=x, right=0), "
        "then=Block(body=[Call(fun=a)]), orelse=If(cond=y, "
        "then=Block(body=[Call(fun=b)]), "
        "orelse=Block(body=[Call(fun=c)])))"
    ),
    "for { break }": "For(body=Block(body=[Branch(kind='break')]))",
    "for x { continue L }": ("For(cond=x, body=Block(body=[Branch(kind='continue', label='L')]))"),
    "for i := 0; i < 3; i++ { }": (
        "For(init=Assign(left=[i], op=':=', right=[0]), "
        "cond=Binary(op='<', left=i, right=3), post=Assign(left=[i], "
        "op='+=', right=[1]), body=Block())"
    ),
    "for ; ; x++ { goto L }": (
        "For(post=Assign(left=[x], op='+=', right=[1]), body=Block(body=[Branch(kind='goto', label='L')]))"
    ),
    "for range c { }": "Range(x=c, body=Block())",
    "for i := range 10 { }": "Range(key=i, define=True, x=10, body=Block())",
    "for k, v = range m { }": "Range(key=k, value=v, x=m, body=Block())",
    "switch { case a, b: x(); fallthrough; default: }": (
        "Switch(cases=[Case(values=[a, b], body=[Call(fun=x)], fallthrough=True), Case(default=True)])"
    ),
    "switch x := f(); x { }": ("Switch(init=Assign(left=[x], op=':=', right=[Call(fun=f)]), tag=x)"),
    "switch x := f(); { case true: }": (
        "Switch(init=Assign(left=[x], op=':=', right=[Call(fun=f)]), cases=[Case(values=[true])])"
    ),
    "switch v := x.(type) { case nil, *T, a.B: v() }": (
        "TypeSwitch(name='v', x=x, cases=[Case(values=[nil, "
        "TypeExpr(type=PointerType(elem=<T>)), TypeExpr(type=<a.B>)], "
        "body=[Call(fun=v)])])"
    ),
    "switch f(); x.(type) { default: }": ("TypeSwitch(init=Call(fun=f), x=x, cases=[Case(default=True)])"),
    "select { case c <- 1: a(); case v, ok := <-d: case <-e: case x[0] = <-e: default: b() }": (
        "Select(cases=[CommCase(comm=Send(channel=c, value=1), "
        "body=[Call(fun=a)]), CommCase(comm=Assign(left=[v, ok], "
        "op=':=', right=[Unary(op='<-', x=d)])), "
        "CommCase(comm=Unary(op='<-', x=e)), "
        "CommCase(comm=Assign(left=[Index(x=x, index=[0])], op='=', "
        "right=[Unary(op='<-', x=e)])), "
        "CommCase(body=[Call(fun=b)])])"
    ),
    "select {}": "Select()",
    "L: for { }": "Labeled(label='L', stmt=For(body=Block()))",
    "{ L: }": "Block(body=[Labeled(label='L')])",
    ";;": "",
    "x /*c*/ := /*d*/ y": "Assign(left=[x], op=':=', right=[y])",
}

EXPRESSIONS = {
    "a.b.c(x)(y)": ("Call(fun=Call(fun=Selector(x=Selector(x=a, name='b'), name='c'), args=[x]), args=[y])"),
    "(a)": "a",
    "m[k](x)": "Call(fun=Index(x=m, index=[k]), args=[x])",
    "m[a.b](*p)": ("Call(fun=Index(x=m, index=[Selector(x=a, name='b')]), args=[Unary(op='*', x=p)])"),
    "m[*p](x)": ("Call(fun=Index(x=m, index=[TypeExpr(type=PointerType(elem=<p>))]), args=[x])"),
    "f[int, []string](x)": ("Call(fun=Index(x=f, index=[int, TypeExpr(type=SliceType(elem=<string>))]), args=[x])"),
    "f[map[string]int](x)": (
        "Call(fun=Index(x=f, index=[TypeExpr(type=MapType(key=<string>, value=<int>))]), args=[x])"
    ),
    "g := f[int, string]": ("Assign(left=[g], op=':=', right=[Index(x=f, index=[int, string])])"),
    "p.F[int]": "Index(x=Selector(x=p, name='F'), index=[int])",
    "a[b[i]][j] = 0": (
        "Assign(left=[Index(x=Index(x=a, index=[Index(x=b, index=[i])]), index=[j])], op='=', right=[0])"
    ),
    "a[1:]": "SliceExpr(x=a, bounds=[1])",
    "a[:n:m]": "SliceExpr(x=a, bounds=[n, m])",
    "a[:]": "SliceExpr(x=a)",
    "x.(T)": "TypeAssert(x=x, type=<T>)",
    "-a + b*c - d": (
        "Binary(op='-', left=Binary(op='+', left=Unary(op='-', x=a), right=Binary(op='*', left=b, right=c)), right=d)"
    ),
    "!<-c && *p != &q": (
        "Binary(op='&&', left=Unary(op='!', x=Unary(op='<-', x=c)), "
        "right=Binary(op='!=', left=Unary(op='*', x=p), "
        "right=Unary(op='&', x=q)))"
    ),
    "a << 1 | b": ("Binary(op='|', left=Binary(op='<<', left=a, right=1), right=b)"),
    "[]byte(s)": "Call(fun=TypeExpr(type=SliceType(elem=<byte>)), args=[s])",
    "(*T)(x)": "Call(fun=Unary(op='*', x=T), args=[x])",
    "(<-chan int)(c)": ("Call(fun=TypeExpr(type=ChanType(direction='recv', elem=<int>)), args=[c])"),
    "func() (T)(nil)": ("Call(fun=TypeExpr(type=FuncType(results=[Param(type=<T>)])), args=[nil])"),
    "make(chan int, 3)": ("Call(fun=make, args=[TypeExpr(type=ChanType(direction='both', elem=<int>)), 3])"),
    "make(T)": "Call(fun=make, args=[TypeExpr(type=<T>)])",
    "make(map[string][]int)": (
        "Call(fun=make, args=[TypeExpr(type=MapType(key=<string>, value=SliceType(elem=<int>)))])"
    ),
    "new(T)": "Call(fun=new, args=[T])",
    "new(p.T)": "Call(fun=new, args=[Selector(x=p, name='T')])",
    "new([]int)": "Call(fun=new, args=[TypeExpr(type=SliceType(elem=<int>))])",
    "new(f(x))": "Call(fun=new, args=[Call(fun=f, args=[x])])",
    "new([]int{1})": ("Call(fun=new, args=[Composite(type=SliceType(elem=<int>), elements=[Element(value=1)])])"),
    'T{a: 1, b: {2}, "c": {3, 4}}': (
        "Composite(type=<T>, elements=[Element(key=a, value=1), "
        "Element(key=b, "
        "value=Composite(elements=[Element(value=2)])), "
        'Element(key="c", value=Composite(elements=[Element(value=3), '
        "Element(value=4)]))])"
    ),
    "&p.T{}": "Unary(op='&', x=Composite(type=<p.T>))",
    "[...]int{1, 2: 3}": (
        "Composite(type=ArrayType(elem=<int>), elements=[Element(value=1), Element(key=2, value=3)])"
    ),
    "[3]struct{ x int }{}": (
        "Composite(type=ArrayType(length=3, elem=StructType(fields=[Field(name='x', type=<int>)])))"
    ),
    "map[K]V{{1}: nil}": (
        "Composite(type=MapType(key=<K>, value=<V>), "
        "elements=[Element(key=Composite(elements=[Element(value=1)]), "
        "value=nil)])"
    ),
    "G[int]{1}": "Composite(type=<G[<int>]>, elements=[Element(value=1)])",
    "func(a, b int, c ...string) (x, y error) { return }": (
        "FuncLit(name='func1', type=FuncType(params=[Param(name='a', "
        "type=<int>), Param(name='b', type=<int>), Param(name='c', "
        "type=SliceType(elem=<string>), variadic=True)], "
        "results=[Param(name='x', type=<error>), Param(name='y', "
        "type=<error>)]), body=Block(body=[Return()]))"
    ),
    "func(int, p.T) chan int { return nil }": (
        "FuncLit(name='func1', "
        "type=FuncType(params=[Param(type=<int>), Param(type=<p.T>)], "
        "results=[Param(type=ChanType(direction='both', "
        "elem=<int>))]), body=Block(body=[Return(values=[nil])]))"
    ),
    "\"\\u00e9\" + `raw` + 'c' + 1.5 + 2i": (
        "Binary(op='+', left=Binary(op='+', left=Binary(op='+', "
        "left=Binary(op='+', left=\"\\u00e9\", right=`raw`), right='c'), "
        "right=1.5), right=2i)"
    ),
    "größe := ñ": "Assign(left=[größe], op=':=', right=[ñ])",
    "f(a /*c*/ . /*d*/ b, // z\nc)": "Call(fun=f, args=[Selector(x=a, name='b'), c])",
}

TYPES = {
    "struct{}": "StructType()",
    "struct { a, b int; *p.E; F; G[int]; h func() `tag` }": (
        "StructType(fields=[Field(name='a', type=<int>), "
        "Field(name='b', type=<int>), Field(name='E', "
        "type=PointerType(elem=<p.E>), embedded=True), "
        "Field(name='F', type=<F>, embedded=True), Field(name='G', "
        "type=<G[<int>]>, embedded=True), Field(name='h', "
        "type=FuncType())])"
    ),
    "interface{ M(x int) error; fmt.Stringer; ~int | string; comparable }": (
        "InterfaceType(methods=[MethodSpec(name='M', "
        "type=FuncType(params=[Param(name='x', type=<int>)], "
        "results=[Param(type=<error>)]))], embeds=[<fmt.Stringer>, "
        "OtherType(text='~int | string'), <comparable>])"
    ),
    "func(a int, b ...p.T) (int, error)": (
        "FuncType(params=[Param(name='a', type=<int>), "
        "Param(name='b', type=SliceType(elem=<p.T>), variadic=True)], "
        "results=[Param(type=<int>), Param(type=<error>)])"
    ),
    "chan int": "ChanType(direction='both', elem=<int>)",
    "chan<- int": "ChanType(direction='send', elem=<int>)",
    "<-chan <-chan int": ("ChanType(direction='recv', elem=ChanType(direction='recv', elem=<int>))"),
    "chan (<-chan int)": ("ChanType(direction='both', elem=ChanType(direction='recv', elem=<int>))"),
    "chan func() chan int": (
        "ChanType(direction='both', elem=FuncType(results=[Param(type=ChanType(direction='both', elem=<int>))]))"
    ),
    "[]*map[string][4]T": (
        "SliceType(elem=PointerType(elem=MapType(key=<string>, value=ArrayType(length=4, elem=<T>))))"
    ),
    "[N * 2]int": ("ArrayType(length=Binary(op='*', left=N, right=2), elem=<int>)"),
    "p.G[int, []T]": "<p.G[<int>, SliceType(elem=<T>)]>",
    "(((T)))": "<T>",
    "= int": "<int>",
}


@pytest.mark.parametrize(("code", "expected"), STATEMENTS.items(), ids=list(STATEMENTS))
def test_statements(statements: Snippet, code: str, expected: str) -> None:
    """A statement has one form, whatever comments and empty statements stand around it."""
    assert statements(code) == expected


@pytest.mark.parametrize(("code", "expected"), EXPRESSIONS.items(), ids=list(EXPRESSIONS))
def test_expressions(statements: Snippet, code: str, expected: str) -> None:
    """What syntax cannot tell from a type (`m[k](x)`, `new(x)`) stays a name; parentheses are gone."""
    assert statements(code) == expected


@pytest.mark.parametrize(("code", "expected"), TYPES.items(), ids=list(TYPES))
def test_types(declared_type: Snippet, code: str, expected: str) -> None:
    """A declared type."""
    assert declared_type(code) == expected
