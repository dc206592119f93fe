"""References of all the desk's records."""

import msgspec

from kizuna import sdk
from kizuna_zendesk import mapping
from plugins.zendesk.tests.mapped import COMMENT, METRICS, STREAMS, TICKET, USER, said


def test_ids_that_name_nobody_make_no_reference():
    assert [mapping.ref("users", id_) for id_ in (None, 0, "", "0")] == [None, None, None, None]


def test_every_reference_names_a_stream():
    facts = said("tickets", {**TICKET, "metric_set": METRICS}) + said("comments", COMMENT) + said("users", USER)

    named = {
        value.stream for fact in facts for value in msgspec.structs.asdict(fact).values() if isinstance(value, sdk.Ref)
    }

    assert named <= set(STREAMS)
