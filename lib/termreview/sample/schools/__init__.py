"""The illustrative schools: their stories, rolls and statistics."""
