"""Cards: what a member looks at. A card is frozen data; its JSX twin draws it.

`collate` lays cards of one kind side by side: three ladders asked for in one breath become one
table, so that tools stay simple and take one symbol each.
"""

from pathlib import Path

ELEMENTS = Path(__file__).parent / "elements"
