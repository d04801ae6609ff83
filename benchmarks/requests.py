"""What is asked of a measured site: its pages, and the two forms that are sent to it."""

import gzip
import http.client
import re
import time
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Protocol
from urllib.parse import urlencode

REFERENCE = "reference"
BOOKING_POST, INTAKE_POST = "booking POST", "intake POST"
ASKERS = 254
"""As many addresses as 192.0.2.0/24 has: each question comes from one of its own."""


@dataclass(frozen=True)
class Request:
    path: str
    cookie: str = ""
    data: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def expects(self) -> int:
        return 302 if self.data else 200


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    cookie: str = ""
    aim: float = 2.0
    """At most so many times the reference: public 2, signed-in 3, admin 6."""
    beside: str = ""
    """Of another program: the name of our page that does the same."""

    @property
    def queries(self) -> int:
        """At most so many: the pages of consultations gather from more tables."""
        return (
            20
            if {"inbox", "consult", "consultation", "consultations", "search", "report", "ward", "intake"}
            & set(re.findall("[a-z]+", self.name))
            else 12
        )


def pages(facts: dict[str, str]) -> list[Page]:
    member, staff, officer = facts["member"], facts["staff"], facts["officer"]
    inbox = facts["inbox"]
    return [
        Page(REFERENCE, "/benchmark-reference/"),
        Page("home", "/"),
        Page("space list", "/spaces/"),
        Page("space month", "/spaces/space-a/?view=month"),
        Page("space week", "/spaces/kyodo-lab/?view=week"),
        Page("space day", "/spaces/kyodo-lab/?view=day"),
        Page("directory", "/groups/"),
        Page("directory search", "/groups/?" + urlencode({"q": "見守り"})),
        Page("space week, signed in", "/spaces/kyodo-lab/?view=week", member, 3.0),
        Page("group page", facts["group"], member, 3.0),
        Page("my page", "/my/", member, 3.0),
        Page("booking form", "/spaces/kyodo-lab/book/", member, 3.0),
        Page("day sheet", facts["day_sheet"], staff, 6.0),
        Page("admin: bookings", "/admin/spaces/booking/", staff, 6.0),
        Page("admin: mails", "/admin/mail/outgoingmail/", staff, 6.0),
        Page("inbox: new", inbox + "?tab=new", staff, 6.0),
        Page("inbox: all open", inbox + "?tab=all", staff, 6.0),
        Page("inbox: words", inbox, facts["looking"], 6.0),
        Page("consultation", facts["consultation"], staff, 6.0),
        Page("admin: consultations", facts["consultations"], staff, 6.0),
        Page("search", facts["consultations"] + "?" + urlencode({"q": "里山"}), staff, 6.0),
        Page("month report", facts["report"], staff, 6.0),
        Page("ward desk", "/ward/", officer, 6.0),
        Page("consult form", "/consult/?who=citizen&what=start"),
    ]


def forms(facts: dict[str, str]) -> list[Page]:
    return [
        Page(BOOKING_POST, "/spaces/kyodo-lab/book/", aim=3.0),
        Page(INTAKE_POST, "/consult/?who=citizen&what=start"),
    ]


@dataclass(frozen=True)
class Answer:
    seconds: float
    queries: int
    sent: int
    cookies: str
    text: str


class Client:
    """One keep-alive connection that speaks gzip, as a browser does."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, request: Request) -> Answer:
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "ja"} | request.headers
        if request.cookie:
            headers["Cookie"] = request.cookie
        if request.data:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(
            "POST" if request.data else "GET", request.path, urlencode(request.data) or None, headers
        )
        response = self._connection.getresponse()
        body = response.read()
        if response.status != request.expects:
            raise SystemExit(f"{request.path} answered {response.status}")
        if response.headers.get("Content-Encoding") == "gzip":
            text = gzip.decompress(body).decode()
        else:
            text = body.decode()
        crumbs = SimpleCookie()
        for line in response.headers.get_all("Set-Cookie", []):
            crumbs.load(line)
        return Answer(
            float(response.headers.get("X-Bench-Seconds", 0)),
            int(response.headers.get("X-Bench-Queries", 0)),
            len(body),
            "; ".join(f"{name}={crumb.value}" for name, crumb in crumbs.items()),
            text,
        )


class FormsToSend(Protocol):
    """Requests that send a form, ready with their tokens, so that only the sending is measured."""

    def take(self, page: Page, count: int) -> list[Request]:
        """Fewer than asked for where there are no more."""


class OurForms:
    def __init__(self, client: Client, facts: dict[str, str]) -> None:
        self._client = client
        self._wishes = [wish for wish in facts["wishes"].split(",") if wish]
        self._asked = 0

    def take(self, page: Page, count: int) -> list[Request]:
        if page.name == BOOKING_POST:
            wishes, self._wishes = self._wishes[:count], self._wishes[count:]
            return [self._booking(page, wish) for wish in wishes]
        first, self._asked = self._asked, min(self._asked + count, ASKERS)
        return [self._question(page, number) for number in range(first, self._asked)]

    def _booking(self, page: Page, wish: str) -> Request:
        day, hour, group, cookie = wish.split("|")
        answer = self._client.ask(Request(page.path, cookie))
        data = hidden_fields(answer.text) | {
            "group": group,
            "date": day,
            "begins": f"{int(hour):02d}:00",
            "ends": f"{int(hour) + 1:02d}:00",
            "people": "5",
            "purpose": "計測の打合せ",
        }
        return Request(page.path, f"{cookie}; {answer.cookies}", data)

    @cached_property
    def _question_form(self) -> Answer:
        answer = self._client.ask(Request("/consult/?who=citizen&what=start"))
        # Whoever sends faster than people write is asked to press once more.
        time.sleep(5)
        return answer

    def _question(self, page: Page, number: int) -> Request:
        """Sent from the last page of its form, each from an address of its own: the limits stay as they are."""
        data = hidden_fields(self._question_form.text) | {
            "who": "citizen",
            "what": "start",
            "text": f"子ども食堂を始めたいです。場所の探し方を教えてください。{number}",
            "wish": "mail",
            "name": "計測 太郎",
            "email": f"bench-asker-{number}@example.jp",
            "may_mail": "on",
            "consent_use": "on",
            "form_key": str(uuid.uuid4()),
            "send": "1",
        }
        return Request(
            "/consult/", self._question_form.cookies, data, {"X-Forwarded-For": f"192.0.2.{number + 1}"}
        )


def hidden_fields(text: str) -> dict[str, str]:
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|began)" value="([^"]+)"', text))
    if "csrfmiddlewaretoken" not in hidden:
        raise SystemExit("a form came without its token")
    return hidden
