"""A workbook changed in place: marks, notes, added sheets; parts that nobody changed keep their bytes."""
