"""The suite finds each mistake that is made on purpose in the example connector, and says what is wrong."""

from __future__ import annotations

import pytest

from tests.testing.deskhand import BOB, NEED_MORE, RECORDS, SETTINGS, broken, deskhand, verdicts

MISTAKES = {
    "a secret that is plain text": (
        [
            ("token: sdk.SecretStr", "token: str"),
            ("Bearer(self.settings.token)", "Bearer(sdk.SecretStr(self.settings.token))"),
        ],
        "keeps_secrets",
        "the setting 'token' is a secret kept as plain text",
    ),
    "a plain-text secret under an innocent name": (
        [
            (
                "subdomain: str\n    token: sdk.SecretStr",
                "subdomain: str = 'acme'\n    token: str = 't'\n    word: str = 'sesame'",
            ),
            ("Bearer(self.settings.token)", "Bearer(sdk.SecretStr(self.settings.word))"),
        ],
        "keeps_secrets",
        "the setting 'word' is a secret",
    ),
    "a secret in an error": (
        [
            (
                "    def trial",
                (
                    "    def sort_error(self, answer):\n        if answer.status == 401:\n"
                    "            return sdk.AuthError(answer.body.decode())\n        return super().sort_error(answer)\n\n    def trial"
                ),
            )
        ],
        "keeps_secrets",
        "the secret 'token' is seen in the error for status 401",
    ),
    "a secret in a URL": (
        [('sdk.Ask(path="/me")', 'sdk.Ask(path="/me", params=(("token", self.settings.token.get_secret_value()),))')],
        "keeps_secrets_out_of_logs",
        "the secret 'token' stands in the URL, which proxies log",
    ),
    "a secret that is never sent": (
        [("return sdk.Bearer(self.settings.token)", "return None")],
        "proves_who_asks",
        "the secret 'token' changes no request",
    ),
    "no paging": (
        [("paging=paging, ", "")],
        "reads_every_page_once people",
        "it is read as one page: give its paging",
    ),
    "paging that asks for the same page": (
        [
            ('sdk.Cursor(param="cursor", token="meta.next")', "Same()"),
            (
                "STATES =",
                (
                    "class Same(sdk.Cursor):\n    def __init__(self): super().__init__('cursor', 'meta.next')\n"
                    "    def following(self, ask, envelope, last_id): return ask\n\nSTATES ="
                ),
            ),
        ],
        "reads_every_page_once people",
        "the reading does not end",
    ),
    "a constant id": (
        [('name="people",', 'name="people", key=lambda p: "1",')],
        "has_records_to_try people",
        "2 records have the id 1",
    ),
    "a mapping that reads the clock": (
        [
            (
                "updated_at=payload.updated_at,\n    )\n    if payload.merged_into",
                "updated_at=datetime.now(payload.updated_at.tzinfo),\n    )\n    if payload.merged_into",
            )
        ],
        "means_the_same_every_time people",
        "mapped differently the second time",
    ),
    "times without a zone": (
        [("    return payload.updated_at\n", "    return payload.updated_at.replace(tzinfo=None)\n")],
        "means_the_same_every_time cases",
        "version is a time without a zone",
    ),
    "a field that may be null declared as if it never were": (
        [("email: str | None = None", "email: str = ''")],
        "has_records_to_try people",
        "records['people'][1] is not understood",
    ),
    "a field spelt as the vendor does not": (
        [("email: str | None = None", "mail: str | None = None"), ("payload.email", "payload.mail")],
        "replays_samples people",
        "no sample has the field 'mail'",
    ),
    "a cursor looked for where it is not": (
        [('token="meta.next"', 'token="meta.cursor"')],
        "replays_samples people",
        "1.json: it is not the last page, yet no other would be asked for",
    ),
    "records looked for where they are not": (
        [('items="people"', 'items="persons"')],
        "replays_samples people",
        "the answer has no list at 'persons'",
    ),
    "a reference that leads nowhere": (
        [('sdk.Ref("people"', 'sdk.Ref("persons"')],
        "refers_to_its_own_streams cases",
        "Ticket.person refers to the stream 'persons'",
    ),
    "429 taken for a fault of ours": (
        [
            (
                "    def trial",
                "    def sort_error(self, answer):\n        return sdk.RefusedError('no') if answer.status >= 400 else None\n\n    def trial",
            )
        ],
        "waits_when_told_to people",
        "429 is sorted as RefusedError",
    ),
    "401 taken for a fault of ours": (
        [
            (
                "    def trial",
                "    def sort_error(self, answer):\n        return sdk.RefusedError('no') if answer.status >= 400 else None\n\n    def trial",
            )
        ],
        "says_so_when_credentials_are_refused cases",
        "401 to its first question gives RefusedError",
    ),
    "a wait that is not heard": (
        [
            (
                "    def trial",
                (
                    "    def sort_error(self, answer):\n        found = super().sort_error(answer)\n"
                    "        return sdk.TransientError('later', 1.0) if answer.status == 429 else found\n\n    def trial"
                ),
            )
        ],
        "waits_when_told_to people",
        "asked to be left alone for 7 s, sort_error understood 1.0",
    ),
    "a watermark of our own clock": (
        [("return payload.updated_at", "return datetime.now(payload.updated_at.tzinfo)")],
        "means_the_same_every_time people",
        "since is another the second time; it is the vendor's time, not ours",
    ),
    "a listing that asks for changes and does not say so": (
        [
            ('sdk.Since("updated_after", changed)', 'Deaf("updated_after", changed)'),
            ("STATES =", "class Deaf(sdk.Since):\n    def asking(self, ask, since): return ask\n\nSTATES ="),
        ],
        "asks_only_for_changes cases",
        "the second pass asks as the first did",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_suite_finds(mistake):
    changes, promise, complaint = MISTAKES[mistake]
    settings = {} if "innocent" in mistake else SETTINGS

    found = verdicts(deskhand(*changes).Deskhand, RECORDS, settings)

    assert found[promise].startswith("failed"), found
    assert complaint in found[promise]


def test_the_example_itself_keeps_every_promise():
    found = verdicts(deskhand().Deskhand, RECORDS, SETTINGS)

    assert {name.split()[0] for name, said in found.items() if said != "held"} == NEED_MORE
    assert list(found.values()).count("held") == 25


def test_reading_everything_each_time_is_allowed_and_told():
    whole = deskhand((", since=since", ""))

    found = verdicts(whole.Deskhand, RECORDS, SETTINGS)

    assert found["asks_only_for_changes people"] == "not checked: people: full reads only (its Listing has no `since`)"
    assert broken(found) == {}


def test_records_that_are_not_given_are_asked_for():
    found = verdicts(deskhand().Deskhand, {"people": [BOB]}, SETTINGS)

    assert "records['people'] has one record" in found["has_records_to_try people"]
    assert "records['cases'] is missing" in found["has_records_to_try cases"]


def test_what_has_no_samples_is_told(tmp_path):
    found = verdicts(deskhand().Deskhand, RECORDS, SETTINGS, samples=tmp_path)

    assert found["replays_samples people"].startswith("not checked: people: no samples")
    assert broken(found) == {}


def test_a_sample_has_to_say_where_it_is_from(tmp_path):
    (tmp_path / "people.json").write_text('{"people": [], "meta": {"next": null}}')

    found = verdicts(deskhand().Deskhand, RECORDS, SETTINGS, samples=tmp_path)

    assert found["replays_samples people"] == "failed: people.json does not say its body, read, url"
