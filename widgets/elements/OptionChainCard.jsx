const { coach } = window;
const { Age, Card, Num, Price, askAction, largeAction } = coach.parts(React);
const MOST_LEGS = 8;
const MOST_EACH_SIDE = 15;
/** Of a contract's name: its day, its kind and its strike. */
const OSI_TAIL = 15;
const dayOf = (iso) => coach.format.day(Date.parse(iso), 'UTC', { year: true });

function OptionChainCard() {
  const { card_id, symbol, name, expiry, days, spot, volatility, move, rows, expiries, notes, freshness } = props;
  const [legs, setLegs] = coach.useMemory(React, card_id, 'legs', []);
  const tick = coach.useTick(React, symbol, freshness);
  const day = dayOf(expiry);
  const text = tick ? coach.format.number(tick.price, coach.format.decimalsOf(spot.text)) : spot.text;
  const above = rows.findIndex(({ strike }) => Number(strike.value) > Number(spot.value));
  const next = expiries.filter((each) => each > expiry)[0];
  const pick = freshness.is_frozen ? null : (leg) => setLegs(withPicked(legs, leg));
  const look = (label, of) => askAction(callAction, label, 'get_option_chain', { symbol, expiry: of, ...seen(rows) });

  const actions = [largeAction(callAction, card_id)];
  if (!freshness.is_frozen) actions.push(look('Update', expiry));
  if (next && !freshness.is_frozen) actions.push(look(dayOf(next), next));
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
      {pick && <Tray symbol={symbol} expiry={expiry} legs={legs} setLegs={setLegs} />}
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
  const leg = { action, kind, strike: strike.value, words: `${strike.text} ${kind}`, contract: side.contract, bid: amount(side.bid), ask: amount(side.ask) };
  const picked = legs.find((each) => same(each, leg) && each.action === action);
  const label = `${action} the ${strike.text} ${kind} at ${n.text}${picked ? `, ${picked.quantity} in the spread` : ''}`;
  return (
    <td className={side.is_in_the_money ? 'is-itm' : ''}>
      <button type="button" className="tc-pick" aria-pressed={Boolean(picked)} aria-label={label} title={label} onClick={() => pick(leg)}><Num n={n} /></button>
    </td>
  );
}

/** The spread built so far: its legs, what it costs, and what one does with it. */
function Tray({ symbol, expiry, legs, setLegs }) {
  if (!legs.length) return <p className="tc-caption">Press an ask to buy it, a bid to sell it, and build a spread; press again for more of it.</p>;
  const middle = net(legs, ({ bid, ask }) => (bid === null || ask === null ? null : (bid + ask) / 2));
  const natural = net(legs, ({ action, bid, ask }) => (action === 'buy' ? ask : bid));
  const analyze = askAction(callAction, 'Analyze', 'analyze_structure', asStructure(symbol, expiry, legs), { isOther: true });
  const draft = askAction(callAction, 'Draft', 'draft_position_change', asDraft(symbol, expiry, legs, natural), { isOther: true });
  const units = unitsOf(legs);
  return (
    <section className="tc-built" aria-label="Spread being built">
      <ul className="tc-legs">
        {legs.map((leg) => <Leg key={leg.contract} leg={leg} remove={() => setLegs(legs.filter((each) => !same(each, leg)))} />)}
      </ul>
      <p className="tc-net" role="status">
        <span className="tc-sr">{legs.map(({ action, quantity, words }) => `${action} ${quantity} ${words}`).join(', ')}: </span>
        <span><b>{priced(middle)}</b> at the middle</span>
        <span className="tc-beside">{priced(natural)} natural</span>
        {units > 1 && <span className="tc-beside">a share, for one of {units}</span>}
        {legs.length === MOST_LEGS && <span className="tc-beside">{MOST_LEGS} legs are the most</span>}
      </p>
      <div className="tc-build">
        <button type="button" className="tc-primary" onClick={analyze.onClick}>Analyze</button>
        <button type="button" className="tc-secondary" title="Drafts opening it; nothing is stored until you confirm" onClick={draft.onClick}>Draft</button>
        <button type="button" className="tc-action" onClick={() => setLegs([])}>Clear</button>
      </div>
    </section>
  );
}

