"""Workbooks of other formats: `.xls`, `.xlsb`, OpenDocument, and fonts from before Unicode."""
