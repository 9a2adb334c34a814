const { coach } = window;
const { Num } = coach.parts(React);

function Sources() {
  const { card_id, numbers, bound, unbound, rows } = props;
  const [isOpen, setOpen] = coach.useMemory(React, card_id, 'open', false);
  coach.useReveal(React, rows.map((row) => row.number.figure), () => setOpen(true));
  if (numbers === 0) return null;
  const checked = `${bound} ${bound === 1 ? 'number' : 'numbers'} checked`;
  return (
    <div className="tc-sources">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {checked}
        {unbound.length > 0 && <span className="tc-unbound"> · {unbound.length} without a source</span>}
      </button>
      {isOpen && (
        <div tabIndex={0} role="region" aria-label={`Sources of ${checked}`}>
          <table>
            <tbody>
              {rows.map((row) => <Row key={row.number.figure} {...row} />)}
              {unbound.map((text) => (
                <tr key={text} className="tc-unbound">
                  <td>{text}</td>
                  <td colSpan={3} className="tc-words">not from a source: check it before you use it</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Row({ number, label, entity, call, path, as_of, provider, is_simulated, delay_minutes }) {
  const at = coach.format.dayAndTime(Date.parse(as_of), coach.format.zoneOf(entity));
  const remarks = [
    at,
    provider,
    is_simulated && !/simulated/i.test(provider) && 'simulated',
    delay_minutes > 0 && `${delay_minutes} min late`,
  ];
  return (
    <tr>
      <td><Num n={number} /></td>
      <td className="tc-words">{entity} {label}</td>
      <td className="tc-words" title={`${path} of ${call}`}>{call}</td>
      <td className="tc-words">{remarks.filter(Boolean).join(' · ')}</td>
    </tr>
  );
}

export default Sources;
