"""An editor for the tests: pygls' client, which speaks with a real `goleaklint server` over its pipes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

COMMAND = (sys.executable, "-c", "from goleaklint.cli import main; main()", "server")
LONGEST = 20.0
"""Seconds after which what does not come is missing; the machine may be busy."""


class Editor:
    """One connection. What the server sends is kept until a test asks for it."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.messages: asyncio.Queue[types.ShowMessageParams] = asyncio.Queue()
        self.logged: list[str] = []
        self.registered: list[types.Registration] = []
        self.exit_code: int | None = None
        self.result: types.InitializeResult | None = None
        self.texts: dict[str, tuple[int, str]] = {}

        def publish(params: types.PublishDiagnosticsParams) -> None:
            self.published.put_nowait(params)

        def message(params: types.ShowMessageParams) -> None:
            self.messages.put_nowait(params)

        def log(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)

        def register(params: types.RegistrationParams) -> None:
            self.registered += params.registrations

        on: Any = client.feature
        on(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)
        on(types.WINDOW_SHOW_MESSAGE)(message)
        on(types.WINDOW_LOG_MESSAGE)(log)
        on(types.CLIENT_REGISTER_CAPABILITY)(register)

    def open(self, path: Path | str, text: str, version: int = 1) -> str:
        """Open a document; its address."""
        uri = path if isinstance(path, str) else path.as_uri()
        self.texts[uri] = version, text
        item = types.TextDocumentItem(uri=uri, language_id="go", version=version, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def replace(self, uri: str, text: str) -> int:
        """Change the whole text of a document; its new version."""
        return self._change(uri, text, [types.TextDocumentContentChangeWholeDocument(text)])

    def type(self, uri: str, line: int, character: int, end_character: int, new: str) -> int:
        """Change a part of one line, in UTF-16 units; the version. The kept text is not brought up to date."""
        place = types.Range(types.Position(line, character), types.Position(line, end_character))
        return self._change(uri, self.texts[uri][1], [types.TextDocumentContentChangePartial(place, new)])

    def _change(self, uri: str, text: str, changes: list[Any]) -> int:
        version = self.texts[uri][0] + 1
        self.texts[uri] = version, text
        document = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))
        return version

    def save(self, uri: str) -> None:
        """Say that a document was saved."""
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        """Close a document."""
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def diagnostics(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """The next diagnostics of a document, or those of one version; what comes for others is dropped."""
        while True:
            params = await asyncio.wait_for(self.published.get(), LONGEST)
            if params.uri == uri and version in (None, params.version):
                return list(params.diagnostics)

    async def actions(
        self, uri: str, at: types.Range, found: list[types.Diagnostic], only: list[str] | None = None
    ) -> list[types.CodeAction]:
        """What is offered at a range."""
        context = types.CodeActionContext(diagnostics=found, only=list(only) if only else None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), at, context)
        offered = await self.client.text_document_code_action_async(params)
        return [action for action in offered or [] if isinstance(action, types.CodeAction)]

    async def hover(self, uri: str, line: int, character: int) -> types.Hover | None:
        """What is told of a position."""
        at = types.Position(line, character)
        return await self.client.text_document_hover_async(types.HoverParams(types.TextDocumentIdentifier(uri), at))

    def apply(self, edit: types.WorkspaceEdit | None) -> dict[str, str]:
        """The texts after an edit, which is of open documents in ASCII."""
        assert edit is not None
        made = {uri: list(edits) for uri, edits in (edit.changes or {}).items()}
        for change in edit.document_changes or []:
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version == self.texts[change.text_document.uri][0]
            made[change.text_document.uri] = [one for one in change.edits if isinstance(one, types.TextEdit)]
        return {uri: _edited(self.texts[uri][1], edits) for uri, edits in made.items()}


def _edited(text: str, edits: list[types.TextEdit]) -> str:
    lines = text.split("\n")

    def offset(at: types.Position) -> int:
        return sum(len(line) + 1 for line in lines[: at.line]) + at.character

    for edit in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


def capabilities(encodings: list[str] | None = None) -> types.ClientCapabilities:
    """Those of a usual editor."""
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(
            position_encodings=[types.PositionEncodingKind(one) for one in encodings] if encodings else None
        ),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        ),
    )


@asynccontextmanager
async def editor(
    *folders: Path, arguments: tuple[str, ...] = (), encodings: list[str] | None = None
) -> AsyncIterator[Editor]:
    """A server with an editor, shut down at the end."""
    client: Any = LanguageClient("goleaklint-tests", "1")
    found = Editor(client)
    await client.start_io(*COMMAND, *arguments, env=dict(os.environ, GOLEAKLINT_DEBUG="1"))
    found.result = await client.initialize_async(
        types.InitializeParams(
            capabilities=capabilities(encodings),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders],
        )
    )
    client.initialized(types.InitializedParams())
    try:
        yield found
        await asyncio.wait_for(client.shutdown_async(None), LONGEST)
    finally:
        client.exit(None)
        found.exit_code = await asyncio.wait_for(client._server.wait(), LONGEST)
        await client.stop()
