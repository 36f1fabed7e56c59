"""The indicator set (II.7): levels, scores, criteria, conclusions, moves between levels."""
