"""What a page carries to look figures up: whole, addressed, light, and nothing that it should not hold."""

from __future__ import annotations

import json

import pytest
import report_world

from termreview.reporting.blocks.trace_target import (
    FIELD,
    ITEM,
    RATIO,
    SCHOOL,
    SCORE,
    TASK,
    is_traced,
    trace_target,
)
from termreview.reporting.trace import trace_data
from worlds import HK1


@pytest.fixture(scope="module")
def data() -> dict:
    return dict(trace_data(report_world.report(HK1, "on_time")))


def test_every_field_has_one_place_per_school(data: dict) -> None:
    assert len(data["fields"]) > 200
    for field_id, field in data["fields"].items():
        assert len(field["v"]) == len(data["schools"]), field_id


def test_points_of_a_school_add_up_to_its_score(data: dict) -> None:
    assert data["scores"]
    for school_id, groups in data["scores"].items():
        for group_id, (low, high, *_) in groups.items():
            lines = [line for line in data["ledger"][school_id] if group_id in ("overall", line[1])]
            lines = [line for line in lines if line[0] in data["items"]]  # ten points of group 2 have no item
            assert sum(line[2] for line in lines) == pytest.approx(low)
            assert sum(line[3] for line in lines) == pytest.approx(high)
    assert data["groups"]["1"]["note"] == ""
    assert data["groups"]["2"]["note"].startswith("Điểm nhóm 2 tính trên 90 điểm đã xác định")


def test_words_of_schools_are_left_out_but_for_the_evidence_of_points(data: dict) -> None:
    texts = {field_id for field_id, field in data["fields"].items() if field["k"] == "text"}
    assert all(field_id.endswith(".evidence") for field_id in texts)
    assert "difficulties" not in data["fields"]


def test_it_is_plain_json_and_light(data: dict) -> None:
    assert len(json.dumps(data, ensure_ascii=False, separators=(",", ":"))) < 600_000


@pytest.mark.parametrize(
    ("kind", "key", "scope", "expected"),
    [
        (SCORE, "1", "0477201", True),
        (SCORE, "9", "0477201", False),
        (SCORE, "1", "0477101", False),  # a preschool has no score
        (ITEM, "1.3.1", "all", True),
        (RATIO, "parents_linked", "th", True),
        (RATIO, "parents_linked", "xx", False),
        (FIELD, "pupils_count.total", "0477101", True),
        (TASK, "II.1.đ", "all", True),
        (TASK, "IV.9", "all", False),
        (SCHOOL, "0477101", "0477101", True),
    ],
)
def test_a_link_leads_somewhere_or_is_named_as_dead(
    data: dict, kind: str, key: str, scope: str, expected: bool
) -> None:
    assert is_traced(data, trace_target(kind, key, scope)) is expected
