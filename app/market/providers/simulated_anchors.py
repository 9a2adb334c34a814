"""What the simulated market knows about its symbols: rough price, volatility, what they follow.

Decided: prices here are round orders of magnitude, and each is moved away by a factor of its own
(`price_factor`), so that nobody takes a simulated price for a real one.
"""

from dataclasses import dataclass

from app.core.symbols import AssetClass, Symbol
from app.market.directory import INSTRUMENTS, SECTORS
from app.market.models import Instrument, Provider
from app.market.providers.simulated_chance import uniforms

SIMULATED = Provider(name="simulated market", is_simulated=True)


@dataclass(frozen=True, slots=True)
class Anchor:
    """How a symbol behaves.

    `price` is where it is drawn back to; `beta` and `sector_load` how much it follows the market
    and its sector; `own_vol` its yearly volatility on top; `memory` the share of a deviation from
    `price` that is left the next day; `trend` its yearly growth (log); `volume` shares or coins a
    day. `path` names whose chance it shares: SPY shares SPX's, so that they move as one.
    """

    instrument: Instrument
    path: str
    sector: str
    price: float
    beta: float
    sector_load: float
    own_vol: float
    memory: float
    trend: float
    volume: float


# Symbol, price, and yearly volatility of its own in percent where its sector's does not fit.
_ROUGH = """
SPX 5000 0, NDX 18000 3, DJI 40000 3, RUT 2100 6, VIX 14 45, COMP 16000 3, NYA 18000 3, OEX 2500 1,
MID 3000 4, RSP 170, VTI 270 1, TQQQ 70 8, SQQQ 20 8, MDY 550, XLK 210, XLF 45, XLE 90, XLV 145,
XLI 130, XLY 190, XLP 80, XLU 75, XLB 90, XLRE 42, XLC 90, SMH 240, SOXX 220, SOXL 35 12, XBI 95 16,
KRE 55 12, XHB 105 10, XRT 75 10, ITA 150 9, JETS 22 14, ARKK 55 20, EEM 43 9, EFA 80 7, FXI 31 16,
KWEB 31 20, EWZ 29 16, EWJ 68 9, TLT 95 3, IEF 96 1, SHY 82 0, HYG 79 2, LQD 109 1, GLD 200 3,
SLV 28 15, GDX 38 18, USO 75 18, UNG 15 40, UUP 28 3, IBIT 50 4, VXX 45 30, UVXY 25 40, VNQ 90 5,
VGT 550 3, SCHD 27 5,
AAPL 200 15, MSFT 400 13, NVDA 120 26, AMZN 180 17, GOOGL 165 16, GOOG 165 16, META 500 21,
TSLA 240 38, BRK.B 420 9, AVGO 170 24, JPM 210 12, V 280 11, MA 460 11, LLY 800 22, UNH 520 18,
XOM 115 10, WMT 75 13, COST 850 12, JNJ 155 10, PG 165 9, HD 370 12, NFLX 680 24, ORCL 150 19,
CRM 270 20, AMD 140 30, INTC 28 28, ABBV 180, ABT 112, ACN 340, ADBE 520, AIG 75, AMGN 310, AMT 210,
AXP 250, BA 170 24, BAC 40, BK 68, BKNG 4000, BLK 880, BMY 50, C 64, CAT 350, CHTR 340, CL 95,
CMCSA 41, COF 150, COP 110, CSCO 52, CVS 60, CVX 150, DE 390, DHR 260, DIS 95, DUK 112, EMR 110,
FDX 280, GD 290, GE 170, GILD 80, GM 48, GS 480, HON 205, IBM 190, INTU 620, ISRG 470, KO 68,
LIN 460, LMT 550, LOW 250, MCD 290, MDLZ 70, MDT 86, MET 78, MMM 130, MO 50, MRK 112, MS 100,
NEE 80, NKE 80, NOW 830, PEP 170, PFE 28, PLTR 40 42, PM 120, PYPL 68, QCOM 165, RTX 118, SBUX 90,
SCHW 68, SO 88, SPG 160, T 21, TGT 150, TMO 590, TMUS 200, TXN 200, UBER 72, UNP 245, UPS 130,
USB 45, VZ 41, WFC 58, F 11, ON 72, ALL 185, IT 500, A 135, KEY 16, FAST 70, PLAY 35 38, DOW 52,
GAP 22, HAS 68, EAT 75, CAR 85 38, FUN 40, OPEN 3 60, REAL 4 55, RUN 15 50, TAP 56, TEAM 180,
WELL 120, O 60, AI 25 45, U 20 42, Z 55, W 48 45, D 55, M 16, B 19, COIN 210 36, HOOD 22 40,
SOFI 8 40, MSTR 150 40, MARA 17 48, RIOT 10 48, SHOP 75, SNOW 125, NET 85, DDOG 120, CRWD 290,
PANW 340, ZS 185, FTNT 75, MDB 270 38, OKTA 80, TWLO 65, ZM 66, DOCU 58, ROKU 65 40, XYZ 68, RBLX 42,
SNAP 11 40, PINS 33, RDDT 65 45, SPOT 350, TTD 100, DASH 140, ABNB 125, LYFT 12, ETSY 55, EBAY 60,
CHWY 28, AFRM 40 48, UPST 40 55, FISV 170, DKNG 38, CVNA 160 50, PTON 5 55, RIVN 12 48, LCID 3 50,
NIO 5 45, BABA 85 32, JD 30 32, PDD 110 36, BIDU 88 32, TSM 170, ARM 135 36, SMCI 45 52, MU 100,
MRVL 72, AMAT 200, LRCX 80, KLAC 720, ASML 850, ADI 225, DELL 115, HPQ 35, IONQ 12 60, APP 120 45,
GME 23 65, AMC 5 65, WBD 9, PSKY 12, TTWO 150, AAL 12, DAL 48, UAL 55, LUV 28, CCL 17, CMG 55,
LULU 270, TJX 112, BBY 90, KR 54, KHC 35, CELH 38 42, MRNA 75 42, REGN 1050, VRTX 470, ELV 520,
HIMS 18 55, NVO 120, CI 340, OXY 55, SLB 43, HAL 31, EOG 125, SHEL 68, BP 33, FSLR 220 34, ENPH 105 42,
PLUG 3 60, FCX 45, NEM 50, AA 38, NUE 150, CEG 210, VST 95, GEV 200, CSX 34, WM 205, NOC 500,
PGR 235, SPGI 490, CME 210, NDAQ 70, TFC 43, BX 140, DJT 25 65,
BTC/USD 65000 22, ETH/USD 2800 34, SOL/USD 140 50, XRP/USD 0.9 50, ADA/USD 0.45 50,
DOGE/USD 0.14 60, AVAX/USD 28 55, LINK/USD 13 50, LTC/USD 75 42, DOT/USD 5.5 50
"""

