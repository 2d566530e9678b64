// A first password: made up so that it can be read out over a telephone. The office's rule is its length.

export const SHORTEST = 10;
/** Without what is mistaken for something else. 31 signs; 15 of them are 74 bits. */
const SIGNS = "23456789abcdefghjkmnpqrstuvwxyz";
const LENGTH = 15;

type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

export function secret(random: Random = (bytes) => crypto.getRandomValues(bytes)): string {
  let made = "";
  while (made.replaceAll("-", "").length < LENGTH) {
    for (const byte of random(new Uint8Array(32))) {
      const length = made.replaceAll("-", "").length;
      // Bytes above the last whole multiple would make some signs likelier.
      if (byte >= Math.floor(256 / SIGNS.length) * SIGNS.length || length >= LENGTH) continue;
      made += (length > 0 && length % 5 === 0 ? "-" : "") + SIGNS[byte % SIGNS.length];
    }
  }
  return made;
}
