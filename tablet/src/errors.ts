// What can come of a question over HTTP other than an answer; and how both pages put their questions.

/** What box or office said in its place: its rule, and what to do. */
export class ApiError extends Error {
  readonly status: number;
  readonly input: string | null;
  readonly remedy: string;

  constructor(status: number, input: string | null, rule: string, remedy: string) {
    super(rule);
    this.status = status;
    this.input = input;
    this.remedy = remedy;
  }
}

/** It could not be asked. */
export class NotReached extends Error {}

export type Query = Record<string, string | number | null | undefined>;

/** What is not given is not asked for. */
export function query(of: Query): string {
  const pairs = Object.entries(of).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

export async function errorOf(answer: Response): Promise<ApiError> {
  try {
    const { error } = (await answer.json()) as { error: { input: string | null; rule: string; remedy: string } };
    return new ApiError(answer.status, error.input, error.rule, error.remedy);
  } catch {
    return new ApiError(answer.status, null, answer.statusText || String(answer.status), "");
  }
}

/** Another tab of this page has submitted something else with the same draft. */
export class SubmittedElsewhere extends Error {
  constructor() {
    super("submitted in another tab");
  }
}
