"""An office's own workbook read into a draft of declarations, each doubt named at its cell."""
