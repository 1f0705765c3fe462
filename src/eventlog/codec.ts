import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { z } from 'zod';
import { caseEvents, isCaseEvent } from '../domain/kernel/caseEvents.ts';
import { idOf, type Metadata, type RecordedEvent } from '../domain/kernel/envelope.ts';
import { Refused } from '../domain/kernel/errors.ts';
import { Hidden, type PersonalPath, personalPaths, type SealedToken, type Tier, withinTier } from '../domain/kernel/privacy.ts';
import type { Process } from '../domain/kernel/process.ts';
import { newestVersion, type Registry, storedType } from '../domain/kernel/registry.ts';
import { DESTROYED, type KeyLookup, KeyMissing, type KeyName, type Keyring } from '../platform/keyring.ts';
import { freshNonce } from '../platform/nonces.ts';
import { UnknownEventType } from './failures.ts';
import type { ProposedEvent, StreamEvent } from './port.ts';

/** An event about to be written, before it has bytes. */
export interface Draft {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly data: unknown;
  readonly metadata: Metadata;
}

/** The one byte string: envelope and payload, as JSON in UTF-8, with personal values sealed. */
interface Envelope extends Omit<Draft, 'data'> {
  readonly data: Record<string, unknown>;
}

/** The bytes are not what their type says. */
export class UndecodableEvent extends Error {
  constructor(stored: StreamEvent, cause: unknown) {
    super(`event ${stored.type} at ${stored.stream}/${stored.revision} cannot be decoded`, { cause });
    this.name = 'UndecodableEvent';
  }
}

interface Shape {
  readonly process: Process;
  readonly name: string;
  readonly version: number;
  readonly newest: number;
  readonly schema: z.ZodObject;
  readonly paths: readonly PersonalPath[];
}

/** `all` opens every personal value; a tier opens up to it; `none` leaves tokens sealed and needs no keys. */
export type Opening = Tier | 'all' | 'none';

/**
 * Told of every event that is sealed, as `decode` will answer it; not of one that holds what was hidden or is upcast when read. It
 * holds only of bytes that this append wrote: where the ids were there already, `decode` answers what another sealed under them.
 */
export type Told = (event: RecordedEvent) => void;

/** Told of every personal value that was opened. */
export type Seen = (tier: Tier, value: unknown) => void;

export interface Codec {
  /** @throws Refused SUBJECT_ERASED for personal values of whom the keys are destroyed */
  encode(drafts: readonly Draft[], told?: Told): Promise<readonly ProposedEvent[]>;
  decode(stored: readonly StreamEvent[], opening: Opening, seen?: Seen): Promise<readonly RecordedEvent[]>;
  /** Opens the tokens found anywhere in a stored value (a row of a read model), up to a tier. */
  open<T>(value: T, opening: Opening, seen?: Seen): Promise<T>;
  /** Lets go of cached keys of subjects: for who sees in the log that they were destroyed. */
  forget(subjects: readonly string[]): void;
  /** How often keys were destroyed or let go of here: what was opened before the last time is not to be kept. */
  forgettings(): number;
}

/**
 * Makes the codec of a registry: strict schemas by stored type, upcasting to the newest version, personal values sealed
 * under their subject's key on the way in and opened on the way out. @see domain/kernel/privacy.ts
 */
