"""The order of the pieces of a document: text goes before a picture that its page has no room for, and numbers keep their turn."""

from __future__ import annotations

import docx
import pytest
from hypothesis import given, strategies as st

from termreview.reporting.word.page_fill import (
    BLOCK,
    BREAK,
    FLOAT,
    HEADING,
    TABLE,
    TEXT,
    Piece,
    Spacing,
    filled_order,
    spacing_of,
)

ROOM = 700.0
NUMBERED = (FLOAT, TABLE)


def order(*pieces: tuple[str, float]) -> list[int]:
    return filled_order([Piece(role, height, place) for place, (role, height) in enumerate(pieces)], ROOM)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        # 300 points are left, the picture wants 400: the text that follows fills them and turns the page.
        ([(TEXT, 400), (FLOAT, 400), (TEXT, 200), (TEXT, 200), (TEXT, 200)], [0, 2, 3, 1, 4]),
        ([(TEXT, 200), (FLOAT, 400), (TEXT, 200)], [0, 1, 2]),  # it fits
        ([(TEXT, 650), (FLOAT, 400), (TEXT, 200)], [0, 1, 2]),  # hardly anything would stay empty
        ([(TEXT, 400), (FLOAT, 400), (BREAK, 30), (TEXT, 200)], [0, 1, 2, 3]),  # the next part is another subject
        ([(TEXT, 400), (FLOAT, 400), (BLOCK, 100)], [0, 1, 2]),
        ([(TEXT, 400), (HEADING, 30), (FLOAT, 400), (TEXT, 200)], [0, 1, 2, 3]),  # a heading keeps its picture
        ([(TEXT, 400), (FLOAT, 400), (TABLE, 300), (TEXT, 400)], [0, 3, 1, 2]),  # Bảng 2 never before Bảng 1
        # A heading that would begin the new page lets the picture go first.
        ([(TEXT, 400), (FLOAT, 400), (TEXT, 270), (HEADING, 30), (TEXT, 100)], [0, 2, 1, 3, 4]),
    ],
)  # fmt: skip
def test_text_fills_the_page_that_a_picture_has_no_room_on(
    pieces: list[tuple[str, float]], expected: list[int]
) -> None:
    assert order(*pieces) == expected


def test_a_short_table_goes_before_a_picture_that_waits_but_never_before_a_table_that_does() -> None:
    # 300 points are left: neither picture nor table 1 fits, table 2 would.
    pieces = [
        (TEXT, 400, ""),
        (FLOAT, 400, "Hình"),
        (TEXT, 50, ""),
        (FLOAT, 100, "Bảng"),
        (TEXT, 200, ""),
        (TEXT, 50, ""),
    ]
    found = [Piece(role, height, place, series) for place, (role, height, series) in enumerate(pieces)]
    assert filled_order(found, ROOM) == [0, 2, 3, 4, 1, 5]
    pieces[1] = (FLOAT, 400, "Bảng")
    found = [Piece(role, height, place, series) for place, (role, height, series) in enumerate(pieces)]
    assert filled_order(found, ROOM) == [0, 2, 4, 5, 1, 3]


PIECES = st.lists(
    st.tuples(st.sampled_from([HEADING, TEXT, FLOAT, TABLE, BLOCK, BREAK]), st.floats(0, 2 * ROOM)),
    max_size=40,
)


@given(PIECES)
def test_nothing_is_lost_and_what_is_read_or_numbered_keeps_its_order(
    pieces: list[tuple[str, float]],
) -> None:
    found = order(*pieces)
    assert sorted(found) == list(range(len(pieces)))
    for roles in (NUMBERED, (HEADING, TEXT, BLOCK, BREAK)):
        own = [place for place in found if pieces[place][0] in roles]
        assert own == sorted(own)


@given(PIECES)
def test_a_picture_stays_in_its_part(pieces: list[tuple[str, float]]) -> None:
    found = order(*pieces)
    breaks = [place for place, (role, _) in enumerate(pieces) if role == BREAK]
    for place in breaks:
        assert set(found[: found.index(place)]) == set(range(place))


def test_a_paragraph_of_many_lines_is_reckoned_whole() -> None:
    """A chart measures no more of a text than its page is wide: long paragraphs were taken for five lines."""
    spacing = Spacing(13.0, 1.0, 0.0, 0.0, 0.0)
    line = spacing.height("trường có báo cáo", 460.0)
    assert spacing.height("trường có báo cáo " * 60, 460.0) >= 10 * line


def test_a_style_takes_what_it_does_not_say_from_the_one_below() -> None:
    styles = docx.Document().styles
    base, own = styles["Normal"], styles["Body Text"]
    base.font.size, own.font.size = docx.shared.Pt(14), None
    own.paragraph_format.space_after = docx.shared.Pt(6)
    own.paragraph_format.line_spacing = 1.15
    assert spacing_of(own) == Spacing(14.0, 1.15, 0.0, 6.0, 0.0)
