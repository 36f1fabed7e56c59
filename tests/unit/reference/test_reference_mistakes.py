"""One planted mistake at a time: each is listed with its file and line, and all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from termreview.errors import DeclarationError, Problem
from termreview.reference.declarations import load_reference
from termreview.reference.loading.text_schema import text_schema
from worlds import append, change, copy_reference

SET, FORM, ROWS = "indicator_sets/qd-4725-2022.yml", "forms/cv407-2023/form.yml", "forms/cv407-2023/rows.csv"
CHECKS, TASKS = "checks/cv407-2023.csv", "tasks/cv407-2023.csv"
Plant = Callable[[Path], int]


def replaced(name: str, old: str, new: str, below: int = 0) -> Plant:
    """A mistake made by replacing one text; it is expected some lines below where the text starts."""
    return lambda folder: change(folder / name, old, new) + below


def added(name: str, line: str) -> Plant:
    """A mistake made by adding one line at the end."""
    return lambda folder: append(folder / name, line)


def listed_at(name: str, text: str, plant: Plant) -> Plant:
    """A mistake that is listed where another text stands: at the entry it belongs to, or at the top (no text)."""

    def planted(folder: Path) -> int:
        plant(folder)
        path = folder / name
        return path.read_text(encoding="utf-8").split(text)[0].count("\n") + 1 if text else 1

    return planted


def removed(name: str) -> Plant:
    """A file that is not there."""

    def planted(folder: Path) -> int:
        (folder / name).unlink()
        return 1

    return planted


ADVICE = "advice/qd-4725-2022.yml"
MISTAKES: dict[str, tuple[str, str, Plant]] = {
    # What to advise: efforts and actions.
    "effort of an unknown item": (ADVICE, "'9.9' không phải tiểu mục của qd-4725-2022", replaced(ADVICE, '  "1.3.1": 1', '  "9.9": 1')),
    "an action that costs less than nothing": (ADVICE, "'cost' nhỏ hơn 0", replaced(ADVICE, 'cost: "40"', 'cost: "-40"')),
    "a size by an unknown field": ("insight.yml", "'pupils'", replaced("insight.yml", "pupils_count.total", "pupils")),
    "effort not declared": (ADVICE, "7 không phải mức công sức đã khai", replaced(ADVICE, '  "2.4.3": 3', '  "2.4.3": 7')),
    "action on an unknown item": (ADVICE, "'3.1' không phải tiểu mục của qd-4725-2022", replaced(ADVICE, 'items: ["2.3.8"]', 'items: ["3.1"]')),
    "unknown key of an action": (ADVICE, "không có khóa 'condition' và thiếu khóa 'conditions'", replaced(ADVICE, "    conditions:", "    condition:")),
    # The opening page: its figures, decisions and texts.
    "opening page missing": ("highlights.yml", "không có tệp này", removed("highlights.yml")),
    "four figures": ("highlights.yml", "'figures' phải nêu 5 số liệu khác nhau", replaced("highlights.yml", '"tasks", "level.1"', '"level.1"')),
    "a figure twice": ("highlights.yml", "'figures' phải nêu 5 số liệu khác nhau", replaced("highlights.yml", '["reports", "tasks"', '["reports", "reports"')),
    "unknown figure": ("highlights.yml", "'schools' không phải số liệu đầu báo cáo", replaced("highlights.yml", '["reports", "tasks"', '["schools", "tasks"')),
    "figure of an unknown ratio": ("highlights.yml", "'pupils' không có trong ratios.csv", replaced("highlights.yml", "ratio.pupils_identified", "ratio.pupils")),
    "figure of an unknown group": ("highlights.yml", "'7' không phải nhóm của bộ chỉ số nào đang dùng", replaced("highlights.yml", "level.2", "level.7")),
    "unknown decision": ("highlights.yml", "'resign' không phải việc cần quyết định", replaced("highlights.yml", '"repair", "focus"', '"resign", "focus"')),
    "no whole number of decisions": ("highlights.yml", "'most_decisions' phải là số nguyên từ 1 trở lên", replaced("highlights.yml", 'most_decisions: "5"', 'most_decisions: "1.5"')),
    "text of the opening missing": ("highlights.yml", "không có khóa 'reports_lable' và thiếu khóa 'reports_label'", listed_at("highlights.yml", "  reports_lable", replaced("highlights.yml", "reports_label:", "reports_lable:"))),
    "unknown text of the opening": ("highlights.yml", "không có khóa 'reports_lable' và thiếu khóa 'reports_label'", listed_at("highlights.yml", "  reports_lable", replaced("highlights.yml", "reports_label:", "reports_lable:"))),
    "place that the opening does not have": ("highlights.yml", "chỗ điền '{who}' trong 'reports' không dùng được", replaced("highlights.yml", "Gia hạn cho {count:two_digits}", "Gia hạn cho {who}")),
    "forms without many": ("highlights.yml", "'verify' phải có câu cho trường hợp 'many'", listed_at("highlights.yml", '    none: "Thẩm định', replaced("highlights.yml", '    many: "Thẩm định', '    all: "Thẩm định'))),
    # Lists: files, columns, cells.
    "missing file": ("ratios.csv", "không có tệp này", removed("ratios.csv")),
    "missing column": ("levels.csv", "thiếu cột 'is_general'", replaced("levels.csv", ",is_general", "")),
    "unknown column": ("levels.csv", "không có cột 'note'", replaced("levels.csv", "is_general", "is_general,note")),
    "column twice": ("levels.csv", "cột 'order' có hai lần", replaced("levels.csv", "title,short_title", "order,title,short_title")),
    "semicolons for commas": ("levels.csv", "các cột cách nhau bằng dấu chấm phẩy, phải là dấu phẩy", replaced("levels.csv", "level,title,short_title,order,is_general", "level;title;short_title;order;is_general")),
    "more cells than the header": ("levels.csv", "dòng có nhiều ô hơn dòng tiêu đề (có dấu phẩy nào chưa đặt trong nháy kép không?)", replaced("levels.csv", "th,Tiểu học,TH", "th,Tiểu học, cấp một,TH")),
    "fewer cells than the header": ("levels.csv", "dòng có ít ô hơn dòng tiêu đề", replaced("levels.csv", ",TH,2,yes", ",TH,2")),
    "broken quote": ("levels.csv", "dấu nháy kép của dòng này không khép (nháy kép mở ra không được khép đến cuối tệp)", replaced("levels.csv", "thcs,Trung học cơ sở", 'thcs,"Trung học cơ sở')),
    "text after a quote": ("levels.csv", "dấu nháy kép của dòng này không khép (sau nháy kép đóng phải là dấu phẩy", replaced("levels.csv", "thcs,Trung học cơ sở", 'thcs,"Trung học" cơ sở')),
    "not UTF-8": ("levels.csv", "dòng này không ở bảng mã UTF-8", lambda folder: (folder / "levels.csv").write_bytes(b"level,Ti\x8du") and 1),
    "missing cell": (TASKS, "thiếu 'short_title'", added(TASKS, "V.1,V,99,Việc mới,,9,*,,,,công văn,B")),
    "not a number": (TASKS, "'order' không phải số: 'cuối'", added(TASKS, "V.1,V,cuối,Việc mới,Việc mới,9,*,,,,công văn,B")),
    "not yes or no": (ROWS, "'is_required' phải là yes hoặc no, không phải 'co'", replaced(ROWS, "th;thcs;th_thcs,*,yes,,,II.1.a", "th;thcs;th_thcs,*,co,,,II.1.a")),
    # Units and offices.
    "bad date": ("units.csv", "'valid_from' không phải ngày dạng 2024-01-10: '05/09/23'", added("units.csv", "0477199,05/09/23,,school,mn,Trường A,A,047701,")),
    "period ends before it starts": ("units.csv", "ngày hết hiệu lực (2023-01-01) đứng trước ngày bắt đầu (2024-01-01)", added("units.csv", "0477199,2024-01-01,2023-01-01,school,mn,Trường A,A,047701,")),
    "overlapping periods": ("units.csv", "'0477101' có hai khoảng hiệu lực chồng nhau", added("units.csv", "0477101,2025-01-01,,school,mn,Trường A,A,047701,")),
    "unknown parent": ("units.csv", "cấp trên '047799' không phải đơn vị có hiệu lực ngày 2023-01-01", added("units.csv", "0477199,2023-01-01,,school,mn,Trường A,A,047799,")),
    "parent that ends first": ("units.csv", "cấp trên '047701' hết hiệu lực trước khoảng này", added("units.csv", "0477199,2023-01-01,,school,mn,Trường A,A,047701,")),
    "unknown level": ("units.csv", "'level' đang ghi 'thpt'", added("units.csv", "0477199,2023-01-01,2024-12-31,school,thpt,Trường A,A,047701,")),
    "unknown kind of unit": ("units.csv", "'kind' đang ghi 'town'", added("units.csv", "047799,2023-01-01,,town,,Thị xã A,A,0400,")),
    "event of an unknown unit": ("unit_events.csv", "'0477999' không phải mã đơn vị", added("unit_events.csv", "2024-x,2024-02-01,merge,0477999,0477406,")),
    "event twice": ("unit_events.csv", "'2024-hop-nhat-luong-dien' có hai lần", added("unit_events.csv", "2024-hop-nhat-luong-dien,2024-02-01,merge,0477222,0477406,")),
    "office of an unknown unit": ("office.csv", "'0499' không phải mã đơn vị", replaced("office.csv", "2025-06-30,0477,", "2025-06-30,0499,")),
    # Calendar.
    "term that is none": ("calendar.yml", "'2023-2025-hk1' không phải mã kỳ báo cáo", replaced("calendar.yml", '- id: "2023-2024-hk1"', '- id: "2023-2025-hk1"')),
    "term of another year": ("calendar.yml", "kỳ '2026-2027-hk1' đặt dưới năm học '2024-2025'", replaced("calendar.yml", '- id: "2024-2025-hk1"', '- id: "2026-2027-hk1"')),
    "term twice": ("calendar.yml", "'2023-2024-hk1' có hai lần", replaced("calendar.yml", '- id: "2023-2024-hk2"', '- id: "2023-2024-hk1"')),
    "previous term unknown": ("calendar.yml", "kỳ trước '2021-2022-hk2' chưa được khai báo", replaced("calendar.yml", 'previous: "2023-2024-hk1"', 'previous: "2021-2022-hk2"', -4)),
    "previous term due later": ("calendar.yml", "kỳ trước '2024-2025-hk2' không có hạn nộp trước kỳ này", replaced("calendar.yml", 'previous: "2023-2024-hk1"', 'previous: "2024-2025-hk2"', -4)),
    "unknown key of a term": ("calendar.yml", "không có khóa 'due'", replaced("calendar.yml", '        due_on: "2024-01-10"', '        due_on: "2024-01-10"\n        due: "2024-01-10"', 1)),
    "unknown key of a year": ("calendar.yml", "không có khóa 'start_on' và thiếu khóa 'starts_on'", replaced("calendar.yml", "    starts_on:", "    start_on:")),
    "date without dashes": ("calendar.yml", "'due_on' không phải ngày dạng 2024-01-10: 20240110", replaced("calendar.yml", '"2024-01-10"', "20240110")),
    "day to resubmit before the deadline": ("calendar.yml", "'resubmission_due_on' (2024-01-09) không sau 'due_on' (2024-01-10)", replaced("calendar.yml", '"2024-01-31"', '"2024-01-09"')),
    "form that is not there": ("forms/cv500-2030/form.yml", "không có tệp này", listed_at("calendar.yml", "", replaced("calendar.yml", 'form: "cv407-2023"', 'form: "cv500-2030"'))),
    "legal document unknown": ("calendar.yml", "'cv-999' không có trong legal_documents.csv", replaced("calendar.yml", 'legal: "cv-407-2023"', 'legal: "cv-999"')),
    # Form.
    "unquoted numeric id": (FORM, "'id' phải là chữ đặt trong nháy kép, không phải int 83", replaced(FORM, '- {id: "yes", label: "Có"}', '- {id: 0123, label: "Có"}')),
    "yes that became true": (FORM, "'id' phải là chữ đặt trong nháy kép, không phải bool True", replaced(FORM, '- {id: "yes", label: "Có"}', '- {id: yes, label: "Có"}')),
    "drop-down label with a comma": (FORM, "nhãn 'Nhân rộng, đại trà' có dấu phẩy hoặc nháy kép, danh sách chọn không hiện được", replaced(FORM, 'label: "Nhân rộng"', 'label: "Nhân rộng, đại trà"')),
    "drop-down too long": (FORM, "các nhãn của 'online_tests_phase' dài quá 255 ký tự của danh sách chọn", listed_at(FORM, "  status:", replaced(FORM, 'label: "Nhân rộng"', f'label: "{"rộng " * 60}"'))),
    "option twice": (FORM, "'pilot' có hai lần", replaced(FORM, '{id: "wide"', '{id: "pilot"')),
    "sheet title too long": (FORM, "tên trang 'ý kiến ý kiến ý kiến ý kiến ý kiến ý kiến ' dài quá 31 ký tự mà Excel cho phép", replaced(FORM, 'title: "Ý kiến"', f'title: "{"ý kiến " * 6}"', -1)),
    "sheet title Excel forbids": (FORM, "tên trang 'Ý kiến?' có ký tự Excel không cho phép: ?", replaced(FORM, 'title: "Ý kiến"', 'title: "Ý kiến?"', -1)),
    "sheet title twice": (FORM, "'('title', 'thông tin')' có hai lần", replaced(FORM, 'title: "Ý kiến"', 'title: "thông tin"', -1)),
    "section on no sheet": (FORM, "'extras' không phải trang của biểu mẫu này", replaced(FORM, '{id: "O1", sheet: "opinions"', '{id: "O1", sheet: "extras"')),
    "section of no task": (FORM, "'VII.9' không phải nhiệm vụ có trong tasks/cv407-2023.csv", replaced(FORM, 'task: "IV.1"', 'task: "VII.9"')),
    "word with an unknown placeholder": (FORM, "chỗ điền '{mark}' trong 'level' không dùng được", replaced(FORM, '"Mức độ {level}: {title}"', '"Mức độ {mark}: {title}"')),
    "word left out": (FORM, "thiếu 'computed'", listed_at(FORM, '  code: "Mã"', replaced(FORM, '  computed: "Điểm theo số liệu"\n', ""))),
    "row of no section": (ROWS, "'II.9' không phải phần của biểu mẫu này", replaced(ROWS, "IV.1,T1.01,", "II.9,T1.01,")),
    "row code twice": (ROWS, "'1A.02' có hai lần", replaced(ROWS, "IV.1,T1.01,", "IV.1,1A.02,")),
    "unknown kind of answer": (ROWS, "'kind' đang ghi 'integer'", replaced(ROWS, "Số lớp có sử dụng nền tảng,count", "Số lớp có sử dụng nền tảng,integer")),
    "unknown list of options": (ROWS, "'platforms' không phải danh sách chọn của biểu mẫu này", replaced(ROWS, "choice,,platform,", "choice,,platforms,")),
    "unknown level of a row": (ROWS, "'levels' có 'thsc'", replaced(ROWS, "classes_using_platform_count,Số lớp có sử dụng nền tảng,count,lớp,,,th;thcs;th_thcs", "classes_using_platform_count,Số lớp có sử dụng nền tảng,count,lớp,,,th;thsc;th_thcs")),
    "row asked of nobody": (ROWS, "thiếu 'levels'", replaced(ROWS, "Bước triển khai,choice,,online_tests_phase,,th;thcs;th_thcs,", "Bước triển khai,choice,,online_tests_phase,,,")),
    "minimum above maximum": (ROWS, "mức thấp nhất 0 lớn hơn mức cao nhất -1", replaced(ROWS, "lớp,,,th;thcs;th_thcs,*,yes,0,80,", "lớp,,,th;thcs;th_thcs,*,yes,0,-1,")),
    # Indicator set.
    "criterion that does not add up": (SET, "tiêu chí '1.3' có 31 điểm, nhưng các tiểu mục cộng lại là 30", replaced(SET, "max_points: 30\n", "max_points: 31\n", -2)),
    "group that does not add up": (SET, "nhóm '2' có 100 điểm, nhưng các tiểu mục cộng lại là 90 và 12 điểm khai là chưa xác định", replaced(SET, "      points: 10\n", "      points: 12\n", -4)),
    "item twice": (SET, "mã '1.3.1' có nhiều lần trong bộ chỉ số", listed_at(SET, "", replaced(SET, '"1.3.2"', '"1.3.1"'))),
    "bands that do not rise": (SET, "các khoảng phải tăng dần", replaced(SET, "- {from: 20, points: [6, 7]}", "- {from: 50, points: [6, 7]}", 1)),
    "bands that do not start at zero": (SET, "khoảng đầu của 'bands' phải bắt đầu từ 0 để giá trị nào cũng có khoảng", replaced(SET, "- {from: 0, points: 0}\n                - {above: 0, points: 3}\n                - {from: 20, points: [6", "- {above: 0, points: 3}\n                - {from: 20, points: [6", -3)),
    "band with two starts": (SET, "mỗi khoảng bắt đầu bằng 'from' (kể cả) hoặc 'above' (không kể): ghi đúng một trong hai", replaced(SET, "{above: 40, points: 10}", "{from: 40, above: 40, points: 10}")),
    "band above the item's maximum": (SET, "'points' phải là một số hoặc cặp thấp–cao, không quá điểm tối đa của tiểu mục: 11", replaced(SET, "{above: 40, points: 10}", "{above: 40, points: 11}")),
    "band of less than nothing": (SET, "'points' phải là một số hoặc cặp thấp–cao, không quá điểm tối đa của tiểu mục: -1", replaced(SET, "{above: 40, points: 10}", "{above: 40, points: -1}")),
    "bands of an unknown level": (SET, "tiểu mục '1.7.2' có khoảng điểm cho cấp 'thsc', bộ chỉ số không áp dụng cho cấp này", replaced(SET, "                thcs:\n", "                thsc:\n")),
    "zero denominator above the maximum": (SET, "9 điểm không hợp với tiểu mục có 7 điểm", replaced(SET, "zero_denominator: {points: 0}", "zero_denominator: {points: 9}")),
    "typing slip below zero denominator": (SET, "không có khóa 'point' và thiếu khóa 'points'", replaced(SET, "zero_denominator: {points: 0}", "zero_denominator: {point: 0}")),
    "unknown rule kind": (SET, "'kind' đang ghi 'promise'", replaced(SET, 'rule: {kind: "claim", mark: "A"}', 'rule: {kind: "promise", mark: "A"}')),
    "key of another rule kind": (SET, "không có khóa 'needs'", replaced(SET, 'rule: {kind: "yes_no", mark: "B"}', 'rule: {kind: "yes_no", needs: [], mark: "B"}')),
    "unknown key of an item": (SET, "không có khóa 'max_point'", replaced(SET, "            max_points: 6\n", "            max_points: 6\n            max_point: 6\n", 1)),
    "rule on an unknown field": (SET, "tiểu mục '1.4' dùng 'materials_counted', không phải chỉ tiêu của biểu mẫu 'cv407-2023'", replaced(SET, '"materials_listed_count"', '"materials_counted"')),
    "condition on an unknown field": (SET, "tiểu mục '2.2' dùng 'cds_plan.signed_by', không phải chỉ tiêu của biểu mẫu 'cv407-2023'", replaced(SET, '"cds_plan.on"', '"cds_plan.signed_by"')),
    "level that is not asked the index": (SET, "tiểu mục '1.1' dùng 'online_plan.number', biểu mẫu 'cv407-2023' không hỏi chỉ tiêu này ở cấp mn", listed_at(SET, '"online_plan.number"', replaced(SET, 'levels: ["th",', 'levels: ["mn", "th",'))),
    "set of an unknown level": (SET, "'levels' có 'thpt'", replaced(SET, 'levels: ["th",', 'levels: ["thpt", "th",')),
    "unknown mark": (SET, "'mark' đang ghi 'D'", replaced(SET, 'rule: {kind: "claim", mark: "A"}', 'rule: {kind: "claim", mark: "D"}')),
    "set under another document": (SET, "'qd-1' không có trong legal_documents.csv", replaced(SET, 'legal: "qd-4725-2022"', 'legal: "qd-1"')),
    "key twice": (SET, "không đúng cú pháp YAML: khóa 'mark' có hai lần trong một mục", replaced(SET, 'mark: "B"\nfield_prefix', 'mark: "B"\nmark: "A"\nfield_prefix', 1)),
    "broken YAML": (SET, "không đúng cú pháp YAML: dấu hai chấm ở đây không đúng chỗ", replaced(SET, 'field_prefix: "q4725"', 'field_prefix: "q4725": x')),
    "key that is a list": (SET, "không đúng cú pháp YAML: khóa phải là chữ, không phải danh sách", replaced(SET, 'field_prefix: "q4725"', '[1]: "q4725"')),
    "control character": (SET, "không đúng cú pháp YAML: có ký tự điều khiển không nhìn thấy", replaced(SET, 'field_prefix: "q4725"', 'field_prefix: "q\x0725"')),
    # Checks, tasks, ratios, targets, verified points, messages.
    "check of an unknown field": (CHECKS, "'pupils_boys_count.*' không phải chỉ tiêu của biểu mẫu", replaced(CHECKS, "pupils_girls_count.*,pupils_count.*", "pupils_boys_count.*,pupils_count.*")),
    "check of an unknown kind": (CHECKS, "'kind' đang ghi 'at_least'", replaced(CHECKS, "girls_at_most_pupils,at_most", "girls_at_most_pupils,at_least")),
    "check without limits": (CHECKS, "phép kiểm tra 'ratio_within' cần 'low' hoặc 'high'", replaced(CHECKS, "classes_count.total,5,40,mn", "classes_count.total,,,mn")),
    "check without the other side": (CHECKS, "phép kiểm tra 'at_most' cần 'against'", replaced(CHECKS, "pupils_repeating_count,pupils_count.total,", "pupils_repeating_count,,")),
    "check with an unknown placeholder": (CHECKS, "chỗ điền '{value}' trong 'message' không dùng được", added(CHECKS, "new_check,range,note,computers_count,,0,9,*,*,Kiểm tra,Ghi {value}.,Sửa lại.,C")),
    "check with a brace left open": (CHECKS, "'remedy' không phải câu mẫu đúng dạng (expected '}' before end of string)", added(CHECKS, "new_check,range,note,computers_count,,0,9,*,*,Kiểm tra,Ghi {found}.,Sửa {found lại.,C")),
    "task with an unknown figure": (TASKS, "'pupils_flying' không phải tỉ lệ, cũng không phải chỉ tiêu", added(TASKS, "V.1,V,99,Việc mới,Việc mới,9,*,,pupils_flying,,công văn,B")),
    "task with an unknown status": (TASKS, "chỉ tiêu tình trạng 'new_status' không có trên biểu mẫu", added(TASKS, "V.1,V,99,Việc mới,Việc mới,9,*,new_status,,,công văn,B")),
    "task outside the outline": (TASKS, "'outline' đang ghi '10'", added(TASKS, "V.1,V,99,Việc mới,Việc mới,10,*,,,,công văn,B")),
    "ratio of an unknown field": ("ratios.csv", "'pupils_flying_count' không phải chỉ tiêu của biểu mẫu nào đang dùng", added("ratios.csv", "flying,Tỉ lệ,Tỉ lệ,pupils_flying_count,pupils_count.total,percent,higher,*,II.3,4,B")),
    "ratio of an unknown task": ("ratios.csv", "'V.9' không phải nhiệm vụ của kỳ nào", added("ratios.csv", "flying,Tỉ lệ,Tỉ lệ,enrolments_online_count,enrolments_count,percent,higher,*,V.9,4,B")),
    "unconfirmed target shown": ("targets.csv", "mức phấn đấu có mark C phải ẩn cho đến khi được xác nhận: ghi is_shown là no", added("targets.csv", "new,pupils_identified,*,90,whole,2025,qd-131-2022,Mục tiêu mới,C,yes,")),
    "target of an unknown ratio": ("targets.csv", "'pupils_flying' không phải tỉ lệ có trong ratios.csv", added("targets.csv", "new,pupils_flying,*,90,whole,2025,qd-131-2022,Mục tiêu mới,B,no,")),
    "target from an unknown document": ("targets.csv", "'qd-1' không có trong legal_documents.csv", added("targets.csv", "new,pupils_identified,*,90,whole,2025,qd-1,Mục tiêu mới,B,no,")),
    "document twice": ("legal_documents.csv", "'cv-407-2023' có hai lần", added("legal_documents.csv", "cv-407-2023,407,Công văn,Phòng,,,B,,")),
    "verified points of an unknown item": ("verified_points.csv", "'9.9' không phải tiểu mục của bộ chỉ số dùng trong kỳ '2023-2024-hk1'", added("verified_points.csv", "0477201,2023-2024-hk1,9.9,3,hồ sơ,tổ,2024-01-20")),
    "verified points of an unknown school": ("verified_points.csv", "'0477999' không phải mã trường", added("verified_points.csv", "0477999,2023-2024-hk1,1.3.1,3,hồ sơ,tổ,2024-01-20")),
    "verified points above the maximum": ("verified_points.csv", "7 điểm nằm ngoài khoảng từ 0 đến 6 của tiểu mục", added("verified_points.csv", "0477201,2023-2024-hk1,1.3.1,7,hồ sơ,tổ,2024-01-20")),
    "an action of the office at an unknown school": ("office_actions.csv", "'0477999' không phải mã trường", added("office_actions.csv", "lms,Thuê LMS,2023-2024,0477201;0477999,C")),
    "an action of the office in an unknown year": ("office_actions.csv", "'2019-2020' không phải năm học", added("office_actions.csv", "lms,Thuê LMS,2019-2020,0477201,C")),
    "a visit neither for risk nor by lot": ("visits.csv", "'part' đang ghi 'luck'", added("visits.csv", "2023-2024-hk1,0477201,luck,7")),
    "a visit of an unknown term": ("visits.csv", "'2023-hk9'", added("visits.csv", "2023-hk9,0477201,lot,7")),
    "a limit of insight that is no share": ("insight.yml", "'false_alarm_rate' ghi 5: giới hạn phải lớn hơn 0", replaced("insight.yml", 'false_alarm_rate: "0.05"', 'false_alarm_rate: "5"')),
    "verified points below zero": ("verified_points.csv", "-1 điểm nằm ngoài khoảng từ 0 đến 6 của tiểu mục", added("verified_points.csv", "0477201,2023-2024-hk1,1.3.1,-1,hồ sơ,tổ,2024-01-20")),
    "verified points that are no number": ("verified_points.csv", "'points' không phải số: 'nan'", added("verified_points.csv", "0477201,2023-2024-hk1,1.3.1,nan,hồ sơ,tổ,2024-01-20")),
    "message with an unknown placeholder": ("messages.csv", "chỗ điền '{school}' trong 'message' không dùng được", added("messages.csv", "new_message,note,Mới,Trường {school},,")),
    "unknown severity": ("messages.csv", "'severity' đang ghi 'warning'", added("messages.csv", "new_message,warning,Mới,Trường,,")),
}  # fmt: skip


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    return caught.value.problems


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_listed_with_file_and_line(tmp_path: Path, name: str) -> None:
    file, words, plant = MISTAKES[name]
    folder = copy_reference(tmp_path)
    line = plant(folder)
    problems = problems_of(folder)
    assert any((found.file, found.line) == (file, line) and words in found.message for found in problems), (
        f"expected {file}:{line}: … {words} …, found:\n" + "\n".join(map(str, problems[:10]))
    )


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    together = (
        "unknown column", "bad date", "overlapping periods", "unknown parent", "event twice", "term of another year",
        "unquoted numeric id", "row code twice", "unknown kind of answer", "group that does not add up",
        "criterion that does not add up", "bands that do not rise", "unknown rule kind", "rule on an unknown field",
        "check of an unknown field", "check of an unknown kind", "ratio of an unknown field", "task with an unknown figure",
        "unconfirmed target shown", "verified points of an unknown item", "message with an unknown placeholder",
    )  # fmt: skip
    folder = copy_reference(tmp_path)
    for name in together:
        MISTAKES[name][2](folder)
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    error = caught.value
    for name in together:
        file, words, _ = MISTAKES[name]
        assert any(found.file == file and words in found.message for found in error.problems), name
    assert error.exit_code == 3
    assert str(error).startswith(f"Khai báo có {len(error.problems)} chỗ sai:")
    assert all(
        f"{found.file}:{found.line}: " in str(error) for found in error.problems if found.file != "levels.csv"
    )
    assert "  levels.csv:2: dòng có ít ô hơn dòng tiêu đề (cùng lỗi này ở :3–5)\n" in f"{error}\n"


def test_a_mistake_is_listed_once_though_many_terms_use_the_file(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / SET, '"materials_listed_count"', '"materials_counted"')
    assert len(problems_of(folder)) == 1


@pytest.mark.parametrize("name", ["levels.csv", FORM, SET])
def test_a_broken_file_does_not_bring_down_the_others(tmp_path: Path, name: str) -> None:
    folder = copy_reference(tmp_path)
    (folder / name).write_text('level: "a\n', encoding="utf-8")
    assert {found.file for found in problems_of(folder)} == {name}


def test_an_empty_folder_is_a_list_of_missing_files(tmp_path: Path) -> None:
    problems = problems_of(tmp_path)
    missing = {found.file for found in problems if found.message == "không có tệp này"}
    assert {"units.csv", "calendar.yml", "ratios.csv", "messages.csv", "labels.yml"} <= missing


def test_a_message_of_intake_that_is_missing_is_told(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    path = folder / "messages.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert {line.partition(",")[0] for line in lines[1:]} == set(text_schema()["messages.csv"])
    path.write_text(
        "".join(line for line in lines if not line.startswith("refused_truncated,")), encoding="utf-8"
    )
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert [str(problem) for problem in raised.value.problems] == [
        "messages.csv:1: thiếu 'refused_truncated'"
    ]
