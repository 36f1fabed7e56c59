"""All answers of one illustrative school in one term, by field id: what `write_form` fills in.

The opinions are a few short sentences that follow from the school's situation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.units import Unit
from termreview.sample.answers.index import index_answers
from termreview.sample.answers.management import management_answers
from termreview.sample.answers.plain import plain_answers
from termreview.sample.answers.statistics import STATISTICS_FORM, statistics_answers
from termreview.sample.answers.teaching import teaching_answers
from termreview.sample.schools.pupils import GRADE_WEIGHTS
from termreview.sample.schools.scenarios import MINORITY_SHARE, PUPILS_PER_COMPUTER, draw
from termreview.sample.schools.schools import Answer, SchoolTerm, roll_answers, school_term
from termreview.terms import Term

SAMPLE_FORM, SAMPLE_SET = "cv407-2023", "qd-4725-2022"
_PARTS = {SAMPLE_FORM: ("hk1", "hk2"), STATISTICS_FORM: ("tkdn", "tkgn", "tkcn")}
_OWN: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("0477305", "hk2"): (
        "Hợp đồng thuê nền tảng học tập và một số phân hệ quản trị hết hạn từ tháng 3/2024, chưa bố trí được kinh phí "
        "gia hạn nên nhiều nội dung phải tạm dừng.",
        "Đề nghị Phòng GDĐT hướng dẫn nguồn kinh phí duy trì phần mềm dùng chung cho các trường.",
        "Khôi phục nền tảng học tập trước khi vào năm học mới; rà soát lại dữ liệu đã có.",
    ),
    ("0477301", "hk2"): (
        "Nhu cầu lưu trữ học liệu số tăng nhanh, dung lượng kho hiện có sắp hết.",
        "Đề nghị Phòng GDĐT tổ chức chia sẻ học liệu của trường cho các trường trong huyện.",
        "Mở rộng kiểm tra trực tuyến ở các khối lớp còn lại; hỗ trợ hai trường lân cận.",
    ),
    ("0477216", "hk1"): (
        "Trường chưa ban hành quy chế tổ chức dạy học trực tuyến.",
        "Đề nghị Phòng GDĐT cung cấp mẫu quy chế tham khảo.",
        "Ban hành quy chế trong tháng 02/2024.",
    ),
    ("0477406", "hk2"): (
        "Trường mới hợp nhất từ tháng 02/2024, dữ liệu của hai trường cũ đang được gộp và rà soát.",
        "Đề nghị hỗ trợ chuyển dữ liệu hai trường cũ sang mã trường mới trên cơ sở dữ liệu ngành.",
        "Thống nhất một hệ thống quản trị cho cả hai cấp học.",
    ),
}  # fmt: skip
_DIFFICULTIES = (
    "Giáo viên lớn tuổi còn lúng túng khi soạn học liệu số.",
    "Một bộ phận phụ huynh chưa có điện thoại thông minh nên tỉ lệ kết nối còn thấp.",
    "Đường truyền Internet ở điểm trường lẻ chưa ổn định.",
    "Kinh phí mua sắm, sửa chữa thiết bị còn hạn chế.",
    "Nhân viên phụ trách công nghệ thông tin kiêm nhiệm nhiều việc.",
    "Phụ huynh còn quen nộp tiền mặt vào đầu năm học.",
)
_PROPOSALS = (
    "Đề nghị Phòng GDĐT mở thêm lớp tập huấn thiết kế học liệu số theo cụm trường.",
    "Đề nghị cấp trên hỗ trợ kinh phí thay thế máy tính đã hết khấu hao.",
    "Đề nghị thống nhất một phần mềm dùng chung để tránh nhập số liệu nhiều lần.",
    "Đề nghị hướng dẫn cụ thể cách lưu minh chứng cho từng tiểu mục của bộ chỉ số.",
    "Đề nghị UBND {place} phối hợp tuyên truyền thanh toán không dùng tiền mặt.",
)
_STEPS = (
    "Tổ chức chuyên đề ứng dụng công nghệ thông tin ở mỗi tổ chuyên môn.",
    "Hoàn thiện hồ sơ, sổ sách điện tử của tất cả các lớp.",
    "Tăng số phụ huynh kết nối với nhà trường qua ứng dụng.",
    "Rà soát, xác thực mã số định danh của số học sinh còn lại.",
    "Số hóa thêm học liệu, trình tổ chuyên môn thông qua và nhà trường phê duyệt.",
    "Tự kiểm tra an toàn thông tin và sao lưu dữ liệu hằng tháng.",
)
_FEW_COMPUTERS = "Phòng máy có ít máy, nhiều máy cũ, học sinh phải dùng chung máy trong giờ Tin học."
_REMOTE = "Trường ở vùng đồi núi, điểm trường phân tán, sóng di động và Internet yếu."


def school_answers(
    school: Unit,
    term: Term,
    reference: Reference,
    placed: Callable[[SchoolTerm], SchoolTerm] = lambda here: here,
) -> dict[str, Answer]:
    """The answers of one school in one term to the fields that its form asks, before any trouble.

    What the sample does not know of (another office's form, level or index) is answered by the kind of each question;
    `placed` may say that a school of the sample was further, or less far, in that term.
    """
    declared = reference.of(term)
    plain = plain_answers(school, declared)
    if not is_of_sample(school, declared):
        return plain
    here = placed(school_term(school, term, reference))
    answers: dict[str, Answer]
    if declared.plan.form == STATISTICS_FORM:
        answers = statistics_answers(here)
    else:
        answers = (
            roll_answers(here) | teaching_answers(here) | management_answers(here) | opinion_answers(here)
        )
    if school.level in declared.indicator_set.levels and declared.plan.indicator_set == SAMPLE_SET:
        answers |= index_answers(here, declared.indicator_set, answers)
    known = set(answers)
    fields = declared.form.fields_for(school.level, term.part)
    answers |= {
        field.field_id: plain[field.field_id]
        for field in fields
        if field.is_required and field.field_id in plain and field.field_id not in known
    }
    return {field.field_id: answers[field.field_id] for field in fields if field.field_id in answers}


def is_of_sample(school: Unit, declared: TermReference) -> bool:
    """Say whether the sample knows the level, the part of the year and the form by which one school reports."""
    return school.level in GRADE_WEIGHTS and declared.term.part in _PARTS.get(declared.plan.form, ())


def opinion_answers(here: SchoolTerm) -> dict[str, Answer]:
    """The answers of the opinions sheet; now and then a school has nothing to add."""
    own = _OWN.get((here.school_id, here.part))
    names = ("difficulties", "proposals", "next_steps")
    if own is not None:
        return dict(zip(names, own, strict=True))
    difficulties = _pick(here, "difficulties", _DIFFICULTIES)
    if PUPILS_PER_COMPUTER.get(here.school_id, (1.0, 1.0))[int(here.is_year_end)] > 2.5:
        difficulties.insert(0, _FEW_COMPUTERS)
    if here.school_id in MINORITY_SHARE:
        difficulties.insert(0, _REMOTE)
    texts = [difficulties, _pick(here, "proposals", _PROPOSALS), _pick(here, "steps", _STEPS)]
    answers: dict[str, Answer] = {name: _joined(here, text) for name, text in zip(names, texts, strict=True)}
    if draw(here.school_id, here.part, "silent").random() < 0.12:
        del answers["proposals"]
    return answers


def _pick(here: SchoolTerm, name: str, sentences: Sequence[str]) -> list[str]:
    dice = draw(here.school_id, here.part, name)
    fitting = [text for text in sentences if here.is_general or "bộ chỉ số" not in text]
    return dice.sample(fitting, dice.choice((1, 1, 2)))


def _joined(here: SchoolTerm, sentences: Sequence[str]) -> str:
    text = " ".join(sentences).replace("{place}", here.place_name)
    return text if here.is_general else text.replace("học sinh", "trẻ").replace("giờ Tin học", "giờ học")
