"""What `--json` prints: one struct for each document. They are an interface: see `schemas`."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from .document import Document
from .person_documents import (
    PersonCalibrated,
    PersonContracted,
    PersonExport,
    PersonForgotten,
    PersonList,
    PersonShown,
)
from .profile_documents import (
    FoundProblem,
    ProfileCheck,
    ProfileConverted,
    ProfileCreated,
    ProfileList,
    ProfilePlot,
    ProfileSchema,
    ProfileText,
)
from .scenario_documents import SCENARIO_DOCUMENTS

# --- demo, run --------------------------------------------------------------------------------


class PlayedStep(msgspec.Struct, frozen=True):
    """How one step went: done, timed_out, released or stopped."""

    label: str
    technique: str
    outcome: str
    duration_s: float


class Pressure(msgspec.Struct, frozen=True, kw_only=True):
    """Pressures in kPa. `rmse_kpa` is measured against commanded, over the kneading steps.

    `true_*` are the body's own, known of emulated devices alone, and of a device of levels over
    all steps, as `profile check` predicts it; the session's own highest reading is `peak_kpa`, None
    on a device that measures nothing; the highest that was allowed is `envelope_kpa`.
    """

    peak_kpa: float | None = None
    envelope_kpa: float
    rmse_kpa: float | None = None
    true_peak_kpa: float | None = None
    true_rmse_kpa: float | None = None


class EmgChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One EMG channel's RMS per 10 ms over the session, in microvolts."""

    name: str
    rms_median_uv: float
    rms_p95_uv: float
    rms_max_uv: float


class VerdictCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How often the supervisor, or a person, acted."""

    ease: int = 0
    hold: int = 0
    release: int = 0
    stop: int = 0


class RoundTrip(msgspec.Struct, frozen=True):
    """Round trips in milliseconds."""

    p50: float | None
    p99: float | None


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What the link did. None where nothing was measured."""

    frames_sent: int
    frames_received: int
    frames_bad: int
    samples_lost: int
    rtt_ms: RoundTrip


class Lateness(msgspec.Struct, frozen=True):
    """How late the control task's ticks were, in milliseconds."""

    p50: float
    p99: float
    max: float


class Preflight(msgspec.Struct, frozen=True):
    """What pre-flight measured; a battery in %, None where the device has no gauge of one."""

    battery_percent: float | None
    rtt_p99_ms: float | None
    tick_late_p99_ms: float


class Run(Document, frozen=True, kw_only=True, tag="myoloop.run/1"):
    """How a session went. `recording` and `report` are files, once there are any."""

    outcome: Literal["complete", "stopped", "fault"]
    reason: str
    profile: str
    device: str
    device_url: str
    duration_s: float
    steps: tuple[PlayedStep, ...]
    pressure: Pressure
    emg: tuple[EmgChannel, ...]
    verdict_counts: VerdictCounts
    link_stats: Link
    tick_late_ms: Lateness
    preflight: Preflight | None = None
    recording: str | None = None
    report: str | None = None
    picture: str | None = None


# --- stop -------------------------------------------------------------------------------------


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """One session or device that was told to stop.

    `path` says who confirmed it: the session, the device itself past its session, or nobody.
    """

    url: str
    pid: int | None
    confirmed: bool
    path: Literal["session", "port", "none"]
    detail: str


class Stop(Document, frozen=True, kw_only=True, tag="myoloop.stop/1"):
    """What was stopped. Empty: nothing ran."""

    sessions: tuple[Stopped, ...]


# --- session ----------------------------------------------------------------------------------


class RunningSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session of this machine.

    `standing` is how far it is: idle, connecting, connected, preflight, ready, running, paused or
    over; None: it does not answer.
    """

    session: str
    pid: int
    device_url: str | None
    standing: str | None
    profile: str | None
    tick_late_p99_ms: float | None


class SessionList(Document, frozen=True, kw_only=True, tag="myoloop.session_list/1"):
    """The sessions of this machine."""

    sessions: tuple[RunningSession, ...]


class SessionWatch(Document, frozen=True, kw_only=True, tag="myoloop.session_watch/1"):
    """How a session ended that was watched; None where nothing was played."""

    session: str
    device_url: str | None
    outcome: Literal["complete", "stopped", "fault"] | None
    reason: str | None
    samples_left_out: int


class SessionOrder(Document, frozen=True, kw_only=True, tag="myoloop.session_order/1"):
    """What a session said to an order; `why` it was not taken, if it was not."""

    session: str
    order: str
    accepted: bool
    why: str | None = None


# --- device -----------------------------------------------------------------------------------


class FoundDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be opened. `confidence`: how sure it is what its driver drives, 0..1.

    `evidence` says of a product whether anybody is known to have tried its driver.
    """

    url: str
    name: str
    driver: str
    confidence: float
    rssi: float | None = None
    evidence: str | None = None


