// Finds a code in a picture. Loaded when a camera is first opened, and only where the browser has no decoder of its own.
//
// In: how bright each pixel is, row by row. Out: what the code says, group separators in their places, and whether a single picture is enough to
// believe it; null where there is none. Reads EAN-13, EAN-8, UPC-A, Code 128, Code 39, QR and DataMatrix, and GS1 in those that have it.
// Absent: the camera (eye.ts), what a code stands for (code.ts).

import BarcodeFormat from "@zxing/library/es2015/core/BarcodeFormat";
import BinaryBitmap from "@zxing/library/es2015/core/BinaryBitmap";
import type BitArray from "@zxing/library/es2015/core/common/BitArray";
import HybridBinarizer from "@zxing/library/es2015/core/common/HybridBinarizer";
import DecodeHintType from "@zxing/library/es2015/core/DecodeHintType";
import DataMatrixReader from "@zxing/library/es2015/core/datamatrix/DataMatrixReader";
import Code39Reader from "@zxing/library/es2015/core/oned/Code39Reader";
import Code128Reader from "@zxing/library/es2015/core/oned/Code128Reader";
import MultiFormatUPCEANReader from "@zxing/library/es2015/core/oned/MultiFormatUPCEANReader";
import QRCodeReader from "@zxing/library/es2015/core/qrcode/QRCodeReader";
import type Reader from "@zxing/library/es2015/core/Reader";
import RGBLuminanceSource from "@zxing/library/es2015/core/RGBLuminanceSource";
import type { Reading } from "./believe";

export interface Picture {
  width: number;
  height: number;
  /** 0 is black, 255 white. */
  bright: Uint8ClampedArray;
}

const THOROUGH = new Map<DecodeHintType, unknown>([[DecodeHintType.TRY_HARDER, true]]);
// GS1 in Code 128: `]C1` before it, and a group separator wherever one stands. Not thorough: 25 rows of a picture are enough, and a slow tablet
// is soon at the next picture.
const GS1 = new Map<DecodeHintType, unknown>([[DecodeHintType.ASSUME_GS1, true]]);

// Not UPC-E: the library's reader of it throws away what it has read.
const EAN = new Map([
  [DecodeHintType.POSSIBLE_FORMATS, [BarcodeFormat.EAN_13, BarcodeFormat.UPC_A, BarcodeFormat.EAN_8]],
]);

const SQUARES: readonly Reader[] = [new QRCodeReader(), new DataMatrixReader()];
const BARS: readonly Reader[] = [new MultiFormatUPCEANReader(EAN), new Code128Reader(), new Code39Reader()];

/** Bars are found along rows that are black where they are darker than what is around them, not than half of the row: a label lies on something. */
class Nearby extends HybridBinarizer {
  override getBlackRow(y: number, row: BitArray): BitArray {
    return this.getBlackMatrix().getRow(y, row);
  }
}

export function decode(picture: Picture): Reading | null {
  const upright = bitmap(picture);
  // Squares first: a row through one may look like bars.
  const square = first(SQUARES, upright, THOROUGH);
  if (square !== null) return { text: square, sure: true };
  const bars = first(BARS, upright, GS1) ?? first(BARS, bitmap(turned(picture)), GS1);
  return bars === null ? null : { text: bars, sure: false };
}

function bitmap({ width, height, bright }: Picture): BinaryBitmap {
  return new BinaryBitmap(new Nearby(new RGBLuminanceSource(bright, width, height)));
}

function first(readers: readonly Reader[], bitmap: BinaryBitmap, hints: Map<DecodeHintType, unknown>): string | null {
  for (const reader of readers) {
    try {
      return reader.decode(bitmap, hints).getText();
    } catch {
      // The library says so of every picture without a code, and of pictures that it stumbles over: the next one is looked at.
    }
  }
  return null;
}

/** A quarter round: bars are read along the rows, and a label may be held either way. */
function turned({ width, height, bright }: Picture): Picture {
  const round = new Uint8ClampedArray(bright.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) round[x * height + (height - 1 - y)] = bright[y * width + x] ?? 255;
  return { width: height, height: width, bright: round };
}

/** The brightness of a canvas's pixels. */
export function picture({ width, height, data }: ImageData): Picture {
  const bright = new Uint8ClampedArray(width * height);
  for (let at = 0; at < bright.length; at++) {
    const [red = 0, green = 0, blue = 0] = [data[at * 4], data[at * 4 + 1], data[at * 4 + 2]];
    bright[at] = (red + 2 * green + blue) / 4;
  }
  return { width, height, bright };
}
