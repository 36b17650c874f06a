"""The declarations of one package, linked: types, fields, methods, functions, constants.

There is no type checker: what the source does not say in the package itself is unknown, and unknown never makes a
finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache

from goleaklint.facts.types import SYNC_NAMES, Ty, bare, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl, TypeDecl, ValueDecl
from goleaklint.golang.source import SourceFile
from goleaklint.golang.units import Unit

MAX_EMBEDDING = 5
"""How deep embedded structs are followed; deeper ones do not occur in practice."""


class PackageFacts:
    """Look-ups over the declarations of one unit (the files that one build would compile together)."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.funcs: dict[str, FuncDecl] = {}
        self.methods: dict[tuple[str, str], FuncDecl] = {}
        self.methods_named: dict[str, list[FuncDecl]] = defaultdict(list)
        self.types: dict[str, TypeDecl] = {}
        self.values: dict[str, tuple[ValueDecl, int]] = {}
        self._fields: dict[tuple[int, str], tuple[Ty, str, tuple[str, ...]] | None] = {}
        self._methods: dict[tuple[int, str], tuple[FuncDecl, tuple[str, ...]] | None] = {}
        self._structs: dict[int, tuple[ast.StructType, SourceFile] | None] = {}
        self._carriers: dict[int, bool] = {}
        self._qualified: dict[FuncDecl, str] = {}
        self._keep: list[ast.Type] = []  # the nodes behind the ids above
        self.memo: dict[object, object] = {}  # what resolve works out once for all rules, by declaration
        self.looked_up: set[FuncDecl] = set()  # what was asked for by name, since somebody emptied it
        for file in unit.files:
            self._add(file)

    def _add(self, file: SourceFile) -> None:
        for func in file.funcs:
            if func.recv_type:
                self.methods.setdefault((func.recv_type, func.name), func)
                self.methods_named[func.name].append(func)
            elif func.name not in {"init", "_"}:
                self.funcs.setdefault(func.name, func)
        for declared in file.types:
            self.types.setdefault(declared.name, declared)
        for value in file.values:
            for index, name in enumerate(value.names):
                self.values.setdefault(name.name, (value, index))

    @property
    def go_version(self) -> tuple[int, int]:
        """The language version of the module's `go` line."""
        return self.unit.go_version

    def all_funcs(self, pattern: re.Pattern[bytes] | None = None) -> Iterator[FuncDecl]:
        """Every function and method of the unit, in file order, `init`s included; or those whose text matches."""
        return _funcs(self.unit.files, pattern)

    def reported_funcs(
        self, pattern: re.Pattern[bytes] | None = None, imports: Collection[str] = ()
    ) -> Iterator[FuncDecl]:
        """The functions in whose files findings are wanted: those whose text matches, in files with such an import."""
        return _funcs(self.reported_files(imports), pattern)

    def reported_files(self, imports: Collection[str] = ()) -> Iterator[SourceFile]:
        """The files in which findings are wanted; with `imports` those that import one of these packages."""
        wanted = frozenset(imports)
        for file in self.unit.files:
            if file.path in self.unit.report and (not wanted or not wanted.isdisjoint(file.imports.values())):
                yield file

    @cached_property
    def imports(self) -> frozenset[str]:
        """The packages that any file of the unit imports."""
        return frozenset(path for file in self.unit.files for path in file.imports.values())

    def qualified(self, func: FuncDecl, literal: str = "") -> str:
        """Go's own name of a function, as a dump prints it: `pkg.(*T).Method.func1`; commands are package `main`."""
        name = self._qualified.get(func)
        if name is None:
            package = "main" if self.unit.package == "main" else self.unit.import_path or self.unit.package
            name = self._qualified[func] = f"{package}.{func.local_name}"
        return f"{name}.{literal}" if literal else name

    def function(self, name: str) -> FuncDecl | None:
        """The function of this name."""
        found = self.funcs.get(name)
        if found is not None:
            self.looked_up.add(found)
        return found

    # ---- types

    def declared(self, ty: Ty | None) -> TypeDecl | None:
        """The declaration of a named type of this package."""
        if ty is None:
            return None
        node = bare(ty).node
        if isinstance(node, ast.TypeName) and not node.package:
            return self.types.get(node.name)
        return None

    def underlying(self, ty: Ty | None) -> Ty | None:
        """The type literal behind a name of this package; other types are themselves."""
        for _ in range(MAX_EMBEDDING):
            if ty is None:
                return None
            ty = bare(ty)
            declared = self.declared(ty)
            if declared is None:
                return ty
            ty = Ty(declared.type, declared.file)
        return ty

    def struct(self, ty: Ty | None) -> tuple[ast.StructType, SourceFile] | None:
        """The struct type behind `ty`, with the file that declares it."""
        if ty is None:
            return None
        key = id(ty.node)
        if key not in self._structs:
            under = self.underlying(ty)
            found = (under.node, under.file) if under is not None and isinstance(under.node, ast.StructType) else None
            self._structs[key] = found
            self._keep.append(ty.node)
        return self._structs[key]

    def field(self, ty: Ty | None, name: str) -> tuple[Ty, str, tuple[str, ...]] | None:
        """Type, owner type name and the embedded fields to step through, of `x.name` for x of type `ty`."""
        if ty is None:
            return None
        key = (id(ty.node), name)
        if key not in self._fields:
            self._fields[key] = self._field(ty, name)
            self._keep.append(ty.node)
        return self._fields[key]

    def _field(self, ty: Ty, name: str) -> tuple[Ty, str, tuple[str, ...]] | None:
        level: list[tuple[Ty | None, tuple[str, ...]]] = [(ty, ())]
        for _ in range(MAX_EMBEDDING):
            below: list[tuple[Ty | None, tuple[str, ...]]] = []
            for owner, path in level:
                found = self.struct(owner)
                if found is None:
                    continue
                struct, file = found
                for field in struct.fields:
                    if field.name == name:
                        return Ty(field.type, file), canonical(owner), path
                    if field.embedded:
                        below.append((Ty(field.type, file), (*path, field.name)))
            level = below
        return None

    def method(self, ty: Ty | None, name: str) -> tuple[FuncDecl, tuple[str, ...]] | None:
        """The method `x.name` for x of type `ty`, with the embedded fields to step through to its receiver."""
        if ty is None:
            return None
        key = (id(ty.node), name)
        if key not in self._methods:
            self._methods[key] = self._method(ty, name)
            self._keep.append(ty.node)
        found = self._methods[key]
        if found is not None:
            self.looked_up.add(found[0])
        return found

    def _method(self, ty: Ty, name: str) -> tuple[FuncDecl, tuple[str, ...]] | None:
        level: list[tuple[Ty | None, tuple[str, ...]]] = [(ty, ())]
        for _ in range(MAX_EMBEDDING):
            below: list[tuple[Ty | None, tuple[str, ...]]] = []
            for owner, path in level:
                func = self.methods.get((canonical(owner), name))
                if func is not None:
                    return func, path
                found = self.struct(owner)
                if found is not None:
                    below += [(Ty(f.type, found[1]), (*path, f.name)) for f in found[0].fields if f.embedded]
            level = below
        return self._implementer(ty, name)

    def _implementer(self, ty: Ty | None, name: str) -> tuple[FuncDecl, tuple[str, ...]] | None:
        """The method of the only type of the package that implements this interface of the package."""
        under = self.underlying(ty)
        if self.declared(ty) is None or under is None or not isinstance(under.node, ast.InterfaceType):
            return None
        wanted = {spec.name for spec in under.node.methods}
        if name not in wanted or under.node.embeds:
            return None
        able = [f for f in self.methods_named.get(name, ()) if all((f.recv_type, w) in self.methods for w in wanted)]
        declared = self.declared(ty)
        if declared is not None and not declared.file.is_test:
            able = [f for f in able if not f.file.is_test]  # a fake of the tests is not what production code calls
        return (able[0], ()) if len(able) == 1 else None

    def channel_method(self, name: str) -> FuncDecl | None:
        """The method of this name that some named channel type of the package has, if only one has it."""
        found = [
            func
            for func in self.methods_named.get(name, ())
            if func.recv_type in self.types and isinstance(self.types[func.recv_type].type, ast.ChanType)
        ]
        if len(found) != 1:
            return None
        self.looked_up.add(found[0])
        return found[0]

    def _implementers(self, node: ast.InterfaceType) -> list[str]:
        """The types of the package that have all methods of an interface, by name."""
        wanted = [spec.name for spec in node.methods]
        if not wanted:
            return []
        able = [func.recv_type for func in self.methods_named.get(wanted[0], ())]
        return [name for name in able if all((name, method) in self.methods for method in wanted)]

    def embedded_primitive(self, ty: Ty | None, kinds: tuple[str, ...]) -> tuple[str, ...] | None:
        """The path to an embedded sync type of one of these kinds: `x.Lock()` where x embeds a sync.Mutex."""
        level: list[tuple[Ty | None, tuple[str, ...]]] = [(ty, ())]
        for _ in range(MAX_EMBEDDING):
            below: list[tuple[Ty | None, tuple[str, ...]]] = []
            for owner, path in level:
                found = self.struct(owner)
                if found is None:
                    continue
                for field in found[0].fields:
                    if not field.embedded:
                        continue
                    inner = Ty(field.type, found[1])
                    if SYNC_NAMES.get(canonical(inner)) in kinds:
                        return (*path, field.name)
                    below.append((inner, (*path, field.name)))
            level = below
        return None

    # ---- which types and functions matter

    @cached_property
    def sync_types(self) -> frozenset[str]:
        """Named types of the package that hold, at any depth, a channel, a sync type, a context or a function."""
        inner: dict[str, set[str]] = {}
        found = {n for n, decl in self.types.items() if _holds(decl.type, decl.file, inner.setdefault(n, set()))}
        for name, decl in self.types.items():
            if isinstance(decl.type, ast.InterfaceType):
                inner[name].update(self._implementers(decl.type))
        while True:
            more = {name for name, uses in inner.items() if name not in found and uses & found}
            if not more:
                return frozenset(found)
            found |= more

    def is_sync_type(self, ty: Ty | None) -> bool:
        """Whether a value of this type can carry a primitive."""
        if ty is None:
            return True
        known = self._carriers.get(id(ty.node))
        if known is None:
            uses: set[str] = set()
            known = _holds(ty.node, ty.file, uses) or bool(uses & self.sync_types) or self._is_interface(ty)
            self._carriers[id(ty.node)] = known
            self._keep.append(ty.node)
        return known

    def _is_interface(self, ty: Ty) -> bool:
        """Whether the type is an interface of the package itself: its values may be anything."""
        under = self.underlying(ty)
        return self.declared(ty) is not None and under is not None and isinstance(under.node, ast.InterfaceType)

    @cached_property
    def makers(self) -> frozenset[str]:
        """Functions of the package that return something that carries a primitive."""
        return frozenset(
            name
            for name, func in self.funcs.items()
            if any(self.is_sync_type(Ty(result.type, func.file)) for result in func.type.results)
        )

    @cached_property
    def root_pattern(self) -> re.Pattern[bytes]:
        """Matches the text of a function that may own a primitive and so is worth exploring."""
        makers = "|".join(re.escape(name) for name in sorted(self.makers))
        types = "|".join(re.escape(name) for name in sorted(self.sync_types))
        parts = [
            r"\bmake\(\s*(?:<-)?chan\b",
            r"\b(?:var|const)\s[^=\n]*\bchan\b",
            r"\bsync\.(?:WaitGroup|Mutex|RWMutex|Once|Cond|NewCond)\b",
            r"\berrgroup\.",
            r"\bcontext\.(?:WithCancel|Background|TODO)",
            r"\btime\.AfterFunc\b",
            r"\bselect\s*\{\s*\}",
        ]
        if makers:
            parts.append(rf"\b(?:{makers})\(")
        if types:
            parts.append(rf"\b(?:{types})\{{|\bnew\((?:{types})\)|\bvar\s+\w+\s+(?:{types})\b")
        return re.compile("|".join(parts).encode())

    def int_const(self, name: str) -> int | None:
        """The value of an integer constant of the package that is written as a literal."""
        found = self.values.get(name)
        if found is None or not found[0].const:
            return None
        decl, index = found
        if index < len(decl.values):
            return int_literal(decl.values[index])
        return None


