"""The desk served to a browser of this machine."""
