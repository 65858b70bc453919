// What the whole page shares: the scenarios, the address, the open conversation, and what a screen reader hears.
import { computed, effect, signal } from '@preact/signals';
import * as api from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { ModelInfo, Scenario, SessionSummary } from '../api/types';
import { words } from '../i18n';
import { kFront, readAddress, sessionAddress } from './address';
import { Conversation, type Listener } from './conversation';
import { startKey } from './key';
import { SessionList } from './sessions';

export const scenarios = signal<readonly Scenario[] | null>(null);
export const model = signal<ModelInfo | null>(null);
export const loadProblem = signal<Problem | null>(null);
export const starting = signal<string | null>(null);
export const conversation = signal<Conversation | null>(null);
/** The turn that the address names: to be brought into view, once. */
export const wantedTurn = signal<number | null>(null);
export const sessionList = new SessionList();
/** What the browser knows of the network: false is certain, true is not. */
export const online = signal(navigator.onLine);
/** What the page's one live region says, latest last. Each is a node of its own, so that none hides another. */
export const announcements = signal<readonly { key: number; text: string }[]>([]);

const address = signal(location.hash);
const addressed = computed(() => readAddress(address.value));

export const scenarioById = (id: string | undefined) => scenarios.value?.find((scenario) => scenario.id === id) ?? null;

export const titleOf = (session: SessionSummary) =>
  session.title || scenarioById(session.scenario)?.title || session.scenario || session.session_id;

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

export async function start(scenario: string): Promise<void> {
  if (starting.value) return;
  starting.value = scenario;
  loadProblem.value = null;
  try {
    const session = await api.createSession(scenario);
    location.hash = sessionAddress(session.session_id);
    void sessionList.refresh();
  } catch (error) {
    loadProblem.value = asProblem(error);
  } finally {
    starting.value = null;
  }
}

/** Deletes a session for good; the page leaves it when it is the one shown. */
export async function removeSession(session: string): Promise<void> {
  const removed = await sessionList.remove(session);
  if (removed && conversation.peek()?.id === session) location.hash = kFront;
}

export const goHome = () => (location.hash = kFront);

/** Ties the signals to the browser. Call once. */
export function startApp(): void {
  startKey();
  addEventListener('hashchange', () => (address.value = location.hash));
  for (const change of ['online', 'offline'] as const) {
    addEventListener(change, () => {
      online.value = navigator.onLine;
      conversation.peek()?.retryNow();
    });
  }
  // Timers of a page that is not looked at are late.
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && conversation.peek()?.retryNow());
  effect(() => {
    const { session, turn } = addressed.value;
    const before = conversation.peek();
    wantedTurn.value = turn;
    if (before?.id === session) {
      const shown = before?.turns.peek().some(({ view }) => view.peek().number === turn);
      if (turn !== null && !shown) void before?.show(turn);
      return;
    }
    before?.close();
    const opened = session === null ? null : new Conversation(session, listener, turn);
    conversation.value = opened;
    opened?.open();
  });
  void loadScenarios();
  void sessionList.reload();
}

const kAnnouncementsKept = 4;
let announced = 0;

function announce(text: string): void {
  announcements.value = [...announcements.peek(), { key: ++announced, text }].slice(-kAnnouncementsKept);
}

const listener: Listener = {
  // An answer is read out when it is whole, not word by word.
  answered: (turn) => {
    if (turn.text) announce(turn.text);
    void sessionList.refresh();
  },
  advised: () => announce(words.peek().coachArrived),
  switched: ({ number, siblings }) => announce(words.peek().version(siblings.indexOf(number ?? 0) + 1, siblings.length)),
};
