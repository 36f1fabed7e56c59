"""The name of a term, and the folder it gives."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from termreview.errors import UsageError
from termreview.terms import Term, parse_term


def test_a_term_knows_its_year_part_and_folder() -> None:
    term = parse_term(" 2023-2024-hk1 ")
    assert term == Term("2023-2024", "hk1")
    assert term.term_id == "2023-2024-hk1"
    assert term.folder == PurePosixPath("2023-2024/hk1")


@pytest.mark.parametrize(
    "name",
    ["", "2023-2024", "2023-2025-hk1", "2024-2023-hk1", "2023-2024-HK1", "2023-2024-1", "23-24-hk1", "2023-2024-hk1/..",
     "../2023-2024-hk1", "2023-2024-hk1\n2023", "2023-2024-hk 1", "1999-2000-hk1"],
)  # fmt: skip
def test_any_other_name_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(UsageError, match="ghi theo dạng 2023-2024-hk1"):
        parse_term(name)


def test_terms_stand_in_the_order_of_time() -> None:
    names = ["2024-2025-hk1", "2023-2024-hk2", "2023-2024-hk1"]
    assert [term.term_id for term in sorted(map(parse_term, names))] == names[::-1]
