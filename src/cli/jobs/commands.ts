import { parseArgs } from 'node:util';
import type { Operator } from '../../workers/runtime/status.ts';

const USAGE = `npm run jobs -- status
npm run jobs -- troubled
npm run jobs -- retry ID
npm run jobs -- drop ID --by "WHO" --reason "WHY"
npm run jobs -- skip REACTOR POSITION --by "WHO" --reason "WHY"

status    how many follow-ups of each reactor wait, and where and why one stands still
troubled  follow-ups that were refused by a rule, or put off three times and more
retry     another try now
drop      lets a follow-up be without its effect; WHO, when and WHY is kept, also when it is tried again
skip      lets a reactor pass over the one event it stands still at; WHO, when and WHY is kept

--store restricted  the same of the restricted store`;

const SHOWN = 50;

export interface JobTools {
  readonly general: Operator;
  /** Absent where no restricted store is set up. */
  readonly restricted?: Operator;
  readonly print: (line: string) => void;
}

/** Runs the command of these arguments; answers the exit code: 0, 1 when something stands still or is not there, 2 for a wrong call. */
export async function jobsCommand(argv: readonly string[], tools: JobTools): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { by: { type: 'string' }, reason: { type: 'string' }, store: { type: 'string', default: 'general' } },
    allowPositionals: true,
  });
  const { print } = tools;
  const [command, name, position, ...more] = positionals;
  const operator = values.store === 'restricted' ? tools.restricted : values.store === 'general' ? tools.general : undefined;
  if (!operator) throw new Error(`there is no store ${values.store} here`);
  // In a container the account is everybody's, so whoever it is says so.
  const by = values.by?.trim();
  const reason = values.reason?.trim();
  const said = (there: boolean, what: string): number => {
    print(there ? what : 'there is no such thing');
    return there ? 0 : 1;
  };
  if (command === 'status' && name === undefined) return status(operator, print);
  if (command === 'troubled' && name === undefined) return troubled(operator, print);
  if (command === 'retry' && name && position === undefined) return said(await operator.retry(name), 'it is tried again now');
  if (command === 'drop' && name && position === undefined && by && reason) {
    return said(await operator.drop(name, by, reason), 'it is dropped, on record');
  }
  if (command === 'skip' && name && /^\d+$/.test(position ?? '') && by && reason && more.length === 0) {
    const there = await operator.skipEvent(name, BigInt(position ?? ''), by, reason);
    return said(there, `${name} passes over the event at ${position}, on record`);
  }
  print(USAGE);
  return 2;
}

async function status(operator: Operator, print: JobTools['print']): Promise<number> {
  const { reactors } = await operator.status();
  for (const { name, position, pending, oldestSeconds, refused, fault } of reactors) {
    print(`${name}: at ${position}, ${pending} wait (the oldest for ${Math.round(oldestSeconds)} s), ${refused} refused`);
    if (fault) print(`  stands still at ${fault.position} since ${fault.since}: ${fault.what}`);
  }
  return reactors.some((one) => one.fault) ? 1 : 0;
}

async function troubled(operator: Operator, print: JobTools['print']): Promise<number> {
  const jobs = await operator.troubled(SHOWN);
  for (const { id, reactor, step, stream, attempts, createdAt, refusal, fault } of jobs) {
    const why = refusal === undefined ? (fault ?? 'unknown') : JSON.stringify(refusal);
    print(`${id}  ${reactor}: ${step}, after an event of ${stream}, since ${createdAt}, tried ${attempts + 1} times: ${why}`);
  }
  if (jobs.length === 0) print('none');
  return 0;
}
