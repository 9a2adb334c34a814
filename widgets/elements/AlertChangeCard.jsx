const { coach } = window;
const { Card } = coach.parts(React);

const WORDS = { snooze: 'Snooze', rearm: 'Re-arm', drop: 'Drop' };

function AlertChangeCard() {
  const { card_id, change, minutes, ends, summary, rows, outcome, valid_minutes, notes, freshness } = props;
  const [state, setState] = coach.useMemory(React, card_id, 'outcome', outcome);
  const [fault, setFault] = coach.useMemory(React, card_id, 'fault', '');
  const isDone = outcome === 'done' || state === 'done';
  const length = change === 'snooze' ? lengthInWords(minutes, ends, rows) : '';
  const isOneEnd = new Set(ends).size < 2;
  const confirm = async () => {
    setState('busy');
    setFault('');
    try {
      const answer = await callAction({ name: 'confirm_alert_change', payload: { card_id } });
      if (answer && answer.success === false) throw new Error('It was not changed.');
      setState('done');
    } catch (error) {
      setState('');
      setFault(error?.detail || error?.message || 'It was not changed. Try again.');
    }
  };
  const title = isDone ? `${summary}${length}` : `${WORDS[change]}${length}?`;
  return (
    <Card
      title={title}
      subtitle={`${rows.length} ${rows.length === 1 ? 'alert' : 'alerts'}`}
      sentence={`${title} ${rows.map(({ symbol, words }) => `${symbol} ${words}`).join('; ')}.`}
      freshness={freshness}
      notes={notes}
    >
      <ul className="tc-list tc-alerts">
        {rows.map(({ id, symbol, words, note, status }, place) => (
          <li key={id}>
            <span className="tc-alert-row">
              {symbol && <span className="tc-symbol">{symbol} </span>}{words}
              {!isOneEnd && <span className="tc-under">until {endInWords(ends[place], symbol)}</span>}
              {note && <span className="tc-under">“{note}”</span>}
            </span>
            <span className="tc-badge tc-quiet">{status}</span>
          </li>
        ))}
      </ul>
      <div className="tc-confirm">
        {isDone ? (
          <span className="tc-badge tc-quiet" role="status">done</span>
        ) : (
          <>
            <button type="button" className="tc-primary" disabled={state === 'busy'} onClick={confirm}>
              {state === 'busy' ? 'Changing…' : WORDS[change]}
            </button>
            <span className="tc-beside">Nothing has changed yet. Good for {valid_minutes} minutes.</span>
          </>
        )}
        {fault && <p className="tc-fault" role="alert">{fault}</p>}
      </div>
    </Card>
  );
}

function lengthInWords(minutes, ends, rows) {
  if (!ends?.length) return ` for ${minutes} minutes`;
  return new Set(ends).size === 1 ? ` until ${endInWords(ends[0], rows[0].symbol)}` : '';
}

function endInWords(end, symbol) {
  return coach.format.dayAndTime(new Date(end), coach.format.zoneOf(symbol));
}

export default AlertChangeCard;
