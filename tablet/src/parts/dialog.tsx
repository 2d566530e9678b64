// A question that has to be answered before going on. The browser's own dialog: it keeps the focus, and Escape and Back close it.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  full?: boolean;
}

export function Dialog({ title, onClose, children, full = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed by us as well, while it is there, so that the focus goes back to where it was.
    return () => {
      gone.current = true;
      shown?.close();
    };
  }, []);
  return (
    <dialog ref={dialog} class={full ? "full" : ""} aria-labelledby={id} onClose={() => gone.current || onClose()}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
