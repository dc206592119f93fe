"""A setting that is an address is checked when it is given, not when somebody waits for it."""

from __future__ import annotations

import pytest

from kizuna.errors import ConfigError
from kizuna.plugins import configured
from tests.support.toys import Toy


@pytest.mark.parametrize("wrong", ["billing.acme", "ftp://billing.acme/", "https://", "//billing.acme"])
def test_what_is_no_url_is_refused_and_the_setting_named(wrong: str) -> None:
    with pytest.raises(ConfigError, match="'base_url' is wrong") as caught:
        configured(Toy, {"base_url": wrong}, {}, "billing")

    assert "acme" not in str(caught.value)


@pytest.mark.parametrize("right", ["https://api.acme.jp", "http://127.0.0.1:9400"])
def test_a_url_is_taken_as_it_is(right: str) -> None:
    assert configured(Toy, {"base_url": right}, {}, "billing").base_url() == right
