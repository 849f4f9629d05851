"""Every constant of our packages, and the sentence beside it: read from the source, not run."""

import ast
import difflib
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import msgspec

PACKAGES = ("firmware_bridge", "profiles", "controller", "records", "sim", "console")
"""Where constants are looked for: what is installed with this program."""

NEAREST = 5
"""So many names are offered for one that is not there (E)."""


class Constant(msgspec.Struct, frozen=True, kw_only=True):
    """A public constant. `sentence` says why it is what it is, with source and mark."""

    module: str
    name: str
    value: str
    file: str
    line: int
    sentence: str | None

    @property
    def path(self) -> str:
        """Its full name."""
        return f"{self.module}.{self.name}"


class Unknown(Exception):
    """There is no such constant; the message lists the nearest."""


def why(wanted: str) -> list[Constant]:
    """Return the constants of that name: whole, its end after a dot, or else a part of it.

    Upper and lower case are alike. Raises `Unknown`.
    """
    known = list(constants())
    asked = wanted.strip().lower().rstrip(".")
    module, _, part = asked.rpartition(".")
    found = [one for one in known if asked and _ends(one.path, asked)]
    if not found and part:
        found = [one for one in known if part in one.name.lower() and _ends(one.module, module)]
    if not found:
        raise Unknown(f'no constant is called "{wanted}"; {_nearest(part, known)}')
    return [_evaluated(one) for one in found]


def _ends(path: str, asked: str) -> bool:
    """Whether a dotted path is, or ends in, what was asked for; anything does in nothing."""
    return not asked or f".{path.lower()}".endswith(f".{asked}")


def constants(packages: Sequence[str] = PACKAGES) -> Iterator[Constant]:
    """Yield the public constants of packages, as their source spells them."""
    for package in packages:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for file in sorted(Path(folder).rglob("*.py")):
                parts = file.relative_to(folder).with_suffix("").parts
                yield from _in_module(".".join((package, *parts)), file)


def _in_module(module: str, file: Path) -> Iterator[Constant]:
    body = ast.parse(file.read_text("utf-8")).body
    where = f"{module.partition('.')[0]}/{module.partition('.')[2].replace('.', '/')}.py"
    for place, statement in enumerate(body):
        for name, value in _assigned(statement):
            if name.isupper() and not name.startswith("_"):
                yield Constant(
                    module=module,
                    name=name,
                    value=ast.unparse(value),
                    file=where,
                    line=statement.lineno,
                    sentence=_beside(body, place),
                )


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement binds, and to what."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            for target, value in zip(names, values, strict=True):
                if isinstance(target, ast.Name):
                    yield target.id, value
        case _:
            return


def _beside(body: Sequence[ast.stmt], place: int) -> str | None:
    """Return the string below an assignment, or below those that follow it without a gap."""
    while place + 1 < len(body) and body[place + 1].lineno == (body[place].end_lineno or 0) + 1:
        place += 1
        match body[place]:
            case ast.Expr(value=ast.Constant(value=str() as text)):
                return " ".join(text.split())
            case ast.Assign() | ast.AnnAssign():
                continue
            case _:
                return None
    return None


def _evaluated(one: Constant) -> Constant:
    """Return a constant whose value is a number where the source has a sum of others."""
    try:
        ast.literal_eval(one.value)
    except ValueError:
        value: object = getattr(import_module(one.module), one.name)
        if isinstance(value, int | float | str | tuple):
            return msgspec.structs.replace(one, value=f"{value!r} = {one.value}")
    return one


def _nearest(part: str, known: Sequence[Constant]) -> str:
    names = {one.name.lower(): one.name for one in known}
    close = difflib.get_close_matches(part, names, n=NEAREST, cutoff=0.4)
    if not close:
        return "`myoloop doctor --why FACTOR` shows all whose name has FACTOR in it"
    return "the nearest are " + ", ".join(names[name] for name in close)
