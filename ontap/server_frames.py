"""Frames that need no autobahn: what stands in their first bytes, and a short path for the texts of clients."""

from ontap.server_limits import Inbox

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled wheel for this machine
    from websockets.utils import apply_mask

WHOLE_TEXT = 0x81  # final frame, opcode text
WHOLE_BINARY = 0x82
MASKED = 0x80
PING = b"\x89\x00"


def take_text_frames(data: bytes, inbox: Inbox) -> bytes:
    """Move the whole, masked, short text frames at the start into the inbox, until it is full; gives back the rest.

    Autobahn judges everything else.
    """
    position, end = 0, len(data)
    while end - position >= 6 and data[position] == WHOLE_TEXT and not inbox.full:
        size, mask = data[position + 1] - MASKED, position + 2
        if size == 126:
            size, mask = int.from_bytes(data[mask : mask + 2], "big"), mask + 2
            if size < 126:
                break
        elif not 0 <= size < 126:
            break
        start = mask + 4
        if start + size > end:
            break
        try:
            text = apply_mask(data[start : start + size], data[mask:start]).decode()
        except UnicodeDecodeError:
            break
        inbox.put({"type": "websocket.receive", "text": text}, size)
        position = start + size
    return data[position:]
