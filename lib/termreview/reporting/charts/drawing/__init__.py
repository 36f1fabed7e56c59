"""How charts are drawn: marks, letters, styles, and their SVG and PNG."""
