"""The documents that a virtual device keeps, given out piece by piece."""

from collections.abc import Callable
from zlib import crc32

from firmware_bridge.codes import Document
from firmware_bridge.messages import Ask, Piece

PIECE_BYTES = 200
"""Bytes of a document in one PIECE, where the link carries as many."""


class Papers:
    """Capabilities, and the truth as it is when its first piece is asked for."""

    def __init__(self, capabilities: bytes, truth: Callable[[], bytes]) -> None:
        self._documents = {Document.CAPABILITIES: capabilities}
        self._truth = truth
        self._piece_bytes = PIECE_BYTES
        self.schema_crc = crc32(capabilities)

    def piece(self, ask: Ask, room: int) -> Piece | None:
        """Return what is asked for, in payloads no longer than `room`; None: no such piece."""
        if ask.piece == 0:
            self._piece_bytes = max(1, min(PIECE_BYTES, room - Piece.LAYOUT.size))
        if ask.document is Document.TRUTH and ask.piece == 0:
            self._documents[Document.TRUTH] = self._truth()
        document = self._documents.get(ask.document, b"")
        start = ask.piece * self._piece_bytes
        pieces = -(-len(document) // self._piece_bytes)
        if ask.piece >= pieces:
            return None
        return Piece(ask.document, ask.piece, pieces, document[start : start + self._piece_bytes])
