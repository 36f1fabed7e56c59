"""72 printed phrases that no office would sign: each stands nowhere among the texts, its official form does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest

from worlds import REFERENCE, ROOT

# Number of the phrase, what was printed, what an office writes; blank where the phrase was cut without a successor, or where
# the internal edition alone says it (the letters of 16, which the signed report has as one asterisk).
PHRASES = [
    (1, "Sơ kết {term_title} việc thực hiện", "Kết quả thực hiện nhiệm vụ ứng dụng"),
    (2, "đầu việc", "Tỉ lệ nhiệm vụ các trường báo cáo đã hoàn thành"),
    (3, "mức đề ra tối thiểu", "mục tiêu đến năm {year}: {line}"),
    (4, "Trường đạt từ mức 2 trở lên", "Số trường đạt mức độ {level} trở lên ở {group}"),
    (5, "chưa tiếp nhận được {count}; còn lỗi", "{count:two_digits} trường phải chỉnh sửa số liệu tính điểm ({names})"),
    (6, "Báo cáo tạm thời hay chính thức", "Mức độ đầy đủ của số liệu"),
    (7, "Cơ quan có thể phát hành báo cáo tạm thời", ""),
    (8, "ghi số thấp nhất và cao nhất có thể, khi các trường nêu trên", "Cột “Dự kiến khi đủ báo cáo”: khoảng thấp nhất – cao nhất"),
    (9, "Chưa tính được khoảng của các tỉ lệ sau", ""),
    (10, "Danh mục trường phải báo cáo tính tại ngày", "Danh sách đơn vị phải báo cáo được xác định tại thời điểm hết hạn nộp báo cáo."),
    (11, "chưa tiếp nhận được tệp nào", "Đã gửi báo cáo nhưng tệp không hợp lệ, chưa tổng hợp được: {count:two_digits} trường"),
    (12, "trừ ô không đọc được và tỉ lệ mâu thuẫn", "vẫn được tổng hợp, trừ những chỉ tiêu có lỗi"),
    (13, "nên trùng với các cột trước", "“Cần sửa”: báo cáo đã tiếp nhận nhưng còn lỗi phải sửa; đã được tính trong cột “Được tiếp nhận”."),
    (14, "Ngày nhận báo cáo được tiếp nhận", "Số báo cáo được tiếp nhận theo ngày nhận"),
    (15, "phần lớn hơn tổng thể", "trường hợp số thành phần lớn hơn tổng số không đưa vào tính tỉ lệ, chờ trường chỉnh sửa"),
    (16, "", "Số liệu có dấu (*) đang chờ đối chiếu với văn bản gốc."),
    (17, "Báo cáo dùng ngày đã xác nhận.", ""),
    (18, "mức đề ra đã xác nhận", "Đạt {count}/{total} mục tiêu đã có căn cứ"),
    (19, "mức khác chưa đưa vào báo cáo", "mục tiêu khác chưa đánh giá được do biểu mẫu chưa thu thập số liệu"),
    (20, "Mức đề ra của năm", "Năm hoàn thành"),
    (21, "mức đề ra", "mục tiêu"),
    (22, "Nền tảng, hệ thống, văn bản liên quan", ""),
    (23, "nhiệm vụ của mục này, tỉ lệ trường hoàn thành cao nhất", "Còn chậm là việc {items}."),
    (24, "phần lớn các trường đã hoàn thành", "Tất cả các trường có báo cáo đã hoàn thành việc {items}."),
    (25, "Ô trống: không hỏi cấp học đó", "chỉ tiêu không áp dụng đối với cấp học"),
    (26, "trung vị {middle} ({low}", "một nửa số trường"),
    (27, "Tiêu chí còn yếu", "Tiêu chí đạt thấp"),
    (28, "điểm chắc có", "Điểm đã xác định trên tổng điểm tối đa"),
    (29, "Mức độ dựa vào đâu", "Kết quả cần ưu tiên thẩm định"),
    (30, "có mức vững", "không thay đổi mức độ nếu một tiểu mục bất kỳ không được công nhận"),
    (31, "sát vạch mức", "chênh ngưỡng không quá 0,5 điểm"),
    (32, '"Nếu không còn"', "không được công nhận thì mức độ thay đổi"),
    (33, "chưa rõ tiểu mục {points}", ""),
    (34, "Ba loại ô cộng lại", ""),
    (35, "thuộc {count} phép kiểm tra", "Qua kiểm tra, phát hiện {parts}"),
    (36, "thực hiện tương đối tốt", "Chế độ báo cáo cơ bản được thực hiện nghiêm túc"),
    (37, "Đã đạt mức đề ra", "Đã đạt mục tiêu: {items}."),
    (38, "ngưỡng do đơn vị tổng hợp đặt (mức tin cậy", ""),
    (39, "kết quả theo nhóm của các trường chuyển xuống", "{school} giảm điểm {group} từ {start} xuống {end}{levels}{cause}."),
    (40, "kết quả theo nhóm của các trường chưa kết luận", "kết quả đánh giá chưa đủ căn cứ kết luận mức độ"),
    (41, "Tự chấm chưa sát", "Việc tự đánh giá của {schools:two_digits} trường ({names}) chưa sát với số liệu báo cáo"),
    (42, "An toàn thông tin: {count} sự cố", "{before} không có trường nào phát sinh"),
    (43, "Nâng các tỉ lệ còn thấp, trước hết", "lên ít nhất {goal_value:percent1}"),
    (44, "Có giải pháp để đạt mức", "Hoàn thành xác thực mã định danh cho {left} học sinh còn lại"),
    (45, "Nếu chỉ làm một việc", "Giải pháp giúp nhiều trường nâng mức độ nhất"),
    (46, "nếu chỉ làm việc đó, thay đổi gì", "Tác động dự kiến của từng giải pháp hỗ trợ"),
    (47, "Từ việc tổng hợp, {office} kiến nghị", "Trên cơ sở đề nghị của các trường, {office} kiến nghị:"),
    (48, "Trên đây là báo cáo của {office}", "Trên đây là báo cáo {subject} của {office}, kính báo cáo./."),
    (49, "(để báo cáo)", "Sở GDĐT (b/c);"),
    (50, "dấu vân tay", "Mã kiểm tra (SHA-256)"),
    (51, "Phụ lục chỉ ghi số đếm", ""),
    (52, "kém đi", "tỉ lệ gần như không đổi"),
    (53, "không có trường nào tăng hay giảm mức", "trường chưa đủ căn cứ so sánh"),
    (54, "nằm hẳn trên khoảng điểm", "kết quả chưa kết luận được do khoảng điểm trùng nhau"),
    (55, "mức {first} hoặc mức {last}", "từ mức độ {low} đến mức độ {high}"),
    (56, "mức ở giữa", "mức trung vị của các trường cùng cấp"),
    (57, "Máy chấm điểm", "Nội dung cần làm để đạt mức độ"),
    (58, "Bớt nửa điểm", "Lưu ý khi thẩm định"),
    (59, "Chỗ để ngỏ", "Tiểu mục còn thiếu căn cứ nhiều điểm nhất"),
    (60, "không đặt cạnh nhau", "trường cùng cấp nên không so sánh"),
    (61, "việc này không do trường", "không thuộc trách nhiệm của trường"),
    (62, "nói phần còn để ngỏ", "phần điểm chưa đủ căn cứ"),
    (63, "Nhiệm vụ của công văn", "Kết quả thực hiện nhiệm vụ{by}"),
    (64, "Điểm ghi “Lỗi”", "Mục ghi “Lỗi”"),
    (65, "Một giá trị, kể cả số 0", "Chọn Có hoặc Không trong danh sách của ô."),
    (66, "thang 0–100 (ví dụ", "ghi lại theo thang 0–100: {"),
    (67, "liên hệ cơ quan thu báo cáo", "liên hệ {"),
    (68, "Quá hạn (ngày): ", "Hạn sửa"),
    (69, "Số trường theo mức độ – Toàn trường", "mức độ chung"),
    (70, "Báo cáo hiện in", "số liệu và {words} đoạn văn thay đổi so với bản đã phát hành"),
    (71, "Trường có số liệu – tử số\"", "Số trường có số liệu / Số trường phải báo cáo"),
    (72, r"re:\d\u00a0? %(?!\})", "{count:two_digits} trường"),
]  # fmt: skip


def texts() -> Iterator[str]:
    """Every text that a reader may be shown: the declarations, the notebooks, the templates, what errors say, heads of tables."""
    theme = ROOT / "lib" / "termreview" / "reporting" / "theme"
    paths = [
        *REFERENCE.rglob("*.yml"), *REFERENCE.rglob("*.csv"), *(ROOT / "notebooks").glob("[0-9]*.ipynb"), *theme.rglob("*.j2"),
        ROOT / "lib" / "termreview" / "coded_texts.csv", *(ROOT / "lib" / "termreview" / "reporting").rglob("*.py"),
    ]  # fmt: skip
    for path in sorted(paths):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.lstrip().startswith(("#", '"""')):  # what is said to who declares or programs
                yield unicodedata.normalize("NFC", line)


@pytest.fixture(scope="module")
def printed() -> str:
    return "\n".join(texts())


def test_every_phrase_is_listed_once() -> None:
    assert [number for number, *_ in PHRASES] == list(range(1, 73))


@pytest.mark.parametrize(("number", "never", "official"), PHRASES, ids=lambda value: str(value)[:24])
def test_the_official_phrase_stands_in_place_of_the_printed_one(
    number: int, never: str, official: str, printed: str
) -> None:
    pattern = never.removeprefix("re:") if never.startswith("re:") else re.escape(never)
    assert not never or re.findall(rf".*{pattern}.*", printed) == [], number
    assert official in printed, number
