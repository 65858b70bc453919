import { Icon, type IconName } from './icon';

interface Option<T> {
  value: T;
  name: string;
  /** Drawn in place of the name. */
  icon?: IconName;
  /** Written in place of the name where there is no room. */
  short?: string;
  lang?: string;
}

interface Props<T extends string> {
  label: string;
  options: readonly Option<T>[];
  chosen: T;
  onChoose: (value: T) => void;
}

/** A few buttons of which one is pressed. */
export function Choice<T extends string>({ label, options, chosen, onChoose }: Props<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(({ value, name, icon, short, lang }) => (
        <button
          key={value}
          type="button"
          lang={lang}
          title={name}
          aria-label={icon && name}
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {icon ? <Icon name={icon} /> : <span class="long">{name}</span>}
          {short && <span class="short">{short}</span>}
        </button>
      ))}
    </div>
  );
}
