/**
 * Made-up cases for logs of any length. A few cases are played through by commands in a world of the tests: a family registered
 * by two officers, a property claim forwarded to the Central Committee, papers of every person. Copies of them, with ids and
 * names of their own, are sealed by the codec and put into the log by SQL, in the shape `append` leaves behind.
 */
import { randomUUID } from 'node:crypto';
import { built } from './built.mjs';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Stands for a name that differs from copy to copy. */
const NAME = 'Xqz';
/** What ids and names of copies begin with, so that rows of read models can be told apart and copied again. */
export const ID_MARK = 'feed0000';
export const NAME_MARK = 'qqqqqq';
const EVENTS_A_CASE = 10;
const INSERT_AT_ONCE = 4_000;

/** An event of a person's papers. */
export const paper = (document, at) => ({
  type: 'IdentityDocumentRecorded',
  data: {
    document,
    docType: 'civil_status_id',
    number: `00${12_345_678 + at}`,
    issuer: 'civil affairs',
    status: 'valid',
    usable: true,
  },
});

/** Envelope fields of an event nobody entered. */
export const metadataOf = (actor) => ({
  commandId: randomUUID(),
  command: 'made',
  inputMac: 'f'.repeat(64),
  correlationId: randomUUID(),
  actor,
  channel: 'in_person',
  occurredAt: '2026-03-01T08:00:00.000Z',
});

const clerkOf = () => ({
  id: randomUUID(),
  organisation: randomUUID(),
  office: randomUUID(),
  governorate: 'IQG15',
  post: 'registrar',
});

/** Drafts of one person's first `count` events: registered, then papers recorded, lost and found, details that change. */
export function personDrafts(id, count, actor = clerkOf()) {
  const documents = Array.from({ length: 8 }, () => randomUUID());
  const event = (at) => {
    if (at === 0) return { type: 'PersonRegistered', data: { name: { ar: { first: 'سلمى', father: 'كريم' } }, sex: 'female' } };
    if (at <= documents.length) return paper(documents[at - 1], at);
    if (at % 5 === 0) return { type: 'PersonDetailsUpdated', data: { phones: [`0770000${1_000 + at}`], ground: 'changed' } };
    const lost = at % 2 === 0;
    return {
      type: 'IdentityDocumentStatusChanged',
      data: { document: documents[at % 8], docType: 'civil_status_id', status: lost ? 'lost' : 'valid', usable: !lost },
    };
  };
  return Array.from({ length: count }, (_, revision) => ({
    id: randomUUID(),
    stream: `person-${id}`,
    revision,
    recordedAt: '2026-03-01T08:00:00.000Z',
    ...event(revision),
    metadata: metadataOf(actor),
  }));
}

/** The cases that are copied, as one text of drafts with the ids that every copy keeps. */
async function template() {
  const { families } = await built('tests/support/families.js');
  const { claims } = await built('tests/support/claims.js');
  const drafts = [];
  const keep = new Set();
  const take = async ({ log, codec }) => {
    const { events } = await log.readAll(0n, 10_000);
    const decoded = await codec.decode(events, 'all');
    for (const { type, data, meta } of decoded) {
      const { eventId: id, stream, revision, recordedAt, ...metadata } = meta;
      for (const one of [metadata.actor.id, metadata.actor.organisation, metadata.actor.office]) if (one) keep.add(one);
      // Streams that keep what is unique are named by hashes, and no read model shows them.
      if (/^(application|household|person|claim)-/.test(stream))
        drafts.push({ id, stream, revision, type, recordedAt, data, metadata });
    }
  };
  const branch = await families();
  await branch.registered(branch.registrar, NAME, {});
  await take(branch.w);
  const committee = await claims();
  keep.add(committee.subcommittee);
  await committee.upTo('forwarded');
  await take(committee.w);
  const text = JSON.stringify(drafts.map((draft) => named(draft)));
  return { drafts: JSON.parse(padded(text)), keep, committee: committee.clerk.post };
}

/** The first name of everybody is what copies change. */
const named = (draft) =>
  draft.data.name?.ar ? { ...draft, data: { ...draft.data, name: { ar: { ...draft.data.name.ar, first: NAME } } } } : draft;

/** With papers for every person, until there are ten events a case. */
function padded(text) {
  const drafts = JSON.parse(text);
  const streams = new Map();
  for (const { stream, revision } of drafts) streams.set(stream, revision);
  const persons = [...streams.keys()].filter((one) => one.startsWith('person-'));
  const { metadata, recordedAt } = drafts[0];
  for (let at = 0; drafts.length < streams.size * EVENTS_A_CASE; at += 1) {
    const stream = persons[at % persons.length];
    const revision = streams.get(stream) + 1;
    streams.set(stream, revision);
    drafts.push({
      id: randomUUID(),
      stream,
      revision,
      recordedAt,
      ...paper(randomUUID(), at),
      metadata: { ...metadata, commandId: randomUUID() },
    });
  }
  return JSON.stringify(drafts);
}

/** A number in letters, a digit a letter from a on. */
const letters = (number) => String(number).replace(/[0-9]/g, (digit) => 'abcdefghij'[Number(digit)]);

/**
 * Writes so many events of a tenth as many cases into the log; answers how many of each. Claims are of a committee nobody works in,
 * or of the one that `office` and `organisation` name: those bear no mark, and are not copied again.
 */
export async function fillLog({ pool, codec }, events, of = {}) {
  const { drafts, keep, committee } = await template();
  const places = new Map(
    of.office
      ? [
          [committee.office, of.office],
          [committee.organisation, of.organisation],
        ]
      : [],
  );
  const pieces = JSON.stringify(drafts).split(new RegExp(`(${UUID.source}|${NAME})`, 'g'));
  const { rows } = await pool.query('select coalesce(max(position), 0)::int as head from log.events');
  let position = rows[0].head;
  let waiting = [];
  let cases = 0;
  const flush = async () => {
    const sealed = await codec.encode(waiting);
    const column = (of) => waiting.map(of);
    await pool.query(
      `insert into log.events (position, stream, revision, id, type, bytes)
       select $1::bigint + n, stream, revision, id, type, bytes
       from unnest($2::text[], $3::int[], $4::uuid[], $5::text[], $6::bytea[]) with ordinality as e(stream, revision, id, type, bytes, n)`,
      [
        position,
        column((one) => one.stream),
        column((one) => one.revision),
        sealed.map((one) => one.id),
        sealed.map((one) => one.type),
        sealed.map((one) => one.bytes),
      ],
    );
    position += waiting.length;
    waiting = [];
  };
  for (let copy = 0; position - rows[0].head + waiting.length < events; copy += 1) {
    const ids = new Map();
    const fresh = (piece, at) => {
      if (at % 2 === 0 || keep.has(piece)) return places.get(piece) ?? piece;
      if (piece === NAME) return `${of.office ? 'own' : NAME_MARK}${letters(copy)}`;
      const known = ids.get(piece) ?? (of.office ? '' : ID_MARK) + randomUUID().slice(of.office ? 0 : ID_MARK.length);
      ids.set(piece, known);
      return known;
    };
    const own = JSON.parse(pieces.map(fresh).join(''));
    cases += new Set(own.map((one) => one.stream)).size;
    waiting.push(...own);
    if (waiting.length >= INSERT_AT_ONCE) await flush();
  }
  if (waiting.length > 0) await flush();
  await pool.query('analyze log.events');
  return { events: position - rows[0].head, cases };
}
