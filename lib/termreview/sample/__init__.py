"""An illustrative district: its schools, their answers, and the files as they would send them."""
