const { coach } = window;
const { Card, Num, chartAction } = coach.parts(React);

function OpportunitiesCard() {
  const { title, rows, notes, freshness } = props;
  return (
    <Card
      title="Setups"
      subtitle={title}
      sentence={rows.length ? `Best: ${rows[0].symbol}, ${rows[0].setup}.` : 'No setup stands.'}
      freshness={freshness}
      notes={notes}
    >
      {rows.length === 0 ? (
        <p className="tc-blank">Nothing of this kind stands. Ask for other setups, or for more symbols.</p>
      ) : (
        <ol className="tc-list tc-setups">
          {rows.map((row) => <Row key={row.symbol + row.setup} {...row} />)}
        </ol>
      )}
    </Card>
  );
}

function Row({ symbol, name, setup, direction, at, is_forming, entry, stop, target, reward_to_risk, chance, counted, facts, invalid }) {
  const side = direction === 'long' ? 'up' : 'down';
  const chart = chartAction(callAction, { symbol, timeframe: '1d' }, props.freshness);
  return (
    <li>
      <div className="tc-setup-head">
        <span>
          <span className="tc-symbol">{symbol}</span>{' '}
          <span className={`tc-badge tc-${side}`}>{direction === 'long' ? '▲' : '▼'} {direction}</span>
          <span className="tc-under">{name} · {setup}{is_forming ? ', bar still open' : ''} · <time dateTime={at}>{coach.format.day(Date.parse(at), 'America/New_York')}</time></span>
        </span>
        {chart && (
          <button type="button" className="tc-action" onClick={chart.onClick} aria-label={`${chart.label}: ${symbol}`}>{chart.label}</button>
        )}
      </div>
      <dl className="tc-grid">
        <Pair label="Entry" n={entry} />
        <Pair label="Stop" n={stop} />
        <Pair label="Target" n={target} />
        <Pair label="Reward to risk" n={reward_to_risk} />
        <Pair label="Chance" n={chance} />
        <Pair label="Past cases" n={counted} />
      </dl>
      <p className="tc-under">
        {facts.map(({ label, number }, place) => (
          <React.Fragment key={label}>{place > 0 && ' · '}{label} <Num n={number} /></React.Fragment>
        ))}
      </p>
      <p className="tc-under">{invalid}</p>
    </li>
  );
}

function Pair({ label, n }) {
  return (
    <div className="tc-pair">
      <dt>{label}</dt>
      <dd><Num n={n} /></dd>
    </div>
  );
}

export default OpportunitiesCard;
