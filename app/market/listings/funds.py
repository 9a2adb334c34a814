"""Indices, exchange-traded funds and crypto pairs."""

INDICES = """
SPX | market        | S&P 500 Index                 | s&p, s&p 500, s and p, s&p500, sp500, snp, snp 500, the s&p, spx index
NDX | technology    | Nasdaq-100 Index              | nasdaq, the nasdaq, nasdaq 100, nas100, nas, us100
DJI | industrials   | Dow Jones Industrial Average  | dow, the dow, dow jones, djia, dow jones industrial average, dow 30, us30
RUT | small caps    | Russell 2000 Index            | russell, russell 2000, the russell, small cap index
VIX | volatility    | Cboe Volatility Index         | volatility index, fear index, fear gauge, the vix, volatility
COMP | technology   | Nasdaq Composite Index        | nasdaq composite, ixic, nasdaq comp
NYA | market        | NYSE Composite Index          | nyse composite, nyse index
OEX | market        | S&P 100 Index                 | s&p 100, sp100
MID | small caps    | S&P MidCap 400 Index          | s&p 400, midcap index, s&p midcap
"""

FUNDS = """
SPY  | market        | SPDR S&P 500 ETF Trust                         | spiders, spyders, spider, the spiders, spys, s&p etf
VOO  | market        | Vanguard S&P 500 ETF                           | vanguard s&p, vanguard 500
IVV  | market        | iShares Core S&P 500 ETF                       | ishares s&p
VTI  | market        | Vanguard Total Stock Market ETF                | total market, total stock market
RSP  | market        | Invesco S&P 500 Equal Weight ETF               | equal weight s&p, equal weight
QQQ  | technology    | Invesco QQQ Trust                              | qs, the qs, cubes, qqqs, triple q, triple qs, nasdaq etf
TQQQ | technology    | ProShares UltraPro QQQ                         | triple long qqq
SQQQ | technology    | ProShares UltraPro Short QQQ                   | triple short qqq
DIA  | industrials   | SPDR Dow Jones Industrial Average ETF Trust    | diamonds, the diamonds, dow etf
IWM  | small caps    | iShares Russell 2000 ETF                       | small caps, smallcaps, small cap, russell etf
MDY  | small caps    | SPDR S&P MidCap 400 ETF Trust                  | mid caps, midcaps
XLK  | technology    | Technology Select Sector SPDR Fund             | tech sector, technology sector, tech etf
XLF  | financials    | Financial Select Sector SPDR Fund              | financials, financial sector, bank etf
XLE  | energy        | Energy Select Sector SPDR Fund                 | energy sector, energy etf
XLV  | health        | Health Care Select Sector SPDR Fund            | health care sector, healthcare sector, healthcare etf
XLI  | industrials   | Industrial Select Sector SPDR Fund             | industrials, industrial sector
XLY  | discretionary | Consumer Discretionary Select Sector SPDR Fund | consumer discretionary, discretionary sector
XLP  | staples       | Consumer Staples Select Sector SPDR Fund       | staples, consumer staples
XLU  | utilities     | Utilities Select Sector SPDR Fund              | utilities, utilities sector
XLB  | materials     | Materials Select Sector SPDR Fund              | materials, materials sector
XLRE | real estate   | Real Estate Select Sector SPDR Fund            | real estate sector, reits
XLC  | communication | Communication Services Select Sector SPDR Fund | communication services, comms sector
SMH  | semiconductors | VanEck Semiconductor ETF                      | semis, semiconductors, chips, chip stocks, semi etf
SOXX | semiconductors | iShares Semiconductor ETF                     | ishares semis
SOXL | semiconductors | Direxion Daily Semiconductor Bull 3X Shares   | triple long semis
XBI  | health        | SPDR S&P Biotech ETF                           | biotech, biotechs, biotech etf
KRE  | financials    | SPDR S&P Regional Banking ETF                  | regional banks, regionals
XHB  | discretionary | SPDR S&P Homebuilders ETF                      | homebuilders, home builders
XRT  | discretionary | SPDR S&P Retail ETF                            | retail etf, retailers
ITA  | industrials   | iShares U.S. Aerospace & Defense ETF           | defense etf, defense stocks
JETS | industrials   | U.S. Global Jets ETF                           | airlines, airline etf
ARKK | technology    | ARK Innovation ETF                             | ark, ark innovation, cathie wood, cathie
EEM  | market        | iShares MSCI Emerging Markets ETF              | emerging markets, emerging market etf
EFA  | market        | iShares MSCI EAFE ETF                          | eafe, developed markets
FXI  | market        | iShares China Large-Cap ETF                    | china, china large caps
KWEB | technology    | KraneShares CSI China Internet ETF             | china internet, china tech
EWZ  | market        | iShares MSCI Brazil ETF                        | brazil
EWJ  | market        | iShares MSCI Japan ETF                         | japan
TLT  | bonds         | iShares 20+ Year Treasury Bond ETF             | long bonds, bonds, treasuries, 20 year bonds
IEF  | bonds         | iShares 7-10 Year Treasury Bond ETF            | 10 year bonds
SHY  | bonds         | iShares 1-3 Year Treasury Bond ETF             | short bonds
HYG  | bonds         | iShares iBoxx $ High Yield Corporate Bond ETF  | high yield, junk bonds, junk
LQD  | bonds         | iShares iBoxx $ Inv Grade Corporate Bond ETF   | investment grade, corporate bonds
GLD  | gold          | SPDR Gold Shares                               | gold, gold etf
SLV  | gold          | iShares Silver Trust                           | silver, silver etf
GDX  | gold          | VanEck Gold Miners ETF                         | gold miners
USO  | energy        | United States Oil Fund                         | oil, crude, crude oil, oil etf
UNG  | energy        | United States Natural Gas Fund                 | natural gas, nat gas, natgas
UUP  | bonds         | Invesco DB US Dollar Index Bullish Fund        | dollar etf
IBIT | crypto        | iShares Bitcoin Trust ETF                      | bitcoin etf, blackrock bitcoin
VXX  | volatility    | iPath Series B S&P 500 VIX Short-Term Futures ETN | vix etn
UVXY | volatility    | ProShares Ultra VIX Short-Term Futures ETF     | ultra vix
VNQ  | real estate   | Vanguard Real Estate ETF                       | real estate etf
VGT  | technology    | Vanguard Information Technology ETF            | vanguard tech
SCHD | market        | Schwab U.S. Dividend Equity ETF                | dividend etf
"""

CRYPTO = """
BTC/USD  | 2 | Bitcoin   | bitcoin, btc, btcusd, bitcoins, xbt
ETH/USD  | 2 | Ethereum  | ethereum, eth, ether, ethusd
SOL/USD  | 2 | Solana    | solana, sol, solusd
XRP/USD  | 4 | XRP       | xrp, ripple, xrpusd
ADA/USD  | 4 | Cardano   | cardano, ada, adausd
DOGE/USD | 5 | Dogecoin  | dogecoin, doge, dogeusd
AVAX/USD | 3 | Avalanche | avalanche, avax, avaxusd
LINK/USD | 3 | Chainlink | chainlink, linkusd, link coin
LTC/USD  | 2 | Litecoin  | litecoin, ltc, ltcusd
DOT/USD  | 3 | Polkadot  | polkadot, dotusd, dot coin
"""
