const { coach } = window;
const { Card } = coach.parts(React);

function AbilitiesCard() {
  const { title, abilities, notes } = props;
  return (
    <Card title={title} sentence={`${title}: ${abilities.map((ability) => ability.title).join(', ')}.`} notes={notes}>
      {abilities.map((ability) => (
        <div className="tc-ability" key={ability.title}>
          <h4>{ability.title}</h4>
          <p>{ability.description}</p>
          <div className="tc-questions">
            {ability.questions.map((question) => (
              <button type="button" className="tc-question" key={question} onClick={() => sendUserMessage(question)}>
                {question}
              </button>
            ))}
          </div>
        </div>
      ))}
    </Card>
  );
}

export default AbilitiesCard;
