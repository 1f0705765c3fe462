import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.ts';
import { positionOfText, type StorePosition } from './stores.ts';

const KEY = /^[\x21-\x7e]{8,128}$/;
const ETAG = /^"?(\d{1,9})"?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The `Idempotency-Key`: the same key by the same person on the same route is the same command. @throws Problem 400 */
export function idempotencyKey(headers: IncomingHttpHeaders): string {
  const key = headers['idempotency-key'];
  if (key === undefined) throw new Problem('IDEMPOTENCY_KEY_MISSING');
  if (typeof key !== 'string' || !KEY.test(key)) throw new Problem('IDEMPOTENCY_KEY_MALFORMED');
  return key;
}

/** The revision the caller looked at, from `If-Match`. @throws Problem 400 for anything but one strong ETag. */
export function revisionIn(headers: IncomingHttpHeaders): number | undefined {
  const tag = headers['if-match'];
  if (tag === undefined) return undefined;
  const revision = ETAG.exec(tag)?.[1];
  if (revision === undefined) throw new Problem('IF_MATCH_MALFORMED');
  return Number(revision);
}

/** The position a read must have come to, from `Masar-After`. @throws Problem 400 */
export function positionIn(headers: IncomingHttpHeaders): StorePosition | undefined {
  const text = headers['masar-after'];
  if (text === undefined) return undefined;
  const position = typeof text === 'string' ? positionOfText(text) : undefined;
  if (!position) throw new Problem('POSITION_MALFORMED');
  return position;
}

/** The colleague on leave whom a deputy reads for, from `Masar-On-Behalf-Of`. */
export function absentColleague(headers: IncomingHttpHeaders): string | undefined {
  const staff = headers['masar-on-behalf-of'];
  if (staff === undefined) return undefined;
  if (typeof staff !== 'string' || !UUID.test(staff)) throw new Problem('ID_MALFORMED');
  return staff.toLowerCase();
}

/** The ETag of a revision. */
export const etagOf = (revision: number): string => `"${revision}"`;

/** Whether text is a UUID in its usual form. */
export const isUuid = (text: string): boolean => UUID.test(text);
