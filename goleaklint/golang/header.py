"""What stands before the declarations of a file: build constraints, the mark of generated code, imports."""

from __future__ import annotations

import re

_GENERATED = re.compile(rb"^// Code generated .* DO NOT EDIT\.\r?$", re.MULTILINE)
_LAX = re.compile(rb"code generated|do not edit", re.IGNORECASE)
_GO_BUILD = re.compile(rb"^//go:build[ \t]+([^\r\n]*)", re.MULTILINE)
_PLUS_BUILD = re.compile(rb"^//[ \t]*\+build[ \t]+([^\r\n]*)", re.MULTILINE)
_PACKAGE = re.compile(rb"^[ \t]*package[ \t]", re.MULTILINE)
_VERSION = re.compile(r"v\d+")
_DOTTED_VERSION = re.compile(r"\.(v\d+|go|js)$")


def is_generated(header: bytes) -> bool:
    """By the rule of go.dev/s/generatedcode."""
    return _GENERATED.search(header) is not None


def is_loosely_generated(header: bytes) -> bool:
    """Says so in any words, as golangci-lint's `lax` has it."""
    return _LAX.search(header) is not None


def header_of(data: bytes) -> bytes:
    """What stands before the package clause. Only the first line that looks like one counts."""
    match = _PACKAGE.search(data)
    return data[: match.start()] if match is not None else data


def build_constraint(header: bytes) -> str:
    """The `//go:build` expression, or the older `// +build` lines written as one; "" when there is none."""
    match = _GO_BUILD.search(header)
    if match is not None:
        expression = match.group(1).decode("utf-8", "replace")
        return expression.partition("//")[0].strip()
    lines = [found.group(1).decode("utf-8", "replace").split() for found in _PLUS_BUILD.finditer(header)]
    return " && ".join(_plus_build(options, len(lines) > 1) for options in lines if options)


def _plus_build(options: list[str], several: bool) -> str:
    """One `// +build` line: a space is or, a comma is and."""
    terms = [" && ".join(option.split(",")) for option in options]
    if len(terms) == 1:
        return terms[0]
    text = " || ".join(f"({term})" if " " in term else term for term in terms)
    return f"({text})" if several else text


def local_import_name(path: str, data: bytes) -> str:
    """The name by which a file refers to an unnamed import.

    Only the imported package knows its name. The guess: of the names that the path suggests the first that the file
    uses as a qualifier, for `k8s.io/api/autoscaling/v2` is package v2 and `github.com/go-redis/redis/v9` is redis.
    """
    names = _suggested_names(path)
    if len(names) > 1:
        for name in names:
            if re.search(rb"(?<![\w./\"])" + re.escape(name.encode()) + rb"\.\w", data):
                return name
    return names[0]


def _suggested_names(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part]
    if not parts:
        return [path]
    last = _DOTTED_VERSION.sub("", parts[-1])
    names: list[str] = []
    if _VERSION.fullmatch(last) and len(parts) > 1:
        before = _DOTTED_VERSION.sub("", parts[-2])
        names = [*_spellings(before), last]
        if last in ("v0", "v1"):  # no module has these in its path
            names.insert(0, names.pop())
    else:
        names = _spellings(last)
    good = [name for name in dict.fromkeys(names) if name.isidentifier()]
    return good or [last]


def _spellings(element: str) -> list[str]:
    """`go-foo` and `foo-go` are foo; `foo-bar` may be foobar, foo_bar, bar or foo."""
    if element.isidentifier():
        return [element]
    short = element.removeprefix("go-").removesuffix("-go").removesuffix(".go")
    pieces = re.split(r"[-.]", short)
    return [short, "".join(pieces), "_".join(pieces), pieces[-1], pieces[0]]
