const { coach } = window;
const { Card, Num } = coach.parts(React);
const NAMED = ['3m', '2y', '10y'];
const NEAR = { 0: 'today', 1: 'tomorrow' };

function RatesCard() {
  const { title, curve, slope, lean, leans, inflation, meeting, outcomes, notes, freshness } = props;
  const named = curve.filter(({ tenor }) => NAMED.includes(tenor));
  return (
    <Card
      title="Rates"
      subtitle={title}
      sentence={named.length ? `Yields: ${named.map(({ tenor, rate }) => `${tenor} ${rate.text}`).join(', ')}.` : 'No yields are known here.'}
      freshness={freshness}
      notes={notes}
    >
      {named.length > 0 ? (
        <div className="tc-rates">
          {named.map(({ tenor, rate }) => (
            <span key={tenor} className="tc-rate"><span className="tc-beside">{tenor}</span><Num n={rate} className="tc-rate-value" /></span>
          ))}
        </div>
      ) : (
        <p className="tc-blank">No Treasury yields are known here. What to set stands below.</p>
      )}
      {curve.length > 2 && <Curve points={curve} />}
      <ul className="tc-list">
        {slope && <li><span>10y less 2y</span><Num n={slope} /></li>}
        {lean && <li><span>2y less 3m <span className="tc-beside">leans {leans}</span></span><Num n={lean} /></li>}
        {inflation.map(({ tenor, rate }) => (
          <li key={tenor}><span>expected inflation <span className="tc-beside">{tenor}</span></span><Num n={rate} /></li>
        ))}
        {meeting && <Meeting {...meeting} />}
        {outcomes.map((row) => <Outcome key={row.low.figure} {...row} />)}
      </ul>
    </Card>
  );
}

/** The curve, maturities spaced by the logarithm of their months, as traders draw it. */
function Curve({ points }) {
  const rates = points.map(({ rate }) => Number(rate.value));
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  const span = Math.log(points.at(-1).months / points[0].months) || 1;
  const at = points.map(({ months, rate }) => ({
    x: 8 + (304 * Math.log(months / points[0].months)) / span,
    y: 8 + (48 * (high - Number(rate.value))) / (high - low || 1),
  }));
  return (
    <svg className="tc-curve" viewBox="0 0 320 80" role="img" aria-label={`Curve from ${points[0].tenor} to ${points.at(-1).tenor}`}>
      <polyline points={at.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {at.map(({ x, y }, index) => (
        <g key={points[index].tenor}>
          <circle cx={x} cy={y} r="2.5"><title>{`${points[index].tenor} ${points[index].rate.text}`}</title></circle>
          {isLabelled(points, index) && <text x={x} y="76" textAnchor={index === 0 ? 'start' : index === points.length - 1 ? 'end' : 'middle'}>{points[index].tenor}</text>}
        </g>
      ))}
    </svg>
  );
}

function isLabelled(points, index) {
  return index === 0 || index === points.length - 1 || NAMED.includes(points[index].tenor);
}

function Meeting({ date, at, wait }) {
  const when = coach.format.bell(at, 'America/New_York', Date.parse(date));
  return (
    <li>
      <span>next Fed decision</span>
      <span className="tc-beside">{NEAR[wait.value] ?? <>in <Num n={wait} /></>} · <time dateTime={at}>{when}</time></span>
    </li>
  );
}

function Outcome({ low, high, probability }) {
  return (
    <li>
      <span className="tc-odds">
        <span className="tc-odds-bar" style={{ width: `${Number(probability.value)}%` }} aria-hidden="true" />
        <span className="tc-odds-text">target <Num n={low} /> to <Num n={high} /></span>
      </span>
      <Num n={probability} />
    </li>
  );
}

export default RatesCard;
