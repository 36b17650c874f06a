"""What another package of the module says of a value that must be released: what it is, and what is done with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint import driver
from goleaklint.config import Config
from goleaklint.model import Confidence

REMOTE = """package remote

import (
	"io"
	"net/http"
)

type Server struct {
	HTTP *http.Client
	Base string
}

func Status(resp *http.Response) int { return resp.StatusCode }

func Discard(resp *http.Response) {
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

func Keep(all *[]*http.Response, resp *http.Response) { *all = append(*all, resp) }
"""

APP = """package app

import (
	"net/http"

	"example.com/app/remote"
)

var kept []*http.Response

func status(server *remote.Server) (int, error) {
	resp, err := server.HTTP.Get(server.Base)
	if err != nil {
		return 0, err
	}
	%s
	return resp.StatusCode, nil
}
"""


@pytest.mark.parametrize(
    ("use", "lines"),
    [
        ("remote.Status(resp)", [12]),
        ("remote.Discard(resp)", []),
        ("remote.Keep(&kept, resp)", []),
        ("remote.Unknown(resp)", []),
    ],
)
def test_response_given_to_another_package(tmp_path: Path, use: str, lines: list[int]) -> None:
    """A client of another package's struct gives the response; only what is seen to look at it keeps the duty."""
    (tmp_path / "remote").mkdir()
    (tmp_path / "go.mod").write_text("module example.com/app\n\ngo 1.26\n")
    (tmp_path / "remote" / "remote.go").write_text(REMOTE)
    (tmp_path / "app.go").write_text(APP % use)
    report = driver.check_paths([str(tmp_path)], config=Config(min_confidence=Confidence.LOW, jobs=1))
    assert [finding.span.line for finding in report.findings if finding.code == "GLK701"] == lines
