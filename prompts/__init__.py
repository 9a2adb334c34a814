"""Texts for models, one markdown file each: `load("coach/system")`."""

from functools import cache
from importlib.resources import files
from string import Template


@cache
def load(name: str) -> Template:
    """The text `<name>.md`, with `$places` to fill in; `FileNotFoundError` if there is none."""
    return Template(files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8"))
