const { coach } = window;
const { Age, Card, Num } = coach.parts(React);

function MarketStatusCard() {
  const { title, phase, headline, until_next, milestones, days_ahead, notes, freshness } = props;
  const clock = coach.useMarketClock(React, freshness);
  const asOf = Date.parse(freshness.as_of);
  const next = milestones.find(({ at }) => Date.parse(at) > asOf);
  // Once the next bell has rung, the phase is no longer the present one: the card stands still.
  const now = next && clock !== null && clock * 1000 < Date.parse(next.at) ? clock * 1000 : null;
  const { bell, countdown, day } = coach.format;
  return (
    <Card title={title} sentence={`${title}: ${phase}. ${headline}`} freshness={freshness} notes={notes}>
      <div className="tc-main">
        <span className="tc-large">{phase[0].toUpperCase() + phase.slice(1)}</span>
        {now !== null ? (
          <span className="tc-beside" role="timer">
            {next.label} in <span className="tc-num">{countdown((Date.parse(next.at) - now) / 1000)}</span>
          </span>
        ) : (
          until_next && next && <span className="tc-beside">{next.label} in <Num n={until_next} /></span>
        )}
        <Age freshness={freshness} />
      </div>
      <p className="tc-caption">{headline}</p>
      <ul className="tc-list">
        {milestones.map(({ label, at }) => (
          <li key={label + at} className={Date.parse(at) <= (now ?? asOf) ? 'tc-beside' : ''}>
            <span>{label}</span>
            <time dateTime={at}>{bell(at, 'America/New_York', asOf)}</time>
          </li>
        ))}
      </ul>
      {days_ahead.length > 0 && (
        <>
          <p className="tc-caption">Ahead</p>
          <ul className="tc-list">
            {days_ahead.map(({ date, label }) => (
              <li key={date}>
                <span>{label}</span>
                <time dateTime={date}>{day(Date.parse(date), 'UTC', { year: true })}</time>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

export default MarketStatusCard;
