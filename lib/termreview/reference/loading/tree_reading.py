"""One tree of declarations (YAML) at a time, with line numbers; every mistake is noted, none raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

import yaml

from termreview.coded_text import CodedText
from termreview.reference.loading.file_reading import declared_text
from termreview.reference.loading.rows import LINE, Line, Row
from termreview.reference.loading.source import Source

_TAG: Final = "tag:yaml.org,2002:"
_TEXT: Final = f"{_TAG}str"
_KINDS: Final = frozenset(
    f"{_TAG}{kind}" for kind in ("str", "map", "seq", "int", "float", "bool", "null", "timestamp")
)

_DEEPEST: Final = 60
_LARGEST: Final = 200_000  # values; the largest declaration has some thousands
_BRACKET: Final = re.compile(r"[\[\]{}]")
_OF_PARSER: Final = {  # what the two parsers of YAML say begins like this; each with the code of what to do
    "mapping values are not allowed": "yaml_colon",
    "could not find expected ':'": "yaml_no_colon",
    "found character that cannot start": "yaml_odd_start",
    "found character ": "yaml_odd_sign",
    "found a tab character": "yaml_tab",
    "did not find expected key": "yaml_indent",
    "expected <block end>": "yaml_indent",
    "did not find expected '-'": "yaml_no_dash",
    "found unexpected end of stream": "yaml_open_quote",
    "did not find expected ',' or ']'": "yaml_square",
    "expected ',' or ']'": "yaml_square",
    "did not find expected ',' or '}'": "yaml_curly",
    "expected ',' or '}'": "yaml_curly",
    "did not find expected node content": "yaml_no_value",
    "block sequence entries are not allowed": "yaml_dash_place",
    "sequence entries are not allowed": "yaml_dash_place",
    "found unknown escape character": "yaml_escape",
    "found undefined alias": "yaml_alias",
    "second occurrence": "yaml_anchor_twice",
    "did not find expected alphabetic": "yaml_star",
    "but found another document": "yaml_second_document",
    "control characters are not allowed": "yaml_control",
    "special characters are not allowed": "yaml_control",
    "did not find expected comment": "yaml_no_line_end",
}
_DASHES: Final = re.compile(rf"(?:[-?][ \t]+){{{_DEEPEST}}}")


class _LineLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which every mapping knows its line, and what is named again does not grow without end."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.sizes: dict[int, int] = {}  # how much each list and mapping holds, with all below it

    def value(self, node: yaml.Node) -> Any:
        """What one node holds."""
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return node.value
        if node.tag not in _KINDS:
            what = CodedText("odd_tag", name=node.tag.removeprefix(_TAG))
            raise yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark)
        return self.construct_object(node, deep=True)

    def weigh(self, node: yaml.CollectionNode, parts: Iterable[yaml.Node]) -> None:
        """Note how much one list or mapping holds, each part as often as it is named."""
        size = self.sizes[id(node)] = 1 + sum(self.sizes.get(id(part), 1) for part in parts)
        if size > _LARGEST:
            what = CodedText("alias_bomb")
            raise yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark)


class _Mapping(dict[Hashable, Any]):
    """One mapping of a tree; told to a reader as it is written, without the line that it carries."""

    def __repr__(self) -> str:
        return repr({key: value for key, value in self.items() if key != LINE})


def _mapping(loader: _LineLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    mapping = _Mapping()
    of_keys: dict[Any, int] = {}
    for key_node, value_node in node.value:
        key, mark = loader.value(key_node), key_node.start_mark
        if not isinstance(key, Hashable):
            raise yaml.MarkedYAMLError(problem=CodedText("key_no_text"), problem_mark=mark)
        if key in mapping:
            raise yaml.MarkedYAMLError(problem=CodedText("key_twice", name=key), problem_mark=mark)
        mapping[key] = loader.value(value_node)
        of_keys[key] = mark.line + 1
    loader.weigh(node, (value_node for _, value_node in node.value))
    line = mapping[LINE] = Line(node.start_mark.line + 1)
    line.of_keys = of_keys
    return mapping


def _sequence(loader: _LineLoader, node: yaml.SequenceNode) -> list[Any]:
    values = [loader.value(part) for part in node.value]
    loader.weigh(node, node.value)
    return values


def _scalar(kind: str) -> Callable[[_LineLoader, yaml.ScalarNode], Any]:
    """The value of one scalar of a kind, such as a date; one that looks like it and is none is a mistake."""
    build = yaml.SafeLoader.yaml_constructors[f"{_TAG}{kind}"]

    def value(loader: _LineLoader, node: yaml.ScalarNode) -> Any:
        try:
            return build(loader, node)
        except (ValueError, KeyError, ArithmeticError):
            what = CodedText("odd_value", value=str(node.value)[:40], kind=kind)
            raise yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark) from None

    return value


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_SEQUENCE_TAG, _sequence)
for _kind in ("int", "float", "bool", "timestamp"):
    _LineLoader.add_constructor(f"{_TAG}{_kind}", _scalar(_kind))


def _too_deep(text: str) -> int:
    """The line where one text stands deeper in brackets or lists than any declaration; 0 where it never does.

    The parser takes the process down with it some ten thousand brackets deep.
    """
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth = max(0, depth + (1 if bracket[0] in "[{" else -1))
        if depth > _DEEPEST:
            return text.count("\n", 0, bracket.start()) + 1
    dashes = _DASHES.search(text)
    return text.count("\n", 0, dashes.start()) + 1 if dashes else 0


def read_tree(source: Source, name: str) -> Row | None:
    """Read one YAML tree; a missing or broken file is a mistake."""
    path = source.root / name
    text = declared_text(source, path)
    if text is None:
        return None
    line = 1
    try:
        if deep := _too_deep(text):
            line = deep
            raise RecursionError
        content = yaml.load(text, Loader=_LineLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or ""
    except yaml.reader.ReaderError as error:  # a character that no text file holds
        odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text.count("\n", 0, odd.start()) + 1 if odd else 1
        problem = str(error.reason)
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
    except RecursionError:
        problem = CodedText("too_deep")
    else:
        if isinstance(content, dict):
            return Row(source, path, 1, content)
        source.report(path, 1, "no_mapping", is_broken=True)
        return None
    source.report(path, line, _as_told(problem), is_broken=True)
    return None


def _as_told(problem: str) -> CodedText:
    """What keeps one tree from being read: our own text, or what to do about what the parser says."""
    if isinstance(problem, CodedText):
        return CodedText("not_yaml", why=problem)
    code = next((code for start, code in _OF_PARSER.items() if problem.startswith(start)), None)
    if code is None:
        return CodedText("not_yaml_quoted", why=problem)
    sign = problem.removeprefix("found character ").removesuffix(" that cannot start any token")
    return CodedText("not_yaml", why=CodedText(code, sign=sign))
