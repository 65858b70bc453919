import type { Named } from '../api/types';
import { formatCost, formatMs, formatNumber, formatPercent, words } from '../i18n';
import { scenarioById } from '../state/app';
import { isFinal, type TurnView } from '../state/turn';

/** The intent of what fits none. */
const kOutOfScope = 'out_of_scope';

/** One line of facts; its height is there before the facts are. */
export function TurnFacts({ view, scenario }: { view: TurnView; scenario: string | undefined }) {
  const text = words.value;
  if (!isFinal(view)) return <p class="meta">{view.phase === 'sending' ? text.sending : text.answering}</p>;
  const pack = scenarioById(scenario);
  const titleIn = (list: readonly Named[] | undefined, name: string) => list?.find((entry) => entry.name === name)?.title ?? name;
  const risk = view.compliance?.risk_level ?? '';
  return (
    <dl class="meta">
      {view.compliance && (
        <Fact name={text.compliance} kind={`risk risk-${risk.toLowerCase()}`}>
          {risk in text.risk ? text.risk[risk as keyof typeof text.risk] : risk}
        </Fact>
      )}
      {view.stage && <Fact name={text.stage}>{titleIn(pack?.stages, view.stage)}</Fact>}
      {view.intent && (
        <Fact name={text.intent}>
          {[
            view.intent === kOutOfScope ? text.outOfScope : titleIn(pack?.intents, view.intent),
            ...(view.confidence === null ? [] : [formatPercent(view.confidence)]),
          ].join(' ')}
        </Fact>
      )}
      {view.ttftMs !== null && (
        <Fact name={text.firstToken} shown>
          {formatMs(view.ttftMs)}
        </Fact>
      )}
      {view.usage && (
        <Fact name={text.tokens} shown>
          {text.tokensInOut(formatNumber(view.usage.input_tokens), formatNumber(view.usage.output_tokens))}
        </Fact>
      )}
      {view.cost && <Fact name={text.cost}>{formatCost(view.cost)}</Fact>}
    </dl>
  );
}

interface FactProps {
  name: string;
  kind?: string;
  /** Whether the name is written out, or only read out. */
  shown?: boolean;
  children: preact.ComponentChildren;
}

function Fact({ name, kind, shown, children }: FactProps) {
  return (
    <div class={kind} title={name}>
      <dt class={shown ? undefined : 'unseen'}>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
