"""What the figures call for: main points, strengths, limits, causes, next steps."""
