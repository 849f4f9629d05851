"""Profiles written in Python, with the words of the file; what is built is the file's text.

Profile("tired-shoulder", region="upper_trapezius", limits={"pressure": "20 kPa"})
.settle(pressure="3 kPa", for_="20 s")
.effleurage(pressure="8 kPa", rate="12/min", length="150 mm", for_="3 min")
.text()
"""

import copy
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from . import model
from .load import read

Value = str | int | bool | Mapping[str, Any] | Sequence[Any]
"""What stands in a file: a text such as "8 kPa", or a mapping or list of these."""

_LINE = 100


class Steps:
    """Steps in a row, as under `steps`, `repeat` or a phrase. Each word returns a longer row."""

    def __init__(self, entries: Sequence[Mapping[str, Any]] = ()) -> None:
        self._entries = tuple(entries)

    @property
    def entries(self) -> tuple[Mapping[str, Any], ...]:
        """The steps as a file has them."""
        return self._entries

    def settle(self, **words: Value) -> Self:
        """A light hold: the pad arrives, the muscle is heard."""
        return self._step("settle", words)

    def rest(self, **words: Value) -> Self:
        """A pause of the programme."""
        return self._step("rest", words)

    def prompt(self, **words: Value) -> Self:
        """A rest without pressure until a person answers."""
        return self._step("prompt", words)

    def effleurage(self, **words: Value) -> Self:
        """Long strokes, out under pressure and back light."""
        return self._step("effleurage", words)

    def petrissage(self, **words: Value) -> Self:
        """Kneading or rolling: a rhythm between two pressures."""
        return self._step("petrissage", words)

    def friction(self, **words: Value) -> Self:
        """Short strokes across the fibres."""
        return self._step("friction", words)

    def tapotement(self, **words: Value) -> Self:
        """Quick taps."""
        return self._step("tapotement", words)

    def vibration(self, **words: Value) -> Self:
        """A head that oscillates under a steady pressure."""
        return self._step("vibration", words)

    def percussion(self, **words: Value) -> Self:
        """A head that hammers under a steady pressure, and travels."""
        return self._step("percussion", words)

    def heat(self, **words: Value) -> Self:
        """A surface that warms, alone or beside a step that presses."""
        return self._step("heat", words)

    def stripping(self, **words: Value) -> Self:
        """Slow deep strokes along the fibres."""
        return self._step("stripping", words)

    def myofascial(self, **words: Value) -> Self:
        """A long hold that yields with the tissue."""
        return self._step("myofascial", words)

    def lymph(self, **words: Value) -> Self:
        """Very light pulses."""
        return self._step("lymph", words)

    def compression(self, **words: Value) -> Self:
        """Chambers fill one after the other, and let go together."""
        return self._step("compression", words)

    def trigger_point(self, **words: Value) -> Self:
        """Rise, hold, release."""
        return self._step("trigger_point", words)

    def curve(self, **words: Value) -> Self:
        """Any shape, by points."""
        return self._step("curve", words)

    def repeat(self, times: int, steps: "Steps", **words: Value) -> Self:
        """The same steps several times."""
        return self._step("repeat", {"times": times, **words, "steps": list(steps.entries)})

    def use(self, phrase: str, **words: Value) -> Self:
        """A phrase, by its name."""
        return self._with({"use": {"phrase": phrase, **_spelled(words)} if words else phrase})

    def together(self, *branches: "Steps") -> Self:
        """Steps that play side by side."""
        return self._with({"together": [one for branch in branches for one in branch.entries]})

    def _step(self, technique: str, words: Mapping[str, Value]) -> Self:
        return self._with({technique: _spelled(words)})

    def _with(self, entry: Mapping[str, Any]) -> Self:
        return type(self)((*self._entries, entry))


