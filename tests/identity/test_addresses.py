"""Domains and mailboxes: what a field holds, and what it proves."""

import pytest

from kizuna.identity.normalise import (
    domain_of,
    domains_in,
    emails_in,
    host_of,
    is_free_mailbox,
    is_placeholder_mailbox,
    is_role_mailbox,
    mailbox,
)


@pytest.mark.parametrize(
    ("written", "domains"),
    [
        ("https://www.Aoba.co.jp/about?x=1", ("aoba.co.jp",)),
        ("AOBA.CO.JP", ("aoba.co.jp",)),
        ("aoba.co.jp:8080", ("aoba.co.jp",)),
        ("//aoba.co.jp.", ("aoba.co.jp",)),
        ("taro@mail.aoba.co.jp", ("aoba.co.jp",)),
        ("mailto:taro@aoba.jp", ("aoba.jp",)),
        ("aoba。jp", ("aoba.jp",)),
        ("ａｏｂａ．ｊｐ", ("aoba.jp",)),
        ("例え.jp", ("xn--r8jz45g.jp",)),
        ("http://xn--r8jz45g.jp/", ("xn--r8jz45g.jp",)),
        ("a-firm.com, b-firm.com; c-firm.co.jp", ("a-firm.com", "b-firm.com", "c-firm.co.jp")),
        ("city.kawasaki.jp", ("city.kawasaki.jp",)),
        ("aoba.example", ("aoba.example",)),
    ],
)
def test_every_way_of_writing_a_domain_gives_the_registered_one(written, domains):
    found = domains_in(written)

    assert found == domains


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shop-a.github.io", "shop-b.github.io"),
        ("https://a.wixsite.com/site", "https://b.wixsite.com/site"),
        ("a.myshopify.com", "b.myshopify.com"),
        ("a.jimdofree.com", "b.jimdofree.com"),
        ("a.thebase.in", "b.thebase.in"),
        ("a.sakura.ne.jp", "b.sakura.ne.jp"),
    ],
)
def test_pages_on_shared_hosting_are_not_one_company(one, other):
    found, other_found = domains_in(one), domains_in(other)

    assert (len(found), len(other_found)) == (1, 1)
    assert found != other_found


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "http://",
        "not a domain",
        "localhost",
        "co.jp",
        "github.io",
        "192.168.0.1",
        "[::1]",
        "example.com",
        "www.example.co.jp",
        "test.co.jp",
        "foo.invalid",
        "printer.local",
        "gmail.com",
        "docomo.ne.jp",
        "xyz.biglobe.ne.jp",
        "linkedin.com/company/aoba",
        "facebook.com/aoba",
        "https://sites.google.com/view/aoba",
        "😀",
        "a" * 300 + ".com",
        ".".join("a" * 200),
        "\x00",
    ],
)
def test_what_stands_for_no_company_gives_no_domain(written):
    found = domains_in(written)

    assert found == ()


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ("Taro.Sato@Aoba.CO.JP ", ("taro.sato@aoba.co.jp",)),
        ("Taro <taro@aoba.jp>", ("taro@aoba.jp",)),
        ("mailto:taro@aoba.jp", ("taro@aoba.jp",)),
        ("taro＠aoba.jp", ("taro@aoba.jp",)),
        ("a@b-firm.com, c@d-firm.co.jp;e@f", ("a@b-firm.com", "c@d-firm.co.jp")),
        ("a@b-firm.com\na@b-firm.com", ("a@b-firm.com",)),
        ("taro@例え.jp", ("taro@xn--r8jz45g.jp",)),
        ("メール：taro@aoba.co.jp", ("taro@aoba.co.jp",)),
        ("foo..bar.@docomo.ne.jp", ("foo..bar.@docomo.ne.jp",)),
        ("o'brien@acme.com", ("o'brien@acme.com",)),
        ("a@b@c-firm.com", ()),
        ("t***@acme.com", ()),
        ("x@localhost", ()),
        ("no address", ()),
        ("@", ()),
        (None, ()),
    ],
)
def test_a_field_gives_its_valid_addresses(written, addresses):
    found = emails_in(written)

    assert found == addresses


@pytest.mark.parametrize(
    ("address", "delivered_to"),
    [
        ("taro+news@aoba.jp", "taro@aoba.jp"),
        ("Taro.Sato@gmail.com".lower(), "tarosato@gmail.com"),
        ("taro.sato+x@googlemail.com", "tarosato@gmail.com"),
        ("+tag@aoba.jp", "+tag@aoba.jp"),
    ],
)
def test_one_mailbox_has_one_key(address, delivered_to):
    found = mailbox(address)

    assert found == delivered_to


@pytest.mark.parametrize(
    "local",
    "info support billing keiri soumu sales admin postmaster noreply no-reply do-not-reply no-reply+12 billing-jp info.tokyo hr_dept "
    "support2 customer.success accounts-payable eigyo toiawase jinji hello contact".split(),
)
def test_a_desk_is_no_person(local):
    role = is_role_mailbox(f"{local}@aoba.jp")

    assert role


@pytest.mark.parametrize("local", "taro taro.sato t.sato sales.tanaka sato-jp j.info.smith jp hirose".split())
def test_a_person_is_no_desk(local):
    role = is_role_mailbox(f"{local}@aoba.jp")

    assert not role


@pytest.mark.parametrize(
    "host",
    "gmail.com yahoo.co.jp docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp t.vodafone.ne.jp willcom.com "
    "ymobile.ne.jp nifty.com biglobe.ne.jp mbr.biglobe.ne.jp ocn.ne.jp so-net.ne.jp ab.so-net.ne.jp plala.or.jp dion.ne.jp infoweb.ne.jp "
    "asahi-net.or.jp wakwak.com qq.com web.de".split(),
)
def test_free_mail_says_nothing_about_the_employer(host):
    free = is_free_mailbox(f"taro@{host}")

    assert free
    assert domain_of(f"taro@{host}") is None


@pytest.mark.parametrize(
    "address", ["test@aoba.jp", "noemail@aoba.jp", "taro@example.com", "xxx@aoba.jp", "none@none.com"]
)
def test_a_filled_in_address_is_nobodys(address):
    placeholder = is_placeholder_mailbox(address)

    assert placeholder


def test_the_host_of_an_url_is_in_ascii_without_www():
    hosts = [host_of("HTTPS://user:secret@WWW.例え.JP:443/x"), host_of("plain words"), host_of("x" * 64 + "。jp")]

    assert hosts == ["xn--r8jz45g.jp", None, None]
