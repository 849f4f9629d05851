"""What holds a stopped device: cause, source, and the nonce that CLEAR must name."""

from collections.abc import Callable

from firmware_bridge.codes import Cause, Source


class Latch:
    """Closed by stops and faults, opened by the newest nonce alone."""

    def __init__(self, draw: Callable[[], int]) -> None:
        self._draw = draw
        self.cause = Cause.NONE
        self.source = Source.DEVICE
        self.nonce = 0
        self.closed = False
        self._stop: tuple[int, Source] | None = None
        self._cleared: int | None = None

    def close(self, cause: Cause, source: Source, stop_id: int | None = None) -> bool:
        """Latch, and say whether this was anything new: a repeated STOP keeps its nonce."""
        stop = None if stop_id is None else (stop_id, source)
        if self.closed and stop is not None and stop == self._stop:
            return False
        self.closed, self._stop = True, stop
        self.cause, self.source = cause, source
        self.nonce = self._draw()
        return True

    def was_cleared(self, nonce: int) -> bool:
        """Whether `nonce` is the one that opened this latch last."""
        return nonce == self._cleared

    def clear(self, nonce: int) -> bool:
        """Open, if `nonce` is the newest."""
        if not self.closed or nonce != self.nonce:
            return False
        self._cleared = nonce
        self.closed, self._stop = False, None
        self.cause, self.source, self.nonce = Cause.NONE, Source.DEVICE, 0
        return True

    def forget(self) -> None:
        """Open, as by a reset."""
        self._cleared = None
        self.closed, self._stop = False, None
        self.cause, self.source, self.nonce = Cause.NONE, Source.DEVICE, 0
