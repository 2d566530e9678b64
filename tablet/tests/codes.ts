// Pictures of codes, drawn by an encoder that has nothing to do with the decoder of the page.

import bwipjs from "bwip-js/node";
import type { Picture } from "../src/scan/decode";

interface Bars {
  sbs: number[];
}
interface Squares {
  pixs: number[];
  pixx: number;
  pixy: number;
}

const BLACK = 20;
const WHITE = 235;
const QUIET = 12;

/** A code as a printer prints it: `kind` and `text` as the encoder names and reads them, `px` for its narrowest bar. */
export function drawn(kind: string, text: string, px = 3): Picture {
  const [raw] = bwipjs.raw({ bcid: kind, text, parsefnc: true } as never) as unknown as [Bars | Squares];
  return "sbs" in raw ? bars(raw, px) : squares(raw, px);
}

function bars({ sbs }: Bars, px: number): Picture {
  const row: number[] = Array(QUIET * px).fill(WHITE);
  for (const [i, wide] of sbs.entries()) row.push(...Array(Math.round(wide * px)).fill(i % 2 === 0 ? BLACK : WHITE));
  row.push(...Array(QUIET * px).fill(WHITE));
  return paint(row.length, 80, (x) => row[x] ?? WHITE);
}

function squares({ pixs, pixx, pixy }: Squares, px: number): Picture {
  return paint((pixx + 2 * QUIET) * px, (pixy + 2 * QUIET) * px, (x, y) => {
    const [column, line] = [Math.floor(x / px) - QUIET, Math.floor(y / px) - QUIET];
    const inside = column >= 0 && column < pixx && line >= 0 && line < pixy;
    return inside && pixs[line * pixx + column] ? BLACK : WHITE;
  });
}

/** A picture by the brightness of each place. */
export function paint(width: number, height: number, at: (x: number, y: number) => number): Picture {
  const bright = new Uint8ClampedArray(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) bright[y * width + x] = at(x, y);
  return { width, height, bright };
}

/** A code on the table before a camera, somewhere in its picture. */
export function seen(code: Picture | null, width: number, height: number): Picture {
  const [left, top] = code ? [(width - code.width) >> 1, (height - code.height) >> 1] : [0, 0];
  return paint(width, height, (x, y) => {
    const inside = code && x >= left && y >= top && x < left + code.width && y < top + code.height;
    // Wood, with its grain.
    return inside ? (code.bright[(y - top) * code.width + x - left] ?? 0) : 120 + ((x * 7 + y * 3) % 23);
  });
}
