"""One form as the page keeps what is half typed in it: under which name, until it is saved."""

from __future__ import annotations

import hashlib

from termreview.desk.term.term_now import TermNow
from termreview.reporting.blocks.blocks import Block, escape_text


def office_key(now: TermNow) -> str:
    """The office of one desk, without its path: two offices served at one address keep apart what is typed."""
    return hashlib.sha256(str(now.workspace.root.resolve()).encode("utf-8")).hexdigest()[:12]


def draft_key(now: TermNow, *parts: str) -> str:
    """The name under which a form's text is kept: that of nothing but the same form of the same school."""
    return "|".join((office_key(now), now.term_id, *parts))


def form_title(text: str, key: str) -> Block:
    """The title of one form, by which the page knows whose text is typed below it."""
    said = escape_text(text)
    return Block(f'<p class="desk-form-name" data-draft="{escape_text(key)}" data-title="{said}">{said}</p>')


def page_texts(now: TermNow) -> Block:
    """What the page itself has to say, when nobody else can any more."""
    words = {**now.reference.desk["connection"], "office": office_key(now)}
    data = " ".join(f'data-{name.replace("_", "-")}="{escape_text(text)}"' for name, text in words.items())
    return Block(f'<div class="desk-words" hidden {data}></div>')
