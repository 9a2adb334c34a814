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
    "tidy conversations at night": {
        "task": Job.TIDY_CONVERSATIONS.value,
        "schedule": crontab(hour="7", minute="30"),
    },
}
