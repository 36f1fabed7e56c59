"""School years before the sample's own, as tables alone, with truths planted in them that insight has to find again."""
