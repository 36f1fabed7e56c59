"""Known faults planted in clean files, to see which checks catch them."""
