"""One layout of an export of one system: how a file of it is known, whose its rows are, and what is counted of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass
from typing import Final

from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

FOLDER: Final = "sources"
PAIRS: Final = "corroborations.csv"
DOMAINS: Final = "account_domains.csv"
SYSTEMS: Final = "systems.csv"
# What one row of an export is. Rows of persons are counted and dropped, whatever else is declared of them.
PERSONS, GROUPS, EVENTS, SCHOOLS = "persons", "groups", "events", "schools"
TOTALS: Final = "totals"  # somebody read them from an export of no known layout, which lies beside the table
KINDS: Final = (PERSONS, GROUPS, EVENTS, SCHOOLS, TOTALS)
BY_CODE, BY_NAME, BY_DOMAIN, BY_FILE = "code", "name", "domain", "file"
WAYS: Final = (BY_CODE, BY_NAME, BY_DOMAIN, BY_FILE)
ROWS, DISTINCT, SUM = "rows", "distinct", "sum"
COUNTS: Final = (ROWS, DISTINCT, SUM)
IS, IS_NOT, FILLED, BLANK, WITHIN, AT_LEAST = "is", "is_not", "filled", "blank", "within_period", "at_least"
DATE_ORDERS: Final = ("dmy", "mdy", "ymd")
MARKS: Final = ("A", "B", "C")
UNSAID: Final = "…"  # what a draft says where the office has still to say it
_LONGEST_PERIOD: Final = 366
_ColumnReader = Callable[..., str]


@dataclass(frozen=True)
class ExportColumn:
    """One column that is read of a layout: the heads under which it is known, and the order of its dates, if any."""

    column_id: str
    heads: tuple[str, ...]
    date_order: str = ""


@dataclass(frozen=True)
class Condition:
    """What one column of a row must say for the row to count; texts are compared folded."""

    column_id: str
    kind: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceFact:
    """One figure of each school that a layout gives: rows, distinct values or a sum, of the rows that count."""

    fact_id: str
    title: str
    unit: str
    count: str
    column_id: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class ExportLayout:
    """One layout of the exports of one system.

    Attributes
    ----------
    source_id, system, title
        The layout's id, the system that the letter names, what the export is.
    required
        The columns by which a file of this layout is known.
    row_key
        A row counts only where this column is filled: titles, sums and signatures have none.
    identity
        The column whose value tells one row from all others: a row that comes twice counts once; blank: every row counts.
    schools
        How a row finds its school, in this order: by the way and the column that it looks at.
    period_end, period_days, period_year
        The column with the last day of the period (of an event its own day), the column or the number of its days, and
        the column with the school year; blank: not told.
    is_in_parts
        Whether a school has several files of one day, one a grade say, whose figures add up.
    mark
        How sure the layout is (A: two public sources, B: one, C: the office's own).
    is_draft
        Whether the office has still to confirm it.
    attachment
        Of a table of totals the column that names the exports from which they were read; blank of other kinds.
    """

    source_id: str
    system: str
    title: str
    kind: str
    columns: Mapping[str, ExportColumn]
    required: tuple[str, ...]
    row_key: str
    identity: str
    schools: tuple[tuple[str, str], ...]
    period_end: str
    period_days: str
    facts: tuple[SourceFact, ...]
    is_in_parts: bool
    mark: str
    is_draft: bool = False
    attachment: str = ""
    period_year: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether the rows of a file tell of persons."""
        return self.kind == PERSONS


@dataclass(frozen=True)
class Corroboration:
    """One answer of the form held against one fact of a system, and how far the two may lie apart.

    `least_days` is the shortest period that can be compared; `note` says where the two are not asked alike.
    """

    pair_id: str
    field_id: str
    fact_id: str
    tolerance_count: float
    tolerance_pct: float
    least_days: int
    note: str
    mark: str


@dataclass(frozen=True)
class System:
    """One system that the letter names: the answer that tells of its use, and the fact that its exports tell of it.

    `by_field` and `by_option` narrow the answer to the schools that chose one option; `fact_id` is blank where no
    export of it is known.
    """

    system_id: str
    title: str
    field_id: str
    by_field: str
    by_option: str
    fact_id: str
    mark: str


@dataclass(frozen=True)
class Sources:
    """All layouts of one office, the systems they are of, what is held against them, and whose accounts are of which domain.

    `drafts` are not confirmed yet: no file is read by them.
    """

    layouts: tuple[ExportLayout, ...] = ()
    pairs: tuple[Corroboration, ...] = ()
    domains: Mapping[str, str] | None = None
    systems: tuple[System, ...] = ()
    drafts: tuple[ExportLayout, ...] = ()

    @property
    def facts(self) -> Mapping[str, SourceFact]:
        """Every fact by its id; layouts of one system may give the same one."""
        return {fact.fact_id: fact for layout in self.layouts for fact in layout.facts}


def load_sources(source: Source, fields: Container[str], units: Collection[str]) -> Sources:
    """Read all layouts and what is held against them; an office without any has none."""
    folder = source.root / FOLDER
    names = sorted(path.name for path in folder.glob("*.yml")) if folder.is_dir() else []
    read = [layout for name in names if (layout := read_layout(source, f"{FOLDER}/{name}")) is not None]
    layouts = [layout for layout in read if not layout.is_draft]
    drafts = tuple(layout for layout in read if layout.is_draft)
    facts = {fact.fact_id for layout in layouts for fact in layout.facts}
    pairs = _pairs(source, fields, facts) if (source.root / PAIRS).is_file() else ()
    domains = _domains(source, units) if (source.root / DOMAINS).is_file() else {}
    systems = _systems(source, fields, facts) if (source.root / SYSTEMS).is_file() else ()
    return Sources(tuple(layouts), pairs, domains, systems, drafts)


def read_layout(source: Source, name: str) -> ExportLayout | None:
    """Read the layout in one file; mistakes are noted in the source."""
    tree = read_tree(source, name)
    if tree is None:
        return None
    tree.only((
        "system", "title", "kind", "columns", "required", "row_key", "identity", "schools", "period",
        "facts", "is_in_parts", "mark", "is_draft", "attachment",
    ))  # fmt: skip
    columns = _columns(tree)
    known = tuple(columns)

    def column(row: Row, key: str, default: str | None = None) -> str:
        return row.choice(key, known, default) if known else row.text(key, "")

    required = tree.items("required")
    for one in required:
        if known and one not in columns:
            tree.report("not_among", "required", value=one, choices=", ".join(known))
    if not required:
        tree.report("missing", "required")
    ways = [
        (way, "" if way == BY_FILE else column(row, "column"))
        for row in tree.rows("schools")
        if (way := row.choice("by", WAYS))
    ]
    period = tree.row("period")
    if period is not None:
        period.only(("end", "days", "year"))
    days = "" if period is None else str(period.values.get("days", ""))
    if period is not None and days and days not in columns and not _is_day_count(days):
        period.report("period_days_unknown", "days", value=days)
    kind, is_draft = tree.choice("kind", KINDS), tree.yes("is_draft")
    if not is_draft and tree.text("system", "") == UNSAID:
        tree.report("missing", "system")
    facts = [_fact(row, column) for row in tree.rows("facts")]
    unique([(row, fact.fact_id) for row, fact in zip(tree.rows("facts"), facts, strict=True)])
    return ExportLayout(
        source_id=tree.path.stem,
        system=tree.text("system"),
        title=tree.text("title"),
        kind=kind,
        columns=columns,
        required=required,
        row_key=column(tree, "row_key", ""),
        identity=column(tree, "identity", ""),
        schools=tuple(ways),
        period_end=""
        if period is None
        else column(period, "end", None if "year" not in period.values else ""),
        period_days=days,
        period_year="" if period is None else column(period, "year", ""),
        facts=tuple(facts),
        is_in_parts=tree.yes("is_in_parts"),
        mark=tree.choice("mark", MARKS),
        is_draft=is_draft,
        attachment=column(tree, "attachment") if kind == TOTALS else "",
    )


def _is_day_count(text: str) -> bool:
    return text.isdecimal() and 0 < int(text) <= _LONGEST_PERIOD


def _columns(tree: Row) -> dict[str, ExportColumn]:
    rows = tree.rows("columns")
    columns = {}
    for row in rows:
        row.only(("id", "heads", "dates"))
        heads = row.items("heads")
        if not heads:
            row.report("missing", "heads")
        name = row.id("id")
        columns[name] = ExportColumn(name, heads, row.choice("dates", DATE_ORDERS, ""))
    unique([(row, row.id("id", "")) for row in rows])
    return columns


def _fact(row: Row, column: _ColumnReader) -> SourceFact:
    row.only(("fact_id", "title", "unit", "count", "column", "where"))
    count = row.choice("count", COUNTS)
    conditions = []
    for where in row.rows("where", is_required=False):
        where.only(("column", IS, IS_NOT, "state", AT_LEAST))
        name = column(where, "column")
        if "state" in where.values:
            conditions.append(Condition(name, where.choice("state", (FILLED, BLANK, WITHIN))))
        for kind in (IS, IS_NOT):
            if kind in where.values:
                conditions.append(Condition(name, kind, where.items(kind)))
        if AT_LEAST in where.values:
            least = where.number(AT_LEAST, is_required=True)
            conditions.append(Condition(name, AT_LEAST, (str(least),)))
    return SourceFact(
        fact_id=row.id("fact_id"),
        title=row.text("title"),
        unit=row.text("unit", ""),
        count=count,
        column_id="" if count == ROWS else column(row, "column"),
        conditions=tuple(conditions),
    )


def _pairs(source: Source, fields: Container[str], facts: Collection[str]) -> tuple[Corroboration, ...]:
    columns = (
        "pair_id", "field_id", "fact_id", "tolerance_count", "tolerance_pct", "least_days", "note", "mark",
    )  # fmt: skip
    rows = read_list(source, PAIRS, columns)
    unique([(row, row.id("pair_id")) for row in rows])
    pairs = []
    for row in rows:
        field_id, fact_id = row.text("field_id"), row.text("fact_id")
        if field_id and field_id not in fields:
            row.report("no_field", "field_id", field=field_id)
        if fact_id and fact_id not in facts:
            row.report("fact_unknown", "fact_id", fact=fact_id)
        pairs.append(
            Corroboration(
                row.text("pair_id"),
                field_id,
                fact_id,
                row.number("tolerance_count", 0.0) or 0.0,
                row.number("tolerance_pct", 0.0) or 0.0,
                int(row.number("least_days", 0.0) or 0),
                row.text("note", ""),
                row.choice("mark", MARKS),
            )
        )
    return tuple(pairs)


def _domains(source: Source, units: Collection[str]) -> dict[str, str]:
    """The school of each domain of accounts, in small letters."""
    rows = read_list(source, DOMAINS, ("domain", "school_id"))
    unique([(row, row.text("domain").casefold()) for row in rows])
    for row in rows:
        if row.text("school_id") not in units:
            row.report("unit_of_domain_unknown", "school_id", unit=row.text("school_id"))
    return {row.text("domain").casefold(): row.text("school_id") for row in rows}


def _systems(source: Source, fields: Container[str], facts: Collection[str]) -> tuple[System, ...]:
    columns = ("system_id", "title", "field_id", "by_field", "by_option", "fact_id", "mark")
    rows = read_list(source, SYSTEMS, columns)
    unique([(row, row.id("system_id")) for row in rows])
    systems = []
    for row in rows:
        field_id, by_field, fact_id = row.text("field_id"), row.text("by_field", ""), row.text("fact_id", "")
        for name, key in ((field_id, "field_id"), (by_field, "by_field")):
            if name and name not in fields:
                row.report("no_field", key, field=name)
        if fact_id and fact_id not in facts:
            row.report("fact_unknown", "fact_id", fact=fact_id)
        by_option = row.text("by_option") if by_field else ""
        systems.append(
            System(
                row.text("system_id"), row.text("title"), field_id, by_field, by_option, fact_id, row.choice("mark", MARKS),
            )
        )  # fmt: skip
    return tuple(systems)
