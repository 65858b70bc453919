// What the whole page shares: the scenarios, the address, the open conversation, and what a screen reader hears.
import { computed, effect, signal } from '@preact/signals';
import * as api from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { ModelInfo, Scenario, SessionSummary } from '../api/types';
import { words } from '../i18n';
import { Conversation } from './conversation';

export const scenarios = signal<readonly Scenario[] | null>(null);
export const model = signal<ModelInfo | null>(null);
export const sessions = signal<readonly SessionSummary[]>([]);
export const moreSessions = signal<string | null>(null);
export const loadProblem = signal<Problem | null>(null);
export const starting = signal<string | null>(null);
/** What the page's one live region says, latest last. Each is a node of its own, so that none hides another. */
export const announcements = signal<readonly { key: number; text: string }[]>([]);

const kSessionsPerPage = 8;
const hash = signal(location.hash);

/** The session the address names (`#/s/<session>`), or null on the front page. */
const sessionInAddress = computed(() => {
  const match = /^#\/s\/([^/]+)$/.exec(hash.value);
  try {
    return match ? decodeURIComponent(match[1]!) : null;
  } catch {
    return null;
  }
});

export const conversation = signal<Conversation | null>(null);

export const scenarioById = (id: string | undefined) => scenarios.value?.find((scenario) => scenario.id === id) ?? null;

export async function loadScenarios(): Promise<void> {
  loadProblem.value = null;
  try {
    const list = await api.listScenarios();
    scenarios.value = list.scenarios;
    model.value = list.model;
  } catch (error) {
    loadProblem.value = asProblem(error);
  }
}

export async function loadSessions(after: string | null = null): Promise<void> {
  try {
    const page = await api.listSessions(after, kSessionsPerPage);
    sessions.value = after === null ? page.items : [...sessions.value, ...page.items];
    moreSessions.value = page.next;
  } catch (error) {
    loadProblem.value = asProblem(error);
  }
}

export async function start(scenario: string): Promise<void> {
  if (starting.value) return;
  starting.value = scenario;
  loadProblem.value = null;
  try {
    const session = await api.createSession(scenario);
    location.hash = `#/s/${encodeURIComponent(session.session_id)}`;
  } catch (error) {
    loadProblem.value = asProblem(error);
  } finally {
    starting.value = null;
  }
}

/** Ties the signals to the browser. Call once. */
export function startApp(): void {
  addEventListener('hashchange', () => (hash.value = location.hash));
  addEventListener('online', () => conversation.value?.retryNow());
  effect(() => {
    const id = sessionInAddress.value;
    const before = conversation.peek();
    if (before?.id === id) return;
    before?.close();
    const opened = id === null ? null : new Conversation(id, listener);
    conversation.value = opened;
    if (opened) void opened.open();
    else void loadSessions();
  });
  void loadScenarios();
}

const kAnnouncementsKept = 4;
let announced = 0;

function announce(text: string): void {
  announcements.value = [...announcements.peek(), { key: ++announced, text }].slice(-kAnnouncementsKept);
}

const listener = {
  answered: (turn: { text: string }) => {
    if (turn.text) announce(turn.text);
  },
  advised: () => announce(words.peek().coachArrived),
};
