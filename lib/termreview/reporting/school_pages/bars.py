"""One small drawing of a school's page: its own score between the level lines, among schools that have no name."""

from __future__ import annotations

from collections.abc import Sequence

from termreview.reporting.blocks.blocks import escape_text

_HEIGHT, _LANE, _TEXT = 30, 8, 12


def score_strip(
    low: float, high: float, peers: Sequence[float], lines: Sequence[tuple[float, str]], most: float, alt: str
) -> str:
    """One score as SVG: sure points as a bar, open ones hatched pale, level lines named, peers as thin marks."""
    parts = [f'<rect class="lane" x="0" y="{_LANE}" width="100%" height="14"/>']
    parts += [
        f'<rect class="peer" x="{_pct(value, most)}" y="{_LANE - 4}" width="1.5" height="22"/>'
        for value in sorted(peers)
    ]
    if high > low:
        parts.append(
            f'<rect class="open" x="{_pct(low, most)}" y="{_LANE + 3}" width="{_pct(high - low, most)}" height="8"/>'
        )
    parts.append(f'<rect class="sure" x="0" y="{_LANE + 3}" width="{_pct(low, most)}" height="8"/>')
    for value, name in lines:
        place = _pct(value, most)
        parts.append(f'<line class="edge" x1="{place}" x2="{place}" y1="0" y2="{_HEIGHT}"/>')
        parts.append(f'<text x="{place}" y="{_HEIGHT + _TEXT - 2}">{escape_text(name)}</text>')
    return _drawing("".join(parts), _HEIGHT + _TEXT, alt)


def share_bar(low: float, high: float, most: float, middle: float | None, alt: str) -> str:
    """One share of its maximum as SVG: sure, open, and the middle of the peers as a mark."""
    parts = ['<rect class="lane" x="0" y="3" width="100%" height="8"/>']
    if high > low:
        parts.append(
            f'<rect class="open" x="{_pct(low, most)}" y="3" width="{_pct(high - low, most)}" height="8"/>'
        )
    parts.append(f'<rect class="sure" x="0" y="3" width="{_pct(low, most)}" height="8"/>')
    if middle is not None:
        parts.append(f'<rect class="middle" x="{_pct(middle, most, 99.2)}" y="0" width="2" height="14"/>')
    return _drawing("".join(parts), 14, alt)


def _drawing(content: str, height: int, alt: str) -> str:
    return f'<svg role="img" aria-label="{escape_text(alt)}" width="100%" height="{height}">{content}</svg>'


def _pct(value: float, most: float, limit: float = 100.0) -> str:
    share = min(max(100 * value / most, 0.0), limit) if most else 0.0
    return f"{share:.4g}%"
