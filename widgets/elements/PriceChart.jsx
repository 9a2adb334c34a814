const { coach } = window;
const { Card } = coach.parts(React);

/** The frame only: bars, lines and live prices belong to `coach.charts`, which outlives this element. */
function PriceChart() {
  const { card_id, symbol, name, timeframe, extended, lines, averages, as_of, decimals, freshness, display } = props;
  const host = React.useRef(null);
  const chart = { card_id, symbol, name, timeframe, extended, lines, averages, as_of, decimals, freshness, display };
  React.useLayoutEffect(() => coach.charts.attach(chart, host.current), []);
  const past = as_of && coach.format.dayAndTime(Date.parse(as_of), coach.format.zoneOf(symbol));
  return (
    <Card
      title={symbol}
      subtitle={past ? `${name}, as of ${past}` : name}
      className="tc-wide"
      sentence={`Price chart of ${symbol}, ${name}, with ${lines.length} levels.`}
      freshness={freshness}
      notes={averages.map((average) => `${average.replace(/^([a-z]+)(\d+)$/, (_, kind, days) => `${kind.toUpperCase()} ${days}`)} of the bars shown, in amber.`)}
    >
      <div className="tc-host" ref={host} />
    </Card>
  );
}

export default PriceChart;
