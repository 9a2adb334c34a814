"""Threads, messages, tool calls, cards and the outbox that pushes into them; knows no Chainlit."""
