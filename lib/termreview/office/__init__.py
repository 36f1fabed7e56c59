"""An office's own year: its declarations begun from nothing, a school year added, what runs made taken away."""
