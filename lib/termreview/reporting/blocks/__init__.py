"""The pieces of a report as data and HTML: tables, figures, numbers written one way."""
