"""Links of shops: known by their host, refused when they are no plain https address."""

import pytest

from participants.marketplaces import name_of, problem_with


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.tokopedia.com/busiti", "Tokopedia"),
        ("https://shopee.co.id/busiti", "Shopee"),
        ("https://gofood.co.id/jakarta/restaurant/x", "GoFood"),
        ("https://vt.tiktok.com/abc", "TikTok"),
        ("https://shopee.co.id.example.com/busiti", "shopee.co.id.example.com"),
        ("https://keripikbusiti.id", "keripikbusiti.id"),
    ],
)
def test_a_shop_is_named_after_its_marketplace(url, name):
    assert name_of(url) == name


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://shopee.co.id/busiti", ""),
        ("http://shopee.co.id/busiti", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("https://shopee.co.id@example.com/", "login"),
        ("https://localhost/", "host"),
        ("https://192.168.0.1/", "host"),
        ("https://shopee.co.id:8443/", "host"),
        ("https://[bad", "host"),
    ],
)
def test_only_plain_https_addresses_are_kept(url, problem):
    assert problem_with(url) == problem
