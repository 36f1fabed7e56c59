"""What the schools did: tasks, ratios, statistics, change and years."""