_TRACKS = {
    "SPY": ("SPX", 1 / 10.04),
    "VOO": ("SPX", 1 / 10.92),
    "IVV": ("SPX", 1 / 9.98),
    "QQQ": ("NDX", 1 / 41.2),
    "DIA": ("DJI", 1 / 100.3),
    "IWM": ("RUT", 1 / 10.08),
    "GOOG": ("GOOGL", 1.008),
}
"""Funds (and a share class) that move exactly as another symbol, and the ratio of their prices."""

_BETAS = {
    "SPX": 1.0,
    "VIX": -3.8,
    "VXX": -2.6,
    "UVXY": -3.9,
    "TQQQ": 3.3,
    "SQQQ": -3.3,
    "SOXL": 3.6,
    "TSLA": 1.8,
    "NVDA": 1.6,
}

_SECTOR_TRAITS = {
    "market": (1.0, 14),
    "small caps": (1.15, 18),
    "technology": (1.2, 26),
    "semiconductors": (1.4, 28),
    "communication": (1.05, 24),
    "discretionary": (1.1, 24),
    "staples": (0.55, 14),
    "health": (0.7, 18),
    "financials": (1.05, 17),
    "industrials": (1.0, 18),
    "energy": (0.85, 20),
    "materials": (1.0, 21),
    "utilities": (0.5, 14),
    "real estate": (0.85, 17),
    "bonds": (-0.08, 4),
    "gold": (0.05, 10),
    "volatility": (-3.0, 40),
    "crypto": (0.5, 50),
}
"""Beta and own yearly volatility in percent, by sector."""

