const { coach } = window;
const { Card } = coach.parts(React);

const EVERY = [['', 'only when I ask'], ['1440', 'daily'], ['60', 'hourly'], ['5', 'every 5 minutes']];

function SavedScansCard() {
  const { title, rows, plan, notes, freshness } = props;
  return (
    <Card
      title="Scans"
      subtitle={title}
      sentence={`${rows.length} ${rows.length === 1 ? 'scan' : 'scans'}. ${rows.map(({ name, schedule }) => `${name}, ${schedule}`).join('; ')}.`}
      freshness={freshness}
      notes={notes}
    >
      <ul className="tc-list tc-alerts tc-saved">
        {rows.map((row) => <Row key={row.id} {...row} />)}
      </ul>
      <p className="tc-under tc-plan">{plan}</p>
    </Card>
  );
}

function Row({ id, name, words, schedule, every_minutes, due_at, version, tool, arguments: asked, outcome, has_list, is_shared }) {
  const { card_id } = props;
  const [done, setDone] = coach.useMemory(React, card_id, `done ${id}`, outcome);
  const [every, setEvery] = coach.useMemory(React, card_id, `every ${id}`, every_minutes === null ? '' : String(every_minutes));
  const [fault, setFault] = coach.useMemory(React, card_id, `fault ${id}`, '');
  const [busy, setBusy] = coach.useMemory(React, card_id, `busy ${id}`, false);
  const act = async (click, worked) => {
    setBusy(true);
    setFault('');
    try {
      const answer = await callAction(click);
      if (answer && answer.success === false) throw new Error('Nothing was changed.');
      worked();
    } catch (error) {
      setFault(error?.detail || error?.message || 'Nothing was changed. Try again.');
    }
    setBusy(false);
  };
  const change = (wanted, minutes, worked) =>
    act({ name: 'change_scan', payload: { card_id, scan_id: id, change: wanted, every_minutes: minutes } }, worked);
  const reschedule = (event) => {
    const chosen = event.target.value;
    change('schedule', chosen ? Number(chosen) : null, () => {
      setEvery(chosen);
      setDone('changed');
    });
  };
  const share = (with_list) => act({ name: 'share_scan', payload: { card_id, scan_id: id, with_list } }, () => setDone('shared'));
  const use = () => act({ name: 'use_scan', payload: { card_id, shared_id: id } }, () => setDone('saved'));
  const run = () => act({ name: 'ask_tool', payload: { tool, arguments: asked } }, () => {});
  const choices = EVERY.some(([value]) => value === every) ? EVERY : [...EVERY, [every, schedule]];
  return (
    <li>
      <span className="tc-alert-row">
        <span className="tc-symbol">{name}</span>{' '}
        {done && <span className="tc-badge tc-quiet" role="status">{done}</span>}
        <span className="tc-under">
          {words}{is_shared && ` · ${schedule}`}{version > 1 && ` · version ${version}`}
          {!done && due_at && <> · next <time dateTime={due_at}>{coach.format.dayAndTime(new Date(due_at), 'America/New_York')}</time></>}
        </span>
      </span>
      {done !== 'deleted' && (
        <span className="tc-setup-acts">
          {!is_shared && <select className="tc-input" value={every} disabled={busy} aria-label={`How often it runs: ${name}`} onChange={reschedule}>
            {choices.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          </select>}
          {tool && <button type="button" className="tc-action" disabled={busy} aria-label={`Run: ${name}`} onClick={run}>Run</button>}
          {is_shared && <button type="button" className="tc-action" disabled={busy} aria-label={`Use: ${name}`} onClick={use}>Use</button>}
          {!is_shared && <button type="button" className="tc-action" disabled={busy} aria-label={`Share what it looks for: ${name}`} onClick={() => share(false)}>Share</button>}
          {!is_shared && has_list && <button type="button" className="tc-action" disabled={busy} aria-label={`Share with its symbols: ${name}`} onClick={() => share(true)}>Share with symbols</button>}
          {!is_shared && <button type="button" className="tc-action" disabled={busy} aria-label={`Delete: ${name}`} onClick={() => change('delete', null, () => setDone('deleted'))}>Delete</button>}
        </span>
      )}
      {fault && <p className="tc-fault" role="alert">{fault}</p>}
    </li>
  );
}

export default SavedScansCard;
