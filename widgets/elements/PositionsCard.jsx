const { coach } = window;
const { AtRisk, Card, Change, LineAge, Num, Price, askAction, largeAction } = coach.parts(React);

function PositionsCard() {
  const { card_id, title, symbol, value, day, result, left_out, rows, structures, assignments, notes, freshness } = props;
  const ticks = coach.useTicks(React, [...new Set(rows.map((row) => row.symbol).filter(Boolean))], freshness);
  const moves = rows.map((row) => moved(row, ticks[row.symbol]));
  const gained = moves.reduce((total, move) => total + (move ?? 0), 0);
  const moving = moves.filter((move) => move !== null).length;
  const isMoving = moving > 0;
  const now = (n, signed) => (n && isMoving ? shifted(n, gained, signed) : undefined);
  return (
    <Card
      title="Positions"
      subtitle={title}
      sentence={`${rows.length} positions${value ? `, worth ${value.text} dollars` : ''}${day ? `, ${day.text} today` : ''}.`}
      className="tc-wide"
      freshness={freshness}
      actions={[largeAction(callAction, card_id), askAction(callAction, 'Update', 'list_positions', symbol ? { symbol } : {})]}
      notes={notes}
    >
      <div className="tc-main">
        {value && <Price className="tc-large" n={value} value={Number(value.value) + gained} text={now(value)} />}
        {value && <Without count={left_out?.value} of={rows.length} />}
        {day && <span className="tc-beside">today <Change amount={day} amountText={now(day, true)} /> <Without count={left_out?.day} of={rows.length} /></span>}
        {result && <span className="tc-beside">since opened <Change amount={result} amountText={now(result, true)} /> <Without count={left_out?.result} of={rows.length} /></span>}
        {isMoving && moving < rows.length && <span className="tc-beside" title="Options and futures have no live prices: Update asks for newer ones">{moving} of {rows.length} lines live</span>}
      </div>
      <AtRisk rows={assignments} />
      <div className="tc-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="tc-cells">
          <thead>
            <tr>
              <th scope="col">Position</th>
              <th scope="col">Today</th>
              <th scope="col">Since opened</th>
              <th scope="col">Value</th>
              <th scope="col">Price</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => <Row key={row.label} tick={ticks[row.symbol]} move={moves[at]} providers={freshness} {...row} />)}
          </tbody>
        </table>
      </div>
      {structures.map((each, at) => <Structure key={`${each.symbol} ${each.name} ${at}`} {...each} />)}
    </Card>
  );
}

/** Legs under one heading, with what they make together. */
function Structure({ symbol, name, legs, is_opened_together, is_credit, cost, day, result, delta, theta, vega }) {
  const pairs = [
    [is_credit ? 'Received' : 'Paid', <Num n={cost} missing="what a leg cost is not known" />],
    ['Since opened', <Result n={result} missing="a leg has no price or cost" />],
    ['Today', <Result n={day} missing="a leg has no price" />],
    ['Delta', <Num n={delta} missing="a leg has no Greeks" />],
    ['Theta a day', <Num n={theta} missing="a leg has no Greeks" />],
    ['Vega a point', <Num n={vega} missing="a leg has no Greeks" />],
  ];
  return (
    <section className="tc-list" aria-label={`${symbol} ${name}`}>
      <h3>
        <span className="tc-symbol">{symbol}</span> {name}
        {is_opened_together && <span className="tc-beside"> opened together</span>}
      </h3>
      <span className="tc-under">{legs.join(' · ')}</span>
      <dl className="tc-grid">
        {pairs.map(([label, number]) => (
          <div className="tc-pair" key={label}><dt>{label}</dt><dd>{number}</dd></div>
        ))}
      </dl>
    </section>
  );
}

/** How many lines a sum is without. */
function Without({ count, of }) {
  return count ? <span className="tc-under">without {count} of {of}</span> : null;
}

function Row({ tick, move, providers, label, quantity, paid, price, value, day, is_day_estimated, result, absent_because, source, as_of, stale_since }) {
  const { decimalsOf, number } = coach.format;
  const isStale = stale_since && !providers.stale_since;
  const text = (n, signed) => (n && move !== null ? shifted(n, move, signed) : undefined);
  return (
    <tr>
      <th scope="row" title={source === 'typed' ? undefined : `from a ${source}`}>
        <span className="tc-symbol">{label}</span>
        <span className="tc-under"><Num n={quantity} /> at <Num n={paid} missing="what was paid is not known" /></span>
        {absent_because && <span className="tc-under">{absent_because}</span>}
      </th>
      <td data-name="Today" title={is_day_estimated ? 'estimated' : undefined}>
        <Result n={day} text={text(day, true)} missing={absent_because} />
        {is_day_estimated && day && <span className="tc-under">estimated</span>}
      </td>
      <td data-name="Since opened"><Result n={result} text={text(result, true)} missing={absent_because} /></td>
      <td data-name="Value"><Num n={value} text={text(value)} missing={absent_because} /></td>
      <td className="tc-headed">
        {price && <Price n={price} value={tick?.price ?? Number(price.value)} text={tick ? number(tick.price, decimalsOf(price.text)) : undefined} />}
        {!price && <Num n={null} missing={absent_because} />}
        {price && as_of && <span className={isStale ? 'tc-under tc-stale' : 'tc-under'}>{isStale && 'stale, '}<LineAge asOf={as_of} tick={tick} symbol={label} /></span>}
      </td>
    </tr>
  );
}

function Result({ n, text, missing }) {
  return n ? <Change amount={n} amountText={text} /> : <Num n={n} missing={missing} />;
}

/** What a live price adds to a row, in dollars; null while it stands still. */
function moved({ price, quantity, multiplier, symbol }, tick) {
  if (!tick || !price || !symbol) return null;
  return (tick.price - Number(price.value)) * Number(quantity.value) * Number(multiplier);
}

function shifted(n, by, signed = false) {
  return coach.format.number(Number(n.value) + by, coach.format.decimalsOf(n.text), { signed });
}

export default PositionsCard;
