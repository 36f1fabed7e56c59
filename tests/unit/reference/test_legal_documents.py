"""The register of legal documents: when each is in force, what stands in its place, and slips in it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
import report_world

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.kinds.legal_documents import LegalDocument
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import cited_documents, in_its_place
from termreview.reporting.sections.basis.annexes import document_register
from worlds import change, copy_reference

DAY = datetime.date


def document(document_id: str, made_on: DAY | None = None, **told: object) -> LegalDocument:
    plain = LegalDocument(document_id, f"{document_id}/QĐ", "Quyết định", "", None, made_on, "B", "", "")
    return replace(plain, **told)  # type: ignore[arg-type]


OLD = document("1", DAY(2018, 9, 28), replaced_by="2")
NEW = document("2", DAY(2024, 12, 30), valid_from=DAY(2025, 2, 14), replaced_by="3")
LATEST = document("3", None)  # when it begins nobody has noted
ALL = {one.document_id: one for one in (OLD, NEW, LATEST)}


@pytest.mark.parametrize(
    ("day", "number"), [(DAY(2024, 12, 31), "1/QĐ"), (DAY(2025, 2, 13), "1/QĐ"), (DAY(2025, 2, 14), "2/QĐ"), (DAY(2030, 1, 1), "2/QĐ")]
)  # fmt: skip
def test_a_document_gives_way_once_what_replaced_it_is_in_force(day: DAY, number: str) -> None:
    assert in_its_place(OLD, ALL, day).number == number


def test_two_that_replace_each_other_come_to_an_end() -> None:
    one, two = (
        document("1", DAY(2020, 1, 1), replaced_by="2"),
        document("2", DAY(2021, 1, 1), replaced_by="1"),
    )
    assert in_its_place(one, {"1": one, "2": two}, DAY(2024, 1, 1)) is two


def test_a_document_does_not_hold_before_it_is_in_force() -> None:
    assert not NEW.holds_on(DAY(2025, 1, 1), "2024-2025")
    assert NEW.holds_on(DAY(2025, 2, 14), "2024-2025")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Dạy học trực tuyến,,", "Dạy học trực tuyến,,không-có", "no_document"),
        ("Dạy học trực tuyến,,", "Dạy học trực tuyến,,tt-09-2021", "no_document"),
        (",,2025-12-31,Bảo vệ dữ liệu cá nhân,,", ",,2025-12-31,Bảo vệ dữ liệu cá nhân,2026-01-01,", "period_backwards"),
    ],
)  # fmt: skip
def test_a_slip_in_the_register_is_told(old: str, new: str, code: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "legal_documents.csv", old, new)
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    assert {problem.message.code for problem in caught.value.problems} == {code}


def told(report: ReportContext) -> dict[str, tuple[object, ...]]:
    [register] = document_register(report).tables.values()
    columns = ["Hiệu lực từ", "Hiệu lực đến", "Thay thế bởi", "Tình trạng"]
    rows = (
        register[columns]
        .astype(object)
        .where(register[columns].notna(), None)
        .itertuples(index=False, name=None)
    )
    return dict(zip(register["Số, ký hiệu"], rows, strict=True))


def test_the_register_says_since_when_until_when_and_what_replaced_it() -> None:
    report = replace(report_world.report(), as_of=DAY(2026, 2, 1))
    rows = told(report)
    assert [str(value).removesuffix(" 00:00:00") for value in rows["13/2023/NĐ-CP"]] == [
        "None", "2025-12-31", "356/2025/NĐ-CP", "Đã được thay thế",
    ]  # fmt: skip
    assert str(rows["91/2025/QH15"][0])[:10] == "2026-01-01"
    assert rows["407/PGDĐT"][-1] == "Chưa ghi nhận hết hiệu lực"
    assert told(report_world.report())["91/2025/QH15"][-1] == "Chưa có hiệu lực"
    assert len(rows) == len([one for one in report.reference.documents.values() if one.is_known])


def test_citations_follow_the_register() -> None:
    report = report_world.report()
    index = report.declared.indicator_set.legal
    later = document("9999", DAY(2024, 1, 5))
    documents = report.reference.documents
    changed = {**documents, index: replace(documents[index], replaced_by="9999"), "9999": later}
    report = replace(report, reference=replace(report.reference, documents=changed))
    for day, number in ((DAY(2024, 1, 4), documents[index].number), (DAY(2024, 1, 5), later.number)):
        numbers = [one.number for one in cited_documents(replace(report, as_of=day))]
        assert number in numbers
        assert not {documents[index].number, later.number} - {number} & set(numbers)
