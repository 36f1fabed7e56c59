"""What the tables of one or several terms tell beyond their sums."""
