"""One command line: its commands, their options and their help, in Vietnamese, as `commands.csv` lists them."""

from __future__ import annotations

import argparse
import csv
import datetime
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from termreview import __version__
from termreview.errors import UsageError
from termreview.storage.workspace import Workspace, named_workspace
from termreview.terms import parse_term

_LAST_PORT = 65_535
LIST = Path(__file__).with_name("commands.csv")  # a row per command, below it a row per option of it

# What the parser of the standard library says of a wrong call, and what an officer reads.
_WRONG_CALLS = (
    (r"the following arguments are required: (.*)", r"thiếu \1"),
    (r"unrecognized arguments: (.*)", r"không dùng được: \1"),
    (r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)", r"\1: không có \2; chọn một trong: \3"),
    (r"argument (.*?): invalid \S+ value: (.*)", r"\1: không dùng được giá trị \2"),
    (r"argument (.*?): expected one argument", r"\1: thiếu giá trị"),
    (r"argument (.*?): expected at least one argument", r"\1: thiếu giá trị"),
    (r"argument (.*?): ignored explicit argument (.*)", r"\1: không nhận giá trị \2"),
    (r"ambiguous option: (.*?) could match (.*)", r"\1 có thể là: \2"),
    (r"argument (.*?): (.*)", r"\1: \2"),  # what the types of our own options say
)


class _Help(argparse.HelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[Any], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, "cách gọi: " if prefix is None else prefix)


class _Once(argparse.Action):
    """One value of one option: named twice, nobody can know which was meant."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        values: Any,
        option: str | None = None,
    ) -> None:
        """Keep the value; refuse a second one that differs."""
        told = getattr(options, f"_told_{self.dest}", values)
        if option and told != values:
            raise argparse.ArgumentError(self, f"chỉ nêu một lần, không nêu cả '{told}' và '{values}'")
        setattr(options, f"_told_{self.dest}", values)
        setattr(options, self.dest, values)


class _Parser(argparse.ArgumentParser):
    """A parser whose own words are Vietnamese, too."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Help, **settings)
        for name in (None, "store"):
            self.register("action", name, _Once)
        self._positionals.title, self._optionals.title = "phải nêu", "tùy chọn"
        self.add_argument("-h", "--help", action="help", help="in hướng dẫn này rồi dừng")

    def error(self, message: str) -> NoReturn:
        """Say in Vietnamese what is wrong with the call, and stop with 2."""
        for pattern, words in _WRONG_CALLS:
            if match := re.fullmatch(pattern, message):
                message = match.expand(words)
                break
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}\nXem hướng dẫn: {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; `options.command` is the command's name."""
    whole = _Parser(
        prog="termreview",
        description="Từ báo cáo của các trường đến báo cáo sơ kết, tổng kết: làm sạch, chấm điểm, tổng hợp.",
        epilog="Mã thoát: 0 xong; 1 báo cáo khác bản lập lại (verify); 2 gọi sai, kỳ chưa nhận tệp nào, hoặc không lập lại được "
        "báo cáo (verify); 3 khai báo có lỗi; 4 một bước chạy lỗi, báo cáo cần dùng chưa có hoặc đã bị sửa, hoặc không đọc, "
        "không ghi được vào nơi cần dùng; 5 thư mục đang được một lần chạy khác sử dụng; 6 số liệu đã lưu không còn như cũ, "
        "hoặc có tệp không nhận (inspect); 7 khai báo của cơ quan không đủ để lập dữ liệu minh họa (demo) hoặc diễn tập (rehearse); "
        "8 lỗi ngoài dự kiến của chương trình, chi tiết ở data/processed/loi-chuong-trinh.log; 130 dừng theo yêu cầu (Ctrl+C).",
    )
    whole.add_argument(
        "--version", action="version", version=f"termreview {__version__}", help="in phiên bản rồi dừng"
    )
    whole.add_argument(
        "--root",
        type=Path,
        metavar="THƯ_MỤC",
        help="thư mục làm việc (mặc định: thư mục hiện tại hoặc thư mục cha)",
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="LỆNH")
    with LIST.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if not row["name"]:
                texts: dict[str, Any] = {
                    name: row[name] or None for name in ("help", "description", "epilog")
                }
                command = commands.add_parser(row["command"], **texts)
            else:
                command.add_argument(row["name"], **_settings(row))
    return whole


def _settings(row: Mapping[str, str]) -> dict[str, Any]:
    """What the parser of the standard library is told of one option; blank is as it has it."""
    settings: dict[str, Any] = {
        name: row[name] for name in ("metavar", "nargs", "action", "help") if row[name]
    }
    if row["type"]:
        settings["type"] = _TYPES[row["type"]]
    if row["choices"]:
        settings["choices"] = row["choices"].split()
    if default := row["default"]:
        settings["default"] = (
            int(default) if default.isdecimal() else {"-": "", "[]": []}.get(default, default)
        )
    return settings


def _workbook(text: str) -> Path:
    """A place for a workbook: a name that office programs open as one."""
    path = Path(text)
    if path.suffix.lower() != ".xlsx":
        raise argparse.ArgumentTypeError(f"tên tệp phải tận cùng bằng .xlsx, không phải '{text}'")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' là thư mục; cần tên một tệp .xlsx")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(
            f"không có thư mục '{path.parent}'; tạo thư mục trước, hoặc sửa đường dẫn"
        )
    return path


def _folder(text: str) -> Path:
    """A folder to write into: there, or to be made."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' là tệp; cần một thư mục")
    return path


def _workers(text: str) -> int:
    """A number of processes; as many as there are processors is what is taken when nothing is said."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(
            f"số tiến trình ít nhất là 1, không phải '{text}'; bỏ tùy chọn này: mỗi bộ xử lý một tiến trình"
        )
    return int(text)


def _port(text: str) -> int:
    """A port that a program of this machine may be asked to listen at."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"cổng là một số từ 1 đến {_LAST_PORT}, không phải '{text}'")
    return int(text)


_TYPES: Mapping[str, Callable[[str], Any]] = {
    "path": Path, "folder": _folder, "workbook": _workbook, "number": int, "workers": _workers, "port": _port,
}  # fmt: skip


def workspace_of(options: argparse.Namespace) -> Workspace:
    """The workspace that one command is about: the one named, or the one that holds the current folder."""
    return named_workspace(options.root)


def as_of_day(options: argparse.Namespace) -> datetime.date:
    """The day one command speaks for: as given, or today.

    Raises
    ------
    UsageError
        When what was given is no date, or the clock of the machine stands before the term's school year: all that
        came late would be on time.
    """
    if options.as_of is None:
        today = datetime.date.today()
        if today.year < int(parse_term(options.term).school_year[:4]):
            raise UsageError("clock_wrong", day=today, term=options.term)  # fmt: skip
        return today
    try:
        return datetime.date.fromisoformat(options.as_of)
    except ValueError:
        raise UsageError("option_no_day", value=options.as_of) from None
