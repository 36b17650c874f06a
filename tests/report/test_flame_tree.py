"""The tree of a flame graph, and two sides joined."""

from __future__ import annotations

from goleaklint.dump.account import Account, Group, How, Site
from goleaklint.dump.formats import read
from goleaklint.model import Span
from goleaklint.report.flame.compare import pairs
from goleaklint.report.flame.tree import CALL, GAP, GO, WAIT, Node, Path, Step, bare, drawn, paths, short, steps, tree

ROOT = "/srv/shop"


def stack(number: int, reason: str, frames: str, created: str) -> str:
    """`frames` and `created` are `name:line` parts, innermost first, in the package example.com/shop."""
    lines = [f"goroutine {number} [{reason}]:"]
    for part in frames.split():
        name, line = part.split(":")
        lines += [f"example.com/shop.{name}(0x1)", f"\t{ROOT}/shop.go:{line} +0x1d"]
    if created:
        name, line = created.split(":")
        lines += [f"created by example.com/shop.{name} in goroutine 1", f"\t{ROOT}/shop.go:{line} +0x2f"]
    return "\n".join(lines) + "\n\n"


def account(*stacks: str) -> Account:
    return bare(read("".join(stacks).encode(), "a.txt"))


def shown(node: Node) -> object:
    """(text, count, children) all the way down."""
    return node.step.text, node.count, [shown(child) for child in node.ordered()]


def test_tree() -> None:
    """Creation site, outermost to innermost frame, wait reason; what is alike above is one node, the biggest first."""
    dump = account(
        stack(2, "chan send", "put:3 Run.func1:9", "Run:8"),
        stack(3, "chan send", "put:3 Run.func1:9", "Run:8"),
        stack(4, "select", "loop:5 Run.func1:9", "Run:8"),
        stack(5, "chan receive", "Serve:20", "Start:7"),
    )
    assert shown(tree([dump])) == (
        "all goroutines",
        4,
        [
            (
                "go example.com/shop.Run shop.go:8",
                3,
                [
                    (
                        "example.com/shop.Run.func1",
                        3,
                        [
                            ("example.com/shop.put", 2, [("[chan send]", 2, [])]),
                            ("example.com/shop.loop", 1, [("[select]", 1, [])]),
                        ],
                    )
                ],
            ),
            (
                "go example.com/shop.Start shop.go:7",
                1,
                [("example.com/shop.Serve", 1, [("[chan receive]", 1, [])])],
            ),
        ],
    )


def test_who_created_them() -> None:
    """Main has no creation site, and neither has a stack that was cut before it; the runtime's own are left out."""
    main = "goroutine 1 [chan receive]:\nmain.main()\n\t/srv/shop/main.go:5 +0x1d\n\n"
    orphan = stack(7, "chan receive", "wait:3", "")
    idle = "goroutine 2 [force gc (idle)]:\nruntime.gopark(0x1)\n\t/go/src/runtime/proc.go:460 +0xce\n\n"
    dump = account(main, orphan, idle)
    assert sorted(path.steps[0].text for path in paths(dump, all_of_them=False)) == [
        "no creation site in the dump",
        "the main goroutine",
    ]
    assert [path.steps[-1].text for path in paths(dump, all_of_them=True)][-1] == "[force gc (idle)]"


def test_elided_frames() -> None:
    """The gap stands where the frames are missing."""
    text = stack(2, "chan receive", "a:1 b:2", "Run:8").replace(
        "example.com/shop.b(", "...41 frames elided...\nexample.com/shop.b("
    )
    (path,) = paths(account(text), all_of_them=True)
    assert [(step.kind, step.text) for step in path.steps] == [
        (GO, "go example.com/shop.Run shop.go:8"),
        (CALL, "example.com/shop.b"),
        (GAP, "41 frames elided"),
        (CALL, "example.com/shop.a"),
        (WAIT, "[chan receive]"),
    ]


