"""A card and its element are twins: one file each, and every field is drawn."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import widgets
from widgets.base import BaseCard

FRAME = {"card_id", "display"}
"""Fields of every card; an element takes them when it needs them."""


def cards() -> dict[str, type[BaseCard]]:
    for module in iter_modules(widgets.__path__, "widgets."):
        import_module(module.name)
    return {card.__name__: card for card in BaseCard.__subclasses__()}


def taken(jsx: Path) -> set[str]:
    """The properties an element takes, in its first destructuring of `props` or one by one."""
    source = jsx.read_text(encoding="utf-8")
    listed = re.findall(r"const \{([^}]*)\} = props;", source)
    names = {name.strip() for group in listed for name in group.split(",") if name.strip()}
    return names | set(re.findall(r"\bprops\.(\w+)", source))


def used(jsx: Path, name: str) -> bool:
    """Whether a taken property is used after it was taken."""
    return len(re.findall(rf"\b{name}\b", jsx.read_text(encoding="utf-8"))) > 1


def test_every_card_has_its_element_and_every_element_its_card() -> None:
    assert {path.stem for path in widgets.ELEMENTS.glob("*.jsx")} == set(cards())


@pytest.mark.parametrize("name", sorted(cards()))
def test_an_element_draws_exactly_its_card(name: str) -> None:
    jsx = widgets.ELEMENTS / f"{name}.jsx"

    assert taken(jsx) - FRAME == set(cards()[name].model_fields) - FRAME
    assert [each for each in taken(jsx) if not used(jsx, each)] == []


@pytest.mark.parametrize("jsx", sorted(widgets.ELEMENTS.glob("*.jsx")), ids=lambda path: path.stem)
def test_an_element_imports_nothing(jsx: Path) -> None:
    assert not re.search(r"^\s*import\b|\brequire\(", jsx.read_text(encoding="utf-8"), re.MULTILINE)
