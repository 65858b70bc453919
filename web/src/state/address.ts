// What the address says is shown: `#/` the front page, `#/s/<session>` a conversation, `#/s/<session>/<turn>` one turn of it.

export interface Address {
  session: string | null;
  turn: number | null;
}

export const kFront = '#/';

export function sessionAddress(session: string, turn: number | null = null): string {
  return `#/s/${encodeURIComponent(session)}${turn === null ? '' : `/${turn}`}`;
}

/** An address of no known form is the front page's. */
export function readAddress(hash: string): Address {
  const match = /^#\/s\/([^/]+)(?:\/([1-9]\d{0,8}))?$/.exec(hash);
  try {
    return { session: match ? decodeURIComponent(match[1]!) : null, turn: match?.[2] ? Number(match[2]) : null };
  } catch {
    return { session: null, turn: null };
  }
}
