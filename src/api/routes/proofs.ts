import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { Refused } from '../../domain/kernel/errors.ts';
import type { Process } from '../../domain/kernel/process.ts';
import type { Checkpoint } from '../../eventlog/audit/ledger.ts';
import type { AuditReads } from '../../eventlog/audit/reads.ts';
import { ofRestricted, type StoreKind } from '../../eventlog/stores.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { claimsAbout } from '../../projections/receipts.queries.ts';
import { awaitPosition, caseIdIn, rightsOf } from '../caseIds.ts';
import { permitted } from '../caseView.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { PAGING, pageOf } from '../listing.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { hasRoutes } from '../paths.ts';
import { Problem } from '../problem.ts';
import { storeReads } from '../stores.ts';

const Size = z
  .string()
  .regex(/^\d{1,15}$/)
  .meta({ description: 'A number of events from the beginning of the log', examples: ['1200'] });
const HashView = z.string().meta({ description: 'SHA-256 in base64' });
const Proof = z.array(HashView).meta({ description: 'As in RFC 9162 §2.1' });

const CheckpointView = z.object({
  size: Size,
  root: HashView,
  note: z.string().meta({ description: 'The signed note (C2SP tlog-checkpoint): origin, size, root, signature' }),
  key: z.string().meta({ description: 'The public key that signed it, `<name>+<key id>+<key>`' }),
  signedAt: z.string().meta({ format: 'date-time' }),
});

const KeyView = z.object({
  key: z.string().meta({ description: '`<name>+<key id>+<key>` (C2SP)' }),
  first: Size.meta({ description: 'Size of the first checkpoint it signed' }),
  last: Size,
  from: z.string().meta({ format: 'date-time' }),
  until: z.string().meta({ format: 'date-time', description: 'When it last signed' }),
});

const Stored = z.strictObject({
  store: z
    .enum(['general', 'restricted'])
    .default('general')
    .meta({ description: 'Each store has a log, a tree and a name to sign under of its own' }),
});

const HeadView = z.object({ size: Size, root: HashView });
const ConsistencyView = z.object({ from: HeadView, to: HeadView, proof: Proof });

const ReceiptView = z.object({
  process: z.string(),
  id: z.string(),
  checkpoint: z.string().optional().meta({ description: 'The signed note; absent while none covers an event of this case' }),
  stream: z.string(),
  events: z.array(
    z.object({
      revision: z.int(),
      logIndex: z.string().meta({ description: 'From 1; the leaf stands at one less' }),
      leaf: HashView,
      proof: Proof,
    }),
  ),
  before: HashView.optional().meta({
    description: 'The chain of the case before the first of these events; absent at its beginning, where it is 32 bytes of zero',
  }),
  chain: HashView.optional().meta({ description: 'The chain of the case behind the last of these events' }),
  next: z.int().optional().meta({ description: '`from` of the next part; absent when these are the last that are covered' }),
  pending: z.int().meta({ description: 'Events of this case that no checkpoint covers yet' }),
});
type ReceiptView = z.output<typeof ReceiptView>;

/** Events in one receipt, at most; nobody published a bound, and few cases have so many. */
const MOST_EVENTS = 500;
/** Events of each claim in the receipts of a claimant; the rest is had claim by claim. */
const EVENTS_OF_A_CLAIM = 50;
const MOST_CLAIMS = 50;

const Part = z.strictObject({
  from: z.coerce.number().int().min(0).max(2_147_483_647).default(0).meta({ description: 'The revision of the first event' }),
  limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(MOST_EVENTS),
});
const ClaimsPage = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MOST_CLAIMS).default(MOST_CLAIMS),
  cursor: PAGING.cursor,
});

/** What can be proved of the log: its signed heads, that one grew out of another, that a case is in it. Hashes, no words. */
export async function proofRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  checkpointRoutes(app, parts);
  receiptRoutes(app, parts);
}

