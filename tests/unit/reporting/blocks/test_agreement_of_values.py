"""Whatever values the cells and sentences of a report hold: its page, document and workbook print the same of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings, strategies as st
from office_world import publish

from termreview.reporting.blocks.blocks import bullets, key_figures, paragraph
from termreview.reporting.blocks.model import PERCENT
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Composed, Interval, Number, Parts, Sentence, Share, Value

AMOUNTS = st.one_of(
    st.none(),
    st.integers(-5, 10**9),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 3)),
    st.decimals(0, 1000, places=2),
)
WHOLES = st.integers(0, 100_000)
# The values of one column are of one kind; where there is none, words stand.
KINDS = (
    st.builds(Number, AMOUNTS, st.sampled_from(["integer", "decimal1", "points", "ratio", "percent1", "share1", "vnd"])),
    st.builds(Number, WHOLES, before=st.sampled_from(["", "≥\u00a0"]), after=st.sampled_from(["", " học liệu", " triệu đồng"])),
    st.builds(Parts, WHOLES, WHOLES),
    st.builds(Share, WHOLES, WHOLES),
    st.builds(Interval, AMOUNTS, AMOUNTS, st.sampled_from(["points", "integer", "share1"])),
    st.builds(lambda low, more, level: Interval(low, low + more, level=level), WHOLES, WHOLES, st.sampled_from(["mức 2", "chưa kết luận"])),
    st.builds(lambda count, share: Composed(Number(count, after=" trường"), " (", Number(share, "percent1", PERCENT), ")"), WHOLES, WHOLES),
    st.builds(lambda value, parts: Composed(Number(value, "percent1"), " (", parts, ")"), WHOLES, st.builds(Parts, WHOLES, WHOLES)),
)  # fmt: skip
WORDS = st.sampled_from(["", "—", "(0)", "12/KH-01", "Mức 2"])
COLUMNS = st.sampled_from(KINDS).flatmap(lambda kind: st.lists(kind | WORDS, min_size=4, max_size=4))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(COLUMNS, COLUMNS, st.integers(0, 2))
def test_the_three_files_print_the_same(one: list[Value | str], two: list[Value | str], total: int) -> None:
    frame = pd.DataFrame({"name": [f"TH Số {at}" for at in range(len(one))], "one": one, "two": two})
    block = table(
        frame, columns={"name": "Trường", "one": "Tử số / mẫu số", "two": "Điểm"}, caption="Bảng",
        align={"one": "right", "two": "center"}, total_row={"name": "Cộng", "one": one[0]} if total else None,
        max_rows=total or None,
    )  # fmt: skip
    told = [
        Sentence("said", ["Có ", value, " và ", other, "."]) for value, other in zip(one, two, strict=True)
    ]
    cards = [(name, value, f"trong {name}") for name, value in zip(frame["name"], one, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder), key_figures(cards), paragraph(told[0]), bullets(told), block).agree()
