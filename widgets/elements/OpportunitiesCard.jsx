const { coach } = window;
const { Card, EditFilter, Num, SaveScan, Thumbs, askAction, chartAction } = coach.parts(React);

function OpportunitiesCard() {
  const { card_id, title, search, saved_as, rows, notes, freshness } = props;
  return (
    <Card
      title="Setups"
      subtitle={title}
      sentence={sentence(rows)}
      freshness={freshness}
      notes={notes}
    >
      {rows.length === 0 ? (
        <p className="tc-blank">Nothing of this kind stands. Ask for other setups, or for more symbols.</p>
      ) : (
        <ol className="tc-list tc-setups">
          {rows.map((row) => <Row key={row.symbol + row.kind + row.at} {...row} />)}
        </ol>
      )}
      {search && <EditFilter callAction={callAction} cardId={card_id} search={search} />}
      {search && <SaveScan callAction={callAction} cardId={card_id} savedAs={saved_as} />}
    </Card>
  );
}

function sentence(rows) {
  if (!rows.length) return 'No setup stands.';
  const expected = rows.filter((row) => row.expectation).map((row) => Number(row.expectation.value));
  if (expected.length && Math.max(...expected) <= 0) return 'By past cases, every one of these lost on average.';
  return `First: ${rows[0].symbol}, ${rows[0].setup}.`;
}

function Row({ symbol, name, kind, setup, direction, at, is_forming, entry, stop, target, reward_to_risk, chance, expectation, counted, reached, stopped, mean, days, facts, invalid, ended, liked, source, reason }) {
  const side = direction === 'long' ? 'up' : 'down';
  const marks = [['entry', entry], ['stop', stop], ['target', target]];
  const chart = chartAction(callAction, { symbol, timeframe: '1d', levels: false, marks }, props.freshness);
  const ends = !ended && !props.freshness.is_frozen && stop && target;
  const condition = ends && `price crosses ${direction === 'long' ? 'below' : 'above'} ${stop.value} or price crosses ${direction === 'long' ? 'above' : 'below'} ${target.value}`;
  const alert = askAction(callAction, 'Alert', 'draft_alert', { symbol, condition }, { isOther: true });
  const day = coach.format.day(Date.parse(at), 'America/New_York');
  return (
    <li>
      <div className="tc-setup-head">
        <span>
          <span className="tc-symbol">{symbol}</span>{' '}
          <span className={`tc-badge tc-${side}`}>{direction === 'long' ? '▲' : '▼'} {direction}</span>{' '}
          {ended && <span className="tc-badge tc-quiet">{ended}</span>}
          {source && <span className="tc-badge tc-quiet">{source}</span>}
          <span className="tc-under">{name} · {setup}{is_forming ? ', bar still open' : ''} · <time dateTime={at}>{day}</time></span>
        </span>
        <span className="tc-setup-acts">
          {!source && <Thumbs callAction={callAction} cardId={props.card_id} row={{ symbol, kind, at }} symbol={symbol} liked={liked} />}
          <button type="button" className="tc-action" onClick={chart.onClick} aria-label={`${chart.label}: ${symbol}`}>{chart.label}</button>
          {ends && <button type="button" className="tc-action" onClick={alert.onClick} aria-label={`${alert.label} at stop or target: ${symbol}`}>{alert.label}</button>}
        </span>
      </div>
      <dl className="tc-grid">
        <Pair label="Entry" n={entry} />
        <Pair label="Stop" n={stop} />
        <Pair label="Target" n={target} />
        <Pair label="Reward to risk" n={reward_to_risk} />
        <Pair label="Chance" n={chance} />
        <Pair label="Expected, of the risk" n={expectation} />
      </dl>
      {counted && (
        <p className="tc-under">
          {chance ? 'Past cases: ' : 'Not enough past cases for a chance: '}
          {reached ? <><Num n={reached} /> of <Num n={counted} /> reached the target, <Num n={stopped} /> stopped</> : <Num n={counted} />}
          {mean && <>, mean result <Num n={mean} /> of the risk</>}
        </p>
      )}
      {(days || facts.length > 0) && (
        <p className="tc-under">
          {days && <>{Number(days.value) > 1 ? <>stands for <Num n={days} /> bars</> : 'first day'}{facts.length > 0 && ' · '}</>}
          {facts.map(({ label, number }, place) => (
            <React.Fragment key={label}>{place > 0 && ' · '}{label} <Num n={number} /></React.Fragment>
          ))}
        </p>
      )}
      {reason && <blockquote className="tc-under">“{reason}”</blockquote>}
      {invalid && <p className="tc-under">{invalid}</p>}
    </li>
  );
}

function Pair({ label, n }) {
  if (!n) return null;
  return (
    <div className="tc-pair">
      <dt>{label}</dt>
      <dd><Num n={n} /></dd>
    </div>
  );
}

export default OpportunitiesCard;