function checkpointRoutes(app: FastifyInstance, parts: ApiParts): void {
  const tags = ['audit'];
  const text = (description: string) => ({ 200: { type: 'string', description } });
  const latest = async (store: StoreKind): Promise<Checkpoint> => {
    const checkpoint = await ofTree(parts, store, (tree) => tree.latest());
    if (!checkpoint) throw new Refused('NOT_FOUND');
    return checkpoint;
  };

  const Page = Stored.extend({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    below: Size.optional().meta({ description: 'Only checkpoints of fewer events' }),
  });
  app.get<{ Querystring: z.output<typeof Page> }>(
    '/v1/audit/checkpoints',
    {
      schema: {
        operationId: 'auditCheckpoints',
        tags,
        summary: 'Signed heads of the audit tree, the newest first',
        querystring: Page,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(CheckpointView) }), 'output') },
      },
    },
    async (request) => {
      await employed(parts, request);
      const { store, below, limit } = request.query;
      const before = below === undefined ? undefined : Number(below);
      const items = await ofTree(parts, store, (tree) => tree.checkpoints(before, limit));
      return { items: items.map((one) => ({ ...one, size: String(one.size), root: one.root.toString('base64') })) };
    },
  );

  app.get<{ Querystring: z.output<typeof Stored> }>(
    '/v1/audit/checkpoints/latest',
    {
      schema: {
        operationId: 'auditLatestCheckpoint',
        tags,
        summary: 'The last signed head of the audit tree, as the signed note',
        querystring: Stored,
        produces: ['text/plain'],
        response: text('A signed note (C2SP)'),
      },
    },
    async (request, reply) => {
      await employed(parts, request);
      return plain(reply, (await latest(request.query.store)).note);
    },
  );

  app.get<{ Querystring: z.output<typeof Stored> }>(
    '/v1/audit/key',
    {
      schema: {
        operationId: 'auditKey',
        tags,
        summary: 'The public key of the last checkpoint; take it once and keep it',
        querystring: Stored,
        produces: ['text/plain'],
        response: text('`<name>+<key id>+<key>` (C2SP)'),
      },
    },
    async (request, reply) => {
      await employed(parts, request);
      return plain(reply, `${(await latest(request.query.store)).key}\n`);
    },
  );

  app.get<{ Querystring: z.output<typeof Stored> }>(
    '/v1/audit/keys',
    {
      schema: {
        operationId: 'auditKeys',
        tags,
        summary: 'The public keys that signed checkpoints, the earliest first: who holds an old checkpoint finds its key here',
        querystring: Stored,
        response: { 200: jsonSchemaOf(z.object({ items: z.array(KeyView) }), 'output') },
      },
    },
    async (request) => {
      await employed(parts, request);
      const keys = await ofTree(parts, request.query.store, (tree) => tree.keys());
      return { items: keys.map((one) => ({ ...one, first: String(one.first), last: String(one.last) })) };
    },
  );

  const Between = Stored.extend({ from: Size, to: Size });
  app.get<{ Querystring: z.output<typeof Between> }>(
    '/v1/audit/consistency',
    {
      schema: {
        operationId: 'auditConsistency',
        tags,
        summary: 'The proof that the audit tree at one size begins with the tree at a smaller one',
        querystring: Between,
        response: { 200: jsonSchemaOf(ConsistencyView, 'output') },
      },
    },
    async (request) => {
      await employed(parts, request);
      const [from, to] = [Number(request.query.from), Number(request.query.to)];
      const proved = from <= to ? await ofTree(parts, request.query.store, (tree) => tree.consistency(from, to)) : undefined;
      if (!proved) {
        const message = 'the tree has not so many events, or fewer than `from`';
        throw new Problem('INVALID_INPUT', { errors: [{ pointer: 'to', code: 'OUT_OF_RANGE', message }] });
      }
      const [older, newer] = proved.roots.map((root) => root.toString('base64'));
      return {
        from: { size: String(from), root: older },
        to: { size: String(to), root: newer },
        proof: proved.proof.map((hash) => hash.toString('base64')),
      };
    },
  );
}

