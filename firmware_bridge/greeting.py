"""How a host and a device meet: HELLO, the capabilities document, a first look at the clock."""

import asyncio
import secrets
from zlib import crc32

import msgspec

from .capabilities import Capabilities, decode_capabilities
from .clock import FIRST_PINGS, DeviceClock
from .codes import Document, Role
from .conversation import UNBOUND, Conversation
from .errors import (
    BadFrame,
    LinkBusy,
    LinkError,
    LinkUnavailable,
    UnknownMessage,
    VersionMismatch,
)
from .framing import unseal
from .gatt import LEAST_VALUE
from .link import Link, Metered
from .messages import MAJOR, Ask, Hello, HelloAck, Message, Piece, Ping, Pong, decode
from .room import check_room

HELLO_TRIES = 20
"""How often a device that may still be booting is greeted, `Pace.answer_s` apart (E)."""


class Acquaintance(msgspec.Struct, frozen=True, kw_only=True):
    """What both know of each other after greeting."""

    conversation: Conversation
    host_nonce: int
    hello: HelloAck
    capabilities: Capabilities
    clock: DeviceClock


async def meet(link: Link) -> Acquaintance:
    """Greet the device at the far end of `link`, and own it.

    Raises `LinkTimeout` (nobody answers), `LinkBusy` (somebody else holds it), `VersionMismatch`,
    `LinkTooSlow`, `LinkUnavailable` (the link carries too little for a session; a STOP it does
    carry).
    """
    if link.kind == "ble" and link.max_frame < LEAST_VALUE:
        raise LinkUnavailable(
            f"MTU too small: this Bluetooth connection carries {link.max_frame} bytes at a time, "
            f"a session needs {LEAST_VALUE}; it can be stopped, not moved"
        )
    conversation = Conversation(link)
    link.listen(lambda body, _: _hear(conversation, body), lambda error: _lost(conversation, error))
    host_nonce = secrets.randbits(32)
    hello = await greet(conversation, host_nonce)
    clock = DeviceClock()
    capabilities = await _capabilities(conversation, hello.schema_crc)
    if isinstance(link, Metered):
        check_room(capabilities, link.bytes_s)
    await _read_clock(conversation, clock)
    return Acquaintance(
        conversation=conversation,
        host_nonce=host_nonce,
        hello=hello,
        capabilities=capabilities,
        clock=clock,
    )


async def greet(conversation: Conversation, host_nonce: int) -> HelloAck:
    """Say HELLO and take the epoch it gives. Raises as `meet` does."""
    hello = await conversation.ask(
        Hello(host_nonce),
        HelloAck,
        fits=lambda ack: ack.host_nonce == host_nonce or ack.role is not Role.OWNER,
        epoch=UNBOUND,
        tries=HELLO_TRIES,
    )
    if hello.role is Role.BUSY:
        raise LinkBusy("another session is moving this device; `myoloop stop` stops it")
    if hello.role is Role.VERSION:
        raise VersionMismatch(
            f"the device speaks protocol {hello.major}.{hello.minor}, this program {MAJOR}.x: "
            "update the older of the two"
        )
    conversation.epoch = hello.epoch
    return hello


async def fetch(conversation: Conversation, document: Document) -> bytes:
    """Return a document, piece by piece. Raises `LinkTimeout`, `DeviceRefused`."""
    first = await _piece(conversation, document, 0)
    rest = [(await _piece(conversation, document, n)).data for n in range(1, first.of)]
    return b"".join([first.data, *rest])


async def _piece(conversation: Conversation, document: Document, number: int) -> Piece:
    return await conversation.ask(
        Ask(document, number),
        Piece,
        fits=lambda piece: piece.document == document and piece.piece == number,
        epoch=UNBOUND,
    )


async def _capabilities(conversation: Conversation, schema_crc: int) -> Capabilities:
    document = await fetch(conversation, Document.CAPABILITIES)
    if crc32(document) != schema_crc:
        raise BadFrame("the capabilities document is not the one that HELLO_ACK announced")
    return decode_capabilities(document)


async def _read_clock(conversation: Conversation, clock: DeviceClock) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(FIRST_PINGS):
        sent_s = loop.time()
        token = round(sent_s * 1e6)
        pong = await conversation.ask(
            Ping(token), Pong, fits=lambda p, token=token: p.host_us == token, epoch=UNBOUND
        )
        clock.add(sent_s, pong.received_us, pong.sent_us, loop.time(), pong.boot_nonce16)
        await asyncio.sleep(clock.ping_after_s)


def _hear(conversation: Conversation, body: bytes) -> None:
    message = understood(body)
    if message is not None:
        conversation.hear(message)


def understood(body: bytes) -> Message | None:
    """Return the message of a body, or None for one this version cannot read."""
    kind, _, _, _ = unseal(body)
    try:
        return decode(kind, body)
    except (BadFrame, UnknownMessage):
        return None


def _lost(conversation: Conversation, error: LinkError) -> None:
    conversation.end(str(error))
