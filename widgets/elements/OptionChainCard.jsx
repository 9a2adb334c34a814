const { coach } = window;
const { Age, Card, Num, Price } = coach.parts(React);
const MOST_LEGS = 8;
const dayOf = (iso) => coach.format.day(Date.parse(iso), 'UTC', { year: true });

function OptionChainCard() {
  const { card_id, symbol, name, expiry, days, spot, volatility, move, rows, expiries, notes, freshness } = props;
  const [legs, setLegs] = coach.useMemory(React, card_id, 'legs', []);
  const tick = coach.useTick(React, symbol, freshness);
  const day = dayOf(expiry);
  const text = tick ? coach.format.number(tick.price, coach.format.decimalsOf(spot.text)) : spot.text;
  const above = rows.findIndex(({ strike }) => Number(strike.value) > Number(spot.value));
  const next = expiries.filter((each) => each > expiry)[0];
  const pick = freshness.is_frozen ? null : (leg) => setLegs(toggled(legs, leg));

  const actions = [];
  if (legs.length && !freshness.is_frozen) {
    actions.push({ label: 'Analyze', onClick: () => sendUserMessage(asWords(symbol, expiry, legs)) });
    actions.push({ label: 'Clear', onClick: () => setLegs([]) });
  } else if (next && !freshness.is_frozen) {
    actions.push({ label: dayOf(next), onClick: () => sendUserMessage(`${symbol} option chain ${next}`) });
  }
  return (
    <Card
      title={symbol}
      subtitle={`options of ${day}`}
      sentence={`${symbol}, ${name}: options of ${day}, ${rows.length} strikes around ${spot.text}.`}
      className="tc-wide"
      freshness={freshness}
      actions={actions}
      notes={notes}
    >
      <div className="tc-main">
        <Price className="tc-large" n={spot} value={tick?.price ?? Number(spot.value)} text={text} />
        <span className="tc-beside"><Num n={days} /></span>
        {volatility && <span className="tc-beside">IV <Num n={volatility} /></span>}
        {move && <span className="tc-beside">expected move ± <Num n={move} /></span>}
        <Age freshness={freshness} symbol={symbol} tick={tick} />
      </div>
      <div className="tc-scroll" tabIndex={0} role="region" aria-label={`Chain of ${day}, calls left, puts right`}>
        <table className="tc-options">
          <caption className="tc-sr">Calls on the left, puts on the right, by strike</caption>
          <thead>
            <tr>
              <th scope="col" className="tc-wide-only">OI</th>
              <th scope="col" className="tc-wide-only">IV</th>
              <th scope="col">Δ</th>
              <th scope="col">Bid</th>
              <th scope="col">Ask</th>
              <th scope="col" className="tc-strike">Strike</th>
              <th scope="col">Bid</th>
              <th scope="col">Ask</th>
              <th scope="col">Δ</th>
              <th scope="col" className="tc-wide-only">IV</th>
              <th scope="col" className="tc-wide-only">OI</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => [
              index === above && <Here key="here" spot={spot} />,
              <Row key={row.strike.figure} legs={legs} pick={pick} {...row} />,
            ])}
          </tbody>
        </table>
      </div>
      {!freshness.is_frozen && <Built legs={legs} />}
    </Card>
  );
}

function Here({ spot }) {
  return <tr className="tc-spot-row"><td colSpan={11}>{spot.text}</td></tr>;
}

function Row({ strike, call, put, legs, pick }) {
  return (
    <tr>
      <Wide side={call} field="open_interest" />
      <Wide side={call} field="volatility" />
      <Cell side={call} field="delta" />
      <Pick kind="call" side={call} field="bid" action="sell" strike={strike} legs={legs} pick={pick} />
      <Pick kind="call" side={call} field="ask" action="buy" strike={strike} legs={legs} pick={pick} />
      <th scope="row" className="tc-strike"><Num n={strike} /></th>
      <Pick kind="put" side={put} field="bid" action="sell" strike={strike} legs={legs} pick={pick} />
      <Pick kind="put" side={put} field="ask" action="buy" strike={strike} legs={legs} pick={pick} />
      <Cell side={put} field="delta" />
      <Wide side={put} field="volatility" />
      <Wide side={put} field="open_interest" />
    </tr>
  );
}

function Cell({ side, field, className = '' }) {
  const look = `${className} ${side?.is_in_the_money ? 'is-itm' : ''}`;
  const title = side ? `${side.contract}${side.is_computed ? '' : ', provider’s Greeks'}` : undefined;
  return (
    <td className={look} title={title}>
      {side?.is_early && field === 'delta' && <span className="tc-early" title="the right to exercise early counts">e<span className="tc-sr"> early exercise counts,</span></span>}
      <Num n={side?.[field]} missing={side ? 'no market' : 'not in this list'} />
    </td>
  );
}

function Wide(cell) {
  return <Cell {...cell} className="tc-wide-only" />;
}

/** A bid or an ask: pressing it sells or buys one contract of the spread being built. */
function Pick({ kind, side, field, action, strike, legs, pick }) {
  const n = side?.[field];
  if (!n || !pick) return <Cell side={side} field={field} />;
  const leg = { action, kind, strike: strike.value, price: Number(n.value) };
  const isPicked = legs.some((each) => same(each, leg) && each.action === action);
  const label = `${action} the ${strike.text} ${kind} at ${n.text}`;
  return (
    <td className={side.is_in_the_money ? 'is-itm' : ''}>
      <button type="button" className="tc-pick" aria-pressed={isPicked} aria-label={label} title={label} onClick={() => pick(leg)}><Num n={n} /></button>
    </td>
  );
}

function Built({ legs }) {
  if (!legs.length) return <p className="tc-caption">Press a bid to sell it, an ask to buy it, and build a spread.</p>;
  const net = legs.reduce((sum, { action, price }) => sum + (action === 'buy' ? price : -price), 0);
  return (
    <div className="tc-built" role="status">
      <span>{legs.map(({ action, strike, kind }) => `${action} ${strike} ${kind}`).join(', ')}</span>
      <span className="tc-beside">{net > 0 ? 'debit' : 'credit'} {coach.format.number(Math.abs(net), 2)}</span>
    </div>
  );
}

function same(one, other) {
  return one.kind === other.kind && one.strike === other.strike;
}

/** With the leg, without it if it was there, its side changed if the other was. */
function toggled(legs, leg) {
  const rest = legs.filter((each) => !same(each, leg));
  const wasThere = legs.some((each) => same(each, leg) && each.action === leg.action);
  return wasThere || rest.length >= MOST_LEGS ? rest : [...rest, leg];
}

function asWords(symbol, expiry, legs) {
  return `analyze in ${symbol} ${expiry}: ${legs.map(({ action, strike, kind }) => `${action} ${strike} ${kind}`).join(', ')}`;
}

export default OptionChainCard;
