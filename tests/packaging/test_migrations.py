"""The steps travel in the wheel: a database is made where no checkout is."""

MAKE = """
import sys
from kizuna.storage import schema
from kizuna.storage.database import Database
database = Database(sys.argv[1])
print(schema.upgrade(database), schema.current(database), schema.check(database))
schema.require(database)
"""


def test_a_database_is_made_away_from_the_checkout(installed, database_url, tmp_path):
    made = installed("python", "-c", MAKE, database_url, cwd=tmp_path)

    assert made.returncode == 0, made.stderr
    assert made.stdout == "0001 0001 []\n"
