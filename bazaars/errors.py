"""Why a service refuses, in words that say what happened and how to mend it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bazaars.draw import Problem
from bazaars.eligibility import Obstacle
from bazaars.enums import ReleaseKind
from bazaars.placement import Wish


def _moment(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


class Refusal(Exception):
    """``words`` may be shown to whoever asked."""

    words: Any = ""

    def __init__(self, words: Any = "") -> None:
        super().__init__(str(type(self).__name__))
        if words:
            self.words = words

    def __str__(self) -> str:
        return str(self.words)


class SiteIsFrozen(Refusal):
    words = gettext_lazy(
        "The list of this site is frozen: stalls, quotas and applications stay as they were published."
    )


class StallTaken(Refusal):
    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(
            _("On the plan already: %(numbers)s. Choose other numbers.") % {"numbers": ", ".join(numbers)}
        )


class OffThePlan(Refusal):
    def __init__(self, numbers: Sequence[str], *, rows: int, columns: int) -> None:
        super().__init__(
            _(
                "%(numbers)s would stand off the plan, which has %(rows)s rows and %(columns)s columns. "
                "Choose another place."
            )
            % {"numbers": ", ".join(numbers), "rows": rows, "columns": columns}
        )


class OverEachOther(Refusal):
    """``pairs`` of numbers."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        named = ", ".join(_("%(one)s and %(two)s") % {"one": one, "two": two} for one, two in pairs[:5])
        super().__init__(
            _("These stalls would stand on one another: %(pairs)s. Nothing was saved; choose a free place.")
            % {"pairs": named}
        )


class NoSize(Refusal):
    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(
            _("%(numbers)s: a stall is at least 1 column wide and 1 row deep.")
            % {"numbers": ", ".join(numbers)}
        )


class NothingChosen(Refusal):
    words = gettext_lazy("No stall is ticked. Tick the stalls in the list first, or a whole zone.")


class StallsGone(Refusal):
    words = gettext_lazy(
        "Some of these stalls have been removed meanwhile. Nothing was saved; look at the plan again."
    )


class NotSideBySide(Refusal):
    words = gettext_lazy(
        "A tent covers two stalls that stand side by side. Tick two, or several pairs that follow each other."
    )


class TentTaken(Refusal):
    words = gettext_lazy("One of these stalls shares its tent with another. Separate the two first.")


class PlanSavedMeanwhile(Refusal):
    words = gettext_lazy(
        "Somebody has saved this plan since you opened it. Yours was not saved: open the plan again in "
        "another tab, compare, and then move the stalls."
    )


class DaysInThePast(Refusal):
    def __init__(self, first_day: date) -> None:
        super().__init__(
            _("The bazaar begins on %(day)s, which is over. Choose a later day.")
            % {"day": formats.date_format(first_day, "DATE_FORMAT")}
        )


class SiteNameTaken(Refusal):
    words = gettext_lazy("This bazaar has a site of that name already. Give this one another name.")


