"""Two sites asked in turn, A B A B: what a request of each page costs the one, as a share of what it costs the other."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.requests import Client, FormsToSend, Page, Request, forms, pages
from benchmarks.site import Served, Site

BLOCK = 5
"""Requests between two looks at the clock and at the CPU time: one request alone is shorter than a look."""
WARM_UP = 4


@dataclass
class Cost:
    """A figure a block, each a request's share of it."""

    wall: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    queries: int = 0
    sent: int = 0

    @property
    def cpu(self) -> float:
        return statistics.median(map(sum, zip(self.server, self.database, strict=True)))


class Side:
    def __init__(self, served: Served) -> None:
        self.served = served
        self.client = Client(served.site.port)
        facts = served.site.facts()
        self.pages = {page.name: page for page in [*pages(facts), *forms(facts)]}
        self.to_send = FormsToSend(self.client, facts)
        self.costs = {name: Cost() for name in self.pages}
        self.sends_forms = {page.name for page in forms(facts)}

    def requests(self, page: Page) -> list[Request]:
        if page.name in self.sends_forms:
            return self.to_send.take(page, BLOCK)
        return [Request(page.path, page.cookie)] * BLOCK

    def spend(self, name: str) -> None:
        requests, cost = self.requests(self.pages[name]), self.costs[name]
        if not requests:
            return
        server, database = self.served.cpu_seconds()
        started = time.perf_counter()
        answers = [self.client.ask(request) for request in requests]
        wall = time.perf_counter() - started
        server_then, database_then = self.served.cpu_seconds()
        cost.wall.append(wall / len(requests))
        cost.server.append((server_then - server) / len(requests))
        cost.database.append((database_then - database) / len(requests))
        cost.queries = max([cost.queries, *(answer.queries for answer in answers)])
        cost.sent = answers[-1].sent


def compare(site: Site, other: Site, *, blocks: int, only: list[str]) -> None:
    with ExitStack() as stack:
        sides = [Side(stack.enter_context(one.served())) for one in (site, other)]
        names = [name for name in sides[0].pages if not only or any(part in name for part in only)]
        for name in names:
            for side in sides:
                if name not in side.sends_forms:
                    for request in side.requests(side.pages[name])[:WARM_UP]:
                        side.client.ask(request)
        for _block in range(blocks):
            for name in names:
                for side in sides:
                    side.spend(name)
        print("\n".join(_report(names, *sides)))


def _report(names: list[str], one: Side, other: Side) -> Iterator[str]:
    yield f"\n{one.served.site.name} against {other.served.site.name}: below 1 the first costs less\n"
    yield "| page | CPU ratio | wall ratio | CPU ms, of it PostgreSQL | the other's | wall ms | queries | bytes |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for name in names:
        ours, theirs = one.costs[name], other.costs[name]
        if not ours.wall or not theirs.wall:
            yield f"| {name} | nothing left to send: load the data anew with --fresh | | | | | | |"
            continue
        wall = [statistics.median(cost.wall) for cost in (ours, theirs)]
        yield (
            f"| {name} | {_ratio(ours.cpu, theirs.cpu)} | {_ratio(*wall)} "
            f"| {_cpu(ours)} | {_cpu(theirs)} | {wall[0] * 1000:.1f} / {wall[1] * 1000:.1f} "
            f"| {ours.queries} / {theirs.queries} | {ours.sent:,} / {theirs.sent:,} |"
        )


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "-"


def _cpu(cost: Cost) -> str:
    return f"{cost.cpu * 1000:.1f}, {statistics.median(cost.database) * 1000:.1f}"
