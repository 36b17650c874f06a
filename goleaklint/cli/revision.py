"""`--rev` and `--binary` of `goleaklint dump`: the revision that the program was built from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from goleaklint.model import Diagnostic

if TYPE_CHECKING:
    from goleaklint.correlate.buildinfo import BuildInfo
    from goleaklint.correlate.revisions import Past


def past_of(repo: str, revision: str | None, binary: str | None) -> tuple[Past | None, list[Diagnostic]]:
    """The revision to look for places in, None for the files as they are, and what is to be said of it.

    A revision that was asked for and is not there is an error; one that only the binary names is not.
    """
    if revision is None and binary is None:
        return None, []
    from goleaklint.correlate.git import GitError
    from goleaklint.correlate.revisions import Past

    info = _build_info(binary) if binary is not None else None
    if revision is not None:
        try:
            past = Past(repo, revision)
        except GitError as error:
            raise click.ClickException(f"--rev: {error}") from None
        return past, list(_differences(binary or "", info, past)) if info is not None else []
    assert binary is not None
    assert info is not None
    if not info.revisions():
        return None, [_said(binary, "does not say which revision it was built from; the files as they are are taken")]
    trouble = ""
    for name in info.revisions():
        try:
            past = Past(repo, name)
        except GitError as error:
            trouble = trouble or str(error)
            continue
        return past, list(_modified(binary, info))
    return None, [_said(binary, f"{trouble}; the files as they are are taken")]


def _build_info(binary: str) -> BuildInfo:
    from goleaklint.correlate.buildinfo import NoBuildInfoError, read_build_info

    try:
        return read_build_info(binary)
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or str(error)).lower()
        raise click.ClickException(f"--binary: {binary}: {said}") from None
    except NoBuildInfoError as error:
        raise click.ClickException(f"--binary: {binary}: {error}") from None


def _modified(binary: str, info: BuildInfo) -> list[Diagnostic]:
    if not info.is_modified:
        return []
    return [
        _said(binary, f"was built from {info.revision[:12]} with changes that were not committed: lines may differ")
    ]


def _differences(binary: str, info: BuildInfo, past: Past) -> list[Diagnostic]:
    if info.revision and info.revision != past.commit:
        return [_said(binary, f"was built from {info.revision[:12]}, and --rev says {past.short}")]
    return _modified(binary, info)


def _said(binary: str, message: str) -> Diagnostic:
    return Diagnostic(path=binary, kind="binary", message=message)
