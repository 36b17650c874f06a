"""Where the configuration comes from, what wins, and what is said of a bad one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from goleaklint import config as configs
from goleaklint.config import Config, ConfigError
from goleaklint.model import Confidence, Severity


def load(start: Path, **more: Any) -> configs.Loaded:
    choices: dict[str, Any] = {"options": {}, "isolated": False}
    return configs.load(start, **choices | more)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a configuration at its root and one in a package."""
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/a/b").mkdir(parents=True)
    (tmp_path / "goleaklint.toml").write_text("jobs = 9\n")
    return tmp_path / "repo"


def test_defaults(tree: Path) -> None:
    """Without a file every key has its default; a file above the repository is not read."""
    assert load(tree / "a/b") == (Config(base=(tree / "a/b").as_posix()), None)


def test_the_nearest_file_wins(tree: Path) -> None:
    """The search goes up to the repository's root; files are not merged; paths are relative to the file."""
    (tree / "goleaklint.toml").write_text('min-confidence = "high"\njobs = 2\n')
    (tree / "a/.goleaklint.toml").write_text('fail-on = "error"\nrules = ["lint"]\n')
    found = load(tree / "a/b")
    assert found.path == tree / "a/.goleaklint.toml"
    assert found.config == Config(base=(tree / "a").as_posix(), fail_on=Severity.ERROR, rules=("lint",))
    assert found.config.rule_folders() == (tree / "a/lint",)
    assert load(tree).config == Config(base=tree.as_posix(), min_confidence=Confidence.HIGH, jobs=2)


def test_the_dotted_name_comes_first(tree: Path) -> None:
    """Of two files in one directory `.goleaklint.toml` is read."""
    (tree / "goleaklint.toml").write_text("jobs = 2\n")
    (tree / ".goleaklint.toml").write_text("jobs = 3\n")
    assert load(tree).config.jobs == 3


def test_options_win_over_overrides_over_the_file(tree: Path) -> None:
    """Each replaces the value of its key and leaves the others."""
    (tree / "goleaklint.toml").write_text('jobs = 2\ntests = false\nexclude = ["gen"]\nselect = ["GLK101"]\n')
    found = load(tree, overrides=["jobs=3", "tests=true", "format=json"], options={"jobs": 4})
    assert found.config == Config(
        base=tree.as_posix(), jobs=4, tests=True, exclude=("gen",), select=("GLK101",), format="json"
    )


def test_isolated_reads_no_file(tree: Path) -> None:
    """`--isolated` leaves the file, not the overrides."""
    (tree / "goleaklint.toml").write_text("jobs = 2\n")
    assert load(tree, isolated=True, overrides=["tests=false"]) == (Config(base=tree.as_posix(), tests=False), None)


def test_a_named_file_is_read_wherever_it_is(tree: Path) -> None:
    """Its directory is what its paths are relative to."""
    file = tree.parent / "goleaklint.toml"
    assert load(tree, file=file) == (Config(base=tree.parent.as_posix(), jobs=9), file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jbos = 1", "unknown key jbos; did you mean jobs?"),
        ("min_confidence = 'high'", "unknown key min_confidence; did you mean min-confidence?"),
        ("base = '/'", "unknown key base; did you mean baseline?"),
        ("[tool.goleaklint]\njobs = 1", "unknown key tool"),
        ("jobs = -1", "jobs: Expected `int` >= 0"),
        ("jobs = 'many'", "jobs: Expected `int`, got `str`"),
        ("select = 'GLK101'", "select: Expected `array`, got `str`"),
        ("min-confidence = 'sure'", "min-confidence: 'sure' is not one of low, medium, high, very-high"),
        ("format = 'xml'", f"format: 'xml' is not one of {', '.join(configs.FORMATS)}"),
        ("jobs = ?", "Invalid value (at line 1, column 8)"),
    ],
)
def test_a_bad_file(tree: Path, text: str, message: str) -> None:
    """The message names the file, the key and what is wrong with it."""
    file = tree / "goleaklint.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        load(tree)
    assert str(error.value) == f"{file.as_posix()}: {message}"


def test_files_that_cannot_be_read(tree: Path) -> None:
    """A named file that does not exist, and one that is no text."""
    with pytest.raises(ConfigError, match="no such configuration file"):
        load(tree, file=tree / "none.toml")
    (tree / "goleaklint.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load(tree)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jobs", "--config jobs: neither a file nor KEY=VALUE"),
        ("jbos=1", "--config jbos=1: unknown key jbos; did you mean jobs?"),
        ("jobs=x", "--config jobs=x: jobs: Expected `int`, got `str`"),
    ],
)
def test_a_bad_override(tree: Path, text: str, message: str) -> None:
    """The message names the option as it was given."""
    with pytest.raises(ConfigError) as error:
        load(tree, overrides=[text])
    assert str(error.value) == message


def test_the_schema_accepts_what_the_program_accepts() -> None:
    """The JSON Schema is made from the code, and knows every key."""
    schema = configs.json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    assert tuple(schema["properties"]) == configs.KEYS
    validator = jsonschema.Draft7Validator(schema)
    assert validator.is_valid({"jobs": 1, "select": ["GLK101"], "per-file-ignores": {"a/*.go": ["GLK101"]}})
    assert not validator.is_valid({"jbos": 1})
    assert not validator.is_valid({"min-confidence": "sure"})


def test_every_key_is_described() -> None:
    """The table of docs/configuration.md has every key, in order."""
    text = (Path(__file__).parent.parent / "docs/configuration.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert tuple(rows[: len(configs.KEYS)]) == configs.KEYS


def test_the_search_starts_where_the_paths_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, unless all paths are elsewhere: then in their common directory."""
    for name in ("here/sub", "there/a", "there/b"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    there = tmp_path / "there"
    assert configs.working_directory(["."]) == tmp_path / "here"
    assert configs.working_directory(["-"]) == tmp_path / "here"
    assert configs.working_directory(["sub", str(there)]) == tmp_path / "here"
    assert configs.working_directory([str(there / "a"), "../there/b"]) == there


def test_the_repository_root(tree: Path) -> None:
    """The directory that holds `.git`; without one, the directory itself."""
    assert configs.repository_root(tree / "a/b") == tree
    assert configs.repository_root(tree.parent) == tree.parent
