"""Packed captures: gzip and zstd, told by their first bytes, unpacked as they are read and never beyond a bound."""

from __future__ import annotations

import importlib
import zlib
from typing import Any, Protocol

MOST = 1 << 30  # bytes; debug=2 ends at 64 MiB, and five kilobytes can be packed zeros without end
_GZIP = b"\x1f\x8b"
_ZSTD_PIECE = 256  # bytes of input, each four of which can stand for 128 KiB
_ZSTD = b"\x28\xb5\x2f\xfd"


class CaptureError(Exception):
    """A capture that cannot be had; the text says why, and what to do instead."""


class Stream(Protocol):
    """A binary stream, as far as it is needed here."""

    def read(self, size: int = ..., /) -> bytes: ...


class Source:
    """A stream of the unpacked bytes. `damage` is complete once it is exhausted: what ended it too early, or "".

    `bounded`: what is not packed ends at the bound, too.
    """

    def __init__(self, stream: Stream, *, bounded: bool = False) -> None:
        head = stream.read(4)
        joined = _Joined(head, stream)
        self.damage = ""
        self._bounded = bounded or head.startswith(_GZIP) or head == _ZSTD
        self._stream: Any = joined
        self._given = 0
        if head.startswith(_GZIP):
            import gzip

            self._stream = gzip.GzipFile(fileobj=joined)  # type: ignore[call-overload]
        elif head == _ZSTD:
            self._stream = _zstd(joined)

    def read(self, size: int = -1, /) -> bytes:
        """Raises CaptureError where it unpacks to more than the bound."""
        if not self._bounded:
            return bytes(self._stream.read(size))
        parts: list[bytes] = []
        left = size if size >= 0 else MOST + 1
        while left > 0 and (piece := self._piece(min(left, 1 << 20))):
            parts.append(piece)
            left -= len(piece)
        return b"".join(parts)

    def _piece(self, most: int) -> bytes:
        if self.damage:
            return b""
        try:
            piece = bytes(self._stream.read1(most) if hasattr(self._stream, "read1") else self._stream.read(most))
        except EOFError:
            self.damage = "its packed data is cut: what follows is missing"
            return b""
        except (zlib.error, ValueError, OSError) as error:
            self.damage = f"its packed data is damaged: what follows is missing ({error})"
            return b""
        except Exception as error:  # zstd has an error class of its own in each library
            if type(error).__name__ != "ZstdError":
                raise
            self.damage = f"its packed data is damaged: what follows is missing ({error})"
            return b""
        self._given += len(piece)
        if self._given > MOST:
            raise CaptureError(f"it holds more than {MOST >> 20} MiB unpacked; save it unpacked, and name that file")
        return piece


def _zstd(stream: _Joined) -> Any:
    """A reader of zstd: of the standard library from Python 3.14 on, else of the package `zstandard`."""
    for name in ("compression.zstd", "zstandard"):
        try:
            library: Any = importlib.import_module(name)
        except ImportError:
            continue
        if name == "zstandard":
            return _Zstd(library.ZstdDecompressor(), stream)
        return library.ZstdFile(stream)
    raise CaptureError("a zstd file, which needs the package zstandard: pip install 'goleaklint[zstd]'")


class _Zstd:
    """Frames of zstd, read with the package zstandard, whose own reader does not say that its input is cut."""

    def __init__(self, library: Any, stream: Stream) -> None:
        self._library = library
        self._stream = stream
        self._frame: Any = None
        self._input = b""
        self._piece = memoryview(b"")  # unpacked, and not given yet: a few bytes can stand for megabytes

    def read(self, size: int, /) -> bytes:
        """At most so many bytes, or b"" at the end. Raises EOFError inside a frame."""
        while not self._piece and (data := self._input or self._stream.read(_ZSTD_PIECE)):
            self._input = b""
            if self._frame is None:
                self._frame = self._library.decompressobj()
            self._piece = memoryview(self._frame.decompress(data))
            if self._frame.eof:
                self._input, self._frame = self._frame.unused_data, None
        if not self._piece and self._frame is not None:
            raise EOFError
        given, self._piece = bytes(self._piece[:size]), self._piece[size:]
        return given


class _Joined:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: Stream) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            head, self._head = self._head, b""
            return head + self._stream.read(-1)
        head, self._head = self._head[:size], self._head[size:]
        return head + self._stream.read(size - len(head)) if len(head) < size else head
