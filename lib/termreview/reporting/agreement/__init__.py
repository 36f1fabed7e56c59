"""A report's page, document and workbook held against each other, figure by figure."""
