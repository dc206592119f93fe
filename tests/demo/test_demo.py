"""The demonstration: it ends by itself, fits 80 columns, aligns Japanese, and speaks of all four systems."""

import subprocess
import sys

from rich.cells import cell_len

from kizuna.demo import words
from kizuna.demo.stage import vendors


def test_the_demonstration_ends_and_fits_eighty_columns(tmp_path):
    command = [sys.executable, "-m", "kizuna", "demo", "--once", "--customers", "12"]

    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
    )

    assert done.returncode == 0, done.stderr
    too_wide = [line for line in done.stdout.splitlines() if cell_len(line.rstrip()) > 80]
    assert [line for line in too_wide if not line.startswith("kizuna query")] == []
    for shown in ("What the systems said", "Who is who", "seen by 4 departments", "The portfolio", "the answer"):
        assert shown in done.stdout
    assert "\x1b[" not in done.stdout


def test_the_vendors_end_with_the_block():
    with vendors(["stripe"], customers=3, seed=7) as played:
        (one,) = played

    assert one.vendor == "stripe"
    assert one.base_url.startswith("http://127.0.0.1:")


def test_money_is_shown_with_the_decimals_of_its_currency():
    shown = [words.amount(123_456, "EUR"), words.amount(98_000, "JPY"), words.amount_of_micro(1_500_000, "EUR")]

    assert shown == ["EUR 1,234.56", "JPY 98,000", "EUR 0.02"]
