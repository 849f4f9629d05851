"""A virtual Bluetooth radio: connection events, loss, silence, supervision.

It is the air between virtual controllers of bumble's. Those speak HCI to a host and move packets at
once; here packets wait for their connection event, as those of a real controller do.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

import msgspec
import numpy as np
from bumble import hci
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.device import Device
from bumble.host import DataPacketQueue
from bumble.link import LocalLink
from bumble.ll import AdvertisingPdu, ControlPdu
from bumble.transport.common import TransportSink, TransportSource

from firmware_bridge.errors import LinkClosed

INTERVAL_UNIT_S = 0.00125
"""Connection intervals are counted in this (V, Bluetooth Core, Vol 4 Part E 7.8.12)."""

SUPERVISION_UNIT_S = 0.01
"""Supervision timeouts are counted in this (V, same place)."""

LARGEST_PDU = 251
"""Bytes of one packet with data length extension (V, Vol 6 Part B 2.4)."""

BUFFERS = 16
"""Packets that a controller holds for its host (E)."""


class Air(msgspec.Struct, frozen=True, kw_only=True):
    """How good the air is. `interval_s` 0 is infinitely fast, `loss` is of each packet."""

    interval_s: float = 0.015
    packets_per_event: int = 6
    loss: float = 0.0
    supervision_s: float = 4.0
    mtu: int = 247

    @property
    def interval_units(self) -> int:
        """The interval as HCI counts it; there it is never 0."""
        return max(1, round(self.interval_s / INTERVAL_UNIT_S))

    @property
    def supervision_units(self) -> int:
        """The supervision timeout as HCI counts it."""
        return round(self.supervision_s / SUPERVISION_UNIT_S)


class VirtualRadio(LocalLink):
    """The air. `dice` decides which packets are lost; a lost packet is sent again, later."""

    def __init__(self, air: Air, dice: np.random.Generator) -> None:
        super().__init__()
        self.air = air
        self._dice = dice
        self._silent = False
        self._timers = set[asyncio.TimerHandle]()

    @property
    def is_silent(self) -> bool:
        """Nothing gets through."""
        return self._silent

    def controller(
        self, name: str, source: TransportSource | None = None, sink: TransportSink | None = None
    ) -> "PacedController":
        """Return a new controller on this air; its host is at the far end of `source`, `sink`."""
        return PacedController(name, self, source, sink)

    def is_lost(self) -> bool:
        """Say whether the next packet is lost."""
        return self.air.loss > 0.0 and float(self._dice.random()) < self.air.loss

    def fall_silent(self, for_s: float) -> None:
        """Let nothing through for a while. Longer than the supervision timeout, it disconnects."""
        self._silent = True
        if for_s > self.air.supervision_s:
            self._later(self.air.supervision_s, self.cut)
        self._later(for_s, self._speak)

    def cut(self) -> None:
        """End every connection, as a supervision timeout does."""
        for controller in list(self.controllers):
            for connection in list(controller.le_connections.values()):
                controller.on_le_disconnected(
                    connection, int(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
                )

    def close(self) -> None:
        """Forget what was to happen."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def scan_response(self, address: hci.Address) -> bytes:
        """Return what the advertiser at `address` answers to an active scan."""
        for controller in self.controllers:
            for advertiser in (
                controller.le_legacy_advertiser,
                *controller.advertising_sets.values(),
            ):
                if advertiser.enabled and advertiser.address == address:
                    return bytes(advertiser.scan_response_data)
        return b""

    # -- what bumble calls -------------------------------------------------------------------

    def send_advertising_pdu(self, sender_controller: Controller, packet: AdvertisingPdu) -> None:
        if not self._silent:
            super().send_advertising_pdu(sender_controller, packet)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ControlPdu
    ) -> None:
        """Pass it on. A far end that does not hear of a goodbye finds out by its supervision."""
        if not self._silent:
            super().send_ll_control_pdu(sender_address, receiver_address, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        if not self._silent:
            super().send_acl_data(sender_controller, destination_address, transport, data)

    def _speak(self) -> None:
        self._silent = False
        for controller in self.controllers:
            if isinstance(controller, PacedController):
                controller.go_on()

    def _later(self, after_s: float, do: Callable[[], None]) -> None:
        self._timers.add(asyncio.get_running_loop().call_later(after_s, do))


_Report: TypeAlias = (
    hci.HCI_LE_Advertising_Report_Event.Report | hci.HCI_LE_Extended_Advertising_Report_Event.Report
)


class PacedController(Controller):
    """A controller that moves data at connection events only, and keeps what is not through.

    Because packets wait in here, the host hears late that they are done: real backpressure.
    """

    def __init__(
        self,
        name: str,
        radio: VirtualRadio,
        source: TransportSource | None,
        sink: TransportSink | None,
    ) -> None:
        super().__init__(name, source, sink, radio)  # pyright: ignore[reportUnknownMemberType]
        self._radio = radio
        self._waiting = deque[hci.HCI_AclDataPacket]()
        self._event: asyncio.TimerHandle | None = None
        self.le_acl_data_packet_length = LARGEST_PDU
        self.total_num_le_acl_data_packets = BUFFERS
        self.supported_max_tx_octets = self.supported_max_rx_octets = LARGEST_PDU
        self.suggested_max_tx_octets = LARGEST_PDU

    def go_on(self) -> None:
        """Look at what waits, at the next event."""
        if self._waiting and self._event is None:
            loop = asyncio.get_running_loop()
            interval_s = self._radio.air.interval_s or INTERVAL_UNIT_S
            next_s = (loop.time() // interval_s + 1) * interval_s
            self._event = loop.call_at(next_s, self._meet)

    def leave(self) -> None:
        """Be gone, with every connection: the far ends find out by their supervision."""
        if self._event is not None:
            self._event.cancel()
        self._waiting.clear()
        radio = self._radio
        if self not in radio.controllers:
            return
        radio.remove_controller(self)
        mine = {connection.self_address for connection in self.le_connections.values()}
        for far in radio.controllers:
            for connection in list(far.le_connections.values()):
                if connection.peer_address in mine:
                    far.on_le_disconnected(
                        connection, int(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
                    )

    # -- what bumble calls -------------------------------------------------------------------

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        air = self._radio.air
        if air.interval_s or air.loss or self._radio.is_silent or self._waiting:
            self._waiting.append(packet)
            self.go_on()
        elif self.find_connection_by_handle(packet.connection_handle):
            super().on_hci_acl_data_packet(packet)

    def on_le_disconnected(self, connection: Connection, reason: int) -> None:
        super().on_le_disconnected(connection, reason)
        self._waiting = deque(p for p in self._waiting if p.connection_handle != connection.handle)

    def on_hci_le_connection_update_command(
        self, command: hci.HCI_LE_Connection_Update_Command
    ) -> None:
        """Hear a wish for another interval, and keep the air's own: hosts do as they like."""
        air = self._radio.air
        self.send_hci_packet(
            hci.HCI_Command_Status_Event(
                status=hci.HCI_COMMAND_STATUS_PENDING,
                num_hci_command_packets=1,
                command_opcode=command.op_code,
            )
        )
        self.send_hci_packet(
            hci.HCI_LE_Connection_Update_Complete_Event(
                status=hci.HCI_ErrorCode.SUCCESS,
                connection_handle=command.connection_handle,
                connection_interval=air.interval_units,
                peripheral_latency=0,
                supervision_timeout=air.supervision_units,
            )
        )

    def on_hci_le_create_connection_cancel_command(
        self,
        _command: object,
    ) -> hci.HCI_StatusReturnParameters:
        """Cancel an attempt: bumble's own answer leaves it pending, and its host waits for ever."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        asyncio.get_running_loop().call_soon(
            self.send_hci_packet,
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=hci.AddressType.RANDOM_DEVICE,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            ),
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if isinstance(packet, hci.HCI_LE_Advertising_Report_Event):
            kind = hci.HCI_LE_Advertising_Report_Event.EventType.SCAN_RSP
            if not self._answer_scan(packet.reports[0], kind):
                return
            packet = hci.HCI_LE_Advertising_Report_Event(packet.reports)
        elif isinstance(packet, hci.HCI_LE_Extended_Advertising_Report_Event):
            kind = hci.HCI_LE_Extended_Advertising_Report_Event.EventType.SCAN_RESPONSE
            if not self._answer_scan(packet.reports[0], kind):
                return
            packet = hci.HCI_LE_Extended_Advertising_Report_Event(packet.reports)
        elif isinstance(packet, hci.HCI_LE_Connection_Complete_Event) and packet.status == 0:
            packet = self._with_our_interval(packet)
        super().send_hci_packet(packet)

    # -- the rest ----------------------------------------------------------------------------

    def _meet(self) -> None:
        """One connection event: some packets, up to the first that is lost."""
        self._event = None
        for _ in range(self._radio.air.packets_per_event):
            if not self._waiting or self._radio.is_silent or self._radio.is_lost():
                break
            packet = self._waiting.popleft()
            if self.find_connection_by_handle(packet.connection_handle):
                super().on_hci_acl_data_packet(packet)
        if not self._radio.is_silent:
            self.go_on()

    def _answer_scan(self, report: _Report, kind: int) -> bool:
        """Put the real scan response into a report of one, where bumble copies the advertisement.

        Say whether there is anything to report.
        """
        if report.event_type == kind:
            report.data = self._radio.scan_response(report.address)
        return bool(report.data)

    def _with_our_interval(self, packet: hci.HCI_LE_Connection_Complete_Event) -> hci.HCI_Packet:
        air = self._radio.air
        return hci.HCI_LE_Connection_Complete_Event(
            status=packet.status,
            connection_handle=packet.connection_handle,
            role=packet.role,
            peer_address_type=packet.peer_address_type,
            peer_address=packet.peer_address,
            connection_interval=air.interval_units,
            peripheral_latency=0,
            supervision_timeout=air.supervision_units,
            central_clock_accuracy=0,
        )


def packets(device: Device) -> DataPacketQueue:
    """Return what a host has under way to its controller. Raises `LinkClosed` before power-on."""
    queue = device.host.le_acl_packet_queue
    if queue is None:
        raise LinkClosed("the Bluetooth controller is switched off")
    return queue
