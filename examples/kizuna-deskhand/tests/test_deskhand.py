"""Deskhand keeps what the suite promises, and means what we decided."""

from kizuna_deskhand import Case, Deskhand, Person, person, ticket
from kizuna_deskhand.sandbox import DeskhandSandbox

from kizuna import sdk
from kizuna.testing import ConnectorSuite

ADA = {"id": 7, "full_name": "Ada", "email": "ada@example.com", "updated_at": "2026-01-02T03:04:05Z"}
BOB = {**ADA, "id": 8, "full_name": "Bob", "email": None}
CASE = {
    "id": 1,
    "title": "The export stops half way",
    "state": "new",
    "requester_id": 7,
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}
SOLVED = {**CASE, "id": 2, "state": "solved", "updated_at": "2026-01-03T00:00:00Z"}


class TestDeskhand(ConnectorSuite):
    connector = Deskhand
    settings = {"subdomain": "acme", "token": "t0ken-of-acme"}  # noqa: RUF012  declared by the suite
    records = {"people": [ADA, BOB], "cases": [CASE, SOLVED]}  # noqa: RUF012  declared by the suite
    deletes = ("person", "ticket")
    merges = ("person",)
    exempt = {  # noqa: RUF012  declared by the suite
        "renews_a_token_in_mid_page": "Deskhand's tokens do not expire",
        "fits_many_fields_into_a_url": "Deskhand sends every field unasked",
    }

    def sandbox(self) -> DeskhandSandbox:
        return DeskhandSandbox()


def test_a_person_without_email_is_still_a_person() -> None:
    (said,) = person(Person(id=8, full_name="Bob", updated_at=sdk.epoch(1_767_323_045)))

    assert isinstance(said, sdk.Person)
    assert (said.name, said.emails, said.role) == ("Bob", (), "requester")


def test_a_person_who_was_merged_away_names_the_winner() -> None:
    said = list(person(Person(id=8, full_name="Bob", updated_at=sdk.epoch(1_767_323_045), merged_into=7)))

    assert said[1] == sdk.Merged(loser=sdk.Ref("people", "8"), winner=sdk.Ref("people", "7"))


def test_a_case_that_waits_for_the_customer_is_pending() -> None:
    at = sdk.epoch(1_767_225_600)
    case = Case(id=1, title="Help", state="with_customer", requester_id=7, created_at=at, updated_at=at)

    (said,) = ticket(case)

    assert said == sdk.Ticket(
        subject="Help",
        status=sdk.TicketStatus.PENDING,
        stage="with_customer",
        person=sdk.Ref("people", "7"),
        opened_at=at,
        updated_at=at,
    )


def test_a_state_we_do_not_know_is_noted() -> None:
    at = sdk.epoch(1_767_225_600)
    case = Case(id=1, title="Help", state="on_holiday", requester_id=7, created_at=at, updated_at=at)

    said = list(ticket(case))

    assert said[1] == sdk.Unmapped(field="state", value="on_holiday")
