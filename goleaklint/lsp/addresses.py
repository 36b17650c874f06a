"""Addresses of documents (`file:` URIs, RFC 8089) and paths of files."""

from __future__ import annotations

import os
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_DRIVE = re.compile(r"/?[A-Za-z]:")


def path_of(uri: str, *, windows: bool = os.name == "nt") -> str | None:
    """The path of a `file:` address, with `/` on every system; None for any other.

    >>> path_of("file:///home/a%20b/c%23d.go", windows=False)
    '/home/a b/c#d.go'
    >>> path_of("file:///c%3A/src/a.go", windows=True)
    'C:/src/a.go'
    >>> path_of("untitled:Untitled-1")
    """
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if windows:
        path = path.replace("\\", "/")
        if _DRIVE.match(path):
            path = path.lstrip("/")
            path = path[0].upper() + path[1:]
    if parts.netloc and parts.netloc != "localhost":
        path = f"//{parts.netloc}{path}"
    return path or None


def uri_of(path: str) -> str:
    """The `file:` address of an absolute path.

    >>> uri_of("/home/a b/c#d.go")
    'file:///home/a%20b/c%23d.go'
    >>> uri_of("C:/src/a.go")
    'file:///C:/src/a.go'
    >>> uri_of("//server/share/a.go")
    'file://server/share/a.go'
    """
    text = quote_from_bytes(os.fsencode(path), safe="/:" if _DRIVE.match(path) else "/")
    if text.startswith("//"):
        return f"file:{text}"
    return f"file://{text}" if text.startswith("/") else f"file:///{text}"


def real(path: str) -> str:
    """The path with the symbolic links of its directory followed: the file itself need not exist."""
    directory, name = os.path.split(path)
    return f"{os.path.realpath(directory).replace(os.sep, '/').rstrip('/')}/{name}"
