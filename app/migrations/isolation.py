"""Who may see a row, as the scripts of this folder put it into the database.

Frozen once used by a script that was released: what it does must not change any more. Forced
policies hold the tables' owner too, unless it is a superuser, so a later script that moves rows of
members lifts them for its own transaction (`NO FORCE ROW LEVEL SECURITY`) and restores them.
"""

from alembic import op

_MEMBER = "NULLIF(current_setting('app.member_id', true), '')::uuid"
_SYSTEM = "current_setting('app.system', true) = 'on'"


def grant(table: str) -> None:
    """Let the application read and write `table`; without a policy, every row of it."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO coach_app")


def isolate(table: str, *, owner: str = "member_id", system: bool = False) -> None:
    """Let the application see and write only rows whose `owner` is the transaction's member.

    With `system`, transactions that act for the house itself see all of them: never for content.
    """
    condition = f"{owner} = {_MEMBER}" + (f" OR {_SYSTEM}" if system else "")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY {table}_of_member ON {table} USING ({condition}) WITH CHECK ({condition})"
    )
    grant(table)
