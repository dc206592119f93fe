"""The host of plugins: each is loaded alone, a broken one is set aside with its reason, the rest runs."""

from __future__ import annotations

import logging
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from itertools import count

import pytest

from kizuna import plugins
from kizuna.errors import ConfigError, UnknownName

Install = Callable[..., EntryPoint]
NUMBERS = count()  # a class outlives its test for a while: no two modules here have one name

GOOD = """
    from kizuna import sdk

    class Desk(sdk.Connector[sdk.Settings]):
        key = "{key}"

    @sdk.hookimpl
    def kizuna_connectors():
        yield Desk
"""
SETTINGS = """
    from kizuna import sdk

    class DeskSettings(sdk.Settings):
        subdomain: str
        token: sdk.SecretStr
        pages: int = 1

    class Desk(sdk.Connector[DeskSettings]):
        key = "desk"

    @sdk.hookimpl
    def kizuna_connectors():
        yield Desk
"""


@pytest.fixture
def install(tmp_path, monkeypatch) -> Iterator[Install]:
    """Writes a module and gives the entry point that names it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def write(name: str, source: str, **words: str) -> EntryPoint:
        module = f"installed_{next(NUMBERS)}_{name}"
        made.append(module)
        (tmp_path / f"{module}.py").write_text(
            textwrap.dedent(source).format(**words) if words else textwrap.dedent(source)
        )
        return EntryPoint(name, module, plugins.GROUP)

    yield write
    for module in made:
        sys.modules.pop(module, None)


def test_a_plugin_brings_its_connectors(install):
    found = plugins.load(found=[install("desk", GOOD, key="desk")])

    assert found.connector("desk").__name__ == "Desk"
    assert [(one.name, one.connectors) for one in found.installed] == [("desk", ("desk",))]
    assert found.broken == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def broken(:", "SyntaxError"),
        ("import no_such_module_anywhere", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("raise RuntimeError('the vendor is gone')", "RuntimeError: the vendor is gone"),
        (
            "from kizuna import sdk\n@sdk.hookimpl\ndef kizuna_conectors():\n    return []",
            "PluginError: There is no hook named 'kizuna_conectors'; did you mean 'kizuna_connectors'?",
        ),
        ("def kizuna_connectors():\n    return []", "kizuna_connectors is not marked; put @sdk.hookimpl above it."),
        (
            "from kizuna import sdk\n@sdk.hookimpl\ndef kizuna_sync_finished(conection):\n    pass",
            "PluginValidationError",
        ),
        (
            "from kizuna import sdk\n@sdk.hookimpl\ndef kizuna_connectors():\n    raise ValueError('no')",
            "ValueError: no",
        ),
        (
            "from kizuna import sdk\n@sdk.hookimpl\ndef kizuna_connectors():\n    return ['desk']",
            "'desk' is no Connector",
        ),
        (
            "from kizuna import sdk\nclass Desk(sdk.Connector): pass\n@sdk.hookimpl\ndef kizuna_connectors():\n    yield Desk",
            "is no Connector class with a key",
        ),
    ],
    ids=["syntax", "import", "raising", "misspelt", "unmarked", "argument", "hook", "no connector", "no key"],
)
def test_a_broken_plugin_is_set_aside_and_the_next_runs(install, source, reason):
    points = [install("a_broken", source), install("z_good", GOOD, key="desk")]

    found = plugins.load(found=points)

    assert [one.name for one in found.broken] == ["a_broken"]
    assert reason in found.broken[0].reason
    assert list(found.connectors) == ["desk"]
    assert [name for name, _ in found.implementations("kizuna_connectors")] == ["z_good"]


def test_the_second_plugin_with_a_connectors_key_is_set_aside(install):
    points = [install("first", GOOD, key="desk"), install("second", GOOD, key="desk")]

    found = plugins.load(found=points)

    assert [one.name for one in found.installed] == ["first"]
    assert [one.name for one in found.broken] == ["second"]
    assert "the connector key 'desk' is taken by the plugin first" in found.broken[0].reason


def test_one_plugin_with_a_connectors_key_twice_is_set_aside_whole(install):
    twice = GOOD + "        yield Desk\n"

    found = plugins.load(found=[install("twice", twice, key="desk")])

    assert found.connectors == {}
    assert "the connector key 'desk' is taken by the plugin twice" in found.broken[0].reason


def test_only_plugins_that_are_allowed_are_imported(install):
    points = [install("wanted", GOOD, key="wanted"), install("other", "raise RuntimeError('imported')")]

    found = plugins.load(allowed=["wanted"], found=points)

    assert list(found.connectors) == ["wanted"]
    assert found.broken == []


def test_each_host_is_new(install):
    point = install("desk", GOOD, key="desk")

    first, second = plugins.load(found=[point]), plugins.load(found=[])

    assert list(first.connectors) == ["desk"]
    assert second.connectors == {}


def test_a_listener_that_raises_silences_nobody(install, caplog):
    raising = """
        from kizuna import sdk

        @sdk.hookimpl
        def kizuna_sync_finished(connection):
            raise RuntimeError("no ears")
    """
    hearing = """
        from kizuna import sdk
        heard = []

        @sdk.hookimpl
        def kizuna_sync_finished(run, state):
            heard.append((run, state))
    """
    points = [install("a", hearing), install("b", raising), install("c", hearing)]
    found = plugins.load(found=points)

    with caplog.at_level(logging.ERROR, logger="kizuna.plugins"):
        found.tell("kizuna_sync_finished", connection="crm", run="run_1", state="complete")

    heard = [sys.modules[point.value].heard for point in (points[0], points[2])]
    assert heard == [[("run_1", "complete")]] * 2
    assert [record.getMessage() for record in caplog.records] == ["plugin b: kizuna_sync_finished raised"]


def test_sandboxes_that_cannot_be_loaded_leave_the_others(install, caplog):
    broken = "from kizuna import sdk\n@sdk.hookimpl\ndef kizuna_sandboxes():\n    import no_such_module_anywhere"
    playing = """
        from kizuna import sdk

        class Played:
            key = "desk"

        @sdk.hookimpl
        def kizuna_sandboxes():
            yield Played
    """
    found = plugins.load(found=[install("broken", broken), install("playing", playing)])

    with caplog.at_level(logging.ERROR, logger="kizuna.plugins"):
        sandboxes = found.sandboxes()

    assert list(sandboxes) == ["desk"]
    assert [record.getMessage() for record in caplog.records] == ["plugin broken: its sandboxes cannot be loaded"]


def test_an_unknown_connector_suggests_the_nearest(install):
    found = plugins.load(found=[install("desk", GOOD, key="deskhand")])

    with pytest.raises(UnknownName, match="There is no connector named 'deskhnad'; did you mean 'deskhand'"):
        found.connector("deskhnad")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"token": "s3same"}, "connection desk: the setting 'subdomain' is missing; give it with --set subdomain="),
        ({"subdomain": "acme"}, "connection desk: the setting 'token' is missing"),
        (
            {"subdomain": "acme", "token": "s3same", "page": 2},
            "There is no setting named 'page'; did you mean 'pages'?",
        ),
        ({"subdomain": "acme", "token": "s3same", "pages": "s3ven"}, "the setting 'pages' is wrong"),
    ],
)
def test_a_wrong_setting_is_named_and_no_value_is_shown(install, settings, sentence):
    connector = plugins.load(found=[install("desk", SETTINGS)]).connector("desk")

    with pytest.raises(ConfigError) as refused:
        plugins.configured(connector, settings, {}, "desk")

    assert sentence in str(refused.value)
    assert "s3" not in str(refused.value)


def test_the_connectors_of_this_project_are_found_by_the_seam_that_strangers_use():
    found = plugins.load()

    assert set(found.connectors) >= {"salesforce", "hubspot", "zendesk", "stripe"}
    assert found.broken == []


KINDS = """
    from typing import ClassVar

    from kizuna import sdk

    class {fact}(sdk.Fact, frozen=True, kw_only=True):
        kind: ClassVar[str] = "{kind}"

    class Desk(sdk.Connector[sdk.Settings]):
        key = "{key}"

    @sdk.hookimpl
    def kizuna_connectors():
        yield Desk
