"""One page is one executed notebook, published as a single self-contained HTML file."""

from __future__ import annotations

from pathlib import Path


def export_html(notebook_path: Path, output_path: Path, *, title: str, language: str = "vi") -> None:
    """Publish one executed notebook as one HTML file."""
    raise NotImplementedError
