"""Where in the checkout the goroutines of a bucket wait: the innermost frame of the repository, its line checked."""

from __future__ import annotations

from goleaklint.correlate.drift import Evidence, covers, evidence_of, likeliest
from goleaklint.correlate.functions import Function, Package, line_of
from goleaklint.correlate.names import function_of
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import line_site, lost_site, moved, named_site, site
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Bucket, Frame
from goleaklint.dump.symbols import split_symbol


def block_site(bucket: Bucket, repository: Repository) -> Site | None:
    """None for goroutines without a frame of the checkout, such as net/http's own."""
    frames = bucket.stack.frames
    own = [at for at, frame in enumerate(frames) if repository.file(frame) is not None]
    path = repository.file(frames[own[0]]) if own else None
    if path is None:
        return None
    evidence = evidence_of(bucket.stack, own[0], bucket.reason, is_outermost=len(own) == 1)
    return _checked(frames[own[0]], path, evidence, repository.package_of(path))


def _checked(frame: Frame, path: str, evidence: Evidence, package: Package) -> Site:
    local = split_symbol(frame.function)[1]
    if package.file(path) is None:
        return named_site(path, frame)
    function = function_of(package, frame, path) or package.around(path, frame.line)
    if function is None:
        return lost_site(path, frame.line, f"the source has changed: there is no function {local}")
    here = _at_line(package, function, path, frame.line, evidence)
    if here is not None:
        return here
    function = likeliest(package, function, evidence)
    nodes = [node for node in function.own_nodes() if evidence.waits(node)]
    if not nodes:
        line = function.file.position(function.at)[0]
        return line_site(package, function, line, How.MOVED, frame.line, moved(frame.line))
    nearest = min(nodes, key=lambda node: abs(line_of(function.file, node) - frame.line))
    note = moved(frame.line, line_of(function.file, nearest))
    return site(package, function, nearest, How.MOVED, frame.line, note)


def _at_line(package: Package, function: Function, path: str, line: int, evidence: Evidence) -> Site | None:
    """The operation on the very line: in the named function, or in a literal beside it that another number is for."""
    around = package.around(path, line)
    same = around is not None and package.declaration(around) is package.declaration(function)
    for each in (function, around) if same and around is not None else (function,):
        if each.file.path != path or not each.holds(line) or evidence.fits_another(package, each):
            continue
        nodes = [node for node in each.own_nodes() if evidence.waits(node)]
        here = [node for node in nodes if covers(each, node, line)]
        if here:
            return site(package, each, min(here, key=lambda node: node.end - node.at), How.LINE, line)
        if not nodes and each is function:
            return line_site(package, each, line, How.LINE, line)
    return None
