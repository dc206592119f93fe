"""What `kizuna sync` says while it waits, and of what it does besides."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

from kizuna.cli.sync import Others
from kizuna.sync.stream import Progress


@dataclass
class Noted:
    """Notes what a watcher hears and says."""

    told: list[str] = field(default_factory=list)

    def heard(self, progress):
        self.told.append(f"{progress.connection} {progress.stream}")

    def finished(self, connection):
        self.told.append(f"{connection} ended")

    def said(self, sentence):
        self.told.append(sentence)


def test_an_unreachable_host_is_said_at_the_first_attempt(kizuna, tmp_path):
    secrets = {"BILLING_KEY": "sk_test_1"}
    settings = ("--set", "base_url=http://127.0.0.1:9", "--secret", "api_key=env:BILLING_KEY")
    kizuna("connect", "stripe", *settings, **secrets)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KIZUNA_")} | secrets
    command = [sys.executable, "-m", "kizuna", "sync"]

    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as syncing:
        assert syncing.stderr is not None
        first = syncing.stderr.readline()
        syncing.send_signal(signal.SIGINT)
        syncing.communicate(timeout=60)

    assert first.startswith("stripe: cannot reach http://127.0.0.1:9 (connection refused). Trying again in ")
    assert first.endswith("attempt 2 of 6. Ctrl-C stops; the next `kizuna sync` goes on.\n")
    assert syncing.returncode == 130


def test_a_connection_that_nobody_named_is_said_once():
    noted = Noted()
    others = Others(noted, ["crm"])

    for name, stream in (("crm", "Account"), ("desk", "tickets"), ("desk", "users")):
        others.heard(Progress(name, stream, "reading"))

    assert noted.told == [
        "crm Account",
        "desk: an earlier run that was not finished goes on as well, as long as this command runs.",
        "desk tickets",
        "desk users",
    ]


def test_a_connection_is_given_a_rhythm_of_its_own_at_the_command_line(kizuna):
    settings = ("--set", "base_url=http://127.0.0.1:9", "--secret", "api_key=env:BILLING_KEY")
    kizuna("connect", "stripe", *settings, BILLING_KEY="sk_test_1")

    told = kizuna("connections", "schedule", "stripe", "--every-minutes", "60", "--full-every-days", "0").stdout
    listed = json.loads(kizuna("connections", "list", "--json").stdout)
    again = kizuna("connections", "schedule", "stripe").stdout
    refused = kizuna("connections", "schedule", "stripe", "--every-minutes", "nan")

    assert told == "stripe by itself: what changed every 60 minutes, everything never.\n"
    assert [(one["every_minutes"], one["full_every_days"]) for one in listed] == [(60.0, 0.0)]
    assert "as sync.every_minutes says, everything as sync.full_every_days says" in again
    assert refused.returncode != 0
    assert "give a number from 0 to 100000" in refused.stderr
