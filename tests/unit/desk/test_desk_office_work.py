"""The office's work with a term, done from the desk: what it writes is what the commands write."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from desk_world import PRIMARIES, SILENT, TODAY, look_at, new_office

from termreview.desk.office_work import (
    MOST_BYTES,
    file_links,
    packed,
    received_file,
    reminder_file,
    return_files,
    write_letters,
)
from termreview.desk.panels import opening
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.opening import open_desk
from termreview.storage.workspace import Workspace


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return new_office(tmp_path)


def test_the_files_of_the_schools_asked_for_go_back_marked(office: Workspace) -> None:
    now = look_at(office)
    one = return_files(now, [PRIMARIES[0]])
    assert [path.name.startswith(PRIMARIES[0]) for path in one.paths] == [True]
    assert one.settled == ()
    assert return_files(now, [SILENT]).paths == ()  # who sent nothing gets nothing back
    every = return_files(now)
    assert {path.name[:7] for path in every.paths} >= set(PRIMARIES[:5])
    assert len(every.paths) + len(every.settled) == 9
    archive = packed("trả", every.paths)
    assert archive is not None
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert sorted(names) == sorted(path.name for path in every.paths)


def test_the_reminder_list_names_who_has_sent_nothing_first(office: Workspace) -> None:
    found, count = reminder_file(look_at(office), TODAY)
    rows = list(openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0].iter_rows(values_only=True))
    told = [row for row in rows if any(str(cell) == SILENT for cell in row)]
    assert len(told) == 1
    first = next(row for row in rows if any(str(cell).startswith("0477") for cell in row))
    assert SILENT in map(str, first)
    assert count >= 5


def test_letters_are_written_for_the_schools_and_packed_in_their_folders(office: Workspace) -> None:
    paths, letters = write_letters(look_at(office), TODAY)
    assert {letter.kind for letter in letters} == {"reminder", "return", "thanks"}
    assert [letter.school["school_id"] for letter in letters if letter.kind == "reminder"] == [SILENT]
    archive = packed("thư", paths)
    assert archive is not None
    names = set(zipfile.ZipFile(io.BytesIO(archive.content)).namelist())
    assert names >= {"danh-sach-thu.xlsx", "return.docx", f"reminder/{SILENT}.eml"}
    one, own = write_letters(look_at(office), TODAY, [PRIMARIES[0]])
    assert [letter.school["school_id"] for letter in own] == [PRIMARIES[0]]
    assert not (one[0].parent / "reminder.docx").exists()


def test_a_school_is_given_the_very_file_that_it_sent(office: Workspace) -> None:
    now = look_at(office)
    found = received_file(now, PRIMARIES[0])
    assert found is not None
    assert found.content == (office.raw(now.opened.term) / f"{PRIMARIES[0]}.xlsx").read_bytes()
    assert received_file(now, SILENT) is None


def test_what_is_too_large_for_a_link_is_named_with_its_place(tmp_path: Path) -> None:
    small, large = tmp_path / "a.html", tmp_path / "b.html"
    small.write_bytes(b"<p>")
    with large.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    links = [link.html for link in file_links([small, large])]
    assert 'download="a.html"' in links[0]
    assert "download" not in links[1]
    assert str(large) in links[1]
    assert packed("x", [small, large]) is None


def test_nothing_is_issued_before_a_report_was_made(office: Workspace) -> None:
    open_desk(workspace_root=str(office.root), today=lambda: TODAY)
    desk: Desk = opening._open[-1]
    view = desk.tab("glance")._office  # type: ignore[attr-defined]
    assert view._issue.disabled
    view._issued()
    assert "Không thực hiện được" in desk._status.value
    assert not (office.reports(desk.now.opened.term) / "issued").exists()