export function createCodec(registry: Registry, keyring: Keyring): Codec {
  const shapes = shapesOf(registry);

  const shapeOf = (stored: StreamEvent): Shape => {
    const shape = shapes.get(stored.type);
    if (!shape) throw new UnknownEventType(stored);
    return shape;
  };

  /** For a correction, the shape its `after` was written in: that of the event it corrects, in the version it says. */
  const correctedShape = (shape: Shape, { type, version = 1 }: Data): Shape | undefined => {
    if (!('after' in shape.schema.shape) || typeof type !== 'string' || !isCaseEvent(shape.name)) return undefined;
    const corrected = shapes.get(`${shape.process.name}.${type}.v${version}`);
    if (!corrected && type in shape.process.events) throw new Error(`version ${version} of ${type} is not known`);
    return corrected;
  };

  /** Paths of this one event: for a correction, those of the event it corrects as well, under `after`. */
  const pathsOf = (shape: Shape, corrected: Shape | undefined): readonly PlacePath[] =>
    corrected
      ? [...shape.paths, ...corrected.paths.map((one) => ({ ...one, path: ['after', ...one.path], within: 'after' }))]
      : shape.paths;

  return {
    encode: async (drafts, told) => {
      const prepared = drafts.map((draft) => {
        const process = registry.ofStream(draft.stream);
        const type = storedType(process, draft.type);
        const shape = shapes.get(type);
        if (!shape) throw new Error(`${process.name} has no event ${draft.type}`);
        const data = structured(shape.schema.parse(draft.data)) as Record<string, unknown>;
        const corrected = correctedShape(shape, data);
        const places = placesIn(data, pathsOf(shape, corrected), selfOf(process, draft.stream));
        const readsAlike = (!corrected || isNewest(corrected)) && !places.some((place) => place.value instanceof Hidden);
        return { draft, type, data, places, readsAlike, store: process.store };
      });
      const names = prepared.flatMap(({ places }) => places.map((place) => place.name));
      const keys = names.length === 0 ? noKeys : await keyring.fetch(distinct(names), true);
      return prepared.map(({ draft, type, data, places, readsAlike, store }) => {
        if (readsAlike) told?.(asRead(draft, data));
        for (const place of places) place.holder[place.key] = seal(place, `${draft.id}/${place.at}`, keys, store);
        const envelope: Envelope = { ...draft, type, data };
        return { id: draft.id, type, bytes: Buffer.from(JSON.stringify(envelope)) };
      });
    },

    decode: async (stored, opening, seen) => {
      const parsed = stored.map((event) => {
        const shape = shapeOf(event);
        try {
          const envelope = JSON.parse(textOf(event.bytes)) as Envelope;
          const data = upcast(shape, envelope.data);
          const corrected = correctedShape(shape, data);
          const old = !isNewest(shape) || (corrected !== undefined && !isNewest(corrected));
          if (corrected && old) Object.assign(data, { after: upcast(corrected, data.after as Data), version: corrected.newest });
          const places = placesIn(data, pathsOf(shape, corrected), selfOf(shape.process, event.stream)).filter(
            // Corrections kept their reason in plain words before it was sealed like every other.
            (place) => !corrected || place.at !== 'reason' || isToken(place.value),
          );
          return { event, envelope, shape, data, old, places };
        } catch (error) {
          throw new UndecodableEvent(event, error);
        }
      });
      const wanted = parsed.flatMap(({ places }) => places.map(sealedUnder)).filter((name) => opens(opening, name.tier as Tier));
      const keys = wanted.length === 0 ? noKeys : await keyring.fetch(distinct(wanted), false);
      return parsed.map(({ event, envelope, shape, data, old, places }): RecordedEvent => {
        try {
          // An upcaster may rename fields, so only events of the newest version are held to the place they were sealed at.
          for (const place of places) {
            const token = place.value as SealedToken;
            const value = unseal(token, opening, keys, old ? undefined : `${event.id}/${place.at}`);
            if (!(value instanceof Hidden)) seen?.(token.$sealed, value);
            place.holder[place.key] = value;
          }
          return {
            type: shape.name,
            data: shape.schema.parse(data),
            // Completed rather than copied: nobody else has what was just parsed, and every event of every case passes here.
            meta: Object.assign(envelope.metadata, placeOf(event, envelope.recordedAt)),
          };
        } catch (error) {
          throw new UndecodableEvent(event, error);
        }
      });
    },

    open: async (value, opening, seen) => {
      const tokens: KeyName[] = [];
      visit(value, (token) => {
        if (opens(opening, token.$sealed)) tokens.push(keyOf(token));
        return token;
      });
      const keys = tokens.length === 0 ? noKeys : await keyring.fetch(distinct(tokens), false);
      return visit(value, (token) => {
        const plain = unseal(token, opening, keys);
        if (!(plain instanceof Hidden)) seen?.(token.$sealed, plain);
        return plain;
      }) as typeof value;
    },

    forget: (subjects) => keyring.forget(subjects),
    forgettings: () => keyring.forgettings(),
  };
}

/** A draft as it is read again: what JSON leaves out is left out. */
function asRead(draft: Draft, plain: Data): RecordedEvent {
  const { data, metadata } = JSON.parse(JSON.stringify({ data: plain, metadata: draft.metadata })) as Pick<
    Draft,
    'data' | 'metadata'
  >;
  return { type: draft.type, data, meta: Object.assign(metadata, placeOf(draft, draft.recordedAt)) };
}

/** What is known of an event beside what it says. */
const placeOf = ({ id, stream, revision }: Pick<StreamEvent, 'id' | 'stream' | 'revision'>, recordedAt: string) => ({
  eventId: id,
  stream,
  revision,
  recordedAt,
});

function shapesOf(registry: Registry): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const process of registry.all) {
    for (const [name, schema] of Object.entries({ ...caseEvents, ...process.events })) {
      const newest = newestVersion(process, name);
      const paths = personalPaths(schema);
      const read = process.ahead?.[name] ? newest + 1 : newest;
      for (let version = 1; version <= read; version++) {
        shapes.set(`${process.name}.${name}.v${version}`, { process, name, version, newest, schema, paths });
      }
    }
  }
  return shapes;
}

type Data = Readonly<Record<string, unknown>>;

const isNewest = ({ version, newest }: Shape): boolean => version === newest;

const noKeys: KeyLookup = () => undefined;

/** UTF-8 read where it lies, without a copy. */
const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('utf8');

/** In the newest version's shape; what is of the newest version already is answered as it is, without a copy. */
function upcast(shape: Shape, stored: Data): Record<string, unknown> {
  if (isNewest(shape)) return stored;
  let data = shape.version > shape.newest ? (shape.process.ahead?.[shape.name]?.(stored) ?? stored) : stored;
  for (let version = shape.version; version < shape.newest; version++) {
    data = shape.process.upcasters?.[shape.name]?.[version]?.(data) ?? data;
  }
  return { ...data };
}