SECTOR_VOLS = {
    "market": 0.0,
    "small caps": 0.09,
    "technology": 0.08,
    "semiconductors": 0.17,
    "energy": 0.18,
    "bonds": 0.10,
    "gold": 0.13,
    "volatility": 0.0,
    "crypto": 0.45,
}
"""Yearly volatility of a sector's own factor; `ORDINARY_SECTOR_VOL` where it is not named."""
ORDINARY_SECTOR_VOL = 0.08

_LARGEST_TURNOVER = {
    AssetClass.STOCK: (9e9, 0.6),
    AssetClass.ETF: (30e9, 0.9),
    AssetClass.CRYPTO: (18e9, 0.8),
    AssetClass.INDEX: (0.0, 0.0),
}
"""Dollars a day of the best known of its kind, and how fast it falls with the rank in the list."""


def price_factor(seed: int, path: str, rough: float) -> float:
    """How far a simulated price level stands from the rough one: 0.55–0.75 or 1.35–1.75 times.

    Prices of a few dollars only go up, so that they stay clear of fractions of a cent.
    """
    side, place = uniforms(2, seed, "price level", path)
    is_lower = side < 0.5 and rough > _CHEAP
    return 0.55 + 0.2 * float(place) if is_lower else 1.35 + 0.4 * float(place)


_CHEAP = 12.0
_WILD = 40


def anchors(seed: int) -> dict[Symbol, Anchor]:
    """The behaviour of every symbol of the directory."""
    ranks: dict[AssetClass, int] = {}
    found: dict[Symbol, Anchor] = {}
    for instrument in INSTRUMENTS:
        rank = ranks.get(instrument.asset_class, 0)
        ranks[instrument.asset_class] = rank + 1
        found[instrument.symbol] = _anchor(instrument, rank, seed)
    return found


def _anchor(instrument: Instrument, rank: int, seed: int) -> Anchor:
    path, ratio = _TRACKS.get(instrument.symbol, (str(instrument.symbol), 1.0))
    sector = SECTORS[Symbol(path)]
    own_vol: float
    beta, own_vol = _SECTOR_TRAITS[sector]
    rough, rough_vol = _rough_of(path)
    own_vol = own_vol if rough_vol is None else rough_vol
    price = rough * ratio * price_factor(seed, path, rough)
    largest, fall = _LARGEST_TURNOVER[instrument.asset_class]
    is_fast = sector == "volatility"
    return Anchor(
        instrument=instrument,
        path=path,
        sector=sector,
        price=price,
        beta=_BETAS.get(path, beta),
        sector_load=1.0,
        own_vol=own_vol / 100,
        memory=0.95 if is_fast else 0.995 if own_vol > _WILD else 0.998,
        trend=0.0 if sector in ("volatility", "bonds", "crypto") else 0.04,
        volume=largest / (rank + 1) ** fall / price,
    )


def _rough_of(path: str) -> tuple[float, float | None]:
    price, *vol = _PRICES[path]
    return price, vol[0] if vol else None


_PRICES: dict[str, list[float]] = {
    words[0]: [float(number) for number in words[1:]]
    for words in (entry.split() for entry in _ROUGH.split(","))
}
