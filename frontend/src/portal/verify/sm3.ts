/** SM3 (GB/T 32905-2016), which the hash library does not have. */

const start = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

const turn = (x: number, n: number): number => (x << n % 32) | (x >>> (32 - (n % 32)) % 32);
const p0 = (x: number): number => x ^ turn(x, 9) ^ turn(x, 17);
const p1 = (x: number): number => x ^ turn(x, 15) ^ turn(x, 23);

export function sm3(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((message.length + 8) >> 6) + 1) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const words = new DataView(padded.buffer);
  words.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000));
  words.setUint32(padded.length - 4, message.length << 3);

  let state = Int32Array.from(start);
  const w = new Int32Array(68);
  for (let block = 0; block < padded.length; block += 64) {
    for (let j = 0; j < 16; j++) w[j] = words.getInt32(block + 4 * j);
    const at = (j: number): number => w[j] ?? 0;
    for (let j = 16; j < 68; j++) {
      w[j] = p1(at(j - 16) ^ at(j - 9) ^ turn(at(j - 3), 15)) ^ turn(at(j - 13), 7) ^ at(j - 6);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let j = 0; j < 64; j++) {
      const a12 = turn(a, 12);
      const ss1 = turn((a12 + e + turn(j < 16 ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7);
      const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      const tt1 = (ff + d + (ss1 ^ a12) + (at(j) ^ at(j + 4))) | 0;
      const tt2 = (gg + h + ss1 + at(j)) | 0;
      [d, c, b, a] = [c, turn(b, 9), a, tt1];
      [h, g, f, e] = [g, turn(f, 19), e, p0(tt2)];
    }
    const next = [a, b, c, d, e, f, g, h];
    state = state.map((x, i) => x ^ (next[i] ?? 0));
  }
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  state.forEach((x, i) => {
    view.setInt32(4 * i, x);
  });
  return out;
}
