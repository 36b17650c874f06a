"""What holds for every test: results that a test keeps are kept where no other run finds them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every command of a test session keeps its results in a folder of the session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOLEAKLINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
