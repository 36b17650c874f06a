"""A pipe whose one end is left open while a goroutine waits at the other.

*Why it leaks*

A pipe in memory has no buffer (package io, `Pipe`; package net, `Pipe`): a write waits until all of it is read or the
reader is closed, a read until there is a write or the writer is closed. Whoever leaves without closing his end leaves
the goroutine at the other end waiting for ever.

*Leaks*

    func send(encode func(io.Writer) error, check func() error, post func(io.Reader) error) error {
        reader, writer := io.Pipe() // want "GLK706"
        go func() {
            writer.CloseWithError(encode(writer))
        }()
        if err := check(); err != nil {
            return err
        }
        return post(reader)
    }

*Fixed*

    func send(encode func(io.Writer) error, check func() error, post func(io.Reader) error) error {
        reader, writer := io.Pipe()
        defer reader.Close()
        go func() {
            writer.CloseWithError(encode(writer))
        }()
        if err := check(); err != nil {
            return err
        }
        return post(reader)
    }

*What it does not see*

An end that is handed on: given to a function out of view, returned, stored. A reader that stops before the end: where
the pipe is read at all on the way out, or given to a function of which only the signature is known, confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from goleaklint.explore.package import Package
from goleaklint.facts.conditional import deferred
from goleaklint.facts.functions import Var
from goleaklint.facts.inits import reported
from goleaklint.facts.obligations import Api, Duty, Lapse, duties, finding, lapse, words
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK706",
    name="open-pipe",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select",),
    fix="close the pipe's other end on every way out, with CloseWithError where there is an error",
)

_CALL = re.compile(rb"\b(?:io|net)\.Pipe\(\)")
_CLOSES = frozenset({"Close", "CloseWithError"})
_READS = frozenset(
    {
        "bufio.NewReader",
        "bufio.NewReaderSize",
        "bufio.NewScanner",
        "encoding/gob.NewDecoder",
        "encoding/json.NewDecoder",
        "encoding/xml.NewDecoder",
        "io.Copy",
        "io.CopyBuffer",
        "io.CopyN",
        "io.ReadAll",
        "io.ReadAtLeast",
        "io.ReadFull",
        "io/ioutil.ReadAll",
    }
)
_WRITES = frozenset(
    {
        "archive/tar.NewWriter",
        "archive/zip.NewWriter",
        "bufio.NewWriter",
        "bufio.NewWriterSize",
        "compress/gzip.NewWriter",
        "encoding/csv.NewWriter",
        "encoding/gob.NewEncoder",
        "encoding/json.NewEncoder",
        "encoding/xml.NewEncoder",
        "io.Copy",
        "io.CopyBuffer",
        "io.CopyN",
        "io.MultiWriter",
        "io.WriteString",
        "mime/multipart.NewWriter",
    }
)
_STREAMS = frozenset(("os/exec.Cmd", stream) for stream in ("Stdin", "Stdout", "Stderr"))
_READER = Thing(release=_CLOSES, drains=_READS, readers=frozenset({"Read"}), lent=_STREAMS)
_WRITER = Thing(release=_CLOSES, lookers=_WRITES, lent=_STREAMS)
_CONN = Thing(release=_CLOSES, lookers=_WRITES | _READS)
_TABLE = {"io.Pipe": Api(_READER), "net.Pipe": Api(_CONN)}
_OTHER = {"io.Pipe": Api(_WRITER, result=1), "net.Pipe": Api(_CONN, result=1)}
_STARTERS = frozenset({"(sync.WaitGroup).Go", "(golang.org/x/sync/errgroup.Group).Go"})


def check(package: Package) -> Iterator[Finding]:
    """Pipes with a goroutine at one end, whose other end some path leaves open."""
    facts = package.facts
    for decl in reported(facts, _CALL, ("io", "net")):
        known = bindings(facts, decl)
        for first, second in zip(duties(known, _TABLE), duties(known, _OTHER), strict=True):
            yield from _check(known, first, second)
            yield from _check(known, second, first)


def _check(known: Bindings, ours: Duty, theirs: Duty) -> Iterator[Finding]:
    """Our end must be closed from the moment on at which a goroutine waits at theirs."""
    our_var, their_var = ours.var, theirs.var
    if our_var is None or their_var is None:
        return
    for start in _goroutines(known, ours, their_var, theirs.api.thing):
        early = [read for read in our_var.reads if read.at < start.end]
        early = [read for read in early if deferred(known, ours.function, read) is None]
        if any(use_of(known, read, ours.api.thing) >= Use.DRAINS for read in early):
            return
        found = lapse(replace(ours, stmt=start))
        if found is None:
            continue
        where = Related(Role.CREATION, known.head(start), f"the goroutine that waits at {their_var.name}")
        story = (Related(Role.MADE, known.head(ours.stmt), "the pipe is made here"), where)
        yield finding(RULE, found, words(found, our_var.name, "closed"), _confidence(found), story)
        return


def _confidence(found: Lapse) -> Confidence:
    return Confidence.LOW if found.drained else Confidence.MEDIUM


def _goroutines(known: Bindings, ours: Duty, theirs: Var, thing: Thing) -> Iterator[ast.Stmt]:
    """The statements of our function that start a goroutine which works at the other end."""
    for node in ours.function.own():
        match node:
            case ast.Go():
                body: ast.Node = node.call
            case ast.ExprStmt(x=ast.Call() as call) | ast.Assign(right=[ast.Call() as call]):
                body = call
                if known.api(call) not in _STARTERS and not _starts(known, call, theirs, thing):
                    continue
            case _:
                continue
        if node.at < ours.stmt.at:
            continue  # it closes what is there when it runs: `var reader *io.PipeReader` above
        inside = [read for read in theirs.reads if body.at <= read.at < body.end]
        if any(use_of(known, read, thing) is not Use.RELEASES for read in inside):
            yield node


def _starts(known: Bindings, call: ast.Call, theirs: Var, thing: Thing) -> bool:
    """Whether a function of the package, which is given the other end, starts a goroutine that works at it."""
    at = [index for index, arg in enumerate(call.args) if known.var(arg) is theirs]
    callee = known.callee(call) if at else None
    if callee is None or callee.body is None or b"go " not in callee.text or callee.type_params:
        return False
    inside = bindings(known.facts, callee)
    function = inside.functions[0]
    params = function.params[int(callee.recv is not None) :]
    given = params[at[0]] if at[0] < len(params) else None
    starts = [node for node in function.own() if isinstance(node, ast.Go)]
    if given is None or not starts:
        return False
    if any(node.at <= read.at < node.end for node in starts for read in given.reads):
        return True
    return any(_reads_field(inside, node, field) for field in _fields(inside, given) for node in starts)


def _fields(known: Bindings, given: Var) -> Iterator[str]:
    """The fields of what is made of a parameter that keep it: `s := &scanner{in: in}`."""
    tree = parents(known)
    for read in given.reads:
        element = tree.of(read)
        if isinstance(element, ast.Element) and isinstance(element.key, ast.Name):
            yield element.key.name


def _reads_field(known: Bindings, start: ast.Go, field: str) -> bool:
    """`go s.loop()`, a method of the package that mentions the field."""
    callee = known.callee(start.call)
    return callee is not None and re.search(rb"\.%s\b" % field.encode(), callee.text) is not None
