from bazaars.models.absence import Absence
from bazaars.models.application import Allocation, Application, TurnLedger
from bazaars.models.bazaar import Bazaar, Quota, Site, Stall
from bazaars.models.condition import Demand, PaperKind, PaperSeen, PaperSent
from bazaars.models.curation import Answer, Conflict, Criterion, Decision, Score
from bazaars.models.day import Arrival, ArrivalScan, FoodCheck, Incident, VisitorCount
from bazaars.models.draw import Draw, GivenUpSecrets, SeedPart
from bazaars.models.exchange import Exchange, StallMove
from bazaars.models.fairness import FairnessAnswer
from bazaars.models.plan import Ground, PlanPhoto, PlanVersion
from bazaars.models.sales import SalesAddress, SalesReport

__all__ = [
    "Absence",
    "Allocation",
    "Answer",
    "Application",
    "Arrival",
    "ArrivalScan",
    "Bazaar",
    "Conflict",
    "Criterion",
    "Decision",
    "Demand",
    "Draw",
    "Exchange",
    "FairnessAnswer",
    "FoodCheck",
    "GivenUpSecrets",
    "Ground",
    "Incident",
    "PaperKind",
    "PaperSeen",
    "PaperSent",
    "PlanPhoto",
    "PlanVersion",
    "Quota",
    "SalesAddress",
    "SalesReport",
    "Score",
    "SeedPart",
    "Site",
    "Stall",
    "StallMove",
    "TurnLedger",
    "VisitorCount",
]
