// A long list of which only what is seen is in the page: 1,000 items scroll on a cheap phone.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows above and below what is seen. */
const MORE = 6;

interface ListProps<T> {
  items: readonly T[];
  /** Of each row, in pixels; all are of one height. */
  height: number;
  keyOf: (item: T) => string;
  row: (item: T) => ComponentChildren;
  label: string;
}

export function LongList<T>({ items, height, keyOf, row, label }: ListProps<T>) {
  const outer = useRef<HTMLElement>(null);
  const [from, setFrom] = useState(0);
  const [seen, setSeen] = useState(12);
  const look = () => {
    const list = outer.current;
    if (!list) return;
    setFrom(Math.max(0, Math.floor(list.scrollTop / height) - MORE));
    setSeen(Math.ceil(list.clientHeight / height) + 2 * MORE);
  };
  useEffect(look, [items.length]);
  const shown = items.slice(from, from + seen);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
    <section class="long" ref={outer} onScroll={look} aria-label={label} tabIndex={0}>
      <ul style={{ height: `${items.length * height}px` }}>
        {shown.map((item, i) => (
          <li key={keyOf(item)} style={{ top: `${(from + i) * height}px`, height: `${height}px` }}>
            {row(item)}
          </li>
        ))}
      </ul>
    </section>
  );
}
