"""Results of packages that are kept between runs, under the digest of everything that they depend on.

That is: the program with its rules, the configuration, the bytes of the package's own files, and the state of whatever
else the check looked at (`facts.asked`). A result with an internal error in it is not kept.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from goleaklint import catalog as catalogs
from goleaklint.catalog import Catalog
from goleaklint.config import Config
from goleaklint.facts import asked
from goleaklint.filters import suppress
from goleaklint.model import Diagnostic, Finding, Rule
from goleaklint.store import Store, digest

if TYPE_CHECKING:
    from goleaklint.explore.kept import Kept
    from goleaklint.facts.package import PackageFacts
    from goleaklint.golang.contents import Contents
    from goleaklint.golang.discover import PackageDir

_GRAMMAR = ("tree_sitter", "tree_sitter_go")
_UNKEPT = frozenset({"unreadable", "internal"})


class PackageResult(msgspec.Struct, frozen=True):
    """What checking one package gave; `unsure` are the findings that are less sure than was asked for."""

    findings: tuple[Finding, ...] = ()
    unsure: tuple[Finding, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    files: int = 0
    lines: int = 0
    suppressed: int = 0
    generated: int = 0


class _Entry(msgspec.Struct, frozen=True):
    """A kept result; `around` is what the check looked at outside of the package."""

    around: list[asked.Asked]
    result: PackageResult


class Results:
    """The results in a store, for one program and one configuration."""

    def __init__(
        self,
        store: Store,
        config: Config,
        root: Path,
        *,
        ignore_suppressions: bool = False,
    ) -> None:
        self.store = store
        self._program = _program(config.rule_folders())
        matters = msgspec.structs.replace(
            config, jobs=0, format="full", fail_on=Config().fail_on, strict_parse=False, baseline=""
        )
        self._roots = digest(self._program, bytes([config.closed_roots]))
        self._salt = digest(
            self._program,
            _bytes(matters),
            os.fsencode(root),
            os.fsencode(os.getcwd()),
            bytes([ignore_suppressions]),
        )

    def catalog(self, config: Config) -> Catalog:
        """Every rule there is; the rule files are loaded when the first of them has to decide."""
        key = digest(b"rules", self._program, _bytes(config.rule_folders()))
        kept = self.store.get(key)
        if kept is not None:
            try:
                rules = msgspec.msgpack.decode(kept, type=list[Rule])
            except msgspec.DecodeError:
                pass
            else:
                return Catalog(rules, lambda: load_catalog(config).checks)
        catalog = load_catalog(config)
        self.store.put(key, msgspec.msgpack.encode(list(catalog.rules)))
        return catalog

    def key(self, package: PackageDir, contents: Contents) -> bytes | None:
        """What the result for these bytes is kept under; None when a file cannot be read."""
        texts, diagnostics = contents
        if any(diagnostic.kind in _UNKEPT for diagnostic in diagnostics):
            return None
        parts: list[bytes] = [self._salt, _bytes(package)]
        for path, data in texts.items():
            parts += [os.fsencode(path), data]
        return digest(*parts)

    def get(self, key: bytes) -> PackageResult | None:
        """The kept result, if all that it depends on is as it was."""
        kept = self.store.get(key)
        if kept is None:
            return None
        try:
            entry = msgspec.msgpack.decode(kept, type=_Entry)
        except msgspec.DecodeError:
            return None
        if all(map(asked.is_untouched, entry.around)):
            return entry.result
        now = [same for one in entry.around if (same := asked.again(one)) is not None]
        if len(now) < len(entry.around):
            return None
        self.store.put(key, msgspec.msgpack.encode(msgspec.structs.replace(entry, around=now)))
        return entry.result

    def roots(self, facts: PackageFacts) -> Kept | None:
        """What is known of the roots of a package of which something has changed."""
        from goleaklint.explore.kept import kept

        return kept(self.store, self._roots, facts)

    def put(self, key: bytes, result: PackageResult) -> None:
        """Keep a result, with what was asked for while it was worked out."""
        if any(diagnostic.kind in _UNKEPT for diagnostic in result.diagnostics):
            return
        with contextlib.suppress(UnicodeEncodeError):  # a path that is no text; a rare one is not worth a detour
            self.store.put(key, msgspec.msgpack.encode(_Entry(asked.since_begin(), result)))

    def trouble(self) -> Iterator[Diagnostic]:
        """What is to be said of the store."""
        if self.store.trouble:
            yield Diagnostic(path=self.store.path.as_posix(), kind="cache", message=self.store.trouble)


def load_catalog(config: Config) -> Catalog:
    """Every rule there is: built in, of the user's folders, and of the suppression filters."""
    return catalogs.load(config.rule_folders(), also=suppress.RULES)


def _bytes(value: object) -> bytes:
    """What tells two values apart, paths that are no text included."""
    return repr(value).encode("utf-8", "surrogatepass")


def _program(folders: Iterable[Path]) -> bytes:
    """Stands for all code that decides: the state of each file of the program, of the rules and of the grammar."""
    here = Path(__file__).parent
    parts = [sys.version.encode()]
    for folder in dict.fromkeys([here, catalogs.built_in_folder(), *folders]):
        parts += [line.encode("utf-8", "surrogateescape") for line in _states(str(folder), ".py")]
    for name in _GRAMMAR:
        spec = importlib.util.find_spec(name)
        for place in (spec.submodule_search_locations or []) if spec is not None else []:
            parts += [line.encode("utf-8", "surrogateescape") for line in _states(place, ".so", ".pyd", ".py")]
    return digest(*parts)


def _states(folder: str, *endings: str) -> list[str]:
    found: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(endings):
                    stat = entry.stat()
                    found.append(f"{entry.path} {stat.st_size} {stat.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    found += _states(entry.path, *endings)
    except OSError:
        return found
    return sorted(found)
