from bazaars.models.application import Allocation, Application, TurnLedger
from bazaars.models.bazaar import Bazaar, Quota, Site, Stall
from bazaars.models.draw import Draw, SeedPart

__all__ = [
    "Allocation",
    "Application",
    "Bazaar",
    "Draw",
    "Quota",
    "SeedPart",
    "Site",
    "Stall",
    "TurnLedger",
]
