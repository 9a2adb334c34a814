"""What runs by itself, and when. Times are UTC."""

from typing import Any

from celery.schedules import crontab

from app.core.jobs import Job
from app.infra.heartbeats import INTERVAL_SECONDS

SCHEDULE: dict[str, dict[str, Any]] = {
    "sign of life": {
        "task": Job.BEAT.value,
        "schedule": INTERVAL_SECONDS,
        # An old sign of life is no sign of life: after a pause they must not all be written.
        "options": {"expires": 2 * INTERVAL_SECONDS},
    },
    "cut history": {
        "task": Job.CUT_HISTORY.value,
        "schedule": crontab(hour="0,12", minute="10"),
    },
    # After the day has settled, and again for what a provider gave later.
    "fill history": {
        "task": Job.FILL_HISTORY.value,
        "schedule": crontab(hour="2,7", minute="0"),
    },
    # The open is at 13:30 or 14:30 UTC; the job itself looks whether it is near.
    "prepare levels": {
        "task": Job.PREPARE_LEVELS.value,
        "schedule": crontab(hour="12-14", minute="*/15"),
        "options": {"expires": 600},
    },
    # What a member wants gone is gone within the hour.
    "expire screenshots": {
        "task": Job.EXPIRE_SCREENSHOTS.value,
        "schedule": crontab(minute="20"),
    },
    # What was put off is due to the second; whoever stored one may have died before saying so.
    "sweep notifications": {
        "task": Job.SWEEP_NOTIFICATIONS.value,
        "schedule": 5,
        "options": {"expires": 10},
    },
    "tidy notifications at night": {
        "task": Job.TIDY_NOTIFICATIONS.value,
        "schedule": crontab(hour="7", minute="40"),
    },
    # The close is at 20:00 or 21:00 UTC, and providers may be a quarter of an hour late.
    "record volatility": {
        "task": Job.RECORD_VOLATILITY.value,
        "schedule": crontab(hour="20-23", minute="20"),
        "options": {"expires": 600},
    },
    "tidy conversations at night": {
        "task": Job.TIDY_CONVERSATIONS.value,
        "schedule": crontab(hour="7", minute="30"),
    },
    # Whoever stored one asks for it to be told at once, unless it was killed in between.
    "tell signals": {
        "task": Job.TELL_SIGNALS.value,
        "schedule": 10,
        "options": {"expires": 20},
    },
    "run scans": {
        "task": Job.RUN_SCANS.value,
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 240},
    },
    "follow opportunities": {
        "task": Job.FOLLOW_OPPORTUNITIES.value,
        "schedule": crontab(minute="2-59/10"),
        "options": {"expires": 480},
    },
}
