"""The language server itself: what the editor tells and asks, and what it gets."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import sys
from collections.abc import Iterable
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from goleaklint import __version__
from goleaklint.config import FILE_NAMES
from goleaklint.lsp import shown as shows
from goleaklint.lsp.actions import FIX_ALL, QUICK_FIX, Offer
from goleaklint.lsp.analyst import Queue, Worker
from goleaklint.lsp.buffers import Buffer, Buffers
from goleaklint.lsp.positions import Place, Text, encoded
from goleaklint.lsp.shown import Page, Shown
from goleaklint.lsp.worker import Answer, Job, Settings
from goleaklint.report.sources import visible

log = logging.getLogger(__name__)

PAUSE = 0.12
"""Seconds without a keystroke before a file is checked."""
SETTLING = 0.3
"""Seconds after the last news of changed files: a checkout changes many."""
WAIT = 2.0
"""Seconds that a request for fixes waits for the check of what was typed last."""

WATCHED = ("**/*.go", "**/go.mod", "**/go.work", *(f"**/{name}" for name in FILE_NAMES))


class Server(LanguageServer):
    """The state of the server: open documents, what is shown of them, and the queue of what is to be checked."""

    def __init__(self, page: Page, settings: Settings) -> None:
        super().__init__("goleaklint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
        self.page = page
        self.settings = settings
        self.buffers = Buffers()
        self.worker = Worker()
        self.queue = Queue(self.worker, self.job, self.publish, self.note)
        self.running: asyncio.Task[None] | None = None
        self.found: dict[str, tuple[int, list[Shown]]] = {}  # by address: the version that was checked, its findings
        self.told: set[str] = set()  # troubles that the user knows of
        self.has_shut_down = False

    @property
    def encoding(self) -> str:
        """What characters of positions are counted in."""
        chosen = self.server_capabilities.position_encoding
        return str(getattr(chosen, "value", chosen) or "utf-16")

    def job(self, directory: str) -> Job | None:
        """What is to be checked of a directory: its open documents as they are at this moment."""
        buffers = self.buffers.of_directory(directory)
        if not buffers:
            return None
        files = {buffer.path: buffer.text.data for buffer in buffers}
        return Job(self.buffers.start(directory), files, self.settings, self.encoding)

    def publish(self, directory: str, job: Job, answer: Answer) -> None:
        """Show the findings of a directory's open documents; those that are not as they were checked are left out."""
        self.tell(job.start, answer.trouble)
        for diagnostic in answer.diagnostics:
            if diagnostic.kind == "internal":
                self.note(f"{diagnostic.path}: {diagnostic.message}")
        for buffer in self.buffers.of_directory(directory):
            if job.files.get(buffer.path) is not buffer.text.data:
                continue
            found = list(shows.shown(answer, buffer.path))
            self.found[buffer.uri] = buffer.version, found
            self.show(buffer, shows.diagnostics(found, answer, self.buffers.uri))

    def show(self, buffer: Buffer, diagnostics: list[types.Diagnostic]) -> None:
        """Publish the diagnostics of a document, with the version that they are of."""
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=buffer.uri, version=buffer.version, diagnostics=diagnostics)
        )

    def tell(self, start: str, trouble: str) -> None:
        """Tell the user what keeps his files from being checked: once, and again when it comes back."""
        if not trouble:
            self.told = {told for told in self.told if not told.startswith(f"{start}\0")}
        elif (key := f"{start}\0{trouble}") not in self.told:
            self.told.add(key)
            text = f"goleaklint: {visible(trouble)}"
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))

    def note(self, text: str) -> None:
        """Write to the editor's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Warning, f"goleaklint: {visible(text)}"))

    def refresh(self, directories: Iterable[str], delay: float) -> None:
        """Check again what may have changed because something else has."""
        for directory in directories:
            self.queue.want(directory, delay, edited=False)

    def found_in(self, buffer: Buffer) -> list[Shown]:
        """The findings of a document, if it is still as it was checked."""
        version, found = self.found.get(buffer.uri, (None, []))
        return found if version == buffer.version else []

    def workspace_edit(self, buffer: Buffer, edits: list[types.TextEdit]) -> types.WorkspaceEdit:
        """Edits of one document; with its version where the client knows of versions."""
        workspace = self.client_capabilities.workspace
        if workspace is None or workspace.workspace_edit is None or not workspace.workspace_edit.document_changes:
            return types.WorkspaceEdit(changes={buffer.uri: edits})
        document = types.OptionalVersionedTextDocumentIdentifier(buffer.uri, buffer.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(edits))])

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Into the log: what one message did is no news for the user."""
        log.error("%s: %s", getattr(source, "__name__", source), error)


