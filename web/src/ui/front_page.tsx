import type { Scenario } from '../api/types';
import { language, words } from '../i18n';
import { loadProblem, loadScenarios, model, scenarios, start, starting } from '../state/app';
import { Avatar } from './avatar';
import { ModelNote } from './model_note';
import { ProblemNote } from './problem_note';

export function FrontPage() {
  const text = words.value;
  // What is spoken in the page's language comes first.
  const own = (scenario: Scenario) => Number(scenario.language.startsWith(language.value));
  const list = scenarios.value && [...scenarios.value].sort((a, b) => own(b) - own(a));
  return (
    <main class="front" tabIndex={-1}>
      <div class="front-head">
        <h1>{text.tagline}</h1>
        <p>{text.lead}</p>
      </div>
      {loadProblem.value && <ProblemNote problem={loadProblem.value} onRetry={() => void loadScenarios()} />}
      <section aria-labelledby="scenarios">
        <h2 id="scenarios">{text.scenarios}</h2>
        {!list && !loadProblem.value && <p class="quiet">{text.loading}</p>}
        <ul class="cards">
          {list?.map((scenario) => (
            <ScenarioCard key={scenario.id} scenario={scenario} />
          ))}
        </ul>
      </section>
      {model.value && <ModelNote model={model.value} />}
    </main>
  );
}

function ScenarioCard({ scenario }: { scenario: Scenario }) {
  const text = words.value;
  const busy = starting.value === scenario.id;
  const title = `scenario-${scenario.id}`;
  return (
    <li class="card" data-scenario={scenario.id}>
      <div class="card-who">
        <Avatar name={scenario.persona.name} />
        <div lang={scenario.language}>
          <strong>{scenario.persona.name}</strong>
          <span class="quiet">{scenario.persona.role}</span>
        </div>
        <span class="tag">{text.languageName(scenario.language)}</span>
      </div>
      <h3 id={title} lang={scenario.language}>
        {scenario.title}
      </h3>
      <p lang={scenario.language}>{scenario.description}</p>
      <ol class="path" lang={scenario.language} aria-label={text.stage}>
        {scenario.stages.map((stage) => (
          <li key={stage.name}>{stage.title}</li>
        ))}
      </ol>
      <button
        type="button"
        class="primary"
        aria-describedby={title}
        disabled={starting.value !== null}
        onClick={() => void start(scenario.id)}
      >
        {busy ? text.beginning : text.begin}
      </button>
    </li>
  );
}
