import pytest

from okoce.values.cells import neutral


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1+1", "' =1+1"),
        ("\r\n=1+1", "'  =1+1"),
        ("＝1+1", "'＝1+1"),
        ("+6281234567890", "+6281234567890"),
        ("+62 812", "'+62 812"),
        ("Siti", "Siti"),
        ("Warung A=B", "Warung A=B"),
        ("3173024101990001", "3173024101990001"),
        ("", ""),
    ],
)
def test_rule_66_a_cell_is_never_a_formula_and_a_phone_keeps_its_plus(text, safe):
    assert neutral(text) == safe
