"""One sensitive attribute of persons: which counts of it the shareable edition hides when they are small."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from termreview.reference.kinds.forms import Form
from termreview.reference.loading.rows import unique
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

_KEYS = ("field", "within", "part", "part_within", "title", "mark", "form")


@dataclass(frozen=True)
class Attribute:
    """One attribute: the field that counts the persons who have it, and fields that such a count lies within.

    `part` counts some of the same persons (girls among them); what is left of `field` is then a count of the
    attribute as well. Fields are named without their column.
    """

    field: str
    within: str
    part: str
    part_within: str
    title: str
    mark: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that count persons with the attribute."""
        return (self.field, self.part) if self.part else (self.field,)


@dataclass(frozen=True)
class Disclosure:
    """What the shareable edition hides: counts from 1 up to below `smallest_shown`, each left `protection_width` wide."""

    smallest_shown: int
    protection_width: int
    attributes: tuple[Attribute, ...]

    def is_small(self, count: float) -> bool:
        """Say whether one count of a sensitive attribute may not be shown."""
        return 0 < count < self.smallest_shown

    def is_sensitive(self, field_id: str) -> bool:
        """Say whether one field, with or without its column, counts persons with a sensitive attribute."""
        family = field_id.partition(".")[0]
        return any(family in attribute.fields for attribute in self.attributes)


def load_disclosure(source: Source, forms: Mapping[str, Form]) -> Disclosure:
    """Read the sensitive attributes; their fields must be counts of some form, each named once."""
    tree = read_tree(source, "disclosure.yml")
    if tree is None:
        return Disclosure(0, 0, ())
    tree.only(("smallest_shown", "protection_width", "attributes"))
    limits = []
    for key in ("smallest_shown", "protection_width"):
        number = tree.number(key, 1.0, is_required=True) or 0.0
        if number < 1 or number != int(number):
            source.report_word(tree.path, f"{key}:", "not_a_count", key=key)
        limits.append(int(number))
    counts: Container[str] = {
        row.field_id for form in forms.values() for row in form.rows if row.kind == "count"
    }
    attributes, named = [], []
    for row in tree.rows("attributes"):
        if row.text("form", "") not in ("", *forms):
            continue  # of a form that no term asks
        row.only(_KEYS)
        attribute = Attribute(
            row.text("field"), row.text("within"), row.text("part", ""), row.text("part_within", ""),
            row.text("title"), row.choice("mark", ("A", "B", "C")),
        )  # fmt: skip
        for key in ("field", "within", "part", "part_within"):
            if (name := row.text(key, "")) and forms and name not in counts:
                row.report("no_count", field=name, key=key)
        if bool(attribute.part) != bool(attribute.part_within):
            row.report("parts_together")
        attributes.append(attribute)
        named += [(row, name) for name in attribute.fields]
    unique(named)
    return Disclosure(limits[0], limits[1], tuple(attributes))
