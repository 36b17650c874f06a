"""Computed symbol names against those of a real binary: bench/symbols.py REPOSITORY DIRECTORY [--binary FILE] [-v]

Builds the program in DIRECTORY (below REPOSITORY) with `go build`, or takes a binary that was built from it, and reads
the line table that Go's own tracebacks are made of: each function's symbol, its files and its start line. A symbol is
of the repository when the program's import paths are and its source stands there. It is named right when the name
alone, with the base name of its file, leads to the function that starts on that line.

Wrappers of the compiler (`gowrap1`, `-fm`) have the position of their statement or nothing; both are counted apart.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from goleaklint.correlate.names import resolve
from goleaklint.correlate.repository import Repository
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.symbols import split_symbol

MAGICS = (0xFFFFFFF0, 0xFFFFFFF1)  # Go 1.18, Go 1.20: abi/symtab.go


class Symbol(NamedTuple):
    """A function of the line table; `files` are all that its instructions come from, the first that of its entry."""

    name: str
    files: tuple[str, ...]
    start_line: int


def section(data: bytes, *names: str) -> bytes:
    """One section of an ELF file with 64 bits."""
    (offset,) = struct.unpack_from("<Q", data, 40)
    size, count, names_at = struct.unpack_from("<3H", data, 58)
    headers = [struct.unpack_from("<IIQQQQ", data, offset + size * i) for i in range(count)]
    strings = headers[names_at][4]
    for name, _, _, _, at, length in headers:
        if text(data, strings + name) in names:
            return data[at : at + length]
    raise SystemExit("no line table: not an ELF binary of Go?")


def text(data: bytes, at: int) -> str:
    """A string that ends with a zero byte."""
    return data[at : data.index(b"\0", at)].decode("utf-8", "replace")


def symbols(binary: Path) -> Iterator[Symbol]:
    """Every function of the line table (runtime/symtab.go: pcHeader, _func; pcvalue)."""
    table = section(binary.read_bytes(), ".gopclntab", ".data.rel.ro.gopclntab")
    magic, _, _, _ = struct.unpack_from("<IHBB", table)
    if magic not in MAGICS:
        raise SystemExit(f"a line table of another version of Go: {magic:#x}")
    functions, _, _, names, units, files, values, funcs = struct.unpack_from("<8Q", table, 8)
    for number in range(functions):
        (offset,) = struct.unpack_from("<I", table, funcs + 8 * number + 4)
        at = funcs + offset
        _, name, _, _, _, pcfile, _, _, unit, start = struct.unpack_from("<IiiIIIIIIi", table, at)
        found = []
        for file in dict.fromkeys(steps(table, values + pcfile) if pcfile else ()):
            if unit == 0xFFFFFFFF or file < 0:
                continue
            (where,) = struct.unpack_from("<I", table, units + 4 * (unit + file))
            if where != 0xFFFFFFFF:
                found.append(text(table, files + where))
        yield Symbol(text(table, names + name), tuple(found), start)


def steps(table: bytes, at: int) -> Iterator[int]:
    """The values of a pc-value table, in the order of the instructions."""
    value, first = -1, True
    while True:
        change, at = varint(table, at)
        if change == 0 and not first:
            return
        first = False
        value += -(change >> 1) - 1 if change & 1 else change >> 1
        _, at = varint(table, at)
        yield value


def varint(table: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = table[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def main() -> None:
    """Build, measure and print."""
    arguments = [each for each in sys.argv[1:] if each != "-v"]
    if len(arguments) < 2:
        raise SystemExit(__doc__)
    root, directory = arguments[:2]
    with tempfile.TemporaryDirectory() as scratch:
        binary = Path(arguments[3]) if arguments[2:3] == ["--binary"] else Path(scratch) / "program"
        if not binary.exists():
            subprocess.run(["go", "build", "-o", binary, "."], cwd=os.path.join(root, directory), check=True)
        measure(root, binary, verbose="-v" in sys.argv)


def measure(root: str, binary: Path, *, verbose: bool) -> None:
    repository = Repository(root)
    every = list(symbols(binary))
    repository.learn(Frame(each.name, file, each.start_line) for each in every for file in each.files[:1])
    counts: Counter[str] = Counter()
    for symbol in every:
        verdict = judge(symbol, repository)
        counts[verdict] += 1
        if verbose and verdict not in ("elsewhere", "right", "no Go source"):
            print(verdict, symbol.name, *symbol.files[:2], symbol.start_line)
    total = max(sum(counts.values()) - counts["elsewhere"] - counts["no Go source"], 1)
    print(*(f"{kind}: {count}" for kind, count in sorted(counts.items())), sep="\n")
    with_line = counts["right"] + counts["right with the line"]
    print(f"of {total}: {100 * counts['right'] / total:.2f} % named right by the name alone,", end=" ")
    print(f"{100 * with_line / total:.2f} % with a line, as every dump has one")


def judge(symbol: Symbol, repository: Repository) -> str:
    if not symbol.files or symbol.files[0].endswith((".s", "<autogenerated>")) or not symbol.start_line:
        return "no Go source"
    if symbol.name.endswith(".init") and symbol.start_line == 1:
        return "no Go source"  # initializes the package
    paths = [path for file in symbol.files if (path := repository.file(Frame(symbol.name, file, 1))) is not None]
    if not paths:
        return "elsewhere"
    package = repository.package_of(paths[0])
    named = resolve(package, split_symbol(symbol.name)[1], paths[0])
    if named is None:
        return "missing"
    right = named.function.file.path in paths and named.line == symbol.start_line
    if named.sure:
        return "right" if right else "wrong"
    named = resolve(package, split_symbol(symbol.name)[1], paths[0], symbol.start_line)
    return "right with the line" if named is not None and named.line == symbol.start_line else "wrong with the line"


if __name__ == "__main__":
    main()
