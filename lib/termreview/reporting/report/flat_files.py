"""The plain rows of one report as files: one list while it is small, else its sums, and parts that are cut between communes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reporting.blocks.csv_table import csv_bytes
from termreview.reporting.records.published import FLAT_INDEX
from termreview.reporting.report.flat_table import COMMUNE, SCHOOL, flat_csv
from termreview.storage.workspace import atomic_write, place_in

_LINE_END: Final = b"\r\n"
_INDEX: Final = ("file", "commune_code", "commune_name", "school_count", "row_count")


def most_bytes_of(reference: Reference) -> int:
    """The most bytes that one file of a list holds in this office."""
    return int(float(reference.sentences["assessment"]["thresholds"]["most_list_mb"]) * 10**6)


def write_flat(table: pd.DataFrame, path: Path, most_bytes: int) -> list[Path]:
    """Write the plain rows of one report to one list; beyond `most_bytes` to several, which are given in order.

    The list itself then holds the figures of the whole and of its school levels; `…-01-<commune>[-<commune>].csv` and so on
    hold those of communes and their schools, from one commune to another by code; `…-muc-luc.csv` says which commune is in
    which file. A commune stands in one file unless it does not fit into any: then it is cut between two schools.
    """
    content = flat_csv(table)
    if len(content) <= most_bytes:
        return [_write(path, content)]
    head, *lines = content.removesuffix(_LINE_END).split(_LINE_END)  # no cell has a line break
    is_part = table["scope"].isin((COMMUNE, SCHOOL)).to_numpy()
    codes, schools = table["commune_code"].to_numpy(), table["school_code"].to_numpy()
    places: dict[str, dict[str, list[int]]] = {}
    for place in is_part.nonzero()[0].tolist():
        places.setdefault(codes[place], {}).setdefault(schools[place], []).append(place)
    sizes = [len(line) + len(_LINE_END) for line in lines]
    parts = _packed(places, sizes, most_bytes - len(head) - len(_LINE_END))
    files: dict[str, Sequence[int]] = {path.name: (~is_part).nonzero()[0].tolist()}
    for number, part in enumerate(parts, start=1):
        communes = sorted({str(codes[place]) for place in part})
        named = "-".join(dict.fromkeys((communes[0], communes[-1])))
        files[f"{path.stem}-{number:0{max(2, len(str(len(parts))))}d}-{named}{path.suffix}"] = part
    index = [row for name, part in files.items() for row in _contents(name, table.iloc[list(part)])]
    written = [
        _write(place_in(path.parent, name), _LINE_END.join([head, *(lines[place] for place in part), b""]))
        for name, part in files.items()
    ]
    told = csv_bytes({name: name for name in _INDEX}, index)
    return [*written, _write(path.with_name(f"{path.stem}-{FLAT_INDEX}{path.suffix}"), told)]


def _packed(
    places: Mapping[str, Mapping[str, Sequence[int]]], sizes: Sequence[int], room: int
) -> list[list[int]]:
    """The rows of each part, in their order: whole communes, by code, as many as there is room for."""
    parts: list[list[int]] = []
    left = 0
    for _, schools in sorted(places.items()):
        commune = [place for rows in schools.values() for place in rows]
        is_whole = sum(sizes[place] for place in commune) <= room
        for rows in [commune] if is_whole else [rows for _, rows in sorted(schools.items())]:
            size = sum(sizes[place] for place in rows)
            if not parts or size > left:
                parts.append([])
                left = room
            parts[-1] += rows
            left -= size
        if not is_whole:
            left = 0  # what is cut shares its last file with nobody
    return [sorted(part) for part in parts]


def _contents(name: str, rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    """One line for each commune that one file speaks of; one without a commune for the sums."""
    for (code, commune), own in rows.groupby(["commune_code", "commune_name"], sort=True):
        schools = own.loc[own["scope"] == SCHOOL, "school_code"].nunique()
        counts = {"school_count": schools, "row_count": len(own)}
        yield {"file": name, "commune_code": code, "commune_name": commune, **counts}


def _write(path: Path, content: bytes) -> Path:
    with atomic_write(path) as beside:
        beside.write_bytes(content)
    return path
