"""What the EMG front end is set to, each number with its source and mark.

(M) was measured on recordings, (E) is an engineer's choice that was flat when moved by a tenth.
"""

import msgspec


class EmgSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One setting for every muscle, gain and sampling rate. Times in seconds, levels as ratios."""

    # --- the band that is shown and compared
    low_hz: float = 20.0
    """Against movement (V, De Luca 2010). Trunk and neck, where the heart is: `HEART_LOW_HZ`."""
    high_hz: float = 450.0
    """SENIAM (V); never above 0.45 of the rate."""
    mains_hz: tuple[float, ...] = (50.0, 60.0)
    """Both are heard: nobody beside a bed has to know, and 100 ms tell them apart (rules, EMG)."""
    notch: bool = True
    """One notch, of quality 30, at the line that was seen last; a comb would ring for 200 ms (M).

    Two, one after the other, would find a tenth of the onsets 60 ms later (M).
    """
    line_seen: float = 0.09
    line_stronger: float = 4.0
    """A line is seen with 0.3 of the RMS (rules, EMG), and so much the power of the other (E)."""
    fast_s: float = 0.030
    slow_s: float = 0.250
    rail_uv: tuple[float, float] | None = None
    """The ends of the converter's range, if they are known."""
    step_uv: float = 0.1
    """A hop that moves by less than this does not move: one step of a converter (E)."""

    # --- the narrower band in which onsets are looked for
    onset_low_hz: float = 45.0
    """Weakens heart and movement: of 98 false onsets at 30 Hz one was left (M, synthetic ECG)."""
    short_samples: int = 5
    """The shortest RMS has at least so many (E)."""

    # --- resting level, learnt in ln units
    warm_up_s: float = 0.200
    boot_s: float = 0.800
    boot_ratio: float = 4.0
    """Until the resting level is known better, an onset is so much louder (E)."""
    floor_uv: float = 0.5
    spread_least: float = 0.08
    spread_most: float = 0.35
    """A resting level's spread, ln units, is kept between these (M)."""
    fall_s: float = 0.5
    rise_s: float = 6.0
    rise_active_s: float = 60.0

    # --- the threshold
    spreads_on: float = 4.0
    ratio_on: float = 2.5
    usual_share_on: float = 0.02
    """Of the usual level of a contraction (M: tails and neighbours stay below)."""
    ratio_before: float = 2.5
    """Above the level just before, so a tone does not fire again and again (M)."""
    lasting_s: float = 0.3
    """But what is over every other threshold for so long has begun: guarding may creep up (E)."""
    before_fall_s: float = 0.1
    before_rise_s: float = 0.3
    before_lag_s: float = 0.050

    # --- scores: a sum of hops over the threshold, each with a cap
    score_needed: float = 1.6
    score_base: float = 0.2
    score_cap: float = 0.4
    """So single motor units and spikes, one to three hops long, do not add up to an onset (M)."""
    strong_share: float = 0.20
    strong_cap: float = 1.5
    """A hop over this share of the usual level may count for more, but not for all (M)."""
    leak: float = 0.4

    # --- offset
    spreads_off: float = 2.5
    ratio_off: float = 1.6
    level_share_off: float = 0.08
    """Of this very contraction: muscles do not always relax in between (M)."""
    off_s: float = 0.200
    split_ratio: float = 5.0
    split_s: float = 0.300
    split_share: float = 0.3
    """A jump by so much inside a contraction is the next one (M)."""
    level_s: float = 3.0
    usual_s: float = 90.0
    usual_idle_s: float = 600.0
    back_s: float = 0.200
    """An onset is dated back by at most so much (E)."""

    # --- what is wrong
    flat_s: float = 0.100
    mains_uv: float = 30.0
    mains_share: float = 0.7
    """Mains: so much RMS, and so much of the power of a tenth of a second (M)."""
    line_share: float = 0.85
    plain_share: float = 0.8
    half_plain_share: float = 0.93
    """So much mains in two cycles, or in one or half a one where it is strong: no score (M).

    It takes a tenth of a second to be sure of mains, and half of that to be sure of an onset. In
    one cycle mains beside a muscle at rest looks like a muscle that works. And what begins within
    a cycle fills half a one first; muscles do now and then, which costs them 10 ms (M, flat from
    0.92 to 0.95).
    """
    motion_uv: float = 150.0
    motion_ratio: float = 8.4
    motion_penalty: float = 2.0
    """The slow trace swings by so much, and by so many times the band: thresholds double (M)."""
    quiet_ratio: float = 0.3
    quiet_s: float = 1.0
    """Less than this share of its own rest for a second: gel dries, an amplifier resets (E)."""
    hold_s: float = 0.100
    """After a fault no onset for so long: filters settle in 33-59 ms (M)."""
    gap_hold_s: float = 0.300
    gap_bridged_s: float = 0.100
    """Lost samples are bridged up to here; after more the filters start anew (E)."""

    # --- what leaks into the band
    slope_leak: float = 0.4
    """In-band share of a deflection of the slow trace: heart, taps, cables (E, from QRS shapes)."""
    beat_margin: float = 1.5
    """Around an expected beat: so much above what beats usually bring (E)."""
    mains_leak: float = 1.2
    mains_settle_s: float = 0.5
    """New mains passes a notch, which takes 0.2 s to settle; a muscle has less of it (E).

    And mains that is gone rings on in it: what is louder behind the notch than before it.
    """
    actuator_leak: float = 0.1
    """What a comb may leave of what it takes out (E)."""
    actuator_least_hz: float = 8.0
    """Slower motion has its harmonics below the band, and its shape in the slow trace (D)."""
    actuator_width: float = 0.02
    actuator_width_hz: float = 3.0
    """Each tooth of the comb: a share of its frequency, at least so wide (E)."""
    actuator_settle_s: float = 0.300


HEART_LOW_HZ = 30.0
"""The corner of the band on trunk and neck (V, Drake and Callaghan 2006)."""
