/**
 * Reads a QR code of version 4 and level M from its modules, as a camera would once it has found them: the mask from the format
 * bits, the codewords in their zigzag, two interleaved blocks of 32. Error correction is not needed on what nobody damaged.
 */
export function readQr(modules: readonly (readonly boolean[])[]): string {
  const size = 33;
  if (modules.length !== size) throw new Error(`a code of ${modules.length} modules is not version 4`);
  const dark = (x: number, y: number): number => (modules[y]?.[x] ? 1 : 0);
  const format = [0, 1, 2, 3, 4, 5, 7, 8].map((x) => dark(x, 8));
  const plain = format.map((bit, index) => bit ^ ([1, 0, 1, 0, 1, 0, 0, 0][index] ?? 0));
  if (plain[0] !== 0 || plain[1] !== 0) throw new Error('the code is not of level M');
  const mask = (plain[2] ?? 0) * 4 + (plain[3] ?? 0) * 2 + (plain[4] ?? 0);
  const bits: number[] = [];
  let upward = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1;
    for (let step = 0; step < size; step += 1) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (!isFunction(x, y)) bits.push(dark(x, y) ^ (masks[mask]?.(x, y) ? 1 : 0));
      }
    }
    upward = !upward;
  }
  const codewords = Array.from({ length: 64 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8).join(''), 2));
  const data = [...codewords.filter((_, index) => index % 2 === 0), ...codewords.filter((_, index) => index % 2 === 1)];
  const stream = data.map((one) => one.toString(2).padStart(8, '0')).join('');
  if (stream.slice(0, 4) !== '0100') throw new Error('the code is not in byte mode');
  const length = Number.parseInt(stream.slice(4, 12), 2);
  const bytes = Array.from({ length }, (_, index) => Number.parseInt(stream.slice(12 + index * 8, 20 + index * 8), 2));
  return Buffer.from(bytes).toString('utf8');
}

/** Finders with their separators and format bits, timing lines, and the one alignment pattern of version 4. */
const isFunction = (x: number, y: number): boolean =>
  x === 6 || y === 6 || (x < 9 && y < 9) || (x > 24 && y < 9) || (x < 9 && y > 24) || (x >= 24 && x <= 28 && y >= 24 && y <= 28);

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];
