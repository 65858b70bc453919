// The server's JSON as it travels, field for field. Only what the page reads.

export interface Persona {
  name: string;
  role: string;
}

/** A word of the API with its title for people: a stage, an intent. */
export interface Named {
  name: string;
  title: string;
}

export interface Scenario {
  id: string;
  title: string;
  description: string;
  language: string;
  persona: Persona;
  stages: Named[];
  intents: Named[];
  opening: string;
  suggestions: string[];
}

export interface ModelInfo {
  name: string;
  embedded: boolean;
}

export interface ScenarioList {
  scenarios: Scenario[];
  model: ModelInfo;
}

export interface Session {
  session_id: string;
  scenario: string;
  persona?: Persona;
  stage: string;
  language?: string | null;
  opening?: string | null;
  running_turn?: number | null;
  /** Number of the newest turn, on whatever branch it is; 0 before the first. */
  tip?: number;
}

/** Where a search found its words, when not in the title alone. */
export interface Match {
  turn_number: number;
  role: string;
  snippet: string;
}

export interface SessionSummary {
  session_id: string;
  scenario: string;
  stage: string;
  turns: number;
  updated_at: string | number;
  title?: string;
  match?: Match | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Compliance {
  risk_level: string;
  score: number;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
}

export interface Cost {
  micros: number;
  currency: string;
}

/** Why a turn failed. */
export interface TurnError {
  /** A stable word for programs; absent where `code` says it. */
  reason?: string;
  code: string;
  message: string;
}

export interface Message {
  turn_number: number;
  role: string;
  text: string;
  status?: string;
  intent?: string | null;
  confidence?: number | null;
  stage?: string | null;
  coach_advice?: unknown;
  compliance?: Compliance | null;
  usage?: Usage | null;
  cost?: Cost | null;
  ttft_ms?: number | null;
  decision_id?: string | null;
  rating?: number | null;
  error?: TurnError;
  /** The turn this one follows; 0 for a first one. */
  parent_turn?: number;
  /** All turns that follow the same parent, ascending, this one among them. */
  siblings?: number[];
}

/** What the user says, until the server has accepted it. */
export interface NewTurn {
  user_message: string;
  message_id: string;
  /** The turn to follow; left out, the newest one. */
  parent_turn?: number;
  /** The turn in whose place this is said. */
  edit?: number;
  /** The turn whose message is to be answered once more. */
  regenerate?: number;
}
