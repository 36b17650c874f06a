"""Text of the source in XML: nothing that a parser refuses, and nothing that is not what it looks like."""

from __future__ import annotations

import re

from goleaklint.report.sources import visible

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
# visible() has written controls and surrogates as escapes; these two are no characters of XML 1.0 either.
_REFUSED = re.compile("[&<>\"'\ufffe\uffff]")


def escaped(text: str) -> str:
    """`text` for an element or a quoted attribute, also of HTML."""
    return _REFUSED.sub(lambda match: _ESCAPES.get(match[0], f"\\u{ord(match[0]):04x}"), visible(text))


def attributes(values: dict[str, object]) -> str:
    """` name="value"` of each."""
    return "".join(f' {name}="{escaped(str(value))}"' for name, value in values.items())
