"""The flame graph as SVG: for documents and tickets. No script; a title on each rectangle tells the whole name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from goleaklint.dump.account import Account
from goleaklint.dump.anomalies import MEANINGS, Anomaly
from goleaklint.report.flame.tree import GO, WAIT, Node, Step, short, tree
from goleaklint.report.sources import visible

_WIDTH = 1200
_MARGIN = 10
_ROW = 18
_HEAD = 66
_LETTER = 6.65  # the width of a character of a monospaced font at 11 px
_NARROWEST = 1.0  # narrower siblings are drawn as one
_THIN = 4.0  # narrower ones have no border, which would hide them
_LEAST_TEXT = 4  # characters
_MOST_LEVELS = 500
_STYLE = """
svg { background: #fff; font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
text { fill: #1a1f26; } .name { font-size: 15px; font-weight: 600; } .dim { fill: #59636f; }
rect { stroke: #fff; stroke-width: .6; } .thin { stroke: none; } .blocked { fill: #f2a199; } .serving { fill: #f3cf83; }
.waiting { fill: #abc3f7; } .other { fill: #d9dee5; } .mixed { fill: #e9ecf0; } .small { fill: #b4bdc8; }
@media (prefers-color-scheme: dark) {
svg { background: #13161a; } text { fill: #f4f6f8; } .dim { fill: #9ba6b3; } rect { stroke: #13161a; }
.blocked { fill: #9a4037; } .serving { fill: #7d6119; } .waiting { fill: #39559a; } .other { fill: #3d4651; }
.mixed { fill: #2a3038; } .small { fill: #5d6874; }
}
"""
_NOT_XML = re.compile("[\ufffe\uffff]")  # all else that XML forbids is made visible before


def render(accounts: Sequence[Account]) -> str:
    """One picture of everything that a report tells of, of all dumps together."""
    root = tree(accounts)
    rows = list(_rows(root))
    levels = max((level for level, _ in rows), default=0) + 1
    height = _HEAD + levels * _ROW + _MARGIN
    name = ", ".join(account.dump.path for account in accounts)
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' role="img">',
        f"<title>{_xml(name)}: {_goroutines(root.count)} by creation site, stack and wait reason</title>",
        f"<style>{_STYLE}</style>",
        f'<text class="name" x="{_MARGIN}" y="24">{_xml(_cut(visible(name), 100))}: {_goroutines(root.count)}</text>',
        *_legend(root),
    ]
    return "\n".join([*head, *(text for _, text in rows), "</svg>"]) + "\n"


def _legend(root: Node) -> Iterator[str]:
    x = float(_MARGIN)
    for kind in Anomaly:
        text = f"{MEANINGS[kind]}: {root.anomalies[kind]}"
        yield f'<rect class="{kind}" x="{x:.1f}" y="38" width="12" height="12"/>'
        yield f'<text class="dim" x="{x + 17:.1f}" y="48">{_xml(text)}</text>'
        x += 17 + len(text) * _LETTER + 18


def _rows(root: Node) -> Iterator[tuple[int, str]]:
    """(level, element) for all that is wide enough, parents before children."""
    scale = (_WIDTH - 2 * _MARGIN) / max(root.count, 1)
    todo = [(root, 0, float(_MARGIN))]
    while todo:
        node, level, x = todo.pop()
        yield level, _node(node, level, x, node.count * scale, root.count)
        if level + 1 >= _MOST_LEVELS:
            continue
        below: list[tuple[Node, int, float]] = []
        narrow = 0
        at = x
        for child in node.ordered():
            if child.count * scale < _NARROWEST:
                narrow += child.count
                continue
            below.append((child, level + 1, at))
            at += child.count * scale
        if narrow * scale >= _NARROWEST / 2:
            yield level + 1, _narrow(narrow, level + 1, at, narrow * scale)
        todo.extend(reversed(below))


def _node(node: Node, level: int, x: float, width: float, total: int) -> str:
    kinds = [kind for kind in Anomaly if node.anomalies[kind]]
    title = f"{_whole(node.step)}: {_goroutines(node.count)}, {100 * node.count / max(total, 1):.1f}%"
    if len(kinds) == 1 and kinds[0] is not Anomaly.OTHER:
        title += f", {MEANINGS[kinds[0]]}"
    text = _text(node.step, node.count, width)
    if len(kinds) == 1:
        return _rect(kinds[0], level, x, width, title) + _label(text, level, x, width)
    return _rect("mixed", level, x, width, title) + _shares(node, level, x, width) + _label(text, level, x, width)


def _shares(node: Node, level: int, x: float, width: float) -> str:
    """The shares of the classes below, along the lower edge."""
    y = _HEAD + (level + 1) * _ROW - 4
    rects = []
    for kind in Anomaly:
        part = width * node.anomalies[kind] / max(node.count, 1)
        if part:
            rects.append(f'<rect class="{kind} thin" x="{x:.2f}" y="{y}" width="{part:.2f}" height="3"/>')
        x += part
    return "".join(rects)


def _whole(step: Step) -> str:
    """All that is known of a step, for its title."""
    if not step.file:
        return step.text
    times = f" ×{step.times}" * (step.times > 1)
    return f"{'go ' * (step.kind == GO)}{step.name}{times} {step.file}:{step.line}"


def _narrow(count: int, level: int, x: float, width: float) -> str:
    text = f"{_goroutines(count)} too narrow to draw"
    return _rect("small", level, x, width, text) + _label(text, level, x, width)


def _rect(kind: str, level: int, x: float, width: float, title: str) -> str:
    names = kind + " thin" * (width < _THIN)
    return (
        f'<rect class="{names}" x="{x:.2f}" y="{_HEAD + level * _ROW}" width="{max(width, 0.3):.2f}"'
        f' height="{_ROW - 1}" rx="2"><title>{_xml(title)}</title></rect>'
    )


def _label(text: str, level: int, x: float, width: float) -> str:
    room = _room(width)
    if room < _LEAST_TEXT:
        return ""
    return f'<text x="{x + 4:.2f}" y="{_HEAD + level * _ROW + 12}">{_xml(_cut(text, room))}</text>'


def _text(step: Step, count: int, width: float) -> str:
    """The name; with place and count where there is room."""
    name = step._replace(name=short(step.name)).text + f" ×{step.times}" * (step.times > 1)
    more = f" {step.place}" if step.place and step.kind != GO else ""
    more += f" {count}" if step.kind in (GO, WAIT) else ""
    return name + more if len(name + more) <= _room(width) else name


def _room(width: float) -> int:
    return int((width - 6) / _LETTER)


def _goroutines(count: int) -> str:
    return f"{count} goroutine" + "s" * (count != 1)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", escape(visible(text)))
