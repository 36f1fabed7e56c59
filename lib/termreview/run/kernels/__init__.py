"""Where the kernels of a run come from: copies of one process that has imported what the notebooks import."""
