const { coach } = window;
const { Card, Change, Num } = coach.parts(React);

const ENDED = {
  stored: { title: 'Stored', says: 'stored' },
  discarded: { title: 'Discarded', says: 'discarded, nothing was stored' },
};

function PositionDraftCard() {
  const { card_id, draft, legs, is_opening, rows, cash, realised, market, valid_minutes, outcome, notes, freshness } = props;
  const [state, setState] = coach.useMemory(React, card_id, 'outcome', outcome);
  const [fault, setFault] = coach.useMemory(React, card_id, 'fault', '');
  const ended = ENDED[outcome] ?? ENDED[state];
  const act = async (name, meanwhile, after, failure) => {
    setState(meanwhile);
    setFault('');
    try {
      const answer = await callAction({ name, payload: { card_id } });
      if (answer && answer.success === false) throw new Error(failure);
      setState(after);
    } catch (error) {
      setState('');
      setFault(error?.detail || error?.message || `${failure} Try again.`);
    }
  };
  const confirm = () => act('confirm_position', 'storing', 'stored', 'It was not stored.');
  const discard = () => act('discard_position', 'discarding', 'discarded', 'It was not discarded.');
  const isBusy = state === 'storing' || state === 'discarding';
  return (
    <Card
      title={ended?.title ?? 'Draft'}
      subtitle={draft.summary}
      sentence={`${ended?.title ?? 'Draft, not stored'}: ${draft.summary}.`}
      freshness={freshness}
      notes={notes}
    >
      <table className="tc-draft">
        <thead>
          <tr><th scope="col"><span className="tc-sr">what changes</span></th><th scope="col">Now</th><th scope="col">After</th></tr>
        </thead>
        <tbody>
          {rows.map(({ label, before, after }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td><Num n={before} missing="none" /></td>
              <td><Num n={after} missing="none" /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {legs.length > 0 && (
        <p className="tc-under tc-legs">
          {is_opening ? 'Opened together, as one structure' : 'Stored together'}: {legs.map(({ summary }) => summary).join('; ')}.
        </p>
      )}
      <dl className="tc-grid">
        {cash && <div className="tc-pair"><dt>Cash</dt><dd><Num n={cash} /></dd></div>}
        {realised && <div className="tc-pair"><dt>Realised</dt><dd><Change amount={realised} /></dd></div>}
        {market && <div className="tc-pair"><dt>Price now</dt><dd><Num n={market} /></dd></div>}
      </dl>
      <div className="tc-confirm">
        {ended ? (
          <span className="tc-badge tc-quiet" role="status">{ended.says}</span>
        ) : (
          <>
            <button type="button" className="tc-primary" disabled={isBusy} onClick={confirm}>
              {state === 'storing' ? 'Storing…' : 'Confirm'}
            </button>
            <button type="button" className="tc-secondary" disabled={isBusy} onClick={discard}>
              {state === 'discarding' ? 'Discarding…' : 'Discard'}
            </button>
            <span className="tc-beside">Nothing is stored yet. Good for {valid_minutes} minutes.</span>
          </>
        )}
        {fault && <p className="tc-fault" role="alert">{fault}</p>}
      </div>
    </Card>
  );
}

export default PositionDraftCard;
