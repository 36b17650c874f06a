"""Build constraints: which files a Go build compiles together (go/build/constraint, go/build's goodOSArchFile).

Release tags (`go1.21`) all hold: the newest Go is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import NamedTuple

# internal/syslist of Go 1.26, the likeliest first.
_OSES = (
    "linux darwin windows freebsd openbsd netbsd dragonfly solaris illumos aix android ios js wasip1 plan9"
    " zos hurd nacl"
)
_ARCHES = (
    "amd64 arm64 386 arm riscv64 ppc64le ppc64 s390x mips64 mips64le mips mipsle loong64 wasm"
    " amd64p32 armbe arm64be mips64p32 mips64p32le ppc riscv s390 sparc sparc64"
)
OSES = tuple(_OSES.split())
ARCHES = tuple(_ARCHES.split())
_NOT_UNIX = frozenset({"js", "nacl", "plan9", "wasip1", "windows", "zos"})
_WEB = ("js", "wasip1")
_ALSO = {"android": "linux", "illumos": "solaris", "ios": "darwin"}
_RELEASE = re.compile(r"go1(\.\d+)?")
_TOKEN = re.compile(r"\s*(\|\||&&|[!()]|[\w.]+)")

_MOST_CANDIDATES = 50_000  # configurations tried for one file: milliseconds; real files need a few

Expression = Callable[["Config"], bool]


class Config(NamedTuple):
    """One way to build: what `GOOS`, `GOARCH`, `CGO_ENABLED` and `-tags` would say."""

    os: str = "linux"
    arch: str = "amd64"
    cgo: bool = True
    tags: frozenset[str] = frozenset()

    def __str__(self) -> str:
        parts = [f"{self.os}/{self.arch}", *sorted(self.tags)]
        return " ".join(parts if self.cgo else [*parts, "nocgo"])

    def holds(self, tag: str) -> bool:
        """Whether a tag of a constraint is satisfied."""
        if tag in (self.os, self.arch, "gc") or tag in self.tags or _ALSO.get(self.os) == tag:
            return True
        if tag == "cgo":
            return self.cgo
        if tag == "unix":
            return self.os not in _NOT_UNIX
        return _RELEASE.fullmatch(tag) is not None


DEFAULT = Config()


class Constraint:
    """The constraint of one file, from its name, its `//go:build` line and its use of cgo."""

    def __init__(self, name: str, build: str, uses_cgo: bool = False) -> None:
        self.build = build
        self._os, self._arch = file_name_tags(name)
        self._uses_cgo = uses_cgo
        try:
            self._expression: Expression | None = parse(build) if build else None
        except (SyntaxError, RecursionError):
            self._expression = None  # Go refuses the file; to look at it is more useful
        words = set(re.findall(r"[\w.]+", build)) if self._expression is not None else set()
        self._words = words - {"cgo", "unix", "gc"}

    def allows(self, config: Config) -> bool:
        """Whether a build with this configuration compiles the file."""
        if self._uses_cgo and not config.cgo:
            return False
        if self._os and not config.holds(self._os):
            return False
        if self._arch and self._arch != config.arch:
            return False
        return self._expression is None or self._expression(config)

    @property
    def is_ignored(self) -> bool:
        """`//go:build ignore`: a program of its own that `go run` is given by name."""
        return "ignore" in self._words and not self.allows(DEFAULT)

    def config(self) -> Config | None:
        """The most ordinary configuration that compiles the file, None when there is none (`linux && windows`)."""
        candidates = islice(self._candidates(), _MOST_CANDIDATES)
        return next((config for config in candidates if self.allows(config)), None)

    def _candidates(self) -> Iterator[Config]:
        """Few tags before many, then Linux on amd64 before the rest.

        Only systems that the constraint names need be tried, and some that it does not name.
        """
        named = {*self._words, self._os, self._arch}
        oses = [*(name for name in OSES[:3]), *(name for name in OSES[3:] if name in named)]
        arches = [*(name for name in ARCHES[:2]), *(name for name in ARCHES[2:] if name in named)]
        if "!" in self.build or "unix" in self.build:
            oses, arches = list(OSES), list(ARCHES)
        pairs = list(_pairs(oses, arches))
        tags = sorted(tag for tag in self._words if tag not in OSES and tag not in ARCHES and not _is_release(tag))
        for size in sorted({*range(min(len(tags), 4) + 1), len(tags)}):
            for chosen in combinations(tags, size):
                for os, arch in pairs:
                    yield Config(os, arch, True, frozenset(chosen))
                    yield Config(os, arch, False, frozenset(chosen))


def _pairs(oses: list[str], arches: list[str]) -> Iterator[tuple[str, str]]:
    """All combinations, but WebAssembly only with its own systems."""
    webs = [os for os in oses if os in _WEB] or list(_WEB)
    yield from ((os, arch) for os in oses if os not in _WEB for arch in arches if arch != "wasm")
    yield from ((os, "wasm") for os in webs)


def _is_release(tag: str) -> bool:
    return _RELEASE.fullmatch(tag) is not None


def file_name_tags(name: str) -> tuple[str, str]:
    """The GOOS and GOARCH that a file name asks for, "" where it asks for none: `a_linux_arm64_test.go`.

    `linux.go` asks for nothing: only what follows an underscore counts.
    """
    stem, underscore, rest = name.partition(".")[0].partition("_")
    if not stem and not underscore:
        return "", ""
    words = rest.split("_") if underscore else []
    if words and words[-1] == "test":
        words.pop()
    if len(words) >= 2 and words[-2] in OSES and words[-1] in ARCHES:
        return words[-2], words[-1]
    if words and words[-1] in OSES:
        return words[-1], ""
    if words and words[-1] in ARCHES:
        return "", words[-1]
    return "", ""


def parse(text: str) -> Expression:
    """A `//go:build` expression as a function of a configuration. Raises SyntaxError."""
    tokens: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SyntaxError(f"cannot read the build constraint {text!r}")
        tokens.append(match.group(1))
        at = match.end()
    expression = _parse_or(tokens)
    if tokens:
        raise SyntaxError(f"unexpected {tokens[0]!r} in the build constraint {text!r}")
    return expression


def _parse_or(tokens: list[str]) -> Expression:
    terms = [_parse_and(tokens)]
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        terms.append(_parse_and(tokens))
    return terms[0] if len(terms) == 1 else lambda config: any(term(config) for term in terms)


def _parse_and(tokens: list[str]) -> Expression:
    terms = [_parse_not(tokens)]
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        terms.append(_parse_not(tokens))
    return terms[0] if len(terms) == 1 else lambda config: all(term(config) for term in terms)


def _parse_not(tokens: list[str]) -> Expression:
    if not tokens:
        raise SyntaxError("the build constraint ends too early")
    word = tokens.pop(0)
    if word == "!":
        inner = _parse_not(tokens)
        return lambda config: not inner(config)
    if word == "(":
        inner = _parse_or(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise SyntaxError("a parenthesis of the build constraint is not closed")
        return inner
    if word in ("||", "&&", ")"):
        raise SyntaxError(f"unexpected {word!r} in a build constraint")
    return lambda config: config.holds(word)
