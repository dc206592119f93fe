"""Communications, leads, quotes, invoices and subscriptions: what they mean, and reading them from a portal."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import Served, World, serve
from kizuna_hubspot import HubSpot, HubSpotSettings, facts
from kizuna_hubspot.sandbox import HubSpotSandbox
from kizuna_hubspot.sandbox.routes import ACCESS_TOKEN, withhold

SETTINGS = HubSpotSettings(access_token=sdk.SecretStr("pat-na1-x"), commerce=True, default_currency="USD")
STREAMS = {stream.name: stream for stream in HubSpot(SETTINGS).streams()}
COMPANY = sdk.Ref("companies", "10")
AROUND = {"companies": {"results": [{"id": "10", "type": "x_to_company"}]}}


def said(stream: str, **properties: str | None) -> tuple[sdk.Said, ...]:
    payload = {"id": "1", "properties": properties, "associations": AROUND}
    return STREAMS[stream].said(msgspec.json.decode(json.dumps(payload), type=STREAMS[stream].payload))


def test_a_communication_is_a_chat_by_its_channel() -> None:
    facts_of = said(
        "communications",
        hs_communication_channel_type="WHATS_APP",
        hs_communication_body="<p>Hello</p>",
        hs_timestamp="2026-03-01T12:00:00Z",
    )

    assert facts_of == (
        sdk.Engagement(
            engagement_kind=sdk.EngagementKind.CHAT,
            body="Hello",
            at=datetime(2026, 3, 1, 12, tzinfo=UTC),
            account=COMPANY,
            outcome="WHATS_APP",
        ),
    )


def test_a_lead_is_a_fact_of_its_own_and_no_person() -> None:
    facts_of = said("leads", hs_lead_name="Ada, trial", hs_lead_label="HOT", hs_pipeline_stage="new-stage-id")

    assert facts_of == (facts.Lead(name="Ada, trial", label="HOT", stage="new-stage-id", account=COMPANY),)


def test_a_quote_is_a_fact_of_its_own_and_no_contract() -> None:
    facts_of = said(
        "quotes",
        hs_title="Renewal",
        hs_status="APPROVAL_NOT_NEEDED",
        hs_quote_amount="1200.5",
        hs_currency="EUR",
        hs_expiration_date="2026-04-01",
    )

    assert facts_of == (
        facts.Quote(
            title="Renewal",
            status="APPROVAL_NOT_NEEDED",
            amount=sdk.money("1200.5", "EUR"),
            expires_on=date(2026, 4, 1),
            account=COMPANY,
        ),
    )


@pytest.mark.parametrize(
    ("word", "status", "paid"),
    [("draft", "draft", False), ("open", "open", False), ("paid", "paid", True), ("voided", "void", False)],
)
def test_an_invoice_says_what_it_comes_to_and_what_is_left(word: str, status: str, paid: bool) -> None:
    (fact,) = said(
        "invoices",
        hs_invoice_status=word,
        hs_amount_billed="100.00",
        hs_balance_due="40",
        hs_currency="JPY",
        hs_due_date="2026-04-01T00:00:00Z",
        hs_payment_date="2026-03-20T00:00:00Z",
    )

    assert isinstance(fact, sdk.Invoice)
    assert (fact.status, fact.account, bool(fact.paid_at)) == (status, COMPANY, paid)
    assert (fact.total, fact.remaining) == (sdk.money("100", "JPY"), sdk.money("40", "JPY"))


@pytest.mark.parametrize(
    ("word", "status"), [("active", "active"), ("past_due", "past_due"), ("expired", "canceled"), ("odd", "other")]
)
def test_a_subscription_has_a_status_of_ours_and_an_odd_word_is_told(word: str, status: str) -> None:
    fact, *unmapped = said("subscriptions", hs_status=word, hs_recurring_billing_start_date="2026-01-01")

    assert isinstance(fact, sdk.Subscription)
    assert (fact.status, fact.currency, fact.account) == (status, "USD", COMPANY)
    assert unmapped == ([sdk.Unmapped(field="hs_status", value="odd")] if word == "odd" else [])


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve([HubSpotSandbox()], world=World(seed=7, companies=3), port_base=0, limits=False) as running:
        running.clock.advance(timedelta(hours=1))
        yield running


def hubspot(served: Served) -> HubSpot:
    endpoint = served.endpoints[0]
    return HubSpot(HubSpotSettings.model_validate({**endpoint.settings, **endpoint.secrets, "commerce": True}))


def written(served: Served, kind: str, company: str | None = None, **properties: str) -> dict[str, Any]:
    base = served.endpoints[0].settings["base_url"]
    type_ids = {"notes": 190}
    to = [{"to": {"id": company}, "types": [{"associationTypeId": type_ids[kind]}]}] if company else []
    made: dict[str, Any] = httpx.post(
        f"{base}/crm/v3/objects/{kind}",
        json={"properties": properties, "associations": to},
        headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
    ).json()
    return made


def read(connector: HubSpot, name: str, bookmark: sdk.Bookmark | None = None) -> tuple[list[Any], sdk.Bookmark | None]:
    reading = next(stream for stream in connector.streams() if stream.name == name).reading

    async def passed() -> tuple[list[Any], sdk.Bookmark | None]:
        records, mark = [], bookmark
        async with sdk.Transport(connector, paced=False) as line:
            turn = reading.begin(bookmark, sdk.Start(now=sdk.epoch(0)))
            while turn.ask is not None:
                turn = reading.turn(turn.state, turn.ask, await line.send(turn.ask))
                records += [msgspec.json.decode(record.raw) for record in turn.records]
                mark = turn.bookmark or mark
        return records, mark

    return asyncio.run(passed())


@pytest.mark.parametrize("kind", ["communications", "leads", "quotes", "invoices", "subscriptions"])
def test_what_is_made_after_the_first_load_is_read_by_the_next_pass(served: Served, kind: str) -> None:
    connector = hubspot(served)
    first, mark = read(connector, kind)
    served.clock.advance(timedelta(hours=1))
    made = written(served, kind)
    served.clock.advance(timedelta(seconds=1))

    found, _ = read(connector, kind, mark)

    assert first == []
    assert [each["id"] for each in found] == [made["id"]]


def test_a_record_that_was_created_carries_its_associations(served: Served) -> None:
    company = served.states[0].live("companies")[0].id

    made = written(served, "notes", company, hs_note_body="Hi")
    found, _ = read(hubspot(served), "notes")

    (note,) = [each for each in found if each["id"] == made["id"]]
    assert note["properties"]["hs_note_body"] == "Hi"
    assert [each["id"] for each in note["associations"]["companies"]["results"]] == [company]


def test_a_portal_without_feedback_degrades_that_stream_and_names_the_scope(served: Served) -> None:
    connector = hubspot(served)
    withhold(served.states[0], "feedback_submissions", "crm.objects.feedback_submissions.read")

    with pytest.raises(sdk.DegradedError, match=r"crm\.objects\.feedback_submissions\.read"):
        read(connector, "feedback_submissions")

    assert read(connector, "companies")[0]


def test_money_of_a_quote_without_a_number_is_set_aside() -> None:
    with pytest.raises(sdk.PayloadError):
        said("quotes", hs_quote_amount="a lot")
