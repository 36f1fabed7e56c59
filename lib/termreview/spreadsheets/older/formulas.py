"""One formula of an ``.xls`` or ``.xlsb`` file, written out from its stored steps so that it can be worked out anew.

Only what sums and shares of a school are made of; any other formula stays a bare ``=``: known to be one, not which.
"""

from __future__ import annotations

import struct

from termreview.cells import address

_BETWEEN = {
    0x03: "+", 0x04: "-", 0x05: "*", 0x06: "/", 0x09: "<", 0x0A: "<=", 0x0B: "=", 0x0C: ">=", 0x0D: ">", 0x0E: "<>",
}  # fmt: skip
_FUNCTIONS = {
    0: "COUNT", 1: "IF", 4: "SUM", 5: "AVERAGE", 6: "MIN", 7: "MAX", 24: "ABS", 27: "ROUND", 183: "PRODUCT",
}  # fmt: skip
_ARGUMENTS = {24: 1, 27: 2}  # of functions that always take as many
_SUM, _CHOOSE = 0x10, 0x04
_LONGEST = 2_000


def formula_text(record: bytes) -> str:
    """The formula of one formula record of an ``.xls`` with its ``=``."""
    try:
        length = struct.unpack_from("<H", record, 20)[0]
    except struct.error:
        return "="
    return steps_text(record[22 : 22 + length])


def steps_text(steps: bytes, is_wide: bool = False) -> str:
    """The formula of these steps with its ``=``; a bare ``=`` where one of them is not understood.

    `is_wide`: rows take four bytes, as in an ``.xlsb``.
    """
    try:
        text = _written(steps, is_wide)
    except (struct.error, IndexError, KeyError):
        return "="
    return f"={text}" if len(text) <= _LONGEST else "="


def _written(steps: bytes, is_wide: bool) -> str:
    stack: list[str] = []
    mask = 0x3FFF if is_wide else 0xFF
    at = 0
    while at < len(steps):
        step, at = steps[at], at + 1
        if step >= 0x20:
            step = step & 0x1F | 0x20  # the same step, whatever kind of value it is wanted as
        if step in _BETWEEN:
            right, left = stack.pop(), stack.pop()
            stack.append(f"{left}{_BETWEEN[step]}{right}")
        elif step in (0x12, 0x13):
            stack.append(("+" if step == 0x12 else "-") + stack.pop())
        elif step == 0x14:
            stack.append(f"{stack.pop()}%")
        elif step == 0x15:
            stack.append(f"({stack.pop()})")
        elif step == 0x19:
            kind, at = steps[at], at + 3
            if kind & _CHOOSE:
                raise KeyError(kind)
            if kind & _SUM:
                stack.append(f"SUM({stack.pop()})")
        elif step == 0x1E:
            stack.append(str(struct.unpack_from("<H", steps, at)[0]))
            at += 2
        elif step == 0x1F:
            stack.append(repr(struct.unpack_from("<d", steps, at)[0]))
            at += 8
        elif step == 0x24:
            row, column = struct.unpack_from("<IH" if is_wide else "<HH", steps, at)
            stack.append(address(row + 1, (column & mask) + 1))
            at += 6 if is_wide else 4
        elif step == 0x25:
            top, bottom, left_column, right_column = struct.unpack_from(
                "<IIHH" if is_wide else "<HHHH", steps, at
            )
            corners = (
                address(top + 1, (left_column & mask) + 1),
                address(bottom + 1, (right_column & mask) + 1),
            )
            stack.append(":".join(corners))
            at += 12 if is_wide else 8
        elif step in (0x21, 0x22):
            count, at = (
                (_ARGUMENTS[struct.unpack_from("<H", steps, at)[0]], at)
                if step == 0x21
                else (steps[at], at + 1)
            )
            name = _FUNCTIONS[struct.unpack_from("<H", steps, at)[0]]
            at += 2
            count = min(count, len(stack))
            arguments = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            stack.append(f"{name}({','.join(arguments)})")
        else:
            raise KeyError(step)
        if len(stack[-1]) > _LONGEST:
            raise KeyError(step)
    (whole,) = stack[-1:] if len(stack) == 1 else [""]
    return whole
