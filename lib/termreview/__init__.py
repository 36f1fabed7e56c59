"""One term's school submissions, cleaned, scored and reported: the library behind the notebooks.

For notebooks of one's own: `termreview.table(term)`, `termreview.tables(term)`, `termreview.save_table(frame, name)`;
`termreview.dictionary(term)` says what every column of the table is, `termreview.sheet(frame)` sorts, searches and filters any frame; `termreview.query(sql)` asks all terms at once;
`termreview.style()` gives matplotlib the look of the reports, `termreview.number_formatter(format)` an axis Vietnamese numbers.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from termreview.desk.panels.controls.sheet import sheet as sheet
    from termreview.office.cleaning import clean as clean
    from termreview.office.new_office import new_office as new_office
    from termreview.office.new_year import new_year as new_year
    from termreview.reporting.charts.drawing.theme import number_formatter as number_formatter, style as style
    from termreview.reporting.workbench.own_blocks import (
        own_figure as own_figure,
        own_picture as own_picture,
        own_table as own_table,
        own_text as own_text,
    )
    from termreview.run.analysis import (
        dictionary as dictionary,
        query as query,
        save_table as save_table,
        table as table,
        tables as tables,
    )

__version__ = "0.1.0"
_OF_ANALYSTS = {
    **dict.fromkeys(("table", "tables", "dictionary", "save_table"), "termreview.run.analysis"),
    "query": "termreview.run.analysis",
    "clean": "termreview.office.cleaning",
    "new_office": "termreview.office.new_office",
    "new_year": "termreview.office.new_year",
    "sheet": "termreview.desk.panels.controls.sheet",
    **dict.fromkeys(("style", "number_formatter"), "termreview.reporting.charts.drawing.theme"),
    **dict.fromkeys(
        ("own_table", "own_figure", "own_picture", "own_text"), "termreview.reporting.workbench.own_blocks"
    ),
}


class _WithoutGrammar:
    """Let jsonschema, which notebooks are checked by, begin without the grammar of addresses in any script.

    It takes 1.3 s of every process to build it, for a format that no notebook has; who else asks for it gets it.
    """

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        asking = getattr(sys.modules.get("jsonschema._format"), "__spec__", None)
        if name == "rfc3987_syntax" and getattr(asking, "_initializing", False):
            raise ModuleNotFoundError(name=name)
        return None


sys.meta_path.insert(0, _WithoutGrammar)


def __getattr__(name: str) -> Any:
    """Look up what analysts call when they first ask for it: a command line starts without it."""
    if name not in _OF_ANALYSTS:
        raise AttributeError(f"module 'termreview' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_OF_ANALYSTS[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_OF_ANALYSTS]
