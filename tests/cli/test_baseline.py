"""`goleaklint baseline` and `check --baseline`: what was accepted stays accepted, and nothing else does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from goleaklint.cli import run

RULES = (Path(__file__).parent.parent / "example_rules").as_posix()
LEAK = "package a\n\nfunc f(c chan int) {\n\tselect {}\n}\n"
FILE = "goleaklint-baseline.json"


class Tool:
    """Runs the command line in this process: (exit code, standard output, standard error)."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        return (code, *self.capfd.readouterr())

    def shown(self, *arguments: str) -> list[str]:
        """The places that `check` with the baseline shows."""
        lines = self("check", "--baseline", FILE, "--format", "concise", *arguments)[1].splitlines()
        return [line.partition(": ")[0] for line in lines]

    def accept(self, *arguments: str) -> None:
        assert self("baseline", "write", *arguments)[0] == 0


@pytest.fixture
def tool(capfd: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capfd)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one leak; the rule that sees it is the configuration's."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "goleaklint.toml").write_text(f'rules = ["{RULES}"]\nselect = ["TST202", "GLK901"]\n')
    (tmp_path / "a").mkdir()
    (tmp_path / "a/a.go").write_text(LEAK)
    return tmp_path


def test_the_file_can_be_reviewed(tree: Path, tool: Tool) -> None:
    """One block for each finding, sorted, without line numbers; writing it again changes no byte."""
    assert tool("baseline", "write") == (
        0,
        "",
        f"1 entry written to {FILE}\nuse it: goleaklint check --baseline {FILE}\n",
    )
    text = (tree / FILE).read_text()
    document = json.loads(text)
    for name in ("fingerprint", "statement", "near"):
        document["findings"][0][name] = "…"
    assert document == {
        "goleaklintBaseline": 1,
        "findings": [
            {
                "rule": "TST202 empty-select",
                "path": "a/a.go",
                "function": "",
                "message": "select {} waits for ever",
                "confidence": "high",
                "fingerprint": "…",
                "statement": "…",
                "near": "…",
            }
        ],
    }
    (tree / "a/a.go").write_text("// Package a.\n\n" + LEAK)
    tool.accept()
    assert (tree / FILE).read_text() == text


def test_check_leaves_out_what_was_accepted(tree: Path, tool: Tool) -> None:
    """The summary says how many that are, and so does the JSON; a new finding is shown."""
    tool.accept()
    assert tool("check", "--baseline", FILE) == (
        0,
        "",
        "0 findings in 1 file, 5 lines, 1 package; 1 more in the baseline\n",
    )
    (tree / "a/b.go").write_text(LEAK.replace("func f", "func g"))
    assert tool.shown() == ["a/b.go:4:2"]
    stats = json.loads(tool("check", "--baseline", FILE, "--format", "json")[1])["stats"]
    assert (stats["baselined"], stats["stale"]) == (1, 0)


