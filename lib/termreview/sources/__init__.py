"""Exports of the systems that the letter names, read by declared layouts: counted per school, never kept."""
