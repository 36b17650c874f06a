"""Lowering: a root function, with the calls and goroutines it reaches, becomes an automaton over its primitives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from goleaklint.explore import containers, counts, expressions, making, statements, tallies
from goleaklint.explore.automaton import Automaton, Op, Thread, TooBigError
from goleaklint.explore.scopes import Env, Heap
from goleaklint.explore.survey import Survey
from goleaklint.explore.values import Cell, Closure, Const, Place, Prim, Tally, Tuple, Value
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.types import Ty
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile

MAX_THREADS = 16


class Limits(msgspec.Struct, frozen=True):
    """How far a root is followed: calls deep, nodes wide."""

    depth: int
    nodes: int


class Deferred(msgspec.Struct, eq=False):
    """A deferred call; `flag` remembers at run time whether a conditional defer statement was reached."""

    run: Callable[[], object]
    flag: Prim | None


class Jump(msgspec.Struct, eq=False):
    """The targets of break and continue of one statement; `onward` is None for switch and select."""

    label: str
    out: int
    onward: int | None


class Frame(msgspec.Struct, eq=False):
    """One activation of a function during lowering."""

    file: SourceFile
    function: str
    owner: str  # the declaration that holds the function
    context: int
    exit: int
    body: ast.Node | None = None
    results: list[Cell] = msgspec.field(default_factory=list)
    named: list[Cell] = msgspec.field(default_factory=list)
    defers: list[Deferred] = msgspec.field(default_factory=list)
    chains: dict[int, int] = msgspec.field(default_factory=dict)  # number of defers -> node that runs them and leaves
    jumps: list[Jump] = msgspec.field(default_factory=list)
    labels: dict[tuple[str, int], int] = msgspec.field(default_factory=dict)
    turns: list[tuple[ast.Node, int]] = msgspec.field(default_factory=list)  # bodies of unrolled loops, their contexts
    failed: list[str] = msgspec.field(default_factory=list)  # variables that are not nil here
    branching: int = 0  # how many conditional statements we are in


class Lowering:
    """The state of one pass over a root."""

    def __init__(
        self,
        facts: PackageFacts,
        heap: Heap,
        limits: Limits,
        count: int,
        known: Survey,
        *,
        free: bool = False,
        small: bool = False,
    ) -> None:
        self.facts = facts
        self.heap = heap
        self.limits = limits
        self.count = count  # what every symbolic loop count is, in this variant
        self.small = small  # in this variant the counts that are capacities are one, whatever the others are
        self.free = free  # in this variant a loop whose count nothing else shares runs any number of times
        self.known = known  # what the pass before learned
        self.keys = known.keys()
        self.survey = Survey()
        self.auto = Automaton()
        self.frames: list[Frame] = []
        self.activations: list[int] = []  # those around the current statement, also those that started the goroutine
        self.active: list[object] = []  # bodies being inlined, against recursion
        self.cur = self.auto.node()
        self.flagged: list[tuple[Prim, int, int, int]] = []  # the nodes that a conditional defer runs
        self.tested: list[str] = []  # the conditions tested so far
        self.copied: dict[int, list[Cell]] = {}  # calls whose results go to variables -> the results
        self.makes = 0  # primitives made, and elements stored, so far
        self.loops = 0  # back-edge loops around the current statement, in this goroutine
        self.scopes: tuple[object, ...] = ()  # the conditional statements and goroutines around the current one
        self.late = 0  # how many frames there are in the deferred function being lowered; 0 where there is none
        self.several = False  # the current goroutine may have several instances

    # ---- emitting

    @contextmanager
    def conditional(self, node: ast.Node) -> Iterator[None]:
        """What is lowered inside may happen or not."""
        frame, scopes = self.frame, self.scopes
        frame.branching += 1
        self.scopes = (*scopes, (frame.context, id(node)))
        yield
        self.scopes = scopes
        frame.branching -= 1

    @property
    def is_late(self) -> bool:
        """Whether the current function is one that was deferred, not one that it calls."""
        return len(self.frames) == self.late

    @property
    def frame(self) -> Frame:
        """The innermost activation."""
        return self.frames[-1]

    def place(self, node: ast.Node) -> Place:
        """The place of a node of the function being lowered."""
        return Place(node, self.frame.file, self.frame.function)

    def node(self) -> int:
        """A new node, within the budget."""
        if len(self.auto.edges) >= self.limits.nodes:
            raise TooBigError
        return self.auto.node()

    def edge(self, source: int, op: Op | None, target: int) -> None:
        """Connect two nodes."""
        if op is not None:
            op.target = target
            op.looping = self.loops > 0
            prim = op.prim
            if prim is not None and op.kind == "recv" and not self.loops and not isinstance(op.place.node, ast.Range):
                self.survey.counted.add(prim.ident)
            if prim is not None and prim.activation and not prim.leaves and prim.activation not in self.activations:
                prim.leaves = True
        self.auto.edges[source].append((op, target))

    def ops_since(self, node: int = 0) -> Iterator[Op]:
        """The operations at this node and at those made after it."""
        return (op for edges in self.auto.edges[node:] for op, _ in edges if op is not None)

    def emit(self, kind: str, prim: Prim | None, at: ast.Node, amount: int = 1, thread: int = -1) -> None:
        """One operation, then go on."""
        after = self.node()
        self.edge(self.cur, Op(kind, prim, self.place(at), amount, None, thread), after)
        self.cur = after

    def goto(self, target: int) -> None:
        """A silent step to `target`; what follows is unreachable until `cur` is set."""
        self.edge(self.cur, None, target)

    def kill(self) -> None:
        """The process ends here."""
        self.auto.killed.add(self.cur)
        self.cur = self.node()

    def join(self, *ends: int) -> None:
        """Go on from a new node that all of `ends` step to."""
        after = self.node()
        for end in ends:
            self.edge(end, None, after)
        self.cur = after

    # ---- functions

    def inline(self, closure: Closure, args: list[Value], call: ast.Node, *extra: object) -> Value:
        """Lower a call of a known function here; the value is what it returns."""
        body = closure.literal.body if closure.literal else closure.decl.body if closure.decl else None
        if body is None:
            return None
        signature = closure.literal.type if closure.literal else closure.decl.type  # type: ignore[union-attr]
        outer = self.frames[-1].context if self.frames else 0
        context = self.heap.context(outer, id(call), *extra, id(body))
        env = Env(closure.env)
        name = self.function_name(closure)
        frame = Frame(closure.file, name, self.owner_name(closure), context, self.node(), body)
        scopes = self.scopes
        if self.active and counts.has_jumps(self, body):
            self.scopes = (*scopes, context)
        spread = isinstance(call, ast.Call) and call.spread
        self._bind_parameters(closure, signature, args, env, context, spread=spread)
        for index, result in enumerate(signature.results):
            cell = self.heap.cell((context, "result", index), result.name, Ty(result.type, closure.file))
            frame.results.append(cell)
            if result.name and result.name != "_":
                env.names[result.name] = cell
                frame.named.append(cell)
        self.frames.append(frame)
        self.active.append(body)
        self.activations.append(context)
        statements.block(self, body, env)
        self.leaves_at(body)
        self.leave()
        self.scopes = scopes
        self.active.pop()
        self.activations.pop()
        self.frames.pop()
        self.cur = frame.exit
        values = [self.read(cell) for cell in frame.results]
        for cell, value in zip(frame.results, values, strict=True):
            if cell.maybe_nil and isinstance(value, Prim) and id(call) not in self.copied:
                value.doubtful = True  # returned or not: what the caller knows by then is not followed
        if id(call) in self.copied:
            self.copied[id(call)] = frame.results
        return values[0] if len(values) == 1 else Tuple(values) if values else None

    def _bind_parameters(
        self,
        closure: Closure,
        signature: ast.FuncType,
        args: list[Value],
        env: Env,
        context: int,
        *,
        spread: bool,
    ) -> None:
        decl = closure.decl
        if decl is not None and decl.recv is not None and decl.recv.name:
            cell = self.heap.cell((context, "recv"), decl.recv.name, Ty(decl.recv.type, closure.file))
            cell.scope = self.scopes
            self.heap.store(cell, closure.receiver or making.external(self, cell, (context, "recv")))
            env.names[decl.recv.name] = cell
        for index, param in enumerate(signature.params):
            if not param.name or param.name == "_":
                continue
            ty = Ty(param.type, closure.file)
            cell = self.heap.cell((context, "param", index), param.name, ty)
            cell.scope = self.scopes
            if param.variadic and not spread:
                obj = self.heap.obj((context, "variadic", index), Ty(param.type, closure.file), scope=self.scopes)
                for position, value in enumerate(args[index:]):
                    self.heap.store(containers.cell_at(self, obj, Const(position), store=True), value)
                self.heap.store(cell, obj)
            elif index < len(args) and isinstance(tally := args[index], Tally) and self._keeps(closure, param.name):
                self.heap.count(cell, tally)
            elif index < len(args) and args[index] is not None:
                self.heap.store(cell, expressions.typed(args[index], ty))
            else:
                self.heap.store(cell, making.external(self, cell, (context, "param", index)))
            env.names[param.name] = cell

    def _keeps(self, closure: Closure, name: str) -> bool:
        """Whether a parameter is all along what it was given."""
        body = closure.literal.body if closure.literal else closure.decl.body if closure.decl else None
        return not tallies.is_written(self.facts, body, name)

    def read(self, cell: Cell) -> Value:
        """What a cell holds; an unwritten one of a known type is what its zero value is."""
        return cell.value if cell.value is not None else making.unwritten(self, cell)

    def function_name(self, closure: Closure) -> str:
        """Go's name of a function."""
        if closure.decl is not None:
            return self.facts.qualified(closure.decl)
        return f"{closure.owner}.{closure.literal.name}" if closure.literal else closure.owner

    def owner_name(self, closure: Closure) -> str:
        """Go's name of the declaration that holds a function."""
        return self.facts.qualified(closure.decl) if closure.decl is not None else closure.owner

    def leaves_at(self, node: ast.Node) -> None:
        """The current function is left here, by a return or at the end of its body."""
        if not self.late:
            self.auto.exits.setdefault(self.cur, self.place(node))

    def leave(self) -> None:
        """Return from the current function: run its defers, last one first, then go to its exit."""
        frame = self.frame
        entry = frame.chains.get(len(frame.defers))
        if entry is not None:
            self.goto(entry)
            self.cur = self.node()
            return
        entry = self.node()
        self.goto(entry)
        frame.chains[len(frame.defers)] = entry
        self.cur = entry
        self.run_defers(frame)
        self.goto(frame.exit)
        self.cur = self.node()

    def run_defers(self, frame: Frame) -> None:
        """Lower the deferred calls that have been registered so far."""
        pending, frame.defers = frame.defers, []
        late, self.late = self.late, len(self.frames) + 1
        for deferred in reversed(pending):
            if deferred.flag is None:
                deferred.run()
                continue
            start, after, skipped = self.cur, self.node(), self.node()
            reached = self.node()
            at = self.place(frame.body) if frame.body is not None else self.place(ast.Bad(at=0, end=0))
            self.edge(start, Op("choose", deferred.flag, at, 1), reached)
            self.edge(start, Op("choose", deferred.flag, at, 0), skipped)
            self.cur = reached
            first = len(self.auto.edges)
            deferred.run()
            self.flagged.append((deferred.flag, first, len(self.auto.edges), reached))
            self.goto(after)
            self.edge(skipped, None, after)
            self.cur = after
        self.late = late
        frame.defers = pending

    def unwind(self, at: ast.Node, *, fails: bool) -> None:
        """The goroutine ends here (`t.Fatal`, `runtime.Goexit`): the defers of all its activations run."""
        if fails:
            self.emit("fail", None, at)
        self.leaves_at(at)
        frames = self.frames
        for depth in range(len(frames), 0, -1):
            self.frames = frames[:depth]
            self.run_defers(self.frames[-1])
        self.frames = frames
        end = self.node()
        self.goto(end)
        self.cur = self.node()

    # ---- goroutines

    def spawn(
        self, closure: Closure, args: list[Value], at: ast.Node, after: Callable[[], object] | None = None
    ) -> None:
        """A new goroutine that runs `closure`; `after` lowers what its starter does when it returns (`wg.Done`)."""
        body = closure.literal.body if closure.literal else closure.decl.body if closure.decl else None
        if len(self.auto.threads) >= MAX_THREADS:
            raise TooBigError
        number = len(self.auto.threads)
        several = self.several or self.loops > 0
        thread = Thread(-1, self.place(at), self.function_name(closure), 2 if self.loops else 1, self.loops > 0)
        self.auto.threads.append(thread)
        if self.active.count(body) > 1 or len(self.active) > self.limits.depth + 2:
            self.kill_thread(thread)
        else:
            with self._elsewhere(several):
                thread.entry = self.cur
                if after is not None:
                    self.frame.defers.append(Deferred(after, None))  # runs when the goroutine ends by Goexit too
                self.inline(closure, tallies.settled(args), at, "go")
                self.run_defers(self.frame)
        self.emit("go", None, at, thread=number)

    def kill_thread(self, thread: Thread) -> None:
        """A goroutine that cannot be followed: reaching it cuts the search."""
        thread.entry = self.node()
        self.auto.cut.add(thread.entry)

    @contextmanager
    def _elsewhere(self, several: bool) -> Iterator[None]:
        """Lower another goroutine, then come back."""
        saved = (self.cur, self.loops, self.several, self.frames, self.scopes)
        self.cur, self.loops, self.several = self.node(), 0, several
        self.scopes = (*self.scopes, ("go", len(self.auto.threads)))
        shell = Frame(self.frame.file, self.frame.function, self.frame.owner, self.frame.context, self.node())
        self.frames = [shell]
        yield
        self.cur, self.loops, self.several, self.frames, self.scopes = saved
