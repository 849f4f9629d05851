"""A door with a real control behind it, in memory, and callers who may say anything."""

import asyncio
import contextlib

from controller.control import Control
from controller.door import PROTOCOL, Hello, Refused, encode, token
from controller.remote import Remote
from controller.service import Service
from controller.visits import Asked, said_of
from controller.words import Release
from firmware_bridge.links.local import memory_pair

URL = "sim://healthy_f?seed=7"


class Caller:
    """Somebody at the door, who says bytes."""

    def __init__(self, link):
        self.link = link
        self.said = []
        self.hung_up = False
        self.link.listen(lambda body, _: self.said.append(said_of(body)), self._lose)

    def _lose(self, _):
        self.hung_up = True

    def hello(self, role="none", secret=None, protocol=PROTOCOL):
        self.link.send(encode(Hello(protocol, token() if secret is None else secret, role)))
        return self

    def ask(self, order, number=1):
        self.link.send(encode(Asked(number, order)))

    def heard(self, kind):
        return [word for word in self.said if isinstance(word, kind)]

    @property
    def refusals(self):
        return [word.why for word in self.heard(Refused)]


class House:
    """A control process, as far as it is one."""

    def __init__(self):
        self.control = Control()
        self.service = Service(self.control)
        self.visit = asyncio.create_task(self.control.run(), name="control")

    def call(self):
        near, far = memory_pair()
        self.service.meet(far)
        return Caller(near)

    async def remote(self, role="operator", hear=lambda news: None, lose=lambda why: None):
        near, far = memory_pair()
        self.service.meet(far)
        remote = Remote(near, hear, lose)
        await remote.enter(role)
        return remote


@contextlib.asynccontextmanager
async def house():
    one = House()
    try:
        yield one
    finally:
        one.control.order(Release())
        await one.visit
        await one.service.aclose()
