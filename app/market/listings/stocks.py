"""Shares: the S&P 100, and what else retail traders talk about."""

STOCKS = """
AAPL  | technology     | Apple Inc.                                | apple
MSFT  | technology     | Microsoft Corporation                     | microsoft, mister softy, mr softy
NVDA  | semiconductors | NVIDIA Corporation                        | nvidia
AMZN  | discretionary  | Amazon.com, Inc.                          | amazon, bezos
GOOGL | communication  | Alphabet Inc. Class A                     | google, alphabet, googl a
GOOG  | communication  | Alphabet Inc. Class C                     | google class c, alphabet class c
META  | communication  | Meta Platforms, Inc.                      | facebook, meta, meta platforms, instagram, zuck
TSLA  | discretionary  | Tesla, Inc.                               | tesla, elon, tesler
BRK.B | financials     | Berkshire Hathaway Inc. Class B           | berkshire, berkshire hathaway, brkb, brk b, brk, buffett
AVGO  | semiconductors | Broadcom Inc.                             | broadcom
JPM   | financials     | JPMorgan Chase & Co.                      | jp morgan, jpmorgan, jp morgan chase, jpmorgan chase
V     | financials     | Visa Inc.                                 | visa
MA    | financials     | Mastercard Incorporated                   | mastercard, master card
LLY   | health         | Eli Lilly and Company                     | eli lilly, lilly
UNH   | health         | UnitedHealth Group Incorporated           | unitedhealth, united health, united healthcare
XOM   | energy         | Exxon Mobil Corporation                   | exxon, exxon mobil, exxonmobil
WMT   | staples        | Walmart Inc.                              | walmart, wal mart
COST  | staples        | Costco Wholesale Corporation              | costco
JNJ   | health         | Johnson & Johnson                         | j&j, jnj, johnson & johnson, johnson and johnson
PG    | staples        | The Procter & Gamble Company              | procter & gamble, procter and gamble, proctor & gamble, proctor and gamble, p&g, procter
HD    | discretionary  | The Home Depot, Inc.                      | home depot
NFLX  | communication  | Netflix, Inc.                             | netflix
ORCL  | technology     | Oracle Corporation                        | oracle
CRM   | technology     | Salesforce, Inc.                          | salesforce
AMD   | semiconductors | Advanced Micro Devices, Inc.              | advanced micro devices, lisa su
INTC  | semiconductors | Intel Corporation                         | intel
ABBV  | health         | AbbVie Inc.                               | abbvie
ABT   | health         | Abbott Laboratories                       | abbott, abbott labs
ACN   | technology     | Accenture plc                             | accenture
ADBE  | technology     | Adobe Inc.                                | adobe
AIG   | financials     | American International Group, Inc.        | american international group
AMGN  | health         | Amgen Inc.                                | amgen
AMT   | real estate    | American Tower Corporation                | american tower
AXP   | financials     | American Express Company                  | american express, amex
BA    | industrials    | The Boeing Company                        | boeing
BAC   | financials     | Bank of America Corporation               | bank of america, bofa
BK    | financials     | The Bank of New York Mellon Corporation   | bny, bny mellon, bank of new york
BKNG  | discretionary  | Booking Holdings Inc.                     | booking, booking holdings, priceline
BLK   | financials     | BlackRock, Inc.                           | blackrock
BMY   | health         | Bristol-Myers Squibb Company              | bristol myers, bristol, bristol myers squibb
C     | financials     | Citigroup Inc.                            | citi, citigroup, citibank
CAT   | industrials    | Caterpillar Inc.                          | caterpillar
CHTR  | communication  | Charter Communications, Inc.              | charter, charter communications
CL    | staples        | Colgate-Palmolive Company                 | colgate, colgate palmolive
CMCSA | communication  | Comcast Corporation                       | comcast
COF   | financials     | Capital One Financial Corporation         | capital one
COP   | energy         | ConocoPhillips                            | conoco, conocophillips, conoco phillips
CSCO  | technology     | Cisco Systems, Inc.                       | cisco
CVS   | health         | CVS Health Corporation                    | cvs health
CVX   | energy         | Chevron Corporation                       | chevron
DE    | industrials    | Deere & Company                           | deere, john deere
DHR   | health         | Danaher Corporation                       | danaher
DIS   | communication  | The Walt Disney Company                   | disney, walt disney
DUK   | utilities      | Duke Energy Corporation                   | duke energy
EMR   | industrials    | Emerson Electric Co.                      | emerson, emerson electric
FDX   | industrials    | FedEx Corporation                         | fedex, fed ex
GD    | industrials    | General Dynamics Corporation              | general dynamics
GE    | industrials    | GE Aerospace                              | general electric, ge aerospace
GILD  | health         | Gilead Sciences, Inc.                     | gilead
GM    | discretionary  | General Motors Company                    | general motors
GS    | financials     | The Goldman Sachs Group, Inc.             | goldman, goldman sachs
HON   | industrials    | Honeywell International Inc.              | honeywell
IBM   | technology     | International Business Machines Corporation | big blue, international business machines
INTU  | technology     | Intuit Inc.                               | intuit, turbotax
ISRG  | health         | Intuitive Surgical, Inc.                  | intuitive surgical, intuitive
KO    | staples        | The Coca-Cola Company                     | coca cola, coke
LIN   | materials      | Linde plc                                 | linde
LMT   | industrials    | Lockheed Martin Corporation               | lockheed, lockheed martin
LOW   | discretionary  | Lowe's Companies, Inc.                    | lowes
MCD   | discretionary  | McDonald's Corporation                    | mcdonalds, mickey d, mickey ds, micky d, micky ds, mcd
MDLZ  | staples        | Mondelez International, Inc.              | mondelez
MDT   | health         | Medtronic plc                             | medtronic
MET   | financials     | MetLife, Inc.                             | metlife
MMM   | industrials    | 3M Company                                | 3m
MO    | staples        | Altria Group, Inc.                        | altria
MRK   | health         | Merck & Co., Inc.                         | merck
MS    | financials     | Morgan Stanley                            | morgan stanley
NEE   | utilities      | NextEra Energy, Inc.                      | nextera, nextera energy
NKE   | discretionary  | NIKE, Inc.                                | nike
NOW   | technology     | ServiceNow, Inc.                          | servicenow, service now
PEP   | staples        | PepsiCo, Inc.                             | pepsi, pepsico
PFE   | health         | Pfizer Inc.                               | pfizer
PLTR  | technology     | Palantir Technologies Inc.                | palantir
PM    | staples        | Philip Morris International Inc.          | philip morris
PYPL  | financials     | PayPal Holdings, Inc.                     | paypal, pay pal
QCOM  | semiconductors | QUALCOMM Incorporated                     | qualcomm
RTX   | industrials    | RTX Corporation                           | raytheon
SBUX  | discretionary  | Starbucks Corporation                     | starbucks
SCHW  | financials     | The Charles Schwab Corporation            | schwab, charles schwab
SO    | utilities      | The Southern Company                      | southern company
SPG   | real estate    | Simon Property Group, Inc.                | simon property
T     | communication  | AT&T Inc.                                 | at&t, at and t, att
TGT   | staples        | Target Corporation                        | target, target corp
TMO   | health         | Thermo Fisher Scientific Inc.             | thermo fisher, thermo
TMUS  | communication  | T-Mobile US, Inc.                         | t mobile, tmobile
TXN   | semiconductors | Texas Instruments Incorporated            | texas instruments
UBER  | industrials    | Uber Technologies, Inc.                   | uber
UNP   | industrials    | Union Pacific Corporation                 | union pacific
UPS   | industrials    | United Parcel Service, Inc.               | united parcel, united parcel service
USB   | financials     | U.S. Bancorp                              | us bancorp, us bank
VZ    | communication  | Verizon Communications Inc.               | verizon
WFC   | financials     | Wells Fargo & Company                     | wells fargo, wells
F     | discretionary  | Ford Motor Company                        | ford, ford motor
ON    | semiconductors | ON Semiconductor Corporation              | onsemi, on semi, on semiconductor
ALL   | financials     | The Allstate Corporation                  | allstate
IT    | technology     | Gartner, Inc.                             | gartner
A     | health         | Agilent Technologies, Inc.                | agilent
KEY   | financials     | KeyCorp                                   | keycorp, keybank
FAST  | industrials    | Fastenal Company                          | fastenal
PLAY  | discretionary  | Dave & Buster's Entertainment, Inc.       | dave & busters, dave and busters
DOW   | materials      | Dow Inc.                                  | dow inc, dow chemical
GAP   | discretionary  | Gap, Inc.                                 | gap inc
HAS   | discretionary  | Hasbro, Inc.                              | hasbro
EAT   | discretionary  | Brinker International, Inc.               | brinker, chilis
CAR   | industrials    | Avis Budget Group, Inc.                   | avis, avis budget
FUN   | discretionary  | Six Flags Entertainment Corporation       | six flags, cedar fair
OPEN  | real estate    | Opendoor Technologies Inc.                | opendoor
REAL  | discretionary  | The RealReal, Inc.                        | realreal, the realreal
RUN   | energy         | Sunrun Inc.                               | sunrun
TAP   | staples        | Molson Coors Beverage Company             | molson coors, coors, molson
TEAM  | technology     | Atlassian Corporation                     | atlassian, jira
WELL  | real estate    | Welltower Inc.                            | welltower
O     | real estate    | Realty Income Corporation                 | realty income
AI    | technology     | C3.ai, Inc.                               | c3 ai, c3ai
U     | technology     | Unity Software Inc.                       | unity, unity software
Z     | real estate    | Zillow Group, Inc. Class C                | zillow
W     | discretionary  | Wayfair Inc.                              | wayfair
D     | utilities      | Dominion Energy, Inc.                     | dominion, dominion energy
M     | discretionary  | Macy's, Inc.                              | macys
B     | materials      | Barrick Mining Corporation                | barrick, barrick gold
COIN  | crypto         | Coinbase Global, Inc.                     | coinbase
HOOD  | financials     | Robinhood Markets, Inc.                   | robinhood, robin hood
SOFI  | financials     | SoFi Technologies, Inc.                   | sofi
MSTR  | crypto         | Strategy Inc                              | microstrategy, micro strategy, strategy inc, saylor
MARA  | crypto         | MARA Holdings, Inc.                       | marathon digital
RIOT  | crypto         | Riot Platforms, Inc.                      | riot platforms, riot blockchain
SHOP  | technology     | Shopify Inc.                              | shopify
SNOW  | technology     | Snowflake Inc.                            | snowflake
NET   | technology     | Cloudflare, Inc.                          | cloudflare
DDOG  | technology     | Datadog, Inc.                             | datadog, data dog
CRWD  | technology     | CrowdStrike Holdings, Inc.                | crowdstrike
PANW  | technology     | Palo Alto Networks, Inc.                  | palo alto, palo alto networks
ZS    | technology     | Zscaler, Inc.                             | zscaler
FTNT  | technology     | Fortinet, Inc.                            | fortinet
MDB   | technology     | MongoDB, Inc.                             | mongodb, mongo
OKTA  | technology     | Okta, Inc.                                | okta
TWLO  | technology     | Twilio Inc.                               | twilio
ZM    | technology     | Zoom Communications, Inc.                 | zoom
DOCU  | technology     | DocuSign, Inc.                            | docusign
ROKU  | communication  | Roku, Inc.                                | roku
XYZ   | financials     | Block, Inc.                               | block, block inc, square, cash app, jack dorsey
RBLX  | communication  | Roblox Corporation                        | roblox
SNAP  | communication  | Snap Inc.                                 | snapchat, snap inc
PINS  | communication  | Pinterest, Inc.                           | pinterest
RDDT  | communication  | Reddit, Inc.                              | reddit
SPOT  | communication  | Spotify Technology S.A.                   | spotify
TTD   | communication  | The Trade Desk, Inc.                      | trade desk, the trade desk
DASH  | discretionary  | DoorDash, Inc.                            | doordash, door dash
ABNB  | discretionary  | Airbnb, Inc.                              | airbnb, air bnb
LYFT  | industrials    | Lyft, Inc.                                | lyft
ETSY  | discretionary  | Etsy, Inc.                                | etsy
EBAY  | discretionary  | eBay Inc.                                 | ebay
CHWY  | discretionary  | Chewy, Inc.                               | chewy
AFRM  | financials     | Affirm Holdings, Inc.                     | affirm
UPST  | financials     | Upstart Holdings, Inc.                    | upstart
FISV  | financials     | Fiserv, Inc.                              | fiserv
DKNG  | discretionary  | DraftKings Inc.                           | draftkings, draft kings
CVNA  | discretionary  | Carvana Co.                               | carvana
PTON  | discretionary  | Peloton Interactive, Inc.                 | peloton
RIVN  | discretionary  | Rivian Automotive, Inc.                   | rivian
LCID  | discretionary  | Lucid Group, Inc.                         | lucid, lucid motors
NIO   | discretionary  | NIO Inc. ADR                              | nio
BABA  | discretionary  | Alibaba Group Holding Limited ADR         | alibaba, ali baba
JD    | discretionary  | JD.com, Inc. ADR                          | jd com
PDD   | discretionary  | PDD Holdings Inc. ADR                     | pinduoduo, temu
BIDU  | communication  | Baidu, Inc. ADR                           | baidu
TSM   | semiconductors | Taiwan Semiconductor Manufacturing ADR    | taiwan semi, taiwan semiconductor, tsmc
ARM   | semiconductors | Arm Holdings plc ADR                      | arm holdings
SMCI  | technology     | Super Micro Computer, Inc.                | super micro, supermicro
MU    | semiconductors | Micron Technology, Inc.                   | micron
MRVL  | semiconductors | Marvell Technology, Inc.                  | marvell
AMAT  | semiconductors | Applied Materials, Inc.                   | applied materials
LRCX  | semiconductors | Lam Research Corporation                  | lam research, lam
KLAC  | semiconductors | KLA Corporation                           | kla
ASML  | semiconductors | ASML Holding N.V.                         | asml
ADI   | semiconductors | Analog Devices, Inc.                      | analog devices
DELL  | technology     | Dell Technologies Inc.                    | dell
HPQ   | technology     | HP Inc.                                   | hp, hewlett packard
IONQ  | technology     | IonQ, Inc.                                | ionq
APP   | technology     | AppLovin Corporation                      | applovin, app lovin
GME   | discretionary  | GameStop Corp.                            | gamestop, game stop
AMC   | communication  | AMC Entertainment Holdings, Inc.          | amc entertainment, amc theaters
WBD   | communication  | Warner Bros. Discovery, Inc.              | warner bros, warner brothers, warner
PSKY  | communication  | Paramount Skydance Corporation            | paramount
TTWO  | communication  | Take-Two Interactive Software, Inc.       | take two, rockstar games
AAL   | industrials    | American Airlines Group Inc.              | american airlines
DAL   | industrials    | Delta Air Lines, Inc.                     | delta airlines, delta air lines
UAL   | industrials    | United Airlines Holdings, Inc.            | united airlines
LUV   | industrials    | Southwest Airlines Co.                    | southwest, southwest airlines
CCL   | discretionary  | Carnival Corporation                      | carnival
CMG   | discretionary  | Chipotle Mexican Grill, Inc.              | chipotle
LULU  | discretionary  | lululemon athletica inc.                  | lululemon, lulu lemon
TJX   | discretionary  | The TJX Companies, Inc.                   | tj maxx, tk maxx
BBY   | discretionary  | Best Buy Co., Inc.                        | best buy
KR    | staples        | The Kroger Co.                            | kroger
KHC   | staples        | The Kraft Heinz Company                   | kraft, kraft heinz, heinz
CELH  | staples        | Celsius Holdings, Inc.                    | celsius
MRNA  | health         | Moderna, Inc.                             | moderna
REGN  | health         | Regeneron Pharmaceuticals, Inc.           | regeneron
VRTX  | health         | Vertex Pharmaceuticals Incorporated       | vertex
ELV   | health         | Elevance Health, Inc.                     | elevance, anthem
HIMS  | health         | Hims & Hers Health, Inc.                  | hims, hims & hers, hims and hers
NVO   | health         | Novo Nordisk A/S ADR                      | novo, novo nordisk
CI    | health         | The Cigna Group                           | cigna
OXY   | energy         | Occidental Petroleum Corporation          | occidental, oxy petroleum
SLB   | energy         | SLB Limited                               | schlumberger
HAL   | energy         | Halliburton Company                       | halliburton
EOG   | energy         | EOG Resources, Inc.                       | eog resources
SHEL  | energy         | Shell plc ADR                             | shell
BP    | energy         | BP p.l.c. ADR                             | british petroleum
FSLR  | energy         | First Solar, Inc.                         | first solar
ENPH  | energy         | Enphase Energy, Inc.                      | enphase
PLUG  | energy         | Plug Power Inc.                           | plug power
FCX   | materials      | Freeport-McMoRan Inc.                     | freeport, freeport mcmoran
NEM   | materials      | Newmont Corporation                       | newmont
AA    | materials      | Alcoa Corporation                         | alcoa
NUE   | materials      | Nucor Corporation                         | nucor
CEG   | utilities      | Constellation Energy Corporation          | constellation, constellation energy
VST   | utilities      | Vistra Corp.                              | vistra
GEV   | industrials    | GE Vernova Inc.                           | ge vernova, vernova
CSX   | industrials    | CSX Corporation                           | csx railroad
WM    | industrials    | Waste Management, Inc.                    | waste management
NOC   | industrials    | Northrop Grumman Corporation              | northrop, northrop grumman
PGR   | financials     | The Progressive Corporation               | progressive, progressive insurance
SPGI  | financials     | S&P Global Inc.                           | s&p global
CME   | financials     | CME Group Inc.                            | cme group
NDAQ  | financials     | Nasdaq, Inc.                              | nasdaq inc
TFC   | financials     | Truist Financial Corporation              | truist
BX    | financials     | Blackstone Inc.                           | blackstone
DJT   | communication  | Trump Media & Technology Group Corp.      | trump media, truth social
"""