/** A path into an event's data; `within` is the field that holds the whole data of the event it was declared for. */
interface PlacePath extends PersonalPath {
  readonly within?: string;
}

/** One personal value found in an event's data: `value` stands at `key` of `holder`. */
interface Place {
  readonly at: string;
  readonly name: KeyName;
  readonly value: unknown;
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** Walks the declared paths through real data; lists and records fan out. */
function placesIn(data: Record<string, unknown>, paths: readonly PlacePath[], self: string): readonly Place[] {
  const found: Place[] = [];
  for (const { path, within, tier, subject } of paths) {
    const top = (within === undefined ? data : data[within]) as Record<string, unknown>;
    const walk = (node: unknown, step: number, before: string): void => {
      if (typeof node !== 'object' || node === null || node instanceof Hidden) return;
      const holder = node as Record<string, unknown>;
      const head = path[step]!;
      for (const key of head === '*' ? Object.keys(holder) : head in holder ? [head] : []) {
        const value = holder[key];
        if (step < path.length - 1) walk(value, step + 1, `${before}${key}.`);
        else if (value !== undefined && value !== null) {
          const whose = subject === 'self' ? self : (holder[subject] ?? top[subject] ?? self);
          found.push({ at: before + key, name: { subject: String(whose), tier }, value, holder, key });
        }
      }
    };
    if (path.length > 0) walk(data, 0, '');
  }
  return found;
}

interface Token extends SealedToken {
  /** `<event id>/<path>`: bound into the cipher text, so that a token cannot be moved. */
  readonly at: string;
}

function seal(place: Place, at: string, keys: KeyLookup, store: Process['store']): SealedToken {
  // A value that is already hidden (a correction that keeps an unopened field) stays the token it was.
  if (place.value instanceof Hidden) return place.value.token;
  const key = keys(place.name);
  if (!key || key === DESTROYED) throw new Refused('SUBJECT_ERASED', { subject: place.name.subject });
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(at));
  const text = Buffer.concat([cipher.update(JSON.stringify(place.value), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const token: Token = {
    $sealed: place.name.tier as Tier,
    subject: place.name.subject,
    ...(store === 'restricted' ? { store } : {}),
    at,
    nonce: nonce.toString('base64url'),
    text: text.toString('base64url'),
  };
  return token;
}

const opens = (opening: Opening, tier: Tier): boolean => opening === 'all' || (opening !== 'none' && withinTier(tier, opening));

function unseal(sealed: SealedToken, opening: Opening, keys: KeyLookup, expectedAt?: string): unknown {
  const token = sealed as Token;
  if (!isToken(token)) throw new Error('a personal value stands unsealed in the log');
  // A corrected event keeps tokens of the event it corrects, so only the same event's own place is held against it.
  const sameEvent = expectedAt?.slice(0, 36) === token.at.slice(0, 36);
  if (sameEvent && expectedAt !== token.at) throw new Error(`a sealed value was moved from ${token.at} to ${expectedAt}`);
  if (!opens(opening, token.$sealed)) return new Hidden('sealed', token);
  const key = keys(keyOf(token));
  if (key === DESTROYED) return new Hidden('erased', token);
  if (!key) throw new KeyMissing(keyOf(token));
  const bytes = Buffer.from(token.text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(token.nonce, 'base64url')).setAAD(Buffer.from(token.at));
  decipher.setAuthTag(bytes.subarray(-16));
  const plain = decipher.update(bytes.subarray(0, -16));
  // Of this mode nothing is left to come but the proof, which throws.
  decipher.final();
  return JSON.parse(plain.toString('utf8'));
}

/**
 * Whose key a case's own words are under. In the restricted store it is the stream, so that no erasure of a general case reaches a
 * restricted one by bearing its id.
 */
const selfOf = ({ store }: Process, stream: string): string => (store === 'restricted' ? stream : idOf(stream));

const keyOf = ({ subject, $sealed, store }: SealedToken): KeyName => ({ subject, tier: $sealed, store });

/** The key a stored value was sealed under: the token says so, whatever has become of the fields around it. */
const sealedUnder = ({ value, name }: Place): KeyName => (isToken(value) ? keyOf(value) : name);

const isToken = (value: unknown): value is Token =>
  typeof value === 'object' && value !== null && '$sealed' in value && 'at' in value;

/** A copy of a value with every token (or Hidden) in it replaced. */
function visit(value: unknown, replace: (token: SealedToken) => unknown): unknown {
  if (value instanceof Hidden) return replace(value.token);
  if (isToken(value)) return replace(value);
  if (Array.isArray(value)) return value.map((one) => visit(one, replace));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, visit(one, replace)]));
  }
  return value;
}

/** A deep copy of plain data that keeps Hidden instances. */
function structured(value: unknown): unknown {
  if (value instanceof Hidden || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(structured);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structured(one)]));
}

const distinct = (names: readonly KeyName[]): readonly KeyName[] => [
  ...new Map(names.map((one) => [`${one.store ?? ''}:${one.tier}:${one.subject}`, one])).values(),
];
