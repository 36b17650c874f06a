"""Where the output goes: colour, width, standard output and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TextIO

from goleaklint.report.formats import Look

Color = Literal["auto", "always", "never"]

# The width of text that no terminal shows.
PLAIN_WIDTH = 100
FILE_LOOK = Look(color=False, width=PLAIN_WIDTH)


def look(stream: TextIO, color: Color, environ: Mapping[str, str] = os.environ) -> Look:
    """Colour and width for what is written to `stream`."""
    width = PLAIN_WIDTH
    if stream.isatty():
        import shutil

        width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
    return Look(is_colored(stream, color, environ), width)


def is_colored(stream: TextIO, color: Color, environ: Mapping[str, str]) -> bool:
    """`--color` decides; with `auto`, NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then whether it is a terminal."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def write_out(content: str | bytes) -> None:
    """Write data to standard output, text as UTF-8 whatever the locale; a reader that has left is no error."""
    data = _bytes(content)
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drop_out()


def drop_out() -> None:
    """Send the rest of standard output nowhere, so that the interpreter's last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_file(path: Path, content: str | bytes) -> None:
    """Write a whole file or none: readers never see half of it. Raises OSError."""
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(_bytes(content))  # a pipe or /dev/null, which must not be replaced by a file
        return
    import tempfile

    path = path.resolve()
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_bytes(content))
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8", "replace") if isinstance(content, str) else content


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, else what the umask leaves."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
