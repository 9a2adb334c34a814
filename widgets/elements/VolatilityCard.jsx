const { coach } = window;
const { Card, Num, askAction, largeAction } = coach.parts(React);
const { Plot } = coach.plot(React);
const percent = (value) => `${coach.format.number(value, 1)}%`;
const dayOf = (iso) => coach.format.day(Date.parse(iso), 'UTC', { year: true });

function VolatilityCard() {
  const { card_id, symbol, name, expiry, spot, volatility, facts, smile, term, notes, freshness } = props;
  const day = dayOf(expiry);
  const actions = [largeAction(callAction, card_id)];
  if (!freshness.is_frozen) actions.push(askAction(callAction, 'Update', 'get_volatility', { symbol, expiry }));
  return (
    <Card
      title={symbol}
      subtitle={`volatility, ${day}`}
      sentence={`${symbol}, ${name}: implied volatility ${volatility ? volatility.text : 'not known'} for ${day}.`}
      className="tc-wide"
      freshness={freshness}
      actions={actions}
      notes={notes}
    >
      <div className="tc-main">
        <span className="tc-large"><Num n={volatility} missing="no market at the money" /></span>
        <span className="tc-beside">at the money</span>
        <span className="tc-beside">underlying <Num n={spot} /></span>
      </div>
      <dl className="tc-grid">
        {facts.map(({ label, number, absent_because }) => (
          <div className="tc-pair" key={label}><dt>{label}</dt><dd><Num n={number} missing={absent_because} /></dd></div>
        ))}
      </dl>
      <div className="tc-half">
        <Smile points={smile} spot={spot} day={day} />
        <Term points={term} />
      </div>
    </Card>
  );
}

function Smile({ points, spot, day }) {
  if (points.length < 3) return <p className="tc-blank">Too few strikes trade for a smile.</p>;
  const strikes = points.map(({ strike }) => strike);
  const shown = [strikes[0], strikes[Math.floor(strikes.length / 2)], strikes.at(-1)];
  return (
    <Plot
      lines={[{ look: 'is-end', points: points.map(({ strike, volatility }) => [strike, volatility]) }]}
      marks={[{ x: Number(spot.value), word: spot.text, look: 'is-price' }]}
      ticks={shown.map((x) => ({ x, word: coach.format.number(x, x % 1 ? 1 : 0) }))}
      top={`Smile of ${day}: ${percent(Math.max(...points.map(({ volatility }) => volatility)))} at the top`}
      label={`Implied volatility by strike, ${day}`}
      reading={(strike, [value]) => `${percent(value)} at ${coach.format.number(strike, 2)}`}
    />
  );
}

/** By the square root of time, so that the near expiries do not crowd. */
function Term({ points }) {
  if (points.length < 2) return <p className="tc-blank">One expiry only: there is no term structure.</p>;
  const at = points.map(({ days, volatility }) => [Math.sqrt(days), Number(volatility.value)]);
  const shown = [points[0], points[Math.floor(points.length / 2)], points.at(-1)];
  const values = at.map(([, y]) => y);
  return (
    <Plot
      lines={[{ look: 'is-end', points: at }]}
      ticks={shown.map(({ days, expiry }) => ({ x: Math.sqrt(days), word: dayOf(expiry).slice(4) }))}
      top={`By expiry: ${percent(Math.min(...values))} to ${percent(Math.max(...values))}`}
      label="Implied volatility at the money by expiry"
      reading={(root, [value]) => `${percent(value)} in ${coach.format.number(root * root, 0)} days`}
    />
  );
}

export default VolatilityCard;
