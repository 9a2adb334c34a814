"""Symbols that no longer trade as they did: symbol, name, successor (or `-`), what happened.

The last column completes "SYMBOL (name) …". Months, not days: enough for a trader to recognise it.
"""

FORMER = """
FB    | Facebook                 | META  | has traded as META since June 2022
SQ    | Square, then Block       | XYZ   | has traded as XYZ since January 2025
TWTR  | Twitter                  | -     | was taken private by Elon Musk and delisted in October 2022
ANTM  | Anthem                   | ELV   | has traded as ELV since June 2022
ATVI  | Activision Blizzard      | MSFT  | was bought by Microsoft in October 2023
VIAC  | ViacomCBS                | PSKY  | became PARA in February 2022 and PSKY in August 2025
CBS   | CBS                      | PSKY  | merged into ViacomCBS in December 2019, which trades as PSKY today
PARA  | Paramount Global         | PSKY  | merged with Skydance and has traded as PSKY since August 2025
FI    | Fiserv                   | FISV  | went back to its old symbol FISV in November 2025
RTN   | Raytheon Company         | RTX   | merged with United Technologies into RTX in April 2020
UTX   | United Technologies      | RTX   | merged with Raytheon into RTX in April 2020
SIVB  | SVB Financial Group      | -     | failed in March 2023; its bank was taken over by regulators
SBNY  | Signature Bank           | -     | was closed by regulators in March 2023
FRC   | First Republic Bank      | JPM   | failed in May 2023; JPMorgan took over its deposits
BBBY  | Bed Bath & Beyond        | -     | went bankrupt in April 2023; since August 2025 the former Overstock uses its name and symbol
BYON  | Beyond, once Overstock   | -     | has traded as BBBY since August 2025
OSTK  | Overstock.com            | -     | became BYON in November 2023 and BBBY in August 2025
LEH   | Lehman Brothers          | -     | went bankrupt in September 2008
BSC   | Bear Stearns             | JPM   | was bought by JPMorgan in May 2008
MER   | Merrill Lynch            | BAC   | was bought by Bank of America in January 2009
ENE   | Enron                    | -     | went bankrupt in December 2001
WCOM  | WorldCom                 | -     | went bankrupt in July 2002
CS    | Credit Suisse            | -     | was taken over by UBS in June 2023
CELG  | Celgene                  | BMY   | was bought by Bristol-Myers Squibb in November 2019
AGN   | Allergan                 | ABBV  | was bought by AbbVie in May 2020
ALXN  | Alexion                  | -     | was bought by AstraZeneca in July 2021
ABMD  | Abiomed                  | JNJ   | was bought by Johnson & Johnson in December 2022
SGEN  | Seagen                   | PFE   | was bought by Pfizer in December 2023
HZNP  | Horizon Therapeutics     | AMGN  | was bought by Amgen in October 2023
MON   | Monsanto                 | -     | was bought by Bayer in June 2018
ESRX  | Express Scripts          | CI    | was bought by Cigna in December 2018
AET   | Aetna                    | CVS   | was bought by CVS Health in November 2018
TWX   | Time Warner              | WBD   | was bought by AT&T in June 2018; its media trade as WBD today
DISCA | Discovery                | WBD   | merged with WarnerMedia into WBD in April 2022
XLNX  | Xilinx                   | AMD   | was bought by AMD in February 2022
MXIM  | Maxim Integrated         | ADI   | was bought by Analog Devices in August 2021
BRCM  | Broadcom Corporation     | AVGO  | was bought by Avago in February 2016, which took its name
CERN  | Cerner                   | ORCL  | was bought by Oracle in June 2022
VMW   | VMware                   | AVGO  | was bought by Broadcom in November 2023
SPLK  | Splunk                   | CSCO  | was bought by Cisco in March 2024
CTXS  | Citrix Systems           | -     | was taken private in September 2022
WORK  | Slack                    | CRM   | was bought by Salesforce in July 2021
DATA  | Tableau                  | CRM   | was bought by Salesforce in August 2019
RHT   | Red Hat                  | IBM   | was bought by IBM in July 2019
LNKD  | LinkedIn                 | MSFT  | was bought by Microsoft in December 2016
YHOO  | Yahoo                    | -     | sold its business to Verizon in June 2017 and was wound up as AABA
WFM   | Whole Foods              | AMZN  | was bought by Amazon in August 2017
MNDT  | Mandiant                 | GOOGL | was bought by Google in September 2022
FEYE  | FireEye                  | GOOGL | became Mandiant in October 2021, which Google bought in September 2022
FIT   | Fitbit                   | GOOGL | was bought by Google in January 2021
ANSS  | Ansys                    | -     | was bought by Synopsys in July 2025
JNPR  | Juniper Networks         | -     | was bought by Hewlett Packard Enterprise in July 2025
PXD   | Pioneer Natural Resources | XOM  | was bought by Exxon Mobil in May 2024
HES   | Hess                     | CVX   | was bought by Chevron in July 2025
MRO   | Marathon Oil             | COP   | was bought by ConocoPhillips in November 2024
RDS.A | Royal Dutch Shell        | SHEL  | has traded as SHEL since January 2022
APC   | Anadarko Petroleum       | OXY   | was bought by Occidental in August 2019
X     | United States Steel      | -     | was bought by Nippon Steel in June 2025
GOLD  | Barrick Gold             | B     | has traded as B since May 2025
GPS   | Gap                      | GAP   | has traded as GAP since August 2024
LB    | L Brands                 | -     | became Bath & Body Works, BBWI, in August 2021
PCLN  | Priceline                | BKNG  | has traded as BKNG since February 2018
DWDP  | DowDuPont                | DOW   | split in 2019 into DOW, DD and CTVA
ABC   | AmerisourceBergen        | -     | has traded as COR since August 2023
PKI   | PerkinElmer              | -     | has traded as RVTY since May 2023
CTL   | CenturyLink              | -     | has traded as LUMN since September 2020
NYCB  | New York Community Bancorp | -   | has traded as FLG since October 2024
BBT   | BB&T                     | TFC   | merged with SunTrust into TFC in December 2019
STI   | SunTrust                 | TFC   | merged with BB&T into TFC in December 2019
ETFC  | E*TRADE                  | MS    | was bought by Morgan Stanley in October 2020
AMTD  | TD Ameritrade            | SCHW  | was bought by Charles Schwab in October 2020
DFS   | Discover Financial       | COF   | was bought by Capital One in May 2025
TIF   | Tiffany                  | -     | was bought by LVMH in January 2021
COH   | Coach                    | -     | has traded as TPR since October 2017
KORS  | Michael Kors             | -     | has traded as CPRI since January 2019
JWN   | Nordstrom                | -     | was taken private in May 2025
SKX   | Skechers                 | -     | was taken private in September 2025
WBA   | Walgreens Boots Alliance | -     | was taken private in August 2025
K     | Kellanova, once Kellogg  | -     | was bought by Mars in December 2025
RAD   | Rite Aid                 | -     | went bankrupt in October 2023
JCP   | J. C. Penney             | -     | went bankrupt in May 2020
BIG   | Big Lots                 | -     | went bankrupt in September 2024
WE    | WeWork                   | -     | went bankrupt in November 2023
NKLA  | Nikola                   | -     | went bankrupt in February 2025
FSR   | Fisker                   | -     | went bankrupt in June 2024
RIDE  | Lordstown Motors         | -     | went bankrupt in June 2023
SAVE  | Spirit Airlines          | -     | went bankrupt and was delisted in November 2024
HA    | Hawaiian Holdings        | -     | was bought by Alaska Air in September 2024
HRS   | Harris                   | -     | merged with L3 into LHX in June 2019
"""
