"""The person under a twin: what they do reaches the device by the device's own means, and TRUTH."""

import asyncio
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.play import prepare, read_profile
from controller.preflight import SimulatedPerson, preflight
from controller.session import Session
from firmware_bridge.capabilities import decode_capabilities
from firmware_bridge.codes import Buttons, Document, Gesture, State
from firmware_bridge.framing import OVERHEAD
from firmware_bridge.messages import Ack, Ping, Samples, StatusReport
from firmware_bridge.streamed import connect
from sim.birth import recipe
from sim.body import PRESETS
from sim.link import join
from sim.oracle import (
    activation_onsets_s,
    pain_threshold_kpa,
    peak_kpa,
    read_truth,
    seconds_above_threshold,
)
from sim.virtual_time import run
from tests.conformance.host import Host

TENDER = "sim://trigger_point_ut?seed=3"
"""Somebody who hurts at 18 kPa."""


class FarEnd:
    def __init__(self, url):
        self.link = join(recipe(url))
        self.wait = asyncio.sleep


def pressed(url, kpa, seconds, then=None):
    """Press somebody; return the host, and the truth in device seconds."""

    async def press():
        far_end = FarEnd(url)
        host = Host(far_end)
        await host.arm()
        began_s = await host.play(seconds, pressure=kpa)
        if then is not None:
            await then(host)
        truth = read_truth(await host.document(Document.TRUTH))
        await far_end.link.aclose()
        return host, truth, began_s

    return run(press())


def test_whoever_hurts_presses_the_button_of_the_device_and_is_let_go():
    host, truth, _ = pressed(TENDER, 30.0, 4.0)
    (hurt_s, *_), (noticed_s, *_) = truth.all("pain pressed"), truth.all("pain")
    assert noticed_s == hurt_s
    assert truth.all("state PAIN_HOLD")[0] == hurt_s
    assert host.status.pain_count == 1
    assert host.state is State.PAIN_HOLD
    held = [h.message for h in host.all(StatusReport) if Buttons.PAIN in Buttons(h.message.buttons)]
    assert 5 <= len(held) <= 20
    assert not host.status.buttons & Buttons.PAIN
    assert peak_kpa(truth, hurt_s + 0.5, hurt_s + 9) < 0.3


def test_pain_is_above_the_threshold_and_its_seconds_are_told():
    _, truth, began_s = pressed(TENDER, 30.0, 4.0)
    (hurt_s, *_) = truth.all("pain pressed")
    threshold_kpa = pain_threshold_kpa(truth)
    assert threshold_kpa[0] == pytest.approx(18.1, abs=0.1)
    above_s = seconds_above_threshold(truth, began_s, hurt_s)
    assert 0.5 < above_s < 2.5
    assert seconds_above_threshold(truth, began_s, began_s + 1.0) == 0.0


def test_a_guard_is_seen_in_activation_in_emg_and_in_the_events_at_one_time():
    host, truth, began_s = pressed("sim://healthy_f?guards=early", 20.0, 3.0)
    (begins_s, *_) = truth.all("guarding begins")
    (onset_s, *_) = activation_onsets_s(truth, began_s, began_s + 3)
    assert 0.0 <= onset_s - begins_s <= 0.05
    threshold_kpa = 0.15 * pain_threshold_kpa(truth)[0]
    crossed_s = float(truth.times_s[truth.true_kpa > threshold_kpa][0])
    assert 0.02 <= begins_s - crossed_s <= 0.15
    loud = [
        (h.stamp_us * 1e-6, np.std(struct.unpack("<20h", h.message.data[:40])) * 0.1)
        for h in host.all(Samples)
    ]
    before = np.mean([uv for at_s, uv in loud if began_s < at_s < begins_s - 0.1])
    after = np.mean([uv for at_s, uv in loud if begins_s + 0.2 < at_s < began_s + 3.0])
    assert after > 5 * before


def test_a_cramp_on_request_is_a_spasm_in_the_truth():
    async def cramp(host):
        await host.act(Gesture.CRAMP)
        await host.wait(0.5)

    _, truth, _ = pressed("sim://healthy_f", 3.0, 1.0, cramp)
    (began_s,) = truth.all("spasm")
    assert truth.activation[truth.times_s > began_s + 0.3].min() > 0.1


async def wiggle(host):
    for gesture in (Gesture.ELECTRODE_OFF, Gesture.MAINS_ON, Gesture.SHAKE, Gesture.TAP):
        assert isinstance(await host.act(gesture), Ack)


