const { coach } = window;
const { Age, Card, Change, Num, Price, chartAction } = coach.parts(React);
const EXTREMES = { high: Math.max, low: Math.min };

function QuoteCard() {
  const { symbol, name, title, last, change, change_pct, statistics, notes, freshness } = props;
  const tick = coach.useTick(React, symbol, freshness);
  const price = tick ? coach.format.number(tick.price, coach.format.decimalsOf(last.text)) : last.text;
  const moved = tick && change ? coach.ladder.changeAt(tick.price, last, change) : null;
  const signed = { signed: true };
  return (
    <Card
      title={`${symbol} · ${name}`}
      subtitle={title}
      sentence={`${symbol}, ${name}: last ${price}${change ? `, ${change.text} on the day` : ''}.`}
      freshness={freshness}
      notes={notes}
      actions={[chartAction(callAction, { symbol }, freshness)]}
    >
      <div className="tc-main">
        <Price className="tc-large" n={last} value={tick?.price ?? Number(last.value)} text={price} />
        <Change
          amount={change}
          percent={change_pct}
          amountText={moved ? coach.format.number(moved.amount, coach.format.decimalsOf(change.text), signed) : undefined}
          percentText={moved ? `${coach.format.number(moved.percent, 2, signed)}%` : undefined}
        />
        <Age freshness={freshness} symbol={symbol} tick={tick} />
      </div>
      {statistics.length > 0 && (
        <dl className="tc-grid">
          {statistics.map(({ label, number, absent_because }) => (
            <div className="tc-pair" key={label}>
              <dt>{label}</dt>
              <dd><Num n={number} missing={absent_because} text={extreme(label, number, tick)} /></dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}

/** A new high or low of the day is made while one looks at it. */
function extreme(label, number, tick) {
  const choose = tick?.phase === 'regular' && number && EXTREMES[label.toLowerCase()];
  if (!choose) return undefined;
  return coach.format.number(choose(Number(number.value), tick.price), coach.format.decimalsOf(number.text));
}

export default QuoteCard;