class Profile(Steps):
    """A whole profile. Each word returns a new one; nothing is checked before `check`."""

    def __init__(self, id_: str, **words: Value) -> None:
        head = {"format": model.FORMAT, "id": id_, "revision": 1, "title": id_, **_spelled(words)}
        self._data: Any = CommentedMap(head)
        super().__init__()

    @classmethod
    def of(cls, text: str | bytes, *, file: str = "<text>") -> "Profile":
        """Return the profile of a file, with its comments.

        Raises:
            ProfileProblems: it is none.
        """
        read(text, model.Profile, file=file)  # refuses whatever is not safe to load at leisure
        found = cls("")
        vars(found)["_data"] = _yaml().load(text)
        return found

    @property
    def entries(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._data.get("steps", ()))

    def signal(self, name: str, *, missing: str, lost: str) -> Self:
        """Name a signal, and what happens without it."""
        return self._under(("needs", "signals"), name, {"missing": missing, "lost": lost})

    def parameter(self, name: str, **words: Value) -> Self:
        """Declare a value that the operator may choose."""
        return self._under(("parameters",), name, _spelled(words))

    def with_defaults(self, values: Mapping[str, str]) -> Self:
        """Choose other defaults for parameters that are declared, as {"depth": "14 kPa"}."""

        def choose(data: Any) -> Any:  # noqa: ANN401  ruamel's types are partly unknown
            for name, value in values.items():
                data["parameters"][name]["default"] = value
            return data

        return self._changed(choose)

    def phrase(self, name: str, steps: Steps) -> Self:
        """Name steps, for `use`."""
        return self._under(("phrases",), name, list(steps.entries))

    def rule(self, name: str, *, when: Value, do: Value) -> Self:
        """Say what to do when the body answers."""
        return self._under(("rules",), name, {"when": when, "do": do})

    def check(self) -> model.Profile:
        """Return what the loader makes of it.

        Raises:
            ProfileProblems: everything that is wrong, with its place in `text()`.
        """
        return read(self.text(), model.Profile, file=str(self._data.get("id", "")))

    def text(self) -> str:
        """Return the file."""
        out = io.StringIO()
        _yaml().dump(self._data, out)
        return out.getvalue()

    def _with(self, entry: Mapping[str, Any]) -> Self:
        def add(data: Any) -> Any:  # noqa: ANN401  ruamel's types are partly unknown
            data.setdefault("steps", CommentedSeq()).append(_laid_out(entry))
            return data

        return self._changed(add)

    def _under(self, path: Sequence[str], name: str, value: object) -> Self:
        def put(data: Any) -> Any:  # noqa: ANN401  ruamel's types are partly unknown
            inner = data
            for word in path:
                inner = inner.setdefault(word, CommentedMap())
            inner[name] = (
                _flow(cast("object", value)) if isinstance(value, dict) else _laid_out(value)
            )
            return data

        return self._changed(put)

    def _changed(self, change: Callable[[Any], Any]) -> Self:
        found = copy.copy(self)
        vars(found)["_data"] = change(copy.deepcopy(self._data))
        return found


def _spelled(words: Mapping[str, Value]) -> dict[str, Any]:
    """Return words as the file has them: `for_` and `from_` are Python's spelling of two."""
    return {word.rstrip("_"): value for word, value in words.items()}


def _laid_out(value: object) -> Any:  # noqa: ANN401  a YAML value may be anything
    """Return steps one below the other, and each technique on one line."""
    if isinstance(value, list | tuple):
        return CommentedSeq([_laid_out(one) for one in cast("Sequence[object]", value)])
    if not isinstance(value, Mapping):
        return value
    entry = cast("Mapping[str, Any]", value)
    return CommentedMap({
        word: _laid_out_repeat(body) if word == "repeat"
        else _laid_out(body) if word == "together" else _flow(body)
        for word, body in entry.items()
    })  # fmt: skip


def _laid_out_repeat(body: Mapping[str, Any]) -> CommentedMap:
    return CommentedMap(
        {word: _laid_out(one) if word == "steps" else _flow(one) for word, one in body.items()}
    )


def _flow(value: object) -> Any:  # noqa: ANN401  a YAML value may be anything
    """Return a value that is written on one line."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        mapping: Any = CommentedMap({word: _flow(inner) for word, inner in pairs})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list | tuple):
        row: Any = CommentedSeq([_flow(inner) for inner in cast("Sequence[object]", value)])
        row.fa.set_flow_style()
        return row
    return value


def _yaml() -> Any:  # noqa: ANN401  ruamel's types are partly unknown
    yaml: Any = YAML()
    yaml.width = 4 * _LINE
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    return yaml
