"""`python -m app.cli`: the commands without the set-up, for containers and services."""

import sys

from app.cli import main

sys.exit(main())
