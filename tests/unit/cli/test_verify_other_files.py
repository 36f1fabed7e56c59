"""A file that is no published report, given to `verify`: said to be none, and which command reads it."""

from __future__ import annotations

import json
import shutil
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from intake_world import HK1, SUBMISSIONS
from page_world import RECORD

from demo_world import new_workspace
from termreview.cli import __main__ as cli
from termreview.cli.verify import EXIT_CODES
from termreview.errors import RunError
from termreview.proof import rebuild
from termreview.proof.verify import UNVERIFIABLE, verify_report
from termreview.reference.declarations import load_reference
from termreview.reporting.records.page_record import LARGEST_RECORD, with_record
from termreview.storage.workspace import Workspace

PAGE = '<!DOCTYPE html>\n<html><head>\n<title>Báo cáo</title>\n</head>\n<body><h2 id="muc-1">Một</h2></body></html>\n'


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("data/raw/2023-2024/hk1/bc.xlsx", "bc.xlsx là tệp trường gửi, không phải báo cáo do termreview lập"),
        ("data/raw/2023-2024/hk1/a/bc.xls", "bc.xls là tệp trường gửi"),
        ("bc.xlsx", "nếu đây là tệp của trường thì không phải báo cáo"),
        ("bc.csv", "không có thông tin nguồn gốc của báo cáo do termreview lập"),
    ],
)
def test_a_school_s_file_is_named_as_such_with_the_command_that_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    workspace = new_workspace(tmp_path / "office")
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    assert path.is_relative_to(workspace.raw(HK1)) == name.startswith("data")
    shutil.copy(SUBMISSIONS / "clean.xlsx", path)
    assert cli.main(["--root", str(workspace.root), "verify", str(path)]) == 2
    shown = capsys.readouterr().out
    assert said in shown
    assert "`termreview inspect`" in shown


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + closing * depth


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An office whose reports nobody made: what is made again stops where the first notebook would run."""
    return new_workspace(tmp_path_factory.mktemp("verify") / "office")


def altered(value: Any, wrong: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """One piece of plain data with another value in one place, for each place that it has."""
    yield at, wrong
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in parts:
        for place, changed in altered(inner, wrong, (*at, key)):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = changed
            yield place, copy


WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", "x", "\ud800", "../../x", "2023-2024-hk9", [], {}, [[]], [None], {"x": 1}, {"x": {}}, [["a", "b"]], ["a", "b"], [["a", "b", "c"]],
)  # fmt: skip


def whole_record() -> dict[str, Any]:
    """A record with everything that one can hold."""
    origin = RECORD["origin"] | {
        "declarations": {"units.csv": "0" * 64}, "declared": "term",
        "made_with": {"package_version": "0", "package_sha256": "0" * 64, "python": "3", "libraries": {"x": "1"}},
    }  # fmt: skip
    parameters = RECORD["step"]["parameters"] | {
        "unit": "047702",
        "level": "th",
        "edition": "internal",
        "since": 1,
    }
    step = {
        "parameters": parameters,
        "notebooks": {"1_clean_submissions": "0" * 64},
        "since_sha256": "0" * 64,
        "in_hand": {"1": "0" * 64},
    }
    return RECORD | {"origin": origin, "step": step}


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_record_that_somebody_wrote_into_is_told_and_never_ends_in_a_traceback(
    office: Workspace, monkeypatch: pytest.MonkeyPatch, wrong: Any
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise RunError("told_elsewhere", text="here notebooks would run")

    monkeypatch.setattr(rebuild, "run_term", stop)
    reference = load_reference(office.reference)
    path = office.root / "bc.html"
    record = whole_record()
    text = with_record(PAGE, record)
    start = text.index('{"', text.index("lai-lich-bao-cao"))
    end = text.index("</script>")
    whole = json.loads(text[start:end])
    for place, changed in altered(whole, wrong):
        path.write_text(f"{text[:start]}{json.dumps(changed)}{text[end:]}", encoding="utf-8")
        verdict = verify_report(office, reference, path)
        assert verdict.state == UNVERIFIABLE, place
        assert verdict.reason[0] in reference.provenance["refusals"], place


HOSTILE: dict[str, str] = {
    "deep nesting of lists": nested(200_000),
    "deep nesting of objects": nested(100_000, '{"a":', "}").replace(":}", ":1}"),
    "a number of a million digits": "9" * 1_000_000,
    "no closing tag": '{"format": 1' + "x" * (LARGEST_RECORD + 2**20),
    "a thousand openings": '<script type="application/json" id="lai-lich-bao-cao">' * 1_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_is_told_with_the_exit_code_for_what_cannot_be_proved(
    office: Workspace, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office.root / "bc.html"
    end = "" if "x" in content[-1] else "</script>\n"
    opening = '<script type="application/json" id="lai-lich-bao-cao">'
    path.write_text(f"<title>x</title>\n{opening}{content}{end}", encoding="utf-8")
    assert cli.main(["--root", str(office.root), "verify", str(path)]) == EXIT_CODES[UNVERIFIABLE] == 2
    assert "không có thông tin nguồn gốc" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_a_bomb_under_the_name_of_a_report_is_never_inflated(
    office: Workspace, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = office.root / "bom"
    folder.mkdir(exist_ok=True)
    name = "bc.docx" if suffix == ".docx" else "bc-phu-luc.xlsx"
    (folder / "bc.html").write_text(with_record(PAGE, RECORD), encoding="utf-8")
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in ("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"):
            archive.writestr(part, b" " * (100 * 2**20))
    tracemalloc.start()
    code = cli.main(["--root", str(office.root), "verify", str(folder / name)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert code == 2
    assert "phình ra quá lớn" in capsys.readouterr().out
    assert peak < 64 * 2**20
