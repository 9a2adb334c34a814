const { coach } = window;
const { Age, Badges, Card, Change, Num, Price, common } = coach.parts(React);

// What fits beside the price in a column of text; a quote of its own shows the rest.
const COMPARED = ['High', 'Low', 'Gap', 'Volume'];

function QuotesTable() {
  const { title, rows } = props;
  const labels = COMPARED.filter((label) => rows.some((row) => row.statistics.some((each) => each.label === label)));
  const notes = [...new Set(rows.flatMap((row) => row.notes))];
  const shared = common(rows);
  return (
    <Card
      title={title}
      sentence={`${title}: ${rows.map((row) => `${row.symbol} ${row.last.text}`).join(', ')}.`}
      className="tc-wide"
      freshness={shared}
      notes={notes}
    >
      <div className="tc-scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">Symbol</th>
              <th scope="col">Last</th>
              <th scope="col">Change</th>
              {labels.map((label) => <th scope="col" key={label}>{label}</th>)}
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Row key={row.symbol} isAlike={shared !== null} labels={labels} {...row} />)}</tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ isAlike, labels, symbol, name, last, change, change_pct, statistics, freshness }) {
  const tick = coach.useTick(React, symbol, freshness);
  const { decimalsOf, number } = coach.format;
  const moved = tick && change ? coach.ladder.changeAt(tick.price, last, change) : null;
  const signed = { signed: true };
  return (
    <tr>
      <th scope="row" title={name}>
        <span className="tc-symbol">{symbol}</span>
        <span className="tc-under"><Age freshness={freshness} symbol={symbol} tick={tick} /></span>
        {!isAlike && <Badges freshness={freshness} />}
      </th>
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
    </tr>
  );
}

export default QuotesTable;
