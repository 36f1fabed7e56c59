"""Where a field stands on a received workbook, and what contradicts its place."""
