from django.db import migrations
from django.db.models import Min

# One waited for a seat in one session; from now on one waits for an activity in an area. Who waited in sessions
# that are not held or cancelled comes into the line of the session's kecamatan, from the earliest time on; of
# the places themselves the history keeps every row (pghistory).
AT_ONCE = 2000


def into_the_line(apps, schema_editor):
    Booking = apps.get_model("trainings", "Booking")
    Waiting = apps.get_model("trainings", "Waiting")
    waited = Booking.objects.filter(state="waitlisted")
    line = (
        waited.filter(session__state="published", session__head__isnull=True)
        .order_by()
        .values_list("participant_id", "session__activity_id", "session__kecamatan_id")
        .annotate(since=Min("booked_at"))
    )
    rows = (
        Waiting(participant_id=person, activity_id=activity, area_id=area, since=since)
        for person, activity, area, since in line.iterator(chunk_size=AT_ONCE)
    )
    Waiting.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    while ids := list(waited.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        Booking.objects.filter(pk__in=ids).delete()


class Migration(migrations.Migration):
    dependencies = [("trainings", "0014_groups_and_swaps")]
    operations = [migrations.RunPython(into_the_line, migrations.RunPython.noop, elidable=False)]
