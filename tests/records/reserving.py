"""A process that reserves and books for ever, for a test to kill. It says what it has reserved."""

import sys
from pathlib import Path

from controller.ledger import Entry
from profiles.dose import Dose
from records.people import People

people = People(Path(sys.argv[1]))
while True:
    entry = Entry(
        at_s=1000.0, device="d", profile="p", area_cm2=10.0, doses={"gluteus": Dose(9, 9, 9, 9)}
    )
    number = people.reserve("p1", entry, lambda person: None)
    print("reserved", number, flush=True)
    if sys.argv[2] == "wait":
        sys.stdin.readline()
    people.book(number, {"gluteus": Dose(1, 1, 1, 1)}, 1001.0)
    print("booked", number, flush=True)
