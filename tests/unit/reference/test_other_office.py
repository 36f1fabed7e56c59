"""One other office: every command works on its declarations, or says in one sentence what is missing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from other_office import SCHOOLS, TERMS, other_office
from termreview.cli import __main__ as cli
from termreview.errors import UNEXPECTED, SampleError
from termreview.reference.declarations import load_reference
from termreview.sample.answers.answers import plain_answers
from termreview.sample.rehearsal.rehearse import rehearsal_page, rehearse
from termreview.sample.school_year import sample_terms, write_sample
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term
from worlds import change

TERM = parse_term(TERMS[0])


@pytest.mark.parametrize("form", ["cv407-2023", "bc-2026"])
def test_every_command_works_in_another_office(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other_office(tmp_path, form)
    root = ["--root", str(tmp_path)]
    assert cli.main([*root, "check"]) == 0
    assert cli.main([*root, "forms", TERMS[0]]) == 0
    forms = sorted(path.name for path in (tmp_path / "reports").rglob("*.xlsx"))
    assert [name.partition("_")[0] for name in forms] == sorted(SCHOOLS)
    assert forms[0] == f"CS-01_THCS-Suoi-Trong_{TERMS[0]}.xlsx"
    reference = load_reference(tmp_path / "data" / "reference")
    assert [term.term_id for term in sample_terms(reference)] == list(TERMS)
    assert write_sample(Workspace(tmp_path), reference, workers=1) == dict.fromkeys(TERMS, 6)
    capsys.readouterr()
    assert cli.main([*root, "status", TERMS[0], "--as-of", "2027-01-20"]) == 0
    assert "Phải nộp 6 · đúng hạn 6 · nộp muộn 0" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["cv407-2023", "bc-2026"])
def test_a_rehearsal_works_in_another_office(form: str, tmp_path: Path) -> None:
    reference = load_reference(other_office(tmp_path, form))
    for term_id in TERMS:
        found = rehearse(reference, parse_term(term_id), rounds=2, workers=1)
        assert len(found.planted) >= 3
        assert found.clean_count == 6
        assert found.is_of_sample is (form == "cv407-2023")
        assert ("nói về số liệu minh họa" in rehearsal_page(found)) is (form != "cv407-2023")
        checks = {check.check_code: check.kind for check in reference.of(parse_term(term_id)).checks}
        alarmed = found.by_check[found.by_check["alarm_count"] > 0]["check_code"]
        agreed = {"sum_equals", "at_most", "required_if", "positive_if", "unchanged"}
        assert [code for code in alarmed if checks.get(code) in agreed] == []


def test_what_a_clean_file_is_asked_already_is_no_catch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that speaks of a cell whatever stands there has caught nothing, though its words follow the fault."""
    reference = load_reference(other_office(tmp_path))

    def findings(folder: Path, *_: object) -> tuple[pd.DataFrame, pd.DataFrame]:
        rows = [
            (school, "managers_plausible", "managers_count.total", folder.name, "query") for school in SCHOOLS
        ]
        columns = ["school_id", "check_code", "field_id", "found", "severity"]
        return pd.DataFrame(rows, columns=columns), pd.DataFrame()

    monkeypatch.setattr("termreview.sample.rehearsal.rehearse._findings", findings)
    found = rehearse(reference, TERM, rounds=1, workers=1)
    assert found.alarm_count == 6
    assert not found.planted["is_caught"].any()


def test_the_texts_of_a_form_name_the_office_that_collects_it(tmp_path: Path) -> None:
    declared = load_reference(other_office(tmp_path)).of(TERM)
    said = [
        *declared.form.instructions,
        *(row.help for row in declared.form.rows),
        *(task.title for task in declared.tasks),
    ]
    assert "Gửi báo cáo sơ kết, báo cáo tổng kết về Phòng VHXH đúng thời hạn" in said
    assert not any("{office}" in text or "Phòng GDĐT" in text for text in said)


def test_illustrative_answers_of_any_form_add_up(tmp_path: Path) -> None:
    declared = load_reference(other_office(tmp_path)).of(TERM)
    for school in declared.schools:
        answers = plain_answers(school, declared)
        sums = [pair for pair in declared.pairs_for(school.level) if pair.check.kind == "sum_equals"]
        assert sums
        for _, left, right in sums:
            assert answers[left[0]] == sum(answers[name] for name in right)


def test_a_demo_that_would_look_real_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = other_office(tmp_path)
    change(folder / "office.csv", ",PVHXH,yes", ",PVHXH,no")
    assert cli.main(["--root", str(tmp_path), "demo"]) == SampleError.exit_code
    said = capsys.readouterr().err
    assert said.startswith(
        "termreview: không lập dữ liệu minh họa ở kỳ 2026-2027-hk1, 2026-2027-hk2: cơ quan ghi ở office.csv"
    )
    assert said.count("\n") == 1


def test_a_rehearsal_without_schools_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = other_office(tmp_path)
    lines = (folder / "units.csv").read_text(encoding="utf-8").splitlines()
    (folder / "units.csv").write_text(
        "\n".join(line for line in lines if ",school," not in line) + "\n", encoding="utf-8"
    )
    for call in (["rehearse", TERMS[0]], ["demo"]):
        assert cli.main(["--root", str(tmp_path), *call]) == SampleError.exit_code
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "Traceback" not in said


def test_a_fault_of_the_program_is_a_sentence_and_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other_office(tmp_path)

    def broken(*_: object) -> int:
        raise KeyError("pupils")

    monkeypatch.setattr(cli, "_COMMANDS", {"check": broken})
    assert cli.main(["--root", str(tmp_path), "check"]) == UNEXPECTED == 8
    said = capsys.readouterr().err
    assert said.startswith("termreview: lỗi ngoài dự kiến của chương trình (KeyError)")
    assert "Traceback" not in said
    log = tmp_path / "data" / "processed" / cli.ERROR_LOG
    assert "KeyError: 'pupils'" in log.read_text(encoding="utf-8")
