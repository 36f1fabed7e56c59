"""One page for each school: its scores, its work, its path to the next level."""
