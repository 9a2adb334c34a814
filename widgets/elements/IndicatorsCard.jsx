const { coach } = window;
const { Age, Card, Num, Price, chartAction } = coach.parts(React);

function IndicatorsCard() {
  const { symbol, name, timeframe, last, readings, notes, freshness } = props;
  const tick = coach.useTick(React, symbol, freshness);
  const price = tick ? coach.format.number(tick.price, coach.format.decimalsOf(last.text)) : last.text;
  const bars = coach.format.spokenTimeframe(timeframe);
  return (
    <Card
      title={symbol}
      subtitle={`indicators on ${bars} bars`}
      sentence={`${symbol}, ${name}, indicators on ${bars} bars: ${readings.map(spoken).join(', ')}.`}
      freshness={freshness}
      notes={notes}
      actions={[chartAction(callAction, { symbol, timeframe, levels: false }, freshness)]}
    >
      <div className="tc-main">
        <Price className="tc-large" n={last} value={tick?.price ?? Number(last.value)} text={price} />
        <Age freshness={freshness} symbol={symbol} tick={tick} />
      </div>
      <ul className="tc-list">
        {readings.map((reading) => (
          <li key={reading.name}>
            <span>
              {reading.name} {reading.remark && <span className="tc-beside">{reading.remark}</span>}
            </span>
            <span className="tc-parts">
              {(reading.number || reading.parts.length === 0) && <Num n={reading.number} missing={reading.remark} />}
              {reading.parts.map(([label, number]) => (
                <span key={label} className="tc-beside">{label} <Num n={number} /></span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function spoken({ name, number, parts, remark }) {
  const values = number ? number.text : parts.map(([label, part]) => `${label} ${part.text}`).join(', ');
  return [name, values || 'not available', remark].filter(Boolean).join(' ');
}

export default IndicatorsCard;
