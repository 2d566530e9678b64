// Who is logged in at this tablet, and what people ask of the box beside documents: login, a second person's word, what managers do.
//
// In: the link's answers. Out: a signal of the session, kept over reloads; a PIN is never kept. A session goes on out of range: what is submitted
// in it is taken by the box when the tablet is back.

import { type Signal, signal } from "@preact/signals";
import type { Link } from "./link/link";
import type { SessionAnswer } from "./link/state";
import { recall, remember, type Store } from "./store";

/** How often a box that hears others is asked again, and how long after. */
export const BUSY_TRIES = 8;
const BUSY_MS = 1_000;

export interface Session {
  token: string;
  user: string;
  full_name: string;
  roles: string[];
  is_manager: boolean;
  until: string;
}

export type Proof = { user: string; pin: string } | { badge: string };

/** The box said no, in its words. */
export class SaidNo extends Error {
  readonly code: string;
  readonly until: string | null;

  constructor(answer: SessionAnswer) {
    super(answer.text ?? "");
    this.code = answer.code ?? "";
    this.until = answer.until ?? null;
  }
}

/** A yes to somebody else's question: over a connection that was cut, one may come late. Nobody takes it for theirs. */
const STRAY = "stray";

function stray(answer: SessionAnswer): SaidNo {
  return new SaidNo({ ...answer, ok: false, code: STRAY });
}

/** A badge names nobody before the box has found whose it is. */
function nameIn(proof: Proof): string | undefined {
  return "user" in proof ? proof.user : undefined;
}

export class People {
  readonly session: Signal<Session | null> = signal(null);
  private readonly store: Store;
  private readonly link: Link;

  constructor(store: Store, link: Link) {
    this.store = store;
    this.link = link;
  }

  async open(): Promise<void> {
    this.session.value = await recall<Session>(this.store, "session");
  }

  async login(proof: Proof): Promise<void> {
    const answer = await this.ask("login", proof, nameIn(proof));
    if (!answer.session) throw stray(answer);
    const session: Session = {
      token: answer.session,
      user: answer.user ?? "",
      full_name: answer.full_name ?? answer.user ?? "",
      roles: answer.roles ?? [],
      is_manager: answer.is_manager ?? false,
      until: answer.until ?? "",
    };
    // Last, so that whoever waits for this login goes on before anybody can tap what it shows.
    await remember(this.store, "session", session).finally(() => {
      this.session.value = session;
    });
  }

  /** Ends the session here at once; the box is told if it is reached. */
  async logout(): Promise<void> {
    const session = this.session.value;
    this.session.value = null;
    await remember(this.store, "session", null);
    if (session) await this.link.ask("logout", { session: session.token }).catch(() => {});
  }

  /** A second person agrees to the document of an id. */
  async approve(proof: Proof, document: string): Promise<void> {
    await this.ask("approve", { ...proof, document }, nameIn(proof));
  }

  async manage(pin: string, act: string, whom: string, newPin?: string): Promise<void> {
    const session = this.session.value;
    const more = newPin === undefined ? {} : { new_pin: newPin };
    await this.ask("manage", { session: session?.token, pin, act, whom, ...more }, session?.user);
  }

  /** Where the box does not know what time it is, a person says it. */
  async setClock(at: Date): Promise<void> {
    const session = this.session.value;
    const who = session ? { session: session.token } : { user: "tablet" };
    await this.ask("clock", { at: at.toISOString(), ...who });
  }

  /** `who` is whose yes it is to be, where that is known. */
  private async ask(what: string, fields: Record<string, unknown>, who?: string): Promise<SessionAnswer> {
    // A box hears a few people at once: when a shop opens, the others are heard in a moment. Who was not heard has not tried.
    for (let tries = 1; ; tries++) {
      const answer = await this.link.ask(what, fields);
      if (answer.ok && who !== undefined && (answer.user ?? who) !== who) throw stray(answer);
      if (answer.ok) return answer;
      if (answer.code !== "busy" || tries === BUSY_TRIES) throw new SaidNo(answer);
      await new Promise((done) => setTimeout(done, BUSY_MS * (0.5 + Math.random())));
    }
  }
}
