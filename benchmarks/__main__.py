"""`make bench`: the pages and the two forms at full size and at a tenth, against the reference page.

BENCH="--rounds 50 --scales 0.1" makes a quick run. The data stay in a database for each size for the next run;
--fresh loads them anew. --against ../other compares two checkouts at full size, --growth 4 this one with itself at
four times the data, --peer helpdesk this one with django-helpdesk.
"""

import argparse
import os
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.comparison import compare
from benchmarks.helpdesk.peer import Helpdesk
from benchmarks.requests import (
    REFERENCE,
    Answer,
    Client,
    OurForms,
    Page,
    Request,
    forms,
    pages,
)
from benchmarks.site import Site

HERE = Path(__file__).resolve().parent.parent
PORT = int(os.environ.get("BENCH_PORT", "8765"))
POSTS = 100


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

    def note(self, answer: Answer) -> None:
        self.seconds.append(answer.seconds)
        self.queries = max(self.queries, answer.queries)
        self.sent = answer.sent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--scales", type=float, nargs="+", help="0.1 and 1; 1 for a comparison")
    parser.add_argument("--fresh", action="store_true", help="load the data anew")
    second = parser.add_mutually_exclusive_group()
    second.add_argument("--against", type=Path, metavar="CHECKOUT", help="compare with this other checkout")
    second.add_argument("--peer", choices=["helpdesk"], help="compare with this other program")
    parser.add_argument("--growth", type=float, metavar="TIMES", help="compare with so many times the data")
    parser.add_argument("--blocks", type=int, default=20, help="of a comparison, five requests each")
    parser.add_argument("--only", nargs="+", default=[], metavar="PART", help="pages whose name holds this")
    options = parser.parse_args()
    if options.against or options.growth or options.peer:
        for scale in options.scales or [1.0]:
            site = Site(HERE, scale * (options.growth or 1), PORT)
            if options.peer:
                other: Site = Helpdesk(HERE, scale, PORT + 1, site)
            else:
                other = Site((options.against or HERE).resolve(), scale, PORT + 1)
            for one in (site, other):
                one.prepare(fresh=options.fresh)
            compare(site, other, blocks=options.blocks, only=options.only)
        return
    for scale in options.scales or [0.1, 1.0]:
        site = Site(HERE, scale, PORT)
        site.prepare(fresh=options.fresh)
        with site.served():
            report(scale, measure(options.rounds, site))
        print("\n" + site.manage("bench_races"))


def measure(rounds: int, site: Site) -> dict[str, tuple[Page, Timings]]:
    """All pages in turn, so that a slow moment of the machine meets them all."""
    client, facts = Client(site.port), site.facts()
    results = {page.name: (page, Timings()) for page in pages(facts)}
    for number in range(rounds + 10):
        for page, timings in results.values():
            answer = client.ask(Request(page.path, page.cookie))
            if number >= 10:
                timings.note(answer)
    to_send = OurForms(client, facts)
    for page in forms(facts):
        timings = Timings()
        for request in to_send.take(page, POSTS):
            timings.note(client.ask(request))
        if timings.seconds:
            results[page.name] = (page, timings)
    return results


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
