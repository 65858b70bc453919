import type { Persona, Scenario } from '../api/types';
import { formatCost, formatNumber, words } from '../i18n';
import type { Conversation } from '../state/conversation';

interface Props {
  conversation: Conversation;
  persona: Persona;
  scenario: Scenario | null;
}

/** Who one talks to, how far the conversation has come, and what it has used. */
export function SessionBar({ conversation, persona, scenario }: Props) {
  const text = words.value;
  const used = conversation.used.value;
  return (
    <div class="session-bar">
      <div class="session-who" lang={scenario?.language}>
        <h1>{persona.name}</h1>
        <span class="quiet">{persona.role}</span>
      </div>
      <Stages scenario={scenario} current={conversation.stage.value} />
      <p class="session-total quiet">
        <span class="unseen">{text.total}</span>
        {[`${text.tokens} ${formatNumber(used.input + used.output)}`, ...(used.cost ? [formatCost(used.cost)] : [])].join(' · ')}
      </p>
    </div>
  );
}

function Stages({ scenario, current }: { scenario: Scenario | null; current: string }) {
  const stages = scenario?.stages ?? [];
  const at = stages.findIndex((stage) => stage.name === current);
  if (at < 0) return current ? <p class="quiet">{current}</p> : null;
  return (
    <ol class="stages" lang={scenario?.language} aria-label={words.value.stage}>
      {stages.map((stage, index) => (
        <li key={stage.name} class={index < at ? 'past' : undefined} aria-current={index === at ? 'step' : undefined}>
          <span>{stage.title}</span>
        </li>
      ))}
    </ol>
  );
}
