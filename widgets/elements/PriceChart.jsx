const { coach } = window;
const { Card } = coach.parts(React);

/** The frame only: bars, lines and live prices belong to `coach.charts`, which outlives this element. */
function PriceChart() {
  const { card_id, symbol, name, timeframe, extended, lines, averages, period, hide, show, profile, marks, compare, zoom, notes, as_of, decimals, freshness, display } = props;
  const host = React.useRef(null);
  // charts stored by an earlier version have none of these
  const drawn = { period: period ?? 'day', hide: hide ?? [], show: show ?? [], profile: profile ?? '', marks: marks ?? [], compare: compare ?? [], zoom: zoom ?? '' };
  const chart = { card_id, symbol, name, timeframe, extended, lines, averages, ...drawn, as_of, decimals, freshness, display };
  React.useLayoutEffect(() => coach.charts.attach(chart, host.current), [card_id]);
  const past = as_of && coach.format.dayAndTime(Date.parse(as_of), coach.format.zoneOf(symbol));
  return (
    <Card
      title={[symbol, ...drawn.compare].join(' · ')}
      subtitle={past ? `${name}, as of ${past}` : name}
      className="tc-wide"
      sentence={`Price chart of ${symbol}, ${name}, with ${lines.length} levels.`}
      freshness={freshness}
      notes={[...(notes ?? []), ...(drawn.compare.length ? ['In percent from the first bar that is seen.'] : [])]}
    >
      <div className="tc-host" ref={host} />
    </Card>
  );
}

export default PriceChart;
