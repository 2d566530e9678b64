// Who sits at the desk, and what that role may do: what it may not is not shown. The office judges by itself all the same.

import { signal } from "@preact/signals";
import { api } from "./api";
import type { Me, Role } from "./types";

const ORDER: readonly Role[] = ["look", "work", "admin"];

/** Not known yet; nobody; somebody. */
export const me = signal<Me | null | undefined>(undefined);
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
  me.value = await api.me().catch(() => null);
}

export async function login(user: string, password: string): Promise<void> {
  me.value = await api.login(user, password);
  ended.value = false;
}

export async function logout(): Promise<void> {
  await api.logout();
  ended.value = false;
  me.value = null;
}
