"""The RongTai RT8600S, emulated: it sleeps, it resets, and its power key toggles."""

from .emulation import Emulation

REPORT_S = 0.2
"""How often it says how it is (E)."""

RESET_S = 2.0
"""How long it takes to wake, and to lie down (E)."""

STANDBY, RESETTING, WAITING, MASSAGING = 0, 1, 2, 3
"""States, as its status spells them."""

PRESET_S = 1200.0
"""What its timer is at when it wakes (E)."""

TECHNIQUES = {0x20: 1, 0x21: 2, 0x22: 5, 0x23: 4, 0x24: 3, 0x25: 6}
"""Keys, and how its status spells what they begin: knead, knock, shiatsu, tap, both, rhythm."""


class Chair(Emulation):
    """While it resets, and in its sleep, it takes no key but power."""

    service = "0000fff0-0000-1000-8000-00805f9b34fb"
    written = "8b00ace7-eb0b-49b0-bbe9-9aee0a26e1a3"
    notifying = "0734594a-a8e7-4b1a-a6b1-cd5243059a57"
    answers = False
    name = "RT8600S"

    def __init__(self) -> None:
        super().__init__()
        self.levels = {"technique": 0, "air": 0}
        self.state = STANDBY
        self.speed = 1
        self._ends_s = 0.0

    def greet(self) -> None:
        self._report()

    def obey(self, value: bytes) -> None:
        if len(value) != 5 or value[:2] != b"\xf0\x84" or value[4] != 0xF1:
            return
        key = value[2]
        if value[3] != ~(0x84 + key) & 0x7F or self.state == RESETTING:
            return
        if key == 0x01:
            self._power()
        elif self.state != STANDBY:
            self._press(key)

    def _press(self, key: int) -> None:
        if key in TECHNIQUES:
            self.state = MASSAGING
            self.run(technique=TECHNIQUES[key])
        elif 0x45 <= key <= 0x4A:
            self.run(air=(key - 0x44) % 6)
        elif 0x2E <= key <= 0x33:
            self.speed = key - 0x2D
        elif 0x50 <= key <= 0x52:
            self._time((key - 0x4F) * 600.0)

    def _power(self) -> None:
        after = WAITING if self.state == STANDBY else STANDBY
        self.state = RESETTING
        self.never("auto-off")
        self.stop()
        self.later("reset", RESET_S, lambda: self._be(after))

    def _be(self, state: int) -> None:
        self.state = state
        if state == WAITING:
            self._time(PRESET_S)

    def _time(self, for_s: float) -> None:
        self._ends_s = self._loop.time() + for_s
        self.later("auto-off", for_s, self._power)

    def _report(self) -> None:
        left_s = max(0, round(self._ends_s - self._loop.time()))
        body = bytearray(14)
        body[0] = self.levels["technique"] << 3 | int(self.runs) << 6
        body[1] = self.speed << 2
        body[2] = self.levels["air"]
        body[3], body[4] = divmod(left_s, 128)
        body[6] = self.state
        self.tell(bytes((0xF0, *body, ~sum(body) & 0x7F, 0xF1)))
        if self.is_connected:
            self.later("report", REPORT_S, self._report)
