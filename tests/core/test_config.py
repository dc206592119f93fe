"""Settings: file below environment below options; a mistake is one sentence that names the nearest right word."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from kizuna import config
from kizuna.errors import ConfigError


def test_without_file_and_environment_the_defaults_stand(tmp_path):
    settings = config.load(tmp_path, environ={})

    assert settings == config.Settings()
    assert (settings.database, settings.port, settings.mode) == ("sqlite:///kizuna.db", 8360, "development")
    assert (settings.graphql.max_cost, settings.graphql.max_depth) == (10_000, 12)


def test_the_environment_overrules_the_file_and_an_option_overrules_both(tmp_path):
    write(tmp_path, 'host = "0.0.0.0"\nport = 1\n[graphql]\nmax_depth = 5\nmax_aliases = 7\n')
    environ = {"KIZUNA_PORT": "2", "KIZUNA_GRAPHQL_MAX_DEPTH": "6"}

    settings = config.load(tmp_path, environ=environ, options={"port": 3, "graphql.max_depth": None})

    assert (settings.host, settings.port) == ("0.0.0.0", 3)
    assert (settings.graphql.max_depth, settings.graphql.max_aliases) == (6, 7)


def test_lists_and_numbers_are_read_from_the_environment(tmp_path):
    environ = {"KIZUNA_PLUGINS": "deskhand, ledger", "KIZUNA_SYNC_BATCH_SECONDS": "2"}

    settings = config.load(tmp_path, environ=environ)

    assert settings.plugins == ("deskhand", "ledger")
    assert settings.sync.batch_seconds == 2.0
    assert settings.allows_plugin("ledger")
    assert not settings.allows_plugin("other")


def test_introspection_follows_the_mode_unless_switched(tmp_path):
    production = config.load(tmp_path, environ={"KIZUNA_MODE": "production"})
    switched = config.load(tmp_path, environ={"KIZUNA_MODE": "production", "KIZUNA_GRAPHQL_INTROSPECTION": "on"})

    assert not production.introspection
    assert switched.introspection


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "kizuna.toml: there is no setting 'prot'; did you mean 'port'?"),
        ("[graphql]\nmax_dept = 1", "there is no setting 'graphql.max_dept'; did you mean 'graphql.max_depth'?"),
        ("graphql = 1", "there is no setting 'graphql'"),
        ("port = 'x'", "port is 'x'; give a whole number."),
        ("port = 70000", "port is 70000; the most is 65535."),
        ("port = true", "port is True; give a whole number."),
        ("[graphql]\nmax_page_size = 0", "graphql.max_page_size is 0; the least is 1."),
        ("mode = 'produktion'", "mode is 'produktion'; did you mean 'production'?"),
        ("plugins = 'all'", "plugins is 'all'; give a list of texts."),
        ("time_zone = 'Asia/Tokio'", "time_zone is 'Asia/Tokio', which is no time zone; did you mean 'Asia/Tokyo'?"),
        (
            "database = 'mysql://u:hunter2@h/d'",
            "database is 'mysql://u:***@h/d'; give sqlite:///file.db or postgresql://",
        ),
        ("port = ", "kizuna.toml is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_says_where_and_what_to_do(tmp_path, text, message):
    write(tmp_path, text)

    with pytest.raises(ConfigError) as raised:
        config.load(tmp_path, environ={})

    assert message in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"KIZUNA_PROT": "1"}, "KIZUNA_PROT is no setting; did you mean KIZUNA_PORT?"),
        ({"KIZUNA_PORT": "many"}, "KIZUNA_PORT is 'many'; give a whole number."),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(tmp_path, environ, message):
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        config.load(tmp_path, environ=environ)


def test_a_variable_that_holds_a_secret_of_the_user_is_left_alone(tmp_path):
    settings = config.load(tmp_path, environ={"KIZUNA_BILLING_KEY": "secret", "KIZUNA_SAMPLES": "/samples"})

    assert settings == config.Settings()


def test_the_database_url_is_not_shown_by_repr_and_can_be_shown_without_its_password():
    settings = config.Settings(database="postgresql://ana:hunter2@db:5432/kizuna")

    assert "hunter2" not in repr(settings)
    assert config.without_password(settings.database) == "postgresql://ana:***@db:5432/kizuna"


def test_settings_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.Settings().port = 1  # type: ignore[misc]  # the point of the test


def test_the_template_says_every_setting_and_changes_nothing(tmp_path):
    write(tmp_path, config.template())

    settings = config.load(tmp_path, environ={})

    assert settings == config.Settings()
    for item in config.described():
        assert f"[{item.environment}]" in config.template()


def test_the_template_with_every_line_switched_on_is_the_defaults(tmp_path):
    lines = config.template().splitlines()
    switched = "\n".join(line.removeprefix("# ") if " = " in line else line for line in lines)

    write(tmp_path, switched)

    assert tomllib.loads(switched)["port"] == 8360
    assert config.load(tmp_path, environ={}) == config.Settings()


def write(folder: Path, text: str) -> None:
    (folder / config.FILE_NAME).write_text(text, encoding="utf-8")
