import pytest

from bazaars.assignment import FreeStall, NotEnoughStalls, Vendor, assign


def stall(number, zone="", power=False, shares=1):
    return FreeStall(number, ord(number[0]), int(number[1:]), zone, power, shares)


def test_vendors_stand_in_their_zone_first_then_in_free_stalls():
    vendors = [Vendor("1", "KPKP", False), Vendor("2", "PKK", False), Vendor("3", "KPKP", False)]
    stalls = [stall("A01", "KPKP"), stall("B01"), stall("C01", "PKK")]

    assert assign(vendors, stalls) == {"1": ("A01", 1), "2": ("C01", 1), "3": ("B01", 1)}


def test_a_foreign_zone_is_used_only_when_it_stays_over():
    vendors = [Vendor("1", "PKK", False), Vendor("2", "KPKP", False), Vendor("3", "KPKP", False)]
    stalls = [stall("A01", "KPKP"), stall("A02", "KPKP"), stall("A03", "KPKP")]

    assert assign(vendors, stalls) == {"2": ("A01", 1), "3": ("A02", 1), "1": ("A03", 1)}


def test_power_goes_to_those_who_need_it():
    vendors = [Vendor("1", "PKK", False), Vendor("2", "PKK", True)]
    stalls = [stall("A01", power=True), stall("A02")]

    assert assign(vendors, stalls) == {"1": ("A02", 1), "2": ("A01", 1)}


def test_two_vendors_share_a_stall_where_the_limit_is_two():
    vendors = [Vendor(str(n), "PKK", False) for n in range(3)]

    assert assign(vendors, [stall("A01", shares=2), stall("A02", shares=2)]) == {
        "0": ("A01", 1),
        "1": ("A01", 2),
        "2": ("A02", 1),
    }


def test_more_vendors_than_stalls_are_refused():
    with pytest.raises(NotEnoughStalls):
        assign([Vendor("1", "PKK", False)], [])
