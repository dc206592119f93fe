"""Match models on the command line: learned, shown, put in force."""

import json

NAMES = [
    f"{first}{second} Works"
    for first in ("Ao", "Mi", "Ku", "Sa", "Te", "No")
    for second in ("ba", "dori", "ro", "kura")
]


def test_without_enough_records_nothing_is_learned_and_the_built_in_model_stays(kizuna):
    kizuna("init")

    refused, shown = kizuna("identity", "train"), kizuna("identity", "models")

    assert (refused.returncode, "too little to learn from" in refused.stderr) == (1, True), refused.stderr
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["version", "signs-3"]


def test_a_model_is_learned_shown_and_put_in_force(kizuna, tmp_path):
    firms = [
        (f"{name} {letter}x", f"{name.split()[0].lower()}{letter}.jp") for name in NAMES for letter in "abcdefghij"
    ]
    for system in ("old", "new"):
        made = [
            {"object": "customer", "id": f"cus_{n}", "created": 1700000000, "name": name, "email": f"info@{host}"}
            for n, (name, host) in enumerate(firms)
        ]
        (tmp_path / f"{system}.json").write_text(json.dumps(made))
        kizuna("connect", "stripe", "--name", system, "--offline")
        kizuna("load", system, "customers", f"{system}.json")
    before = kizuna("identity", "export").stdout

    learned = json.loads(kizuna("identity", "train", "--json").stdout)
    weights = kizuna("identity", "models", learned["version"])
    done = kizuna("identity", "activate", learned["version"])
    again = kizuna("identity", "activate", learned["version"])
    unknown = kizuna("identity", "activate", "signs-4")

    assert learned["account"]["pairs"] == len(firms)
    assert "accounts  domain" in weights.stdout
    assert f"{learned['version']} is in force: 480 records judged anew; 240 customers (before: 240)" in done.stdout
    assert "in force already" in again.stdout
    assert (unknown.returncode, "signs-3" in unknown.stderr) == (1, True), unknown.stderr
    assert kizuna("identity", "export").stdout == before
