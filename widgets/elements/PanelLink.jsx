/** What was opened in the panel keeps this handle in the conversation. */
function PanelLink() {
  const { title, opens } = props;
  return (
    <div className="tc-questions">
      <button type="button" className="tc-question" onClick={() => callAction({ name: 'open_card', payload: { card_id: opens } })}>
        {title}
      </button>
    </div>
  );
}

export default PanelLink;
