"""One record as a published page carries it: whole, small, with text that must not end the element it stands in."""

from __future__ import annotations

from typing import Any

from worlds import HK1

RECORD: dict[str, Any] = {
    "format": 1, "kind": "semester_review", "term_id": HK1, "as_of": "2024-01-20", "edition": "internal",
    "status": "final", "unit": "", "level": "", "subject": "</script><b>\u2028 Hoà",
    "figures": {
        "expected_count": 2, "received_count": 1, "late_count": 0,
        "levels": {
            "overall": {
                "level_1_count": 0, "level_2_count": 1, "level_3_count": 0, "not_concluded_count": 0,
                "not_submitted_count": 1, "asked_count": 2, "scored_count": 1,
            },
        },
    },
    "origin": {
        "inputs": [{"term_id": HK1, "files": [["a.xlsx", "0" * 64, "2024-01-05"]]}],
        "declarations": {}, "made_with": {"package_sha256": "0" * 64},
    },
    "step": {"parameters": {"term_id": HK1, "as_of": "2024-01-20"}, "notebooks": {}},
}  # fmt: skip
