"""One term's school submissions, cleaned, scored and reported: the library behind the notebooks."""

__version__ = "0.1.0"
