import { isExplained, kUnreachable, type Problem } from '../api/problem';
import { formatTime, words } from '../i18n';

interface Props {
  problem: Problem;
  onRetry?: (() => void) | undefined;
  onDismiss?: (() => void) | undefined;
}

/** What went wrong, in the server's words, and the way on. */
export function ProblemNote({ problem, onRetry, onDismiss }: Props) {
  const text = words.value;
  let title = problem.title || text.answerFailed;
  if (problem.code === kUnreachable) title = text.unreachable;
  else if (isExplained(problem.code)) title = text.problems[problem.code];
  return (
    <div class="problem" role="alert">
      <div class="problem-text">
        <strong>{title}</strong>
        {problem.detail && problem.detail !== title && <p>{problem.detail}</p>}
        {problem.resetsAt && <p>{text.resetsAt(formatTime(problem.resetsAt))}</p>}
        {problem.errors.length > 0 && (
          <ul>
            {problem.errors.map((error) => (
              <li key={error.pointer + error.detail}>
                {error.pointer && <code>{error.pointer}</code>} {error.detail}
              </li>
            ))}
          </ul>
        )}
      </div>
      {onRetry && (
        <button type="button" class="plain" onClick={onRetry}>
          {text.retry}
        </button>
      )}
      {onDismiss && (
        <button type="button" class="plain" onClick={onDismiss}>
          {text.dismiss}
        </button>
      )}
    </div>
  );
}
