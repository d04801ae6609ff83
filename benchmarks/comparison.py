"""Two sites asked in turn, A B A B: what a request of each page costs the one, as a share of what it costs the other."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks.requests import Client, Page, Request
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
        site = served.site
        self.client = Client(site.port)
        facts = site.facts()
        forms = site.forms(facts)
        self.pages = {page.name: page for page in [*site.pages(facts), *forms]}
        self.to_send = site.forms_to_send(self.client, facts)
        self.costs = {name: Cost() for name in self.pages}
        self.sends_forms = {page.name for page in forms}

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


@dataclass(frozen=True)
class Pair:
    """Two pages that do the same: of two checkouts, one name stands for both."""

    ours: str
    theirs: str

    @property
    def name(self) -> str:
        return self.ours if self.ours == self.theirs else f"{self.ours} / {self.theirs}"


def compare(site: Site, other: Site, *, blocks: int, only: list[str]) -> None:
    with ExitStack() as stack:
        sides = [Side(stack.enter_context(one.served())) for one in (site, other)]
        pairs = [Pair(page.beside or page.name, page.name) for page in sides[1].pages.values()]
        pairs = [pair for pair in pairs if not only or any(part in pair.name for part in only)]
        for pair in pairs:
            for side, name in zip(sides, (pair.ours, pair.theirs), strict=True):
                if name not in side.sends_forms:
                    for request in side.requests(side.pages[name])[:WARM_UP]:
                        side.client.ask(request)
        for _block in range(blocks):
            for pair in pairs:
                for side, name in zip(sides, (pair.ours, pair.theirs), strict=True):
                    side.spend(name)
        print("\n".join(_report(pairs, *sides)))


def _report(pairs: list[Pair], one: Side, other: Side) -> Iterator[str]:
    yield f"\n{one.served.site.name} against {other.served.site.name}: below 1 the first costs less\n"
    yield "| page | CPU ratio | wall ratio | CPU ms, of it PostgreSQL | the other's | wall ms | queries | bytes |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for pair in pairs:
        ours, theirs = one.costs[pair.ours], other.costs[pair.theirs]
        if not ours.wall or not theirs.wall:
            yield f"| {pair.name} | nothing left to send: load the data anew with --fresh | | | | | | |"
            continue
        wall = [statistics.median(cost.wall) for cost in (ours, theirs)]
        yield (
            f"| {pair.name} | {_ratio(ours.cpu, theirs.cpu)} | {_ratio(*wall)} "
            f"| {_cpu(ours)} | {_cpu(theirs)} | {wall[0] * 1000:.1f} / {wall[1] * 1000:.1f} "
            f"| {ours.queries} / {theirs.queries} | {ours.sent:,} / {theirs.sent:,} |"
        )


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "-"


def _cpu(cost: Cost) -> str:
    return f"{cost.cpu * 1000:.1f}, {statistics.median(cost.database) * 1000:.1f}"
