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

A response that is handed on: returned, stored, given to a function out of view. A body that is read to its
end (`io.ReadAll`, a decoder) lets its connection go, closed or not: confidence is low then. The answer to HEAD has no
body. The end of a request's context closes its connection, so that a deferred cancel is as good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.cancelled import is_cancelled
from goleaklint.facts.fresh import calls, fresh
from goleaklint.facts.inits import reported
from goleaklint.facts.latest import value_at
from goleaklint.facts.obligations import Api, Duty, Lapse, duties, finding, lapse, words
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.uses import CLOSE, Thing
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK701",
    name="unclosed-body",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    fixable=True,
    since="0.2.0",
    wait_reasons=("select", "IO wait"),
    fix="defer the body's Close behind the error check, and read it to its end",
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
_DOES = re.compile(rb"\b(?:Do|RoundTrip)\([^\n]*\*http\.Response, ")
_WITH_CONTEXT = ("(net/http.Request).WithContext", "(net/http.Request).Clone")
_HEADS = (b'"HEAD"', b"http.MethodHead")
_TABLE = {
    **{f"net/http.{name}": _RESPONSE for name in ("Get", "Post", "PostForm")},
    **{f"(net/http.Client).{name}": _RESPONSE for name in ("Get", "Post", "PostForm", "Do")},
    "(net/http.Transport).RoundTrip": _RESPONSE,
    "(net/http.RoundTripper).RoundTrip": _RESPONSE,
}
_CALL = calls(_TABLE)


def check(package: Package) -> Iterator[Finding]:
    """Responses of which some path to the end of the function closes no body."""
    facts = package.facts
    helpers = fresh(facts, _TABLE, _CALL, ("net/http",))
    table = {**_TABLE, **{name: api for name, api in helpers.items() if not _asks_for_head(facts, name)}}
    table |= _doers(facts)
    call = _CALL if len(table) == len(_TABLE) else calls(table)
    for decl in reported(facts, call, ("net/http",) if len(table) == len(_TABLE) else ()):
        known = bindings(facts, decl)
        for duty in duties(known, table):
            found = lapse(duty) if not _is_head(known, duty) and not _is_cancelled(known, duty) else None
            if found is not None:
                method = ".Body.Close" if duty.api is _RESPONSE else None
                yield finding(RULE, found, _message(found), _confidence(found), method=method)


def _message(found: Lapse) -> str:
    if found.how == "discarded":
        return "the response is dropped, and its body is never closed"
    assert found.duty.var is not None
    name = found.duty.var.name
    return words(found, f"{name}.Body" if found.duty.api.thing.inner else name, "closed")


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


def _is_cancelled(known: Bindings, duty: Duty) -> bool:
    """`client.Do` of a request whose context is sure to be cancelled, which closes the connection (`readLoop`)."""
    at = duty.stmt.at
    request = value_at(known, duty.call.args[0] if duty.call.args else None, at)
    name = known.api(request)
    carries = name == "net/http.NewRequestWithContext" or name in _WITH_CONTEXT
    return isinstance(request, ast.Call) and carries and is_cancelled(known, request.args[0], at)


def _doers(facts: PackageFacts) -> dict[str, Api]:
    """The methods of the package's interfaces that http.Client has: `Do(*http.Request) (*http.Response, error)`."""
    return {
        f"({name}).{method.name}": _RESPONSE
        for name, decl in facts.types.items()
        if _DOES.search(decl.file.data, decl.at, decl.end) and isinstance(decl.type, ast.InterfaceType)
        for method in decl.type.methods
        if method.name in ("Do", "RoundTrip")
        and [canonical(Ty(one.type, decl.file)) for one in method.type.results] == ["net/http.Response", "error"]
    }


def _asks_for_head(facts: PackageFacts, name: str) -> bool:
    owner, _, method = name.rpartition(".")
    decl = facts.methods.get((owner.strip("()"), method)) if owner else facts.funcs.get(name)
    return decl is None or any(word in decl.text for word in _HEADS)
