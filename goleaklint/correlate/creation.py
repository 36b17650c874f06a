"""Where in the checkout the goroutines of a bucket were created.

The line under `created by` is checked, not believed: the source may have changed since the program was built. Where
the go statement is in a helper outside of the checkout (`sync.(*WaitGroup).Go`, errgroup, `time.AfterFunc`), the place
is the repository's own call that handed over the function.
"""

from __future__ import annotations

from goleaklint.correlate.drift import Evidence, evidence_of, likeliest, order_of_start
from goleaklint.correlate.functions import Function, Package, Start, agrees, is_named, line_of, source_name
from goleaklint.correlate.names import function_of
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.roots import is_created
from goleaklint.correlate.sites import lost_site, moved, named_site, site
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Frame, Stack
from goleaklint.dump.symbols import split_symbol
from goleaklint.golang import ast


def creation_site(stack: Stack, repository: Repository, reason: str = "") -> Site | None:
    """None for a goroutine that no part of the checkout created, such as main or one of net/http's own."""
    creator = stack.created_by
    if creator is not None and (path := repository.file(creator)) is not None:
        return _in_repository(creator, path, stack, repository, reason)
    return _through_helper(stack, repository, reason)


def _in_repository(creator: Frame, path: str, stack: Stack, repository: Repository, reason: str) -> Site:
    package = repository.package_of(path)
    local = split_symbol(creator.function)[1]
    if package.file(path) is None:  # what a //line comment names: nothing to check
        return named_site(path, creator)
    at_line = [start for start in package.starts(path) if start.line == creator.line]
    root = source_name(split_symbol(stack.frames[-1].function)[1]) if stack.frames else ""
    evidence = Evidence(lambda node: False)
    if stack.frames:
        evidence = evidence_of(stack, len(stack.frames) - 1, reason, is_outermost=True)
    function = function_of(package, creator, path)
    exact = next((start for start in _by_root(at_line, root) if agrees(local, start.function)), None)
    if exact is not None and not (function is not None and _runs_another(exact, root, package, evidence)):
        return site(package, exact.function, exact.node, How.LINE, creator.line)
    if function is not None and (starts := _starts_of(package, function)):
        nearest = min(
            starts,
            key=lambda start: (
                order_of_start(start, package.literal(start), evidence),
                not _runs(start, root),
                abs(start.line - creator.line),
            ),
        )
        return site(package, nearest.function, nearest.node, How.MOVED, creator.line, moved(creator.line, nearest.line))
    if at_line and function is None:
        start = at_line[0]
        note = f"the source has changed: the dump calls the function {local}"
        return site(package, start.function, start.node, How.MOVED, creator.line, note)
    what = f"there is no function {local}" if function is None else f"no goroutine is started in {local}"
    return lost_site(path, creator.line, f"the source has changed: {what}")


def _starts_of(package: Package, function: Function) -> list[Start]:
    """The go statements of a function; of a literal that starts none, those of the literals beside it."""
    starts = package.starts_of(function)
    if starts or function.literal is None:
        return starts
    decl = package.declaration(function)
    beside = [start for start in package.starts(function.file.path) if start.function.literal is not None]
    return [start for start in beside if decl is not None and package.declaration(start.function) is decl]


def handed_over_site(stack: Stack, creation: Site, repository: Repository, reason: str = "") -> Site | None:
    """For a go statement in a helper of the checkout itself, `go f()`: the call that handed over f.

    None where the goroutine runs what the go statement itself names.
    """
    if creation.how not in (How.LINE, How.MOVED) or not stack.frames:
        return None
    frame = stack.frames[-1]
    path = repository.file(frame)
    if path is None:
        return None
    package = repository.package_of(path)
    function = function_of(package, frame, path)
    if function is None or _is_named_by(creation, function, repository):
        return _submitted(stack, repository)
    evidence = evidence_of(stack, len(stack.frames) - 1, reason, is_outermost=True)
    return _hand_over(package, likeliest(package, function, evidence), frame.line, "")


def _submitted(stack: Stack, repository: Repository) -> Site | None:
    """For a worker that runs what others gave it, `for task := range tasks { task() }`: the call that gave this one.

    A callback, `tree.Walk(func...)`, is no such thing: the function around its literal is in the stack, too.
    """
    seen: set[tuple[str, int]] = set()
    for frame in reversed(stack.frames):
        path = repository.file(frame)
        package = repository.package_of(path) if path is not None else None
        function = function_of(package, frame, path or "") if package is not None else None
        if package is None or function is None:
            continue
        decl = package.declaration(function)
        place = (function.file.path, decl.at if decl is not None else function.at)
        if seen and place not in seen and function.literal is not None:
            call = package.call_with(function.literal)
            return site(package, call.function, call.node, How.HELPER, frame.line) if call is not None else None
        seen.add(place)
    return None


