"""Emulated bed bases: Jensen, Reverie, Keeson (as Ergomotion), Linak, Richmat and BedTech."""

from functools import reduce

from .emulation import Emulation

REPORT_S = 0.25
"""How often an Ergomotion says how it is (E)."""


class JensenBed(Emulation):
    """Deaf until it is unlocked; misses its first order if nobody has asked where it is.

    `built_in` are the flags that it answers for its configuration: bit 0 head, bit 1 foot massage.
    """

    service = "00001234-0000-1000-8000-00805f9b34fb"
    written = notifying = "00001111-0000-1000-8000-00805f9b34fb"
    name = "jmc400"

    def __init__(self) -> None:
        super().__init__()
        self.levels = {"head": 0, "foot": 0}
        self.built_in = 0x03
        self._unlocked = self._awake = False

    def greet(self) -> None:
        self._unlocked = self._awake = False

    def obey(self, value: bytes) -> None:
        if len(value) != 6:
            return
        match value[0]:
            case 0x1E:
                self._unlocked = value[1:5] == bytes((3, 0, 6, 0))
            case 0x0A if self._unlocked:
                self.tell(bytes((0x0A, 0, self.built_in, 0, 4, 0)))
            case 0x10 if self._unlocked and value[1] == 0xFF:
                self._awake = True
                self.tell(bytes((0x10, 0, 0, 0, 0, 0)))
            case 0x12 if self._unlocked:
                self._massage(value)
            case _:
                return

    def _massage(self, value: bytes) -> None:
        if not self._awake:
            self._awake = True
            return
        head, foot, _, hours, minutes = value[1:]
        self.run(head=min(head, 10), foot=min(foot, 10))
        after_s = 3600 * hours + 60 * minutes
        if after_s and self.runs:
            self.later("auto-off", after_s, self.stop)
        else:
            self.never("auto-off")


class ReverieBed(Emulation):
    """Says nine bytes whenever something has changed."""

    service = "1b1d9641-b942-4da8-89cc-98e6a58fbd93"
    written = notifying = "6af87926-dc79-412e-a3e0-5f85c2d55de2"
    name = "Reverie"

    def __init__(self) -> None:
        super().__init__()
        self.levels = {"head": 0, "foot": 0, "wave": 0}

    def obey(self, value: bytes) -> None:
        if len(value) < 3 or value[0] != 0x55 or reduce(lambda a, b: a ^ b, value) != 0:
            return
        match tuple(value[1:-1]):
            case (0x53, number) if number <= 10:
                self.run(head=number)
            case (0x54, number) if number <= 10:
                self.run(foot=number)
            case (code,) if 0x40 <= code <= 0x49:
                self.run(wave=code - 0x40)
            case (0x35,):
                self.stop()
            case _:
                return

    def changed(self) -> None:
        self.tell(bytes((0x55, 0, 0, 0, self.levels["head"], self.levels["foot"], 0, 0, 0)))


class KeesonBed(Emulation):
    """Counts its levels and its timer; an Ergomotion reports them four times a second."""

    service = "0000ffe5-0000-1000-8000-00805f9b34fb"
    written = "0000ffe9-0000-1000-8000-00805f9b34fb"
    notifying = "0000ffe4-0000-1000-8000-00805f9b34fb"
    name = "base-i5.00000001"

    def __init__(self, *, reports: bool = True) -> None:
        super().__init__()
        self.levels = {"head": 0, "foot": 0}
        self.timer = 0
        self._reports = reports

    def greet(self) -> None:
        if self._reports:
            self._report()

    def obey(self, value: bytes) -> None:
        if len(value) != 8 or value[:3] != b"\xe5\xfe\x16" or sum(value) & 0xFF != 0xFF:
            return
        command = int.from_bytes(value[3:7], "little")
        for zone, up, down in (("head", 0x800, 0x800000), ("foot", 0x400, 0x1000000)):
            step = int(command == up) - int(command == down)
            if step:
                self.run(**{zone: min(max(self.levels[zone] + step, 0), 6)})
        if command == 0x200:
            self._set_timer((self.timer + 1) % 4)

    def _set_timer(self, number: int) -> None:
        self.timer = number
        if number:
            self.later("auto-off", 600.0 * number, self._end)
        else:
            self.never("auto-off")

    def _end(self) -> None:
        self.timer = 0
        self.stop()

    def _report(self) -> None:
        head, foot = self.levels["head"], self.levels["foot"]
        said = bytes((0xED, 0, 0, 0, 0, head, foot, 0, 0, 0, 0, 0, 0, 0, self.timer, 0))
        self.tell(said)
        if self.is_connected:
            self.later("report", REPORT_S, self._report)


class LinakBed(Emulation):
    """Goes one up, one down, or off; it has three levels, and stays at the highest."""

    service = "99fa0001-338a-1024-8a49-009c0215f78a"
    written = "99fa0002-338a-1024-8a49-009c0215f78a"
    name = "Bed 1234"

    def __init__(self) -> None:
        super().__init__()
        self.levels = {"head": 0, "foot": 0}

    def obey(self, value: bytes) -> None:
        moves = {0x8D: ("head", 1), 0x8E: ("head", -1), 0x8F: ("foot", 1), 0x90: ("foot", -1)}
        if value == b"\x80\x00":
            self.stop()
        elif len(value) == 2 and value[1] == 0 and value[0] in moves:
            zone, step = moves[value[0]]
            self.run(**{zone: min(max(self.levels[zone] + step, 0), 3)})


class RichmatBed(Emulation):
    """One order for each level of each zone."""

    service = "0000fee9-0000-1000-8000-00805f9b34fb"
    written = "d44bc439-abfd-45a2-b575-925416129600"
    notifying = "d44bc439-abfd-45a2-b575-925416129601"
    name = "QRRM138912"

    def __init__(self) -> None:
        super().__init__()
        self.levels = {"head": 0, "foot": 0}

    def obey(self, value: bytes) -> None:
        if len(value) == 5 and value[:3] == b"\x6e\x01\x00" and sum(value[:4]) & 0xFF == value[4]:
            self.command(value[3])

    def command(self, code: int) -> None:
        """Do what the brand takes this byte for."""
        if 0x98 <= code <= 0x9B:
            self.run(head=code - 0x98)
        elif 0x9C <= code <= 0x9F:
            self.run(foot=code - 0x9C)


class BedTechBed(RichmatBed):
    """The same frames with other meanings, and a timer."""

    name = "BT6500"
    makers = {0x4C57: b"\x01"}  # noqa: RUF012  nobody changes it

    def command(self, code: int) -> None:
        moves = {0x4C: ("head", 1), 0x4D: ("head", -1), 0x4E: ("foot", 1), 0x4F: ("foot", -1)}
        timers = {0x5F: 600.0, 0x63: 1200.0, 0x61: 1800.0}
        if code == 0x5E:
            self.never("auto-off")
            self.stop()
        elif code in timers:
            self.later("auto-off", timers[code], self.stop)
        elif code in moves:
            zone, step = moves[code]
            self.run(**{zone: min(max(self.levels[zone] + step, 0), 3)})
