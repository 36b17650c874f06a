"""The documents that are open in the editor, and the folders of its workspace."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from goleaklint.lsp.addresses import path_of, real, uri_of
from goleaklint.lsp.positions import Text


class Buffer:
    """One open Go file; `uri` is its address in the editor's spelling, `path` is absolute, links followed."""

    def __init__(self, uri: str, path: str, version: int, text: Text) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self.text = text

    @property
    def directory(self) -> str:
        """The directory of its package."""
        return os.path.dirname(self.path)


class Buffers:
    """The open documents and the workspace."""

    def __init__(self) -> None:
        self._by_uri: dict[str, Buffer] = {}
        self._folders: dict[str, tuple[str, str]] = {}  # uri -> path, and the same with links followed

    def open(self, uri: str, version: int, text: Text) -> Buffer | None:
        """A document that the editor opens; None when it is no Go file on a disk."""
        path = path_of(uri)
        if path is None or not path.endswith(".go"):
            return None
        self._by_uri[uri] = Buffer(uri, real(path), version, text)
        return self._by_uri[uri]

    def get(self, uri: str) -> Buffer | None:
        """The open document of an address."""
        return self._by_uri.get(uri)

    def close(self, uri: str) -> Buffer | None:
        """A document that the editor closes."""
        return self._by_uri.pop(uri, None)

    def of_directory(self, directory: str) -> list[Buffer]:
        """The open documents of a directory."""
        return [buffer for buffer in self._by_uri.values() if buffer.directory == directory]

    def directories(self) -> list[str]:
        """The directories with open documents."""
        return sorted({buffer.directory for buffer in self._by_uri.values()})

    def add_folders(self, uris: Iterable[str]) -> None:
        """Folders of the workspace."""
        for uri in uris:
            path = path_of(uri)
            if path is not None:
                path = path.rstrip("/")
                self._folders[uri] = path, os.path.realpath(path or "/").replace(os.sep, "/").rstrip("/")

    def remove_folders(self, uris: Iterable[str]) -> None:
        """Folders that are none of the workspace any more."""
        for uri in uris:
            self._folders.pop(uri, None)

    def start(self, directory: str) -> str:
        """Where the search for the configuration of a directory starts: in the innermost folder that holds it."""
        held = [followed for _, followed in self._folders.values() if f"{directory}/".startswith(f"{followed}/")]
        return max(held, key=len, default=directory) or "/"

    def uri(self, path: str) -> str:
        """The address of a file in the editor's spelling: links that lead to a folder of the workspace are kept."""
        for buffer in self._by_uri.values():
            if buffer.path == path:
                return buffer.uri
        return uri_of(next(self._spelled(path), path))

    def _spelled(self, path: str) -> Iterator[str]:
        for spelled, followed in sorted(self._folders.values(), key=lambda pair: -len(pair[1])):
            if path.startswith(f"{followed}/"):
                yield spelled + path[len(followed) :]
