"""PROTOCOL.md says what the code does: every layout, every worked example, every number."""

import re
import struct
from pathlib import Path

import pytest

import firmware_bridge
from firmware_bridge import codes, messages
from firmware_bridge.framing import Deframer, seal, stuff, unseal

TEXT = (Path(firmware_bridge.__file__).parent / "PROTOCOL.md").read_text("utf-8")
CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i16": "h"}
UNSPOKEN = {"magic", "n"}
"""Fields of the wire that are no fields of a message: they follow from the rest."""


class Section:
    """What the page says about one message."""

    def __init__(self, text):
        self.name, kind = re.match(r"### (\w+) `(0x[0-9a-f]{2})`", text).groups()
        self.kind = int(kind, 16)
        rows = [[cell.strip() for cell in row.strip("|\n").split("|")] for row in
                re.findall(r"^\| \d.*$", text, re.MULTILINE)]  # fmt: skip
        self.fixed = [row for row in rows if row[0].isdecimal() and row[1] != "bytes"]
        self.repeated = [row for row in rows if "k" in row[0]]
        self.free = [row for row in rows if row[1] == "bytes"]
        (block,) = re.findall(r"^```\n(.*?)```", text, re.MULTILINE | re.DOTALL)
        head, said = block.split("payload")
        payload, frame = said.split("frame")
        numbers = re.fullmatch(r"header +epoch (\d+), seq (\d+), t_us (\d+)\n", head).groups()
        self.header = tuple(int(number) for number in numbers)
        self.payload = bytes.fromhex(payload.replace("(none)", ""))
        self.frame = bytes.fromhex(frame)

    @property
    def message(self):
        return messages.MESSAGES[self.kind]

    def decoded(self):
        (body,) = Deframer().feed(self.frame)
        return messages.decode(unseal(body)[0], body)


SECTIONS = [Section(text) for text in re.split(r"^(?=### )", TEXT, flags=re.MULTILINE)
            if re.match(r"### [A-Z_]+ `0x", text)]  # fmt: skip
each_section = pytest.mark.parametrize("section", SECTIONS, ids=lambda s: s.name)


def layout_of(rows, start=0, stride=""):
    """Return the struct that these rows spell; each must begin where the one before ended."""
    layout = "<"
    for offset, kind, *_ in rows:
        assert offset == f"{start + struct.calcsize(layout)}{stride}"
        layout += CODES[kind]
    return layout


def values(row):
    """Return the example values of a row, one for each repetition."""
    return [int(value, 0) for value in row[5].split(",")]


def test_the_page_has_every_message_and_no_other():
    assert [section.kind for section in SECTIONS] == list(messages.MESSAGES)


@each_section
def test_a_table_is_the_layout_of_its_message(section):
    assert layout_of(section.fixed) == (section.message.LAYOUT.format or "<")


@each_section
def test_what_repeats_is_laid_out_as_the_table_says(section):
    part = getattr(section.message, "KNOT", None) or getattr(section.message, "CEILING", None)
    assert bool(section.repeated) == bool(part)
    if part:
        stride = f" + {part.size}k"
        start = section.message.LAYOUT.size
        rows = [[row[0].removesuffix(stride), *row[1:]] for row in section.repeated]
        assert all(row[0].endswith(stride) for row in section.repeated)
        assert layout_of(rows, start) == part.format


@each_section
def test_an_example_decodes_to_the_values_beside_it(section):
    message = section.decoded()
    named = {row[2]: values(row)[0] for row in section.fixed if row[2] not in UNSPOKEN}
    assert {name: int(getattr(message, name)) for name in named} == named
    fields = set(type(message).__struct_fields__)
    open_ended = {row[2] for row in section.free} | ({"knots", "ceilings"} & fields)
    assert fields == named.keys() | open_ended


@each_section
def test_an_example_decodes_to_what_repeats_beside_it(section):
    message = section.decoded()
    for row in section.free:
        assert getattr(message, row[2]) == bytes.fromhex(row[5])
    if section.repeated:
        parts = getattr(message, "knots", None) or getattr(message, "ceilings", None)
        assert list(parts) == list(zip(*map(values, section.repeated), strict=True))


@each_section
def test_an_example_encodes_to_the_bytes_beside_it(section):
    message = section.decoded()
    assert message.pack() == section.payload
    epoch, seq, t_us = section.header
    assert stuff(seal(section.kind, epoch, seq, t_us, section.payload)) == section.frame


def test_the_frame_that_is_taken_apart_is_the_example_of_stop():
    apart = re.search(r"^body, stuffed, and a zero +([0-9a-f ]+)$", TEXT, re.MULTILINE)
    (stop,) = (section for section in SECTIONS if section.name == "STOP")
    assert bytes.fromhex(apart[1]) == stop.frame
    steps = re.findall(r"^(?:type|sequence|time|payload|CRC)[^0-9]*?(?:-32[^0-9]*)? {2,}"
                       r"((?:[0-9a-f]{2} )+) ", TEXT, re.MULTILINE)  # fmt: skip
    (body,) = Deframer().feed(stop.frame)
    assert b"".join(map(bytes.fromhex, steps)) == body


@pytest.mark.parametrize(
    ("title", "enum"),
    [
        ("States", codes.State), ("Roles", codes.Role), ("Causes", codes.Cause),
        ("Sources", codes.Source), ("Refusals", codes.Refusal), ("Buttons", codes.Buttons),
        ("Status flags", codes.StatusFlags), ("Faults", codes.Fault),
        ("Gestures", codes.Gesture), ("Documents", codes.Document),
    ],
)  # fmt: skip
def test_a_table_of_numbers_is_the_one_of_the_code(title, enum):
    (section,) = re.findall(rf"^### {title}\n(.*?)(?=^### |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    said = {name: int(number) for number, name in re.findall(r"\| (\d+) \| (\w+) \|", section)}
    assert said == {name: int(m) for name, m in enum.__members__.items() if m or name != "NONE"
                    or enum is codes.Cause}  # fmt: skip


def test_the_version_of_the_page_is_that_of_the_code():
    assert f"version {messages.MAJOR}.{messages.MINOR}" in TEXT


@pytest.mark.parametrize("kind", [messages.Hello.KIND, messages.HelloAck.KIND])
def test_the_examples_speak_the_version_of_the_page(kind):
    (example,) = [section.decoded() for section in SECTIONS if section.kind == kind]
    assert (example.major, example.minor) == (messages.MAJOR, messages.MINOR)
