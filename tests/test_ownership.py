"""Nothing is told of a value whose ownership passes on: each way in which it does, for each kind of value.

Both are Go in the folder `ownership`. Each cell is a package with one function, which makes a value of a kind and does
with it what the way says; the cells of a kind are checked at once, as a module of their own.

In `kinds.txt` the text makes the value: `$x` is the value, `$op` is `:=` or `=`, `$zero` what is returned where it
cannot be made. `@release` is what releases it, `@method` the same as a function, where there is one, `@look` leaves it
as it is; `@others` are the variables that are made with it, `@error` says that the release gives an error, `@keeper`
that the value is in a field of a keeper, whose methods the functions are. What follows `--` is declared beside it.

In `ways.txt` the text is the body of the function behind that; with `@make` in it, `@declare` declares the variables
and `@make` is the making. `@release(y)`, `@method(y)` and `@look(y)` are those of the kind, of a value that y denotes;
`$T` is its type; `@params`, `@args` and `@vars` are its parameters: as such, as arguments, as variables.
A way is `@awake` when the value is lost with the releases taken out, `@error` or `@plain` when it is one for releases
that give an error or none only; `@ends` when the process ends with the function.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from goleaklint import catalog, driver
from goleaklint.config import Config
from goleaklint.model import Confidence

FOLDER = Path(__file__).parent / "ownership"
IMPORTS = (
    "container/list",
    "context",
    "database/sql",
    "errors",
    "example.com/events/pb",
    "example.com/other",
    "github.com/fsnotify/fsnotify",
    "github.com/panjf2000/ants/v2",
    "golang.org/x/sync/errgroup",
    "google.golang.org/grpc",
    "io",
    "iter",
    "log",
    "net",
    "net/http",
    "net/http/httptest",
    "os",
    "os/exec",
    "os/signal",
    "reflect",
    "runtime",
    "slices",
    "sync",
    "sync/atomic",
    "testing",
    "time",
)
SHARED = """
func work(context.Context) {}

func use(int) {}

func run() error { return nil }

func ready() bool { return false }

