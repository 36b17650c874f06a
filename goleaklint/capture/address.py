"""Captures from a server: the goroutine profile behind an http(s) URL that the user names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from goleaklint.capture.packed import CaptureError

SECONDS = 120  # of silence: debug=2 stops the world, 35 s for a hundred thousand goroutines
_QUERY = "debug=2"


def profile_address(url: str) -> str:
    """The URL of the profile: that of a server, or of /debug/pprof, leads to its goroutines with debug=2.

    >>> profile_address("http://localhost:6060")
    'http://localhost:6060/debug/pprof/goroutine?debug=2'
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if parts.query or (path and not path.endswith("/pprof")):
        return url
    return urlunsplit(parts._replace(path=f"{path or '/debug/pprof'}/goroutine", query=_QUERY, fragment=""))


@contextlib.contextmanager
def opened(url: str) -> Iterator[IO[bytes]]:
    """The answer's body. Raises CaptureError; no redirect leads to another host."""
    try:
        parts = urlsplit(url)
        answer = build_opener(_SameHost(parts.netloc)).open(url, timeout=SECONDS)
    except HTTPError as error:
        raise CaptureError(f"the server answers {error.code} {error.reason}") from None
    except (URLError, OSError, ValueError, HTTPException) as error:
        raise CaptureError(f"no answer: {getattr(error, 'reason', None) or error}") from None
    try:
        with answer:
            yield answer
    except (TimeoutError, ConnectionError, HTTPException) as error:
        raise CaptureError(f"the answer is cut: {error}") from None


class _SameHost(HTTPRedirectHandler):
    def __init__(self, host: str) -> None:
        self._host = host

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).netloc != self._host:
            raise CaptureError(f"the server redirects to another host, {urlsplit(newurl).netloc}: name that one")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
