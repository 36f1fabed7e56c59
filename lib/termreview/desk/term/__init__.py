"""One term as it stands at this moment, looked at: overview, causes, a cell in its surroundings."""
