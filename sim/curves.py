"""Cubic Hermite segments that never leave the interval of their ends."""

from .coil import Cubic


def segment(
    start_us: int, value: float, slope: float, end_us: int, end_value: float, end_slope: float
) -> Cubic:
    """Return the cubic from one knot to the next, slopes (per second) limited where they must be.

    A slope of the same sign as the secant and at most three times as steep keeps the cubic
    monotone (Fritsch and Carlson's sufficient box).
    """
    if end_us <= start_us:
        return level(end_value)
    h = (end_us - start_us) * 1e-6
    secant = (end_value - value) / h
    m0, m1 = _limited(slope, secant), _limited(end_slope, secant)
    return (
        start_us,
        value,
        m0,
        (3.0 * secant - 2.0 * m0 - m1) / h,
        (m0 + m1 - 2.0 * secant) / (h * h),
    )


def level(value: float) -> Cubic:
    """Return a cubic that stays at `value`."""
    return 0, value, 0.0, 0.0, 0.0


def line(start_us: int, value: float, slope: float) -> Cubic:
    """Return a straight line, slope per second."""
    return start_us, value, slope, 0.0, 0.0


def value_at(cubic: Cubic, at_us: int) -> float:
    """Return the value of `cubic` at a device time."""
    start_us, a, b, c, d = cubic
    s = (at_us - start_us) * 1e-6
    return a + s * (b + s * (c + s * d))


def slope_at(cubic: Cubic, at_us: int) -> float:
    """Return the slope per second of `cubic` at a device time."""
    start_us, _, b, c, d = cubic
    s = (at_us - start_us) * 1e-6
    return b + s * (2.0 * c + s * 3.0 * d)


def _limited(slope: float, secant: float) -> float:
    if slope * secant <= 0.0:
        return 0.0
    steepest = 3.0 * secant
    return steepest if abs(slope) > abs(steepest) else slope