/** Asks the audit tree of a store. @throws RestrictedUnavailable where that one is away or not set up */
function ofTree<T>(parts: ApiParts, store: StoreKind, ask: (tree: AuditReads) => Promise<T>): Promise<T> {
  return store === 'general' ? ask(parts.auditTree) : ofRestricted(async () => ask(storeReads(parts, { store }).auditTree));
}

/** Everybody with a post may read what holds hashes alone. @throws Refused */
async function employed(parts: ApiParts, request: Parameters<typeof rightsOf>[1]): Promise<void> {
  const { posts } = await rightsOf(parts, request);
  if (posts.length === 0) throw new Refused('FORBIDDEN');
}

const plain = (reply: FastifyReply, text: string) => reply.type('text/plain; charset=utf-8').send(text);

function receiptRoutes(app: FastifyInstance, parts: ApiParts): void {
  for (const process of parts.registry.all.filter(hasRoutes)) {
    app.get<{ Params: { id: string }; Querystring: z.output<typeof Part> }>(
      `/v1/${process.plural}/:id/receipt`,
      {
        schema: {
          ...operation({ process, name: 'receipt', summary: `${process.labels.plural.en}: proof that the case is in the log` }),
          querystring: Part,
          response: { 200: jsonSchemaOf(ReceiptView, 'output') },
        },
        config: { process },
      },
      async (request, reply) => {
        const id = await caseIdIn(parts, process, request.params.id, request, reply);
        const [record, rights] = await Promise.all([parts.cases.glance(`${process.name}-${id}`), rightsOf(parts, request)]);
        permitted(process, record, rights, 'timeline');
        return receiptOf(parts, process, id, record.revision, request.query);
      },
    );
  }

  const [person, claim] = [parts.registry.byName('person'), parts.registry.byName('claim')];
  if (!person || !claim) return;
  const db = readDb(parts.reads);
  app.get<{ Params: { id: string }; Querystring: z.output<typeof ClaimsPage> }>(
    `/v1/${person.plural}/:id/receipts`,
    {
      schema: {
        ...operation({ process: person, name: 'receipts', summary: "Proof that a claimant's claims are in the log" }),
        querystring: ClaimsPage,
        response: { 200: jsonSchemaOf(pageOf(ReceiptView), 'output') },
      },
      config: { process: person },
    },
    async (request, reply) => {
      await awaitPosition(parts, request, reply, ['cases']);
      const [id, rights] = [await caseIdIn(parts, person, request.params.id, request, reply), await rightsOf(parts, request)];
      const items: ReceiptView[] = [];
      const claims = await claimsAbout(db, sightOf(rights, 'timeline', [claim.name]), id, request.query);
      for (const { id: one } of claims.items) {
        const record = await parts.cases.glance(`${claim.name}-${one}`);
        if ('claimant' in record.state && record.state.claimant === id) {
          permitted(claim, record, rights, 'timeline');
          items.push(await receiptOf(parts, claim, one, record.revision, { from: 0, limit: EVENTS_OF_A_CLAIM }));
        }
      }
      return { ...claims, items };
    },
  );
}

async function receiptOf(
  parts: ApiParts,
  process: Process,
  id: string,
  revision: number,
  part: z.output<typeof Part>,
): Promise<ReceiptView> {
  const stream = `${process.name}-${id}`;
  const receipt = await ofTree(parts, process.store, (tree) => tree.receipt(stream, part));
  const events = [...(receipt?.events ?? [])].map((one) => ({ ...one, proof: [...one.proof] }));
  const { covered = 0, checkpoint, before, chain } = receipt ?? {};
  const behind = (events.at(-1)?.revision ?? covered) + 1;
  return {
    process: process.name,
    id,
    stream,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(before === undefined ? {} : { before }),
    ...(chain === undefined ? {} : { chain }),
    ...(behind < covered ? { next: behind } : {}),
    events,
    pending: Math.max(0, revision + 1 - covered),
  };
}
