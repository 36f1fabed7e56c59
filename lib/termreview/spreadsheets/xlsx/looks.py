"""One workbook's cell styles and rich texts as a person sees them: fonts, grounds, boxes to tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from termreview.spreadsheets.model.cell_display import (
    BLACK,
    SIGN_HINTS,
    WHITE,
    Font,
    Look,
    Runs,
    look_of,
    tinted,
)
from termreview.spreadsheets.model.cell_values import unescape_string
from termreview.spreadsheets.packages.xml_part import local_name, parse_xml

_RUN_HINTS = (b"strike", b"vertAlign", b'"FFFFFFFF"', b'theme="0"', *SIGN_HINTS)
# Colours by number, as spreadsheets have had them since 1997; 64 and 65 are those of the system.
PALETTE = (
    "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF "
    * 2
    + "800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF "
    "000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 "
    "3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333 "
    "000000 FFFFFF"
).split()
_OFFICE_THEME = [
    "FFFFFF", "000000", "EEECE1", "1F497D", "4F81BD", "C0504D", "9BBB59", "8064A2", "4BACC6", "F79646",
]  # fmt: skip
_THEME_ORDER = ["lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6"]
_REMEMBERED = 2**17


class Colours:
    """The colours of one workbook: its theme, and its own palette where it has one."""

    def __init__(self, theme: bytes | None) -> None:
        self.theme = list(_OFFICE_THEME)
        self.palette = list(PALETTE)
        if theme is not None:
            self._read_theme(theme)

    def _read_theme(self, part: bytes) -> None:
        place = -1

        def on_start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal place
            element = local_name(name)
            if element in _THEME_ORDER:
                place = _THEME_ORDER.index(element)
            elif element in ("srgbClr", "sysClr") and place >= 0:
                colour = _rgb(attributes.get("lastClr" if element == "sysClr" else "val", ""))
                self.theme[place], place = colour or self.theme[place], -1

        def on_end(name: str) -> None:
            nonlocal place
            if local_name(name) == "clrScheme":
                place = -2  # what follows are formats that use the colours

        parse_xml(part, lambda name, attributes: on_start(name, attributes) if place > -2 else None, on_end)

    def read(self, attributes: Mapping[str, str]) -> str | None:
        """The colour that one element names; None for the usual one."""
        colour = None
        if "rgb" in attributes:
            colour = _rgb(attributes["rgb"])
        elif "theme" in attributes:
            colour = _at(self.theme, attributes["theme"])
        elif "indexed" in attributes:
            colour = _at(self.palette, attributes["indexed"])
        if colour is None or "tint" not in attributes:
            return colour
        try:
            return tinted(colour, min(max(float(attributes["tint"]), -1.0), 1.0))
        except (ValueError, OverflowError):
            return colour


@lru_cache(maxsize=32)
def _remembered_colours(theme: bytes | None) -> Colours:
    return Colours(theme)


def colours_of(theme: bytes | None) -> Colours:
    """The colours of one workbook with one theme."""
    return Colours(theme) if len(theme or b"") > _REMEMBERED else _remembered_colours(theme)


def _rgb(text: str) -> str | None:
    colour = text[-6:].upper()
    return colour if len(colour) == 6 and not colour.strip("0123456789ABCDEF") else None


def _at(colours: Sequence[str], number: str) -> str | None:
    is_number = number.isdigit() and number.isascii() and len(number) < 4
    return colours[int(number)] if is_number and int(number) < len(colours) else None


def read_looks(part: bytes | None, theme: bytes | None) -> Sequence[Look]:
    """How the cells of each style look, in order."""
    if part is None:
        return ()
    is_small = len(part) + len(theme or b"") < _REMEMBERED
    return _remembered_looks(part, theme) if is_small else _looks(part, theme)


def _looks(part: bytes, theme: bytes | None) -> Sequence[Look]:
    has_palette = b"indexedColors" in part
    theme = theme if b"theme=" in part else None
    colours = Colours(theme) if has_palette else colours_of(theme)
    fonts: list[Font] = []
    grounds: list[str | None] = []
    styles: list[tuple[int, int, bool]] = []
    own_palette: list[str] = []
    path: list[str] = []

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        element = local_name(name)
        path.append(element)
        place = path[1:-1]
        if place == ["fonts"] and element == "font":
            fonts.append(Font())
        elif place == ["fonts", "font"]:
            fonts[-1] = with_mark(fonts[-1], element, attributes, colours)
        elif place == ["fills"] and element == "fill":
            grounds.append(WHITE)
        elif place == ["fills", "fill"]:
            kind = attributes.get("patternType", "none")
            grounds[-1] = BLACK if kind == "solid" else WHITE if kind == "none" else None
            if element != "patternFill":
                grounds[-1] = None  # one colour runs into another
        elif place == ["fills", "fill", "patternFill"] and element == "fgColor" and grounds[-1] == BLACK:
            grounds[-1] = colours.read(attributes) or BLACK
        elif place == ["cellXfs"] and element == "xf":
            styles.append((_number(attributes.get("fontId")), _number(attributes.get("fillId")), False))
        elif element == "xfComplement" and place[:2] == ["cellXfs", "xf"]:
            styles[-1] = (*styles[-1][:2], True)
        elif element == "rgbColor" and place == ["colors", "indexedColors"]:
            own_palette.append(_rgb(attributes.get("rgb", "")) or BLACK)

    def on_end(_: str) -> None:
        path.pop()

    if has_palette:  # they stand behind all that uses them
        parse_xml(part, on_start, on_end)
        colours.palette[: len(own_palette)] = own_palette
        fonts, grounds, styles = [], [], []
    parse_xml(part, on_start, on_end)
    known: dict[tuple[int, int, bool], Look] = {}
    for style in styles:
        if style not in known:
            font = fonts[style[0]] if style[0] < len(fonts) else Font()
            known[style] = look_of(font, grounds[style[1]] if style[1] < len(grounds) else WHITE, style[2])
    return [known[style] for style in styles]


_remembered_looks = lru_cache(maxsize=32)(_looks)  # files made from one form have the same styles


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() and text.isascii() and len(text) < 9 else 0


def with_mark(font: Font, element: str, attributes: Mapping[str, str], colours: Colours) -> Font:
    """One font with what one element inside it says of it."""
    value = attributes.get("val", "")
    if element == "strike":
        return font._replace(is_struck=value not in ("0", "false"))
    if element in ("name", "rFont"):
        return font._replace(name=value)
    if element == "vertAlign":
        return font._replace(is_raised=value in ("superscript", "subscript"))
    return font._replace(colour=colours.read(attributes)) if element == "color" else font


class RunReader:
    """One rich text as the XML parser comes through it, gathered into its runs."""

    def __init__(self, colours: Colours) -> None:
        self.colours = colours
        self.runs: list[tuple[list[str], Font | None]] = []

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """Take note of one element inside the text."""
        if element == "r":
            self.runs.append(([], None))
        elif element == "rPr" and self.runs:
            self.runs[-1] = (self.runs[-1][0], Font())
        elif self.runs and (font := self.runs[-1][1]) is not None:
            self.runs[-1] = (self.runs[-1][0], with_mark(font, element, attributes, self.colours))

    def text(self, text: str) -> None:
        """Take note of some letters."""
        if self.runs:
            self.runs[-1][0].append(text)

    def read(self) -> Runs:
        """The runs so far; none for a text of one font."""
        return [(unescape_string("".join(pieces)), font) for pieces, font in self.runs]


def read_runs(part: bytes | None, theme: bytes | None, looks: Sequence[Look]) -> Mapping[int, Runs]:
    """The runs of each shared string of several fonts, by its number; none where no font is of note."""
    if part is None or b"rPr" not in part:
        return {}
    if not (any(look.display for look in looks) or any(hint in part for hint in _RUN_HINTS)):
        return {}
    found: dict[int, Runs] = {}
    colours = colours_of(theme)
    number, readings, is_text = -1, 0, False
    reader = RunReader(colours)

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal number, readings, is_text, reader
        element = local_name(name)
        if element == "si":
            number, reader = number + 1, RunReader(colours)
        readings += element == "rPh"
        is_text = element == "t" and readings == 0
        if not readings:
            reader.start(element, attributes)

    def on_end(name: str) -> None:
        nonlocal readings, is_text
        element = local_name(name)
        readings -= element == "rPh"
        is_text = False
        if element == "si" and any(font is not None for _, font in reader.runs):
            found[number] = reader.read()

    def on_text(text: str) -> None:
        if is_text:
            reader.text(text)

    parse_xml(part, on_start, on_end, on_text)
    return found
