const { coach } = window;
const { Card, Num, SaveScan, Thumbs, askAction } = coach.parts(React);

function OptionScanCard() {
  const { card_id, title, search, saved_as, rows, notes, freshness } = props;
  return (
    <Card
      title="Options setups"
      subtitle={title}
      sentence={rows.length ? `First: ${rows[0].symbol}, ${rows[0].setup}.` : 'No setup on options stands.'}
      freshness={freshness}
      notes={notes}
    >
      {rows.length === 0 ? (
        <p className="tc-blank">Nothing of this kind stands. Ask for other setups, a lower chance or other symbols.</p>
      ) : (
        <ol className="tc-list tc-setups">
          {rows.map((row) => <Row key={row.symbol + row.kind + row.variant + row.words} {...row} />)}
        </ol>
      )}
      {search && <SaveScan callAction={callAction} cardId={card_id} savedAs={saved_as} />}
    </Card>
  );
}

function Row({ symbol, name, kind, setup, words, facts, action, tool, arguments: asked, variant, invalid, ended, liked, find }) {
  const { label, onClick } = askAction(callAction, action, tool, asked);
  return (
    <li>
      <div className="tc-setup-head">
        <span>
          <span className="tc-symbol">{symbol}</span>{' '}
          <span className="tc-badge tc-quiet">{setup}</span>{' '}
          {ended && <span className="tc-badge tc-quiet">{ended}</span>}
          <span className="tc-under">{name}{words && ` · ${words}`}</span>
        </span>
        <span className="tc-setup-acts">
          {find && <Thumbs callAction={callAction} cardId={props.card_id} row={{ symbol, kind, variant }} symbol={`${symbol}, ${setup}`} liked={liked} />}
          <button type="button" className="tc-action" onClick={onClick} aria-label={`${label}: ${symbol}, ${setup}`}>{label}</button>
        </span>
      </div>
      <dl className="tc-grid">
        {facts.map((fact) => (
          <div className="tc-pair" key={fact.label}><dt>{fact.label}</dt><dd><Num n={fact.number} /></dd></div>
        ))}
      </dl>
      {invalid && <p className="tc-under">{invalid}</p>}
    </li>
  );
}

export default OptionScanCard;
