"""`goleaklint server` and an editor: diagnostics of what is in the buffers, hover, code actions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from editor import Editor, editor
from lsprotocol import types

LEAK = """package a

func f(done chan bool) int {
	result := make(chan int)
	go func() {
		result <- 1
	}()
	select {
	case v := <-result:
		return v
	case <-done:
		return 0
	}
}
"""
FIXED = LEAK.replace("chan int)\n", "chan int, 1)\n")
CANCEL = """package a

import "context"

func f(ctx context.Context, ready bool, use func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	use(ctx)
	if !ready {
		return
	}
	cancel()
}
"""

DISCARDED = """package a

import "context"

func f(ctx context.Context, use func(context.Context)) {
	inner, _ := context.WithCancel(ctx)
	use(inner)
}
"""

Scene = Callable[[Editor], Awaitable[None]]


def at(line: int, character: int, end_line: int, end_character: int) -> types.Range:
    return types.Range(types.Position(line, character), types.Position(end_line, end_character))


def codes(found: list[types.Diagnostic]) -> list[object]:
    return [one.code for one in found]


@pytest.fixture
def module(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "mod"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.com/mod\n\ngo 1.22\n")
    (folder / "a.go").write_text("package a\n")
    return folder


def play(scene: Scene, *folders: Path, arguments: tuple[str, ...] = (), encodings: list[str] | None = None) -> None:
    async def whole() -> None:
        async with editor(*folders, arguments=arguments, encodings=encodings) as one:
            await scene(one)
        assert one.exit_code == 0

    asyncio.run(whole())


def test_a_leak_in_a_buffer(module: Path) -> None:
    """It is shown as it is typed, whatever is on the disk, with its related places; it goes when it is repaired."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", LEAK)
        related = [
            types.DiagnosticRelatedInformation(types.Location(uri, place), message)
            for place, message in (
                (at(3, 11, 3, 25), "the channel is made here, without a buffer"),
                (at(4, 1, 4, 12), "the goroutine is created here"),
                (at(11, 2, 11, 10), "f leaves without receiving"),
                (at(8, 6, 8, 19), "f receives here"),
            )
        ]
        found = await one.diagnostics(uri, 1)
        assert sorted(found[0].related_information or [], key=str) == sorted(related, key=str)
        found[0].related_information = None
        message = "send on result blocks for ever when its receiver is gone (abandoned-send)"
        assert found == [
            types.Diagnostic(
                at(5, 2, 5, 13),
                message,
                severity=types.DiagnosticSeverity.Error,
                code="GLK101",
                source="goleaklint",
            )
        ]
        version = one.type(uri, 3, 24, 24, ", 1")
        assert await one.diagnostics(uri, version) == []
        version = one.type(uri, 3, 24, 27, "")
        assert codes(await one.diagnostics(uri, version)) == ["GLK101"]
        one.close(uri)
        assert await one.diagnostics(uri) == []

    play(scene, module)


def test_related_places_in_other_files(module: Path) -> None:
    """The package's other files are read from the disk, or from their buffers when they are open."""
    made, used = LEAK.split("\tgo func", 1)
    helper = "package a\n\nfunc\tmade() chan int { return make(chan int) }\n"
    text = made.replace("make(chan int)", "made()") + "\tgo func" + used
    (module / "made.go").write_text(helper)

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", text)
        found = await one.diagnostics(uri, 1)
        places = [(related.location.uri, related.location.range) for related in found[0].related_information or []]
        assert ((module / "made.go").as_uri(), at(2, 30, 2, 44)) in places
        other = one.open(module / "made.go", helper.replace("chan int)", "chan int, 1)"))
        while codes(await one.diagnostics(uri)) != []:
            pass
        one.close(other)
        assert codes(await one.diagnostics(uri)) == ["GLK101"]

    play(scene, module)


def test_hover_explains_the_rule(module: Path) -> None:
    """On the range of a finding, as `goleaklint rule` does; elsewhere nothing."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", LEAK)
        await one.diagnostics(uri, 1)
        hover = await one.hover(uri, 5, 4)
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert hover.contents.kind == types.MarkupKind.Markdown
        assert hover.contents.value.startswith("# GLK101 abandoned-send\n\nseverity error, confidence high")
        assert hover.range == at(5, 2, 5, 13)
        assert await one.hover(uri, 0, 0) is None

    play(scene, module)


def test_quick_fix(module: Path) -> None:
    """A safe fix is preferred; with it in the buffer the finding is gone."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", LEAK)
        found = await one.diagnostics(uri, 1)
        offered = await one.actions(uri, found[0].range, found)
        assert [(action.title, action.kind, action.is_preferred) for action in offered] == [
            ("Make room for the value that is sent on result", "quickfix", True),
            ("Ignore GLK101 here with a comment", "quickfix", None),
            ("Fix all goroutine leaks that can be fixed safely", "source.fixAll.goleaklint", None),
        ]
        assert offered[0].diagnostics == found or codes(list(offered[0].diagnostics or [])) == ["GLK101"]
        after = one.apply(offered[0].edit)
        assert after == {uri: FIXED}
        assert await one.diagnostics(uri, one.replace(uri, after[uri])) == []
        assert await one.actions(uri, at(0, 0, 0, 0), []) == []

    play(scene, module)


