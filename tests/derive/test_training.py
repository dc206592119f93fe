"""Models are learned from the records that are there, put in force, and taken out of force again."""

from __future__ import annotations

import pytest

from kizuna.derive import decide
from kizuna.derive.training import ASKED_PAIRS, activate, train, voices
from kizuna.errors import DecisionError, UnknownName
from kizuna.identity.models import BUILT_IN, MatchModel
from kizuna.storage import models
from kizuna.sync.rebuild import rebuild
from tests.derive.test_rebuild import toys
from tests.support.toys import Bench, at, bench

MEMBERS = "SELECT rid, entity_id FROM membership WHERE entity = 'account' ORDER BY 1"
VERSIONS = "SELECT DISTINCT model FROM match_edge"
FIRMS = 220


def two_systems(made: Bench) -> None:
    """The same firms in two systems, some of them with another word in their name."""
    made.connect("other")
    for connection in ("toy", "other"):
        made.write(
            *(
                {
                    "id": str(n),
                    "name": f"Firm{chr(97 + n % 26)}{chr(97 + n // 26)}x Tools" + (" KK" if n % 7 else ""),
                    "site": f"firm{n}.jp" if n % 5 else None,
                    "at": at(0),
                }
                for n in range(FIRMS)
            ),
            connection=connection,
        )


def in_force(made: Bench) -> str:
    with made.database.read() as sql:
        return models.active(sql).version


def test_a_model_is_learned_kept_and_changes_nothing_until_it_is_put_in_force(database_url: str) -> None:
    with bench(database_url) as made:
        two_systems(made)
        before = made.rows(MEMBERS)
        heard: list[tuple[str, int, int]] = []

        model, (accounts, people) = train(made.deriver, lambda *said: heard.append(said))

        assert (in_force(made), made.rows(MEMBERS)) == (BUILT_IN.version, before)
        assert made.rows("SELECT version, activated_at FROM match_model") == [(model.version, None)]
        assert accounts.pairs >= FIRMS - 10
        assert (people.pairs, people.weights) == (0, BUILT_IN.person)
        assert heard == [("account pairs", 2 * FIRMS, 2 * FIRMS)]
        assert model.account.bits["prior"]["any_two"] < 0


def test_training_names_the_pairs_whose_answers_would_teach_most(database_url: str) -> None:
    with bench(database_url) as made:
        two_systems(made)

        _, (accounts, people) = train(made.deriver)

        assert 0 < len(accounts.ask) <= ASKED_PAIRS
        assert people.ask == ()
        assert all(a != b and a.count("/") == b.count("/") == 2 for a, b in accounts.ask)


def test_records_are_judged_by_the_model_in_force_and_ids_last(database_url: str) -> None:
    with bench(database_url) as made:
        two_systems(made)
        before = made.rows(MEMBERS)
        model, _ = train(made.deriver)

        records = activate(made.deriver, model.version)
        made.deriver.drain()

        assert (records, in_force(made)) == (2 * FIRMS, model.version)
        assert made.rows(VERSIONS) == [(model.version,)]
        assert made.rows(MEMBERS) == before
        assert rebuild(made.deriver, toys(), check=True) == []
        assert activate(made.deriver, model.version) == 0
        activate(made.deriver, BUILT_IN.version)
        made.deriver.drain()
        assert made.rows(VERSIONS) == [(BUILT_IN.version,)]
        assert made.rows(MEMBERS) == before


def test_what_people_decided_is_learned_from_and_outlasts_every_model(database_url: str) -> None:
    with bench(database_url) as made:
        two_systems(made)
        ((a, _), (b, _)) = made.rows(
            "SELECT m.rid, m.entity_id FROM membership m JOIN membership n ON n.entity_id = m.entity_id AND n.rid <> m.rid"
            " WHERE m.entity = 'account' ORDER BY 2, 1"
        )[:2]
        decide.different(made.deriver, "account", a, b, "hana")

        model, (accounts, _) = train(made.deriver)
        activate(made.deriver, model.version)
        made.deriver.drain()

        homes = dict(made.rows(MEMBERS))
        assert accounts.answers == 1
        assert homes[a] != homes[b]


def test_too_few_records_teach_nothing_and_unknown_versions_are_refused(database_url: str) -> None:
    with bench(database_url) as made:
        made.write({"id": "1", "name": "Acme", "at": at(0)})

        with pytest.raises(DecisionError, match="too little to learn from: 0 pairs"):
            train(made.deriver)
        with pytest.raises(UnknownName, match="match model"):
            activate(made.deriver, "learned-0")

        assert made.rows("SELECT COUNT(*) FROM match_model") == [(0,)]


def test_a_model_of_other_normalisers_is_not_put_in_force(database_url: str) -> None:
    older = MatchModel("learned-1", BUILT_IN.account, BUILT_IN.person, normaliser="0")
    with bench(database_url) as made:
        with made.database.write() as sql:
            models.add(sql, older, {}, 0)

        with pytest.raises(DecisionError, match="older Kizuna"):
            activate(made.deriver, "learned-1")

        assert in_force(made) == BUILT_IN.version


def test_an_act_that_crosses_many_records_is_one_voice(database_url: str) -> None:
    with bench(database_url) as made:
        two_systems(made)
        made.write(*({"id": f"a{n}", "name": "Acme Foods", "site": "acme.jp", "at": at(0)} for n in range(6)))
        made.write(
            *({"id": f"m{n}", "name": "Acme Music", "site": "acme.jp", "at": at(0)} for n in range(6)),
            connection="other",
        )
        acme = made.rows(
            "SELECT DISTINCT m.entity_id FROM membership m JOIN source_record r ON r.rid = m.rid"
            " WHERE r.source_id LIKE 'a%' OR r.source_id LIKE 'm%' ORDER BY 1"
        )

        decided = decide.merge(made.deriver, *(one for (one,) in acme), actor="hana", confirmed=True)
        with made.database.read() as sql:
            heard = voices(sql, "account")

        assert len(decided.decisions) > 4
        assert heard.by_guard
        assert set(heard.by_guard.values()) == {(1, 0)}
        assert set(heard.by_look.values()) == {(1, 0)}
        assert len(heard.pairs) == len(decided.decisions)
