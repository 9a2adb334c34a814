const { coach } = window;
const { Card, Num } = coach.parts(React);
/** Said before a title that does not say it itself. */
const KINDS = { expiry: 'expiry', holiday: 'hours', release: 'release' };
const NEAR = { 0: 'today', 1: 'tomorrow' };

function CalendarCard() {
  const { title, rows, notes, freshness } = props;
  const next = rows[0];
  return (
    <Card
      title="Calendar"
      subtitle={title}
      sentence={next ? `Next: ${next.title}.` : 'Nothing is scheduled in this time.'}
      freshness={freshness}
      notes={notes}
    >
      {rows.length === 0 ? (
        <p className="tc-blank">Nothing of this kind is scheduled in this time. Ask for a longer one.</p>
      ) : (
        <ul className="tc-list">
          {rows.map((row) => <Row key={row.date + row.kind + row.title} {...row} />)}
        </ul>
      )}
    </Card>
  );
}

function Row({ date, at, kind, title, detail, is_confirmed, wait, amounts }) {
  const { day, bell } = coach.format;
  const when = at ? bell(at, 'America/New_York', Date.parse(date)) : day(Date.parse(date), 'UTC', { year: true });
  return (
    <li>
      <span>
        {KINDS[kind] && <span className="tc-beside">{KINDS[kind]} </span>}{title}{' '}
        {!is_confirmed && <span className="tc-badge tc-quiet">expected</span>}
        {detail && <span className="tc-under">{detail}</span>}
        {amounts.length > 0 && (
          <span className="tc-under">
            {amounts.map(({ label, number }, at) => (
              <React.Fragment key={label}>{at > 0 && ' · '}{label} <Num n={number} /></React.Fragment>
            ))}
          </span>
        )}
      </span>
      <span className="tc-beside">{NEAR[wait.value] ?? <>in <Num n={wait} /></>} · <time dateTime={at ?? date}>{when}</time></span>
    </li>
  );
}

export default CalendarCard;
