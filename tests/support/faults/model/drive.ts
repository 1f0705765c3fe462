import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Refused } from '../../../../src/domain/kernel/errors.ts';
import type { CommandRequest, Executor } from '../../../../src/eventlog/execute.ts';
import { Stale } from '../../../../src/eventlog/failures.ts';
import { LogUnavailable, OutcomeUnknown } from '../../../../src/eventlog/port.ts';
import { reservations } from '../../../../src/workers/reactors/reservations.ts';
import type { TaskContext } from '../../../../src/workers/runtime/reactor.ts';
import type { Action, Command, Fault } from './actions.ts';
import { type Answered, createModel, type Request, type Verdict } from './model.ts';
import { createReader } from './reader.ts';
import { Crashed, type Server, type Stage } from './stage.ts';
import { type Acknowledged, compareLog, compareReadModels } from './verdict.ts';

export interface Drive {
  /** The executor as the officers reach it; a control puts one with a mistake in its place. */
  readonly through?: (executor: Executor) => Executor;
  /** What every fault becomes, for controls. */
  readonly fault?: Fault['kind'];
  /** Without read models, where a control needs none. */
  readonly logOnly?: boolean;
}

/** How often each thing happened, so that a test can say it did. */
export type Counts = Map<string, number>;

/**
 * Carries out a sequence of actions on two servers over one log, and on the model, and holds every answer, the log and the read
 * models to it. Whatever is not answered is asked again under the same key, as every client does.
 * @throws AssertionError with what differs
 */
