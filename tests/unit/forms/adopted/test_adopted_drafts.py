"""The draft of an adopted workbook is a form: loaded, sent out, read back; what was there before is never replaced."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pytest
from adopted_world import SCHOOL, TERM, adopt
from office_forms import FORMS, write_office_form

from termreview.cli.__main__ import main
from termreview.errors import UsageError
from termreview.forms.adopted.drafts import adopt_workbook, plain_id
from termreview.forms.dispatch import form_order
from termreview.forms.form import Value, write_form
from termreview.intake.clean import clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference
from termreview.reference.kinds.checks import load_checks
from termreview.reference.kinds.form_loading import load_form
from termreview.reference.loading.source import Source
from worlds import copy_reference

ANSWERS: dict[str, Value] = {
    "co_ke_hoach_chuyen_doi_so.da_thuc_hien": "yes",
    "co_ke_hoach_chuyen_doi_so.muc_do": "kha",
    "co_ke_hoach_chuyen_doi_so.ngay_ban_hanh": datetime.date(2025, 9, 30),
    "co_ke_hoach_chuyen_doi_so.minh_chung": "05/KH-THCS",
    "co_ke_hoach_chuyen_doi_so.diem_tu_cham": 8.5,
}


@pytest.mark.parametrize("name", FORMS)
def test_every_draft_loads_without_a_mistake(name: str, reference: Reference, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    path = write_office_form(name, tmp_path)
    adopted = adopt_workbook(path, reference, folder)
    source = Source(folder)
    form = load_form(source, adopted.form_id, tuple(level.level for level in reference.registry.levels))
    assert form is not None
    assert load_checks(source, form, ()) == ()
    assert source.problems == []
    with (adopted.folder / "cells.csv").open(encoding="utf-8", newline="") as lines:
        cells = [line for line in csv.DictReader(lines) if line["role"] == "answer"]
    assert [line["id"] for line in cells] == list(form.all_fields())
    assert len({(line["sheet"], line["cell"]) for line in cells}) == len(cells) == adopted.cell_count
    assert (adopted.folder / "template.xlsx").read_bytes() == path.read_bytes()
    page = (adopted.folder / "doubts.md").read_text(encoding="utf-8")
    assert [one for one in adopted.doubts if f"| {one.sheet}!{one.cell} |" not in page] == []


def test_a_draft_named_in_the_calendar_is_sent_out_and_comes_home(
    reference: Reference, tmp_path: Path
) -> None:
    _, declared = adopt("tasks", reference, tmp_path)
    term = declared.of(TERM)
    school = next(one for one in term.schools if one.unit_id == SCHOOL)
    (tmp_path / "in").mkdir()
    write_form(tmp_path / "in" / f"{SCHOOL}.xlsx", form_order(declared, term, school), ANSWERS)
    cleaned = clean_term(list_received(tmp_path / "in", datetime.date(2026, 1, 8)), declared, TERM)
    own = cleaned.observations[cleaned.observations["school_id"] == SCHOOL].set_index("field_id")
    answered = own[own["state"] == "answered"]
    assert set(answered.index) == set(ANSWERS)
    assert answered.loc["co_ke_hoach_chuyen_doi_so.muc_do", "value_text"] == "kha"
    assert answered.loc["co_ke_hoach_chuyen_doi_so.diem_tu_cham", "value_number"] == 8.5


def test_a_form_that_is_there_is_never_replaced(reference: Reference, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    path = write_office_form("staff", tmp_path)
    before = {one: one.read_bytes() for one in (folder / "forms").rglob("*") if one.is_file()}
    for form_id in ("cv407-2023", "Biểu 1", "../out"):
        with pytest.raises(UsageError):
            adopt_workbook(path, reference, folder, form_id)
    assert {one: one.read_bytes() for one in (folder / "forms").rglob("*") if one.is_file()} == before


def test_the_command_names_tables_and_doubts(
    reference: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_reference(tmp_path / "data")
    path = write_office_form("equipment", tmp_path)
    assert main(["--root", str(tmp_path), "adopt", str(path), "--id", "csvc-2025"]) == 0
    told = capsys.readouterr().out
    assert "CSVC!B7: I. Thiết bị dạy học – 2 dòng, 1 cột" in told
    assert "CSVC!B13: “Cộng” được coi là dòng cộng và không hỏi" in told
    assert main(["--root", str(tmp_path), "check"]) == 0
    assert main(["--root", str(tmp_path), "adopt", str(path), "--id", "csvc-2025"]) == 2
    assert "đã có biểu mẫu csvc-2025" in capsys.readouterr().err


def test_ids_made_of_labels_are_plain_and_bounded() -> None:
    assert plain_id("Số học sinh nữ (dân tộc thiểu số)") == "so_hoc_sinh_nu_dan_toc_thieu_so"
    assert plain_id("Đường truyền, tốc độ", "-") == "duong-truyen-toc-do"
    assert len(plain_id("một " * 40)) <= 48
