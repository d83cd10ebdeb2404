"""A gateway's endpoints for orders and tokens (API reference, 6); `admin` has the others.

Nothing is repeated here: `retry` says what may be.
"""

import uuid

from tracker.gateway.answers import Answer
from tracker.gateway.codes import ReturnCode
from tracker.gateway.device import TokenDetails, read_token_details
from tracker.gateway.errors import (
    BadAnswer,
    ButtonNotPressed,
    EndpointUnavailable,
    FirmwareTooOld,
    NoAnswer,
    TokenUnusable,
    Unreachable,
)
from tracker.gateway.history import HistoryPage, HistoryQuery
from tracker.gateway.orders import (
    ActiveOrder,
    ActiveOrders,
    OrderType,
    PastOrder,
    read_active_order,
    read_active_orders,
    read_past_order,
)
from tracker.gateway.parameters import OrderId, digits, path_part, token_name
from tracker.gateway.token import Token
from tracker.gateway.transport import GatewayHttp


class GatewayClient:
    """Orders and tokens of one gateway. Every method raises GatewayError's kinds and nothing else."""

    def __init__(self, http: GatewayHttp) -> None:
        self._http = http
        self._paging_path = "page"

    async def is_online(self) -> bool:
        """True where GET /api/v2 answers JSON, False where nothing answers (quickstart).

        Raises FirmwareTooOld where something answers and has no V2 API, BadAnswer and ServerFailed where it is odd.
        """
        try:
            await self._http.request("GET", "", secured=False)
        except (Unreachable, NoAnswer):
            return False
        except EndpointUnavailable as missing:
            raise FirmwareTooOld(f"{self._http.address} answers and has no V2 API: update it", missing.status) from None
        return True

    async def request_token(self, name: str) -> Token:
        """A new token by the button's window, which this uses up. Raises ButtonNotPressed while it is closed.

        `name` takes letters and digits. After NoAnswer the window may be used up (API reference, 4).
        """
        query = {"name": token_name(name)}
        try:
            answer = await self._http.request("GET", "/accesstoken/generate", query=query, secured=False)
        except TokenUnusable as refusal:
            if refusal.status == 403:  # without its code; there was no token that could be unusable
                raise ButtonNotPressed(refusal.code, refusal.status, refusal.said) from None
            raise
        return _token(answer)

    async def another_token(self, name: str) -> Token:
        """A new token on the strength of this one, without the button."""
        return _token(await self._http.request("POST", "/accesstoken/generate", body={"name": token_name(name)}))

    async def token_details(self) -> TokenDetails:
        """This token's details: the cheapest way to learn whether it still counts. Raises TokenUnusable."""
        return read_token_details((await self._http.request("GET", "/accesstoken")).part("token"))

    async def all_tokens(self) -> tuple[TokenDetails, ...]:
        answer = await self._http.request("GET", "/accesstoken/all")
        return tuple(read_token_details(item) for item in answer.items() if isinstance(item, dict))

    async def revoke_token(self) -> None:
        """This token counts no more; others stay."""
        await self._http.request("DELETE", "/accesstoken")

    async def active_orders(self) -> ActiveOrders:
        """All that is active, for the book. Take its `mark` before the call."""
        return read_active_orders((await self._http.request("GET", "/activeorders")).items())

    async def active_order(self, order: OrderId) -> ActiveOrder:
        return _order(await self._http.request("GET", f"/activeorders/{path_part(order)}"))

    async def put_order(self, name: str, order_type: OrderType, location: str | None = None) -> ActiveOrder:
        """The order of this name, created or changed: `started`, or with a location (a tag's number) `located`.

        The gateway creates it even where no tracker has that number; it is then ours to clear.
        """
        body = {"name": digits(name), "orderType": order_type.value}
        if location is not None:
            body["locationName"] = digits(location)
        answer = await self._http.request("POST", "/activeorders", body=body)
        neutral = answer.code in (ReturnCode.ALREADY_STARTED, ReturnCode.ALREADY_LOCATED)
        if neutral and read_active_order(answer.body.get("activeorder")) is None:
            return await self.active_order(name)  # whether these two carry the order is not known (API reference, 6)
        return _order(answer)

    async def clear_order(self, order: OrderId) -> None:
        """The order is cleared. Raises OrderNotFound where it is not active: after a lost answer that is success."""
        await self._http.request("DELETE", f"/activeorders/{path_part(order)}")

    async def clear_all_orders(self) -> None:
        """Every order of the gateway is cleared, whoever made it: only on a manager's word. Read again afterwards."""
        await self._http.request("DELETE", "/activeorders")

    async def page_order(self, order: OrderId, *, tracking: bool = True) -> None:
        """The tracker of this order vibrates. `tracking`: until it is found. Never repeat it by yourself."""
        await self._paging("POST", order, {"tracking": tracking})

    async def stop_paging(self, order: OrderId) -> bool:
        """Whether there was a page to stop."""
        return (await self._paging("DELETE", order, {})).code != ReturnCode.NOTHING_TO_CANCEL

    async def history(self, query: HistoryQuery) -> HistoryPage:
        """One page of past orders, kept by the gateway for up to two weeks; see `history.HistoryWalk` for all."""
        answer = await self._http.request("GET", "/orders", query=query.parameters())
        items = answer.items()
        return HistoryPage(tuple(order for order in map(read_past_order, items) if order is not None), len(items))

    async def past_order(self, order: uuid.UUID) -> PastOrder:
        """One past order. Raises OrderNotFound."""
        answer = await self._http.request("GET", f"/orders/{order}")
        for key in ("order", "activeorder", "orderSummary"):  # the key is not documented
            if (found := read_past_order(answer.body.get(key))) is not None:
                return found
        if (found := read_past_order(answer.body)) is None:
            raise BadAnswer("the answer holds no order with a readable uuid", answer.status)
        return found

    async def _paging(self, method: str, order: OrderId, body: dict[str, str | int | bool | None]) -> Answer:
        path = f"/activeorders/{path_part(order)}"
        try:
            return await self._http.request(method, f"{path}/{self._paging_path}", body=body)
        except EndpointUnavailable as missing:
            # A known integration pages at another path (API reference, 6). Without a return code the path itself is
            # what is missing, so nobody was paged, and asking at the other one repeats nothing.
            if missing.code is not None or self._paging_path != "page":
                raise
        answer = await self._http.request(method, f"{path}/guest_paging", body=body)
        self._paging_path = "guest_paging"
        return answer


def _token(answer: Answer) -> Token:
    secret = answer.part("token").get("token")
    try:
        return Token(secret if isinstance(secret, str) else "")
    except ValueError:
        raise BadAnswer("the answer holds no token that can be one", answer.status) from None


def _order(answer: Answer) -> ActiveOrder:
    order = read_active_order(answer.body.get("activeorder"))
    if order is None:
        raise BadAnswer("the answer holds no order with a readable uuid", answer.status)
    return order