def test_a_fix_that_may_change_more(module: Path) -> None:
    """It is offered and says so; it is not preferred, and none of those made all at once."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", DISCARDED)
        found = await one.diagnostics(uri, 1)
        offered = await one.actions(uri, found[0].range, found)
        assert [(action.kind, action.is_preferred) for action in offered] == [("quickfix", False), ("quickfix", None)]
        assert offered[0].title.endswith(" (may change what the code does)")
        assert await one.diagnostics(uri, one.replace(uri, one.apply(offered[0].edit)[uri])) == []

    play(scene, module)


def test_fixes_on_save(module: Path) -> None:
    """`source.fixAll` waits for the check of what was typed last, and offers nothing else."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", "package a\n")
        await one.diagnostics(uri, 1)
        one.replace(uri, LEAK)
        offered = await one.actions(uri, at(0, 0, 14, 0), [], only=["source.fixAll"])
        assert [action.kind for action in offered] == ["source.fixAll.goleaklint"]
        assert one.apply(offered[0].edit) == {uri: FIXED}
        assert await one.actions(uri, at(0, 0, 14, 0), [], only=["refactor"]) == []

    play(scene, module)


def test_a_comment_that_ignores(module: Path) -> None:
    """It stands above, indented as the line is; the finding is gone, and the comment is no finding."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", LEAK)
        found = await one.diagnostics(uri, 1)
        offered = [action for action in await one.actions(uri, found[0].range, found) if "Ignore" in action.title]
        after = one.apply(offered[0].edit)[uri]
        comment = "\t\t//goleaklint:ignore GLK101 TODO: why it cannot leak\n"
        assert after == LEAK.replace("\t\tresult <- 1", comment + "\t\tresult <- 1")
        assert await one.diagnostics(uri, one.replace(uri, after)) == []

    play(scene, module)


def test_only_the_newest_version(module: Path) -> None:
    """Of keystrokes that follow each other quickly the last one is answered."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", LEAK)
        await one.diagnostics(uri, 1)
        one.replace(uri, FIXED)
        one.replace(uri, "package a\n\nfunc broken( {\n")
        one.replace(uri, LEAK)
        params = await asyncio.wait_for(one.published.get(), 20)
        assert (params.version, codes(list(params.diagnostics))) == (4, ["GLK101"])
        await asyncio.sleep(0.5)
        assert one.published.empty()

    play(scene, module)


def test_line_ends_of_windows(module: Path) -> None:
    """Ranges are right, and what is inserted ends its lines as the file does."""

    async def scene(one: Editor) -> None:
        uri = one.open(module / "a.go", CANCEL.replace("\n", "\r\n"))
        found = await one.diagnostics(uri, 1)
        assert [one.range.start.line for one in found] == [5]
        offered = await one.actions(uri, found[0].range, found)
        texts = [
            edit.new_text
            for action in offered
            for change in (action.edit.document_changes if action.edit else None) or []
            if isinstance(change, types.TextDocumentEdit)
            for edit in change.edits
            if isinstance(edit, types.TextEdit)
        ]
        assert "\r\n" in "".join(texts)
        assert "\n" not in "".join(texts).replace("\r\n", "")

    play(scene, module)


@pytest.mark.parametrize(("encodings", "start"), [(None, 16), (["utf-8"], 19), (["utf-32", "utf-16"], 15)])
def test_letters_outside_of_ascii(module: Path, encodings: list[str] | None, start: int) -> None:
    """Characters are counted in the encoding that was agreed on, UTF-16 when none was."""

    async def scene(one: Editor) -> None:
        text = LEAK.replace("\t\tresult <- 1", '\t\tprint("é𝒳");\tresult <- 1')
        uri = one.open(module / "a.go", text)
        found = await one.diagnostics(uri, 1)
        assert [one.range for one in found] == [at(5, start, 5, start + 11)]

    play(scene, module, encodings=encodings)
