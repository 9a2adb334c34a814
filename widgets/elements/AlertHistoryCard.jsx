const { coach } = window;
const { Card, Num } = coach.parts(React);

function AlertHistoryCard() {
  const { title, is_replayed, zone, count, rows, notes, freshness } = props;
  const heading = is_replayed ? 'Would have fired' : title;
  return (
    <Card
      title={heading}
      subtitle={is_replayed ? title : ''}
      sentence={`${heading}: ${count.text} times.`}
      freshness={freshness}
      notes={notes}
    >
      <div className="tc-alert-what"><span className="tc-large"><Num n={count} /></span> {count.text === '1' ? 'time' : 'times'}</div>
      <ol className="tc-list tc-alert-times">
        {rows.map(({ at, words, price, is_late }, place) => (
          <li key={`${at} ${place}`}>
            <span>
              <time dateTime={at}>{coach.format.dayAndTime(new Date(at), zone)}</time>
              {words && <span className="tc-under">{words}</span>}
            </span>
            <span>
              {is_late && <span className="tc-badge tc-quiet">told late</span>}{' '}
              {price && <Num n={price} />}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

export default AlertHistoryCard;
