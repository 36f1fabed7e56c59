"""Widgets of the desk: each shows what a function of the room above gives, and calls one when it is used."""
