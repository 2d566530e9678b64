// What can come of a question over HTTP other than an answer.

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
