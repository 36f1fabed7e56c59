"""One report's material and its words, on which every section draws."""
