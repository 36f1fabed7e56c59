"""One published report proved: made again from the files received, and compared."""
