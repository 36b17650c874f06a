"""Loads rule files from folders: the built-in rules/ and any folder that a user names.

A rule file holds `RULE = Rule(...)`, a docstring, and `check(package)`. It is loaded by path, so that a user's own
folder needs no packaging.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from goleaklint.config import did_you_mean
from goleaklint.model import Finding, Rule

Check = Callable[[Any], Iterator[Finding]]

_CODE = re.compile(r"[A-Z]{2,8}\d{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class CatalogError(Exception):
    """A rule file that cannot be used, or a rule that does not exist; the message names it."""


class Catalog:
    """Rules by code and by name. A rule without a check is decided elsewhere (the suppression filters).

    `checks` gives the functions that decide, by code; it is asked when the first of them is needed.
    """

    def __init__(self, rules: Iterable[Rule], checks: Callable[[], dict[str, Check]]) -> None:
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.code))
        self._load = checks
        self._by_word = {word: rule for rule in self.rules for word in (rule.code, rule.name)}

    def find(self, word: str) -> Rule:
        """The rule of that code or name, in any case; CatalogError when there is none."""
        rule = self._by_word.get(word) or self._by_word.get(word.upper()) or self._by_word.get(word.lower())
        if rule is None:
            near = did_you_mean(word, self._by_word) or did_you_mean(word.upper(), self._by_word)
            raise CatalogError(f"unknown rule {word}{near}")
        return rule

    @cached_property
    def checks(self) -> dict[str, Check]:
        """The functions that decide, by the codes of their rules."""
        return self._load()

    def check(self, code: str) -> Check | None:
        """The function that decides a rule."""
        return self.checks.get(code)


def load(folders: Iterable[Path] = (), *, also: Iterable[Rule] = ()) -> Catalog:
    """The built-in rules, those of `folders`, and `also`, whose decisions are made elsewhere."""
    rules: dict[str, tuple[Rule, str]] = {rule.code: (rule, "built in") for rule in also}
    checks: dict[str, Check] = {}
    for prefix, folder in _folders(folders):
        for path in sorted(folder.glob("*.py")):
            if path.name.startswith("_"):
                continue
            rule, check = _rule(path, prefix)
            _claim(rule, path, rules)
            rules[rule.code] = (rule, path.as_posix())
            checks[rule.code] = check
    return Catalog((rule for rule, _ in rules.values()), lambda: checks)


def built_in_folder() -> Path:
    """The folder of the built-in rules: in the installed package, else in the checkout beside pyproject.toml."""
    package = Path(__file__).parent
    installed = package / "rules"
    return installed if installed.is_dir() else package.parent / "rules"


def _folders(named: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    yield "goleaklint.rules.", built_in_folder()
    for index, folder in enumerate(named):
        if not folder.is_dir():
            raise CatalogError(f"{folder.as_posix()}: no such folder of rules")
        yield f"goleaklint_user_rules_{index}.", folder


def _claim(rule: Rule, path: Path, rules: dict[str, tuple[Rule, str]]) -> None:
    """Two rules with one code or one name would hide each other."""
    for other, where in rules.values():
        if rule.code == other.code or rule.name == other.name:
            raise CatalogError(f"{path.as_posix()}: {rule.code} {rule.name} is also the rule of {where}")


def _rule(path: Path, prefix: str) -> tuple[Rule, Check]:
    module = _load(path, prefix + path.stem)
    rule, check = getattr(module, "RULE", None), getattr(module, "check", None)
    if not isinstance(rule, Rule):
        raise CatalogError(f"{path.as_posix()}: no RULE = Rule(...)")
    if not callable(check):
        raise CatalogError(f"{path.as_posix()}: no function check(package)")
    if not _CODE.fullmatch(rule.code):
        raise CatalogError(f"{path.as_posix()}: the code {rule.code!r} is not letters and three digits, such as GLK101")
    if not _NAME.fullmatch(rule.name):
        raise CatalogError(f"{path.as_posix()}: the name {rule.name!r} is not in kebab case")
    doc = (module.__doc__ or "").strip()
    if not doc:
        raise CatalogError(f"{path.as_posix()}: no docstring, which is what the rule promises")
    return msgspec.structs.replace(rule, doc=doc + "\n"), check


def _load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CatalogError(f"{path.as_posix()}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        line = _line_in(error, path)
        raise CatalogError(f"{path.as_posix()}{line}: {type(error).__name__}: {error}") from error
    return module


def _line_in(error: Exception, path: Path) -> str:
    """`:LINE` of the rule file at which loading it failed, if the failure is in it."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f":{error.lineno}"
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = f":{trace.tb_lineno}"
        trace = trace.tb_next
    return line
