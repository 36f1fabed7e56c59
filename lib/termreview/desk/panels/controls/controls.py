"""One control at a time, made the same way everywhere: its name above it, in Vietnamese, spoken by screen readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from termreview.reporting.blocks.blocks import Block, as_html

Action = Callable[[], None]
_NAMED = {"description_width": "auto"}


def shown(content: object = "", css: str = "") -> Any:
    """A place for one block of HTML; text is escaped."""
    place = widgets.HTML(as_html(content))
    place.add_class("desk-html")
    if css:
        place.add_class(css)
    return place


def show(place: Any, content: object) -> None:
    """Put one block into its place; an unchanged one is not sent again."""
    html = as_html(content) if not isinstance(content, str) or content else ""
    if place.value != html:
        place.value = html


def button(words: str, act: Action, kind: str = "", hint: str = "") -> Any:
    """A button; `kind` is `primary`, `danger` or nothing."""
    made = widgets.Button(description=words, tooltip=hint or words)
    made.add_class("desk-button")
    if kind:
        made.add_class(f"desk-{kind}")
    made.on_click(lambda _: act())
    return made


def text(name: str, hint: str = "", lines: int = 1) -> Any:
    """A line, or some lines, of text with their name above."""
    if lines == 1:
        return _named(widgets.Text(description=name, placeholder=hint, style=_NAMED, continuous_update=False))
    area = widgets.Textarea(
        description=name, placeholder=hint, style=_NAMED, rows=lines, continuous_update=False
    )
    return _named(area)


def choice(name: str, options: Sequence[tuple[str, Any]], value: Any = None) -> Any:
    """A drop-down of labelled values with its name above."""
    made = widgets.Dropdown(description=name, options=list(options), style=_NAMED)
    if value is not None:
        made.value = value
    return _named(made)


def suggestion(name: str, options: Sequence[str], hint: str = "") -> Any:
    """A line of text that offers what was written before, with its name above."""
    return _named(
        widgets.Combobox(
            description=name, options=list(options), placeholder=hint, ensure_option=False, style=_NAMED,
            continuous_update=False,
        )
    )  # fmt: skip


def switch(name: str, options: Mapping[str, str], value: str) -> Any:
    """A row of buttons of which one is pressed; values by label come as `{value: label}`."""
    pairs = [(label, key) for key, label in options.items()]
    made = widgets.ToggleButtons(options=pairs, value=value, description=name, style=_NAMED)
    made.tooltips = [f"{name}: {label}" for label, _ in pairs]
    return _named(made, "desk-switch")


def tick(name: str, value: bool = False) -> Any:
    """A box to tick with its name beside it."""
    made = widgets.Checkbox(description=name, value=value, indent=False)
    made.add_class("desk-tick")
    return made


def whole_number(name: str, value: int, low: int, high: int) -> Any:
    """A whole number within limits with its name above."""
    made = widgets.BoundedIntText(description=name, value=value, min=low, max=high, style=_NAMED)
    return _named(made)


def _named(control: Any, css: str = "desk-field") -> Any:
    control.add_class(css)
    return control


def row(*parts: Any, css: str = "") -> Any:
    """Controls beside each other; they wrap where there is no room."""
    box = widgets.HBox(list(parts))
    box.add_class("desk-line")
    if css:
        box.add_class(css)
    return box


def column(*parts: Any, css: str = "") -> Any:
    """Controls one under the other."""
    box = widgets.VBox(list(parts))
    box.add_class("desk-column")
    if css:
        box.add_class(css)
    return box


def split(*parts: Any) -> Any:
    """Parts beside each other on a wide screen, one under the other on a narrow one."""
    box = widgets.HBox(list(parts))
    box.add_class("desk-split")
    return box


def visible(control: Any, is_shown: bool) -> None:
    """Show or hide one control; a hidden one is out of reach of the keyboard too."""
    wanted = None if is_shown else "none"
    if control.layout.display != wanted:
        control.layout.display = wanted


def options_of(control: Any, options: Sequence[tuple[str, Any]], value: Any = None) -> None:
    """Give a drop-down other options; the value stays where it still exists, else the one given or the first."""
    before = control.value
    control.options = list(options)
    values = [key for _, key in options]
    wanted = before if before in values else value if value in values else (values[0] if values else None)
    if control.value != wanted:
        control.value = wanted


__all__ = [
    "Action", "Block", "button", "choice", "column", "options_of", "row", "show", "shown", "split", "suggestion",
    "switch", "text", "tick", "visible", "whole_number",
]  # fmt: skip
