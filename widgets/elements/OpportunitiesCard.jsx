const { coach } = window;
const { Card, Num, EditFilter, chartAction } = coach.parts(React);
const EVERY = [['', 'only when I ask'], ['1440', 'daily'], ['60', 'hourly'], ['5', 'every 5 minutes']];

function OpportunitiesCard() {
  const { card_id, title, search, saved_as, rows, notes, freshness } = props;
  return (
    <Card
      title="Setups"
      subtitle={title}
      sentence={rows.length ? `First: ${rows[0].symbol}, ${rows[0].setup}.` : 'No setup stands.'}
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
      {search && <Save card_id={card_id} saved_as={saved_as} />}
    </Card>
  );
}

function Row({ symbol, name, kind, setup, direction, at, is_forming, entry, stop, target, reward_to_risk, chance, expectation, counted, facts, invalid, ended, liked, source, reason }) {
  const side = direction === 'long' ? 'up' : 'down';
  const chart = chartAction(callAction, { symbol, timeframe: '1d' }, props.freshness);
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
          {!source && <Thumbs symbol={symbol} kind={kind} at={at} liked={liked} />}
          <button type="button" className="tc-action" onClick={chart.onClick} aria-label={`${chart.label}: ${symbol}`}>{chart.label}</button>
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
          <Num n={counted} /> past cases{facts.length > 0 && ' · '}
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

function Thumbs({ symbol, kind, at, liked }) {
  const { card_id } = props;
  const [thumb, setThumb] = coach.useMemory(React, card_id, `thumb ${symbol} ${kind} ${at}`, liked);
  const rate = async (value) => {
    const before = thumb;
    const wanted = thumb === value ? null : value;
    setThumb(wanted);
    const answer = await callAction({ name: 'rate_opportunity', payload: { card_id, symbol, kind, liked: wanted } });
    if (answer && answer.success === false) setThumb(before);
  };
  return [[true, 'Good', 'Good setup'], [false, 'Bad', 'Bad setup']].map(([value, word, label]) => (
    <button
      type="button"
      key={label}
      className={`tc-action tc-thumb ${thumb === value ? 'tc-chosen' : ''}`}
      aria-pressed={thumb === value}
      aria-label={`${label}: ${symbol}`}
      onClick={() => rate(value)}
    >{word}</button>
  ));
}

function Save({ card_id, saved_as }) {
  const [name, setName] = coach.useMemory(React, card_id, 'scan name', '');
  const [every, setEvery] = coach.useMemory(React, card_id, 'scan every', '');
  const [saved, setSaved] = coach.useMemory(React, card_id, 'scan saved', saved_as);
  const [fault, setFault] = coach.useMemory(React, card_id, 'scan fault', '');
  const save = async (event) => {
    event.preventDefault();
    setFault('');
    try {
      const payload = { card_id, name, every_minutes: every ? Number(every) : null };
      const answer = await callAction({ name: 'save_scan', payload });
      if (answer && answer.success === false) throw new Error('It was not saved.');
      setSaved(name.trim());
    } catch (error) {
      setFault(error?.detail || error?.message || 'It was not saved. Try again.');
    }
  };
  if (saved) return <p className="tc-confirm"><span className="tc-badge tc-quiet" role="status">saved as {saved}</span></p>;
  return (
    <form className="tc-confirm tc-save" onSubmit={save}>
      <input
        className="tc-input"
        value={name}
        maxLength={60}
        required
        placeholder="Name this scan"
        aria-label="Name of the scan"
        onChange={(event) => setName(event.target.value)}
      />
      <select className="tc-input" value={every} aria-label="How often it runs" onChange={(event) => setEvery(event.target.value)}>
        {EVERY.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
      </select>
      <button type="submit" className="tc-secondary">Save</button>
      {fault && <p className="tc-fault" role="alert">{fault}</p>}
    </form>
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
