const { coach } = window;
const { AtRisk, Card, Change, Num } = coach.parts(React);

function RollCard() {
  const { title, held, quantity, price, paid, spot, days, delta, theta, time_value, breakeven, rolls, fades, rules, assignments, notes, freshness } = props;
  return (
    <Card
      title={title}
      subtitle={held}
      sentence={`${title}, ${held}, at ${price.text}: ${rolls.map(({ way, contract, net }) => `${way} into the ${contract}, net ${net.text}`).join('; ')}.`}
      className="tc-wide"
      freshness={freshness}
      notes={notes}
    >
      <div className="tc-main">
        <span className="tc-large"><Num n={price} /></span>
        <span className="tc-beside"><Num n={quantity} /> {quantity.text === '1' ? 'contract' : 'contracts'}, opened at <Num n={paid} missing="what was paid is not known" /></span>
        <span className="tc-beside">underlying <Num n={spot} /></span>
      </div>
      <dl className="tc-grid">
        <Pair label="To its end"><Num n={days} /></Pair>
        <Pair label="Delta"><Num n={delta} missing="its price contains no volatility" /></Pair>
        <Pair label="Theta a day, in all"><Num n={theta} missing="its price contains no volatility" /></Pair>
        <Pair label="Time value left"><Num n={time_value} /></Pair>
        <Pair label="Breakeven"><Num n={breakeven} missing="none" /></Pair>
      </dl>
      <AtRisk rows={assignments} />
      <Rolls rows={rolls} />
      <Rules rows={rules} />
      <Fades rows={fades} />
    </Card>
  );
}

function Pair({ label, children }) {
  return <div className="tc-pair"><dt>{label}</dt><dd>{children}</dd></div>;
}

/** One way a row; on a phone each becomes a block whose cells name themselves. */
function Rolls({ rows }) {
  return (
    <div className="tc-scroll" tabIndex={0} role="region" aria-label="Ways to roll">
      <table className="tc-stack">
        <thead>
          <tr>
            <th scope="col">Rolled into</th>
            <th scope="col">Net a share</th>
            <th scope="col">In all</th>
            <th scope="col">Crossed</th>
            <th scope="col">Breaks even</th>
            <th scope="col">Delta</th>
            <th scope="col">Theta a day</th>
            <th scope="col">Vega</th>
            <th scope="col">Time value</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ way, contract, price, days, net, dollars, crossed, delta, theta, vega, time_value, breakeven, no_breakeven }) => (
            <tr key={contract}>
              <th scope="row">
                <b>{contract}</b>
                <span className="tc-under">{way}, <Num n={days} /> more, at <Num n={price} /></span>
              </th>
              <td data-name="Net a share"><Change amount={net} /></td>
              <td data-name="In all"><Num n={dollars} /></td>
              <td data-name="Crossed"><Num n={crossed} missing="one side has no market" /></td>
              <td data-name="Breaks even"><Num n={breakeven} missing={no_breakeven} /></td>
              <td data-name="Delta"><Num n={delta} missing="its price contains no volatility" /></td>
              <td data-name="Theta a day"><Num n={theta} missing="its price contains no volatility" /></td>
              <td data-name="Vega"><Num n={vega} missing="its price contains no volatility" /></td>
              <td data-name="Time value"><Num n={time_value} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Rules({ rows }) {
  if (!rows.length) return null;
  return (
    <>
      <p className="tc-caption">Rules of thumb, if price and volatility stay</p>
      <ul className="tc-list" aria-label="Rules of thumb">
        {rows.map(({ words, threshold, now, when, days }) => (
          <li key={words}>
            <span>{words} <span className="tc-under">rule <Num n={threshold} />, now <Num n={now} /></span></span>
            <span>{when}{days && <span className="tc-under">in <Num n={days} /></span>}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Fades({ rows }) {
  if (!rows.length) return null;
  return (
    <>
      <p className="tc-caption">The months ahead, if price and volatility stay</p>
      <div className="tc-scroll" tabIndex={0} role="region" aria-label="The months ahead">
        <table className="tc-heat">
          <caption className="tc-sr">The option as time passes, price and volatility as now</caption>
          <thead>
            <tr>
              <th scope="col">On</th>
              <th scope="col">Value</th>
              <th scope="col">Time value</th>
              <th scope="col">Delta</th>
              <th scope="col">Theta a day</th>
              <th scope="col" className="is-outer">Vega</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ words, days, value, time_value, delta, theta, vega }) => (
              <tr key={days.figure}>
                <th scope="row" title={`${days.text} on`}>{words}</th>
                <td><Num n={value} /></td>
                <td><Num n={time_value} /></td>
                <td><Num n={delta} /></td>
                <td><Num n={theta} /></td>
                <td className="is-outer"><Num n={vega} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

export default RollCard;
