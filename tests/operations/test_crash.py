"""The whole site as `make run` serves it; its parts are killed while people book."""

import itertools
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from kyodo import clock
from tests.operations.site import ROOT, Site, served, start, wait_for

PEOPLE = 6
# A group has three hours a day; the centre closes at 17 on weekends.
HOURS, LATEST = 3, 6
PAUSE_SECONDS = 0.5
# Soon, so that nobody waits for the jobs of a killed worker longer than needed to show that they come back.
SILENT_SECONDS = "6"
ROUNDS = ("worker", "database", "web", "database", "worker")


@pytest.mark.operations
def test_what_was_confirmed_outlives_the_killing_of_every_part(passable_folder: Path) -> None:
    with served(passable_folder / "var", KYODO_WORKER_SILENT_SECONDS=SILENT_SECONDS) as site:
        people = run_beside(site, "enter", str(PEOPLE))
        confirmed, broke, over = [], Counter[str](), threading.Event()
        threads = [
            threading.Thread(target=book, args=(site, person, number, confirmed, broke, over))
            for number, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        for part in ROUNDS:
            enough = len(confirmed) + 4
            wait_for(lambda enough=enough: len(confirmed) >= enough, f"bookings ({broke})", 120)  # type: ignore[misc]
            site.kill(part)
            time.sleep(1)
            wait_for(site.is_ready, f"a ready site after killing the {part}", 90)
        over.set()
        for thread in threads:
            thread.join()
        after = run_beside(site, "kept")

        assert len(confirmed) >= 4 * len(ROUNDS)
        lost = [reference for reference in confirmed if after["bookings"].get(reference) != "confirmed"]
        assert lost == []
        check_mails(site, after)

        assert site.stop() == 0
        assert site.left_behind() == []
    again_in_time(site)


def check_mails(site: Site, after: dict) -> None:  # type: ignore[type-arg]
    """Each confirmed booking has one mail; a sent one lies in the folder once, every other shows as failed."""
    files = Counter(
        match.group(1)
        for path in (site.var / "mails").glob("*.eml")
        if (
            match := re.search(
                r"^Message-ID:\s*(<[^>]+>)", path.read_text(errors="replace"), re.MULTILINE | re.IGNORECASE
            )
        )
    )
    told = Counter(
        reference for reference in after["bookings"] for mail in after["mails"] if reference in mail["body"]
    )

    assert max(files.values()) == 1
    assert {mail["state"] for mail in after["mails"]} <= {"sent", "failed"}
    assert all(files[mail["id"]] == 1 for mail in after["mails"] if mail["state"] == "sent")
    assert all(mail["uncertain"] for mail in after["mails"] if mail["state"] == "failed")
    assert all(told[reference] == 1 for reference in after["bookings"])


def again_in_time(site: Site) -> None:
    """A second start is quick; the bound is generous, the machine may be busy with other tests."""
    with served(site.var) as again:
        assert again.is_ready()


@pytest.mark.operations
def test_a_taken_port_is_said_in_one_sentence(passable_folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        site = start(passable_folder / "var", port=other.getsockname()[1])
        code = site.process.wait(60)

    assert code == 1
    assert "is taken by another program" in site.log
    assert "Traceback" not in site.log


def book(
    site: Site,
    person: dict,
    number: int,
    confirmed: list[str],
    broke: Counter[str],
    over: threading.Event,  # type: ignore[type-arg]
) -> None:
    """Hour by hour, on many days, until told to stop; what fails while a part is down is tried no more."""
    visitor = requests.Session()
    visitor.cookies.set(person["cookie"], person["session"])
    address = f"{site.address}/spaces/kyodo-lab/book/"
    wishes = itertools.product(range(2, 55), range(HOURS))
    for day, hour in wishes:
        time.sleep(PAUSE_SECONDS)
        date = clock.today() + timedelta(days=day)
        begins = 10 + (number + hour) % LATEST
        if over.is_set():
            return
        try:
            page = visitor.get(address, timeout=20)
            ticket = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
            form = {
                "csrfmiddlewaretoken": ticket.group(1) if ticket else "",
                "group": person["group"],
                "date": f"{date:%Y-%m-%d}",
                "begins": f"{begins}:00",
                "ends": f"{begins + 1}:00",
                "people": "4",
                "purpose": "打合せ",
            }
            # What the page hides in the form belongs to it too.
            form |= {
                name: value
                for name, value in re.findall(
                    r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text
                )
                if name not in form
            }
            answer = visitor.post(address, form, timeout=20, allow_redirects=False)
        except requests.RequestException as error:
            broke[type(error).__name__] += 1
            time.sleep(0.5)
            continue
        if answer.status_code == 302 and (
            found := re.search(r"/bookings/(\w+)/", answer.headers["Location"])
        ):
            confirmed.append(found.group(1))
        else:
            broke[str(answer.status_code)] += 1


def run_beside(site: Site, *arguments: str) -> dict:  # type: ignore[type-arg]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KYODO_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.operations.people", *arguments],
        cwd=ROOT,
        env=kept | {"KYODO_VAR": str(site.var)},
        capture_output=True,
        text=True,
        check=False,
        timeout=360,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]
