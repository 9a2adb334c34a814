const { coach } = window;
const { Card } = coach.parts(React);

/** The frame only: bars, lines and live prices belong to `coach.charts`, which outlives this element. */
function PriceChart() {
  const { card_id, symbol, name, timeframe, extended, lines, averages, marks, compare, zoom, as_of, decimals, freshness, display } = props;
  const host = React.useRef(null);
  const chart = { card_id, symbol, name, timeframe, extended, lines, averages, marks, compare, zoom, as_of, decimals, freshness, display };
  React.useLayoutEffect(() => coach.charts.attach(chart, host.current), []);
  const past = as_of && coach.format.dayAndTime(Date.parse(as_of), coach.format.zoneOf(symbol));
  return (
    <Card
      title={[symbol, ...compare].join(' · ')}
      subtitle={past ? `${name}, as of ${past}` : name}
      className="tc-wide"
      sentence={`Price chart of ${symbol}, ${name}, with ${lines.length} levels.`}
      freshness={freshness}
      notes={[...averages.map(spoken), ...(compare.length ? ['In percent from the first bar that is seen.'] : [])]}
    >
      <div className="tc-host" ref={host} />
    </Card>
  );
}

/** "ema50@1w" → "EMA 50 of weeks, in amber." */
function spoken(average) {
  const [, kind, length, frame] = /^([a-z]+)(\d+)(?:@(.+))?$/.exec(average);
  const bars = { '1d': 'days', '1w': 'weeks', '1mo': 'months' }[frame] ?? (frame ? `${frame} bars` : 'the bars shown');
  return `${kind.toUpperCase()} ${length} of ${bars}, in amber.`;
}

export default PriceChart;
