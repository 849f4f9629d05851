"""YAML 1.2 text into plain values with their places: event by event, bounded, without recursion."""

import re
from collections.abc import Iterator
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.reader import ReaderError

from .problems import Path, Places, Problem, ProfileProblems
from .quantities import quoted

MAX_BYTES = 65536
"""Largest file (E: ruamel needs 20 s per MB)."""
MAX_DEPTH = 16
"""Deepest nesting (E)."""
MAX_EVENTS = 12000
"""Most keys, values and brackets in a file (E: what is read well within half a second)."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,19}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class _Frame:
    """A mapping or sequence that is still being read."""

    def __init__(self, path: Path, container: dict[str, Any] | list[Any]) -> None:
        self.path = path
        self.container = container
        self.key: str | None = None
        self.key_at: tuple[int, int] = (1, 1)

    def next_path(self) -> Path:
        last = len(self.container) if self.key is None else self.key
        return (*self.path, last)


class _Builder:
    """Events in; plain values, their places and the problems of form out."""

    def __init__(self, file: str) -> None:
        self.places = Places(file)
        self.problems: list[Problem] = []
        self.root: Any = None
        self._stack: list[_Frame] = []
        self._documents = 0

    def take(self, event: Event) -> None:
        """Add one event.

        Raises:
            ProfileProblems: the file must not be read any further.
        """
        if isinstance(event, DocumentStartEvent):
            self._begin_document(event)
        elif isinstance(event, NodeEvent):
            self._refuse_decoration(event)
            self._take_node(event)
        elif isinstance(event, CollectionEndEvent):
            self._close(self._stack.pop())

    def _begin_document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._give_up(event, "a second document begins here; write one document per file")
        if getattr(event, "version", None) or getattr(event, "tags", None):
            self._give_up(event, "a directive (%YAML, %TAG) stands above; leave it out")

    def _refuse_decoration(self, event: NodeEvent) -> None:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, AliasEvent):
            self._give_up(event, f"an alias (*{anchor}); write the value out again")
        if anchor is not None:
            self._give_up(event, f"an anchor (&{anchor}); write the value out where it is used")
        if getattr(event, "tag", None) is not None:
            self._give_up(event, "a tag (!...); write the plain value")

    def _take_node(self, event: NodeEvent) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self._take_key(frame, event)
            return
        path = frame.next_path() if frame else ()
        key_at = frame.key_at if frame and frame.key is not None else None
        at = key_at if key_at and _is_nothing(event) else _place(event)
        self.places.note(path, at, key_at)
        if isinstance(event, ScalarEvent):
            self._put(frame, _scalar(event))
            return
        if len(self._stack) >= MAX_DEPTH:
            self._give_up(event, f"nested deeper than {MAX_DEPTH} levels; make it flatter")
        container: dict[str, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
        self._stack.append(_Frame(path, container))

    def _take_key(self, frame: _Frame, event: NodeEvent) -> None:
        if not isinstance(event, ScalarEvent):
            self._give_up(event, "a mapping or list stands where a word belongs; write a plain key")
        key = str(getattr(event, "value", ""))
        frame.key, frame.key_at = key, _place(event)
        if key == "<<":
            self._give_up(event, "a merge key (<<); write the keys out")
        if key in frame.container:
            path = (*frame.path, key)
            self.places.note(path, _place(event), _place(event))
            self.problems.append(
                self.places.problem(path, f"{quoted(key)} stands here twice; keep one of them")
            )

    def _close(self, frame: _Frame) -> None:
        self._put(self._stack[-1] if self._stack else None, frame.container)

    def _put(self, frame: _Frame | None, value: Any) -> None:  # noqa: ANN401  a YAML value may be anything
        if frame is None:
            self.root = value
        elif isinstance(frame.container, list):
            frame.container.append(value)
        else:
            frame.container[cast("str", frame.key)] = value
            frame.key = None

    def _give_up(self, event: Event, sentence: str) -> None:
        path = self._stack[-1].path if self._stack else ()
        line, column = _place(event)
        place = Places(self.places.file)
        place.note(path, (line, column), None)
        raise ProfileProblems([place.problem(path, sentence)])


def read_tree(text: str | bytes, file: str) -> tuple[Any, Places, list[Problem]]:
    """Return the values in a YAML text, their places, and the problems that hide no others.

    Raises:
        ProfileProblems: the text is not YAML 1.2 within the limits of the format.
    """
    decoded = _decode(text, file)
    builder = _Builder(file)
    for count, event in enumerate(_events(decoded, file)):
        if count > MAX_EVENTS:
            line, column = _place(event)
            sentence = f"more than {MAX_EVENTS} keys and values up to here; split the file"
            raise ProfileProblems([Problem(file, line, column, "", sentence)])
        builder.take(event)
    return builder.root, builder.places, builder.problems


def _events(text: str, file: str) -> Iterator[Event]:
    try:
        yield from cast("Any", YAML(typ="safe", pure=True)).parse(text)
    except MarkedYAMLError as error:
        line, column, what = _told_by(error)
        sentence = f"this is not YAML: {what}; look at this line and above"
        raise ProfileProblems([Problem(file, line, column, "", sentence)]) from None
    except ReaderError as error:
        position: int = getattr(error, "position", 0)
        line, column = _line_of(text, position)
        sentence = f"a character that no text holds (U+{ord(text[position]):04X}); remove it"
        raise ProfileProblems([Problem(file, line, column, "", sentence)]) from None
    except (YAMLError, ValueError, OverflowError) as error:
        sentence = f"this is not YAML: {quoted(str(error))}"
        raise ProfileProblems([Problem(file, 1, 1, "", sentence)]) from None


def _decode(text: str | bytes, file: str) -> str:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > MAX_BYTES:
        sentence = f"{len(raw)} bytes; a file has at most {MAX_BYTES} (64 KiB)"
        raise ProfileProblems([Problem(file, 1, 1, "", sentence)])
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _line_of(raw[: error.start].decode("utf-8", "replace"), error.start)
        sentence = "this is not UTF-8; save the file as UTF-8"
        raise ProfileProblems([Problem(file, line, column, "", sentence)]) from None
    if decoded.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"):
        sentence = "the file begins with a byte order mark; save it as UTF-8 without one"
        raise ProfileProblems([Problem(file, 1, 1, "", sentence)])
    _refuse_tabs(decoded, file)
    return decoded


def _refuse_tabs(text: str, file: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in indent and line.strip():
            sentence = "a tab indents this line; use spaces"
            raise ProfileProblems([Problem(file, number, indent.index("\t") + 1, "", sentence)])


def _line_of(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _place(event: Event) -> tuple[int, int]:
    mark = getattr(event, "start_mark", None)
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _is_nothing(event: Event) -> bool:
    """Whether nothing is written; its mark is then at whatever comes next."""
    return isinstance(event, ScalarEvent) and _scalar(event) is None and not _text(event)


def _told_by(error: MarkedYAMLError) -> tuple[int, int, str]:
    said: Any = error
    mark: Any = said.problem_mark or said.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return line, column, said.problem or said.context


def _text(event: ScalarEvent) -> str:
    return cast("str", event.value)


def _scalar(event: ScalarEvent) -> Any:  # noqa: ANN401  a YAML value may be anything
    text = _text(event)
    if not getattr(event, "implicit", (True, False))[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
