import { words } from '../i18n';
import { kShortcuts } from './shortcut_keys';

const kGroups = ['anywhere', 'composer', 'turn'] as const;

export function ShortcutList() {
  const text = words.value;
  const names: Record<string, string> = text.shortcutNames;
  return (
    <>
      {kGroups.map((group) => (
        <section key={group} class="shortcuts" aria-labelledby={`shortcuts-${group}`}>
          <h3 id={`shortcuts-${group}`}>{text.shortcutGroups[group]}</h3>
          <dl>
            {Object.entries(kShortcuts[group]).map(([name, keys]) => (
              <div key={name}>
                <dt>{names[name]}</dt>
                <dd>
                  {keys.split(' ').map((combination) => (
                    <kbd key={combination}>{combination}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}
