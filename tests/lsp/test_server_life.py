"""`goleaklint server`: configuration, the disk, many folders, slow and failing work, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from editor import COMMAND, Editor
from lsprotocol import types
from test_server import LEAK, codes, play

RULE = '''"""Slow, loud and fragile, as the source says.

*Why it leaks*

It does not.
"""

import os
import time

from goleaklint.model import Finding, Rule, Severity

RULE = Rule(code="TST998", name="moody", severity=Severity.NOTE, since="0.1.0")


def check(package):
    print("Content-Length: 3")
    for file in package.unit.files:
        if b"// slow" in file.data:
            time.sleep(60)
        if b"// die" in file.data:
            os._exit(3)
        if b"// crash" in file.data:
            raise ValueError("moody")
    yield from ()
'''


def make(folder: Path, **files: str) -> Path:
    """A module, with `x_go` as the name of x.go."""
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(f"module example.com/{folder.name.replace(' ', '-')}\n\ngo 1.22\n")
    for name, text in files.items():
        (folder / name.replace("_go", ".go")).write_text(text)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.fixture
def moody(here: Path) -> Path:
    folder = make(here / "moody", a_go="package a\n")
    (folder / "lint").mkdir()
    (folder / "lint" / "moody.py").write_text(RULE)
    (folder / ".goleaklint.toml").write_text('rules = ["lint"]\n')
    return folder


def test_the_configuration_of_the_folder(here: Path) -> None:
    """Each folder of the workspace has its own; a file outside of all of them is checked with what is around it."""
    first, second, third = (make(here / name, a_go="package a\n") for name in ("first", "second", "third"))
    (first / "goleaklint.toml").write_text('ignore = ["abandoned-send"]\n')
    (third / "goleaklint.toml").write_text('exclude = ["a.go"]\n')

    async def scene(one: Editor) -> None:
        found = {}
        for folder in (first, second, third):
            uri = one.open(folder / "a.go", LEAK)
            found[folder.name] = codes(await one.diagnostics(uri, 1))
        assert found == {"first": [], "second": ["GLK101"], "third": []}

    play(scene, first, second)


def test_options_of_the_command(here: Path) -> None:
    """They win over the file, as on the command line."""
    folder = make(here / "mod", a_go="package a\n")
    (folder / "goleaklint.toml").write_text('select = ["GLK101"]\n')

    async def scene(one: Editor) -> None:
        assert codes(await one.diagnostics(one.open(folder / "a.go", LEAK), 1)) == []

    play(scene, folder, arguments=("--stdio", "--config", "select=GLK301"))


def test_a_broken_configuration(here: Path) -> None:
    """The user is told once, and checks go on when it is repaired."""
    folder = make(here / "mod", a_go="package a\n")
    (folder / "goleaklint.toml").write_text('selct = ["GLK101"]\n')
    message = f"goleaklint: {folder}/goleaklint.toml: unknown key selct; did you mean select?"

    async def scene(one: Editor) -> None:
        uri = one.open(folder / "a.go", LEAK)
        assert await one.diagnostics(uri, 1) == []
        assert await one.diagnostics(uri, one.replace(uri, LEAK + "\n")) == []
        told = await asyncio.wait_for(one.messages.get(), 20)
        assert (told.type, told.message) == (types.MessageType.Error, message)
        assert one.messages.empty()
        (folder / "goleaklint.toml").write_text('select = ["GLK101"]\n')
        one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
        assert codes(await one.diagnostics(uri)) == ["GLK101"]

    play(scene, folder)


def test_what_is_accepted(here: Path) -> None:
    """Findings of the baseline are not shown, nor suppressed ones; a baseline that is missing is told of."""
    folder = make(here / "mod", a_go=LEAK)
    (folder / "goleaklint.toml").write_text('baseline = "known.json"\n')
    run = [*COMMAND[:-1], "baseline", "write"]
    subprocess.run(run, cwd=folder, check=True, capture_output=True)

    async def scene(one: Editor) -> None:
        uri = one.open(folder / "a.go", LEAK)
        assert await one.diagnostics(uri, 1) == []
        new = LEAK + LEAK.partition("\n")[2].replace("func f", "func g")
        assert [diagnostic.range.start.line for diagnostic in await one.diagnostics(uri, one.replace(uri, new))] == [18]
        (folder / "known.json").unlink()
        assert await one.diagnostics(uri, one.replace(uri, LEAK)) == []
        told = await asyncio.wait_for(one.messages.get(), 20)
        assert "known.json: no such baseline; `goleaklint baseline write" in told.message

    play(scene, folder)


def test_what_changes_on_the_disk(here: Path) -> None:
    """Saved and watched files have the open documents checked again; the server asks to be told of them."""
    made = LEAK.replace("make(chan int)", "made()")
    room = "package a\n\nfunc made() chan int { return make(chan int, 1) }\n"
    folder = make(here / "mod", a_go=made, made_go=room)

    async def scene(one: Editor) -> None:
        uri = one.open(folder / "a.go", made)
        assert await one.diagnostics(uri, 1) == []
        (folder / "made.go").write_text(room.replace(", 1", ""))
        one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
        assert codes(await one.diagnostics(uri, 1)) == ["GLK101"]
        (folder / "made.go").write_text(room)
        one.save(uri)
        assert await one.diagnostics(uri, 1) == []
        assert [registration.method for registration in one.registered] == ["workspace/didChangeWatchedFiles"]

    play(scene, folder)


def test_folders_come_and_go(here: Path) -> None:
    """The configuration of a folder holds from when on the folder is in the workspace."""
    outer = make(here / "outer")
    inner = make(outer / "inner", a_go="package a\n")
    (inner / "goleaklint.toml").write_text("")
    (outer / "goleaklint.toml").write_text('ignore = ["GLK101"]\n')
    folder = types.WorkspaceFolder(inner.as_uri(), "inner")

    async def scene(one: Editor) -> None:
        uri = one.open(inner / "a.go", LEAK)
        assert codes(await one.diagnostics(uri, 1)) == []
        for added, removed, found in (([folder], [], ["GLK101"]), ([], [folder], [])):
            event = types.WorkspaceFoldersChangeEvent(added, removed)
            one.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
            assert codes(await one.diagnostics(uri, 1)) == found

    play(scene, outer)


def test_spellings_of_addresses(here: Path) -> None:
    """Spaces and signs in names, and letters encoded where they need not be: answers bear the editor's spelling."""
    folder = make(here / "my src#1")

    async def scene(one: Editor) -> None:
        for name in ("caf\u00e9 100%.go", "new.go"):  # neither of them is on the disk
            uri = one.open((folder / name).as_uri().replace("/my", "/%6Dy"), LEAK)
            found = await one.diagnostics(uri, 1)
            related = [place.location.uri for place in found[0].related_information or []]
            assert (codes(found), set(related)) == (["GLK101"], {uri})
            one.close(uri)
        untitled = one.open("untitled:Untitled-1", LEAK)
        assert await one.actions(untitled, types.Range(types.Position(0, 0), types.Position(0, 0)), []) == []

    play(scene, folder)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")
