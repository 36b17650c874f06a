"""Where captures come from: packed files, folders, URLs; what bounds them."""

from __future__ import annotations

import builtins
import gzip
import http.server
import importlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from goleaklint.capture import address, packed, sources
from goleaklint.capture.packed import CaptureError, Source

DUMP = (Path(__file__).parents[2] / "testdata" / "dumps" / "deadlock.txt").read_bytes()


@pytest.mark.parametrize("data", [DUMP, gzip.compress(DUMP), gzip.compress(DUMP[:300]) + gzip.compress(DUMP[300:])])
@pytest.mark.parametrize("size", [-1, 1, 3, 1000])
def test_gzip_or_not(data: bytes, size: int) -> None:
    """A file, packed, or made of several packed parts, gives the same bytes in pieces of any size."""
    source = Source(io.BytesIO(data))
    assert b"".join(iter(lambda: source.read(size), b"")) == DUMP
    assert source.damage == ""


def test_cut_gzip() -> None:
    """What was unpacked until there is kept, and the damage is told."""
    source = Source(io.BytesIO(gzip.compress(DUMP)[:-20]))
    assert DUMP.startswith(source.read())
    assert source.damage == "its packed data is cut: what follows is missing"


def test_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed zeros end at the bound."""
    monkeypatch.setattr(packed, "MOST", 1 << 20)
    with pytest.raises(CaptureError, match="it holds more than 1 MiB unpacked"):
        Source(io.BytesIO(gzip.compress(bytes(2 << 20)))).read()


def test_zstd_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra."""

    def missing(name: str) -> Any:
        raise builtins.ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(CaptureError, match=r"pip install 'goleaklint\[zstd\]'"):
        Source(io.BytesIO(b"\x28\xb5\x2f\xfd1234"))


def test_zstd() -> None:
    """A zstd file of one or more frames is unpacked; a cut or damaged one says so."""
    zstandard = pytest.importorskip("zstandard", reason="the package zstandard is not installed")
    data = zstandard.ZstdCompressor().compress(DUMP)
    assert Source(io.BytesIO(data + data)).read() == DUMP * 2
    assert "cut" in drained(Source(io.BytesIO(data[:-9]))).damage
    assert "damaged" in drained(Source(io.BytesIO(data[:20] + b"\xff" * 400))).damage


def drained(source: Source) -> Source:
    source.read()
    return source


def test_folders(tmp_path: Path) -> None:
    """A folder stands for its files, sorted, without hidden ones; an empty one for itself; each is named once."""
    for name in ("b.txt", "a.txt", ".hidden"):
        (tmp_path / name).write_bytes(DUMP)
    (tmp_path / "empty").mkdir()
    names = [f"{tmp_path}/b.txt", str(tmp_path), f"{tmp_path}/empty", "-", "-"]
    assert list(sources.listed(names)) == [f"{tmp_path}/b.txt", f"{tmp_path}/a.txt", f"{tmp_path}/empty", "-"]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://h:1", "http://h:1/debug/pprof/goroutine?debug=2"),
        ("http://h:1/", "http://h:1/debug/pprof/goroutine?debug=2"),
        ("https://h/x/debug/pprof/", "https://h/x/debug/pprof/goroutine?debug=2"),
        ("http://h/debug/pprof/goroutine?debug=1", "http://h/debug/pprof/goroutine?debug=1"),
        ("http://h/debug/pprof/goroutine", "http://h/debug/pprof/goroutine"),
        ("http://h/dump.txt", "http://h/dump.txt"),
    ],
)
def test_addresses(url: str, wanted: str) -> None:
    """A server or its /debug/pprof leads to debug=2; any other URL stays as it is."""
    assert address.profile_address(url) == wanted


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://other.invalid/")
            self.end_headers()
            return
        found = self.path == "/debug/pprof/goroutine?debug=2"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(DUMP if found else b"404 page not found")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_a_server(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its goroutines are fetched; errors, other hosts and silence have a message."""
    monkeypatch.setenv("no_proxy", "*")
    with sources.opened(server) as source:
        assert source.read() == DUMP
    for path, message in (("/x", "the server answers 404"), ("/away", "redirects to another host, other.invalid")):
        with pytest.raises(CaptureError, match=message), sources.opened(server + path):
            pass
    with pytest.raises(CaptureError, match="no answer"), sources.opened("http://127.0.0.1:1/x"):
        pass
