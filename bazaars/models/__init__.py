from bazaars.models.application import Allocation, Application, TurnLedger
from bazaars.models.bazaar import Bazaar, Quota, Site, Stall
from bazaars.models.draw import Draw, SeedPart
from bazaars.models.sales import SalesAddress, SalesReport

__all__ = [
    "Allocation",
    "Application",
    "Bazaar",
    "Draw",
    "Quota",
    "SalesAddress",
    "SalesReport",
    "SeedPart",
    "Site",
    "Stall",
    "TurnLedger",
]
