"""The Vietnamese texts that readers see, each held against the places that the code fills."""