def _funcs(files: Iterable[SourceFile], pattern: re.Pattern[bytes] | None) -> Iterator[FuncDecl]:
    for file in files:
        if pattern is None:
            yield from file.funcs
        elif pattern.search(file.data):  # one look at the file spares most files a look at each function
            yield from (func for func in file.funcs if pattern.search(func.text))


def int_literal(node: ast.Expr | None) -> int | None:
    """The value of an integer literal, None for anything else."""
    return _int_value(node.text) if isinstance(node, ast.Literal) and node.kind == "int" else None


@lru_cache(1024)
def _int_value(text: str) -> int | None:
    text = text.replace("_", "")
    try:
        return int(text, 8) if re.fullmatch(r"0\d+", text) else int(text, 0)
    except ValueError:
        return None


def _holds(node: ast.Type, file: SourceFile, uses: set[str]) -> bool:
    """Whether the type itself holds a primitive; names of the package that decide it are added to `uses`."""
    if isinstance(node, ast.ChanType | ast.FuncType):
        return True
    if isinstance(node, ast.PointerType | ast.SliceType | ast.ArrayType):
        return _holds(node.elem, file, uses)
    if isinstance(node, ast.MapType):
        return _holds(node.value, file, uses)
    if isinstance(node, ast.StructType):
        return sum(_holds(f.type, file, uses) for f in node.fields) > 0
    if isinstance(node, ast.TypeName):
        if node.package:
            path = file.imports.get(node.package, "")
            return path in {"sync", "context", "golang.org/x/sync/errgroup", "io"}
        uses.add(node.name)
    return False
