"""`goleaklint completion`: a script for each shell, and what a shell is told when it asks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from goleaklint.cli import run
from goleaklint.config import FORMATS


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The script asks goleaklint by its own variable, and is one that the shell can read where there is that shell."""
    assert run(["completion", shell]) == 0
    script = capfd.readouterr().out
    assert f"_GOLEAKLINT_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_another_shell_is_2(capfd: pytest.CaptureFixture[str]) -> None:
    """The message names the shells."""
    assert run(["completion", "csh"]) == 2
    assert "'csh' is not one of 'bash', 'zsh', 'fish'." in capfd.readouterr().err


def told(*words: str) -> list[str]:
    """What bash is told for a command line whose last word is being typed."""
    environ = os.environ | {
        "COMP_WORDS": " ".join(["goleaklint", *words]),
        "COMP_CWORD": str(len(words)),
        "_GOLEAKLINT_COMPLETE": "bash_complete",
    }
    command = [sys.executable, "-c", "from goleaklint.cli import main; main()"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.splitlines()


def test_what_a_shell_is_told() -> None:
    """Commands, options, the values of an option, and files where a path belongs."""
    assert told("comp") == ["plain,completion"]
    assert told("check", "--new-from-p") == ["plain,--new-from-patch"]
    assert told("check", "--format", "") == [f"plain,{name}" for name in FORMATS]
    assert told("check", "a") == ["file,a"]
    assert told("check", "--baseline", "a") == ["file,a"]
    assert told("baseline", "p") == ["plain,prune"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on PATH: its completion is not tried")
def test_in_bash(tmp_path: Path) -> None:
    """The script makes bash complete a command."""
    script = tmp_path / "try.bash"
    bin_ = Path(sys.executable).parent
    lines = (
        f"PATH={bin_}:$PATH; source <({bin_}/goleaklint completion bash); "
        "COMP_WORDS=(goleaklint che); COMP_CWORD=1; _goleaklint_completion goleaklint; echo ${COMPREPLY[*]}"
    )
    script.write_text(lines)
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("check\n", "")
