"""One sentence of a report: a declared template filled with figures, in the form that fits none, one, many or all."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from termreview.coded_text import CodedText
from termreview.errors import DeclarationError, Problem
from termreview.reference.declarations import Reference
from termreview.reference.loading.text_schema import SENTENCE_FORMS, has_rules, text_that_holds
from termreview.reporting.blocks.number_format import NO_BREAK_SPACE
from termreview.reporting.blocks.values import Number, Sentence, Value, joined

FILE = "sentences.yml"
_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_LAST_NUMBER = re.compile(r" (\d+)$")


def sentence(
    sentences: Mapping[str, Any],
    key: str,
    *,
    count: int | None = None,
    total: int | None = None,
    declared_in: str = FILE,
    rewordings: Mapping[str, str] | None = None,
    **values: object,
) -> Sentence:
    """Write one sentence.

    Parameters
    ----------
    key : path of the template, such as `reporting.received`; the template is one text, one text per form, or one per
        rule (`texts.rules`), which compares the values.
    count, total : choose the form: `none` at zero, `all` when everything counts (`only` where that is one), `one` at
        one, else `many`; a form that is not declared falls back, `only` to `all`, the others to `many`. Both are at
        hand as `{count}`, `{total}` and, as a percentage, `{pct}`.
    declared_in : the file that a fault names.
    rewordings : what a part of the template is replaced by, in this order, before values are put in.
    values : what the places of the template stand for; text and values as they are, dates and numbers in Vietnamese
        writing.

    Raises
    ------
    DeclarationError
        When the template is missing or asks for a value that the report does not have.
    """
    known: dict[str, object] = {"count": count, "total": total, **values}
    if count is not None and total:
        known.setdefault("pct", 100 * count / total)
    template = _template(sentences, key, declared_in)
    if isinstance(template, Mapping) and has_rules(template):
        template = text_that_holds(template, known)
    elif isinstance(template, Mapping):
        template = _form(template, count, total, key, declared_in)
    return Sentence(key, [fill(reworded(template, rewordings or {}), known, key, declared_in)])


def reworded(template: str, rewordings: Mapping[str, str]) -> str:
    """One template in other words: each declared part replaced, in the order declared."""
    for part, other in rewordings.items():
        template = template.replace(part, other)
    return template


def fill(template: str, values: Mapping[str, object], key: str = "", declared_in: str = FILE) -> Sentence:
    """Put values into the places of one template: `{name}` or `{name:format}` (formats of `number_text`)."""
    pieces: list[str | Value] = []
    end = 0
    for place in _PLACE.finditer(template):
        name, form = place[1], place[2]
        value = values.get(name)
        if value is None:
            known = ", ".join(sorted(values))
            raise _fault(declared_in, "place_without_value", key=key, place=name, known=known)
        if isinstance(value, Number):
            value = replace(value, role=name)
        elif not isinstance(value, str | Value):
            is_day = isinstance(value, datetime.date)
            value = Number(value, form or ("date" if is_day else "integer"), role=name)
        pieces += [template[end : place.start()], value]
        end = place.end()
    return Sentence("", [*pieces, template[end:]])


def listed(
    names: Sequence[object], *, most: int = 8, rest: str = "{count:two_digits} trường khác"
) -> Sentence:
    """Join names as a sentence lists them: `A, B và C`; more than `most` end in how many others there are.

    Names that hold a comma themselves are told apart by semicolons: `A, b; C; D`. The number that ends a name stays
    on its line: a line that begins with `2, TH Xuân Hòa` reads as a count.
    """
    shown = [_unbroken(name) for name in names]
    if len(shown) > most:
        shown = [*shown[: most - 1], fill(rest, {"count": len(shown) - most + 1})]
    if len(shown) > 1 and any(", " in str(name) for name in shown):
        return joined(shown, "; ")
    return joined([joined(shown[:-1], ", "), *shown[-1:]], " và ")


def _unbroken(name: object) -> object:
    """One name, or one sentence of a list, whose last number stays on the line of the word before it."""
    if not isinstance(name, Sentence):
        return name if isinstance(name, Value) else _LAST_NUMBER.sub(f"{NO_BREAK_SPACE}\\1", str(name))
    return name.ending_unbroken() if _LAST_NUMBER.search(name) else name


def _template(sentences: Mapping[str, Any], key: str, declared_in: str) -> str | Mapping[str, str]:
    found: Any = sentences
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str) or (
        isinstance(found, Mapping) and (set(found) <= set(SENTENCE_FORMS) or has_rules(found))
    ):
        return found
    raise _fault(declared_in, "text_absent", key=key, forms=", ".join(SENTENCE_FORMS))


def _form(forms: Mapping[str, str], count: int | None, total: int | None, key: str, declared_in: str) -> str:
    if count is None:
        raise _fault(declared_in, "forms_uncounted", key=key)
    wanted = "none" if count == 0 else "all" if count == total else "one" if count == 1 else "many"
    if wanted == "all" and count == 1 and "only" in forms:
        wanted = "only"
    found = forms.get(wanted, forms.get("many"))
    if found is None:
        raise _fault(declared_in, "form_absent", key=key, form=wanted)
    return found


def _fault(declared_in: str, code: str, **values: str) -> DeclarationError:
    return DeclarationError([Problem(declared_in, 1, CodedText(code, **values))])


def page_text(reference: Reference, key: str, **values: Any) -> str:
    """One declared word of the pages that schools get, its places filled, wherever it is shown."""
    section, _, name = key.partition(".")
    return fill(reference.school_pages[section][name], values, key, "school_pages.yml")
