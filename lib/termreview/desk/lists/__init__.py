"""Lists of declarations that the desk writes: decisions and verified points, by whole rows."""
