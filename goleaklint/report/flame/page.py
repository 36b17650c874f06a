"""The flame graph of dumps as one page: an HTML file that needs no network, and can be sent to somebody.

The chart is drawn by the scripts beside this module. The ones on PyPI (those of plotly, bokeh, pyecharts) bring 1 to 5
MB of script that draws icicles without a search, and styles and evaluates in ways that a strict policy forbids; what is
needed here is some hundred lines.

A dump's names are hostile: they stand in a JSON block that no markup can end, reach the page as text only, and the
policy lets nothing run but this script.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from goleaklint import __version__
from goleaklint.dump.account import Account
from goleaklint.report.flame.data import of_comparison, of_dumps
from goleaklint.report.sources import visible

_SCRIPTS = ("dom.js", "tree.js", "chart.js", "table.js", "details.js", "page.js")
# What could end the block or begin another, and what is a line's end in JavaScript but not in JSON.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def render(accounts: Sequence[Account]) -> str:
    """The page of the dumps of one moment."""
    return _page(of_dumps(accounts), ", ".join(account.dump.path for account in accounts))


def render_diff(base: Sequence[Account], new: Sequence[Account]) -> str:
    """The page of a comparison: red grew, blue shrank. The dumps of a side are summed."""
    names = [", ".join(account.dump.path for account in side) for side in (base, new)]
    return _page(of_comparison(base, new), " → ".join(names))


def _page(document: dict[str, Any], title: str) -> str:
    style, script = _style(), _script()
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "csp": policy,
        "version": __version__,
        "title": html.escape(visible(title)) + " – goroutines",
        "style": style,
        "data": msgspec.json.encode(document).decode().translate(_ESCAPES),
        "script": script,
    }
    pieces = _text("page.html").split("{")
    return pieces[0] + "".join(parts[name] + rest for name, _, rest in (piece.partition("}") for piece in pieces[1:]))


@cache
def _script() -> str:
    return '(() => {\n"use strict";\n' + "\n".join(map(_text, _SCRIPTS)) + "})();\n"


@cache
def _style() -> str:
    return _text("page.css")


def _digest(text: str) -> str:
    """A source expression of the Content Security Policy: the hash of an element's whole text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
