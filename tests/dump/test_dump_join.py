"""Captures of one moment, joined: each goroutine once, with what each capture knows of it."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Stuck, debug1, goroutine, many, protobuf

from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Labels, Minutes, Verdict
from goleaklint.dump.join import join

SHARED = Path(__file__).parents[3] / "shared" / "dumps"  # captures, where the project is developed and tested
FOLDERS = sorted(
    path.parent for path in SHARED.glob("*/goroutine.debug2.txt") if (path.parent / "goroutine.pb.gz").exists()
)

SEND = "example.com/app.send"
WAIT = "example.com/app.Start.func1"


def text(*goroutines: str) -> Dump:
    return read("\n".join(goroutines).encode(), "text")


def profile(*stuck: Stuck, kind: str = "goroutine") -> Dump:
    return read(protobuf(*stuck, kind=kind), "pb")


def told(dump: Dump) -> list[tuple[object, ...]]:
    """What joining may change."""
    return [(each.reason, each.count, each.leaked, each.verdict.value, each.labels) for each in dump.buckets]


def messages(dump: Dump) -> list[tuple[str, str]]:
    return [(each.path, each.message) for each in dump.diagnostics]


def test_a_text_and_a_protobuf_profile() -> None:
    """Minutes, ids and the creation of the one, labels and the function's first line of the other."""
    labels = (("tenant", "a"),)
    joined = join(
        [
            text(*many(3, "chan send, 5 minutes", WAIT), goroutine(1, "select", "main.main", created_by="")),
            profile(
                Stuck(2, "chan send", (WAIT,), labels=labels),
                Stuck(1, "chan send", (WAIT,)),
                Stuck(1, "select", ("main.main",)),
            ),
        ]
    )
    assert (joined.path, joined.format, joined.total, joined.diagnostics) == ("text + pb", "text", 4, ())
    assert joined.buckets[0] == Bucket(
        reason="chan send",
        verdict=Verdict.CANDIDATE,
        count=3,
        stack=text(*many(1, "chan send", WAIT)).buckets[0].stack.__replace__(root=Frame(WAIT, "/src/app/app.go", 10)),
        minutes=Minutes(5, 5, 3),
        parents=1,
        ids=(100, 101, 102),
        labels=(Labels(labels, 2),),
    )


def test_the_order_of_the_files_is_no_matter() -> None:
    """The text is counted, whichever was named first."""
    one, other = text(*many(2, "chan send", WAIT)), profile(Stuck(2, "chan send", (WAIT,), labels=(("k", "v"),)))
    first, second = join([one, other]), join([other, one])
    assert (first.buckets, first.total) == (second.buckets, second.total)
    assert (first.path, second.path) == ("text + pb", "pb + text")


def test_debug_1_adds_labels_and_nothing_twice() -> None:
    """Three forms of one moment: labels are those of one of them, and nothing is said of reasons that are known."""
    stuck = (Stuck(2, "chan send", (WAIT,), labels=(("k", "v"),)), Stuck(1, "select", (SEND,)))
    joined = join(
        [
            read(debug1(*stuck), "d1"),
            text(*many(2, "chan send", WAIT), goroutine(7, "select", SEND)),
            profile(*stuck),
        ]
    )
    assert told(joined) == [
        ("chan send", 2, 0, "candidate", (Labels((("k", "v"),), 2),)),
        ("select", 1, 0, "candidate", ()),
    ]
    assert joined.diagnostics == ()


@pytest.mark.parametrize("form", [protobuf, debug1])
def test_a_leak_profile_marks(form: object) -> None:
    """Its groups are marked in the text, which keeps all others."""
    leaks = Stuck(2, "chan send", (WAIT,))
    make = protobuf if form is protobuf else debug1
    joined = join(
        [
            text(*many(3, "chan send", WAIT), goroutine(7, "select", SEND)),
            read(make(leaks, kind="goroutineleak"), "leak"),
        ]
    )
    assert told(joined) == [("chan send", 3, 2, "leak", ()), ("select", 1, 0, "candidate", ())]
    assert (joined.total, joined.leaks_only, joined.diagnostics) == (4, False, ())


