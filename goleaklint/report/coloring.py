"""Lines of styled pieces as text: in colour for a terminal, without it for anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from goleaklint.report.excerpt import Line
from goleaklint.report.formats import Look


def written(lines: Sequence[Line], look: Look, colors: Mapping[str, str]) -> str:
    """The lines, each with its end; `colors` gives rich's styles by the names of the pieces, none for plain ones."""
    if not look.color:
        return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
    from rich.console import Console
    from rich.text import Text

    console = Console(force_terminal=True, color_system="standard", width=10_000, highlight=False, legacy_windows=False)
    with console.capture() as capture:
        for line in lines:
            text = Text(no_wrap=True, end="\n")
            for piece, style in line:
                text.append(piece, colors.get(style, ""))
            console.print(text, soft_wrap=True)
    return capture.get()
