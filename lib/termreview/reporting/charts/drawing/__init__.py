"""How charts are drawn: the theme, texts and their widths, plots and their marks, SVG and PNG."""
