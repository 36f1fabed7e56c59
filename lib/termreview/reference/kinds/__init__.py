"""The kinds of declarations: what each file says, as frozen dataclasses, and how it is checked."""
