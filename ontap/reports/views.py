"""The pages of the reports, and their files. For managers and operators, of their own venues; read only."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ontap.managers import venues_of
from ontap.reports import csv_files
from ontap.reports.kinds import KINDS
from ontap.reports.listing import HEADS, portions
from ontap.reports.question import DAYS, Question, QuestionForm
from ontap.reports.rows import reading
from ontap.reports.standing import Standing
from venues.audit import What, note
from venues.hours import DAY, business_date
from venues.models import Operator, Venue

Answer = TypeVar("Answer", bound=HttpResponseBase)

CSV = "text/csv; charset=utf-8"
PERIODS = ((7, "7 days"), (DAYS, "28 days"), (91, "13 weeks"), (364, "52 weeks"))


@never_cache
@require_safe
def report_page(request: HttpRequest, name: str = "takings") -> HttpResponse:
    """`GET /reports/<name>/`: the form, and what it asks for; a question that makes no sense is answered with why."""
    venues = _venues_of(request)
    if isinstance(venues, HttpResponse):
        return venues
    kind = KINDS.get(name)
    if kind is None:
        raise Http404
    form = QuestionForm(request.GET, venues, timezone.now())
    asked = form.question
    page = {
        "kind": kind,
        "kinds": KINDS.values(),
        "form": form,
        "asked": asked,
        "query": request.GET.urlencode(),
    }
    if asked is None:
        return render(request, "reports/page.html", page, status=HTTPStatus.BAD_REQUEST)
    with reading():
        there_is = kind.standing(asked.venues)
        page["report"] = kind.build(asked) if there_is is not None else None
    page["standing"] = there_is
    if there_is is not None:
        page["periods"] = _periods(request, asked, there_is)
    return render(request, "reports/page.html", page)


@never_cache
@require_safe
def sheet_file(request: HttpRequest, name: str, sheet: str) -> HttpResponse:
    """`GET /reports/<name>/<sheet>.csv`: one table of a report, by the same question."""
    asked = _asked(request)
    if isinstance(asked, HttpResponse):
        return asked
    kind = KINDS.get(name)
    if kind is None:
        raise Http404
    with reading():
        found = kind.build(asked).sheet(sheet)
    if found is None:
        raise Http404
    answer = HttpResponse(csv_files.whole_file(found), content_type=CSV)
    return _as_file(answer, f"{name}-{sheet}" if name != sheet else name, asked)


@never_cache
@require_safe
def orders_file(request: HttpRequest) -> HttpResponseBase:
    """`GET /reports/orders.csv`: every tracked order that is asked for, as it comes from the database."""
    asked = _asked(request)
    if isinstance(asked, HttpResponse):
        return asked
    return _as_file(StreamingHttpResponse(_stream(asked), content_type=CSV), "orders", asked)


async def _stream(asked: Question) -> AsyncIterator[str]:
    """Asynchronous, for the server would read a plain iterator to its end before it sends a byte."""
    yield csv_files.MARK + csv_files.lines([HEADS])
    each = portions(asked)
    while (portion := await sync_to_async(lambda: next(each, None))()) is not None:
        yield csv_files.lines(portion)


def _venues_of(request: HttpRequest) -> tuple[Venue, ...] | HttpResponse:
    """Those that this person manages, or the way to the login. Raises Http404 for whoever manages nothing."""
    venues = venues_of(request)
    return venues if isinstance(venues, HttpResponse) else tuple(venues)


def _asked(request: HttpRequest) -> Question | HttpResponse:
    venues = _venues_of(request)
    if isinstance(venues, HttpResponse):
        return venues
    form = QuestionForm(request.GET, venues, timezone.now())
    if form.question is None:
        wrong = [
            f"{form.fields[name].label or name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
        ]
        return HttpResponse("\n".join(wrong), status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8")
    return form.question


def _as_file(answer: Answer, name: str, asked: Question) -> Answer:
    _note_export(name, asked)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{asked.first}-{asked.last}.csv"'
    return answer


def _note_export(name: str, asked: Question) -> None:
    """In the audit log: at the venue, or for each operator where it was of several venues."""
    about = f"report {name}, {asked.first} to {asked.last}"
    if len(asked.venues) == 1:
        note(What.EXPORTED, about, venue=asked.venues[0])
        return
    for operator in Operator.objects.filter(venues__in=asked.venues).distinct().order_by("pk"):
        note(What.EXPORTED, about, operator=operator)


def _periods(request: HttpRequest, asked: Question, there_is: Standing) -> list[tuple[str, str, bool]]:
    """Usual periods that end today, as links: words, query, whether it is the one that is shown."""
    now = timezone.now()
    today = max(business_date(now, clock.zone, clock.day_starts) for clock in asked.clocks)
    found: list[tuple[str, str, bool]] = []
    spans = [(today - (days - 1) * DAY, today, words) for days, words in PERIODS]
    for first, last, words in [*spans, (there_is.first, today, "All")]:
        query = request.GET.copy()
        query["first"], query["last"] = first.isoformat(), last.isoformat()
        is_shown = (first, last) == (asked.first, asked.last) and not any(one[2] for one in found)
        found.append((words, query.urlencode(), is_shown))
    return found
