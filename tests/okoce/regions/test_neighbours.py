from okoce.regions import neighbours
from okoce.regions.neighbours import is_near, neighbours_of


def test_every_border_is_known_from_both_sides():
    table = neighbours._table()

    assert len(table) == 44
    assert all(one in table[other] for one, others in table.items() for other in others)


def test_near_is_the_same_kecamatan_or_the_next_one():
    palmerah, kebon_jeruk, pesanggrahan = "31.73.07", "31.73.05", "31.74.10"

    assert is_near(palmerah, palmerah)
    assert is_near(palmerah, kebon_jeruk)
    assert not is_near(palmerah, pesanggrahan)
    assert neighbours_of("31.01.01") == frozenset()
