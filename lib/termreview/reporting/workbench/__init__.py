"""What the analyst sees of a step's result in the cleaning and scoring notebooks."""
