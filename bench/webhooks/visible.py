"""From a delivery to the answer of the API: customers are renamed at a simulated Stripe, which delivers what changed."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx

from bench.webhooks import SECRET
from bench.webhooks.serving import NAME, prepare, serving
from kizuna import plugins, sandbox

COMPANIES = 200
QUERY = "query ($text: String!) { customers(first: 5, filter: {nameContains: $text}) { nodes { name } } }"
START = "mutation ($name: String!) { startSync(input: {connection: $name}) { userErrors { message } } }"
ENDED = ("complete", "degraded", "failed")
GIVEN_UP_S = 60.0
STEP_S = 0.05
KEY = "KIZUNA_BENCH_SANDBOX_KEY"


def waits_s(url: str, samples: int) -> list[float]:
    """Seconds from each change to the first answer that shows it, sorted; asked for every 50 ms."""
    played = [plugins.load().sandboxes()["stripe"]]
    world = sandbox.World(seed=7, companies=COMPANIES)
    with sandbox.serve(played, world=world, port_base=0, limits=False, ticking=True) as served:
        endpoint, vendor = served.endpoint("stripe"), served.state("stripe")
        [secret] = endpoint.secrets.values()
        prepare(url, dict(endpoint.settings), KEY)
        with serving(url, **{KEY: secret}) as server, client(server.port) as asked:
            start(asked)
            while state(asked) not in ENDED:
                time.sleep(STEP_S)
            served.clock.advance(timedelta(hours=1))
            vendor.endpoints["we_1"] = sandbox.WebhookEndpoint("we_1", f"{asked.base_url}/webhooks/{NAME}", SECRET)
            ids = [record.id for record in vendor.of_kind("account")]
            found = []
            for number in range(samples):
                name = f"Renamed {number:04}"
                begun_s = time.perf_counter()
                vendor.change("account", ids[number % len(ids)], name=name)
                found.append(shown_after(asked, name, begun_s))
    return sorted(found)


def client(port: int) -> httpx.Client:
    """What asks the API."""
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)


def start(asked: httpx.Client) -> None:
    """A sync, asked for by the API."""
    question(asked, START, name=NAME)


def state(asked: httpx.Client) -> str:
    """How the latest run stands."""
    return question(asked, "{ syncRuns(first: 1) { nodes { state } } }")["syncRuns"]["nodes"][0]["state"]


def question(asked: httpx.Client, query: str, **variables: object) -> dict[str, dict[str, list[dict[str, str]]]]:
    """The data of an answer."""
    answer = asked.post("/graphql", json={"query": query, "variables": variables}).json()
    if "errors" in answer:
        raise SystemExit(str(answer["errors"]))
    data: dict[str, dict[str, list[dict[str, str]]]] = answer["data"]
    return data


def shown_after(asked: httpx.Client, name: str, begun_s: float) -> float:
    """Seconds until an answer shows a customer of that name."""
    while True:
        if name in str(question(asked, QUERY, text=name)):
            return time.perf_counter() - begun_s
        if time.perf_counter() - begun_s > GIVEN_UP_S:
            raise SystemExit(f"{name} did not show within {GIVEN_UP_S:.0f} s")
        time.sleep(STEP_S)
