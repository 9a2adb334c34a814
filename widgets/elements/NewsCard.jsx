const { coach } = window;
const { Card } = coach.parts(React);
const MOODS = { positive: '▲ positive', neutral: 'neutral', negative: '▼ negative' };
const SIDES = { positive: 'tc-up', neutral: 'tc-quiet', negative: 'tc-down' };

function NewsCard() {
  const { title, rows, notes, freshness } = props;
  return (
    <Card title="News" subtitle={title} sentence={`${rows.length} headlines on ${title}.`} freshness={freshness} notes={notes}>
      <ul className="tc-list">
        {rows.map((row) => <Row key={row.at + row.headline} {...row} />)}
      </ul>
    </Card>
  );
}

function Row({ at, headline, publisher, url, mood }) {
  const { bell } = coach.format;
  return (
    <li>
      <span>
        “{url ? <a href={url} target="_blank" rel="noopener noreferrer nofollow">{headline}</a> : headline}”{' '}
        {mood && <span className={`tc-badge ${SIDES[mood]}`}>{MOODS[mood]}</span>}
        <span className="tc-under">{publisher} · <time dateTime={at}>{bell(at, 'America/New_York', Date.now())}</time></span>
      </span>
    </li>
  );
}

export default NewsCard;