def test_the_checkout_knows_the_creator() -> None:
    """Behind a helper the root is the call that handed over the function, with the helper's name."""
    dump = read(stack(2, "chan send", "Run.func1:9", "Go:8").encode(), "a.txt")
    site = Site(
        span=Span("internal/run.go", 12, 2, 12, 9),
        function="example.com/shop.Run",
        statement="group.Go(func() {",
        how=How.LINE,
        dump_line=12,
    )
    helper = Site(span=Span("kit/go.go", 8, 2, 8, 9), function="kit.Go", statement="go f()", how=How.LINE, dump_line=8)
    group = Group(bucket=dump.buckets[0], creation=helper, handed_over=site)
    assert next(steps(group)) == Step(GO, "example.com/shop.Run", "internal/run.go", 12, "example.com/shop.Go")
    lost = Site(span=Span("run.go", 8, 1, 8, 1), function="", statement="", how=How.LOST, dump_line=8)
    assert next(steps(Group(bucket=dump.buckets[0], creation=lost))).text == "go example.com/shop.Go shop.go:8"


def test_names_are_made_visible() -> None:
    """Controls, bidi marks and bytes that are no UTF-8 are escapes wherever a step goes."""
    text = stack(2, "chan send", "put:3", "Run:8").replace("put", "pu\u202et\x1b")
    group = account(text).groups[0]
    assert [step.name for step in steps(group)][1] == "example.com/shop.pu\\u202et\\x1b"


def test_recursion_is_drawn_once() -> None:
    """Three or more equal steps in a row are one, with their number; two stay two."""
    call = Step(CALL, "main.f", "/main.go", 3)
    other = Step(CALL, "main.g", "/main.go", 4)
    assert list(drawn([call] * 50 + [other] * 2)) == [call._replace(times=50), other, other]


def test_short_names() -> None:
    """Without the directories of the import path; slashes in type arguments are no directories."""
    assert [short(name) for name in ("a.com/b/c.(*T).Run", "main.f", "a.com/b/c.F[go.shape.int/x]", "panic")] == [
        "c.(*T).Run",
        "main.f",
        "c.F[go.shape.int/x]",
        "panic",
    ]


def joined(base: Account, new: Account) -> list[tuple[str, int, int]]:
    return [
        (
            " < ".join(frame.function.rpartition("/")[2] for frame in pair.group.bucket.stack.frames),
            pair.before,
            pair.now,
        )
        for pair in pairs([base], [new])
    ]


def test_two_dumps_of_one_build() -> None:
    """Equal stacks are one group; what is only in one of them has 0 in the other."""
    base = account(stack(2, "chan send", "put:3", "Run:8"), stack(3, "select", "loop:5", "Run:9"))
    new = account(
        stack(2, "chan send", "put:3", "Run:8"),
        stack(4, "chan send", "put:3", "Run:8"),
        stack(5, "sleep", "nap:5", "Run:10"),
    )
    assert joined(base, new) == [("shop.put", 1, 2), ("shop.nap", 0, 1), ("shop.loop", 1, 0)]


def test_two_builds() -> None:
    """Lines that have moved: groups of the same names are joined in their order, and the rest goes with the last."""
    base = account(
        stack(2, "chan send", "put:3", "Run:8"),
        stack(3, "chan send", "put:3", "Run:8"),
        stack(4, "chan send", "put:3", "Run:18"),
        stack(5, "select", "put:3", "Run:8"),
    )
    new = account(
        stack(2, "chan send", "put:4", "Run:9"),
        stack(3, "chan send", "put:4", "Run:9"),
        stack(4, "chan send", "put:4", "Run:9"),
        stack(5, "select", "put:30", "Run:8"),
    )
    assert joined(base, new) == [("shop.put", 3, 3), ("shop.put", 1, 1)]


def test_paths_keep_their_groups() -> None:
    """A path is one group's, in the order of the report."""
    dump = account(stack(2, "sleep", "nap:5", "Run:10"), stack(3, "chan send", "put:3", "Run:8"))
    found = list(paths(dump, all_of_them=True))
    assert found == [Path(tuple(steps(group)), group) for group in dump.groups]
    assert [path.group.bucket.reason for path in found] == ["chan send", "sleep"]