class QuotasImpossible(Refusal):
    """``problems`` in figures."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class RulesImpossible(QuotasImpossible):
    """No allocation can meet these quotas."""

    words = gettext_lazy("These quotas cannot be met. Nothing was saved.")


class ConditionsStand(Refusal):
    def __init__(self, places: Sequence[str]) -> None:
        super().__init__(
            _("A list is frozen under these conditions (%(places)s): they stay as they were published.")
            % {"places": ", ".join(places)}
        )


class NotCurated(Refusal):
    words = gettext_lazy(
        "This application is not being curated any more: it was withdrawn, or the list is frozen."
    )


class ConflictOfInterest(Refusal):
    words = gettext_lazy("You cannot judge this application: its applicant is close to you or your unit.")


class ScoresMissing(Refusal):
    words = gettext_lazy("Give a score for every criterion.")


class Decided(Refusal):
    words = gettext_lazy("This application has been decided. The decision and its reason stand.")


class TooFewCurators(Refusal):
    def __init__(self, people: int, least: int) -> None:
        super().__init__(
            _("%(people)s of at least %(least)s people have scored. Ask another curator first.")
            % {"people": people, "least": least}
        )


class NothingToAnswer(Refusal):
    words = gettext_lazy("There is no rejection that you could answer.")


class Answered(Refusal):
    words = gettext_lazy("You have answered already. The Sudin reads it and decides once more.")


class NoStalls(Refusal):
    words = gettext_lazy("There is no stall on the plan yet. Add stalls first.")


class NoQuotas(Refusal):
    words = gettext_lazy("No pengampu takes part yet. Set the quotas first.")


class DeadlinePassed(Refusal):
    def __init__(self, closes_at: datetime) -> None:
        super().__init__(
            _("Applications closed on %(moment)s WIB. Look for the next bazaar.")
            % {"moment": _moment(closes_at)}
        )


class NotEligible(Refusal):
    words = gettext_lazy("You cannot apply for this bazaar at present.")

    def __init__(self, obstacles: Sequence[Obstacle], category: str = "") -> None:
        super().__init__()
        self.obstacles, self.category = tuple(obstacles), category


class NotOpen(Refusal):
    words = gettext_lazy("Applications for this site are not open.")


class StillOpen(Refusal):
    def __init__(self, closes_at: datetime) -> None:
        super().__init__(
            _("Applications run until %(moment)s WIB. Closing earlier needs a reason.")
            % {"moment": _moment(closes_at)}
        )


class NoCommitment(Refusal):
    words = gettext_lazy(
        "Nobody has committed to a secret yet. At least one commitment must stand before the list is frozen."
    )


class CommitmentTooLate(Refusal):
    words = gettext_lazy(
        "The list is frozen: a secret chosen now could be chosen to suit somebody. "
        "Commitments end before that."
    )


class CommitmentStands(Refusal):
    words = gettext_lazy("Your unit has committed to a secret already. A commitment cannot be exchanged.")


class CommitmentRepeated(Refusal):
    words = gettext_lazy("Another unit has published this commitment. Choose a secret of your own.")


class NotFrozenYet(Refusal):
    words = gettext_lazy("The list is not frozen yet. Secrets are revealed after its hash is published.")


class NoSuchPart(Refusal):
    words = gettext_lazy("Your unit has no commitment in this draw.")


class NothingMissing(Refusal):
    words = gettext_lazy("Every secret has come. Run the draw; there is nothing to give up.")


class TooSoonToGiveUp(Refusal):
    def __init__(self, until: datetime) -> None:
        super().__init__(
            _(
                "The missing secrets may come until %(moment)s WIB. Only then can all be given up and new "
                "ones be sealed."
            )
            % {"moment": _moment(until)}
        )


class LeftOutNow(Refusal):
    words = gettext_lazy(
        "The secret of your unit did not come before, so this time the others seal theirs without it."
    )


class TooFewSealed(Refusal):
    words = gettext_lazy(
        "The list is known already, so one secret alone would decide the draw. "
        "A second unit must seal one before the first is revealed."
    )


class NotYourSecret(Refusal):
    words = gettext_lazy(
        "This secret belongs to another unit. Only an account of that unit can reveal it, never somebody "
        "else on its behalf."
    )


class SecretRevealed(Refusal):
    words = gettext_lazy("This secret was revealed before. Once is enough.")


class SecretDiffers(Refusal):
    words = gettext_lazy(
        "This is not the secret that was committed to: its SHA-256 differs. "
        "Type it exactly as it was, capitals and blanks too. The draw stands still until it fits."
    )


class SecretsMissing(Refusal):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            _("Not revealed yet: the secret of %(names)s. The draw needs every part.")
            % {"names": ", ".join(names)}
        )


class AlreadyDrawn(Refusal):
    words = gettext_lazy("The draw of this site has been run. A result is never drawn again.")


class ListChanged(Refusal):
    words = gettext_lazy(
        "The stored list does not have the hash that was published. "
        "Nothing was drawn; tell the administrator."
    )


class NotDrawnYet(Refusal):
    words = gettext_lazy("This site has not been drawn yet, so nobody has a stall to be moved.")


class MoveImpossible(Refusal):
    words = gettext_lazy(
        "There is no such stall to move to, or the person has no stall here any more. Choose again."
    )


class PlanChanged(Refusal):
    words = gettext_lazy(
        "Somebody else has changed these stalls meanwhile. Nothing was moved; look at the plan again."
    )


class CannotFreeze(QuotasImpossible):
    """The applicants there are cannot meet the quotas."""

    words = gettext_lazy("With these applicants the quotas cannot be met, so nothing can be drawn.")


class HoldsStallElsewhere(Refusal):
    words = gettext_lazy(
        "Somebody chosen was given a stall in another place on the same days after the list was frozen. "
        "Release that stall first."
    )


class NotYourDay(Refusal):
    words = gettext_lazy("This stall was not held on that day. Choose one of its days.")


class DayNotBegun(Refusal):
    """Rule 51."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("%(day)s has not begun yet. Sales can be reported from that day on.")
            % {"day": formats.date_format(day, "DATE_FORMAT")}
        )