def test_a_leak_profile_without_leaks() -> None:
    """It marks nothing, and says nothing."""
    dump = text(*many(3, "chan send", WAIT))
    empty = read(b"goroutineleak profile: total 0\n", "leak")
    assert (told(join([dump, empty])), join([dump, empty]).diagnostics) == (told(dump), ())


def test_two_leak_profiles_and_no_text() -> None:
    """With nothing else, the protobuf form counts, and stays a leak profile."""
    leaks = Stuck(2, "chan send", (WAIT,))
    joined = join([read(debug1(leaks, kind="goroutineleak"), "d1"), profile(leaks, kind="goroutineleak")])
    assert (joined.format, joined.leaks_only, told(joined)) == ("protobuf", True, [("chan send", 2, 2, "leak", ())])


def test_groups_that_differ_by_creation() -> None:
    """The line at which a literal begins tells which creation it is of."""
    dump = text(*many(2, "chan send", WAIT, at=10), *many(3, "chan send", WAIT, first=200, at=30))
    labelled = profile(
        Stuck(2, "chan send", (WAIT,), begins=10, labels=(("k", "ten"),)),
        Stuck(3, "chan send", (WAIT,), begins=30, labels=(("k", "thirty"),)),
    )
    found = {
        each.stack.created_by.line: each.labels for each in join([dump, labelled]).buckets if each.stack.created_by
    }
    assert found == {10: (Labels((("k", "ten"),), 2),), 30: (Labels((("k", "thirty"),), 3),)}


def test_what_holds_for_all_holds_for_each() -> None:
    """A named function that two places start: all goroutines of the profile are leaked, so both groups are."""
    dump = text(*many(2, "chan send", SEND, at=40), *many(3, "chan send", SEND, first=200, at=50))
    joined = join([dump, profile(Stuck(5, "chan send", (SEND,)), kind="goroutineleak")])
    assert told(joined) == [("chan send", 3, 3, "leak", ()), ("chan send", 2, 2, "leak", ())]


def test_leaked_goroutines_that_cannot_be_placed() -> None:
    """Some of them are leaked, and nothing tells which: said, and not marked."""
    dump = text(*many(2, "chan send", SEND, at=40), *many(3, "chan send", SEND, first=200, at=50))
    joined = join([dump, profile(Stuck(4, "chan send", (SEND,)), kind="goroutineleak")])
    assert [each.leaked for each in joined.buckets] == [0, 0]
    assert messages(joined) == [
        ("pb", "4 goroutines that are leaked are in groups that differ by their creation only: not marked")
    ]


def test_groups_in_one_of_them_only() -> None:
    """Time passed between the captures: what is in one only is said; the text is what is counted."""
    dump = text(*many(3, "chan send", WAIT), goroutine(7, "select", SEND))
    later = profile(Stuck(3, "chan send", (WAIT,)), Stuck(2, "chan receive", ("example.com/app.other",)))
    joined = join([dump, later])
    assert joined.total == 4
    assert messages(joined) == [
        ("pb", "only here, not counted: 2 goroutines [chan receive] in example.com/app.other /src/app/app.go:20"),
        ("text", "not in pb: 1 goroutine [select] in example.com/app.send /src/app/app.go:20"),
    ]


def test_a_goroutine_that_went_on() -> None:
    """Another reason, or another line of the same function, is the same goroutine a moment later."""
    dump = text(goroutine(5, "select", WAIT), goroutine(6, "running", SEND, line=40), *many(4, "chan send", "main.f"))
    later = profile(
        Stuck(1, "running", (WAIT,)), Stuck(1, "running", (SEND,), line=43), Stuck(4, "chan send", ("main.f",))
    )
    assert (join([dump, later]).total, join([dump, later]).diagnostics) == (6, ())


