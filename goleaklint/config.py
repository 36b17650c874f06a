"""File and options -> one frozen Config.

`.goleaklint.toml` or `goleaklint.toml` of the nearest ancestor directory is read, up to the directory that holds
`.git`; files are not merged. Paths in it are relative to it and use `/` on every system. Options given on the command
line replace the file's values key by key.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args

import msgspec

from goleaklint.model import Confidence, Severity

FILE_NAMES = (".goleaklint.toml", "goleaklint.toml")

Generated = Literal["strict", "lax", "lint"]
Format = Literal[
    "full",
    "concise",
    "json",
    "sarif",
    "github",
    "gitlab",
    "checkstyle",
    "junit",
    "rdjson",
    "jsonl",
    "grouped",
    "html",
]
FORMATS: tuple[str, ...] = get_args(Format)


class ConfigError(Exception):
    """A configuration that cannot be used; the message names the file or option, and the key."""


class DumpConfig(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """At how many goroutines, and after how many minutes, `dump` calls a process other than healthy."""

    healthy_below: Annotated[int, msgspec.Meta(ge=0)] = 500
    suspicious_above: Annotated[int, msgspec.Meta(ge=0)] = 5000
    long_wait: Annotated[int, msgspec.Meta(ge=0)] = 10


class Config(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Every choice that a run depends on. `base` is what its paths are relative to; a file cannot set it."""

    select: tuple[str, ...] = ()  # codes or names; empty = every rule that is not in preview
    ignore: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    min_confidence: Confidence = Confidence.MEDIUM
    fail_on: Severity = Severity.WARNING
    preview: bool = False
    exclude: tuple[str, ...] = ()  # gitignore patterns
    gitignore: bool = True
    tests: bool = True
    closed_roots: bool = True  # explore functions that are given nothing as whole programs
    generated: Generated = "strict"
    rules: tuple[str, ...] = ()  # folders of the user's own rules
    format: Format = "full"
    jobs: Annotated[int, msgspec.Meta(ge=0)] = 0  # 0 = as many as there are processors
    strict_parse: bool = False
    baseline: str = ""  # the file of the findings that are accepted; "" = none
    dump: DumpConfig = DumpConfig()
    base: str = ""

    def rule_folders(self) -> tuple[Path, ...]:
        """The folders of `rules`, absolute."""
        return tuple(Path(self.base or ".", folder).absolute() for folder in self.rules)

    def baseline_file(self) -> Path | None:
        """The file of `baseline`, absolute."""
        return Path(self.base or ".", self.baseline).absolute() if self.baseline else None


KEYS: tuple[str, ...] = tuple(field.encode_name for field in msgspec.structs.fields(Config) if field.name != "base")
_CHOICES: dict[str, tuple[str, ...]] = {
    "min-confidence": tuple(Confidence),
    "fail-on": tuple(Severity),
    "generated": get_args(Generated),
    "format": FORMATS,
}


class Loaded(NamedTuple):
    """A configuration and the file it came from, if any."""

    config: Config
    path: Path | None


def load(
    start: Path, *, file: Path | None = None, overrides: Iterable[str] = (), options: Mapping[str, Any], isolated: bool
) -> Loaded:
    """The configuration that holds in the directory `start`.

    `file` names the configuration file instead of the search; `isolated` reads none. `overrides` are `KEY=VALUE` texts,
    VALUE in TOML or a bare word; `options` are values by key, which win over everything.
    """
    if file is not None and not file.is_file():
        raise ConfigError(f"{file}: no such configuration file")
    path = file if file is not None or isolated else find(start)
    values: dict[str, Any] = {"base": (path.parent if path else start).absolute().as_posix()}
    if path is not None:
        values |= _checked(_read(path), where=path.as_posix())
    for text in overrides:
        values = _over(values, _checked(_override(text), where=f"--config {text}"))
    values = _over(values, _checked(dict(options), where="command line"))
    return Loaded(msgspec.convert(values, Config), path)


def find(start: Path) -> Path | None:
    """The configuration file of `start` or its nearest ancestor, up to the directory that holds `.git`."""
    for directory in _up_to_root(start.absolute()):
        for name in FILE_NAMES:
            if (directory / name).is_file():
                return directory / name
    return None


def repository_root(start: Path) -> Path:
    """The nearest ancestor of `start` that holds `.git`, else `start` itself; absolute, symlinks resolved."""
    start = start.resolve()
    last = _up_to_root(start)[-1]
    return last if (last / ".git").exists() else start


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?` for the known word nearest to `word`, or nothing."""
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _up_to_root(start: Path) -> list[Path]:
    directories = [start, *start.parents]
    for index, directory in enumerate(directories):
        if (directory / ".git").exists():
            return directories[: index + 1]
    return directories


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path.as_posix()}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.as_posix()}: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.as_posix()}: {error}") from None


def _override(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--config {text}: neither a file nor KEY=VALUE")
    import tomllib

    try:
        return tomllib.loads(f"{key.strip()} = {value}")
    except tomllib.TOMLDecodeError:
        return {key.strip(): value.strip()}


def _over(values: dict[str, Any], winning: dict[str, Any]) -> dict[str, Any]:
    """`values` with those that win; of the table `dump` key by key, as `--config dump.long-wait=5` names one of it."""
    if "dump" in values and "dump" in winning:
        winning = winning | {"dump": values["dump"] | winning["dump"]}
    return values | winning


def _checked(values: dict[str, Any], *, where: str) -> dict[str, Any]:
    """`values`, each known and of its type; the message of the error names the key."""
    for key, value in values.items():
        if key not in KEYS:
            raise ConfigError(f"{where}: unknown key {key}{did_you_mean(key, KEYS)}")
        try:
            msgspec.convert({key: value}, Config)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where}: {key}: {_trouble(key, value, str(error))}") from None
    return values


def _trouble(key: str, value: Any, message: str) -> str:
    """What is wrong with the value of a key: its choices, or msgspec's message without its `- at $.path`."""
    if key in _CHOICES and isinstance(value, str):
        return f"{value!r} is not one of {', '.join(_CHOICES[key])}"
    return message.rpartition(" - at ")[0] or message


def working_directory(paths: Iterable[str]) -> Path:
    """Where the search for a configuration starts: here, or the paths' common directory when they are elsewhere."""
    here = Path.cwd()
    named = [Path(os.path.abspath(path)) for path in paths if path != "-"]
    if not named or any(path == here or here in path.parents for path in named):
        return here
    common = Path(os.path.commonpath(named))
    return common if common.is_dir() else common.parent


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the configuration file, draft-07."""
    _, definitions = msgspec.json.schema_components([Config], ref_template="#/definitions/{name}")
    body = definitions["Config"]
    del body["properties"]["base"]
    body["title"] = "goleaklint configuration"
    others = {name: part for name, part in definitions.items() if name != "Config"}
    return {"$schema": "http://json-schema.org/draft-07/schema#", **body, "definitions": others}
