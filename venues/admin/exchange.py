"""The page of a menu's files: export, and import with a dry run first. What was shown is what is done, or nothing."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from venues.admin.scopes import groups_changeable, managed_venues, menus_changeable
from venues.admin.scoping import person
from venues.audit import What, note
from venues.exchange.applying import CannotBeWritten, ChangedMeanwhile, apply_plan
from venues.exchange.columns import SHEETS
from venues.exchange.files import MOST_BYTES, TOO_LARGE, read_file
from venues.exchange.plan import Plan
from venues.exchange.planning import Rights, make_plan
from venues.exchange.rows import read_menu
from venues.exchange.workbooks import NoTable
from venues.exchange.writing import XLSX, csv_file, xlsx_file
from venues.models import Menu, MenuImport, User

GONE = "This file is not kept any more. Choose it again."
MOVED = "The menu has changed since this was shown. Nothing was written. This is what the file would do now."
REFUSED = (
    "Two rows would have one name for a moment, such as when two categories swap theirs. Nothing was written. "
    "Import it in two steps, with another name in between."
)
KINDS = {sheet.name: sheet for sheet in SHEETS}


class FileForm(forms.Form):
    file = forms.FileField(label="File, .xlsx or .csv", error_messages={"empty": "The file is empty."})

    def say(self, words: str) -> None:
        """Have these words stand beside the field."""
        self._errors = forms.utils.ErrorDict(file=self.error_class([words]))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


@dataclass(frozen=True, slots=True)
class DryRun:
    """A file that was read and not applied."""

    file: MenuImport
    plan: Plan
    note: str = ""


def export_file(request: HttpRequest, menu: Menu, name: str) -> HttpResponse:
    """`menu.xlsx`, or one kind of rows as `products.csv`: the person's own venues in it and nobody else's."""
    rows = read_menu(menu, managed_venues(person(request)))
    kind, _, ending = name.rpartition(".")
    if ending == "csv" and kind in KINDS:
        content, type_ = csv_file(KINDS[kind], rows), "text/csv; charset=utf-8"
    elif name == "menu.xlsx":
        content, type_ = xlsx_file(rows), XLSX
    else:
        return redirect(_page_of(menu))
    title = slugify(menu.name) or "menu"
    note(What.EXPORTED, f"menu {menu}: {name}", operator=menu.operator)
    full = f"{title}.xlsx" if ending == "xlsx" else f"{title}-{kind}.csv"
    return HttpResponse(content, content_type=type_, headers={"Content-Disposition": f'attachment; filename="{full}"'})


def import_page(request: HttpRequest, menu: Menu, context: dict[str, Any], log: Any) -> HttpResponse:
    """GET asks for a file; a POST with one answers what it would do; a POST that confirms this does it."""
    form = FileForm(request.POST or None, request.FILES or None) if "confirm" not in request.POST else FileForm()
    found: DryRun | None = None
    if "confirm" in request.POST:
        answer = _confirm(request, menu, log)
        if isinstance(answer, HttpResponse):
            return answer
        found = answer
        if found is None:
            form.say(GONE)
    elif request.method == "POST" and form.is_valid():
        try:
            found = _dry_run(request, menu, form)
        except NoTable as wrong:
            form.add_error("file", str(wrong))
    context |= {
        "title": f"Files of {menu}",
        "menu": menu,
        "form": form,
        "run": found,
        "sheets": SHEETS,
        "most_bytes": MOST_BYTES,
        "too_large": TOO_LARGE,
        "may_change": menus_changeable(person(request)).filter(pk=menu.pk).exists(),
    }
    return TemplateResponse(request, "admin/menu_files.html", context)


def _dry_run(request: HttpRequest, menu: Menu, form: FileForm) -> DryRun:
    upload, user = form.cleaned_data["file"], person(request)
    content = upload.read()
    plan = _plan(menu, content, user)
    MenuImport.objects.filter(by=user).delete()
    kept = MenuImport.objects.create(menu=menu, by=user, at=timezone.now(), name=upload.name[:100], content=content)
    return DryRun(kept, plan)


def _confirm(request: HttpRequest, menu: Menu, log: Any) -> HttpResponse | DryRun | None:
    user, pk = person(request), request.POST.get("import", "")
    kept = MenuImport.objects.filter(pk=pk, menu=menu, by=user).first() if pk.isdecimal() and len(pk) < 19 else None
    if kept is None:
        return None
    content = bytes(kept.content)
    plan = _plan(menu, content, user)
    if plan.freed and request.POST.get("checked") != "yes":
        return DryRun(kept, plan, "Tick that somebody has checked what becomes free of an allergen.")
    try:
        done = apply_plan(menu, request.POST.get("shown", ""), lambda: _plan(menu, content, user), user, timezone.now())
    except ChangedMeanwhile:
        return DryRun(kept, _plan(menu, content, user), MOVED)
    except CannotBeWritten:
        return DryRun(kept, plan, REFUSED)
    kept.delete()
    words = f"{len(done.added)} added, {len(done.changed)} changed, {done.same} left as they are"
    log(request, menu, f"Imported {kept.name}: {words}.")
    messages.success(request, f"Imported {kept.name}: {words}.")
    return redirect(_page_of(menu))


def _plan(menu: Menu, content: bytes, user: User) -> Plan:
    groups = groups_changeable(user).filter(operator_id=menu.operator_id).values_list("pk", flat=True)
    rights = Rights(menu=menus_changeable(user).filter(pk=menu.pk).exists(), groups=frozenset(groups))
    return make_plan(read_file(content), read_menu(menu, managed_venues(user)), rights)


def _page_of(menu: Menu) -> str:
    return reverse("admin:venues_menu_files", args=[menu.pk])