def test_the_key_of_the_configuration(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is relative to the file, from any directory; results in the cache do not depend on it."""
    with (tree / "goleaklint.toml").open("a") as file:
        file.write('baseline = "lint/known.json"\n')
    (tree / "lint").mkdir()
    monkeypatch.chdir(tree / "a")
    assert tool("baseline", "write", "..")[0] == 0
    assert tool("check", "--format", "concise") == (0, "", "")
    assert (
        tool("check", "--format", "concise", "--config", "baseline=")[1]
        == "a.go:4:2: TST202 select {} waits for ever\n"
    )


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "// one\n// two\n" + text,
        lambda text: text.replace("\tselect", "\tprintln()\n\t  select"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("{}", "{} // why"),
    ],
)
def test_it_survives_edits(tree: Path, tool: Tool, edit: object) -> None:
    """Moved lines, edited neighbours, other line ends, comments."""
    tool.accept()
    assert callable(edit)
    (tree / "a/a.go").write_bytes(edit(LEAK).encode())
    assert tool.shown() == []


def test_it_survives_a_renamed_file(tree: Path, tool: Tool) -> None:
    """In its directory or with it; `prune` writes the new path."""
    tool.accept()
    (tree / "a/a.go").rename(tree / "a/new name.go")
    assert tool.shown() == []
    (tree / "a").rename(tree / "b")
    assert tool.shown() == []
    assert tool("baseline", "status") == (0, "", "1 entry found, 1 of them in another file, 0 stale, 0 new findings\n")
    assert tool("baseline", "prune")[2] == f"0 entries removed from {FILE}, 1 moved\n"
    assert [one["path"] for one in json.loads((tree / FILE).read_text())["findings"]] == ["b/new name.go"]


def test_a_copy_is_new(tree: Path, tool: Tool) -> None:
    """An entry is for one finding: a copy of the file elsewhere is another one."""
    tool.accept()
    (tree / "b").mkdir()
    (tree / "b/a.go").write_text(LEAK)
    assert tool.shown() == ["b/a.go:4:2"]


THREE = "package a\n\nfunc f(c chan int) {\n\tone()\n\tselect {}\n\ttwo()\n\tselect {}\n\tthree()\n\tselect {}\n}\n"


@pytest.mark.parametrize("gone", ["one", "two", "three"])
def test_equal_findings(tree: Path, tool: Tool, gone: str) -> None:
    """When one of three goes, the other two stay known, and its entry alone is stale."""
    (tree / "a/a.go").write_text(THREE)
    tool.accept()
    near = {one["near"] for one in json.loads((tree / FILE).read_text())["findings"]}
    (tree / "a/a.go").write_text(THREE.replace(f"\t{gone}()\n\tselect {{}}\n", ""))
    assert tool.shown() == []
    code, out, err = tool("baseline", "prune")
    assert (code, out.count("\n"), err) == (0, 1, f"1 entry removed from {FILE}\n")
    assert len({one["near"] for one in json.loads((tree / FILE).read_text())["findings"]} & near) >= 1


def test_a_fourth_equal_finding_is_the_new_one(tree: Path, tool: Tool) -> None:
    """It is told from the others by its neighbours, wherever it stands."""
    (tree / "a/a.go").write_text(THREE)
    tool.accept()
    (tree / "a/a.go").write_text(THREE.replace("\tone()", "\tselect {}\n\tzero()\n\tone()"))
    assert tool.shown() == ["a/a.go:4:2"]


def test_stale_entries(tree: Path, tool: Tool) -> None:
    """`status` lists them and exits with 1, `check -v` counts them, `prune` removes them."""
    tool.accept()
    (tree / "a/a.go").write_text("package a\n")
    line = "a/a.go: TST202 empty-select: select {} waits for ever\n"
    assert tool("baseline", "status") == (1, line, "0 entries found, 1 stale, 0 new findings\n")
    assert "1 stale in the baseline" in tool("check", "--baseline", FILE, "-v")[2]
    assert tool("baseline", "prune") == (0, line, f"1 entry removed from {FILE}\n")
    assert tool("baseline", "status") == (0, "", "0 entries found, 0 stale, 0 new findings\n")


def test_a_file_that_is_gone_is_stale(tree: Path, tool: Tool) -> None:
    """When its directory was searched, and with it the whole directory."""
    tool.accept()
    (tree / "c").mkdir()
    (tree / "a/a.go").unlink()
    assert tool("baseline", "status", "c")[2] == "0 entries found, 0 stale, 1 not looked at, 0 new findings\n"
    assert tool("baseline", "status")[2] == "0 entries found, 1 stale, 0 new findings\n"


@pytest.mark.parametrize(
    "arguments", [["b"], ["b/b.go"], ["--config", "ignore=['TST202']"], ["--config", "min-confidence=very-high"]]
)
def test_what_was_not_looked_at_is_not_stale(tree: Path, tool: Tool, arguments: list[str]) -> None:
    """Other paths, rules that are off, findings less sure than asked for: they stay, also when it is written."""
    tool.accept()
    before = (tree / FILE).read_text()
    (tree / "b").mkdir()
    (tree / "b/b.go").write_text("package b\n")
    assert tool("baseline", "status", *arguments)[0] == 0
    assert tool("baseline", "prune", *arguments)[0] == 0
    assert tool("baseline", "write", *arguments)[0] == 0
    assert (tree / FILE).read_text() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a baseline of goleaklint: not JSON, line 1"),
        ('{"a": [', "not a baseline of goleaklint: not JSON, line 1"),
        ("\xff\xfe", "not a baseline of goleaklint: not JSON"),
        ("[]", "not a baseline of goleaklint: `goleaklint baseline write` makes one"),
        ('{"findings": []}', "not a baseline of goleaklint: `goleaklint baseline write` makes one"),
        ('{"goleaklintBaseline": 2}', "a baseline of version 2, and this goleaklint reads version 1"),
        ('{"goleaklintBaseline": 1}', "damaged: findings: Expected `array`, got `null`"),
        (
            '{"goleaklintBaseline": 1, "findings": [{"rule": 1}]}',
            "damaged: findings: Expected `str`, got `int` - at `$[0].rule`",
        ),
        ("{\n<<<<<<< a\n=======\n>>>>>>> b\n", "it holds conflict markers of a merge: keep the entries of both sides"),
        ("[" * 100_000, "not a baseline of goleaklint: not JSON"),
    ],
)
@pytest.mark.parametrize("command", [["check", "--baseline", FILE], ["baseline", "write"], ["baseline", "prune"]])
def test_a_foreign_file_is_2(tree: Path, tool: Tool, content: str, message: str, command: list[str]) -> None:
    """A corrupt or foreign file is told, and left as it is."""
    (tree / FILE).write_bytes(content.encode("latin-1"))
    code, out, err = tool(*command)
    assert (code, out, err.startswith("Error: "), err.endswith(f"{FILE}: {message}\n")) == (2, "", True, True), err
    assert (tree / FILE).read_bytes() == content.encode("latin-1")


def test_no_such_file_is_2(tree: Path, tool: Tool) -> None:
    """The message says how to make one."""
    code, out, err = tool("check", "--baseline", "none.json")
    assert (code, out) == (2, "")
    assert err.endswith("none.json` makes it\n")


def test_it_is_written_whole_or_not_at_all(tree: Path, tool: Tool) -> None:
    """A directory that is not there is an error, and no half of a file is left."""
    code, _, err = tool("baseline", "write", "--baseline", "none/x.json")
    assert (code, err.endswith("none/x.json: No such file or directory\n")) == (2, True)
    tool.accept()
    assert sorted(path.name for path in tree.iterdir()) == [".git", "a", FILE, "goleaklint.toml"]


def test_hostile_names(tree: Path, tool: Tool) -> None:
    """What would reorder a reviewer's line is an escape in the file, and is read back."""
    (tree / "a/a.go").rename(tree / "a/x\u202ey.go")
    tool.accept()
    text = (tree / FILE).read_text()
    assert ("\u202e" in text, "x\\u202ey.go" in text) == (False, True)
    assert tool.shown() == []


def test_any_locale(tree: Path, tool: Tool) -> None:
    """The file is the same bytes in any locale, and matches in any."""
    (tree / "a/a.go").rename(tree / "a/größe.go")
    tool.accept()
    before = (tree / FILE).read_bytes()
    environ = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for arguments, code in (
        (["baseline", "write"], 0),
        (["check", "--baseline", FILE], 0),
        (["baseline", "status"], 0),
    ):
        command = [sys.executable, "-c", "from goleaklint.cli import main; main()", *arguments]
        assert subprocess.run(command, env=environ, check=False, capture_output=True).returncode == code
    assert (tree / FILE).read_bytes() == before
