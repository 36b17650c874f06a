"""How long an editor waits: from the last keystroke to the diagnostics, over the files of a repository.

    python bench/lsp.py DIRECTORY [--files N] [--seed N]

Starts `goleaklint server`, opens each file, types a space into it and takes it away again, and measures the time from
`textDocument/didChange` to `textDocument/publishDiagnostics` of that version: the pause that the server waits for
(PAUSE in goleaklint/lsp/server.py) is in it. The first figures are of opening a file. Needs the extra `lsp`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

SKIPPED = {"vendor", "testdata", "node_modules"}
LONGEST = 120.0


def sources(top: Path) -> list[Path]:
    """The Go files below a directory that are checked by default."""
    return sorted(
        path
        for path in top.rglob("*.go")
        if not any(part in SKIPPED or part.startswith((".", "_")) for part in path.relative_to(top).parts)
    )


def summary(name: str, times: Sequence[float]) -> str:
    """Median, 90 % and worst, in milliseconds."""
    ordered = sorted(times)
    figures = ordered[len(ordered) // 2], ordered[min(len(ordered) * 9 // 10, len(ordered) - 1)], ordered[-1]
    return f"{name}: " + ", ".join(
        f"{word} {figure * 1000:.0f} ms" for word, figure in zip(("median", "90 %", "worst"), figures, strict=True)
    )


async def measure(top: Path, files: Sequence[Path]) -> tuple[list[tuple[float, Path]], list[tuple[float, Path]]]:
    """The times of opening and of typing, by file."""
    client = LanguageClient("goleaklint-bench", "1")
    arrived: asyncio.Queue[tuple[str, int | None]] = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: types.PublishDiagnosticsParams) -> None:
        arrived.put_nowait((params.uri, params.version))

    async def until(uri: str, version: int) -> None:
        while await asyncio.wait_for(arrived.get(), LONGEST) != (uri, version):
            pass

    await client.start_io(sys.executable, "-c", "from goleaklint.cli import main; main()", "server")
    folder = types.WorkspaceFolder(top.as_uri(), top.name)
    await client.initialize_async(
        types.InitializeParams(capabilities=types.ClientCapabilities(), workspace_folders=[folder])
    )
    client.initialized(types.InitializedParams())
    opened: list[tuple[float, Path]] = []
    typed: list[tuple[float, Path]] = []
    for path in files:
        uri, text = path.as_uri(), path.read_text(encoding="utf-8", errors="replace")
        begin = time.perf_counter()
        client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri=uri, language_id="go", version=1, text=text))
        )
        await until(uri, 1)
        opened.append((time.perf_counter() - begin, path))
        line = text.count("\n", 0, len(text) // 2)
        for version, (width, new) in enumerate(((0, " "), (1, "")), 2):
            place = types.Range(types.Position(line, 0), types.Position(line, width))
            change = types.TextDocumentContentChangePartial(place, new)
            await asyncio.sleep(0.3)  # a pause between two keystrokes, as in an editor
            begin = time.perf_counter()
            client.text_document_did_change(
                types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(version, uri), [change])
            )
            await until(uri, version)
            typed.append((time.perf_counter() - begin, path))
        client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return opened, typed


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--files", type=int, default=100, help="how many files, chosen at random (100)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    top = arguments.directory.resolve()
    found = sources(top)
    if not found:
        parser.error(f"{arguments.directory}: no Go files")
    files = random.Random(arguments.seed).sample(found, min(arguments.files, len(found)))
    opened, typed = asyncio.run(measure(top, files))
    print(f"{len(files)} files of {len(found)}")
    print(summary("opened", [time for time, _ in opened]))
    print(summary("typed", [time for time, _ in typed]))
    print("slowest:")
    for path, seconds in sorted({path: spent for spent, path in sorted(typed)}.items(), key=lambda one: -one[1])[:5]:
        print(f"  {seconds * 1000:5.0f} ms  {path.relative_to(top).as_posix()}")


if __name__ == "__main__":
    main()
