"""What was done for the office's year and what is to be done next, a line each; a notebook shows it as a numbered list."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Steps:
    """What was done, and the steps that follow, in order."""

    done: str
    following: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The lines as a command prints them."""
        numbered = [f"  {number}. {text}" for number, text in enumerate(self.following, start=1)]
        return "\n".join([self.done, *numbered])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(text)}</li>" for text in self.following)
        return f"<p>{escape(self.done)}</p><ol>{items}</ol>"
