"""`make bench`: the pages and the booking POST at full size and at a tenth, against the reference page.

BENCH="--rounds 50 --scales 0.1" makes a quick run. The data stay in the database kyodo_bench for the next run;
--fresh loads them anew.
"""

import argparse
import gzip
import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

PORT = int(os.environ.get("BENCH_PORT", "8765"))
REFERENCE = "reference"


@dataclass
class Timings:
    seconds: list[float] = field(default_factory=list)
    queries: int = 0
    sent: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95) - 1]


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    cookie: str = ""
    aim: float = 2.0
    """At most so many times the reference: public 2, signed-in 3, admin 6."""

    @property
    def queries(self) -> int:
        """At most so many: the pages of consultations gather from more tables."""
        return (
            20
            if {"inbox", "consult", "consultation", "consultations", "search", "report", "ward", "intake"}
            & set(re.findall("[a-z]+", self.name))
            else 12
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--scales", type=float, nargs="+", default=[0.1, 1.0])
    parser.add_argument("--fresh", action="store_true")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    for scale in options.scales:
        os.environ["BENCH_DATABASE"] = f"kyodo_bench_{int(scale * 1000)}"
        manage("bench_prepare", "--scale", str(scale), *(["--fresh"] if options.fresh else []))
        with server():
            report(scale, measure(options.rounds, plan()))
        print("\n" + manage("bench_races"))


def manage(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def server() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "manage.py", "bench_serve", str(PORT)])
    try:
        for _attempt in range(300):
            with suppress(OSError):
                Client().get("/healthz")
                break
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def plan() -> dict[str, str]:
    """What the measured requests need to know of the data: addresses, sessions, free hours."""
    return dict(line.split("=", 1) for line in manage("bench_prepare", "--facts").splitlines())


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


class Client:
    """One keep-alive connection that speaks gzip, as a browser does."""

    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)

    def get(self, path: str, cookie: str = "") -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "ja"}
        if cookie:
            headers["Cookie"] = cookie
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        return response, response.read()

    def post(
        self, path: str, data: dict[str, str], cookie: str, more: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"} | (more or {})
        self.connection.request("POST", path, urlencode(data), headers)
        response = self.connection.getresponse()
        return response, response.read()


def measure(rounds: int, facts: dict[str, str]) -> dict[str, tuple[Page, Timings]]:
    """All pages in turn, so that a slow moment of the machine meets them all."""
    client = Client()
    results = {page.name: (page, Timings()) for page in pages(facts)}
    for number in range(rounds + 10):
        for page, timings in results.values():
            response, body = client.get(page.path, page.cookie)
            if response.status != 200:
                raise SystemExit(f"{page.name}: {page.path} answered {response.status}")
            if number >= 10:
                _note(timings, response, body)
    results |= measure_bookings(client, facts)
    results |= measure_intake(client)
    return results


def measure_bookings(client: Client, facts: dict[str, str]) -> dict[str, tuple[Page, Timings]]:
    if not facts["wishes"]:
        print("no group without a booking is left to book: load the data anew with --fresh")
        return {}
    page, timings = Page("booking POST", "/spaces/kyodo-lab/book/", aim=3.0), Timings()
    for wish in facts["wishes"].split(","):
        day, hour, group, cookie = wish.split("|")
        response, body = client.get(page.path, cookie)
        text = (
            gzip.decompress(body).decode()
            if response.headers.get("Content-Encoding") == "gzip"
            else body.decode()
        )
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        crumbs = [crumb.split(";")[0] for crumb in response.headers.get_all("Set-Cookie", [])]
        if token is None:
            raise SystemExit(f"the booking form has no token: {response.status}")
        data = {
            "csrfmiddlewaretoken": token[1],
            "group": group,
            "date": day,
            "begins": f"{int(hour):02d}:00",
            "ends": f"{int(hour) + 1:02d}:00",
            "people": "5",
            "purpose": "計測の打合せ",
        }
        response, body = client.post(page.path, data, "; ".join([cookie, *crumbs]))
        if response.status != 302:
            raise SystemExit(f"booking {wish} answered {response.status}")
        _note(timings, response, body)
    return {page.name: (page, timings)}


def measure_intake(client: Client) -> dict[str, tuple[Page, Timings]]:
    """A question sent from the last page of its form, each from an address of its own: the limits stay as they are."""
    page, timings = Page("intake POST", "/consult/"), Timings()
    response, body = client.get("/consult/?who=citizen&what=start")
    text = gzip.decompress(body).decode()
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|began)" value="([^"]+)"', text))
    cookie = "; ".join(crumb.split(";")[0] for crumb in response.headers.get_all("Set-Cookie", []))
    # Whoever sends faster than people write is asked to press once more.
    time.sleep(5)
    for number in range(100):
        data = hidden | {
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
        response, body = client.post(page.path, data, cookie, {"X-Forwarded-For": f"192.0.2.{number + 1}"})
        if response.status != 302:
            raise SystemExit(f"intake answered {response.status}")
        _note(timings, response, body)
    return {page.name: (page, timings)}


def _note(timings: Timings, response: http.client.HTTPResponse, body: bytes) -> None:
    timings.seconds.append(float(response.headers["X-Bench-Seconds"]))
    timings.queries = max(timings.queries, int(response.headers["X-Bench-Queries"]))
    timings.sent = len(body)


def report(scale: float, results: dict[str, tuple[Page, Timings]]) -> None:
    reference = results[REFERENCE][1].median
    print(f"\nData at {scale:g} of full size\n")
    print("| page | median ms | p95 ms | queries | bytes | times reference | aim |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    late = defaultdict(list)
    for name, (page, timings) in results.items():
        ratio = timings.median / reference
        if ratio > page.aim and name != REFERENCE:
            late["slow"].append(name)
        if timings.queries > page.queries:
            late["queries"].append(name)
        print(
            f"| {name} | {timings.median * 1000:.1f} | {timings.p95 * 1000:.1f} | {timings.queries} "
            f"| {timings.sent:,} | {ratio:.2f} | {page.aim:g} |"
        )
    for what, names in late.items():
        print(f"over the aim ({what}): {', '.join(names)}")


if __name__ == "__main__":
    main()
