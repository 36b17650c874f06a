"""Rule files are loaded by path; a bad one is a clear error, and words find rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint import catalog
from goleaklint.catalog import CatalogError
from goleaklint.filters import suppress

GOOD = '''"""A title.

*Why it leaks*
"""
from goleaklint.model import Rule, Severity

RULE = Rule(code="TST101", name="my-rule", severity=Severity.NOTE, since="1")


def check(package):
    yield from ()
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_rule.py").write_text(GOOD)
    (tmp_path / "_shared.py").write_text("raise ValueError\n")
    (tmp_path / "notes.txt").write_text("no rule\n")
    return tmp_path


def test_a_users_rule(folder: Path) -> None:
    """It stands beside the built-in ones, its docstring is its documentation, and it is found by code and name."""
    loaded = catalog.load([folder])
    rule = loaded.find("TST101")
    assert (rule.doc, rule.title) == ("A title.\n\n*Why it leaks*\n", "A title.")
    assert [loaded.find(word) for word in ("tst101", "my-rule", "MY-RULE")] == [rule] * 3
    check = loaded.check("TST101")
    assert check is not None
    assert list(check(None)) == []
    assert {rule.code for rule in loaded.rules} - {rule.code for rule in catalog.load().rules} == {"TST101"}


def test_rules_are_sorted_and_built_in_ones_are_there() -> None:
    """The catalogue does not depend on the order of the file system."""
    codes = [rule.code for rule in catalog.load(also=suppress.RULES).rules]
    assert codes == sorted(codes)
    assert {"GLK900", "GLK901"} <= set(codes)
    assert catalog.built_in_folder().is_dir()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("TST11", "unknown rule TST11; did you mean TST101?"),
        ("my-rul", "unknown rule my-rul; did you mean my-rule?"),
        ("nothing-like-it", "unknown rule nothing-like-it"),
    ],
)
def test_unknown_rules(folder: Path, word: str, message: str) -> None:
    """The nearest code or name is suggested."""
    with pytest.raises(CatalogError) as error:
        catalog.load([folder]).find(word)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n\n!\n", ":3: SyntaxError: invalid syntax (bad.py, line 3)"),
        ("import nothing_of_this_name\n", ":1: ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("'''D.'''\ndef f():\n    raise ValueError('no')\nf()\n", ":3: ValueError: no"),
        ("'''D.'''\n", ": no RULE = Rule(...)"),
        (GOOD.replace("def check", "def test"), ": no function check(package)"),
        (GOOD.replace('"TST101"', '"T1"'), ": the code 'T1' is not letters and three digits, such as GLK101"),
        (GOOD.replace('"my-rule"', '"My Rule"'), ": the name 'My Rule' is not in kebab case"),
        (GOOD.partition("from")[2].join(["from", ""]), ": no docstring, which is what the rule promises"),
        (GOOD.replace('"TST101"', '"TST102"'), ": TST102 my-rule is also the rule of FOLDER/a_rule.py"),
        (GOOD.replace('"my-rule"', '"other"'), ": TST101 other is also the rule of FOLDER/a_rule.py"),
    ],
)
def test_a_bad_rule_file(tmp_path: Path, text: str, message: str) -> None:
    """The message names the file, the line where there is one, and what is wrong."""
    (tmp_path / "a_rule.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(CatalogError) as error:
        catalog.load([tmp_path])
    folder = tmp_path.as_posix()
    assert str(error.value) == f"{folder}/bad.py{message.replace('FOLDER', folder)}"


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    """A wrong folder is no empty one."""
    with pytest.raises(CatalogError) as error:
        catalog.load([tmp_path / "none"])
    assert str(error.value) == f"{(tmp_path / 'none').as_posix()}: no such folder of rules"
