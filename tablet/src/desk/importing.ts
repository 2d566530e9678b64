// The import that a screen has at the office: begun by it, and let go where the next begins or the screen is left.

import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "./api";
import type { Chosen } from "./files";
import { type Sending, sendAll } from "./upload";

export interface Importing {
  id: string | null;
  sending: Sending[];
  /** Begins one and sends its files; whether all arrived. */
  send: (files: readonly Chosen[]) => Promise<{ id: string; all: boolean }>;
  /** The office keeps a few imports for each person: what is done with makes room. */
  letGo: () => void;
  /** Whether it is still that one: an answer may be about the one before. */
  has: (id: string) => boolean;
}

export function useImporting(): Importing {
  const [id, setId] = useState<string | null>(null);
  const [sending, setSending] = useState<Sending[]>([]);
  const has = useRef<string | null>(null);
  const left = useRef(false);
  const release = () => {
    // One that is being taken is not let go (409): it goes by itself.
    if (has.current !== null) void api.letGo(has.current).catch(() => {});
    has.current = null;
  };
  const letGo = () => {
    release();
    setId(null);
    setSending([]);
  };
  const send = async (files: readonly Chosen[]) => {
    letGo();
    const made = await api.beginImport();
    has.current = made;
    if (left.current) release();
    setId(made);
    return { id: made, all: await sendAll(made, files, setSending) };
  };
  useEffect(() => {
    left.current = false;
    return () => {
      left.current = true;
      release();
    };
  }, []);
  return { id, sending, send, letGo, has: (of) => has.current === of };
}
