"""From a frame of a dump to a file of the checkout.

The import path in the function's name and the base name of the file decide: they do not depend on where, in which
container and with which flags the program was built. Only `main.*`, which has no import path, and closures that came in
by inlining, whose names begin with their caller's package, need the file's path: first by what the other frames tell of
the build's directories, else by its last elements.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath

from goleaklint.correlate.functions import Package
from goleaklint.correlate.tree import Disk, Tree
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.symbols import split_symbol
from goleaklint.golang.discover import join, tidy
from goleaklint.golang.modules import Module, Modules, parse_go_mod, parse_go_work

# Programs whose import path the linker does not know: `go build`, and `go build x.go` for other packages.
_NAMELESS = frozenset({"main", "command-line-arguments"})
_UPPER = re.compile(r"!([a-z])")


class Repository:
    """A checkout, or another revision of it. Paths that it returns begin with `root` as it was given, and use `/`."""

    def __init__(self, root: str = ".", tree: Tree | None = None) -> None:
        self.root = tidy(root)
        self.tree: Tree = tree or Disk(self.root)
        self._packages: dict[str, Package] = {}
        self._files: dict[Frame, str | None] = {}
        self._owners: dict[str, tuple[Module, str] | None] = {}
        self._build_roots: dict[str, str] = {}  # directory where the program was built -> directory in the checkout

    def learn(self, frames: Iterable[Frame]) -> None:
        """Take from frames with an import path where the program was built: `/build/app` is this module's directory."""
        self._files.clear()
        for frame in frames:
            owner = self._owner(split_symbol(frame.function)[0])
            if owner is None:
                continue
            module, below = owner
            remote, _, _ = frame.file.rpartition("/")
            if _is_of_another(remote, module):
                continue
            if not below:
                self._build_roots.setdefault(remote, module.root)
            elif remote.endswith("/" + below):
                self._build_roots.setdefault(remote[: -len(below) - 1], module.root)

    def file(self, frame: Frame) -> str | None:
        """The file of a frame, None when it is not of this checkout."""
        if frame not in self._files:
            self._files[frame] = self._file(frame)
        return self._files[frame]

    def _file(self, frame: Frame) -> str | None:
        *above, base = frame.file.replace("\\", "/").split("/")
        if not base or base.startswith("<") or ".." in (*above, base):
            return None  # a dump is not to be trusted: its paths must not lead out of the checkout
        built = self._by_build_root(frame.file)
        if built is not None and self.tree.is_file(built):
            return built
        path = split_symbol(frame.function)[0]
        owner = self._owner(path)
        if owner is not None:
            if _is_of_another("/".join(above), owner[0]) or not _ends(above, owner[1]):
                return None
            local = join(_below(*owner), base)
            return local if self.tree.is_file(local) else self._renamed(frame, local)
        if path not in _NAMELESS or "vendor" in above or all(_is_of_another("/".join(above), m) for m in self.modules):
            return None
        return self._by_last_elements(frame.file, base)

    def _renamed(self, frame: Frame, local: str) -> str | None:
        """The file of the package that has the function now, where the one that the dump names is gone."""
        if not local.endswith(".go"):
            return None
        function = self.package_of(local).named(split_symbol(frame.function)[1], local)
        return function.file.path if function is not None else None

    def go_files(self) -> list[str]:
        """Every Go file of the checkout without vendored ones: first those in directories that were asked for."""
        every = sorted(path for paths in self._walk[1].values() for path in paths)
        return sorted(every, key=lambda path: path.rpartition("/")[0] not in self._packages)

    def package_of(self, path: str) -> Package:
        """The parsed package of a file that `file` gave."""
        directory = path.rpartition("/")[0] or ("/" if path.startswith("/") else ".")
        package = self._packages.get(directory)
        if package is None:
            package = self._packages[directory] = Package(directory, self.import_path(directory), self.tree)
        return package

    def package_named(self, import_path: str) -> Package | None:
        """The package of an import path, None when it is not of this checkout."""
        owner = self._owner(import_path) if import_path not in _NAMELESS else None
        return self.package_of(join(_below(*owner), "x.go")) if owner is not None else None

    def import_path(self, directory: str) -> str:
        """The import path of a directory of the checkout."""
        if isinstance(self.tree, Disk):
            return self._modules_by_directory.import_path(directory)
        holding = [module for module in self.modules if directory == module.root or _is_below(directory, module.root)]
        module = max(holding, key=lambda module: len(module.root), default=None)
        if module is None:
            return self._modules_by_directory.import_path(directory)
        below = os.path.relpath(directory, module.root).replace(os.sep, "/")
        return module.path if below == "." else f"{module.path}/{below}"

    def _owner(self, import_path: str) -> tuple[Module, str] | None:
        """The module with the longest path that begins an import path, and what follows it, if that is a directory."""
        if import_path not in self._owners:
            self._owners[import_path] = self._find_owner(import_path)
        return self._owners[import_path]

    def _find_owner(self, import_path: str) -> tuple[Module, str] | None:
        if ".." in import_path.split("/"):
            return None
        for path in (import_path, import_path.removesuffix("_test")):
            for module in self.modules:
                prefix = "" if module.path == "std" else module.path + "/"  # Go's own checkout
                if path == module.path or path.startswith(prefix):
                    below = path[len(prefix) :]
                    if self.tree.is_dir(_below(module, below)):
                        return module, below
        return None

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """Every module of the checkout, nested ones and the one around it too; longest module path first."""
        found = [self._module(directory) for directory in self._go_mods]
        found += [self._module(directory) for directory in self._used if directory not in self._go_mods]
        around = self._modules_by_directory.module(self.root)
        if around is not None and self.root not in self._go_mods:
            absolute = os.path.isabs(self.root)
            found.append(around._replace(root=tidy(around.root if absolute else os.path.relpath(around.root))))
        named = [module for module in found if module is not None and module.path]
        return tuple(sorted(named, key=lambda module: (-len(module.path), module.root.count("/"), module.root)))

    @cached_property
    def _modules_by_directory(self) -> Modules:
        return Modules()

    def _module(self, directory: str) -> Module | None:
        data = self.tree.read(join(directory, "go.mod"))
        return parse_go_mod(data.decode("utf-8", "replace"), directory) if data is not None else None

    @property
    def _used(self) -> list[str]:
        """The directories that the checkout's go.work uses: modules beside it, too."""
        text = (self.tree.read(join(self.root, "go.work")) or b"").decode("utf-8", "replace")
        return [tidy(os.path.normpath(os.path.join(self.root, used))) for used in parse_go_work(text)]

    @property
    def _go_mods(self) -> list[str]:
        return self._walk[0]

    @cached_property
    def _walk(self) -> tuple[list[str], dict[str, list[str]]]:
        """The directories with a go.mod, and every Go file by its base name."""
        go_mods: list[str] = []
        files: dict[str, list[str]] = {}
        for here, names in self.tree.walk():
            if "go.mod" in names:
                go_mods.append(here)
            for name in names:
                if name.endswith(".go"):
                    files.setdefault(name, []).append(join(here, name))
        return go_mods, files

    def _by_build_root(self, remote: str) -> str | None:
        for root in sorted(self._build_roots, key=len, reverse=True):
            if root and remote.startswith(root + "/"):
                below = remote[len(root) + 1 :]
                is_dependency = "@" in below or "vendor" in below.split("/")[:-1]
                return None if is_dependency else join(self._build_roots[root], below)
        return None

    def _by_last_elements(self, remote: str, base: str) -> str | None:
        """The file whose path ends as the remote one does: in full, or by two elements or more; None when two do."""
        wanted = PurePosixPath(remote).parts
        scores: list[tuple[int, str]] = []
        for path in self._walk[1].get(base, ()):
            local = PurePosixPath(os.path.relpath(path, self.root).replace(os.sep, "/")).parts
            common = _common_tail(wanted, local)
            if common == len(local) or common > 1:
                scores.append((common + (common == len(local)), path))
        best = max(scores, default=(0, ""))[0]
        paths = [path for score, path in scores if score == best]
        return paths[0] if len(paths) == 1 else None


def _is_of_another(remote: str, module: Module) -> bool:
    """A literal of a dependency that came in by inlining: the name begins with this module, the file does not.

    `@v1.2.3` in a path stands behind the module's own, in which `!x` is X (golang.org/x/mod/module, EscapePath).
    """
    path, version, _ = remote.partition("@")
    path = _UPPER.sub(lambda letter: letter[1].upper(), path)
    return bool(version) and path != module.path and not path.endswith("/" + module.path)


def _ends(above: list[str], below: str) -> bool:
    """Whether a file's directory is the package's; a //line comment may name a file without one."""
    wanted = below.split("/") if below else []
    return not above or above in ([""], ["."]) or above[len(above) - len(wanted) :] == wanted


def _common_tail(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    count = 0
    for a, b in zip(reversed(left), reversed(right), strict=False):
        if a != b:
            break
        count += 1
    return count


def _below(module: Module, below: str) -> str:
    return join(module.root, below) if below else module.root


def _is_below(directory: str, root: str) -> bool:
    return (root == "." and not directory.startswith(("/", ".."))) or directory.startswith(root.rstrip("/") + "/")
