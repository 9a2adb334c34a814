const { coach } = window;
const { Card, Num } = coach.parts(React);

const ENDED = {
  armed: { title: 'Alert armed', says: 'armed' },
  discarded: { title: 'Discarded', says: 'discarded, nothing is watched' },
};

function AlertDraftCard() {
  const {
    card_id, symbol, words, condition, note, told, where, ends_at, stands, fires_at_once, awaits_bar, price, level, level_name,
    distance, distance_percent, terms, hash, valid_minutes, outcome, notes, freshness,
  } = props;
  const [state, setState] = coach.useMemory(React, card_id, 'outcome', outcome);
  const [fault, setFault] = coach.useMemory(React, card_id, 'fault', '');
  const ended = ENDED[outcome] ?? ENDED[state];
  const act = async (name, payload, meanwhile, after, failure) => {
    setState(meanwhile);
    setFault('');
    try {
      const answer = await callAction({ name, payload: { card_id, ...payload } });
      if (answer && answer.success === false) throw new Error(failure);
      setState(after);
    } catch (error) {
      setState('');
      setFault(error?.detail || error?.message || `${failure} Try again.`);
    }
  };
  const arm = () => act('arm_alert', { hash }, 'arming', 'armed', 'It was not armed.');
  const discard = () => act('discard_alert', {}, 'discarding', 'discarded', 'It was not discarded.');
  const isBusy = state === 'arming' || state === 'discarding';
  const zone = coach.format.zoneOf(symbol);
  const title = ended?.title ?? 'Alert, not armed';
  return (
    <Card
      title={title}
      subtitle={symbol || 'your positions'}
      sentence={`${title}: ${symbol ? `${symbol}, ` : ''}${words}.`}
      freshness={freshness}
      notes={notes}
    >
      <div className="tc-alert-what">
        <p className="tc-alert-words">{words}</p>
        {note && <p className="tc-under">“{note}”</p>}
        <p className="tc-under"><code>{condition}</code></p>
        <span className={`tc-badge ${fires_at_once ? 'tc-warn' : 'tc-quiet'}`}>{nowInWords(stands, fires_at_once, awaits_bar)}</span>
      </div>
      <dl className="tc-grid">
        {price && <div className="tc-pair"><dt>Price now</dt><dd><Num n={price} /></dd></div>}
        {level && <div className="tc-pair"><dt>Level{level_name ? `, ${level_name}` : ''}</dt><dd><Num n={level} /></dd></div>}
        {distance && (
          <div className="tc-pair">
            <dt>Away</dt>
            <dd><Num n={distance} />{distance_percent && <> (<Num n={distance_percent} />)</>}</dd>
          </div>
        )}
        <div className="tc-pair"><dt>Told</dt><dd>{told}{where && `, ${where}`}</dd></div>
        {terms.kind !== 'book' && terms.kind !== 'threshold' && (
          <div className="tc-pair"><dt>On bars of</dt><dd>{terms.timeframe}</dd></div>
        )}
        <div className="tc-pair"><dt>Until</dt><dd>{ends_at ? coach.format.dayAndTime(new Date(ends_at), zone) : 'dropped'}</dd></div>
      </dl>
      <div className="tc-confirm">
        {ended ? (
          <span className="tc-badge tc-quiet" role="status">{ended.says}</span>
        ) : (
          <>
            <button type="button" className="tc-primary" disabled={isBusy} onClick={arm}>
              {state === 'arming' ? 'Arming…' : 'Arm'}
            </button>
            <button type="button" className="tc-secondary" disabled={isBusy} onClick={discard}>
              {state === 'discarding' ? 'Discarding…' : 'Discard'}
            </button>
            <span className="tc-beside">Nothing is watched yet. Good for {valid_minutes} minutes.</span>
          </>
        )}
        {fault && <p className="tc-fault" role="alert">{fault}</p>}
      </div>
    </Card>
  );
}

function nowInWords(stands, firesAtOnce, awaitsBar) {
  if (firesAtOnce) return 'true now: fires at once';
  if (awaitsBar) return 'true at the last bar: told if it is at the next';
  if (stands === null) return 'cannot be told now';
  return stands ? 'there already: waits for the next time' : 'not true now';
}

export default AlertDraftCard;
