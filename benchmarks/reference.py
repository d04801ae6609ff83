"""What every page is measured against: one query, a plain template of 100 rows, the same server and middleware."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine

from accounts.models import Group

TEMPLATE = Engine().from_string(
    "<!doctype html><html lang=ja><title>reference</title><table>"
    "{% for row in rows %}<tr><td>{{ row.number }}</td><td>{{ row.name }}</td><td>{{ row.name_kana }}</td>"
    "<td>{{ row.status }}</td><td>{{ row.valid_until }}</td></tr>{% endfor %}</table></html>"
)


@login_not_required
def reference(request: HttpRequest) -> HttpResponse:
    rows = Group.objects.order_by("pk").values("number", "name", "name_kana", "status", "valid_until")[:100]
    return HttpResponse(TEMPLATE.render(Context({"rows": rows})))
