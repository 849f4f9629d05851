"""Heat, as whoever writes a profile sees it: in a check, in a picture, and on a device without."""

import json

import pytest

from console.cli import main

WARM = """\
format: myoloop-profile/1
id: warm
revision: 1
title: Warm
region: upper_trapezius
needs: {channels: [pressure]}
limits: {pressure: 12 kPa}
steps:
  - settle: {pressure: 3 kPa, for: 10 s}
  - together:
      - petrissage: {pressure: {low: 2 kPa, high: 8 kPa}, rate: 0.5 Hz, for: 90 s}
      - heat: {temperature: 38 °C, for: 90 s}
"""
HEATER = ["--device", "sim://healthy_f?heater=on", "--person", "simulated"]


@pytest.fixture
def file(tmp_path):
    def write(text=WARM):
        path = tmp_path / "warm.yaml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def checked(capsys, *words):
    code = main(["profile", "check", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_check_tells_how_warm_it_gets_beside_whose_limit(file, capsys):
    code, found = checked(capsys, file(), *HEATER)
    assert code == 0
    rows = {row["what"]: row for row in found["dose"]["upper_trapezius"]["limits"]}
    assert (rows["heat"]["reached"], rows["heat"]["limit"], rows["heat"]["unit"]) == (
        38,
        40,
        "degC",
    )
    assert (rows["warming"]["reached"], rows["warming"]["owner"]) == (90, "rules")
    channel = found["fidelity"]["channels"]["temperature"]
    assert (channel["channel"], channel["peak"]) == ("heater", 38.0)
    assert channel["rms_error"] < 2.0, "the way from off is nothing that is felt"


def test_without_a_heater_it_is_refused_naming_the_line(file, capsys):
    code, found = checked(capsys, file(), "--person", "simulated")
    assert code == 1
    (problem,) = found["problems"]
    assert (problem["line"], found["refused"]) == (12, "no_channel")
    assert "needs a channel of temperature" in problem["problem"]


def test_without_a_heater_it_is_left_out_where_its_author_says_so_and_that_is_told(file, capsys):
    text = WARM.replace("38 °C, for: 90 s", "38 °C, for: 90 s, missing: skip")
    code, found = checked(capsys, file(text), "--person", "simulated")
    assert code == 0
    assert "temperature" not in found["fidelity"]["channels"]
    assert "line 12: Heat is left out: voice_coil has no temperature" in found["fidelity"]["notes"]


def test_a_picture_has_a_panel_for_it_with_its_limit(file, tmp_path, capsys):
    picture = tmp_path / "warm.svg"
    assert main(["profile", "plot", file(), *HEATER, "--picture", str(picture)]) == 0
    drawn = picture.read_text("utf-8")
    assert "temperature in degC" in drawn
    assert "limit 40 degC (device)" in drawn
