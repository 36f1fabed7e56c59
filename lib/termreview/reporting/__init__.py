"""Tables in, published reports out."""

from termreview.collector import look_seldom

look_seldom()  # a report's libraries, tables and sections are a great many objects that stay
