"""The files for CI services: they parse, they say what the services want, and their scripts do what docs/ci.md says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from goleaklint.cli.check import check

ROOT = Path(__file__).parent.parent
LEAK = "package a\n\nfunc f() {\n\tc := make(chan int)\n\tgo func() { c <- 1 }()\n}\n"

needs_bash = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("git") is None, reason="no bash or no git on PATH: scripts are not run"
)


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def step(name: str) -> dict[str, Any]:
    (found,) = [one for one in action()["runs"]["steps"] if one.get("name") == name]
    return dict(found)


def test_the_action_is_a_composite_one() -> None:
    """Its inputs are those of docs/ci.md; each script has a shell; each action it uses has a version."""
    document = action()
    assert (document["name"], document["runs"]["using"]) == ("goleaklint", "composite")
    assert list(document["inputs"]) == ["version", "args", "only-new", "sarif"]
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    assert [name for name in document["inputs"] if f"| `{name}` |" not in page] == []
    for one in document["runs"]["steps"]:
        assert ("run" in one) == ("shell" in one) != ("uses" in one), one
        assert "uses" not in one or re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", one["uses"]), one


def test_inputs_are_no_part_of_a_script() -> None:
    """They reach it by the environment: a pull request's text must not be run."""
    assert [one["run"] for one in action()["runs"]["steps"] if "${{" in one.get("run", "")] == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose second commit brings a second leak."""
    root = tmp_path / "work tree"
    root.mkdir()
    for name in ("a", "b"):
        (root / f"{name}.go").write_text(LEAK.replace("func f", f"func {name}"))
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", name]):
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], cwd=root, check=True)
    return root


def base_of(checkout: Path) -> str:
    """The commit before the last one; none in a shallow clone."""
    words = ["git", "rev-parse", "--verify", "--quiet", "HEAD~1"]
    return subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False).stdout.strip()


def run(checkout: Path, **given: str) -> tuple[int, list[str], str]:
    """(exit code, annotations, output) of the action's check step."""
    output = checkout.parent / "output"
    output.write_text("")
    environment = {
        **os.environ,
        "GOLEAKLINT": str(Path(sys.executable).with_name("goleaklint")),
        "GITHUB_OUTPUT": str(output),
        "ARGS": "",
        "ONLY_NEW": "false",
        "SARIF": "",
        "BASE": base_of(checkout),
        **given,
    }
    script = step("Find goroutine leaks")["run"]
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    files = re.findall(r"^::\w+ file=([^,]*),", done.stdout, re.MULTILINE)
    return done.returncode, files, output.read_text()


@needs_bash
def test_the_action_reports_findings(checkout: Path) -> None:
    """All of them, with the exit code as an output."""
    assert run(checkout) == (1, ["a.go", "b.go"], "exit-code=1\n")


@needs_bash
def test_the_action_takes_arguments(checkout: Path) -> None:
    """Quoted as in a shell; nothing in them is run."""
    assert run(checkout, ARGS="--exclude 'b b.go' --exclude b.go\n.") == (1, ["a.go"], "exit-code=1\n")
    assert run(checkout, ARGS="--config $(touch hit) .")[0] == 2
    assert not (checkout / "hit").exists()


@needs_bash
@pytest.mark.parametrize(
    ("base", "files"), [({}, ["b.go"]), ({"BASE": "0" * 40}, ["a.go", "b.go"]), ({"BASE": ""}, ["a.go", "b.go"])]
)
def test_the_action_on_new_code(checkout: Path, base: dict[str, str], files: list[str]) -> None:
    """Only what changed since the base; without a base all, and that is said."""
    assert run(checkout, ONLY_NEW="true", **base) == (1, files, "exit-code=1\n")


@needs_bash
def test_the_action_fetches_the_base(checkout: Path) -> None:
    """In a shallow clone, as the checkout action makes it."""
    shallow = checkout.parent / "shallow"
    subprocess.run(["git", "config", "uploadpack.allowAnySHA1InWant", "true"], cwd=checkout, check=True)
    subprocess.run(["git", "clone", "-q", "--depth=1", checkout.as_uri(), str(shallow)], check=True)
    assert run(shallow, ONLY_NEW="true", BASE=base_of(checkout)) == (1, ["b.go"], "exit-code=1\n")


@needs_bash
def test_the_action_writes_sarif_of_all(checkout: Path) -> None:
    """Also when only new code is annotated."""
    done = run(checkout, ONLY_NEW="true", SARIF="x y.sarif")
    assert done == (1, ["b.go"], "exit-code=1\n")
    text = (checkout / "x y.sarif").read_text()
    assert ['"uri": "a.go"' in text, '"uri": "b.go"' in text] == [True, True]


def test_the_gitlab_component() -> None:
    """A specification of inputs, each with a default and used, and a job with a Code Quality report."""
    text = (ROOT / "templates/goleaklint.yml").read_text(encoding="utf-8")
    spec, jobs = yaml.safe_load_all(text)
    inputs = spec["spec"]["inputs"]
    assert [name for name, one in inputs.items() if "default" not in one or not one["description"]] == []
    assert set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", text)) == set(inputs)
    (job,) = jobs.values()
    assert job["artifacts"] == {
        "when": "always",
        "reports": {"codequality": "gl-code-quality-report.json", "junit": "goleaklint.xml"},
    }
    assert all(isinstance(line, str) for line in [*job["before_script"], *job["script"]])


def test_the_options_exist() -> None:
    """What the files give to `goleaklint check` are options of it."""
    known = {name for parameter in check.params for name in parameter.opts}
    lines = [
        line
        for name in ("action.yml", "templates/goleaklint.yml", "docs/ci.md", ".pre-commit-hooks.yaml")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if "check " in line
    ]
    used = {word for line in lines for word in re.findall(r"(?<=\s)--[a-z][a-z-]+", line.partition("check ")[2])}
    assert used
    assert used - known - {"--rm", "--spec"} == set()


def test_the_examples_of_the_page_parse() -> None:
    """Each block of YAML in docs/ci.md."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text(encoding="utf-8"), re.DOTALL)
    assert [type(yaml.safe_load(block)) for block in blocks] == [dict, list, dict, dict, dict]


def test_the_image() -> None:
    """Two stages; it runs as nobody in particular, starts goleaklint, and is given nothing that it does not need."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    words = [line.split(maxsplit=1) for line in lines if re.match(r"[A-Z]+ ", line)]
    assert [rest.split()[0] for word, rest in words if word == "FROM"] == ["python:3.13-slim"] * 2
    last = dict(words)
    assert (last["USER"], last["ENTRYPOINT"], last["CMD"]) == ("10001:10001", '["goleaklint"]', '["check"]')
    kept = [line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert kept == ["goleaklint", "rules", "pyproject.toml", "README.md", "LICENSE"]
    assert [name for name in kept if not (ROOT / name).exists()] == []
