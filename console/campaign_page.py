"""The page of a campaign: how its sessions are spread, what went wrong, and what failed."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import msgspec
import numpy as np
from jinja2 import Environment

from sim.session_row import Row

from .campaign_summary import compared
from .scenario_documents import Campaign

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "peak_kpa": "highest true pressure, in kPa",
        "peak_share": "highest share of the pain threshold",
        "guarding_s": "the muscle guards, in s",
        "pain_s": "it hurts, in s",
        "duration_s": "the session lasts, in s",
    }
)
"""What is drawn of the rows, by the names of their columns."""

BINS = 30
"""Bars across a distribution (E)."""

WIDE, HIGH = 600, 110
"""How large a distribution is drawn, in pixels."""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ told.campaign }}</title><style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 62em; margin: 2em auto; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .1em 1.5em .1em 0; }
figure { margin: 1em 0; } figcaption { color: #52606d; } svg { overflow: visible; }
text { font-size: 11px; fill: #52606d; } .first { fill: #2b6cb0; } .second { fill: #f0a202; }
rect { opacity: .75; } pre { background: #f5f7fa; padding: .6em; overflow-x: auto; }
</style></head><body>
<h1>{{ title }}</h1>
<p>{{ told.sessions }} sessions of {{ names|join(" and ") }}, on virtual bodies:
{{ told.over_envelope }} over the envelope, {{ told.unsafe }} unsafe,
{{ told.failures|length }} failed in all.</p>
<h2>How sessions ended</h2>
<table>{% for ended, times in told.outcomes.items() %}
<tr><td>{{ ended }}</td><td>{{ times }}</td></tr>
{% endfor %}</table>
<h2>How they are spread</h2>
{% if names|length > 1 %}<p>Blue is {{ names[0] }}, yellow is {{ names[1] }}.</p>{% endif %}
{% for one in drawn %}<figure><svg width="{{ wide }}" height="{{ high + 16 }}" role="img">
{% for bar in one.bars %}<rect class="{{ bar.of }}" x="{{ bar.x }}" y="{{ bar.y }}"
 width="{{ bar.wide }}" height="{{ bar.high }}"><title>{{ bar.says }}</title></rect>
{% endfor %}<text x="0" y="{{ high + 14 }}">{{ one.low }}</text>
<text x="{{ wide }}" y="{{ high + 14 }}" text-anchor="end">{{ one.high }}</text></svg>
<figcaption>{{ one.name }}: median {{ one.spread.p50 }}; nine of ten from {{ one.spread.p5 }}
to {{ one.spread.p95 }}; at most {{ one.spread.most }}</figcaption></figure>
{% endfor %}
{% if told.compared %}<h2>Beside each other, on the same bodies</h2>
<pre>{{ compared }}</pre>{% endif %}
{% if told.fault_counts %}<h2>What went wrong</h2>
<table><tr><th>fault</th><th>times it began</th></tr>
{% for name, times in told.fault_counts.items() %}<tr><td>{{ name }}</td><td>{{ times }}</td></tr>
{% endfor %}</table>{% endif %}
<h2>What failed</h2>
{% for one in told.failures %}<p>Session {{ one.number }}: {{ one.why }}.
{% if one.recording %}<a href="{{ one.recording|beside }}">Recording</a>{% endif %}
{% if one.picture %}<a href="{{ one.picture|beside }}">Picture</a>{% endif %}</p>
<pre>{{ one.replay }}</pre>
{% else %}<p>Nothing.</p>{% endfor %}
</body></html>
"""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions of one campaign lie in a stretch."""

    of: str
    x: float
    y: float
    wide: float
    high: float
    says: str


def write_page(told: Campaign, title: str, halves: Sequence[Sequence[Row]], file: Path) -> None:
    """Write the page of a campaign, or of two that are held against each other."""
    jinja = Environment(autoescape=True, trim_blocks=True)
    jinja.filters["beside"] = partial(_beside, file.parent)
    names = [told.campaign] if told.against is None else [told.campaign, told.against]
    text = jinja.from_string(_PAGE).render(
        told=told,
        title=title,
        names=names,
        drawn=[_drawn(name, what, told, halves) for name, what in MEASURES.items()],
        compared=compared(told) if told.compared else "",
        wide=WIDE,
        high=HIGH,
    )
    file.write_text(text, "utf-8")


def _beside(folder: Path, file: str) -> str:
    """Return how a page in a folder refers to a file."""
    return quote(os.path.relpath(file, folder))


def _drawn(
    name: str, what: str, told: Campaign, halves: Sequence[Sequence[Row]]
) -> dict[str, object]:
    """Return a distribution as the page wants it: over one scale for both campaigns."""
    values = [[float(getattr(row, name)) for row in half] for half in halves]
    low, high = min(map(min, values)), max(map(max, values))
    counts = [_counted(of_half, low, high) for of_half in values]
    most = max(map(max, counts))
    return {
        "name": what,
        "spread": told.spreads[name],
        "low": f"{low:.4g}",
        "high": f"{high:.4g}" if high > low else "",
        "bars": [
            _bar(half, len(halves), number, count / most, f"{count} sessions")
            for half, of_half in enumerate(counts)
            for number, count in enumerate(of_half)
            if count
        ],
    }


def _counted(values: Sequence[float], low: float, high: float) -> list[int]:
    counts, _ = np.histogram(values, BINS, (low, max(high, low + 1e-9)))
    return counts.tolist()


def _bar(half: int, halves: int, number: int, share: float, says: str) -> Bar:
    slot = WIDE / BINS
    return Bar(
        of=("first", "second")[half],
        x=round(slot * (number + half / halves), 1),
        y=round(HIGH * (1.0 - share), 1),
        wide=round(0.92 * slot / halves, 1),
        high=round(HIGH * share, 1),
        says=says,
    )