@pytest.mark.parametrize(("end", "read_of_it"), [("created by", 5), (" +0x1d\ncreated by", 4)])
def test_a_text_that_is_cut(end: str, read_of_it: int) -> None:
    """A profile's counts hold where the text says that goroutines are missing, and its own groups are counted."""
    whole = "\n".join(many(5, "chan send", WAIT))
    cut = read(whole[: whole.rindex(end) - 1].encode(), "text")
    later = profile(Stuck(5, "chan send", (WAIT,)), Stuck(2, "select", ("main.f",)))
    joined = join([cut, later])
    assert (cut.total, cut.incomplete, joined.total, joined.incomplete) == (read_of_it, True, 7, False)
    assert Counter(each.reason for each in joined.buckets for _ in range(each.count)) == {"chan send": 5, "select": 2}
    assert messages(joined)[1:] == [
        (
            "pb",
            "only here, counted, for the other is cut: 2 goroutines [select] in main.f /src/app/app.go:20",
        )
    ]


def test_another_process() -> None:
    """Captures with hardly a goroutine in common are asked about, and add nothing."""
    one = Stuck(1, "chan send", (WAIT,), labels=(("k", "v"),))
    joined = join([text(*many(3, "chan send", WAIT)), profile(one, Stuck(9, "select", (SEND,)))])
    assert (joined.total, joined.buckets[0].labels, messages(joined)) == (
        3,
        (),
        [("pb", "only 1 of its 10 goroutines are in text, so it is not joined: is it of one process?")],
    )


def test_frames_that_the_text_elides() -> None:
    """A stack of 120 frames: the text keeps 100, the profile all."""
    frames = tuple(f"main.f{at}" for at in range(120))
    lines = goroutine(5, "chan send", *frames).split("\n")
    elided = "\n".join([*lines[:101], "...20 frames elided...", *lines[141:]])
    [bucket] = join([text(elided), profile(Stuck(1, "chan send", frames))]).buckets
    assert (len(bucket.stack.frames), bucket.stack.elided) == (120, 0)


stuck = st.builds(
    Stuck,
    st.integers(1, 5),
    st.sampled_from(["chan send", "chan receive", "select", "running"]),
    st.tuples(st.sampled_from(["main.a", "main.b", "main.c.func1"])),
    line=st.just(20),
    begins=st.sampled_from([10, 30]),
    labels=st.sampled_from([(), (("k", "v"),), (("k", "w"),)]),
)


@given(st.lists(stuck, min_size=1), st.lists(stuck, min_size=1), st.booleans())
def test_the_text_is_what_is_counted(here: list[Stuck], there: list[Stuck], leaks: bool) -> None:
    """Whatever the other capture holds, no goroutine is added or lost, and marks and labels are no more than counts."""
    blocks = [
        block
        for at, each in enumerate(here)
        for block in many(each.number, each.reason, *each.frames, first=100 * (at + 1), at=each.begins)
    ]
    dump = text(*blocks)
    joined = join([dump, profile(*there, kind="goroutineleak" if leaks else "goroutine")])
    assert joined.total == dump.total == sum(each.count for each in joined.buckets)
    assert Counter((each.reason, each.stack.frames) for each in joined.buckets) == Counter(
        (each.reason, each.stack.frames) for each in dump.buckets
    )
    for each in joined.buckets:
        assert each.leaked <= each.count
        assert sum(labels.goroutines for labels in each.labels) <= 2 * each.count


@pytest.mark.skipif(not FOLDERS, reason="no ../shared/dumps beside this checkout")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_captures(folder: Path) -> None:
    """Real captures: every goroutine has its partner, labels and leaks are those of the profiles."""
    dump = read((folder / "goroutine.debug2.txt").read_bytes(), "text")
    names = ("goroutine.pb.gz", "goroutineleak.pb.gz", "goroutine.debug1.txt", "goroutineleak.debug1.txt")
    others = []
    for path in (folder / name for name in names if (folder / name).exists()):
        data = path.read_bytes()
        others.append(read(gzip.decompress(data) if path.suffix == ".gz" else data, path.name))
    joined = join([*others, dump])
    leaked = max([each.total for each in others if each.leaks_only], default=0)
    assert (joined.total, sum(each.leaked for each in joined.buckets)) == (dump.total, leaked)
    assert joined.diagnostics == dump.diagnostics
    known = {labels for each in others for bucket in each.buckets for labels in bucket.labels}
    assert {labels for bucket in joined.buckets for labels in bucket.labels} == known
