const { coach } = window;
const { Card, Num } = coach.parts(React);

function GreeksCard() {
  const { title, subtitle, price, bid, ask, spot, days, volatility, odds, greeks, notes, freshness } = props;
  return (
    <Card
      title={title}
      subtitle={subtitle}
      sentence={`${title}: ${price ? price.text : 'no price'}${volatility ? `, implied volatility ${volatility.text}` : ''}.`}
      freshness={freshness}
      notes={notes}
    >
      <div className="tc-main">
        <span className="tc-large"><Num n={price} missing="no market" /></span>
        {bid && ask && <span className="tc-beside"><Num n={bid} /> bid · <Num n={ask} /> ask</span>}
        <span className="tc-beside">IV <Num n={volatility} missing="the price has no time value" /></span>
        <span className="tc-beside">underlying <Num n={spot} /></span>
        <span className="tc-beside"><Num n={days} /></span>
        {odds && <span className="tc-beside">in the money <Num n={odds} /></span>}
      </div>
      <table>
        <caption className="tc-sr">Greeks per share and per contract of 100 shares</caption>
        <thead>
          <tr><th scope="col">Greek</th><th scope="col">Share</th><th scope="col">Contract</th></tr>
        </thead>
        <tbody>{greeks.map((row) => <Row key={row.name} {...row} />)}</tbody>
      </table>
    </Card>
  );
}

function Row({ name, words, share, contract }) {
  return (
    <tr>
      <th scope="row">{name} <span className="tc-under">{words}</span></th>
      <td><Num n={share} missing="no volatility" /></td>
      <td><Num n={contract} missing="no volatility" /></td>
    </tr>
  );
}

export default GreeksCard;
