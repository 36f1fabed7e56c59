"""The files received of one term: their names, days and the office's list of them."""