def test_a_workspace_behind_a_link(here: Path) -> None:
    """Other files have addresses below the folder as the editor knows it; the baseline knows its files."""
    folder = make(
        here / "real",
        a_go=LEAK.replace("make(chan int)", "made()"),
        made_go="package a\n\nfunc made() chan int { return make(chan int) }\n",
    )
    (here / "link").symlink_to(folder)

    async def scene(one: Editor) -> None:
        text = (folder / "a.go").read_text()
        found = await one.diagnostics(one.open(here / "link" / "a.go", text), 1)
        related = {place.location.uri for place in found[0].related_information or []}
        assert related == {(here / "link" / name).as_uri() for name in ("a.go", "made.go")}

    play(scene, here / "link")


def test_work_that_nobody_wants(moody: Path) -> None:
    """A check that takes long holds up neither questions nor the check of what was typed meanwhile."""

    async def scene(one: Editor) -> None:
        uri = one.open(moody / "a.go", LEAK)
        assert codes(await one.diagnostics(uri, 1)) == ["GLK101"]
        one.replace(uri, LEAK + "// slow\n")
        await asyncio.sleep(0.5)
        begin = time.monotonic()
        assert await one.hover(uri, 5, 4) is None  # of a text that is not checked yet nothing is known
        assert time.monotonic() - begin < 5
        assert codes(await one.diagnostics(uri, one.replace(uri, LEAK))) == ["GLK101"]
        assert time.monotonic() - begin < 30

    play(scene, moody)


def test_work_that_fails(moody: Path) -> None:
    """A rule that fails costs no finding of others; a process that dies is replaced. Both are in the editor's log."""

    async def scene(one: Editor) -> None:
        uri = one.open(moody / "a.go", LEAK + "// crash\n")
        assert codes(await one.diagnostics(uri, 1)) == ["GLK101"]
        one.replace(uri, LEAK + "// die\n")
        await asyncio.sleep(1)
        assert codes(await one.diagnostics(uri, one.replace(uri, LEAK))) == ["GLK101"]
        assert one.logged == [
            f"goleaklint: {moody}: TST998: ValueError: moody",
            f"goleaklint: {moody}: the process that checks it has ended",
        ]
        (moody / "lint" / "moody.py").write_text("nothing = here\n")
        assert await one.diagnostics(uri, one.replace(uri, LEAK + "\n")) == []
        told = await asyncio.wait_for(one.messages.get(), 20)
        assert "moody.py:1: NameError" in told.message

    play(scene, moody)


def test_exit_without_shutdown() -> None:
    """The protocol wants 1 then."""
    done = _speak({"jsonrpc": "2.0", "method": "exit"})
    assert (done.returncode, done.stdout) == (1, b"")


def test_the_editor_is_gone() -> None:
    """Standard input ends, and with it the server; nothing but the protocol was on standard output."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None}}
    done = _speak(request)
    assert done.returncode == 0
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"Content-Length: ")
    assert json.loads(body)["result"]["serverInfo"]["name"] == "goleaklint"


def _speak(*messages: object) -> subprocess.CompletedProcess[bytes]:
    bodies = [json.dumps(message).encode() for message in messages]
    data = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
    return subprocess.run(COMMAND, input=data, capture_output=True, timeout=60, check=False)


def test_without_the_extra(tmp_path: Path) -> None:
    """One line says what to install, and the exit code is 2."""
    code = "import sys; sys.modules['pygls'] = None; from goleaklint.cli import main; main(['server'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "Error: the language server needs pygls, which comes with the extra `lsp`: pip install 'goleaklint[lsp]'\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "none.toml"], "none.toml: no such configuration file"),
        (["--config", "a.toml", "--config", "b.toml"], "--config names more than one file: a.toml, b.toml"),
    ],
)
def test_options_that_are_wrong(tmp_path: Path, arguments: list[str], message: str) -> None:
    """They end the server before it begins."""
    done = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, f"Error: {message}")
