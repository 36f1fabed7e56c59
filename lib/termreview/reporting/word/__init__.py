"""A report as a Word document, written into the office's template."""
