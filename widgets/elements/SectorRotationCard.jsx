const { coach } = window;
const { Card, Num } = coach.parts(React);
const TURNS = { leading: '↗ leading', weakening: '↘ weakening', lagging: '↙ lagging', improving: '↖ improving' };

function SectorRotationCard() {
  const { title, benchmark, rows, notes, freshness } = props;
  const widest = Math.max(...rows.map(({ excess }) => Math.abs(Number(excess.value))), 0.01);
  return (
    <Card
      title="Sectors"
      subtitle={title}
      sentence={`${title}: strongest ${rows[0].sector}, weakest ${rows.at(-1).sector}.`}
      className="tc-wide"
      freshness={freshness}
      notes={notes}
    >
      <div className="tc-main">
        <span className="tc-beside">SPY <Num n={benchmark} /></span>
      </div>
      <div className="tc-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="tc-sectors">
          <thead>
            <tr>
              <th scope="col">Sector</th>
              <th scope="col">Against SPY</th>
              <th scope="col"><span className="tc-sr">as a bar</span></th>
              <th scope="col">Change</th>
              <th scope="col">Strength</th>
              <th scope="col">Momentum</th>
              <th scope="col">Turn</th>
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Row key={row.symbol} widest={widest} {...row} />)}</tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ widest, symbol, sector, quarter, excess, change, strength, momentum }) {
  const share = Number(excess.value) / widest;
  const side = share < 0 ? 'down' : 'up';
  return (
    <tr>
      <th scope="row">
        <span className="tc-symbol">{symbol}</span>
        <span className="tc-under">{sector}</span>
      </th>
      <td className={`tc-${side}`}><Num n={excess} /></td>
      <td className="tc-bar-cell" aria-hidden="true">
        <span className={`tc-bar tc-bar-${side}`} style={{ width: `${Math.abs(share) * 50}%` }} />
      </td>
      <td><Num n={change} /></td>
      <td><Num n={strength} missing="needs 60 sessions" /></td>
      <td><Num n={momentum} missing="needs 60 sessions" /></td>
      <td className="tc-words">{TURNS[quarter] ?? ''}</td>
    </tr>
  );
}

export default SectorRotationCard;
