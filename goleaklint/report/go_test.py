"""A test file in Go for the leaks of one package: each test counts goroutines before and after the code runs.

It needs nothing but the standard library: the counts are of stacks in `runtime/pprof`'s text of all goroutines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from goleaklint.dump.regression import Regression
from goleaklint.report.sources import visible

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
_META = re.compile(r"([\\.+*?()|\[\]{}^$])")

_HEAD = """\
// Regression tests for goroutine leaks, written by goleaklint from {dump}.

package {package}

import (
	"regexp"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)
"""

_TEST = """
// {test} fails while goroutines {what}
// are left when the code has run. The dump had {count}, created at {place}, in [{reason}].
func {test}(t *testing.T) {{
{skip}	{check}(t, {pattern}, func() {{
		{call}
	}})
}}
"""
_SKIP = '\tt.Skip("write the call that creates the goroutines below, then take this line away")\n'

_CHECK = r"""
// {check} fails the test when more goroutines whose stack has a line like pattern are there after exercise
// than before. It waits for them to end, and not for an exercise that is stuck itself.
func {check}(t *testing.T, pattern string, exercise func()) {{
	t.Helper()
	line := regexp.MustCompile("(?m)" + pattern)
	stacks := func() (found []string) {{
		var text strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&text, 2); err != nil {{
			t.Fatal(err)
		}}
		for _, stack := range strings.Split(text.String(), "\n\n") {{
			if line.MatchString(stack) {{
				found = append(found, stack)
			}}
		}}
		return found
	}}
	before := len(stacks())
	done := make(chan struct{{}})
	go func() {{
		defer close(done)
		exercise()
	}}()
	select {{
	case <-done:
	case <-time.After(5 * time.Second):
	}}
	time.Sleep(100 * time.Millisecond) // some start a little later: those of timers, and of other goroutines
	left := stacks()
	for end := time.Now().Add(5 * time.Second); len(left) > before && time.Now().Before(end); left = stacks() {{
		time.Sleep(10 * time.Millisecond)
	}}
	if len(left) > before {{
		t.Errorf("%d goroutines are left, one of them:\n%s", len(left)-before, left[len(left)-1])
	}}
}}
"""


def render(regressions: Sequence[Regression], dump: str) -> str:
    """The file for regressions of one package; gofmt changes nothing in it."""
    taken = set(regressions[0].taken)
    check = _free("checkGoroutineLeak", taken)
    text = _HEAD.format(dump=visible(dump), package=regressions[0].package)
    for regression in regressions:
        text += _test(regression, _free(f"TestGoroutineLeak{regression.name}", taken), check)
    return text + _CHECK.format(check=check)


def _test(regression: Regression, test: str, check: str) -> str:
    return _TEST.format(
        test=test,
        check=check,
        what=("created by " if regression.by_creation else "that run ") + visible(regression.function),
        count=f"{regression.goroutines} goroutine" + ("" if regression.goroutines == 1 else "s"),
        place=visible(regression.place),
        reason=visible(regression.reason),
        skip="" if regression.call else _SKIP,
        pattern=_pattern(regression),
        call=regression.call or "// " + (visible(regression.signature) or "the code of the package"),
    )


def _pattern(regression: Regression) -> str:
    """A Go string: the regular expression of the line that tells the goroutines in Go's traceback."""
    name = _META.sub(r"\\\1", regression.function)
    if regression.by_creation:
        return _string(rf"^created by {name}( in goroutine \d+)?$")
    return _string(rf"^{name}\(")


def _string(text: str) -> str:
    if "`" not in text and all(" " <= char <= "~" for char in text):
        return f"`{text}`"
    body = "".join(_ESCAPES.get(char) or (char if " " <= char <= "~" else f"\\U{ord(char):08x}") for char in text)
    return f'"{body}"'


def _free(name: str, taken: set[str]) -> str:
    """`name`, with a number when the package has it already; taken from now on."""
    free = name
    number = 2
    while free in taken:
        free = f"{name}{number}"
        number += 1
    taken.add(free)
    return free