"""


def test_the_second_plugin_with_a_kind_of_fact_is_set_aside(install):
    points = [
        install("first", KINDS, fact="Parcel", kind="parcel", key="one"),
        install("second", KINDS, fact="Box", kind="parcel", key="two"),
    ]

    found = plugins.load(found=points)

    assert list(found.connectors) == ["one"]
    assert found.broken[0].reason == (
        "PluginError: plugin second: the fact Box says it is of the kind 'parcel', which is taken by the plugin first; "
        "give it a `kind` of its own."
    )


@pytest.mark.parametrize("kind", ["deal_line", "merged"])
def test_a_plugin_with_a_kind_of_fact_that_kizuna_has_itself_is_set_aside(install, kind):
    found = plugins.load(found=[install("deals", KINDS, fact="Deal", kind=kind, key="deals")])

    assert found.connectors == {}
    assert f"plugin deals: the fact Deal says it is of the kind '{kind}', which is taken by Kizuna" in (
        found.broken[0].reason
    )


def test_a_plugin_that_is_set_aside_takes_no_kind_of_fact(install):
    broken = KINDS + "\n    raise RuntimeError('the vendor is gone')\n"
    points = [
        install("first", broken, fact="Parcel", kind="parcel", key="one"),
        install("second", KINDS, fact="Parcel", kind="parcel", key="two"),
    ]

    found = plugins.load(found=points)

    assert [one.name for one in found.installed] == ["second"]


def test_a_plugin_may_say_a_fact_of_another(install):
    point = install("first", KINDS, fact="Parcel", kind="parcel", key="one")

    found = plugins.load(found=[point, install("second", SHARING, shared=point.module)])

    assert [one.name for one in found.installed] == ["first", "second"]


def test_two_plugins_of_one_package_may_share_a_fact(tmp_path, install):
    package = tmp_path / "installed_shared"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "parcels.py").write_text(textwrap.dedent(KINDS).format(fact="Parcel", kind="parcel", key="one"))
    (package / "depots.py").write_text(textwrap.dedent(SHARING).format(shared="installed_shared.parcels"))
    points = [EntryPoint(name, f"installed_shared.{name}", plugins.GROUP) for name in ("depots", "parcels")]

    found = plugins.load(found=points)

    assert [one.name for one in found.installed] == ["depots", "parcels"]


SHARING = """
    from kizuna import sdk
    from {shared} import Parcel

    class Depot(sdk.Connector[sdk.Settings]):
        key = "depot"

    @sdk.hookimpl
    def kizuna_connectors():
        yield Depot
"""
