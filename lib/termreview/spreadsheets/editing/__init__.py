"""A workbook changed in place: marks, notes and added sheets; all other bytes stay."""
