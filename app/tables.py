"""Every table there is, so that Alembic and the tests see one schema."""

import app.alerts.tables
import app.conversations.tables
import app.infra.heartbeats
import app.market.history.tables
import app.market.streaming.lease
import app.notifications.tables
import app.options.tables
import app.positions.tables
import app.scanner.option_tables
import app.scanner.sharing_tables
import app.scanner.signal_tables
import app.scanner.tables
import app.screenshots.tables
import app.users.tables  # noqa: F401 - importing registers the rows
from app.infra.db.rows import Row

METADATA = Row.metadata
