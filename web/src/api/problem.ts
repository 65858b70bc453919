// RFC 9457 problems: what the server says went wrong, and the one we make up when it cannot be reached.
import type { Error as WireError } from './proto';

export interface ProblemDetail {
  pointer: string;
  detail: string;
}

export interface Problem {
  /** HTTP status; 0 when no answer came. */
  status: number;
  code: string;
  title: string;
  detail: string;
  errors: ProblemDetail[];
  /** When a budget that is used up is new again; ISO time. */
  resetsAt?: string;
  /** When asking again may help. */
  retryAfterMs?: number;
}

/** Codes that the page has words of its own for; the others are told in the server's. */
export const kExplained = [
  'BUDGET_EXHAUSTED',
  'RATE_LIMITED',
  'SESSION_BUSY',
  'CIRCUIT_BREAKER_OPEN',
  'TARGET_BUSY',
  'PROVIDER_OVERLOADED',
  'PROVIDER_FAULT',
  'PROVIDER_SILENT',
  'PROVIDER_KEY_REFUSED',
  'POLICY_REFUSAL',
  'CONTEXT_TOO_LONG',
  'FRAME_REFUSED',
] as const;
type Explained = (typeof kExplained)[number];

export function isExplained(code: string): code is Explained {
  return (kExplained as readonly string[]).includes(code);
}

export const kUnreachable = 'UNREACHABLE';

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

/** Reads a problem from anything: a body we did not write may hold less than the standard asks. */
export function toProblem(body: unknown, status: number): Problem {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (key: string) => (typeof fields[key] === 'string' ? (fields[key] as string) : '');
  const errors = Array.isArray(fields['errors']) ? (fields['errors'] as unknown[]) : [];
  return {
    status: typeof fields['status'] === 'number' ? fields['status'] : status,
    code: text('code'),
    title: text('title') || (status > 0 ? `HTTP ${status}` : ''),
    detail: text('detail'),
    ...(text('resets_at') && { resetsAt: text('resets_at') }),
    errors: errors.flatMap((entry) => {
      const { pointer, detail } = (entry ?? {}) as Partial<ProblemDetail>;
      return typeof detail === 'string' ? [{ pointer: String(pointer ?? ''), detail }] : [];
    }),
  };
}

/** A command's refusal, or why a turn failed, as a frame tells it. */
export function refusal(error: WireError | null): Problem {
  return {
    status: error?.status ?? 0,
    code: error?.reason || error?.code || '',
    title: error?.message ?? '',
    detail: '',
    errors: error?.faults ?? [],
    ...(error?.retry_after_ms ? { retryAfterMs: error.retry_after_ms } : {}),
  };
}

export async function problemOf(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => null);
  return new ProblemError(toProblem(body, response.status));
}

export function unreachable(): ProblemError {
  return new ProblemError({ status: 0, code: kUnreachable, title: '', detail: '', errors: [] });
}

/** Whatever was thrown, as a problem to show. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { status: 0, code: 'PAGE', title: error instanceof Error ? error.message : String(error), detail: '', errors: [] };
}

/** Worth asking again without changing anything: no answer, too busy, or the server's own fault. */
export function isTransient(problem: Problem): boolean {
  return problem.code === kUnreachable || problem.status === 408 || problem.status === 429 || problem.status >= 500;
}
