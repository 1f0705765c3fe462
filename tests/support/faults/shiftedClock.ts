/** Loaded before a program (`--import`), lets it live MASAR_TEST_SHIFT_MS from now, as on a machine whose clock was set wrong. */
const shiftMs = Number(process.env.MASAR_TEST_SHIFT_MS ?? 0);
const Real = Date;

class Shifted extends Real {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [Real.now() + shiftMs] : given) as [number]));
  }

  static override now(): number {
    return Real.now() + shiftMs;
  }
}

globalThis.Date = Shifted as DateConstructor;
