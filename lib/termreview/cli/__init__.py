"""The command line; the modules here alone print and exit."""
