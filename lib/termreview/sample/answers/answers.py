"""All answers of one illustrative school in one term, by field id: what `write_form` fills in.

The opinions are a few short sentences that follow from the school's situation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.checks import Pair
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.units import Unit
from termreview.sample.answers.index import index_answers
from termreview.sample.answers.management import management_answers
from termreview.sample.answers.teaching import teaching_answers
from termreview.sample.schools.pupils import GRADE_WEIGHTS
from termreview.sample.schools.scenarios import MINORITY_SHARE, PUPILS_PER_COMPUTER, draw
from termreview.sample.schools.schools import Answer, SchoolTerm, roll_answers, school_term
from termreview.terms import Term

STATISTICS_FORM = "thong-ke"
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
# The sheets of each school level and the grades that each tells of.
_SHEETS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "mn": {"mn": ("a1", "a2", "a3", "a4", "a5", "a6")},
    "th": {"th": ("g1", "g2", "g3", "g4", "g5")},
    "thcs": {"thcs": ("g6", "g7", "g8", "g9")},
    "th_thcs": {"th": ("g1", "g2", "g3", "g4", "g5"), "thcs": ("g6", "g7", "g8", "g9")},
}
_STAFF = ("managers", "teachers", "other_staff")
_ALWAYS = (
    "uses_computers", "has_internet", "has_electricity", "has_toilets", "has_handwashing",
    "has_disaster_plan",
)  # fmt: skip
_RESULTS = {"th": ("excellent", "good", "done", "not_done"), "thcs": ("good", "fair", "pass", "fail")}
_BUDGET_OF_STAFF, _BUDGET_OF_PUPIL = 138, 1.4  # triệu đồng a year
_TURNS = 60  # of making sums, parts and bounds agree: a sum may be part of another
_SPANS = {"count": (8, 60), "number": (8, 60), "money": (2_000_000, 60_000_000), "percent": (55, 98)}
_GROWTH = 10  # the most by which a figure has grown since the term before: a tenth


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


def statistics_answers(here: SchoolTerm) -> dict[str, Answer]:
    """The answers to every sheet of one school: what its reports say of pupils, classes and staff, split by level."""
    sheets, answers = _SHEETS[here.school.level], dict[str, Answer]()
    shares = _shares(here, sheets)
    for sheet, grades in sheets.items():
        answers |= _school(here, sheet)
        answers |= _grids(here, sheet, grades)
        answers |= _means(here, sheet, shares)
    for sheet, names in _RESULTS.items() if here.is_year_end else ():
        if sheet in sheets:
            answers |= {
                f"year_result_{sheet}_{name}_count": here.roll.counts[f"result_{sheet}_{name}_count"]
                for name in names
            }
    return answers


def _shares(here: SchoolTerm, sheets: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """How much of the school each sheet tells of, by its classes."""
    classes = {
        sheet: sum(here.roll[f"classes_count.{grade}"] for grade in own) for sheet, own in sheets.items()
    }
    return {sheet: own / max(sum(classes.values()), 1) for sheet, own in classes.items()}


def _school(here: SchoolTerm, sheet: str) -> dict[str, Answer]:
    dice = draw(here.school_id, "statistics")
    sites, standard = dice.choice((0, 0, 1, 1, 2, 3)), dice.choice((1, 1, 1, 2, 0, 0))
    disabled, is_remote = here.roll["pupils_disabled_count.total"], here.school_id in MINORITY_SHARE
    answers: dict[str, Answer] = {
        f"ownership_{sheet}": "public", f"main_sites_{sheet}_count": 1,
        f"sites_{sheet}_count": sites, f"places_{sheet}_count": sites + 1,
        **{f"is_national_standard_{level}_{sheet}": _yes(standard == level) for level in (1, 2)},
        f"has_two_sessions_{sheet}": _yes(sheet == "th"),
        f"has_inclusive_under_20_{sheet}": _yes(0 < disabled < 20),
        f"has_inclusive_from_20_{sheet}": _yes(disabled >= 20),
        **{f"{name}_{sheet}": "yes" for name in _ALWAYS},
        f"has_clean_water_{sheet}": _yes(not is_remote),
        f"has_accessible_facilities_{sheet}": _yes(dice.random() < 0.4),
        f"has_counselling_{sheet}": _yes(dice.random() < 0.7),
    }  # fmt: skip
    if standard:
        answers[f"national_standard_{sheet}_number"] = f"{dice.randint(101, 989)}/QĐ-SGDĐT"
    return answers


def _grids(here: SchoolTerm, sheet: str, grades: Sequence[str]) -> dict[str, Answer]:
    """Classes and pupils by grade, each with its total."""
    roll = here.roll.counts
    classes = {grade: roll[f"classes_count.{grade}"] for grade in grades}
    grids = {
        f"classes_{sheet}_count": classes,
        f"classes_{sheet}_two_sessions_count": {grade: count if sheet == "th" else 0 for grade, count in classes.items()},
        f"classes_{sheet}_combined_count": dict.fromkeys(grades, 0),
        f"pupils_{sheet}_count": {grade: roll[f"pupils_count.{grade}"] for grade in grades},
    }  # fmt: skip
    for group in ("girls", "ethnic", "disabled"):
        grids[f"pupils_{sheet}_{group}_count"] = {
            grade: roll[f"pupils_{group}_count.{grade}"] for grade in grades
        }
    return {
        f"{name}.{column}": count
        for name, by_grade in grids.items()
        for column, count in {"total": sum(by_grade.values()), **by_grade}.items()
    }


def _means(here: SchoolTerm, sheet: str, shares: Mapping[str, float]) -> dict[str, Answer]:
    """Staff, rooms, computers and money: of a school of two levels each sheet its part, the last what is left."""
    wholes = {f"{kind}_{{}}_count": here.roll[f"{kind}_count.total"] for kind in _STAFF}
    wholes["classrooms_{}_count"] = here.roll["classrooms_count"]
    pupils_computers = here.computers_in_lab if here.is_general else 0
    wholes["computers_teaching_{}_count"] = pupils_computers + draw(
        here.school_id, "teaching computers"
    ).randint(4, 12)
    wholes["budget_{}_million"] = round(
        here.roll.staff * _BUDGET_OF_STAFF + here.roll.pupils * _BUDGET_OF_PUPIL
    )
    first = next(iter(shares))
    parts = {name: round(whole * shares[first]) for name, whole in wholes.items()}
    if sheet != first:
        parts = {name: whole - parts[name] for name, whole in wholes.items()}
    return {name.format(sheet): part for name, part in parts.items()}


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def plain_answers(school: Unit, declared: TermReference) -> dict[str, Answer]:
    """The answers of one school, the same at every call; what a form asks that no number can agree with stays out."""
    part, level = declared.term.part, school.level
    fields = {field.field_id: field for field in declared.form.fields_for(level, part)}
    pairs = declared.pairs_for(level)
    named = {name for pair in pairs if pair.check.kind == "required_if" for name in pair.left}
    answers = {
        name: answer
        for name, field in fields.items()
        if (answer := _answer(school.unit_id, field, declared, field.is_required or name in named))
        is not None
    }
    sums = {pair.left[0]: pair.right for pair in reversed(pairs) if pair.check.kind == "sum_equals"}
    for _ in range(_TURNS):
        if not any([_agree(answers, fields, sums, pair) for pair in pairs]):
            break
    return answers


def _answer(school_id: str, field: Field, declared: TermReference, is_wanted: bool) -> Answer | None:
    dice = draw(school_id, field.field_id)
    if field.kind == "yes_no":
        return dice.choice(("yes", "yes", "no"))
    if field.kind == "date":
        return declared.plan.data_as_of
    if field.kind == "points":
        return float(round((field.maximum or 0) * dice.uniform(0.5, 0.9)))
    if field.is_numeric:
        low, high = _SPANS[field.kind]
        low, high = max(low, math.ceil(field.minimum or 0)), min(high, math.floor(field.maximum or high))
        number = dice.randint(low, high) if low <= high else math.floor(field.maximum or high)
        if declared.plan.previous is not None:  # no report is that of the term before again
            number += dice.randint(1, max(1, number // _GROWTH))
        return number if field.maximum is None else min(number, math.floor(field.maximum))
    options = [
        name
        for listed, own in declared.form.options
        if listed == (field.options or field.kind)
        for name, _ in own
    ]
    if options:
        return options[0]
    return f"{dice.randint(10, 99)}/KH" if is_wanted else None


def _agree(
    answers: dict[str, Answer], fields: Mapping[str, Field], sums: Mapping[str, Sequence[str]], pair: Pair
) -> bool:
    """Make one check hold, and say whether that took a change: sums add up, shares too small grow, all else shrinks."""
    check, left, right = pair
    if not left or not all(fields[name].is_numeric for name in left):
        return False
    part, whole = (sum(_number(answers, name) for name in names) for names in (left, right))
    low, high = (float(limit) if _is_number(limit) else None for limit in (check.low, check.high))
    if check.kind == "sum_equals":
        return _add_up(answers, fields, sums, left[0], right)
    if check.kind == "at_most" and part > whole:
        _scale(answers, sums, left, whole / part / 2)
        return True
    if check.kind == "range" and high is not None and part > high:
        _scale(answers, sums, left, ((low or 0) + high) / 2 / part)
        return True
    if check.kind == "ratio_within" and whole > 0:
        top = _number(answers, left[0])
        middle = ((low or 0) + high) / 2 if high is not None else 2 * (low or 0)
        if high is not None and top > high * whole:
            _scale(answers, sums, left[:1], middle * whole / top)
            return True
        if low is not None and high is not None and high <= 1 and 0 < top < low * whole:  # a part of a whole
            _scale(answers, sums, left[:1], middle * whole / top)
            return True
        if low is not None and top < low * whole and middle:
            _scale(answers, sums, right, top / middle / whole)
            return True
    return False


def _add_up(
    answers: dict[str, Answer],
    fields: Mapping[str, Field],
    sums: Mapping[str, Sequence[str]],
    name: str,
    parts: Sequence[str],
) -> bool:
    """Make one sum that of its parts; of a number that is the sum of others already, the parts give way."""
    stated, whole = _number(answers, name), sum(_number(answers, part) for part in parts)
    if stated == whole:
        return False
    most = fields[name].maximum
    if sums[name] != parts:
        _scale(answers, sums, parts, stated / whole if whole else 0)
        answers[parts[0]] = (
            _number(answers, parts[0]) + stated - sum(_number(answers, part) for part in parts)
        )
        return True
    if most is not None and whole > most:  # the parts are too many for their sum
        _scale(answers, sums, parts, most / whole)
    answers[name] = sum(_number(answers, part) for part in parts)
    return True


def _scale(
    answers: dict[str, Answer], sums: Mapping[str, Sequence[str]], names: Sequence[str], share: float
) -> None:
    """Make some numbers smaller, and with a sum its parts."""
    for name in names:
        if parts := sums.get(name):
            _scale(answers, sums, parts, share)
            answers[name] = sum(_number(answers, part) for part in parts)
        else:
            answers[name] = max(math.floor(_number(answers, name) * share), min(_number(answers, name), 1))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _number(answers: Mapping[str, Answer], name: str) -> float:
    value = answers.get(name, 0)
    return value if isinstance(value, int | float) else 0
