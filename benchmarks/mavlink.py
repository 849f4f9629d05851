"""A peer of the codec: a MAVLink 2 dialect with messages as long as ours, made by pymavlink."""

import contextlib
import importlib.util
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

DIALECT = """<?xml version="1.0"?>
<mavlink>
  <version>3</version>
  <messages>
    <message id="150" name="SETPOINT">
      <description>One knot.</description>
      <field type="uint32_t" name="t_us">time of the first knot</field>
      <field type="uint16_t" name="revision">revision of the queue</field>
      <field type="uint16_t" name="first_index">number of the first knot</field>
      <field type="uint16_t" name="dt">time after t_us</field>
      <field type="int16_t" name="value">value</field>
      <field type="int16_t" name="slope">slope</field>
      <field type="uint8_t" name="channel">channel</field>
    </message>
    <message id="151" name="SAMPLES">
      <description>Sensor samples.</description>
      <field type="uint32_t" name="t_us">time of the first sample</field>
      <field type="uint32_t" name="first">number of the first sample</field>
      <field type="uint8_t" name="group">sensor group</field>
      <field type="uint8_t" name="count">samples of the base rate</field>
      <field type="int16_t[{samples}]" name="data">samples</field>
    </message>
  </messages>
</mavlink>
"""


def rounds(samples: list[int]) -> tuple[Callable[[], object], Callable[[], object]] | None:
    """Return encode + decode of a setpoint and of a sensor frame; None without pymavlink."""
    try:
        from pymavlink.generator import mavgen
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, module = Path(folder, "dialect.xml"), Path(folder, "dialect.py")
        source.write_text(DIALECT.format(samples=len(samples)))
        options = mavgen.Opts(str(module), wire_protocol="2.0", language="Python3", validate=False)
        with contextlib.redirect_stdout(io.StringIO()):
            mavgen.mavgen(options, [str(source)])
        dialect = _load(module)
    link = dialect.MAVLink(None)
    setpoint, sensors = dialect.MAVLink_setpoint_message, dialect.MAVLink_samples_message

    def setpoint_round() -> object:
        return link.parse_char(setpoint(123456, 3, 41, 250, 1500, -200, 2).pack(link))

    def sensor_round() -> object:
        return link.parse_char(sensors(123456, 77, 0, 10, samples).pack(link))

    return setpoint_round, sensor_round


def _load(module: Path) -> Any:  # noqa: ANN401
    spec = importlib.util.spec_from_file_location("dialect", module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
