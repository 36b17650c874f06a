"""What an editor offers at a finding: its fix, a comment that suppresses it, and all safe fixes of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lsprotocol import types

from goleaklint import edits
from goleaklint.filters import directives
from goleaklint.lsp.buffers import Buffer
from goleaklint.lsp.positions import Place, encoded
from goleaklint.lsp.shown import SOURCE, Shown, place_of, range_of

QUICK_FIX = types.CodeActionKind.QuickFix
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.goleaklint"

REASON = "TODO: why it cannot leak"
"""What stands for the reason, which the user has to give: without one the comment is a finding itself."""

_INDENTATION = re.compile(rb"[ \t]*")
# Comments about comments would suppress themselves.
_UNSUPPRESSED = frozenset({"GLK900", "GLK901"})

Workspace = Callable[[Buffer, list[types.TextEdit]], types.WorkspaceEdit]


class Offer:
    """The code actions of one request."""

    def __init__(
        self, buffer: Buffer, found: Sequence[Shown], context: types.CodeActionContext, workspace: Workspace
    ) -> None:
        self.buffer = buffer
        self.found = found  # of the text as it is; empty when it has changed since it was checked
        self.context = context
        self.workspace = workspace
        self.end = edits.line_end(buffer.text.data).decode()

    def actions(self, at: Place) -> list[types.CodeAction]:
        """Everything that is offered at a range, the best first."""
        here = [one for one in self.found if one.place.touches(at)]
        offered = [*self._fixes(here), *self._ignores(at), *self._fix_all()]
        return [action for action in offered if self._is_asked_for(str(getattr(action.kind, "value", action.kind)))]

    def _is_asked_for(self, kind: str) -> bool:
        only = [str(getattr(one, "value", one)) for one in self.context.only or []]
        return not only or any(kind == one or kind.startswith(f"{one}.") for one in only)

    def _fixes(self, here: Iterable[Shown]) -> Iterator[types.CodeAction]:
        for one in sorted(here, key=lambda one: one.finding.fix is None or not one.finding.fix.safe):
            fix = one.finding.fix
            if fix is None or fix.digest != edits.digest(self.buffer.text.data):
                continue
            yield types.CodeAction(
                title=_title(fix.message) + ("" if fix.safe else " (may change what the code does)"),
                kind=QUICK_FIX,
                diagnostics=self._of(one) or None,
                is_preferred=fix.safe,
                edit=self.workspace(self.buffer, self._edits(one)),
            )

    def _fix_all(self) -> Iterator[types.CodeAction]:
        """The safe fixes that can be made together, as `check --fix` makes them in one round."""
        safe = [one.finding for one in self.found if one.finding.fix is not None and one.finding.fix.safe]
        _, applied = edits.apply(self.buffer.text.data, safe)
        chosen = {id(finding) for finding in applied}
        made = [edit for one in self.found if id(one.finding) in chosen for edit in self._edits(one)]
        if made:
            yield types.CodeAction(
                title="Fix all goroutine leaks that can be fixed safely",
                kind=FIX_ALL,
                edit=self.workspace(self.buffer, made),
            )

    def _edits(self, one: Shown) -> list[types.TextEdit]:
        return [types.TextEdit(edit.range, edit.new_text.replace("\n", self.end)) for edit in one.edits]

    def _of(self, one: Shown) -> list[types.Diagnostic]:
        """The diagnostics of the request that are of this finding."""
        return [
            diagnostic
            for diagnostic in self.context.diagnostics
            if _is_ours(diagnostic) and diagnostic.code == one.finding.code and place_of(diagnostic.range) == one.place
        ]

    def _ignores(self, at: Place) -> Iterator[types.CodeAction]:
        """A comment for each diagnostic of the request; the editor has moved them along with the text."""
        asked: set[tuple[str, int]] = set()
        for diagnostic in self.context.diagnostics:
            code, place = str(diagnostic.code), place_of(diagnostic.range)
            if not _is_ours(diagnostic) or code in _UNSUPPRESSED or not place.touches(at):
                continue
            if (code, place.line) in asked:
                continue
            asked.add((code, place.line))
            edit = self._comment(code, place.line)
            if edit is not None:
                yield types.CodeAction(
                    title=f"Ignore {code} here with a comment",
                    kind=QUICK_FIX,
                    diagnostics=[diagnostic],
                    edit=self.workspace(self.buffer, [edit]),
                )

    def _comment(self, code: str, line: int) -> types.TextEdit | None:
        """The comment in a line of its own above; None where it would not suppress, as in the middle of a text."""
        text = self.buffer.text
        at = text.offset(line, 0)
        indentation = _INDENTATION.match(text.data, at)
        assert indentation is not None
        comment = f"{indentation[0].decode()}//goleaklint:ignore {code} {REASON}{self.end}"
        changed = text.data[:at] + encoded(comment) + text.data[at:]
        row = changed.count(b"\n", 0, at) + 1
        read = directives.read(self.buffer.path, changed, lambda word: word)
        if not any(one.span.line == row and one.covers(code, row + 1) for one in read):
            return None
        return types.TextEdit(range_of(Place(line, 0, line, 0)), comment)


def _title(message: str) -> str:
    return message[:1].upper() + message[1:]


def _is_ours(diagnostic: types.Diagnostic) -> bool:
    return diagnostic.source == SOURCE