func idle() {}
"""
ABOUT_DEADLINES = ("GLK503", "GLK60")
"""The rules that say nothing of what must be released."""
ABOUT_WAITS = ("GLK1", "GLK2", "GLK3", "GLK4")
"""The rules about a goroutine that waits for nobody at all, which is wrong wherever it is."""
ASLEEP = {
    "notified": ["behind a labelled break", "loop left by select"],  # a loop that may well be that of the process
    "stream": [  # all that is done must be what a stream has
        "alias",
        "defer helper",
        "defer unless nil",
        "goroutine is given it",
        "goroutine of a function",
        "nil asked at the end",
        "passed to a passer",
        "passed to a releaser",
    ],
    "transport": ["flag", "flag twice", "nil asked at the end"],  # a variable that may have been given another one
}
"""Ways in which a value that is lost is not told of."""
WRONG = {
    # The exploration follows no panic, and takes what a recover may do for done twice: at low confidence.
    "received-from": ["recover and end"],
    "sent-to": ["recover and end"],
}
"""Ways that are not silent yet: when one comes right, the test fails and the line goes."""

_OPTION = re.compile(r"@(\w+)(?: (.*))?$")
_CALL = re.compile(r"@(release|method|look)\((\(\*y\)|[^()]*)\)")


class Text(NamedTuple):
    """A kind or a way: its options, the lines of its text, and what is declared beside it."""

    name: str
    options: dict[str, str]
    body: str
    decls: str

    def get(self, option: str, default: str = "") -> str:
        return self.options.get(option, default)

    def has(self, option: str) -> bool:
        return option in self.options


OPTIONS = {
    "kinds.txt": ("code", "type", "params", "others", "release", "method", "look", "go", "error", "keeper"),
    "ways.txt": ("params", "results", "zero", "package", "awake", "error", "plain", "ends"),
}


def texts(name: str) -> Iterator[Text]:
    """What a file of the folder holds; `== ` begins each, `# ` is a comment."""
    content = re.sub(r"^# .*\n", "", (FOLDER / name).read_text(), flags=re.MULTILINE)
    for block in f"\n{content}".split("\n== ")[1:]:
        title, _, rest = block.partition("\n")
        options: dict[str, str] = {}
        lines = rest.splitlines()
        while lines and (match := _OPTION.match(lines[0])) and match[1] in OPTIONS[name]:
            options[match[1]] = match[2] or ""
            del lines[0]
        body, _, decls = "\n".join(lines).partition("--\n")
        yield Text(title, options, body.strip(), decls.strip())


KINDS = list(texts("kinds.txt"))
WAYS = list(texts("ways.txt"))
DROPPED = Text("dropped", {}, "return run()", "")


def senseless(kind: Text, way: Text) -> str:
    """Why a way makes no sense of a kind, "" when it does."""
    is_closer = kind.get("method") == "$x.Close" and kind.has("error")
    if way.has("error") and not kind.has("error"):
        return "its release gives no error"
    if way.has("plain") and kind.has("error"):
        return "its release gives an error"
    if "@method" in way.body and not kind.has("method"):
        return "no function releases it"
    if "Close" in way.body.replace("h.Close()", "").replace("job.Close()", "") and not is_closer:
        return "it is no io.Closer"
    if way.name == "reflect call" and kind.get("method") != "$x":
        return "it is no function"
    if way.name == "reflect select" and not kind.get("type").startswith("chan "):
        return "it is no channel"
    if kind.has("keeper") and ("@make" in way.body or way is DROPPED):
        return "it is made elsewhere"
    if way.has("ends") and kind.has("keeper"):
        return "it outlives the function"
    if way.has("ends") and kind.get("code").startswith(ABOUT_WAITS):
        return "what waits for nobody at all is told wherever it is"
    return ""


def source(kind: Text, way: Text, *, releases: bool = True) -> str:
    """The file of a cell; without `releases` the value is only looked at where it would be released."""
    x, is_keeper = ("k.x", True) if kind.has("keeper") else ("x", False)
    errs = "var err error" if ", err $op" in kind.body else ""
    declared = "\n".join(line for line in (f"var {x} {kind.get('type')}", kind.get("others"), errs) if line)
    params = ", ".join(part for part in (kind.get("params"), way.get("params")) if part)
    making = kind.body.replace("$op", "=" if "@make" in way.body else ":=").replace("$zero", way.get("zero", "err"))
    body = way.body if "@make" in way.body else f"@make\n{way.body}"
    body = body.replace("@declare", declared).replace("@others", kind.get("others")).replace("@make", making)
    receiver = "(k *keeper) " if is_keeper else ""
    text = f"func {receiver}cell(@params) {way.get('results', 'error')} {{\n{body}\n}}\n\n{way.decls}"

    def filled(match: re.Match[str]) -> str:
        return kind.get(match[1] if releases else "look").replace("$x", match[2])

    variables = "\n".join(f"var {one}" for one in params.split(", ") if one)
    text = text.replace("@vars", variables).replace("@params", params)
    text = text.replace("@args", re.sub(r"(\w+) [^,]+", r"\1", params)).replace("$x", x)
    text = _CALL.sub(filled, text).replace("$T", kind.get("type"))
    text = text.replace("$error", " error" if kind.has("error") else "")
    text = f"{kind.decls}\n\n{text}\n{SHARED}"
    assert "@" not in text
    used = [path for path in IMPORTS if re.search(rf"(?<![\w.]){path.removesuffix('/v2').split('/')[-1]}\.", text)]
    lines = "\n".join(f'import "{path}"' for path in used)
    return f"package {way.get('package', 'p')}\n\n{lines}\n\n{text}"


@functools.cache
def loaded() -> catalog.Catalog:
    return catalog.load()


def told(folder: Path, kind: Text, cells: dict[str, str]) -> dict[str, list[str]]:
    """What is told of each cell, by its name."""
    (folder / "go.mod").write_text(f"module example.com/cells\n\ngo {kind.get('go', '1.25')}\n")
    names = {f"c{index}": name for index, name in enumerate(cells)}
    for directory, name in names.items():
        (folder / directory).mkdir()
        (folder / directory / "cell.go").write_text(cells[name])
    config = Config(min_confidence=Confidence.LOW, jobs=1)
    report = driver.check_paths([folder.as_posix()], config=config, root=folder, catalog=loaded())
    assert report.diagnostics == ()
    found: dict[str, list[str]] = {name: [] for name in cells}
    for finding in report.findings:
        if not finding.code.startswith(ABOUT_DEADLINES):
            found[names[Path(finding.span.path).parent.name]].append(f"{finding.code} {finding.message}")
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_passes_on_is_silent(kind: Text, tmp_path: Path) -> None:
    """Whichever way a value of the kind is released or handed on, no rule has a word to say, at any confidence."""
    ways = {way.name: way for way in WAYS if not senseless(kind, way)}
    found = told(tmp_path, kind, {name: source(kind, way) for name, way in ways.items()})
    for name in [name for name, way in ways.items() if way.has("ends")]:
        found[name] = [one for one in found[name] if not one.startswith(ABOUT_WAITS)]
    loud = {name: messages for name, messages in found.items() if messages}
    assert list(loud) == WRONG.get(kind.name, []), loud


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.has("keeper")], ids=lambda kind: kind.name)
def test_what_is_lost_is_told(kind: Text, tmp_path: Path) -> None:
    """A value that is dropped is found, and so is one whose release is taken out of a way that does nothing else."""
    ways = [DROPPED, *(way for way in WAYS if way.has("awake") and not senseless(kind, way))]
    cells = {way.name: source(kind, way, releases=False) for way in ways}
    codes = tuple(kind.get("code").split())
    found = told(tmp_path, kind, cells)
    silent = sorted(name for name in cells if not any(one.startswith(codes) for one in found[name]))
    assert silent == ASLEEP.get(kind.name, [])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.has("keeper")], ids=lambda kind: kind.name)
def test_what_is_forgotten_in_a_field_is_told(kind: Text, tmp_path: Path) -> None:
    """A field that nothing releases is found."""
    cell = source(kind, Text("forgotten", {}, "return run()", ""))
    assert [one.split()[0] for one in told(tmp_path, kind, {"forgotten": cell})["forgotten"]] == [kind.get("code")]


def test_each_way_is_one_of_most_kinds() -> None:
    """No way is senseless of all kinds but a few, and no two have one name."""
    assert len({way.name for way in WAYS}) == len(WAYS) > 100
    assert len({kind.name for kind in KINDS}) == len(KINDS) > 30
    for way in WAYS:
        assert sum(not senseless(kind, way) for kind in KINDS) >= 2, way.name
