"""The note for a cell on which the school holds a conversation: today's Excel shows it as a reply."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path

from intake_world import HK1
from returned_world import members
from test_cases import CASES, SCHOOL, whole_reference

from termreview.intake.clean import clean_term
from termreview.intake.received.received import list_received
from termreview.returns.returned import plan_returns
from termreview.returns.workbook import write_returns

THREADS = "xl/threadedComments/threadedComment1.xml"


def given_back(sent: Path, folder: Path) -> Path:
    """The marked workbook for one file sent alone."""
    raw = folder / "raw"
    raw.mkdir(parents=True)
    shutil.copy(sent, raw / "bc.xlsx")
    files = list_received(raw, datetime.date(2024, 1, 5))
    cleaned = clean_term(files, whole_reference(), HK1, None, 1)
    planned = plan_returns(files, cleaned, whole_reference(), HK1)
    return write_returns(folder / "out", planned, cleaned.observations, whole_reference(), HK1)[SCHOOL].path


def test_a_note_on_a_cell_with_a_conversation_stands_where_excel_shows_it(tmp_path: Path) -> None:
    back = given_back(CASES / "threaded_comment_on_asked_cell.xlsx", tmp_path / "first")
    parts = members(back)
    replies = re.findall(r"<threadedComment (.*?)><text>(.*?)</text>", parts[THREADS].decode(), re.DOTALL)
    assert [re.search(r'ref="(\w+)"', attributes)[1] for attributes, _ in replies] == ["D49", "D49"]  # type: ignore[index]
    assert replies[0][1] == "Số này lấy theo sổ nào?"
    assert 'parentId="{6F1F5B7B-9D3A-4C55-8E0B-0C6A7A1D2E3F}"' in replies[1][0]
    assert "Số âm" in replies[1][1]
    person = re.search(r'personId="(.*?)"', replies[1][0])
    assert person is not None
    assert f'id="{person[1]}"' in parts["xl/persons/person.xml"].decode()
    note = next(content for name, content in parts.items() if name.startswith("xl/comments"))
    assert "Số âm" in note.decode()  # for programs that know no conversations

    again = given_back(back, tmp_path / "second")
    assert (
        members(again)[THREADS].count(b"<threadedComment ") == 2
    )  # the reply of before gave way to the new one
