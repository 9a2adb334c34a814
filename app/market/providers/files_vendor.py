"""A folder of bars as one vendor among others, for whoever names `files` in a list of them."""

from pathlib import Path

from typing_extensions import override

from app.core.clock import Clock
from app.market.models import Instrument
from app.market.providers.files import FilesMarket
from app.market.providers.files_shelf import Shelf
from app.market.providers.simulated_vendor import SimulatedVendor


class FilesVendor(SimulatedVendor):
    """The bars in `folder`; what has none there is another provider's."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(FilesMarket(folder), clock)
        self._shelf = Shelf(folder)

    @override
    def covers(self, instrument: Instrument) -> bool:
        return bool(self._shelf.timeframes(instrument.symbol))
