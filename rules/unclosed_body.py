"""The body of an HTTP response that is not closed on some way out.

*Why it leaks*

A response whose body is neither closed nor read to its end holds its connection, and with it the two goroutines that
serve it (net/http, transport.go: `persistConn.readLoop` waits for `waitForBodyRead`, `writeLoop` for the next request).
They stay until the server hangs up, one pair more with each such request; none of your functions is on their stacks.

*Leaks*

    func load(client *http.Client, request *http.Request, into io.Writer) error {
        response, err := client.Do(request) // want "GLK701"
        if err != nil {
            return err
        }
        if response.StatusCode != http.StatusOK {
            return errors.New(response.Status)
        }
        defer response.Body.Close()
        _, err = io.Copy(into, response.Body)
        return err
    }

*Fixed*

    func load(client *http.Client, request *http.Request, into io.Writer) error {
        response, err := client.Do(request)
        if err != nil {
            return err
        }
        defer response.Body.Close()
        if response.StatusCode != http.StatusOK {
            return errors.New(response.Status)
        }
        _, err = io.Copy(into, response.Body)
        return err
    }

*What it does not see*

A response that is handed on: returned, stored, given to a function of another package. A body that is read to its
end (`io.ReadAll`, a decoder) lets its connection go, closed or not: confidence is low then. The answer to HEAD has no
body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.obligations import Api, Duty, Lapse, duties, finding, lapse, words
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.uses import CLOSE, Thing, Use, parents, use_of
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK701",
    name="unclosed-body",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "IO wait"),
)

_DRAINS = frozenset(
    {
        "(bytes.Buffer).ReadFrom",
        # Whoever decodes a value reads to its end, and with it, as a rule, to that of the body.
        "encoding/gob.NewDecoder",
        "encoding/json.NewDecoder",
        "encoding/xml.NewDecoder",
        "io.Copy",
        "io.CopyBuffer",
        "io.ReadAll",
        "io/ioutil.ReadAll",
    }
)
_READERS = frozenset(
    {
        "bufio.NewReader",
        "bufio.NewReaderSize",
        "bufio.NewScanner",
        "compress/gzip.NewReader",
        "encoding/csv.NewReader",
        "io.CopyN",
        "io.LimitReader",
        "io.ReadAtLeast",
        "io.ReadFull",
        "io.TeeReader",
    }
)
_BODY = Thing(release=CLOSE, lookers=_READERS, drains=_DRAINS)
_FIELDS = (
    "Status",
    "StatusCode",
    "Proto",
    "ProtoMajor",
    "ProtoMinor",
    "Header",
    "ContentLength",
    "TransferEncoding",
    "Close",
    "Uncompressed",
    "Trailer",
    "Request",
    "TLS",
)
_RESPONSE = Api(
    Thing(release=frozenset(), inner=(("Body", _BODY),), plain=frozenset(_FIELDS)),
    error=1,
)
_HEADS = (b'"HEAD"', b"http.MethodHead")
_HEAD = b"http.MethodHead"
_RETURNS = re.compile(rb"\*http\.Response\b[^{]*\{")
_NESTED = 2  # functions that return what such a function returns
_TABLE = {
    **{f"net/http.{name}": _RESPONSE for name in ("Get", "Post", "PostForm")},
    **{f"(net/http.Client).{name}": _RESPONSE for name in ("Get", "Post", "PostForm", "Do")},
    "(net/http.Transport).RoundTrip": _RESPONSE,
    "(net/http.RoundTripper).RoundTrip": _RESPONSE,
}


def check(package: Package) -> Iterator[Finding]:
    """Responses of which some path to the end of the function closes no body."""
    facts = package.facts
    table = {**_TABLE, **_fresh(facts)}
    call = _calls(table)
    for decl in facts.reported_funcs(call, ("net/http",) if len(table) == len(_TABLE) else ()):
        known = bindings(facts, decl)
        for duty in duties(known, table):
            found = lapse(duty) if not _is_head(known, duty) else None
            if found is not None:
                yield finding(RULE, found, _message(found), _confidence(found))


def _message(found: Lapse) -> str:
    if found.how == "discarded":
        return "the response is dropped, and its body is never closed"
    assert found.duty.var is not None
    return words(found, f"{found.duty.var.name}.Body", "closed")


def _confidence(found: Lapse) -> Confidence:
    """In a test the answer may be one that never comes, and the process ends with it."""
    return Confidence.LOW if found.drained or found.duty.known.file.is_test else Confidence.MEDIUM


def _is_head(known: Bindings, duty: Duty) -> bool:
    """`client.Do` of a request that was made for HEAD, whose answer has no body (transport.go, `readLoop`)."""
    if any(known.file.text(arg) in _HEADS for arg in duty.call.args):
        return True
    var = known.var(duty.call.args[0]) if duty.call.args else None
    made = var.value if var is not None and len(var.stores) == 1 else None
    name = known.api(made)
    if not isinstance(made, ast.Call) or not name.startswith("net/http.NewRequest"):
        return False
    method = made.args[1 if name.endswith("WithContext") else 0] if len(made.args) > 2 else None
    return method is not None and known.file.text(method) in _HEADS


def _calls(table: dict[str, Api]) -> re.Pattern[bytes]:
    names = sorted({name.rpartition(".")[2] for name in table})
    return re.compile(rb"\b(?:" + "|".join(re.escape(name) for name in names).encode() + rb")\(")


def _fresh(facts: PackageFacts) -> dict[str, Api]:
    """Functions of the package that return the response of such a call as it came: their callers must close it."""
    found: dict[str, Api] = {}
    able = [
        decl for decl in facts.all_funcs(_RETURNS) if "net/http" in decl.file.imports.values() and not decl.file.is_test
    ]
    for _ in range(_NESTED if able else 0):
        table = {**_TABLE, **found}
        call = _calls(table)
        for decl in able:
            name = f"({decl.recv_type}).{decl.name}" if decl.recv_type else decl.name
            index, error = _index(decl, "net/http.Response"), _index(decl, "error")
            if name in found or index is None or error is None or not call.search(decl.text) or _HEAD in decl.text:
                continue
            if _is_fresh(bindings(facts, decl), index, table):
                found[name] = Api(_RESPONSE.thing, index, error)
    return found


def _index(decl: FuncDecl, name: str) -> int | None:
    kinds = [canonical(Ty(result.type, decl.file)) for result in decl.type.results]
    return kinds.index(name) if kinds.count(name) == 1 else None


def _is_fresh(known: Bindings, index: int, table: dict[str, Api]) -> bool:
    """Whether each return gives a nil, or a response of the table that nothing but a look was taken at."""
    if not known.functions:
        return False
    sources = {duty.var: duty.name for duty in duties(known, table) if duty.var is not None}
    gives = False
    for node in known.functions[0].own():
        if not isinstance(node, ast.Return):
            continue
        value = node.values[index] if index < len(node.values) else None
        if len(node.values) == 1 and known.api(node.values[0]) in table:
            gives = True
            continue
        if isinstance(value, ast.Name) and value.name == "nil":
            continue
        var = known.var(value)
        if var is None or var not in sources or len(var.stores) != 1:
            return False
        others = [read for read in var.reads if not isinstance(parents(known).get(read), ast.Return)]
        if any(use_of(known, read, _RESPONSE.thing) is not Use.LOOKS for read in others):
            return False
        gives = True
    return gives
