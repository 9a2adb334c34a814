const { coach } = window;
const { Age, Badges, Card, Change, Num, Price, common } = coach.parts(React);

function LevelsTable() {
  const { title, columns, rows, notes } = props;
  const shared = common(rows);
  return (
    <Card
      title={title}
      sentence={`${title}: ${columns.join(', ')} of ${rows.map((row) => row.symbol).join(', ')}.`}
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
              <th scope="col">Nearest</th>
              {columns.map((column) => <th scope="col" key={column}>{column}</th>)}
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Row key={row.symbol} isAlike={shared !== null} {...row} />)}</tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({ isAlike, symbol, last, change_pct, levels, distances, nearest, freshness }) {
  const tick = coach.useTick(React, symbol, freshness);
  const { decimalsOf, number } = coach.format;
  const price = tick ? number(tick.price, decimalsOf(last.text)) : undefined;
  const percent = tick && change_pct ? coach.ladder.percentAt(tick.price, last, change_pct) : null;
  const away = (level, distance) => (tick ? coach.ladder.distanceAt(tick.price, level, last, distance) : undefined);
  return (
    <tr>
      <th scope="row">
        <span className="tc-symbol">{symbol}</span>
        <span className="tc-under"><Age freshness={freshness} symbol={symbol} tick={tick} /></span>
        {!isAlike && <Badges freshness={freshness} />}
      </th>
      <td>
        <Price n={last} value={tick?.price ?? Number(last.value)} text={price} />
        <span className="tc-under">
          <Change percent={change_pct} percentText={percent === null ? undefined : `${number(percent, 2, { signed: true })}%`} />
        </span>
      </td>
      <td>{nearest}</td>
      {levels.map((level, index) => (
        <td key={props.columns[index]}>
          <Num n={level} missing="not on this symbol's map" />
          {level && distances[index] && (
            <span className="tc-under"><Num n={distances[index]} text={away(level, distances[index])} /></span>
          )}
        </td>
      ))}
    </tr>
  );
}

export default LevelsTable;
