"""One full name in a file name: that of a person is withheld, that of a school stays."""

from __future__ import annotations

import datetime
import unicodedata
from pathlib import Path

import pytest
from intake_world import PRESCHOOL, clean_folder, receive, reference, write_school

from termreview.intake.values.personal_data import WITHHELD, name_without_personal
from termreview.text import unaccented

PERSONS = [
    "Nguyen Van An - bao cao.xlsx",
    "Bao cao Tran Thi Binh.xlsx",
    "nguyen van an bao cao hk1.xlsx",
    "NGUYEN THI MINH HOA.xlsx",
    "BC_Le_Van_Cuong_HK1.xlsx",
    "NguyenVanAn_baocao.xlsx",
    "Pham-Thi-Lan-bao-cao.xlsx",
    "bao cao co Tran Ngoc Bich.xlsx",
    "Thay Le Hoang Nam gui bao cao.xlsx",
    "Nguyen Thi Thu Huong TH Kim Dong.xlsx",
    "0477201 Hoang Thi Mai.xlsx",
    "Nguyễn Văn An - báo cáo.xlsx",
    "Huynh Van Duc (1).xlsx",
    "gui/Dang Thi Hoa/bao cao.xlsx",
    "nguoi lap Bui Minh Tuan.xlsx",
    "Phan Thi Ngoc Anh - phu luc 2.xlsx",
    "TH An Loc 1 - Do Van Hung.xls",
]
SCHOOLS = [
    "TH Nguyen Tat Thanh.xlsx",
    "truong TH Nguyen Tat Thanh - bao cao.xlsx",
    "THCS Nguyen Van Troi.xlsx",
    "Nguyen Van Troi HK1.xlsx",
    "truong thcs nguyen van troi.xlsx",
    "TH Vo Thi Sau bao cao.xlsx",
    "VO THI SAU.xlsx",
    "Le Van Tam - phu luc.xlsx",
    "BaoCaoTHLeVanTam.xlsx",
    "THCSNguyenVanTroi_HK1.xlsx",
    "Nguyen Thi Minh Khai.xlsx",
    "TH Nguyen Van Tu.xlsx",
    "truong tieu hoc Nguyen Van Tu.xlsx",
    "Trung hoc co so Le Van Dam.xlsx",
    "Mam non Tran Thi Ly.xlsx",
    "MN Hoa Sen.xlsx",
    "Tran Hung Dao hk1.xlsx",
    "Nguyen Ba Ngoc HK1.xlsx",
    "TH&THCS Nguyen Binh Khiem.xlsx",
    "bao cao phu luc 2.xlsx",
    "bao cao thi dua.xlsx",
    "Bao Cao Thi Dua HK1.xlsx",
    "bao cao van phong.xlsx",
    "Bao Cao Van Thu.xlsx",
    "BAO CAO THI NGHIEM.xlsx",
    "to thi dua.xlsx",
    "Phan Thi Nghiem.xlsx",
    "do thi hoa.xlsx",
    "thi tran Phong Mau.xlsx",
    "TH thi tran Phong Mau.xlsx",
    "xa Luong Dien - phu luc.xlsx",
    "BC CNTT HK1 TH Binh An 1.xlsx",
    "Phu luc bao cao 407 CNTT.xlsx",
    "PGDDT Phong Mau - bieu mau.xlsx",
    "Cao Ba Quat.xlsx",
    "Ho so van ban.xlsx",
    "Vu van hoa.xlsx",
    "Doan Thi Diem HK1.xlsx",
    "Xuan Lam.xlsx",
    "Tran Quoc Toan nop lan 2.xlsx",
    "Hoang Van Thu - TH.xlsx",
    "thai thi tran.xlsx",
    "Le Loi.xlsx",
    "TH Ha Van Mao.xlsx",
    "ke hoach chuyen doi so.xlsx",
    "cong van so 407.xlsx",
]
NAMES = ("Nguyen", "Van", "Tran", "Thi", "Pham", "Minh", "nguyen", "Hoang", "Ngoc", "Nguyễn")


@pytest.mark.parametrize("name", PERSONS)
def test_the_name_of_a_person_in_a_file_name_is_withheld(name: str) -> None:
    made = name_without_personal(name)
    assert WITHHELD in made
    assert not any(part in made for part in NAMES)
    assert made.endswith(Path(name).suffix)
    assert name_without_personal(made) == made


@pytest.mark.parametrize("name", SCHOOLS)
def test_the_name_of_a_school_in_a_file_name_stays(name: str) -> None:
    assert name_without_personal(name) == name


def test_every_name_of_the_registry_stays_however_it_is_typed() -> None:
    names = {
        known for unit in reference().registry.units for known in (unit.name, unit.short_name, *unit.aliases)
    }
    typed = {
        form
        for name in names
        for plain in (name, unaccented(name))
        for form in (plain, plain.upper(), plain.lower(), plain.replace(" ", "_"), plain.replace(" ", ""))
    }
    assert len(typed) > 100
    assert [name for name in typed if name_without_personal(f"{name} HK1.xlsx") != f"{name} HK1.xlsx"] == []


def test_a_name_whose_accents_stand_apart_is_withheld_too() -> None:
    name = unicodedata.normalize("NFD", "Báo cáo cô Trần Ngọc Bích.xlsx")
    assert name_without_personal(name).startswith("Báo cáo cô ▒▒▒[")


def test_a_file_named_for_a_person_without_accents_is_read_listed_and_never_quoted(tmp_path: Path) -> None:
    path = tmp_path / "Nguyen Van An - bao cao.xlsx"
    write_school(path, PRESCHOOL)
    receive(tmp_path, {path.name: datetime.date(2024, 1, 8)})
    cleaned = clean_folder(tmp_path)
    row = cleaned.submissions.set_index("school_id").loc[PRESCHOOL]
    assert (row["fate"], f"{row['received_on']:%d/%m/%Y}") == ("accepted", "08/01/2024")
    tables = (cleaned.observations, cleaned.findings, cleaned.submissions)
    assert "Van An" not in "\n".join(table.to_csv() for table in tables)
