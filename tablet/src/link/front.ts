// Which of several tabs of this page talks with the box: the one that was looked at last. The others show the same, from the same disk.

export interface Front {
  close(): void;
}

export function front(name: string, become: () => void, yieldTo: () => void): Front {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`${name}-front`);
  const take = () => {
    if (document.visibilityState !== "visible") return;
    channel?.postMessage(null);
    become();
  };
  channel?.addEventListener("message", yieldTo);
  document.addEventListener("visibilitychange", take);
  window.addEventListener("focus", take);
  become();
  channel?.postMessage(null);
  return {
    close() {
      channel?.close();
      document.removeEventListener("visibilitychange", take);
      window.removeEventListener("focus", take);
    },
  };
}
