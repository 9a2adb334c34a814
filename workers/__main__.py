"""`python -m workers`: a worker with beat. More workers: `celery -A workers.main worker`.

Gossip and mingle are for clusters that watch each other; without them the start is a second faster.
"""

from workers.main import celery

celery.worker_main(["worker", "--beat", "--concurrency=2", "--without-gossip", "--without-mingle"])
