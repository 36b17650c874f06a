"""What --help says beside the options themselves: their order under headings, and examples."""

from __future__ import annotations

import click

SECTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "check": {
        "What is looked at": (
            *("exclude", "force-exclude", "gitignore", "tests", "generated", "closed-roots", "stdin-filename"),
            "strict-parse",
        ),
        "What is reported": (
            *("select", "ignore", "preview", "rules", "min-confidence", "fail-on", "exit-zero", "baseline"),
            *("ignore-suppressions", "dump"),
        ),
        "New code only": ("new-from", "new-from-merge-base", "new-from-patch", "whole-files"),
        "Fixes": ("fix", "unsafe-fixes", "add-ignore", "diff"),
        "Output": ("format", "output", "statistics", "color", "verbose", "quiet"),
    },
    "dump": {
        "The program": ("repo", "rev", "binary"),
        "Output": ("format", "color", "verbose", "quiet"),
        "Pictures and profiles (- is standard output)": ("html", "svg", "folded", "speedscope", "pprof"),
        "The next step": ("write-test",),
        "Gates": ("max-goroutines", "max-blocked-share", "max-wait"),
        "When a process is healthy": ("healthy-below", "suspicious-above", "long-wait"),
    },
    "diff": {
        "The program": ("repo",),
        "Output": ("format", "html", "color", "verbose", "quiet"),
        "Gates": ("fail-on-growth", "max-goroutines", "max-blocked-share", "max-wait"),
        "When a process is healthy": ("healthy-below", "suspicious-above", "long-wait"),
    },
}
"""Command -> heading -> options without dashes. What stands nowhere comes last, under "Other options"."""

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "goleaklint": (
        ("goleaklint check", "the Go files below the working directory"),
        ("goleaklint rule abandoned-send", "what a finding means"),
        ("goleaklint dump dump.txt --repo .", "what is stuck in a running program"),
        ("goleaklint COMMAND --help", "all about a command"),
    ),
    "check": (
        ("goleaklint check ./server ./client/api.go", "a directory, and a file within its package"),
        ("goleaklint check --min-confidence high --no-tests", "only what is sure, and no tests"),
        ("goleaklint check --new-from-merge-base origin/main", "what this branch has changed"),
        ("goleaklint check --format github --output sarif=leaks.sarif", "in CI"),
        ("goleaklint check --diff", "what can be repaired, and how"),
    ),
    "rule": (("goleaklint rule GLK101", "by code, or by name: goleaklint rule abandoned-send"),),
    "dump": (
        ("goleaklint dump dump.txt --repo .", "what is stuck, since when, from where"),
        ("goleaklint dump http://localhost:6060 --binary ./server", "of a running server, by its own revision"),
        ("goleaklint dump dump.txt --html leaks.html", "as a picture"),
        ("goleaklint dump dump.txt --write-test .", "tests that fail until it is repaired"),
    ),
    "diff": (
        ("goleaklint diff dump-1.txt dump-2.txt dump-3.txt", "what grows"),
        ("goleaklint diff base.txt patch.txt --fail-on-growth 0", "did the patch repair it, in CI"),
    ),
    "baseline": (
        ("goleaklint baseline write", "accept the findings of today"),
        ("goleaklint check --baseline goleaklint-baseline.json", "show what comes after"),
        ("goleaklint baseline status", "which are found no more"),
    ),
    "confirm": (
        ("goleaklint confirm ./pool", "all findings in a package"),
        ("goleaklint confirm pool/pool.go:23 --run TestClose", "one finding, by some tests"),
        ("goleaklint confirm --min-confidence low GLK101", "the findings of a rule, also unsure ones"),
    ),
    "config": (
        ("goleaklint config show", "what holds here, and its defaults"),
        ("goleaklint config schema > goleaklint.schema.json", "for an editor"),
    ),
}


class Explained(click.Command):
    """A command whose help has headings and examples."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        names = {max(option.opts, key=len).lstrip("-"): option for option in options}
        records = {
            name: record for name, option in names.items() if (record := option.get_help_record(ctx)) is not None
        }
        for title, wanted in SECTIONS.get(self.name or "", {}).items():
            rows = [records.pop(name) for name in wanted if name in records]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        with formatter.section("Other options" if self.name in SECTIONS else "Options"):
            formatter.write_dl(list(records.values()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        examples(self.name or "", formatter)


class ExplainedGroup(click.Group):
    """A group of commands whose help has examples."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        examples(self.name or "", formatter)


def examples(command: str, formatter: click.HelpFormatter) -> None:
    """The examples of a command, each below what it is for."""
    if command not in EXAMPLES:
        return
    with formatter.section("Examples"):
        for shown, purpose in EXAMPLES[command]:
            indent = " " * formatter.current_indent
            formatter.write(f"{indent}{shown}\n{indent}    {purpose}\n")
