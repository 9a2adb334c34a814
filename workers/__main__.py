"""`python -m workers`: a worker with beat. More workers: `celery -A workers.main worker`.

Celery's own command is run rather than `worker_main`, which hides the exit code. Gossip and mingle
are for clusters that watch each other; without them the start is a second faster.
"""

from celery.bin.celery import celery as command

_WORKER = ["--app=workers.main", "worker", "--beat", "--concurrency=2"]

command.main([*_WORKER, "--without-gossip", "--without-mingle"])
