"""One cell in its surroundings as HTML, and one finding that stands at no cell."""

from __future__ import annotations

from termreview.desk.term.cell_context import CellContext, Peers, RowCell
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import joined, say, words
from termreview.reporting.blocks.blocks import Block, as_html, escape_text
from termreview.reporting.blocks.rows import Record
from termreview.reporting.summaries.decisions import advice_on
from termreview.text import stored_number_text


def finding_block(now: TermNow, finding: Record, context: CellContext | None) -> Block:
    """Everything beside one finding that helps to rule on it."""
    if context is None:
        return _facts(_finding_facts(now, finding))
    facts = _finding_facts(now, finding) + _cell_facts(now, context)
    return joined(_row(now, context), _facts(facts), _peers(now, context))


def finding_head(now: TermNow, finding: Record) -> Block:
    """What was found, in one sentence."""
    severity = now.reference.labels["severities"][finding["severity"]]
    title = now.titles.get(finding["check_code"], finding["check_code"])
    message = escape_text(finding["message"])
    return Block(
        f'<h3 class="desk-title"><span class="tag tag-{escape_text(finding["severity"])}">{escape_text(severity)}</span> '
        f"{escape_text(title)}</h3><p>{message}</p>"
    )


def _finding_facts(now: TermNow, finding: Record) -> list[tuple[str, str]]:
    names = words(now.reference, "context")
    schools = now.schools.set_index("school_id")["name"]
    school = schools.get(finding["school_id"], "") if finding["school_id"] else ""
    facts = [
        (names["school"], f"{school} ({finding['school_id']})" if school else names["no_school"]),
        (names["file"], finding["file"] or ""),
        (names["place"], _place(now, finding["sheet"], finding["cell"])),
        (names["found"], finding["found"] or ""),
        (names["expected"], finding["expected"] or ""),
        (names["remedy"], finding["remedy"]),
        (
            names["advice"],
            advice_on(now.reference, str(finding["cause"]).partition(":")[0], finding["severity"]),
        ),
    ]
    return [(name, text) for name, text in facts if text]


def _cell_facts(now: TermNow, context: CellContext) -> list[tuple[str, str]]:
    names = words(now.reference, "context")
    facts = [(names["read_as"], context.value)]
    if now.previous is not None:
        facts.append((names["last_term"], context.last_term or names["no_last_term"]))
    if context.decision_id:
        facts.append((names["decision"], context.decision_id))
    if context.field.help:
        facts.append((names["help"], context.field.help))
    return facts


def _place(now: TermNow, sheet: str | None, cell: str | None) -> str:
    if sheet and cell:
        return say(now.reference, "context.sheet_cell", sheet=sheet, cell=cell)
    return sheet or ""


def _facts(facts: list[tuple[str, str]]) -> Block:
    rows = "".join(f"<dt>{escape_text(name)}</dt><dd>{escape_text(text)}</dd>" for name, text in facts)
    return Block(f'<dl class="desk-facts">{rows}</dl>')


def _row(now: TermNow, context: CellContext) -> Block:
    """The row as the school sees it: code, label, unit, and each cell as written; the cell in question is framed."""
    names = words(now.reference, "context")
    is_grid = len(context.row) > 1
    heads = [cell.heading or names["answer"] for cell in context.row] if is_grid else [names["answer"]]
    cells = "".join(_sheet_cell(cell) for cell in context.row)
    head = "".join(
        f'<th scope="col">{escape_text(name)}</th>'
        for name in (names["code"], names["label"], names["unit"], *heads)
    )
    caption = escape_text(
        say(now.reference, "context.row_caption", section=context.section, sheet=context.sheet)
    )
    return Block(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{caption}"><table class="desk-sheet">'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody><tr><td>{escape_text(context.row_code)}</td>"
        f'<th scope="row">{escape_text(context.label)}</th><td>{escape_text(context.field.unit)}</td>{cells}</tr>'
        "</tbody></table></div>"
    )


def _sheet_cell(cell: RowCell) -> str:
    here = ' class="here" aria-current="true"' if cell.is_here else ""
    text = escape_text(cell.original) or "&nbsp;"
    return f'<td{here}>{text}<span class="coordinate">{escape_text(cell.cell)}</span></td>'


def _peers(now: TermNow, context: CellContext) -> Block:
    peers = context.peers
    names = words(now.reference, "peers")
    if not peers.answered:
        return Block("")
    said = say(now.reference, "peers.answered", answered=peers.answered, asked=peers.asked)
    if peers.counts:
        listed = "; ".join(f"{name}: {count}" for name, count in peers.counts)
        return Block(
            f'<p class="desk-peers"><b>{escape_text(names["title"])}</b> {escape_text(said)} {escape_text(listed)}</p>'
        )
    low, first, middle, third, high = (
        stored_number_text(round(end, 2)) for end in peers.quartiles() or (0.0,) * 5
    )
    text = say(now.reference, "peers.range", low=low, first=first, middle=middle, third=third, high=high)
    return Block(
        f'<div class="desk-peers"><b>{escape_text(names["title"])}</b> {escape_text(said)} {escape_text(text)}'
        f"{as_html(_strip(now, peers, context.number, context.last_number))}</div>"
    )


def _strip(now: TermNow, peers: Peers, own: float | None, last: float | None) -> Block:
    """The peers' range as one line: the middle half as a bar, each peer a tick, this school and last term marked."""
    marks = [number for number in (own, last) if number is not None]
    ends = (*peers.numbers, *marks)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def at(number: float) -> str:
        return f"{100 * (number - low) / span:.2f}%"

    quartiles = peers.quartiles()
    assert quartiles is not None
    names = words(now.reference, "peers")
    bar = f'<span class="half" style="left:{at(quartiles[1])};right:calc(100% - {at(quartiles[3])})"></span>'
    ticks = "".join(
        f'<span class="tick" style="left:{at(number)}"></span>' for number in sorted(set(peers.numbers))
    )
    if last is not None:
        ticks += f'<span class="last" style="left:{at(last)}" title="{escape_text(names["last"])}"></span>'
    if own is not None:
        ticks += f'<span class="own" style="left:{at(own)}" title="{escape_text(names["own"])}"></span>'
    shown = [names["legend"]]
    shown += [names["legend_own"]] if own is not None else []
    shown += [names["legend_last"]] if last is not None else []
    legend = escape_text("; ".join(shown))
    return Block(
        f'<div class="desk-strip" aria-hidden="true">{bar}{ticks}</div><p class="desk-note">{legend}</p>'
    )