function Leg({ leg: { action, quantity, words, bid, ask }, remove }) {
  const price = action === 'buy' ? ask : bid;
  return (
    <li>
      <span className="tc-side">{action}</span>
      <span className="tc-num">{quantity} ×</span>
      <span>{words}</span>
      <span className="tc-num">{price === null ? '–' : coach.format.number(price, 2)}</span>
      <button type="button" className="tc-action" aria-label={`Remove ${action} ${words}`} title="Remove" onClick={remove}>×</button>
    </li>
  );
}

function amount(n) {
  return n ? Number(n.value) : null;
}

function same(one, other) {
  return one.contract === other.contract;
}

/** With one more of the leg, where it stands; pressed on its other side it turns. */
function withPicked(legs, leg) {
  const held = legs.find((each) => same(each, leg));
  if (!held) return legs.length < MOST_LEGS ? [...legs, { ...leg, quantity: 1 }] : legs;
  const quantity = held.action === leg.action ? held.quantity + 1 : 1;
  return legs.map((each) => (each === held ? { ...leg, quantity } : each));
}

/** How many structures the legs are. */
function unitsOf(legs) {
  const common = (one, other) => (other ? common(other, one % other) : one);
  return legs.reduce((units, { quantity }) => common(units, quantity), 0);
}

/** A share of one structure, paid if positive; null where a leg has no such price. */
function net(legs, price) {
  const each = legs.map((leg) => [price(leg), (leg.action === 'buy' ? 1 : -1) * leg.quantity]);
  if (each.some(([at]) => at === null)) return null;
  return each.reduce((sum, [at, quantity]) => sum + at * quantity, 0) / unitsOf(legs);
}

function priced(value) {
  if (value === null) return 'no price';
  const cents = Math.abs(value) * 100;
  const isWhole = Math.abs(cents - Math.round(cents)) < 1e-6;
  const side = cents < 1e-6 ? 'even' : value > 0 ? 'debit' : 'credit';
  return `${side} ${coach.format.number(cents / 100, isWhole ? 2 : 3)}`;
}

/** At the market's middle as it is then; a leg without one at the price that was pressed. */
function asStructure(symbol, expiry, legs) {
  return {
    symbol,
    expiry,
    legs: legs.map(({ action, kind, strike, quantity, bid, ask }) => ({
      side: action,
      kind,
      strike,
      quantity,
      ...((bid === null || ask === null) && { price: action === 'buy' ? ask : bid }),
    })),
  };
}

function asDraft(symbol, expiry, legs, cost) {
  const units = unitsOf(legs);
  const roots = [...new Set(legs.map(({ contract }) => contract.slice(0, -OSI_TAIL)))];
  const named = { symbol, expiry, quantity: units, ...(roots.length === 1 && /^[A-Z]+$/.test(symbol) && { root: roots[0] }) };
  if (legs.length === 1) {
    const [{ action, kind, strike }] = legs;
    return { ...named, action, right: kind, strike };
  }
  return {
    ...named,
    action: (cost ?? 1) >= 0 ? 'buy' : 'sell',
    legs: legs.map(({ action, kind, strike, quantity }) => ({ side: action, right: kind, strike, quantity: quantity / units })),
  };
}

/** What the chain was asked for, as far as it shows: how many strikes, and of which kind. */
function seen(rows) {
  const strikes = Math.min(MOST_EACH_SIDE, Math.max(1, Math.ceil(rows.length / 2)));
  if (rows.every(({ put }) => !put)) return { strikes, kind: 'call' };
  return rows.every(({ call }) => !call) ? { strikes, kind: 'put' } : { strikes };
}

export default OptionChainCard;
