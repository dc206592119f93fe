"""The suite plays every paging of the SDK and every kind of authorisation, and lets an author play what it cannot."""

from __future__ import annotations

import httpx
import pytest

from kizuna import sdk
from tests.testing.deskhand import NEED_MORE, broken, verdicts

RECORDS = {
    "things": [{"id": f"t{number}", "name": f"Thing {number}", "at": 1767225600 + number} for number in range(5)]
}
SETTINGS = {"user": "ada", "secret": "sesame-of-ada"}


class Setting(sdk.Settings):
    user: str
    secret: sdk.SecretStr
    base_url: str = "https://things.example/api/v3"


class Thing(sdk.Payload):
    id: str
    name: str
    at: int


class Numbered:
    """A reading of one's own: pages by number, an empty one ends them."""

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        page = str((bookmark or {}).get("page", 0))
        return sdk.Turn(ask=sdk.Ask(path="/numbered", params=(("page", page),)))

    def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        raws = sdk.Listing(path="", payload=Thing, items="").opened(answer.body)[1]
        page = int(dict(ask.params)["page"]) + 1
        return sdk.Turn(
            ask=ask.having(page=str(page)) if raws else None,
            records=[sdk.Record(raw=raw) for raw in raws],
            bookmark={"page": page if raws else page - 1},
        )


def things(reading: sdk.Reading, auth: type[sdk.Auth] | None = None) -> type[sdk.Connector[Setting]]:
    """A connector of one stream that is read this way."""

    class Things(sdk.Connector[Setting]):
        key = "things"

        def base_url(self) -> str:
            return self.settings.base_url

        def auth(self) -> sdk.Auth:
            if auth is sdk.Basic:
                return sdk.Basic(self.settings.user, self.settings.secret)
            if auth is sdk.FetchedToken:
                form = {"grant_type": "client_credentials", "client_secret": self.settings.secret}
                return sdk.FetchedToken("https://login.example/token", form, "things")
            return sdk.Bearer(self.settings.secret)

        def streams(self) -> tuple[sdk.AnyStream, ...]:
            return (sdk.Stream(name="things", payload=Thing, map=lambda t: sdk.Account(name=t.name), reading=reading),)

    return Things


PAGINGS = {
    "a cursor": (sdk.Cursor(param="after", token="paging.next.after"), "results"),
    "a cursor beside the records": (sdk.Cursor(param="after", token="data.after"), "data.items"),
    "a link": (sdk.NextLink(link="links.next"), "data"),
    "the last id": (sdk.LastId(param="starting_after"), "data"),
    "numbers": (sdk.PageNumber(), "data"),
    "numbers from nought with an end": (sdk.PageNumber(param="p", first=0, more="more"), "data"),
    "numbers of bare lists": (sdk.PageNumber(), ""),
}


@pytest.mark.parametrize("paging", PAGINGS)
@pytest.mark.parametrize("form", ["epoch", "iso"])
def test_pages_by(paging, form, tmp_path):
    strategy, items = PAGINGS[paging]
    since = sdk.Since("since", lambda thing: sdk.epoch(thing.at), form=form)
    reading = sdk.Listing(path="/things", payload=Thing, items=items, paging=strategy, since=since)

    found = verdicts(things(reading), RECORDS, SETTINGS, samples=tmp_path)

    assert broken(found) == {}
    assert {name.split()[0] for name, said in found.items() if said != "held"} == NEED_MORE | {"replays_samples"}


def test_a_vendor_without_pages_is_named_as_such(tmp_path):
    reading = sdk.Listing(path="/things", payload=Thing)

    found = verdicts(things(reading), RECORDS, SETTINGS, samples=tmp_path, single_page=("things",))

    assert broken(found) == {}


@pytest.mark.parametrize("auth", [sdk.Bearer, sdk.Basic, sdk.FetchedToken])
def test_proves_who_asks_by(auth, tmp_path):
    reading = sdk.Listing(path="/things", payload=Thing, paging=sdk.PageNumber())

    found = verdicts(things(reading, auth), RECORDS, SETTINGS, samples=tmp_path)

    assert broken(found) == {}
    assert found["proves_who_asks"] == found["keeps_secrets"] == "held"
    assert found["says_so_when_credentials_are_refused things"] == "held"


def test_a_reading_of_ones_own_keeps_what_applies_and_the_rest_is_told(tmp_path):
    found = verdicts(things(Numbered()), RECORDS, SETTINGS, samples=tmp_path)

    assert broken(found) == {}
    assert {name for name, said in found.items() if "let vendor() play it" in said} == {
        "reads_every_page_once things",
        "reads_the_same_asked_ahead things",
        "goes_on_after_a_crash things",
        "asks_only_for_changes things",
        "sets_a_bad_record_aside things",
    }
    assert found["waits_when_told_to things"] == found["says_so_when_credentials_are_refused things"] == "held"


def test_an_author_may_play_the_vendor_of_a_reading_of_ones_own(tmp_path):
    def answer(request: httpx.Request) -> httpx.Response:
        begin = int(request.url.params["page"]) * 2
        return httpx.Response(200, json=RECORDS["things"][begin : begin + 2])

    found = verdicts(
        things(Numbered()), RECORDS, SETTINGS, samples=tmp_path, vendor=lambda _: httpx.MockTransport(answer)
    )

    assert broken(found) == {}
    assert found["reads_every_page_once things"] == found["goes_on_after_a_crash things"] == "held"
    assert found["asks_only_for_changes things"] == "held"


def test_a_bookmark_that_skips_a_page_is_found(tmp_path):
    class Hasty(Numbered):
        def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
            turn = super().turn(state, ask, answer)
            turn.bookmark = {"page": int(dict(ask.params)["page"]) + 2}
            return turn

    def answer(request: httpx.Request) -> httpx.Response:
        begin = int(request.url.params["page"]) * 2
        return httpx.Response(200, json=RECORDS["things"][begin : begin + 2])

    found = verdicts(things(Hasty()), RECORDS, SETTINGS, samples=tmp_path, vendor=lambda _: httpx.MockTransport(answer))

    assert "taken up after page 1, the record t2 is lost" in found["goes_on_after_a_crash things"]


class Expecting(Numbered):
    """The same, naming ahead the pages that come so many further on."""

    def __init__(self, *steps: int) -> None:
        self.steps = steps

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self._expecting(super().begin(bookmark, start))

    def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        return self._expecting(super().turn(state, ask, answer))

    def _expecting(self, turn: sdk.Turn) -> sdk.Turn:
        if turn.ask is not None:
            page = int(dict(turn.ask.params)["page"])
            turn.ahead = tuple(turn.ask.having(page=str(page + step)) for step in self.steps)
        return turn


class Numbering:
    """A vendor of thirty pages that writes into each as how manieth since the first it was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        if page >= 30:
            return httpx.Response(200, json=[])
        self.asked = self.asked + 1 if page else 0
        return httpx.Response(200, json=[{"id": f"t{page}", "name": f"Thing {self.asked}", "at": 1767225600}])


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((1, 2), "held"),
        ((2, 1), "page 2 is another when asked ahead of time"),
        ((1, 100, 200), "requests in place of 31; name in `ahead` only what will be asked"),
    ],
)
def test_pages_asked_ahead_are_those_asked_when_they_are_due(steps, said, tmp_path):
    found = verdicts(
        things(Expecting(*steps)),
        RECORDS,
        SETTINGS,
        samples=tmp_path,
        vendor=lambda _: httpx.MockTransport(Numbering()),
    )

    assert said in found["reads_the_same_asked_ahead things"]
