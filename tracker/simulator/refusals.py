"""A refusal of the gateway: return code, HTTP status and words (API reference, sections 4, 6 and 7)."""

from tracker.gateway.codes import ReturnCode

# What is not here answers 400: the documented ones do, and for the others it is the best guess (section 7).
STATUSES = {
    ReturnCode.INVALID_TOKEN: 401,
    ReturnCode.WINDOW_CLOSED: 403,
    ReturnCode.ENDPOINT_UNAVAILABLE: 404,
    ReturnCode.ORDER_NOT_FOUND: 404,
    ReturnCode.UNKNOWN_CLIENT: 404,
    ReturnCode.TOKEN_TIMEOUT: 401,
}
# The beginnings that the documentation shows; nobody should branch on them.
WORDS = {
    ReturnCode.MALFORMED_AUTHORIZATION: "Invalid format of the Authorization header.",
    ReturnCode.INVALID_TOKEN: "Invalid access token.",
    ReturnCode.WINDOW_CLOSED: "Time window expired or gateway button not pressed.",
    ReturnCode.INVALID_TOKEN_NAME: "Invalid name for access token. Can only contain letters and digits.",
}


class Refused(Exception):
    """The gateway says no. `message` is what the answer says, `code` what a client branches on."""

    def __init__(self, code: ReturnCode, message: str | None = None, status: int | None = None) -> None:
        self.code = code
        self.status = status or STATUSES.get(code, 400)
        self.message = message or WORDS.get(code) or f"{code.meaning[:1].upper()}{code.meaning[1:]}."
        super().__init__(f"{self.status} {int(code)} {self.message}")
