const { coach } = window;
const { Age, Card, Change, Num, Price, chartAction, copyAction } = coach.parts(React);
const NEAREST = 8;

function LevelsCard() {
  const { card_id, symbol, name, title, last, change_pct, atr, rungs, pivot_method, profile, notes, freshness } = props;
  const [isWhole, setWhole] = coach.useMemory(React, card_id, 'whole', false);
  const tick = coach.useTick(React, symbol, freshness);
  coach.useReveal(React, figuresOf(rungs), () => setWhole(true));

  const levels = coach.useLevels(React, symbol, freshness, freshness.session !== 'closed' && !isOfPeriod(title));
  const placed = coach.ladder.seenFrom(coach.ladder.movedTo(rungs, levels, profile), tick?.price ?? null, atr);
  const vwap = placed.find((rung) => rung.name === 'VWAP' && !rung.is_highlighted);
  const listed = placed.filter((rung) => rung !== vwap);
  const shown = isWhole ? listed : coach.ladder.around(listed, NEAREST);
  const nearest = placed.find((rung) => rung.is_nearest);
  const price = tick ? coach.format.number(tick.price, coach.format.decimalsOf(last.text)) : last.text;
  const percent = tick && change_pct && coach.ladder.percentAt(tick.price, last, change_pct);

  const actions = [
    chartAction(callAction, { symbol }, freshness),
    ...copyAction(() => asText(symbol, price, listed)),
  ];
  if (listed.length > coach.ladder.around(listed, NEAREST).length) {
    const label = isWhole ? 'Nearest only' : `All ${rungs.length} levels`;
    actions.push({ label, pressed: isWhole, onClick: () => setWhole(!isWhole) });
  }

  return (
    <Card
      title={symbol}
      subtitle={title}
      sentence={`${symbol}, ${name}, ${title}: last ${price}${nearest ? `, nearest level ${nearest.title} at ${nearest.price.text}` : ''}.`}
      className="tc-wide"
      freshness={freshness}
      actions={actions}
      notes={pivot_method ? [...notes, `${pivot_method[0].toUpperCase()}${pivot_method.slice(1)} pivots.`] : notes}
    >
      <div className="tc-main">
        <Price className="tc-large" n={last} value={tick?.price ?? Number(last.value)} text={price} />
        <Change percent={change_pct} percentText={percent ? `${coach.format.number(percent, 2, { signed: true })}%` : undefined} />
        {atr && <span className="tc-beside">ATR <Num n={atr} /></span>}
        <Age freshness={freshness} symbol={symbol} tick={tick} />
      </div>
      {listed.length === 0 ? (
        <p className="tc-blank">No levels for this day: there are no bars before it.</p>
      ) : (
        <div className="tc-ladder">
          <table>
            <caption className="tc-sr">Levels from the highest to the lowest, with their distance from {price}</caption>
            <tbody>
              {shown.filter((rung) => rung.side === 'above').map(row)}
              <Here price={price} vwap={vwap} />
              {shown.filter((rung) => rung.side !== 'above').map(row)}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Here({ price, vwap }) {
  return (
    <tr className="tc-here">
      <td colSpan={7}>
        <div>
          <span>{price}</span>
          <span className="tc-rule" />
          {vwap && (
            <span className="tc-vwap" title={`${vwap.title}, ${vwap.shown.distance} away`}>
              {vwap.name} <Num n={vwap.price} text={vwap.priceText} />{vwap.is_nearest && ' nearest'}
            </span>
          )}
        </div>
      </td>
    </tr>
  );
}

function row(rung) {
  const { shown } = rung;
  const classes = ['tc-rung', `tc-${coach.ladder.tone(rung.kind, rung.side)}`, rung.is_highlighted && 'is-asked'];
  return (
    <tr key={rung.name} className={classes.filter(Boolean).join(' ')}>
      <th scope="row"><span title={rung.title}>{rung.name}</span></th>
      <td className="tc-words">{rung.title}</td>
      <td className="tc-level"><Num n={rung.price} text={rung.priceText} /></td>
      <td><Num n={rung.distance} text={shown.distance} /></td>
      <td className="tc-percent"><Num n={rung.distance_pct} text={shown.distance_pct} /></td>
      <td><Num n={rung.distance_atr} text={shown.distance_atr} missing="no ATR yet" /></td>
      <td className="tc-remark"><Remark rung={rung} /></td>
    </tr>
  );
}

function Remark({ rung }) {
  const since = rung.since && coach.format.brief(rung.since, coach.format.zoneOf(props.symbol), Date.parse(props.freshness.as_of));
  return (
    <>
      {rung.is_nearest && <span className="tc-nearest">nearest </span>}
      {rung.tested && Number(rung.testedText ?? rung.tested.value) > 0 && (
        <span>tested <Num n={{ ...rung.tested, unit: '×' }} text={rung.testedText} /> </span>
      )}
      {since && <span className="tc-since">{since}</span>}
    </>
  );
}

/** Maps of a week or a month are not what the live levels of the day are about. */
function isOfPeriod(title) {
  return title.startsWith('levels of');
}

function figuresOf(rungs) {
  return rungs.flatMap((rung) => [rung.price, rung.distance, rung.distance_pct, rung.distance_atr, rung.tested]).filter(Boolean).map((n) => n.figure);
}

function asText(symbol, price, rungs) {
  const lines = rungs.map((rung) => `${rung.name}\t${rung.price.text}\t${rung.shown.distance}`);
  return [`${symbol}\t${price}`, ...lines].join('\n');
}

export default LevelsCard;
