"""Which rules are on in a run, and in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from goleaklint.catalog import Catalog, CatalogError
from goleaklint.config import Config


def codes_on(catalog: Catalog, config: Config) -> frozenset[str]:
    """The codes of the rules that are on. CatalogError for an unknown rule, or a preview rule not asked for."""
    chosen = [catalog.find(word) for word in config.select]
    for rule in chosen:
        if rule.preview and not config.preview:
            raise CatalogError(f"{rule.code} {rule.name} is in preview: it needs --preview")
    if not config.select:
        chosen = [rule for rule in catalog.rules if config.preview or not rule.preview]
    ignored = {catalog.find(word).code for word in config.ignore}
    return frozenset(rule.code for rule in chosen) - ignored


def codes_in_files(catalog: Catalog, config: Config) -> Callable[[str], frozenset[str]]:
    """A function from a path, as the program shows it, to the codes that are on there."""
    on = codes_on(catalog, config)
    if not config.per_file_ignores:
        return lambda path: on
    from pathspec import GitIgnoreSpec

    table = [
        (GitIgnoreSpec.from_lines([pattern]), frozenset(catalog.find(word).code for word in words))
        for pattern, words in config.per_file_ignores.items()
    ]

    def codes(path: str) -> frozenset[str]:
        local = _relative(path, config.base)
        return on.difference(*(ignored for spec, ignored in table if spec.match_file(local)))

    return codes


def _relative(path: str, base: str) -> str:
    """`path` relative to `base`, with `/`; patterns speak about paths below the configuration file."""
    import os

    return PurePath(os.path.relpath(path, base or ".")).as_posix()