export async function drive(stage: Stage, actions: readonly Action[], counts: Counts, how: Drive = {}): Promise<void> {
  const { officers, log } = stage;
  const nonce = randomUUID();
  const begin = await log.head();
  const model = createModel();
  const servers = [stage.server(), stage.server()];
  const sent: { readonly request: Request; readonly server: number }[] = [];
  const acknowledged: Acknowledged[] = [];
  const reader = how.logOnly ? undefined : createReader(stage);
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const restart = (which: number): Server => {
    servers[which] = stage.server();
    return servers[which];
  };

  const inputOf = (command: Command): object => {
    switch (command.name) {
      case 'pack':
        return { tag: `${nonce} ${command.tag}`, grams: command.grams, name: 'Synthetic' };
      case 'note':
        return { text: command.text };
      case 'correct':
        return { revision: 0, fields: { grams: command.grams }, reason: 'weighed again' };
      case 'confirmCorrection':
        return { revision: 0 };
      case 'declineCorrection':
        return { revision: 0, reason: 'weighed well' };
      case 'offerTransfer':
        return { to: { organisation: stage.organisation, office: stage.offices[command.to] }, reason: 'moved' };
      case 'declineTransfer':
      case 'retract':
      case 'reopen':
        return { reason: 'as it is' };
      default:
        return {};
    }
  };

  const asSent = ({ by, on, command, key, ifMatch }: Request): CommandRequest => ({
    process: 'crate',
    command: command.name,
    id: on === undefined ? undefined : (model.cases[on]?.id ?? randomUUID()),
    input: inputOf(command),
    key: `${nonce} ${key}`,
    principal: { kind: 'staff', id: officers[by]!.id },
    ifMatch,
    correlationId: `${nonce} ${by} ${on ?? 'new'} ${command.name} ${key}`,
  });

  /** A colleague of the office that owns the case adds a note, on a server of which nothing goes wrong. */
  async function overtake(on: number, by: number): Promise<void> {
    const one = model.cases[on]!;
    const colleague = one.owner * 2 + (by === one.owner * 2 ? 1 : 0);
    const key = `overtaking ${randomUUID()}`;
    const note: Request = { by: colleague, on, command: { name: 'note', text: 'first' }, key, ifMatch: undefined };
    await stage.server().executor.execute(asSent(note));
    const verdict = model.ask(note);
    assert.ok('appends' in verdict, 'the colleague may add a note');
    for (const append of verdict.appends) append();
  }

  /** Asks once, and has the model do as much of it as the fault lets happen. Answers what was said, nothing when all broke off. */
  async function once(request: Request, which: number, fault: Fault | undefined): Promise<boolean> {
    const server = servers[which]!;
    const executor = how.through ? how.through(server.executor) : server.executor;
    const { on } = request;
    const before = model.ask(request);
    const overtaken = fault?.kind === 'overtaken' && fault.at === 0 && on !== undefined && 'appends' in before;
    const planned = fault?.kind === 'overtaken' && !overtaken ? undefined : fault;
    server.plan(planned, on === undefined ? undefined : () => overtake(on, request.by));
    const got = await executor.execute(asSent(request)).then(
      ({ id, status, revision, replayed }) => ({ id, answer: { status, revision, replayed } }),
      (error: unknown) => ({ error }),
    );
    server.plan(undefined);
    // Whoever was overtaken decided anew, on what is there now.
    const verdict = overtaken ? model.ask(request) : before;
    const broken = planned && 'appends' in verdict && planned.at < verdict.appends.length ? planned.kind : undefined;
    if (broken) count(broken);

    if ('appends' in verdict) {
      const done =
        broken === 'crash before' || broken === 'unavailable'
          ? planned!.at
          : broken === 'crash after'
            ? planned!.at + 1
            : verdict.appends.length;
      for (const append of verdict.appends.slice(0, done)) append();
    }
    if ('error' in got && [Crashed, LogUnavailable, OutcomeUnknown].some((kind) => got.error instanceof kind)) {
      assert.ok(broken, 'nothing was to go wrong here');
      if (got.error instanceof Crashed) restart(which);
      // By then the command itself is in the log: its own append is the first.
      else assert.equal(got.error instanceof OutcomeUnknown, planned!.at > 0, 'told as not written only where nothing is');
      return false;
    }
    if ('error' in got) {
      assert.equal(refusalOf(got.error), 'refused' in verdict ? verdict.refused : JSON.stringify(answerIn(verdict)));
      count(`refused ${refusalOf(got.error)}`);
      return true;
    }
    assert.deepEqual(got.answer, answerIn(verdict), request.command.name);
    if ('refused' in verdict) return true;
    const one = model.cases[verdict.on]!;
    one.id ??= got.id;
    assert.equal(got.id, one.id, 'the same case');
    count(got.answer.replayed ? 'answered again' : request.command.name);
    acknowledged.push({ correlationId: asSent(request).correlationId!, id: one.id, revision: got.answer.revision });
    return true;
  }

  /** Asks until there is an answer. */
  async function stubbornly(request: Request, server: number, fault: Fault | undefined): Promise<void> {
    sent.push({ request, server });
    if (!(await once(request, server, fault))) await once(request, server, undefined);
  }

  /** What the reactor of reservations does about a case: its tag, and where it was retracted, giving it back. */
  async function comeBy({ executor, cases }: Server, stream: string): Promise<void> {
    const record = await cases.glance(stream);
    const principal = { kind: 'system', name: reservations.name } as const;
    const cause = { event: '', stream, revision: 0, position: 0n, occurredAt: '', correlationId: nonce };
    const context: TaskContext = {
      ...executor,
      cases,
      cause,
      now: () => '',
      command: ({ process, command, id, input }) =>
        executor.execute({ process, command, id, input, key: randomUUID(), principal }),
    };
    for (const { scope, hash } of record.reservations)
      await reservations.perform({ step: `settle ${hash}`, ids: { scope, hash } }, context);
    if (record.retracted) await reservations.perform({ step: 'release', ids: {} }, context);
  }

  async function settle(on: number, which: number, fault: Fault | undefined): Promise<void> {
    const one = model.cases[on];
    if (!one?.id) return;
    const server = servers[which]!;
    const stream = `crate-${one.id}`;
    const appends = model.settle(on);
    const planned = fault?.kind === 'overtaken' ? undefined : fault;
    server.plan(planned);
    const error = await comeBy(server, stream).then(
      () => undefined,
      (error: unknown) => error,
    );
    server.plan(undefined);
    if (error instanceof Crashed) restart(which);
    else if (error !== undefined && !(error instanceof LogUnavailable)) throw error;
    const broken = planned && planned.at < appends.length ? planned : undefined;
    const done =
      broken?.kind === 'crash before' || broken?.kind === 'unavailable'
        ? broken.at
        : broken?.kind === 'crash after'
          ? broken.at + 1
          : appends.length;
    for (const append of appends.slice(0, done)) append();
    count('settled');
  }

  async function act(action: Action): Promise<void> {
    const faultOf = (fault: Fault | undefined): Fault | undefined => (fault && how.fault ? { ...fault, kind: how.fault } : fault);
    switch (action.kind) {
      case 'command': {
        const { by, command, match, server } = action;
        const on = command.name === 'pack' ? undefined : action.on % model.cases.length;
        const last = on === undefined ? 0 : model.cases[on]!.events.length - 1;
        const ifMatch = on === undefined || match === 'none' ? undefined : match === 'old' ? last - 1 : last;
        return stubbornly({ by, on, command, key: String(sent.length), ifMatch }, server, faultOf(action.fault));
      }
      case 'repeat': {
        const { request } = sent[action.which % sent.length]!;
        const { command } = request;
        const changed = action.changed && command.name === 'note' ? { ...command, text: `${command.text}!` } : command;
        const heavier = action.changed && command.name === 'pack' ? { ...command, grams: command.grams + 1 } : changed;
        return stubbornly({ ...request, command: heavier }, action.server, faultOf(action.fault));
      }
      case 'settle':
        return settle(action.on % model.cases.length, action.server, faultOf(action.fault));
      case 'restart':
        restart(action.server);
        return count('restart');
      case 'project':
        await reader?.take(action.pages);
        return count('projector died');
    }
  }

  for (const action of actions) await act(action);
  for (const on of model.cases.keys()) await settle(on, 0, undefined);
  await compareLog(stage, model, acknowledged, { begin, nonce });
  if (reader) await reader.catchUp();
  if (reader) await compareReadModels(stage, model);
}

const answerIn = (verdict: Verdict): Answered | { readonly refused: string } =>
  'refused' in verdict ? verdict : 'again' in verdict ? verdict.again : verdict.answer();

function refusalOf(error: unknown): string {
  if (error instanceof Refused) return error.code;
  if (error instanceof Stale) return 'STALE';
  throw error;
}
