import type { RecordedEvent } from '../domain/kernel/envelope.ts';
import { Hidden, type Tier } from '../domain/kernel/privacy.ts';

const standIn = (tier: Tier): Hidden => new Hidden('sealed', { $sealed: tier, subject: '', nonce: '', text: '' });

/** For sealed values where nobody will ever open them: a fold that is only asked for waits and places. */
const STAND_INS: Readonly<Record<Tier, Hidden>> = {
  T0: standIn('T0'),
  T1: standIn('T1'),
  T2: standIn('T2'),
  T3: standIn('T3'),
};

/** A copy of a value in which a stand-in is put for every sealed value, as an instance or as its JSON. */
export function hollow(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Hidden) return STAND_INS[value.token.$sealed];
  if ('$sealed' in value) return STAND_INS[(value as { readonly $sealed: Tier }).$sealed];
  if (Array.isArray(value)) return value.map(hollow);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hollow(one)]));
}

/**
 * An event decoded without opening anything, lightened of its sealed values. States, waits, timers and `about` never depend on
 * personal values (the kernel's rule), so a fold over such events shows them all.
 */
export const hollowEvent = (event: RecordedEvent): RecordedEvent => ({ ...event, data: hollow(event.data) });
