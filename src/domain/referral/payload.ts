import { z } from 'zod';
import { Uuid } from '../kernel/envelope.ts';
import { nameTokens } from '../kernel/names.ts';
import { Hidden, personal } from '../kernel/privacy.ts';
import { Adm3 } from '../places/pcodes.ts';
import { AgeBand, Need, Sex } from '../provider/codes.ts';

export const Urgency = z.enum(['emergency', 'urgent', 'normal']);
export type Urgency = z.infer<typeof Urgency>;

/** How the client may safely be reached: when, how (with the number or place that is safe), and by whom. */
export const SafeContact = z.strictObject({
  time: z.enum(['morning', 'afternoon', 'evening', 'any']),
  channel: z.enum(['call', 'message', 'home_visit', 'at_office', 'through_sender']),
  at: z.string().min(3).max(120).optional(),
  workerSex: z.enum(['female', 'male', 'any']),
});
export type SafeContact = z.infer<typeof SafeContact>;

const FirstName = z.string().trim().min(1).max(60);
const NeedSummary = z.string().trim().min(3).max(500);
const Contact = z.string().trim().min(3).max(120);
const Code = z
  .string()
  .regex(/^[A-Z0-9][A-Z0-9-]{2,19}$/)
  .meta({ description: 'Code of the client, meaningless outside the sender: capital letters, digits, hyphens' });

/** What the sender enters about the client; the same fields are stored sealed. */
export const ClientInput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('person'),
    /** First name, or a code where even that is too much. */
    name: FirstName,
    ageBand: AgeBand,
    sex: Sex,
    area: Adm3,
    safeContact: SafeContact,
    needSummary: NeedSummary,
  }),
  z.strictObject({ kind: z.literal('code'), code: Code }),
]);
export type ClientInput = z.infer<typeof ClientInput>;

const Person = z.strictObject({
  kind: z.literal('person'),
  name: personal(FirstName, 'T1'),
  ageBand: personal(AgeBand, 'T2'),
  sex: personal(Sex, 'T1'),
  area: Adm3,
  safeContact: personal(SafeContact, 'T1'),
  needSummary: personal(NeedSummary, 'T2'),
});

/**
 * The client of a referral: the minimum of domain.md §8, or a code alone. There is no field for a security result, an
 * affiliation, a perpetrator, clinical notes, HIV or a survivor's status, and nothing unknown passes.
 */
export const Client = z.discriminatedUnion('kind', [Person, z.strictObject({ kind: z.literal('code'), code: Code })]);
export type Client = z.infer<typeof Client>;

/** Fields about the client that a consent has to cover, by the name consents call them. */
export const CLIENT_FIELDS = ['name', 'ageBand', 'sex', 'area', 'safeContact', 'needSummary'] as const;
export const ClientField = z.enum(CLIENT_FIELDS);
export type ClientField = z.infer<typeof ClientField>;

/** The focal point's own line at the sender. */
export const SenderContact = Contact;
export const sealedContact = personal(Contact, 'T1');

/** What is sent: the minimum set of domain.md §8 and nothing else. */
export const Payload = z.strictObject({
  referralNo: z.string(),
  sender: z.strictObject({ organisation: Uuid, office: Uuid.optional(), focalPoint: z.string(), contact: sealedContact }),
  service: z.strictObject({ needCode: Need, serviceId: Uuid }),
  urgency: Urgency,
  client: Client,
});
export type Payload = z.infer<typeof Payload>;

/** The fields about the client that this payload carries. */
export const fieldsOf = (client: Client): readonly ClientField[] => (client.kind === 'code' ? [] : CLIENT_FIELDS);

const MINORS: readonly AgeBand[] = ['0-4', '5-11', '12-17'];

/** Under 18 by age band. A code says nothing of age: there the specialised provider asks. */
export const isMinor = (client: Client): boolean =>
  client.kind === 'person' && !(client.ageBand instanceof Hidden) && MINORS.includes(client.ageBand);

/** One text for one payload: keys in alphabetical order at every depth. Its keyed hash is the payload's digest. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}

/** Prepositions and conjunctions that Arabic writes onto the next word, with or without the article. */
const JOINED = /^(?:[وفبلك]{1,2})(?:ال|ل)?/;

/** The first of these terms that stands as a word in a text, however it is spelled; undefined when none does. */
export function saysTooMuch(text: string, terms: readonly string[]): string | undefined {
  const words = new Set(nameTokens(text).flatMap((word) => [word, word.replace(JOINED, '')]));
  return terms.find((term) => {
    const parts = nameTokens(term);
    return parts.length > 0 && parts.every((part) => words.has(part));
  });
}
