"""One term's tables as every report reads them: expected schools and their answers."""