def make(page: Page, settings: Settings) -> Server:
    """A server that knows what to do."""
    server = Server(page, settings)
    _life(server)
    _documents(server)
    _questions(server)
    return server


def _life(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        uris = [folder.uri for folder in params.workspace_folders or []]
        if not uris and params.root_uri:
            uris = [params.root_uri]
        server.buffers.add_folders(uris)
        server.running = asyncio.get_running_loop().create_task(server.queue.run())

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is None or not watching.dynamic_registration:
            return
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(glob) for glob in WATCHED])
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration("goleaklint-watched", method, options)
        with contextlib.suppress(Exception):  # a client that refuses tells of files when it saves them
            await server.client_register_capability_async(types.RegistrationParams([registration]))

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.has_shut_down = True
        if server.running is not None:
            server.running.cancel()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.buffers.remove_folders(folder.uri for folder in params.event.removed)
        server.buffers.add_folders(folder.uri for folder in params.event.added)
        server.refresh(server.buffers.directories(), 0)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(_: types.DidChangeWatchedFilesParams) -> None:
        server.refresh(server.buffers.directories(), SETTLING)


def _documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        buffer = server.buffers.open(document.uri, document.version, Text(encoded(document.text), server.encoding))
        if buffer is not None:
            server.queue.want(buffer.directory)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        buffer = server.buffers.get(params.text_document.uri)
        if buffer is None:
            return
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                buffer.text = buffer.text.changed(shows.place_of(change.range), change.text)
            else:
                buffer.text = Text(encoded(change.text), server.encoding)
        buffer.version = params.text_document.version
        server.queue.want(buffer.directory, PAUSE)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        buffer = server.buffers.get(params.text_document.uri)
        if buffer is not None:
            server.queue.want(buffer.directory)
        server.refresh(server.buffers.directories(), 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        buffer = server.buffers.close(params.text_document.uri)
        if buffer is None:
            return
        server.found.pop(buffer.uri, None)
        params_of_none = types.PublishDiagnosticsParams(uri=buffer.uri, diagnostics=[])
        server.text_document_publish_diagnostics(params_of_none)
        server.queue.want(buffer.directory, edited=False)  # the others see what is on the disk from now on


def _questions(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        buffer = server.buffers.get(params.text_document.uri)
        if buffer is None:
            return None
        at = Place(*(params.position.line, params.position.character) * 2)
        return shows.hover(server.found_in(buffer), at, server.page, markdown=_is_markdown(server))

    options = types.CodeActionOptions(code_action_kinds=[QUICK_FIX, FIX_ALL])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        buffer = server.buffers.get(params.text_document.uri)
        if buffer is None:
            return []
        await server.queue.settled(buffer.directory, WAIT)
        offer = Offer(buffer, server.found_in(buffer), params.context, server.workspace_edit)
        return offer.actions(shows.place_of(params.range))


def _is_markdown(server: Server) -> bool:
    document = server.client_capabilities.text_document
    formats = document.hover.content_format if document is not None and document.hover is not None else None
    return not formats or types.MarkupKind.Markdown in formats


def serve(page: Page, settings: Settings) -> int:
    """Speak with an editor on standard input and output until it says that it is over; return the exit code.

    0 when the editor has shut the server down or is gone, 1 when it has not (specification 3.17, "Exit Notification").
    """
    gc.enable()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="goleaklint: %(message)s")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing but the protocol on what was standard output
    server = make(page, settings)
    has_left = False

    @server.feature(types.EXIT)
    def left(_: None) -> None:
        nonlocal has_left
        has_left = True

    try:
        server.start_io(sys.stdin.buffer, answers)
    finally:
        server.worker.end()
    return 1 if has_left and not server.has_shut_down else 0
