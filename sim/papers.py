"""The documents that a virtual device keeps, given out piece by piece."""

from collections.abc import Callable
from zlib import crc32

from firmware_bridge.codes import Document
from firmware_bridge.messages import Ask, Piece

PIECE_BYTES = 200
"""Bytes of a document in one PIECE."""


class Papers:
    """Capabilities, and the truth as it is when its first piece is asked for."""

    def __init__(self, capabilities: bytes, truth: Callable[[], bytes]) -> None:
        self._documents = {Document.CAPABILITIES: capabilities}
        self._truth = truth
        self.schema_crc = crc32(capabilities)

    def piece(self, ask: Ask) -> Piece | None:
        """Return what is asked for; None where there is no such piece."""
        if ask.document is Document.TRUTH and ask.piece == 0:
            self._documents[Document.TRUTH] = self._truth()
        document = self._documents.get(ask.document, b"")
        start = ask.piece * PIECE_BYTES
        pieces = -(-len(document) // PIECE_BYTES)
        if ask.piece >= pieces:
            return None
        return Piece(ask.document, ask.piece, pieces, document[start : start + PIECE_BYTES])