def test_what_happens_to_leads_is_in_the_truth_and_changes_no_muscle():
    _, truth, _ = pressed("sim://healthy_f", 3.0, 1.0, wiggle)
    told = [text for _, text in truth.events if text.startswith("leads")]
    assert told == ["leads ELECTRODE_OFF", "leads MAINS_ON", "leads SHAKE", "leads TAP"]
    assert truth.activation.max() < 0.01


@pytest.mark.parametrize("channels", [1, 2, 5, 8])
def test_an_address_chooses_the_electrode_pairs_and_every_frame_has_them(channels):
    async def listen():
        far_end = FarEnd(f"sim://healthy_f?emg={channels}")
        host = Host(far_end)
        await host.greet()
        capabilities = decode_capabilities(await host.document(Document.CAPABILITIES))
        await host.wait(0.2)
        await far_end.link.aclose()
        return capabilities, [h.message for h in host.all(Samples)]

    capabilities, frames = run(listen())
    assert len(capabilities.sensors_of("emg")) == channels
    assert {len(frame.data) for frame in frames} == {2 * (10 * channels + 4)}
    samples = 100 * (Samples.LAYOUT.size + 2 * (10 * channels + 4) + OVERHEAD + 2)
    status = 50 * (StatusReport.LAYOUT.size + OVERHEAD + 2)
    assert capabilities.uplink_bytes_s == samples + status


def life(url, pings_s):
    """Live through a guard and pain, asked for the time at these moments; return what was true."""

    async def live():
        far_end = FarEnd(url)
        host = Host(far_end)

        async def ask():
            for wait_s in pings_s:
                await asyncio.sleep(wait_s)
                host.say(Ping(1))

        await host.arm()
        asking = asyncio.create_task(ask())
        await host.play(2.5, pressure=24.0)
        await host.wait(1.0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        document = await host.document(Document.TRUTH)
        await far_end.link.aclose()
        return document, [h.message.data for h in host.all(Samples)]

    return run(live())


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0.0001, 0.05), max_size=60))
def test_a_life_is_the_same_to_the_bit_however_its_ticks_are_grouped(pings_s):
    """A ping makes a twin run up to now, in the middle of whatever it does."""
    undisturbed, frames = life(TENDER, [])
    truth, same_frames = life(TENDER, pings_s)
    assert b"pain pressed" in undisturbed
    assert b"guarding begins" in undisturbed
    assert truth == undisturbed
    assert frames == same_frames


def session(url, profile="library:demo", **values):
    """Play a profile on somebody; return outcome, truth, limit."""

    async def play():
        device = await connect(join(recipe(url)))
        try:
            text, name = read_profile(profile)
            fitted = prepare(text, name, device.capabilities, values)
            ready = await preflight(device, SimulatedPerson(device))
            outcome = await Session(device, fitted, lambda _: None, ready.zero_kpa).run()
            truth = read_truth(await device.document(Document.TRUTH))
            return outcome, truth, fitted.program.envelope.pressure_kpa.value
        finally:
            await device.aclose()

    return run(play())


@pytest.mark.parametrize("preset", PRESETS)
def test_the_demonstration_completes_on_everybody_without_pain(preset):
    outcome, truth, limit_kpa = session(
        f"sim://{preset}?seed=7", settle_for="2 s", stroke_for="6 s", knead_for="12 s"
    )
    assert outcome.result == "complete"
    assert seconds_above_threshold(truth, outcome.began_device_s, 1e9) == 0.0
    assert truth.all("pain pressed") == ()
    assert peak_kpa(truth, outcome.began_device_s, 1e9) <= 1.05 * limit_kpa + 0.5


@pytest.mark.parametrize("preset", ["healthy_f", "healthy_m", "obese"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_is_pressed_below_the_threshold_stays_calm(preset, seed):
    outcome, truth, _ = session(
        f"sim://{preset}?seed={seed}", settle_for="2 s", stroke_for="6 s", knead_for="12 s"
    )
    during = outcome.began_device_s, outcome.began_device_s + outcome.duration_s
    assert outcome.result == "complete"
    assert activation_onsets_s(truth, *during) == ()
    assert truth.all("guarding begins") == ()


@pytest.mark.parametrize("how", ["sensation=none", "presses=never", "sensation=reduced"])
def test_a_body_that_says_nothing_is_still_pressed_below_its_limit(how):
    """Physiology 8.2.5: the controller stays below its caps without any feedback."""
    outcome, truth, limit_kpa = session(f"sim://reduced_sensation?{how}", depth="22 kPa")
    assert outcome.result == "complete"
    assert peak_kpa(truth, outcome.began_device_s, 1e9) <= 1.05 * limit_kpa + 0.5
    assert truth.all("pain pressed") == ()
