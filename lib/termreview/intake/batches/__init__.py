"""Many files read at once by several processes, and readings kept from the run before."""
