"""A report's tables as an Excel workbook."""
