import type { ModelInfo } from '../api/types';
import { words } from '../i18n';

/** Says what answers: the embedded rehearsal model never passes for an LLM. */
export function ModelNote({ model }: { model: ModelInfo }) {
  const text = words.value;
  return <p class="model-note">{model.embedded ? text.modelNote(model.name) : text.modelOther(model.name)}</p>;
}
