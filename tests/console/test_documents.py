"""The documents that --json prints are an interface: these tests hold its shape still."""

import msgspec
import pytest

from console.documents import DOCUMENTS, Document, Run, schemas

RUN_KEYS = {
    "schema": None,
    "outcome": None,
    "reason": None,
    "profile": None,
    "device": None,
    "device_url": None,
    "duration_s": None,
    "steps": {"label", "technique", "outcome", "duration_s"},
    "pressure": {"peak_kpa", "envelope_kpa", "rmse_kpa", "true_peak_kpa", "true_rmse_kpa"},
    "emg": {"name", "rms_median_uv", "rms_p95_uv", "rms_max_uv"},
    "verdict_counts": {"ease", "hold", "release", "stop"},
    "link_stats": {"frames_sent", "frames_received", "frames_bad", "samples_lost", "rtt_ms"},
    "tick_late_ms": {"p50", "p99", "max"},
    "preflight": None,
    "recording": None,
    "report": None,
    "picture": None,
}


def definition(schema, of):
    """Return the definition a schema refers to, whatever it is wrapped in."""
    while "$ref" not in of:
        of = of.get("items", of)
    return schema["$defs"][of["$ref"].rpartition("/")[2]]


def test_every_document_has_a_schema_of_its_name():
    assert len(schemas()) == len(DOCUMENTS) == len(Document.__subclasses__())
    for name, schema in schemas().items():
        assert name.startswith("myoloop.")
        assert name.endswith("/1")
        found = definition(schema, schema)
        assert found["properties"]["schema"] == {"enum": [name]}
        assert "schema" in found["required"]


def test_the_run_document_has_the_promised_keys():
    schema = schemas()["myoloop.run/1"]
    properties = definition(schema, schema)["properties"]
    assert set(properties) == set(RUN_KEYS)
    for key, inner in RUN_KEYS.items():
        if inner is not None:
            assert set(definition(schema, properties[key])["properties"]) == inner


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_says_its_name_first(document):
    tag = document.__struct_config__.tag
    if document is Run:
        return
    empty = {f.encode_name: None for f in msgspec.structs.fields(document)}
    whole = document(**empty)
    assert msgspec.json.encode(whole).decode().startswith(f'{{"schema":"{tag}"')
