"""Every return code that is known of the gateway, with its meaning (API reference, 7; the maker's api-code-glossary).

1 to 999 name the endpoint where there is nothing more to say, 1001 and up a particular success, negatives an error.
Programs branch on the number, never on the gateway's own words. A code that is not here must harm nobody.
"""

from enum import IntEnum


class ReturnCode(IntEnum):
    """A known `returnCode` with its meaning; `known(-3)` gives the one of that number."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> "ReturnCode":
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    @property
    def is_error(self) -> bool:
        return self < 0

    # The nineteen endpoints.
    ACCESS_TOKEN = 1, "the calling access token"
    GENERATE_TOKEN = 2, "a new access token"
    ALL_TOKENS = 3, "all access tokens"
    CAPABILITIES = 4, "capabilities"
    ACTIVE_ORDERS = 5, "active orders"
    ACTIVE_ORDER = 6, "one active order"
    PAGE_ORDER = 7, "paging of an order"
    ORDERS = 8, "past orders"
    ORDER = 9, "one past order"
    STATISTICS = 10, "statistics"
    GATEWAY = 11, "the gateway"
    ACTIVATION = 12, "activation with LRSConnect"
    SETTINGS = 13, "settings"
    CHECK = 14, "check of the gateway"
    REPEATERS = 15, "repeaters"
    BEGIN_PAIRING = 16, "begin pairing of repeaters"
    END_PAIRING = 17, "end pairing of repeaters"
    TRACKERS = 18, "trackers"
    REGISTER = 19, "registration of a webhook"

    # Particular successes, HTTP 200.
    TOKEN_DELETED = 1001, "the token was deleted"
    PAGING_CANCELLED = 1002, "paging was cancelled"
    NOTHING_TO_CANCEL = 1003, "there was no paged tracker to cancel"
    SETTINGS_CHANGED = 1004, "the settings were changed"
    CLIENT_REGISTERED = 1005, "the webhook was registered"
    REPEATERS_CLEARED = 1006, "the repeaters were cleared"
    INVENTORY_CLEARED = 1007, "the inventory of trackers was cleared"
    ALREADY_ACTIVATED = 1008, "already activated with LRSConnect"
    ALREADY_STARTED = 1009, "the order was already started"
    ALREADY_LOCATED = 1010, "the order was already located there"
    ACTIVATED = 1011, "activated with LRSConnect"
    LISTENING_FOR_REPEATERS = 1012, "listening for repeaters"
    STOPPED_LISTENING = 1013, "no longer listening for repeaters"

    # Errors.
    MALFORMED_AUTHORIZATION = -1, "the Authorization header is malformed"
    INVALID_TOKEN = -2, "the access token is not valid"
    WINDOW_CLOSED = -3, "the button was not pressed, or its two minutes are over"
    INVALID_TOKEN_NAME = -4, "the name for a token is not valid"
    ENDPOINT_UNAVAILABLE = -5, "this gateway does not offer that"
    ORDER_NOT_FOUND = -6, "there is no such active order"
    INVALID_ORDER_ID = -7, "an order is named by digits or by its UUID"
    ORDER_NAME_MISSING = -8, "the order's name is missing"
    INVALID_ORDER_NAME = -9, "the order's name is not valid"
    INVALID_LOCATION_NAME = -10, "the location's name is not valid"
    ORDER_TYPE_MISSING = -11, "the order's type is missing"
    INVALID_ORDER_TYPE = -12, "the order's type is not valid"
    PAGING_UNAVAILABLE = -13, "paging is not available now"
    PAGING_IMPOSSIBLE = -14, "no tracker is bound to that order"
    INVALID_BOOLEAN = -15, "a yes or no is not valid"
    INVALID_PAIRING_TIMEOUT = -16, "the timeout for pairing is not valid"
    MALFORMED_DEVICE_CODE = -17, "the device code is malformed"
    DEVICE_CODE_MISSING = -18, "the device code is missing"
    UNKNOWN_DEVICE_CODE = -19, "the device code is not recognised"
    UNKNOWN_SETTING = -20, "there is no such setting"
    INVALID_SETTING = -21, "the value of a setting is not valid"
    INVALID_TARGET_TIME = -22, "the target time is not valid"
    INVALID_LIMIT = -23, "the limit is not valid"
    INVALID_OFFSET = -24, "the offset is not valid"
    # Which of the two is which is not known (API reference, 15.18).
    INVALID_CREATED_AFTER = -25, "a date is not valid"
    INVALID_CREATED_BEFORE = -26, "a date is not valid"
    INVALID_ORDER_UUID = -27, "the order's UUID is not valid"
    HTTP_CLIENT_MISSING = -28, "the webhook's address is missing"
    INVALID_CALLBACK = -29, "the webhook's address is not valid"
    UNKNOWN_CLIENT = -30, "there is no such webhook"
    INVALID_JSON = -31, "what was sent is no JSON"
    TOKEN_TIMEOUT = -32, "no token came within twenty seconds"
    INVALID_TIMEOUT = -33, "the timeout is not valid"
    TIMEOUT_OUT_OF_BOUNDS = -34, "the timeout is out of bounds"


_BY_NUMBER = {int(code): code for code in ReturnCode}


def known(number: int | None) -> ReturnCode | None:
    """The code of this number, or None where nobody knows it."""
    return None if number is None else _BY_NUMBER.get(number)
