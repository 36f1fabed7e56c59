"""The illustrative schools: their scenarios, rolls and statistics."""
