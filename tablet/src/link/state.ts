// What the box says of itself on `state/#`: the topics' contents as docs/PAGES.md has them, older boxes' with less in them.

export interface BoxState {
  site: string;
  recording: boolean;
  reason: string | null;
  warning: string | null;
  time_from: string;
  version: string;
  epoch?: string;
  store?: string;
  utc_offset_minutes?: number;
  people?: boolean;
}

export interface LineState {
  up: boolean;
  office_answers: boolean;
  waiting: number;
  since?: string;
  on_card?: number;
  oldest_on_card?: string | null;
}

export interface StickState {
  name: string;
  label: string | null;
  state: "working" | "may_pull" | "problem";
  word: string;
  progress: { doing: string; done: number; total: number; seconds_left: number | null } | null;
  mirror?: boolean;
  through?: string;
}

export interface Weight {
  weight: string;
  unit: string;
  at: string;
  /** When it came here, by this tablet's clock: how old it is needs no clock that agrees. */
  heardMs: number;
}

/** The answer to something that a person asked on `me/…`. */
export interface SessionAnswer {
  re: string;
  ok: boolean;
  packet: number;
  session?: string;
  user?: string;
  full_name?: string;
  roles?: string[];
  is_manager?: boolean;
  until?: string;
  code?: string;
  text?: string;
}
