"""Addresses of documents and paths of files, in the spellings that editors use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goleaklint.lsp.addresses import path_of, uri_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/me/a.go", "/home/me/a.go"),
        ("file:///home/me/my%20src/a%23b%3Fc%25.go", "/home/me/my src/a#b?c%.go"),
        ("file:///home/me/caf%C3%A9;x.go", "/home/me/café;x.go"),
        ("file:///home/me/café.go", "/home/me/café.go"),
        ("file://localhost/home/me/a.go", "/home/me/a.go"),
        ("untitled:Untitled-1", None),
        ("git:/home/me/a.go?%7B%7D", None),
    ],
)
def test_paths(uri: str, path: str | None) -> None:
    """Percent-encoding is undone, other schemes are no files."""
    assert path_of(uri, windows=False) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/my%20src/a.go", "C:/my src/a.go"),
        ("file:///C:/src/a.go", "C:/src/a.go"),
        ("file:///c:/src/a.go", "C:/src/a.go"),
        ("file://server/share/a.go", "//server/share/a.go"),
    ],
)
def test_paths_on_windows(uri: str, path: str) -> None:
    """The letter of a drive is a capital, however the editor writes it; a share keeps its server."""
    assert path_of(uri, windows=True) == path


@given(st.text(alphabet=st.characters(exclude_characters="\0\\", exclude_categories=["Cs"]), min_size=1))
def test_there_and_back(name: str) -> None:
    """Every path has an address that leads to it."""
    assert path_of(uri_of(f"/x/{name}"), windows=False) == f"/x/{name}"


def test_a_name_that_is_no_text() -> None:
    """Bytes that are not UTF-8 stay what they are."""
    assert uri_of("/x/\udcff.go") == "file:///x/%FF.go"
    assert path_of("file:///x/%FF.go", windows=False) == "/x/\udcff.go"
