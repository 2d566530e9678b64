// Signs for tiles and buttons: one path each, in a box of 24, drawn with the text's colour. Each stands beside its word, and is hidden from readers.

const PATHS = {
  sell: "M4 4h2l2.4 11h9.8L20 7H7 M9 20a1 1 0 1 0 0-.01 M17 20a1 1 0 1 0 0-.01",
  money: "M3 7h18v10H3z M12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5 M6 10v4 M18 10v4",
  back: "M15 5l-7 7 7 7",
  list: "M8 6h12 M8 12h12 M8 18h12 M4 6h.01 M4 12h.01 M4 18h.01",
  order: "M6 3h9l4 4v14H6z M14 3v5h5 M9 13h7 M9 17h7",
  deliver: "M2 6h12v10H2z M14 9h4l4 4v3h-8 M6 19a2 2 0 1 0 0-.01 M17 19a2 2 0 1 0 0-.01",
  expense: "M6 3h12v18l-3-2-3 2-3-2-3 2z M9 8h6 M9 12h6",
  receive: "M12 3v11 M7 10l5 5 5-5 M4 20h16",
  bill: "M6 3h12v18H6z M9 8h6 M9 12h6 M12 20v-5 M9.5 17.5L12 20l2.5-2.5",
  supplier: "M3 10l2-6h14l2 6 M4 10v10h16V10 M3 10h18 M10 20v-6h4v6",
  item: "M3 11l7-3.5 7 3.5-7 3.5z M3 11v6l7 3.5 7-3.5v-6 M10 14.5v6 M19 2v6 M16 5h6",
  out: "M4 12h13 M12 6l6 6-6 6 M21 4v16",
  in: "M20 12H7 M12 6l-6 6 6 6 M3 4v16",
  count: "M5 4h14v16H5z M9 9h6 M9 13h6 M9 17h3",
  make: "M4 20l7-7 M14 4l6 6-3 3-6-6z M13 8L9 4 4 9l4 4",
  time: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18 M12 7v5l3 3",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8 M4 21c0-4 4-6 8-6s8 2 8 6",
  till: "M4 10h16v10H4z M7 10V4h10v6 M10 15h4",
  scan: "M4 8V4h4 M16 4h4v4 M20 16v4h-4 M8 20H4v-4 M8 8v8 M12 8v8 M16 8v8",
  camera: "M4 8h4l2-3h4l2 3h4v11H4z M12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7",
  stick: "M8 9h8v12H8z M10 9V3h4v6 M11 6h.01 M13 6h.01",
  export: "M5 13v7h14v-7 M12 16V4 M8 8l4-4 4 4",
  search: "M10.5 18a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15 M16 16l5 5",
  plus: "M12 5v14 M5 12h14",
  minus: "M5 12h14",
  check: "M4 12l5 6L20 6",
  cross: "M6 6l12 12 M18 6L6 18",
  print: "M7 8V3h10v5 M5 8h14v8h-3 M8 16H5V8 M8 13h8v8H8z",
  warn: "M12 3l10 18H2z M12 10v5 M12 18h.01",
  box: "M3 7l9-4 9 4v10l-9 4-9-4z M3 7l9 4 9-4 M12 11v10",
  office: "M4 21V5h9v16 M13 10h7v11 M7 9h3 M7 13h3 M7 17h3 M16 14h1 M16 18h1",
  books: "M5 4h6v16H5z M13 4h6v16h-6z M7 8h2 M15 8h2",
  backspace: "M9 5h12v14H9l-6-7z M12 9l6 6 M18 9l-6 6",
  language: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18 M3 12h18 M12 3c3 3 3 15 0 18 M12 3c-3 3-3 15 0 18",
  returned: "M4 9h11a5 5 0 0 1 0 10H8 M8 5L4 9l4 4",
  lock: "M6 11h12v10H6z M9 11V7a3 3 0 0 1 6 0v4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
