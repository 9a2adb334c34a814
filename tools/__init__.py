"""Tools: the functions a model may call, one file a domain. `TOOLBOX` is the list."""

from tools.alerts import draft_alert, list_alerts
from tools.alerts_changing import change_alert, replay_alert
from tools.base import Toolbox
from tools.calculate import calculate
from tools.calendar import get_calendar
from tools.charts import show_chart
from tools.coach import describing
from tools.drafting import draft_position_change
from tools.indicators import get_indicators
from tools.levels import get_key_levels
from tools.macro import get_sector_rotation
from tools.market import get_market_status
from tools.news import get_news
from tools.opportunities import list_opportunities
from tools.opportunity_why import explain_opportunity
from tools.option_scans import scan_options
from tools.options import get_greeks, get_option_chain, get_volatility
from tools.positions import list_positions
from tools.positions_risk import get_portfolio_greeks
from tools.quotes import get_quote
from tools.rates import get_rates
from tools.rolls import compare_rolls
from tools.saved_scans import list_scans, save_scan
from tools.scanner import scan_market
from tools.structures import analyze_structure

READING = (
    get_key_levels,
    get_quote,
    get_indicators,
    get_market_status,
    show_chart,
    get_sector_rotation,
    get_calendar,
    get_rates,
    get_news,
    get_option_chain,
    get_greeks,
    get_volatility,
    analyze_structure,
    compare_rolls,
    list_positions,
    get_portfolio_greeks,
    draft_position_change,
    scan_market,
    scan_options,
    save_scan,
    list_scans,
    list_opportunities,
    explain_opportunity,
    draft_alert,
    list_alerts,
    change_alert,
    replay_alert,
    calculate,
)

TOOLBOX = Toolbox((*READING, describing(READING)))
