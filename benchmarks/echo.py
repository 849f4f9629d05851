"""The far end of a bare round trip: `echo.py FD SCHEDULING` sends back what it reads."""

import os
import sys

from processes import be_device

fd = int(sys.argv[1])
be_device(sys.argv[2])
print("ready", flush=True)
while data := os.read(fd, 4096):
    os.write(fd, data)
