// Who sits at the desk, and what that role may do: what it may not is not shown. The office judges by itself all the same.

import { signal } from "@preact/signals";
import { api, SessionOver } from "./api";
import type { Me, Role } from "./types";

const ORDER: readonly Role[] = ["look", "work", "admin"];

/** Not known yet; nobody; somebody. */
export const me = signal<Me | null | undefined>(undefined);
/** Why it is not known yet. */
export const unknown = signal<unknown>(null);
/** The session ended while somebody worked: the login says so, and leads back to where they were. */
export const ended = signal(false);

export function allows(has: Role, needs: Role): boolean {
  return ORDER.indexOf(has) >= ORDER.indexOf(needs);
}

export function may(needs: Role): boolean {
  return me.value ? allows(me.value.role, needs) : false;
}

export async function begin(): Promise<void> {
  api.onEnded = () => {
    if (me.peek()) ended.value = true;
    me.value = null;
  };
  api.onMe = (who) => {
    me.value = who;
  };
  unknown.value = null;
  try {
    await api.me();
  } catch (error) {
    if (!(error instanceof SessionOver)) unknown.value = error;
  }
}

export async function login(user: string, password: string): Promise<void> {
  await api.login(user, password);
  ended.value = false;
}

export async function logout(): Promise<void> {
  await api.logout();
  ended.value = false;
  me.value = null;
}
