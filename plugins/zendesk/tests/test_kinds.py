"""The plugin's own kinds of facts and those of everybody are different words: one table could not hold both."""

from kizuna.model.facts import KINDS, Fact, kind_of
from kizuna_zendesk import definitions, service_levels


def test_no_kind_of_the_plugin_is_one_of_the_model():
    own = {
        kind_of(held)
        for module in (definitions, service_levels)
        for held in vars(module).values()
        if isinstance(held, type) and issubclass(held, Fact) and held.__module__ == module.__name__
    }

    assert "field_definition" in own
    assert own & set(KINDS) == set()