def _is_named_by(creation: Site, function: Function, repository: Repository) -> bool:
    package = repository.package_of(creation.span.path)
    starts = package.starts(creation.span.path)
    start = next((each for each in starts if each.function.file.span(each.node) == creation.span), None)
    if start is None or not isinstance(start.node, ast.Go) or not isinstance(start.node.call, ast.Call):
        return True
    fun = start.node.call.fun
    if isinstance(fun, ast.FuncLit):
        return True
    # A parameter or a variable may have the function's own name; then there is nothing better to say.
    return is_named(fun, function.name.rpartition(".")[2])


def _through_helper(stack: Stack, repository: Repository, reason: str) -> Site | None:
    """By the outermost frame of the checkout, which is the function handed over; else by the ancestors' frames."""
    if stack.created_by is not None:
        helper = stack.created_by.function
    elif stack.frames and is_created(stack.frames[-1]):  # a finalizer that blocks; or a profile, without creation lines
        helper = stack.frames[-1].function
    else:
        return None
    for at in reversed(range(len(stack.frames))):
        path = repository.file(stack.frames[at])
        if path is not None:
            evidence = evidence_of(stack, at, reason, is_outermost=True)
            return _handed_over(stack.frames[at], path, helper, repository, evidence)
    return _from_ancestors(stack, helper, repository)


def _handed_over(frame: Frame, path: str, helper: str, repository: Repository, evidence: Evidence) -> Site | None:
    package = repository.package_of(path)
    local = split_symbol(frame.function)[1]
    function = function_of(package, frame, path)
    note = f"{helper} starts this function, outside of the repository"
    if function is None:
        return lost_site(path, frame.line, f"the source has changed: there is no function {local}; {note}")
    return _hand_over(package, likeliest(package, function, evidence), frame.line, note)


def _hand_over(package: Package, function: Function, line: int, note: str) -> Site | None:
    """The call that has the function among its arguments, when it is the only one; of a literal, else the literal."""
    if function.literal is None:
        calls = package.calls_with(function.name.rpartition(".")[2])
        start = calls[0] if len(calls) == 1 else None
    else:
        start = package.call_with(function.literal) or Start(function, function.literal, 0)
    return site(package, start.function, start.node, How.HELPER, line, note) if start is not None else None


def handed_over_candidates(stack: Stack, repository: Repository) -> tuple[Site, ...]:
    """For a function handed to a helper by several calls: all of them."""
    frame = next((frame for frame in reversed(stack.frames) if repository.file(frame) is not None), None)
    path = repository.file(frame) if frame is not None else None
    if frame is None or path is None or not (stack.created_by is not None or is_created(stack.frames[-1])):
        return ()
    package = repository.package_of(path)
    function = function_of(package, frame, path)
    if function is None or function.literal is not None:
        return ()
    calls = package.calls_with(function.name.rpartition(".")[2])
    return tuple(site(package, call.function, call.node, How.CANDIDATE, call.line) for call in calls)


def _from_ancestors(stack: Stack, helper: str, repository: Repository) -> Site | None:
    """GODEBUG=tracebackancestors: the creating goroutine's stack, whose lines are those of the return addresses."""
    frames = stack.ancestors[0].frames if stack.ancestors else ()
    for frame in frames:
        path = repository.file(frame)
        if path is None:
            continue
        package = repository.package_of(path)
        around = function_of(package, frame, path)
        if around is None:
            return None
        calls = [node for node in around.own_nodes() if isinstance(node, ast.Call)]
        before = [call for call in calls if line_of(around.file, call) <= frame.line]
        if not before:
            return None
        call = max(before, key=lambda node: (line_of(around.file, node), -node.at))
        return site(package, around, call, How.HELPER, frame.line, f"{helper} starts the goroutine, called from here")
    return None


def _by_root(starts: list[Start], root: str) -> list[Start]:
    """The ones that run the function of the goroutine's outermost frame first: two can stand on one line."""
    return sorted(starts, key=lambda start: not _runs(start, root))


def _runs(start: Start, root: str) -> bool:
    call = start.node.call if isinstance(start.node, ast.Go) else start.node
    if not isinstance(call, ast.Call) or not root:
        return False
    if isinstance(call.fun, ast.FuncLit):
        return root.endswith("." + call.fun.name)
    return is_named(call.fun, root.rpartition(".")[2])


def _runs_another(start: Start, root: str, package: Package, evidence: Evidence) -> bool:
    """It runs a literal that is not the goroutine's; of a named function that may be a variable nothing is sure.

    A literal with the operation as far below as in the dump is the goroutine's, whatever its number.
    """
    literal = package.literal(start)
    if literal is None or not root or evidence.fits(literal, start.line):
        return False
    return not _runs(start, root) or evidence.fits_another(package, literal)
