"""A call with a value that a command cannot use: refused before anything is done, in Vietnamese, with what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_world import new_workspace
from termreview.cli import __main__ as cli
from termreview.desk.serving import serving
from termreview.errors import RunError


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("status 2023-2024-hk1 --xlsx x.pdf", "--xlsx: tên tệp phải tận cùng bằng .xlsx, không phải 'x.pdf'"),
        ("status 2023-2024-hk1 --xlsx nhac", "tận cùng bằng .xlsx, không phải 'nhac'"),
        ("status 2023-2024-hk1 --xlsx dir.xlsx", "'dir.xlsx' là thư mục"),
        ("status 2023-2024-hk1 --xlsx no/such/nhac.xlsx", "--xlsx: không có thư mục 'no/such'"),
        ("run 2023-2024-hk1 --workers 0", "--workers: số tiến trình ít nhất là 1, không phải '0'"),
        ("run 2023-2024-hk1 --workers -2", "--workers: "),
        ("run 2023-2024-hk1 --workers hai", "--workers: số tiến trình ít nhất là 1, không phải 'hai'"),
        ("forms 2023-2024-hk1 --output file.txt", "--output: 'file.txt' là tệp; cần một thư mục"),
        ("return 2023-2024-hk1 --output file.txt", "--output: 'file.txt' là tệp; cần một thư mục"),
        ("compare 2023-2024-hk1 --output file.txt", "--output: 'file.txt' là tệp; cần một thư mục"),
        ("desk --port 99999999", "--port: cổng là một số từ 1 đến 65535, không phải '99999999'"),
        ("desk --port 0", "--port: cổng là một số từ 1 đến 65535"),
        ("desk --port -1", "--port: "),
        ("desk --port tám", "--port: cổng là một số từ 1 đến 65535, không phải 'tám'"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_what_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], call: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dir.xlsx").mkdir()
    (tmp_path / "file.txt").write_text("không đổi", encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        cli.main(call.split())
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dir.xlsx", "file.txt"]
    assert (tmp_path / "file.txt").read_text(encoding="utf-8") == "không đổi"


def test_a_search_for_a_free_port_ends_at_the_last_one_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Taken:
        def __enter__(self) -> Taken:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def setsockopt(self, *_: object) -> None:
            pass

        def bind(self, place: tuple[str, int]) -> None:
            assert place[1] <= 65_535
            raise OSError

    monkeypatch.setattr(serving.socket, "socket", Taken)
    with pytest.raises(RunError, match="từ 65530 đến 65535"):
        serving.free_port(65_530)


def test_a_root_that_is_no_office_is_told_as_one_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--root", str(tmp_path / "no"), "status", "2023-2024-hk1"]) == 2
    assert f"không có thư mục {tmp_path / 'no'}: kiểm tra lại đường dẫn sau --root" in capsys.readouterr().err


def test_there_is_nothing_to_give_back_where_nothing_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = new_workspace(tmp_path / "office").root
    assert cli.main(["--root", str(root), "return", "2023-2024-hk1", "--as-of", "2024-01-15"]) == 2
    said = "chưa nhận được tệp nào của kỳ 2023-2024-hk1 tính đến ngày 15/01/2024: không có tệp để trả"
    assert said in capsys.readouterr().err
    assert not (root / "reports" / "2023-2024").exists()