class StallGivenBack(Refusal):
    words = gettext_lazy("This stall was given back or its place was cancelled, so there is nothing to sell.")


class NoPartnerStall(Refusal):
    words = gettext_lazy("This stall belongs to a vendor. Report its sales with the vendor's name.")


class ReallyThatMuch(Refusal):
    """The amount is unusual; whoever typed it says once more that it is right."""

    def __init__(self, words: str, amount: int) -> None:
        super().__init__(words)
        self.amount = amount


class ReportedMeanwhile(Refusal):
    words = gettext_lazy(
        "Somebody has reported this day since you opened the page. Nothing of yours was saved yet: "
        "send it again if it is right, then it replaces the other."
    )


# --- after the draw -----------------------------------------------------------------------------------


class SiteIsCancelled(Refusal):
    words = gettext_lazy("This place was cancelled. Nothing about it changes any more.")


class NothingToTakeBack(Refusal):
    words = gettext_lazy("The draw has not been run yet, so there is no stall to take back.")


class BazaarBegun(Refusal):
    words = gettext_lazy(
        "The bazaar has begun. From now on the officer at the place decides about stalls that stay empty."
    )


class BazaarNotBegun(Refusal):
    def __init__(self, begins_at: datetime) -> None:
        super().__init__(
            _("The bazaar opens on %(moment)s WIB. Who did not come is noted from then on.")
            % {"moment": _moment(begins_at)}
        )


class NobodyHeldIt(Refusal):
    words = gettext_lazy("Nobody had this stall in the end, so nobody stayed away from it.")


class ExcuseTooLate(Refusal):
    def __init__(self, until: datetime) -> None:
        super().__init__(
            _(
                "This could be noted until %(moment)s WIB. By now other draws have counted the turns, so it "
                "stays as it is."
            )
            % {"moment": _moment(until)}
        )


class WasThere(Refusal):
    words = gettext_lazy(
        "The vendor was noted as there, or has reported sales of this stall. Ask which of the two is right."
    )


class ConfirmFirst(Refusal):
    words = gettext_lazy("Confirm your own stall first: only stalls that are sure are exchanged.")


class NoSuchHolder(Refusal):
    words = gettext_lazy(
        "Nobody who has confirmed holds this stall. Choose another, or ask again when it is confirmed."
    )


class AskedElsewhere(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("You have asked the vendor of stall %(number)s. Take that question back first.")
            % {"number": number}
        )


class ExchangeOver(Refusal):
    words = gettext_lazy("This exchange is not asked for any more. Nothing was exchanged.")


class StallsChanged(Refusal):
    words = gettext_lazy(
        "One of the two stalls has changed since the question was asked. Nothing was exchanged; ask again."
    )


