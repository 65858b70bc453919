import { words } from '../i18n';

interface Props {
  turn: number;
  value: number | null;
  onRate: (rating: number) => void;
}

const kRatings = [1, 2, 3, 4, 5];

/** Five radio buttons drawn as stars, so arrow keys work. */
export function Stars({ turn, value, onRate }: Props) {
  const text = words.value;
  return (
    <fieldset class="stars">
      <legend class="unseen">{text.rate(turn)}</legend>
      {kRatings.map((rating) => (
        <label key={rating} class={value !== null && rating <= value ? 'lit' : undefined} title={text.stars(rating)}>
          <input
            type="radio"
            class="unseen"
            name={`rating-${turn}`}
            value={rating}
            checked={value === rating}
            aria-label={text.stars(rating)}
            onChange={() => onRate(rating)}
          />
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="m12 3.2 2.7 5.6 6.1.8-4.5 4.3 1.1 6.1-5.4-3-5.4 3 1.1-6.1-4.5-4.3 6.1-.8z" />
          </svg>
        </label>
      ))}
    </fieldset>
  );
}
