"""Protobuf profiles (debug=0) of goroutines: counted stacks with their runtime frames, which tell the wait reason.

No ids, minutes and creation sites. CockroachDB's Go (debug=3) makes one sample of each goroutine, and labels of these.
"""

from __future__ import annotations

from goleaklint.dump.buckets import Grouping
from goleaklint.dump.debug1 import DEEPEST
from goleaklint.dump.goroutines import Dump, Frame, Stack, State
from goleaklint.dump.lines import Readable
from goleaklint.dump.notes import Notes
from goleaklint.dump.reasons import reason
from goleaklint.dump.symbols import printed_name
from goleaklint.dump.wire import Function, Label, MalformedError, Profile, Sample, read_profile

MOST = 256 << 20  # bytes; a hundred thousand goroutines take some thousand
_TYPES = {"goroutine": False, "goroutines": False, "goroutineleak": True}  # type -> whether all of them are leaked
_SIGN = 1 << 63
_LINES = 1 << 31  # a damaged profile may claim any
_OWN = "go::goroutine"  # how the labels of debug=3 begin


class NotGoroutinesError(Exception):
    """It is no profile, or the profile of something else; the text says of what."""


def read_protobuf(stream: Readable, path: str) -> Dump:
    """Raises NotGoroutinesError."""
    data = stream.read(MOST + 1)
    while more := stream.read(MOST + 1 - len(data)) if len(data) <= MOST else b"":
        data += more
    if len(data) > MOST:
        raise NotGoroutinesError(f"a pprof profile of more than {MOST >> 20} MiB")
    try:
        profile = read_profile(data)
    except MalformedError as error:
        raise NotGoroutinesError(f"a pprof profile in protobuf form that is damaged or cut ({error})") from None
    known = [(at, _TYPES[name]) for at, name in enumerate(profile.types) if name in _TYPES]
    if not known:
        raise NotGoroutinesError(f"a pprof profile of {', '.join(profile.types) or 'nothing'}, not of goroutines")
    [(at, leaked), *_] = known
    notes = Notes(path)
    counter = _Counter(profile, at, leaked=leaked)
    for sample in profile.samples:
        counter.count(sample)
    if not counter.grouping.total and (counter.bad or not leaked):
        what = f"{counter.bad} damaged samples and no others" if counter.bad else "no samples"
        raise NotGoroutinesError(f"a pprof profile of goroutines with {what}")
    if counter.bad:
        notes.lost(0, f"{counter.bad} samples of the profile are left out: they have no count or name no known place")
    if counter.grouping.total and not counter.has_states:
        notes.add(0, "a protobuf profile: it has no minutes, goroutine numbers and creation sites; debug=2 has them")
    return Dump(
        path=path,
        format="protobuf",
        total=counter.grouping.total,
        buckets=counter.grouping.buckets(),
        diagnostics=notes.all(),
        leaks_only=leaked,
        incomplete=notes.incomplete,
    )


class _Counter:
    """Counts samples; equal stacks and states are made once."""

    def __init__(self, profile: Profile, value: int, *, leaked: bool) -> None:
        self.grouping = Grouping()
        self.bad = 0
        self.has_states = False
        self._profile = profile
        self._value = value
        self._leaked = leaked
        self._stacks: dict[tuple[int, ...], tuple[Stack, str]] = {}
        self._states: dict[State, State] = {}

    def count(self, sample: Sample) -> None:
        if self._value >= len(sample.values) or not 0 <= sample.values[self._value] < _SIGN:
            self.bad += 1
            return
        known = self._stacks.get(sample.locations)
        if known is None:
            if not all(number in self._profile.locations for number in sample.locations):
                self.bad += 1
                return
            known = self._stacks[sample.locations] = self._stack(sample.locations)
        stack, waits = known
        own = {label.key: label for label in sample.labels if label.key.startswith(_OWN)}
        state = self._state(waits, own, sample)
        count = sample.values[self._value]
        if own and count == 1:
            self.has_states = True
            identity, parent = own.get(_OWN, _NO_LABEL), own.get(f"{_OWN}_created_by", _NO_LABEL)
            self.grouping.add_one(state, stack, identity.number, parent.number)
        else:
            self.grouping.add(state, stack, count)

    def _stack(self, locations: tuple[int, ...]) -> tuple[Stack, str]:
        places = [place for number in locations for place in self._profile.locations[number]]
        frames = tuple(Frame(printed_name(function.name), function.file, line % _LINES) for function, line in places)
        root = next((function for function, _ in reversed(places) if not function.name.startswith("runtime.")), None)
        stack = Stack(frames=frames, root=_root(root), unavailable=not frames)
        if len(locations) >= DEEPEST:
            stack = Stack(frames=frames, elided=-1, elided_at=len(frames))
        return stack, reason(frames, [function.begins for function, _ in places])

    def _state(self, waits: str, own: dict[str, Label], sample: Sample) -> State:
        told = own.get(f"{_OWN}_state", _NO_LABEL).text
        minutes = own.get(f"{_OWN}_wait_minutes")
        labels = tuple(sorted((label.key, _value(label)) for label in sample.labels if label.key not in own))
        state = State(
            reason=told or waits,
            leaked=self._leaked,
            minutes=minutes.number if minutes is not None else None,
            labels=labels,
        )
        return self._states.setdefault(state, state)


_NO_LABEL = Label("", "", 0)


def _value(label: Label) -> str:
    return label.text or (str(label.number) if label.number else "")


def _root(function: Function | None) -> Frame | None:
    if function is None or not function.begins:
        return None
    return Frame(printed_name(function.name), function.file, function.begins % _LINES)
