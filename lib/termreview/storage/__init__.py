"""Where files lie: the workspace, staging, what makes a set count, and the contracts of its tables."""
