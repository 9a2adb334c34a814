const { coach } = window;
const { Card } = coach.parts(React);

const WORDS = {
  save: ['Save this scan?', 'Save', 'saved'],
  schedule: ['Run this scan by itself?', 'Confirm', 'runs by itself'],
  stop: ['Stop running this scan?', 'Stop', 'stopped'],
  delete: ['Delete this scan?', 'Delete', 'deleted'],
};

function ScanDraftCard() {
  const { card_id, change, name, scan_id, version, terms, schedule, every_minutes, search, plan, refused, outcome, valid_minutes, notes, freshness } = props;
  const [state, setState] = coach.useMemory(React, card_id, 'outcome', outcome);
  const [fault, setFault] = coach.useMemory(React, card_id, 'fault', '');
  const isDone = outcome === 'done' || state === 'done';
  const [title, verb, done] = WORDS[change];
  const confirm = async () => {
    setState('busy');
    setFault('');
    try {
      const answer = await callAction({ name: 'confirm_scan', payload: { card_id } });
      if (answer && answer.success === false) throw new Error('Nothing was changed.');
      setState('done');
    } catch (error) {
      setState('');
      setFault(error?.detail || error?.message || 'Nothing was changed. Try again.');
    }
  };
  const runs = change === 'save' || change === 'schedule';
  const kind = search?.options ? 'on options' : 'on charts';
  return (
    <Card
      title={isDone ? 'Scan' : title}
      subtitle={`${name}, ${scan_id ? 'a saved scan' : 'a new scan'} ${kind}${scan_id && version > 1 ? `, version ${version}` : ''}`}
      sentence={`${title} ${name}: ${terms.map(({ label, words }) => `${label} ${words}`).join('; ')}. ${runs ? schedule : ''}`}
      freshness={freshness}
      notes={notes}
    >
      <dl className="tc-grid tc-terms">
        <Term label="Name" words={name} />
        {terms.map((term) => <Term key={term.label} {...term} />)}
        {runs && <Term label="Runs" words={schedule} />}
      </dl>
      {runs && every_minutes !== null && <p className="tc-under tc-plan">{plan}</p>}
      <div className="tc-confirm">
        {isDone && <span className="tc-badge tc-quiet" role="status">{done}</span>}
        {!isDone && refused && <p className="tc-fault" role="status">{refused}</p>}
        {!isDone && !refused && (
          <>
            <button type="button" className="tc-primary" disabled={state === 'busy'} onClick={confirm}>
              {state === 'busy' ? 'Changing…' : verb}
            </button>
            <span className="tc-beside">Nothing has changed yet. Good for {valid_minutes} minutes.</span>
          </>
        )}
        {fault && <p className="tc-fault" role="alert">{fault}</p>}
      </div>
    </Card>
  );
}

function Term({ label, words }) {
  return (
    <div className="tc-pair">
      <dt>{label}</dt>
      <dd>{words}</dd>
    </div>
  );
}

export default ScanDraftCard;
