import assert from 'node:assert/strict';
import type { RecordedEvent } from '../../../../src/domain/kernel/envelope.ts';
import type { Model } from './model.ts';
import type { Stage } from './stage.ts';

/** A command that was acknowledged, with the place its answer named. */
export interface Acknowledged {
  readonly correlationId: string;
  readonly id: string;
  readonly revision: number;
}

/** Holds what a run has added to the log, all of it, to the model. @throws AssertionError */
export async function compareLog(
  stage: Stage,
  model: Model,
  acknowledged: readonly Acknowledged[],
  { begin, nonce }: { readonly begin: bigint; readonly nonce: string },
): Promise<void> {
  const written = await eventsAfter(stage, begin);
  const officer = new Map(stage.officers.map(({ id }, which) => [id, which]));
  const inLog = [...written]
    .filter(([stream]) => stream.startsWith('crate-'))
    .map(([stream, events]) => ({
      stream,
      events: events.map(({ type, meta }) => ({ type, by: officer.get(meta.actor.id) ?? 'system', command: meta.command })),
    }));
  const inModel = model.cases.map(({ id, events }) => ({
    stream: `crate-${id}`,
    events: events.map(({ type, by, command }) => ({ type, by, command })),
  }));
  const byStream = (a: { stream: string }, b: { stream: string }) => (a.stream < b.stream ? -1 : 1);
  assert.deepEqual(inLog.sort(byStream), inModel.sort(byStream), 'the log holds what the model holds, and nothing else');
  for (const [stream, events] of written) {
    assert.deepEqual(
      events.map((event) => event.meta.revision),
      events.map((_, at) => at),
      `${stream} has no gap`,
    );
  }
  compareTags(model, written);
  await compareStates(stage, model);
  areThereOnce(written, acknowledged, nonce);
}

type Written = ReadonlyMap<string, readonly RecordedEvent[]>;

async function eventsAfter({ log, codec }: Stage, begin: bigint): Promise<Written> {
  const written = new Map<string, RecordedEvent[]>();
  for (let after = begin; ; ) {
    const { events, scannedTo } = await log.readAll(after, 500);
    if (scannedTo <= after) return written;
    for (const event of await codec.decode(events, 'none')) {
      const { stream } = event.meta;
      written.set(stream, [...(written.get(stream) ?? []), event]);
    }
    after = scannedTo;
  }
}

/** Every tag that was asked for is held by the crate that the model says. */
function compareTags(model: Model, written: Written): void {
  const held = [...written].flatMap(([stream, events]) =>
    stream.startsWith('reservation-') ? events.map(({ type, data }) => `${type} ${(data as { holder: string }).holder}`) : [],
  );
  const should = model.holdings.map(({ type, on }) => `${type} crate-${model.cases[on]?.id}`);
  assert.deepEqual(held.sort(), should.sort(), 'tags are held and given back as in the model');
}

/** Cases as the program folds them stand as they do in the model. */
async function compareStates(stage: Stage, model: Model): Promise<void> {
  const { cases } = stage.server();
  for (const one of model.cases) {
    const { state, status, owner, reservations } = await cases.glance(`crate-${one.id}`);
    assert.deepEqual(
      { status, grams: Reflect.get(state, 'grams'), owner: owner?.office, tag: reservations.map((each) => each.status) },
      {
        status: one.retracted ? 'retracted' : one.status,
        grams: one.grams,
        owner: stage.offices[one.owner],
        tag: [one.reservation],
      },
    );
  }
}

/** What was acknowledged stands in one stream, once, where the answer said. */
function areThereOnce(written: Written, acknowledged: readonly Acknowledged[], nonce: string): void {
  const byCommand = new Map<string, RecordedEvent[]>();
  for (const event of [...written.values()].flat()) {
    const { correlationId } = event.meta;
    if (correlationId.startsWith(nonce)) byCommand.set(correlationId, [...(byCommand.get(correlationId) ?? []), event]);
  }
  for (const { correlationId, id, revision } of acknowledged) {
    const events = byCommand.get(correlationId) ?? [];
    const [first] = events;
    assert.ok(first, `${correlationId} was acknowledged and is not in the log`);
    assert.ok(
      events.every(({ meta }, at) => meta.commandId === first.meta.commandId && meta.revision === first.meta.revision + at),
    );
    assert.ok(first.meta.stream === `crate-${id}` && first.meta.revision <= revision, `${correlationId} is elsewhere`);
  }
}

/** Holds the index of cases and the open queue to the model. @throws AssertionError */
export async function compareReadModels({ pool, schema, offices }: Stage, model: Model): Promise<void> {
  const ids = model.cases.map(({ id }) => id);
  const index = await pool.query(
    `select case_id, status, revision, owner_office from ${schema}.case_index where process = 'crate' and case_id = any($1) order by 1`,
    [ids],
  );
  const queue = await pool.query(
    `select case_id, wait_key from ${schema}.queue where process = 'crate' and case_id = any($1) and to_index is null order by 1, 2`,
    [ids],
  );
  const cases = model.cases.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  assert.deepEqual(
    index.rows,
    cases.map((one) => ({
      case_id: one.id,
      status: one.retracted ? 'retracted' : one.status,
      revision: one.events.length - 1,
      owner_office: offices[one.owner],
    })),
    'the index of cases',
  );
  assert.deepEqual(
    queue.rows,
    cases.flatMap((one) => model.waits(one).map((key) => ({ case_id: one.id, wait_key: key }))),
    'the queue',
  );
}
