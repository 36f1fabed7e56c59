"""The chapters of the reports, one file a chapter; rooms by part of the report."""