class ExchangeBreaks(Refusal):
    """``broken``: (wish, stall) of each rule that would not hold any more."""

    def __init__(self, broken: Sequence[tuple[Wish, str]]) -> None:
        words = [
            (
                _("Stall %(number)s has no power, and its new vendor needs it.")
                if wish is Wish.POWER
                else _("Stall %(number)s is kept for the vendors of another pengampu.")
            )
            % {"number": number}
            for wish, number in broken
        ]
        super().__init__(" ".join([*words, _("So these two cannot be exchanged.")]))


class DeadlineTold(Refusal):
    words = gettext_lazy(
        "The draw has been run and everybody was told the deadline, so it stays. "
        "A stall can be taken back with a reason."
    )


class MomentIsOver(Refusal):
    words = gettext_lazy("This moment is over. Choose a later one")


class DeadlineAfterOpening(Refusal):
    def __init__(self, begins_at: datetime) -> None:
        super().__init__(
            _("The bazaar opens on %(moment)s WIB. Confirming must end before that.")
            % {"moment": _moment(begins_at)}
        )


class AnswerTooLate(Refusal):
    def __init__(self, answer_by: datetime) -> None:
        super().__init__(
            _(
                "The time to answer ended on %(moment)s WIB, and the stall goes to the next on the reserve "
                "list. It costs you no turn."
            )
            % {"moment": _moment(answer_by)}
        )


class StallGone(Refusal):
    """Somebody confirms a stall that is not theirs any more; says since when and why."""

    def __init__(self, allocation: Any) -> None:
        at = {"moment": _moment(allocation.released_at)}
        match allocation.release_kind:
            case ReleaseKind.LAPSED:
                words = _(
                    "The time to answer was over, and since %(moment)s WIB the stall is offered to the next "
                    "on the reserve list. It costs you no turn."
                )
            case ReleaseKind.DECLINED | ReleaseKind.GIVEN_BACK:
                words = _(
                    "You gave this stall back on %(moment)s WIB and the next on the reserve list is asked. "
                    "It costs you no turn; apply for the next bazaar."
                )
            case ReleaseKind.ABSENT:
                words = _(
                    "You were not noted as there, and on %(moment)s WIB the stall was given to a reserve. "
                    "If you had a reason, tell the Sudin: with an excuse it costs you no turn."
                )
            case ReleaseKind.CANCELLED:
                words = _("This place was cancelled on %(moment)s WIB. It costs you no turn.")
            case _:
                words = _(
                    "The office took this stall back on %(moment)s WIB. Ask the Sudin if you think that "
                    "this is wrong."
                )
        super().__init__(words % at)


class NotToday(Refusal):
    words = gettext_lazy("The bazaar is not today: this is noted on its days.")


class CardWithdrawn(Refusal):
    words = gettext_lazy(
        "This card was withdrawn, a newer one exists. Ask for it, or look for the name in the list."
    )


class TooEarlyForReserves(Refusal):
    def __init__(self, clock: time) -> None:
        super().__init__(
            _("Vendors have until %(clock)s WIB to come. From then on an empty stall goes to a reserve.")
            % {"clock": formats.time_format(clock, "H.i")}
        )


class VendorWasThere(Refusal):
    words = gettext_lazy(
        "The vendor of this stall was there on an earlier day, so the stall stays theirs. "
        "Ask them by telephone whether they come."
    )


class GivenMeanwhile(Refusal):
    words = gettext_lazy("This stall is not empty any more: somebody was noted as there, or was given it.")


class NobodyFits(Refusal):
    words = gettext_lazy(
        "Nobody of the reserve list who is here fits the quotas. Note who is here first, "
        "or leave the stall empty."
    )


class IncidentClosed(Refusal):
    words = gettext_lazy("Somebody has closed this incident already. What they wrote stands below.")


class CheckedElsewhere(Refusal):
    words = gettext_lazy("This stall was given back. Choose one that somebody holds.")


class PaperDecided(Refusal):
    words = gettext_lazy("Somebody has decided about this paper already, or the vendor sent a newer one.")
