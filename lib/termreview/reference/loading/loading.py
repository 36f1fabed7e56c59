"""What every declaration is read with: rows of lists and trees, and where their mistakes are noted."""

from __future__ import annotations

from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique, unique_order, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

__all__ = ["Row", "Source", "read_list", "read_tree", "unique", "unique_order", "without_lines"]
