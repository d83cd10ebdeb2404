"""The three keys of every error frame, in the shape that the seed's host sends."""

from tests.clients.strict_json import JsonObject, Unexpected, text

ERROR_KEYS = ("message", "connectionId", "requestId")


class ErrorIds:
    """One connectionId for the whole socket, another requestId for each error: else nobody finds it in a log."""

    def __init__(self) -> None:
        self._connection_id: str | None = None
        self._request_ids: set[str] = set()

    def check(self, frame: JsonObject) -> tuple[str, str, str]:
        """The three values."""
        message, connection_id, request_id = (text(frame, key) for key in ERROR_KEYS)
        if self._connection_id not in (None, connection_id):
            raise Unexpected(f"connectionId was {self._connection_id} and is {connection_id}")
        if request_id in self._request_ids:
            raise Unexpected(f"requestId {request_id} twice")
        self._connection_id = connection_id
        self._request_ids.add(request_id)
        return message, connection_id, request_id
