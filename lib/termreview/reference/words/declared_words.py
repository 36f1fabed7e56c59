"""One file of words, in Vietnamese, held against what the code asks for: each word there, with its own places only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from termreview.reference.loading.rows import Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

Places = Mapping[str, tuple[str, ...]]
_WORD = re.compile(r"([\w.]+)(?:\(([\w,]*)\))?")


def places_in(declared: str) -> dict[str, tuple[str, ...]]:
    """The places of each word of one section, from a list such as `title count(total,pct)`."""
    return {name: tuple(places.split(",")) if places else () for name, places in _WORD.findall(declared)}


def check_words(tree: Row, wanted: Mapping[str, Places]) -> None:
    """Note every section or word that is missing, is asked for by nobody, or has a place that nothing fills."""
    for section, words in wanted.items():
        row = tree.row(section)
        if row is None:
            if tree.values.get(section) is None:  # what else stands there is told
                tree.report(f"'{section}' is missing")
            continue
        row.only(tuple(words))
        for name, places in words.items():
            row.text(name)
            row.template(name, places)


def load_words(source: Source, file: str, wanted: Mapping[str, Places]) -> Mapping[str, Any]:
    """Read one file that holds words by section and nothing else."""
    tree = read_tree(source, file)
    if tree is None:
        return {}
    tree.only(tuple(wanted))
    check_words(tree, wanted)
    return without_lines(dict(tree.values))
