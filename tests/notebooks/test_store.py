"""Questions in SQL over both terms of the demo give what the stored tables give when worked out another way."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

import termreview
from demo_world import SEMESTER, YEAR_END, Demo
from termreview.errors import UsageError
from termreview.reporting.term.term_tables import read_tables
from termreview.storage.workspace import Workspace

PUPILS = """
    SELECT term_id, school_year, part, sum(value_number) AS pupils, count(value_number) AS schools, count(*) AS asked
    FROM observations WHERE field_id = ? GROUP BY ALL ORDER BY term_id
"""


def ask(demo: Demo, sql: str, parameters: tuple[object, ...] = ()) -> pd.DataFrame:
    return termreview.query(sql, parameters, workspace_root=str(demo.workspace.root))


def test_sums_over_terms_are_those_of_the_tables_and_missing_is_no_zero(demo: Demo) -> None:
    found = ask(demo, PUPILS, ("pupils_count.total",)).set_index("term_id")
    for term in (SEMESTER, YEAR_END):
        own = read_tables(demo.workspace, term).observations.query("field_id == 'pupils_count.total'")
        row = found.loc[term.term_id]
        assert row["pupils"] == own["value_number"].sum()
        assert row["schools"] == own["value_number"].notna().sum() < row["asked"] == len(own)
        assert (row["school_year"], row["part"]) == (term.school_year, term.part)


def test_schools_and_questions_are_there_by_name(demo: Demo) -> None:
    found = ask(
        demo,
        """
        SELECT s.level_title, f.label, f.unit, count(o.value_number) AS n
        FROM observations o JOIN schools s USING (school_id, term_id)
        JOIN terms t USING (term_id) JOIN fields f ON f.field_id = o.field_id AND f.form_id = t.form_id
        WHERE o.field_id = 'teachers_trained_count' AND o.term_id = ? GROUP BY ALL
        """,
        (SEMESTER.term_id,),
    )
    own = read_tables(demo.workspace, SEMESTER).observations.query("field_id == 'teachers_trained_count'")
    assert found["n"].sum() == own["value_number"].notna().sum()
    assert set(found["unit"]) == {"giáo viên"}
    assert len(found) == 4


def test_every_table_that_was_written_answers(demo: Demo) -> None:
    for name in ("submissions", "observations", "findings", "ledger", "scores"):
        count = ask(demo, f"SELECT count(*) AS n FROM {name}")["n"].iloc[0]
        tables = [getattr(read_tables(demo.workspace, term), name) for term in (SEMESTER, YEAR_END)]
        assert count == sum(map(len, tables))


def test_a_wrong_question_is_one_sentence(demo: Demo) -> None:
    with pytest.raises(UsageError, match="câu truy vấn không chạy được"):
        ask(demo, "SELECT nothing FROM nowhere")


def test_a_workspace_without_terms_says_so(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> None:
    bare = Workspace(tmp_path_factory.mktemp("bare"))
    shutil.copytree(demo.workspace.reference, bare.reference)
    with pytest.raises(UsageError, match="chưa có kỳ nào"):
        termreview.query("SELECT 1", workspace_root=str(bare.root))
