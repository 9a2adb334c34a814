"""Language models over HTTP: one client for every OpenAI-compatible endpoint, and a scripted one."""
