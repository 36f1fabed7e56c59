"""The charts of the reports, each one function from a table to a figure."""
