"""docs/rules.md is what the rule files say. `UPDATE_DOCS=1 pytest tests/test_docs.py` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

from goleaklint import catalog
from goleaklint.cli.rules import page, table
from goleaklint.filters import suppress

PATH = Path(__file__).parent.parent / "docs" / "rules.md"
HEAD = """# Rules

Made from the files in `rules/`, each of which holds its own documentation; `goleaklint rule CODE` shows the same.

```
{table}```

"""


def rendered() -> str:
    rules = catalog.load(also=suppress.RULES).rules
    pages = [page(rule).replace("# ", "## ", 1) for rule in rules]
    return HEAD.format(table=table(rules)) + "\n".join(pages)


def test_the_catalogue_of_rules() -> None:
    """The page is up to date."""
    if os.environ.get("UPDATE_DOCS"):
        PATH.write_text(rendered(), encoding="utf-8")
    assert PATH.is_file(), "docs/rules.md is missing: UPDATE_DOCS=1 pytest tests/test_docs.py writes it"
    assert PATH.read_text(encoding="utf-8") == rendered(), "docs/rules.md is not what rules/ says: UPDATE_DOCS=1"
