const { coach } = window;
const { Card, Change, Num, largeAction } = coach.parts(React);

function PortfolioGreeksCard() {
  const { card_id, title, net, underlyings, expiries, what_if, notes, freshness } = props;
  const [first, ...others] = net;
  return (
    <Card
      title="Risk"
      subtitle={title}
      sentence={net.filter(({ number }) => number).map(({ label, number }) => `${label} ${number.text}`).join(', ') + '.'}
      className="tc-wide"
      freshness={freshness}
      actions={[largeAction(callAction, card_id)]}
      notes={notes}
    >
      <div className="tc-main">
        <Num className="tc-large" n={first.number} missing="too little history for a beta" />
        <span className="tc-beside">{first.means}</span>
      </div>
      <dl className="tc-grid">
        {others.map(({ label, number, means }) => (
          <div className="tc-pair" key={label}>
            <dt>{label}<span className="tc-under">{means}</span></dt>
            <dd><Num n={number} missing="too little history for a beta" /></dd>
          </div>
        ))}
        {what_if && (
          <div className="tc-pair">
            <dt>What if<span className="tc-under">{what_if.words}</span></dt>
            <dd><Change amount={what_if.result} /></dd>
          </div>
        )}
      </dl>
      <div className="tc-scroll" tabIndex={0} role="region" aria-label="By underlying">
        <table className="tc-cells">
          <thead>
            <tr>
              <th scope="col">Underlying</th>
              <th scope="col">Share</th>
              <th scope="col">Delta</th>
              <th scope="col">Dollars</th>
              <th scope="col">Beta</th>
              <th scope="col">In SPY</th>
              <th scope="col">Gamma</th>
              <th scope="col">Theta</th>
              <th scope="col">Vega</th>
            </tr>
          </thead>
          <tbody>
            {underlyings.map(({ symbol, delta, dollars, beta, weighted, gamma, theta, vega, share }) => (
              <tr key={symbol}>
                <th scope="row"><span className="tc-symbol">{symbol}</span></th>
                <td className="tc-headed" data-name="Share"><Num n={share} /></td>
                <td data-name="Delta"><Num n={delta} /></td>
                <td data-name="Dollars"><Num n={dollars} /></td>
                <td data-name="Beta"><Num n={beta} missing="too little history" /></td>
                <td data-name="In SPY"><Num n={weighted} missing="too little history" /></td>
                <td data-name="Gamma"><Num n={gamma} /></td>
                <td data-name="Theta"><Num n={theta} /></td>
                <td data-name="Vega"><Num n={vega} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="tc-scroll" tabIndex={0} role="region" aria-label="By expiry">
        <table>
          <thead>
            <tr>
              <th scope="col">Expiry</th>
              <th scope="col">Dollars</th>
              <th scope="col">Gamma</th>
              <th scope="col">Theta</th>
              <th scope="col">Vega</th>
            </tr>
          </thead>
          <tbody>
            {expiries.map(({ expiry, dollars, gamma, theta, vega }) => (
              <tr key={expiry}>
                <th scope="row">{expiry || 'no expiry'}</th>
                <td><Num n={dollars} /></td>
                <td><Num n={gamma} /></td>
                <td><Num n={theta} /></td>
                <td><Num n={vega} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

export default PortfolioGreeksCard;
