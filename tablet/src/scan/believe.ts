// Which of the readings of a camera are believed: one of a code that corrects its own errors, the second same one of bars.
//
// In: what each picture was read as. Out: the code, once it is believed.

export interface Reading {
  text: string;
  /** It corrects its own errors. Bars do not: a check digit lets one wrong reading in ten through, and Code 39 has none. */
  sure: boolean;
}

export class Belief {
  private last: string | null = null;

  hear(reading: Reading | null): string | null {
    if (!reading) return null;
    const believed = reading.sure || reading.text === this.last;
    this.last = reading.text;
    return believed ? reading.text : null;
  }
}
