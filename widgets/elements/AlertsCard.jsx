const { coach } = window;
const { Card, Num } = coach.parts(React);

const DONE = { snooze: 'snoozed', rearm: 'armed again', drop: 'dropped' };
const LOOKS = { armed: '', snoozed: 'tc-quiet', fired: 'tc-warn', expired: 'tc-quiet' };

function AlertsCard() {
  const { title, rows, notes, freshness } = props;
  return (
    <Card
      title="Alerts"
      subtitle={title}
      sentence={`${rows.length} ${rows.length === 1 ? 'alert' : 'alerts'}. First: ${rows[0]?.symbol} ${rows[0]?.words}.`}
      freshness={freshness}
      notes={notes}
    >
      <ul className="tc-list tc-alerts">
        {rows.map((row) => <Row key={row.id} {...row} />)}
      </ul>
    </Card>
  );
}

function Row({ id, symbol, words, note, status, until, told, fired, fired_at, outcome }) {
  const { card_id } = props;
  const [done, setDone] = coach.useMemory(React, card_id, `done ${id}`, outcome);
  const [fault, setFault] = coach.useMemory(React, card_id, `fault ${id}`, '');
  const [busy, setBusy] = coach.useMemory(React, card_id, `busy ${id}`, '');
  const change = async (wanted) => {
    setBusy(wanted);
    setFault('');
    try {
      const answer = await callAction({ name: 'change_alert', payload: { card_id, alert_id: id, change: wanted, minutes: 30 } });
      if (answer && answer.success === false) throw new Error('It was not changed.');
      setDone(wanted);
    } catch (error) {
      setFault(error?.detail || error?.message || 'It was not changed. Try again.');
    }
    setBusy('');
  };
  const state = DONE[done] ?? status;
  const zone = coach.format.zoneOf(symbol);
  const named = `${symbol} ${words}`;
  const button = (wanted, label) => (
    <button
      type="button"
      className="tc-action"
      disabled={busy !== ''}
      aria-label={`${label}: ${named}`}
      onClick={() => change(wanted)}
    >{label}</button>
  );
  return (
    <li>
      <span className="tc-alert-row">
        {symbol && <span className="tc-symbol">{symbol} </span>}
        {words}{' '}
        <span className={`tc-badge ${done ? 'tc-quiet' : LOOKS[status]}`} role={done ? 'status' : undefined}>{state}</span>
        <span className="tc-under">
          told {told}
          {!done && until && <> · {status === 'snoozed' ? 'silent until' : 'ends'} <Moment iso={until} zone={zone} /></>}
          {fired_at && <> · fired <Num n={fired} />×, last <Moment iso={fired_at} zone={zone} /></>}
          {note && <> · “{note}”</>}
        </span>
      </span>
      {done !== 'drop' && (
        <span className="tc-setup-acts">
          {status !== 'expired' && button('snooze', 'Snooze 30 min')}
          {(status === 'fired' || status === 'snoozed' || done === 'snooze') && button('rearm', 'Re-arm')}
          {button('drop', 'Drop')}
        </span>
      )}
      {fault && <p className="tc-fault" role="alert">{fault}</p>}
    </li>
  );
}

function Moment({ iso, zone }) {
  return <time dateTime={iso}>{coach.format.dayAndTime(new Date(iso), zone)}</time>;
}

export default AlertsCard;
