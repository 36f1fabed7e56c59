"""One command line: its commands, their options and their help, in Vietnamese."""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from termreview import __version__
from termreview.errors import UsageError
from termreview.storage.workspace import Workspace, named_workspace
from termreview.terms import parse_term

_LAST_PORT = 65_535

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

    commands.add_parser("check", help="kiểm tra toàn bộ khai báo trong data/reference")

    forms = commands.add_parser("forms", help="tạo biểu mẫu trống, mỗi trường một tệp")
    _add_term(forms)
    forms.add_argument(
        "--school", nargs="+", action="extend", metavar="MÃ", help="chỉ tạo cho các trường này"
    )
    _add_output(forms, "/forms")

    adopt = commands.add_parser(
        "adopt",
        help="đọc biểu mẫu Excel sẵn có của cơ quan, lập bản nháp khai báo và danh sách chỗ cần quyết định",
    )
    adopt.add_argument("file", type=Path, metavar="TỆP", help="tệp .xlsx, .xlsm chưa điền số liệu")
    adopt.add_argument("--id", default="", metavar="MÃ", help="mã của biểu mẫu mới (mặc định: theo tên tệp)")

    status = commands.add_parser("status", help="trường nào đã nộp, chưa nộp, vướng ở đâu")
    _add_term(status)
    _add_as_of(status)
    status.add_argument(
        "--xlsx",
        type=_workbook,
        metavar="TỆP",
        help="ghi thêm danh sách nhắc ra tệp này (tên tận cùng là .xlsx)",
    )

    back = commands.add_parser("return", help="trả tệp cho trường, đánh dấu chỗ cần sửa, cần giải trình")
    _add_term(back)
    _add_as_of(back)
    back.add_argument("--school", nargs="+", action="extend", metavar="MÃ", help="chỉ trả cho các trường này")
    _add_output(back, "/returns")

    letters = commands.add_parser(
        "letters",
        help="soạn thư cho các trường: danh sách trộn thư, văn bản Word, thư nháp .eml; không gửi đi",
        description="Soạn thư mời nộp kèm biểu mẫu, thư nhắc, thư trả tệp, thư cảm ơn. Địa chỉ lấy ở contacts.csv; chương trình không gửi thư.",
    )
    _add_term(letters)
    _add_as_of(letters)
    letters.add_argument(
        "--kind",
        nargs="+",
        choices=("invitation", "reminder", "return", "thanks"),
        default=(),
        metavar="LOẠI",
        help="chỉ các loại này: invitation (mời), reminder (nhắc), return (trả tệp), thanks (cảm ơn); mặc định: mời khi chưa có tệp "
        "nào, sau đó nhắc, trả tệp, cảm ơn",
    )
    letters.add_argument(
        "--school", nargs="+", action="extend", metavar="MÃ", help="chỉ soạn cho các trường này"
    )
    _add_output(letters, "/letters")

    new_office = commands.add_parser(
        "new-office",
        help="lập khai báo cho cơ quan của mình từ một tệp Excel điền tay",
        description="Gọi hai lần: lần đầu ghi tệp khai-bao-co-quan.xlsx vào thư mục nêu tên để điền; lần sau đọc tệp đã điền, lập đủ khai báo.",
    )
    new_office.add_argument("folder", type=Path, metavar="THƯ_MỤC", help="thư mục làm việc mới của cơ quan")

    new_year = commands.add_parser(
        "new-year", help="thêm năm học tiếp theo vào khai báo, theo năm trước; nêu các việc phải xem lại"
    )
    new_year.add_argument(
        "year", nargs="?", default="", metavar="NĂM_HỌC", help="như 2026-2027 (mặc định: năm học tiếp theo)"
    )
    new_year.add_argument("--letter", default="", metavar="SỐ", help="số, ký hiệu công văn năm nay")
    new_year.add_argument("--letter-on", default="", metavar="NGÀY", help="ngày công văn, như 2026-10-05")
    new_year.add_argument("--letter-title", default="", metavar="TRÍCH_YẾU", help="trích yếu công văn")

    clean = commands.add_parser(
        "clean",
        help="xóa bảng, báo cáo, biểu mẫu do chương trình tạo; giữ tệp đã nhận, bản phát hành, bản sửa tay",
    )
    clean.add_argument("--list", action="store_true", help="chỉ cho biết sẽ xóa bao nhiêu, không xóa")

    look = commands.add_parser(
        "inspect",
        help="xem từng tệp: là gì, có đọc được không, vướng ở đâu",
        description="Xem từng tệp. Tệp nằm trong data/raw của một kỳ được xét theo kỳ đó, như khi chạy; tệp ở nơi khác được "
        "xét theo kỳ ghi trong tệp. Mỗi tệp được xét riêng, không so với các tệp khác của trường.",
        epilog="Mã thoát: 0 mọi tệp đều nhận được; 6 có tệp không đọc được hoặc không nhận vào kỳ.",
    )
    look.add_argument("files", nargs="+", type=Path, metavar="TỆP")
    look.add_argument("--json", action="store_true", help="in kết quả dạng JSON, mỗi tệp một mục")

    source = commands.add_parser(
        "source",
        help="xem thử một tệp xuất từ hệ thống (Teams, cơ sở dữ liệu ngành…): nhận ra bố cục nào, đếm được gì",
        epilog="Chỉ đếm, không giữ và không in dòng nào của tệp. Mã thoát: 0 nhận ra bố cục; 6 chưa nhận ra hoặc không đọc được.",
    )
    source.add_argument("file", type=Path, metavar="TỆP")
    source.add_argument(
        "--term",
        default="",
        metavar="KỲ",
        help="kỳ báo cáo có danh sách trường cần dùng (mặc định: kỳ cuối trong calendar.yml)",
    )
    source.add_argument(
        "--id", default="", metavar="MÃ", help="tệp có bố cục lạ: ghi bản nháp bố cục với mã này"
    )

    exports = commands.add_parser(
        "sources", help="các tệp xuất từ hệ thống của một kỳ: xóa tệp gốc sau khi đã đếm"
    )
    exports.add_argument(
        "action",
        choices=("purge",),
        metavar="purge",
        help="xóa các tệp đã đếm, vì có dữ liệu cá nhân; số đã đếm vẫn giữ",
    )
    _add_term(exports)

    links = commands.add_parser(
        "links",
        help="đường dẫn minh chứng của một kỳ; chỉ khi thêm --check mới hỏi mạng xem có mở được không",
    )
    _add_term(links)
    links.add_argument("--check", action="store_true", help="hỏi từng địa chỉ (HEAD), không tải nội dung")

    own = commands.add_parser(
        "export", help="chạy một sổ phân tích của mình và xuất trang HTML, tệp Word, PDF"
    )
    own.add_argument("notebook", type=Path, metavar="SỔ", help="tệp .ipynb; các tệp xuất ra nằm cạnh nó")
    own.add_argument(
        "--kind",
        nargs="+",
        choices=("html", "docx", "pdf"),
        metavar="DẠNG",
        help="chỉ xuất các dạng này: html, docx, pdf (mặc định: cả ba)",
    )

    run = commands.add_parser("run", help="làm sạch, chấm điểm và xuất báo cáo của một kỳ")
    _add_term(run)
    _add_as_of(run)
    run.add_argument(
        "--workers",
        type=_workers,
        default=0,
        metavar="SỐ",
        help="số tiến trình song song (mặc định: mỗi bộ xử lý một)",
    )
    run.add_argument(
        "--scheduler",
        default="",
        metavar="ĐỊA_CHỈ",
        help="đọc tệp và lập báo cáo từng phần trên cụm máy Dask có bộ điều phối ở tcp://MÁY:CỔNG, hoặc local; số liệu không đổi",
    )
    _add_scope(run, "lập thêm ", is_repeatable=True)
    run.add_argument(
        "--each",
        action="append",
        default=[],
        metavar="LOẠI",
        help="lập thêm báo cáo cho từng xã (commune), phường (ward), cấp học (level)…; nêu được nhiều lần",
    )
    run.add_argument(
        "--edition",
        choices=("both", "internal", "shareable"),
        default="both",
        help="bản của báo cáo: nội bộ, chia sẻ hoặc cả hai (mặc định)",
    )
    run.add_argument("--force", action="store_true", help="chạy lại dù không có gì thay đổi")

    proof = commands.add_parser(
        "verify",
        help="lập lại một báo cáo từ các tệp gốc, cho biết trùng khớp hay khác ở đâu",
        epilog="Mã thoát: 0 trùng khớp; 1 khác; 2 gọi sai hoặc không lập lại được.",
    )
    proof.add_argument(
        "report",
        type=Path,
        metavar="BÁO_CÁO",
        help="tệp .html, .docx, .xlsx, .csv của báo cáo, hoặc phiếu của một trường",
    )
    proof.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    merge = commands.add_parser(
        "merge",
        help="gộp số liệu của nhiều đơn vị (tệp …-du-lieu.csv hoặc phụ lục Excel mà mỗi đơn vị gửi lên)",
        epilog="Chỉ đọc số liệu các đơn vị đã phát hành, không đọc tệp của trường. Mã thoát: 0 gộp đủ; 6 có tệp, đơn vị hoặc số liệu cần xem lại.",
    )
    merge.add_argument("folders", nargs="+", type=Path, metavar="THƯ_MỤC")
    merge.add_argument(
        "--term", default="", metavar="KỲ", help="kỳ báo cáo (mặc định: kỳ của nhiều tệp nhất)"
    )
    merge.add_argument(
        "--edition",
        choices=("shareable", "internal"),
        default="shareable",
        help="bản được gộp (mặc định: chia sẻ)",
    )
    merge.add_argument(
        "--expect", nargs="+", metavar="MÃ", help="mã các đơn vị phải gửi, để nêu đơn vị còn thiếu"
    )
    merge.add_argument(
        "--output",
        type=Path,
        metavar="THƯ_MỤC",
        help="chép thêm kết quả vào thư mục này (kết quả ở reports/tong-hop)",
    )

    issue = commands.add_parser("issue", help="ghi lại lần phát hành báo cáo: giữ báo cáo và số liệu của nó")
    _add_term(issue)
    _add_scope(issue)
    issue.add_argument(
        "--edition",
        choices=("internal", "shareable"),
        default="internal",
        help="bản được phát hành: nội bộ (mặc định) hoặc chia sẻ",
    )
    issue.add_argument(
        "--as-of", metavar="NGÀY", help="ngày mà báo cáo phải nói đến; mặc định: ngày ghi ở báo cáo"
    )

    compare = commands.add_parser("compare", help="số liệu nào thay đổi giữa hai lần phát hành, và vì sao")
    _add_term(compare)
    compare.add_argument(
        "first", nargs="?", type=int, metavar="LẦN_A", help="lần phát hành trước (mặc định: lần cuối)"
    )
    compare.add_argument(
        "second", nargs="?", type=int, metavar="LẦN_B", help="lần phát hành sau (mặc định: số liệu hiện nay)"
    )
    _add_scope(compare)
    _add_output(compare)

    rehearse = commands.add_parser("rehearse", help="diễn tập: cài lỗi vào báo cáo mẫu, xem phép nào thấy")
    _add_term(rehearse)
    rehearse.add_argument("--rounds", type=int, default=2, metavar="SỐ", help="số lượt (mặc định 2)")

    desk = commands.add_parser("desk", help="mở bàn rà soát trong trình duyệt của máy này")
    desk.add_argument(
        "--port", type=_port, default=8866, metavar="CỔNG", help="cổng đầu tiên được thử (8866)"
    )
    desk.add_argument("--no-browser", action="store_true", help="chỉ in địa chỉ, không mở trình duyệt")

    demo = commands.add_parser("demo", help="tạo dữ liệu minh họa rồi chạy cả hai kỳ của năm học 2023-2024")
    demo.add_argument(
        "--years",
        type=Path,
        metavar="THƯ_MỤC",
        help="làm ở một thư mục mới, có thêm báo cáo minh họa của các trường trong bốn năm học trước (2019-2020 đến 2022-2023)",
    )
    demo.add_argument(
        "--offices",
        action="store_true",
        help="ghi thêm số liệu của chín xã như các đơn vị gửi lên tỉnh, để thử lệnh merge",
    )
    return whole


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


def _add_term(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("term", metavar="KỲ", help="kỳ báo cáo, ví dụ 2023-2024-hk1")


def _add_output(parser: argparse.ArgumentParser, below: str = "") -> None:
    told = f"nơi ghi (mặc định: reports/<năm học>/<kỳ>{below})"
    parser.add_argument("--output", type=_folder, metavar="THƯ_MỤC", help=told)


def _add_scope(parser: argparse.ArgumentParser, does: str = "", is_repeatable: bool = False) -> None:
    several: dict[str, Any] = {"action": "append", "default": []} if is_repeatable else {"default": ""}
    more = "; nêu được nhiều lần" if is_repeatable else ""
    parser.add_argument(
        "--unit", metavar="MÃ", help=f"{does}báo cáo của một xã, phường, huyện hoặc trường{more}", **several
    )
    parser.add_argument(
        "--level",
        metavar="CẤP",
        help=f"{does}báo cáo của một cấp học: mn, th, thcs, th_thcs{more}",
        **several,
    )


def _add_as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", metavar="NGÀY", help="ngày lập báo cáo, như 2024-01-15; mặc định hôm nay")


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
