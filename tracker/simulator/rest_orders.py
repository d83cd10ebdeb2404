"""Active orders, paging and history (API reference, sections 6 and 9)."""

from starlette.exceptions import HTTPException

from tracker.gateway.codes import ReturnCode
from tracker.simulator.answers import Json, said, statistics, success
from tracker.simulator.faults import GUEST_PAGING, PAGE
from tracker.simulator.figures import figures
from tracker.simulator.reading import read_boolean, read_history_query, read_target_time, read_wish
from tracker.simulator.refusals import Refused
from tracker.simulator.rest import Call, Endpoint, endpoint

ENDPOINTS: list[Endpoint] = []


@endpoint(ENDPOINTS, "GET", "/activeorders")
async def list_active(call: Call) -> Json:
    return success(ReturnCode.ACTIVE_ORDERS, **call.writer.snapshot(call.gateway.book.active.values()))


@endpoint(ENDPOINTS, "POST", "/activeorders")
async def place_order(call: Call) -> Json:
    """Create, locate or retype; an order is made even where there is no such tracker."""
    wish = read_wish(call.body)
    faults = call.device.faults
    if faults.answer_1009 or faults.answer_1010:
        return said(ReturnCode.ALREADY_STARTED if faults.answer_1009 else ReturnCode.ALREADY_LOCATED)
    is_new = wish.name not in call.gateway.book.active
    placed = call.gateway.book.place(wish, call.now)
    await call.device.publish(placed.notices)
    shown = call.writer.order(placed.order)
    if placed.neutral is not None:
        return said(placed.neutral) | ({"activeorder": shown} if faults.neutral_with_order else {})
    status = 201 if is_new and faults.created_status_201 else 200
    return success(ReturnCode.ACTIVE_ORDERS, status, activeorder=shown)


@endpoint(ENDPOINTS, "DELETE", "/activeorders")
async def clear_all(call: Call) -> Json:
    """Ends every order. The body is [inferred, weak]."""
    notices = call.gateway.book.clear_all(call.now)
    await call.device.publish(notices)
    items = [call.writer.order(notice.order) for notice in notices]
    return success(ReturnCode.ACTIVE_ORDERS, count=len(items), items=items)


@endpoint(ENDPOINTS, "GET", "/activeorders/{key}")
async def show_active(call: Call) -> Json:
    order = call.gateway.book.find(call.path["key"])
    return success(ReturnCode.ACTIVE_ORDER, activeorder=call.writer.order(order))


@endpoint(ENDPOINTS, "DELETE", "/activeorders/{key}")
async def clear_order(call: Call) -> Json:
    order = call.gateway.book.find(call.path["key"])
    notices = call.gateway.book.clear(order, call.now)
    await call.device.publish(notices)
    return success(ReturnCode.ACTIVE_ORDER, activeorder=call.writer.order(notices[0].order))


@endpoint(ENDPOINTS, "POST", "/activeorders/{key}/page")
async def page_order(call: Call) -> Json:
    return await _page(call, PAGE)


@endpoint(ENDPOINTS, "POST", "/activeorders/{key}/guest_paging")
async def page_guest(call: Call) -> Json:
    """The same under the name that the KDS uses; only the client's code knows of it."""
    return await _page(call, GUEST_PAGING)


@endpoint(ENDPOINTS, "DELETE", "/activeorders/{key}/page")
async def stop_page(call: Call) -> Json:
    """Always on this path: no other one for stopping was ever seen."""
    notices = call.gateway.book.stop_page(call.gateway.book.find(call.path["key"]))
    await call.device.publish(notices)
    return said(ReturnCode.PAGING_CANCELLED if notices else ReturnCode.NOTHING_TO_CANCEL)


@endpoint(ENDPOINTS, "GET", "/orders")
async def list_history(call: Call) -> Json:
    query = read_history_query(call.query, call.writer)
    faults = call.device.faults
    orders, total = call.gateway.book.history(query, with_active=faults.history_with_active)
    items = [call.writer.summary(order) for order in orders]
    return success(ReturnCode.ORDERS, count=total if faults.history_counts_all else len(items), items=items)


@endpoint(ENDPOINTS, "GET", "/orders/{uuid}")
async def show_past(call: Call) -> Json:
    """One order of the history; the key "order" is [inferred, weak]."""
    order = call.gateway.book.find_past(call.path["uuid"])
    return success(ReturnCode.ORDER, order=call.writer.summary(order))


@endpoint(ENDPOINTS, "GET", "/statistics")
@endpoint(ENDPOINTS, "GET", "/statistics/")  # as the documentation writes it
async def show_statistics(call: Call) -> Json:
    settings = call.gateway.settings
    target = read_target_time(call.query.get("target_time"), settings.target_time)
    today = figures(call.gateway.book.past, call.now, settings.zone, target)
    return success(ReturnCode.STATISTICS, statistics=statistics(today))


async def _page(call: Call, path: str) -> Json:
    _check_page_path(call, path)
    order = call.gateway.book.find(call.path["key"])
    tracking = read_boolean(call.body.get("tracking"), default=True)
    if call.device.faults.paging_unavailable:
        raise Refused(ReturnCode.PAGING_UNAVAILABLE)
    if not call.gateway.can_page(order):
        raise Refused(ReturnCode.PAGING_IMPOSSIBLE)
    notices = call.gateway.book.page(order, call.now, tracking=tracking)
    await call.device.publish(notices)
    return success(ReturnCode.PAGE_ORDER, activeorder=call.writer.order(notices[0].order))


def _check_page_path(call: Call, path: str) -> None:
    if call.device.faults.page_path not in ("both", path):
        raise HTTPException(404, "Not Found")
