"""Help, mistakes and exit codes: each mistake is one sentence that says what to do."""

import click
import pytest

from kizuna.cli import root
from kizuna.cli.commands import COMMANDS


def commands():
    """Every command with the words that call it."""
    found = []

    def walk(group, words):
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            found.append(((*words, name), command))
            if isinstance(command, click.Group):
                walk(command, (*words, name))

    walk(root, ())
    return found


@pytest.mark.parametrize(("words", "command"), [pytest.param(*one, id=" ".join(one[0])) for one in commands()])
def test_the_help_of_every_command_holds_an_example(words, command):
    example = (command.help or "").partition("Example:\n")[2]

    assert "kizuna " in example


def test_every_listed_command_exists():
    named = {words[0] for words, _ in commands()}

    assert named == set(COMMANDS)


def test_an_unknown_command_suggests_the_nearest(kizuna):
    done = kizuna("snyc")

    assert (done.returncode, "did you mean 'sync'?" in done.stderr) == (2, True)


def test_an_unknown_command_of_a_group_suggests_the_nearest(kizuna):
    done = kizuna("identity", "exprot")

    assert (done.returncode, "did you mean 'export'?" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sync",), "There is no database at kizuna.db; run `kizuna init`"),
        (("connect", "strype"), "did you mean 'stripe'?"),
        (("connect", "stripe", "--set", "bse_url=http://x"), "did you mean 'base_url'?"),
        (("connect", "stripe", "--set", "api_key=sk_test_1"), "is a secret"),
        (("connect", "stripe", "--secret", "api_key=sk_test_1"), "env:VARIABLE or file:PATH"),
        (("connect", "stripe", "--secret", "api_key=env:NO_SUCH_VARIABLE"), "NO_SUCH_VARIABLE, which is not set"),
        (("query", "no-such-file.graphql"), "neither a document"),
        (("sync", "--database", "mysql://x/y"), "give sqlite:///file.db or postgresql://"),
        (("sandbox", "strype"), "did you mean 'stripe'?"),
        (("sandbox", "--faults", "rogh"), "did you mean 'rough'?"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_one(kizuna, words, sentence):
    done = kizuna(*words)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert sentence in done.stderr


def test_a_secret_given_wrongly_is_not_repeated(kizuna):
    done = kizuna("connect", "stripe", "--secret", "api_key=sk_test_1")

    assert "sk_test_1" not in done.stdout + done.stderr


def test_the_settings_of_a_connector_are_shown_with_its_name(kizuna):
    done = kizuna("connect", "stripe", "--help")

    assert (done.returncode, "--secret api_key=" in done.stdout, "invoices" in done.stdout) == (0, True, True)


def test_init_leaves_what_is_there(kizuna, tmp_path):
    first = kizuna("init")
    (tmp_path / "kizuna.toml").write_text("port = 9000\n")

    second = kizuna("init")

    assert ("kz_" in first.stdout, "kz_" in second.stdout) == (True, False)
    assert (tmp_path / "kizuna.toml").read_text() == "port = 9000\n"


def test_a_revoked_token_stands_no_longer(kizuna):
    kizuna("init")
    made = kizuna("token", "create", "reporting", "--scope", "read").stdout.strip()

    revoked = kizuna("token", "revoke", made.split("_")[1])

    assert revoked.returncode == 0
    assert '"revoked_at": "20' in kizuna("token", "list", "--json").stdout


def test_a_new_plugin_keeps_every_promise(kizuna):
    kizuna("plugins", "new", "newdesk")

    tested = kizuna("plugins", "test", "kizuna-newdesk")

    assert tested.returncode == 0, tested.stdout
    assert "SKIPPED [1] tests/test_newdesk.py:22: cannot apply: its tokens do not expire" in tested.stdout
    assert "holding.py" not in tested.stdout


@pytest.mark.parametrize("name", ["stripe", "migrations"])
def test_a_new_plugin_may_not_take_a_name_that_is_taken(kizuna, tmp_path, name):
    done = kizuna("plugins", "new", name)

    assert (done.returncode, f"The name {name!r} is taken" in done.stderr) == (1, True), done.stderr
    assert list(tmp_path.iterdir()) == []
