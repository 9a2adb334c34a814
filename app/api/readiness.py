"""The parts `/readyz` asks: database, queue, worker, market, model."""

import asyncio
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from app.agents.model import ChatModel
from app.api.schemas import Component
from app.api.state import Check
from app.core.clock import Clock
from app.infra.db.database import Database
from app.infra.heartbeats import list_heartbeats
from app.infra.queue import client_url
from app.market.protocol import Health, MarketData


def check_database(database: Database) -> Check:
    async def check() -> Component:
        async with database.system() as session:
            version = (await session.execute(text("SHOW server_version"))).scalar_one()
        return Component(ok=True, what=f"PostgreSQL {version}")

    return check


def check_queue(url: str | None) -> Check:
    async def check() -> Component:
        if url is None:
            return Component(ok=False, what="none", detail="COACH_QUEUE__URL is not set")
        client = Redis.from_url(client_url(url), socket_connect_timeout=2, socket_timeout=2)
        try:
            found = await client.info("server")
        except (RedisError, OSError) as error:
            return Component(ok=False, what="Valkey or Redis", detail=f"no answer: {error}")
        finally:
            await client.aclose()
        name = found.get("server_name", "redis")
        version = found.get(f"{name}_version", found.get("redis_version", ""))
        return Component(ok=True, what=f"{name} {version}".strip())

    return check


def check_worker(database: Database, wall: Clock, process: str = "worker") -> Check:
    """One fresh sign of life of the worker proves beat, queue, worker and database together."""
    what = {"worker": "Celery", "feed": "live prices", "monitor": "alerts"}[process]

    async def check() -> Component:
        async with database.system() as session:
            beats = [each for each in await list_heartbeats(session) if each.process == process]
        if not beats:
            return Component(ok=False, what=what, detail=f"no {process} has given a sign yet")
        latest = max(beats, key=lambda beat: beat.at)
        age = round((wall.now() - latest.at).total_seconds())
        if not latest.is_fresh(wall.now()):
            return Component(ok=False, what=what, detail=f"last sign of life {age} s ago")
        return Component(ok=True, what=what, detail=f"last sign of life {age} s ago")

    return check


def check_market(market: MarketData, clock: Clock) -> Check:
    """Each provider of the market is named; ready if one of them answers.

    A market that needs nobody else is asked for the price of the first thing it knows.
    """

    async def check() -> Component:
        known = await market.instruments()
        simulated = ", simulated" if market.provider.is_simulated else ""
        what = f"{market.provider.name}{simulated}, {len(known)} symbols"
        if not known:
            return Component(ok=False, what=market.provider.name, detail="it knows no symbols")
        if providers := await market.health():
            answering = any(each.failure is None for each in providers)
            return Component(ok=answering, what=what, detail=" ".join(map(_told, providers)))
        quote = await market.quote(known[0].symbol, as_of=clock.now())
        return Component(ok=True, what=what, detail=f"{quote.symbol} at {quote.as_of:%FT%TZ}")

    return check


def _told(health: Health) -> str:
    return f"{health.provider} answers." if health.failure is None else health.failure


def check_model(model: ChatModel, base_url: str | None) -> Check:
    """The offline coach is always there; of an endpoint it is asked whether it takes connections.

    No question is sent: readiness is asked every few seconds, and a model costs money.
    """

    async def check() -> Component:
        if base_url is None:
            return Component(ok=True, what=model.name)
        host, port = address(base_url)
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError as error:
            return Component(ok=False, what=model.name, detail=f"{host}:{port}: {error}")
        writer.close()
        return Component(ok=True, what=model.name, detail=f"{host}:{port} takes connections")

    return check


def address(base_url: str) -> tuple[str, int]:
    """Host and port of an endpoint."""
    parts = urlsplit(base_url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