class DeviceList(Document, frozen=True, kw_only=True, tag="myoloop.device_list/1"):
    """What can be opened from here. `notes` say where nothing could be looked for, and why."""

    devices: tuple[FoundDevice, ...]
    notes: tuple[str, ...] = ()


class Latch(msgspec.Struct, frozen=True, kw_only=True):
    """Which path latched the device, and the nonce that clears it."""

    cause: str
    nonce: int


class DeviceInfo(Document, frozen=True, kw_only=True, tag="myoloop.device_info/1"):
    """What a device has and how it is. `capabilities` is its own document.

    `evidence` says of a product whether anybody is known to have tried its driver.
    """

    device_url: str
    state: str
    latch: Latch | None
    capabilities: dict[str, Any]
    evidence: str | None = None


class DeviceBundle(Document, frozen=True, kw_only=True, tag="myoloop.device_bundle/1"):
    """Where a support bundle was written."""

    device_url: str
    file: str


class DeviceClear(Document, frozen=True, kw_only=True, tag="myoloop.device_clear/1"):
    """Whether a latch was cleared; `latch` is what was there."""

    device_url: str
    cleared: bool
    latch: Latch | None


# --- emg --------------------------------------------------------------------------------------


class Detected(msgspec.Struct, frozen=True):
    """One contraction of a recording, in its seconds; `decided_s` is when its onset was known.

    `emg detect` prints these by "<file stem>/<channel>", the one document without "schema": it is
    what scorers of such detections read.
    """

    onset_s: float
    decided_s: float
    offset_s: float | None


# --- doctor -----------------------------------------------------------------------------------


class Finding(msgspec.Struct, frozen=True):
    """One thing about this machine: "look" may disturb a session, "bad" prevents it.

    `advice` says what to do.
    """

    name: str
    status: Literal["ok", "look", "bad"]
    found: str
    advice: str | None = None


class Doctor(Document, frozen=True, kw_only=True, tag="myoloop.doctor/1"):
    """How fit this machine is."""

    findings: tuple[Finding, ...]


class WhyConstant(msgspec.Struct, frozen=True, kw_only=True):
    """A constant of the program; `sentence` is the reason beside it, with source and mark."""

    name: str
    value: str
    file: str
    line: int
    sentence: str | None


class WhyHazard(msgspec.Struct, frozen=True, kw_only=True):
    """A hazard; `where` is the page and the row that say what is done about it."""

    number: str
    title: str
    where: str


class Why(Document, frozen=True, kw_only=True, tag="myoloop.doctor_why/1"):
    """Why numbers are what they are, or where it is said what is done about a hazard."""

    constants: tuple[WhyConstant, ...]
    hazard: WhyHazard | None = None


# --- everything else --------------------------------------------------------------------------


class Twin(Document, frozen=True, kw_only=True, tag="myoloop.twin/1"):
    """A virtual device that has come to its end: a person's, or the emulation of a product."""

    on: str
    preset: str | None = None
    product: str | None = None


class Version(Document, frozen=True, kw_only=True, tag="myoloop.version/1"):
    """Which version this is."""

    version: str


class Error(msgspec.Struct, frozen=True):
    """What went wrong, and what to do."""

    kind: str
    message: str
    hint: str | None = None


class Failed(Document, frozen=True, kw_only=True, tag="myoloop.error/1"):
    """The command did not do what it was asked for.

    `problems` holds every mistake of what people wrote, as `profile check` tells them.
    """

    error: Error
    problems: tuple[FoundProblem, ...] = ()


DOCUMENTS: tuple[type[Document], ...] = (
    Run,
    Stop,
    SessionList,
    SessionWatch,
    SessionOrder,
    DeviceList,
    DeviceInfo,
    DeviceBundle,
    DeviceClear,
    ProfileList,
    ProfileText,
    ProfileCheck,
    ProfileCreated,
    ProfileSchema,
    ProfileConverted,
    ProfilePlot,
    Doctor,
    Why,
    PersonShown,
    PersonList,
    PersonCalibrated,
    PersonContracted,
    PersonExport,
    PersonForgotten,
    Twin,
    *SCENARIO_DOCUMENTS,
    Version,
    Failed,
)

Schemas: TypeAlias = dict[str, dict[str, Any]]


def schemas() -> Schemas:
    """Return the JSON Schema (2020-12) of every document, by its name."""
    return {str(one.__struct_config__.tag): msgspec.json.schema(one) for one in DOCUMENTS}


class Told(msgspec.Struct, frozen=True):
    """What a command has to say: to programs, to people, and to the shell."""

    document: Document | Mapping[str, tuple[Detected, ...]]
    text: str
    exit_code: int = 0
