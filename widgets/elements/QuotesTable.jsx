const { coach } = window;
const { Age, Badges, Card, Change, Num, Price } = coach.parts(React);

function QuotesTable() {
  const { title, rows } = props;
  const labels = [...new Set(rows.flatMap((row) => row.statistics.map((each) => each.label)))];
  const notes = [...new Set(rows.flatMap((row) => row.notes))];
  return (
    <Card title={title} sentence={`${title}: ${rows.map((row) => `${row.symbol} ${row.last.text}`).join(', ')}.`} notes={notes}>
      <div className="tc-scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">Symbol</th>
              <th scope="col">Last</th>
              <th scope="col">Change</th>
              {labels.map((label) => <th scope="col" key={label}>{label}</th>)}
              <th scope="col"><span className="tc-sr">Freshness</span></th>
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Row key={row.symbol} labels={labels} {...row} />)}</tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ labels, symbol, name, last, change, change_pct, statistics, freshness }) {
  const tick = coach.useTick(React, symbol, freshness);
  const { decimalsOf, number } = coach.format;
  const moved = tick && change ? coach.ladder.changeAt(tick.price, last, change) : null;
  const signed = { signed: true };
  return (
    <tr>
      <th scope="row" className="tc-symbol" title={name}>{symbol}</th>
      <td><Price n={last} value={tick?.price ?? Number(last.value)} text={tick ? number(tick.price, decimalsOf(last.text)) : undefined} /></td>
      <td>
        <Change
          amount={change}
          percent={change_pct}
          amountText={moved ? number(moved.amount, decimalsOf(change.text), signed) : undefined}
          percentText={moved ? `${number(moved.percent, 2, signed)}%` : undefined}
        />
      </td>
      {labels.map((label) => {
        const found = statistics.find((each) => each.label === label);
        return <td key={label}><Num n={found?.number} missing={found?.absent_because} /></td>;
      })}
      <td>
        <Badges freshness={freshness} />
        <span className="tc-under"><Age freshness={freshness} symbol={symbol} tick={tick} /></span>
      </td>
    </tr>
  );
}

export default QuotesTable;
