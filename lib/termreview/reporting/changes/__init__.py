"""What changed between two reports, figure by figure, split into causes."""
