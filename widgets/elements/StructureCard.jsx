const { coach } = window;
const { AtRisk, Card, Num, largeAction } = coach.parts(React);
const { Plot } = coach.plot(React);
const money = (value) => coach.format.number(value, 0, { signed: true });

function StructureCard() {
  const { card_id, title, subtitle, legs, cost, is_credit, best, worst, breakevens, odds, touch, margin, greeks, spot, curve, grid, scenarios, assignments, aged, is_modelled, notes, freshness } = props;
  const kind = is_credit ? 'credit' : 'debit';
  const losing = worst ? `loses at most ${worst.text}` : 'its loss has no limit';
  const winning = best ? `makes at most ${best.text}` : 'its profit has no limit';
  return (
    <Card
      title={subtitle || title}
      subtitle={subtitle ? title : ''}
      sentence={`${title}: ${kind} of ${cost.text}, ${winning}, ${losing}.`}
      className="tc-wide"
      freshness={freshness}
      actions={[largeAction(callAction, card_id)]}
      notes={notes}
    >
      <div className="tc-main">
        <span className="tc-large"><Num n={cost} /></span>
        <span className="tc-beside">dollars {kind}</span>
        {spot && <span className="tc-beside">underlying <Num n={spot} /></span>}
      </div>
      <dl className="tc-grid">
        <Pair label="Most it makes"><Bound n={best} /></Pair>
        <Pair label="Most it loses"><Bound n={worst} /></Pair>
        <Pair label={breakevens.length === 1 ? 'Breakeven' : 'Breakevens'}>
          {breakevens.length ? breakevens.map((each, index) => <span key={each.figure}>{index > 0 && ' · '}<Num n={each} /></span>) : 'none'}
        </Pair>
        {odds && <Pair label="Odds of profit"><Num n={odds} /></Pair>}
        {touch && <Pair label="Touches nearest breakeven"><Num n={touch} /></Pair>}
        {margin && <Pair label="Margin, estimated"><Num n={margin} /></Pair>}
      </dl>
      <AtRisk rows={assignments} />
      <Payoff curve={curve} spot={spot} breakevens={breakevens} isModelled={is_modelled} title={title} />
      <ul className="tc-list">
        {legs.map(({ action, quantity, words, price, early }) => (
          <li key={`${action}${words}${quantity.figure}`}><span>{action} <Num n={quantity} /> × {words}{early && <span className="tc-under">early exercise is worth <Num n={early} /></span>}</span>{price && <Num n={price} />}</li>
        ))}
      </ul>
      {grid && <Grid grid={grid} cardId={card_id} />}
      <div className="tc-half">
        <Rows caption="What if" rows={scenarios.map(({ words, result }) => [words, result])} />
        <Rows caption="The whole position" rows={greeks.map(({ name, words, share, contract }) => [`${name}, ${words}`, contract ?? share])} />
      </div>
      {aged.length > 0 && <Aged rows={aged} />}
    </Card>
  );
}

function Pair({ label, children }) {
  return <div className="tc-pair"><dt>{label}</dt><dd>{children}</dd></div>;
}

function Bound({ n }) {
  return n ? <Num n={n} /> : <span>no limit</span>;
}

function Payoff({ curve, spot, breakevens, isModelled, title }) {
  if (curve.length < 2) return null;
  const hasNow = curve.every(({ now }) => now !== null);
  const ending = isModelled ? 'when the first leg ends' : 'at expiry';
  const lines = [{ look: 'is-end', points: curve.map(({ price, at_end }) => [price, at_end]) }];
  if (hasNow) lines.push({ look: 'is-now', points: curve.map(({ price, now }) => [price, now]) });
  const results = curve.map(({ at_end }) => at_end);
  const read = (price, [end, now]) =>
    `at ${coach.format.number(price, 2)}: ${money(end)} ${ending}${hasNow ? `, ${money(now)} now` : ''}`;
  return (
    <>
      <Plot
        lines={lines}
        signed
        marks={spot ? [{ x: Number(spot.value), word: spot.text, look: 'is-price' }] : []}
        ticks={breakevens.map((each) => ({ x: Number(each.value), word: each.text }))}
        top={`${money(Math.max(...results))} at best here`}
        bottom={`${money(Math.min(...results))} at worst here`}
        label={`Payoff of the ${title} by price of the underlying`}
        reading={read}
      />
      <div className="tc-key">
        <span><i />{ending}</span>
        {hasNow && <span><i className="is-now" />now, by the model</span>}
      </div>
    </>
  );
}

/** Profit and loss by move of the price and by day; the colour only repeats what the sign says. */
function Grid({ grid: { moves, shifts }, cardId }) {
  const unmoved = Math.floor(shifts.length / 2);
  const [shown, setShown] = coach.useMemory(React, cardId, 'shift', unmoved);
  const all = shifts.flatMap(({ rows }) => rows.flatMap(({ results }) => results.map(({ value }) => Math.abs(Number(value)))));
  const most = Math.max(...all, 1);
  const outer = (place) => (place === 0 || place === moves.length - 1 ? 'is-outer' : undefined);
  return (
    <>
      <div className="tc-heat-bar">
        <span>Result in dollars by move and day</span>
        <span className="tc-frames" role="group" aria-label="Volatility, points">
          IV
          {shifts.map(({ words }, place) => (
            <button key={words} type="button" className="tc-frame" aria-pressed={place === shown} onClick={() => setShown(place)}>{words}</button>
          ))}
        </span>
      </div>
      <div className="tc-scroll" tabIndex={0} role="region" aria-label="Scenarios">
        <table className="tc-heat">
          <caption className="tc-sr">Result by move of the underlying and by day, volatility {shifts[shown].words} points</caption>
          <thead>
            <tr><th scope="col"><span className="tc-sr">Day</span></th>{moves.map((move, place) => <th key={move} scope="col" className={outer(place)}>{move}</th>)}</tr>
          </thead>
          <tbody>
            {shifts[shown].rows.map(({ words, results }) => (
              <tr key={words}>
                <th scope="row">{words}</th>
                {results.map((each, place) => <td key={each.figure} className={outer(place)} style={heat(each, most)}><Num n={each} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function heat({ value }, most) {
  const part = Number(value) / most;
  const share = Math.round(6 + 34 * Math.sqrt(Math.abs(part)));
  const colour = part < 0 ? 'var(--tc-down)' : 'var(--tc-up)';
  return part ? { background: `color-mix(in srgb, ${colour} ${share}%, var(--tc-surface))` } : undefined;
}

function Rows({ caption, rows }) {
  if (!rows.length) return null;
  return (
    <ul className="tc-list" aria-label={caption}>
      {rows.map(([words, number]) => <li key={words}><span>{words}</span><Num n={number} /></li>)}
    </ul>
  );
}

function Aged({ rows }) {
  return (
    <table>
      <caption className="tc-sr">As time passes and nothing else moves</caption>
      <thead><tr><th scope="col">If nothing else moves</th><th scope="col">Result</th><th scope="col">Theta a day</th></tr></thead>
      <tbody>
        {rows.map(({ days, result, theta }) => (
          <tr key={days.figure}><th scope="row"><Num n={days} /></th><td><Num n={result} /></td><td><Num n={theta} /></td></tr>
        ))}
      </tbody>
    </table>
  );
}

export default StructureCard;
