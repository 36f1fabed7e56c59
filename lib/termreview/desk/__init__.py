"""What an analyst does with one term at the desk: plain functions here, widgets in `panels` on top of them."""
