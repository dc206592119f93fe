"""What a user does from an empty folder to an answer, with the command itself and simulated vendors."""

import csv
import io
import json

from tests.cli.conftest import connecting


def test_four_systems_become_one_answer(kizuna, vendors, database_url):
    kizuna("init", "--database", database_url)
    secrets = {"KIZUNA_DATABASE": database_url}
    for endpoint in vendors.endpoints:
        options, own = connecting(endpoint)
        secrets |= own
        assert kizuna("connect", *options, **secrets).returncode == 0

    synced = kizuna("sync", **secrets)
    asked = kizuna("query", "{ customers(first: 50) { nodes { id systems } } }", **secrets)
    exported = kizuna("identity", "export", **secrets)
    checked = kizuna("rebuild", "--check", "--json", **secrets)

    assert (synced.returncode, synced.stderr.count("complete") > 20) == (0, True), synced.stderr
    assert '"zendesk"' in asked.stdout
    rows = list(csv.DictReader(io.StringIO(exported.stdout)))
    assert {row["system"] for row in rows} == {endpoint.vendor for endpoint in vendors.endpoints}
    assert len({(row["entity"], row["connection"], row["stream"], row["source_id"]) for row in rows}) == len(rows)
    assert (checked.returncode, json.loads(checked.stdout)) == (0, [])


def test_a_second_sync_finds_nothing_to_write(kizuna, vendors):
    options, secrets = connecting(vendors.endpoint("stripe"))
    kizuna("connect", *options, "--name", "billing", **secrets)
    kizuna("sync", "billing", **secrets)

    again = kizuna("sync", "billing", "--full", "--stream", "Customers", "--json", **secrets)

    assert again.returncode == 0, again.stderr
    assert '"written": 0' in again.stdout


def test_refused_credentials_fail_the_sync_and_the_check(kizuna, vendors):
    options, secrets = connecting(vendors.endpoint("hubspot"))
    wrong = dict.fromkeys(secrets, "pat-wrong")
    kizuna("connect", *options, **wrong)

    checked = kizuna("check", "hubspot", **wrong)
    synced = kizuna("sync", "hubspot", **wrong)

    assert (checked.returncode, "refused" in checked.stdout) == (1, True)
    assert (synced.returncode, "credentials refused" in synced.stderr) == (1, True)


def test_a_merge_of_two_customers_is_undone(kizuna, vendors):
    options, secrets = connecting(vendors.endpoint("salesforce"))
    kizuna("connect", *options, **secrets)
    kizuna("sync", **secrets)
    before = kizuna("identity", "export").stdout
    customers = sorted({line.split(",")[1] for line in before.splitlines() if line.startswith("customer,")})

    merged = kizuna("identity", "merge", customers[0], customers[1], "--confirm", "--reason", "one company")
    during = kizuna("identity", "export").stdout
    undone = kizuna("identity", "undo", "1")

    assert (merged.returncode, undone.returncode) == (0, 0), merged.stderr + undone.stderr
    assert during != before
    assert kizuna("identity", "export").stdout == before


def test_records_of_a_file_are_taken_and_what_is_not_understood_is_set_aside(kizuna, tmp_path):
    good = '{"id": "cus_1", "object": "customer", "created": 1700000000, "name": "Acme", "email": null}'
    (tmp_path / "customers.ndjson").write_text(f'{good}\n{{"id": "cus_2", "object": "customer", "created": "soon"}}\n')
    kizuna("connect", "stripe", "--name", "old", "--offline")

    loaded = kizuna("load", "old", "Customers", "customers.ndjson")
    listed = kizuna("quarantine", "list", "--json")
    again = kizuna("quarantine", "replay")

    assert "2 read, 1 written, 0 unchanged, 0 deleted, 1 set aside" in loaded.stdout, loaded.stderr
    assert '"source_id": "cus_2"' in listed.stdout
    assert (again.returncode, "1 still set aside" in again.stdout) == (1, True)
