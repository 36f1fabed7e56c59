"""What every browser test may ask for."""

from browsing import browser

__all__ = ["browser"]
