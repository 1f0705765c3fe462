import type { Unit } from '../../domain/importRun/columns.ts';
import { caseOfStream } from '../../domain/kernel/case.ts';
import type { RecordedEvent } from '../../domain/kernel/envelope.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import type { Cases } from '../../eventlog/cases.ts';
import { caseIdOf, give, HANDS, personIdOf, planOf, type Run } from './entering.ts';
import { come, type ImportParts } from './parts.ts';
import type { UnitChange } from './rows.ts';

/** What time alone and the kernel do to a case is nobody's act. */
const NOBODYS: readonly string[] = ['escalate', 'settleReservation'];

export interface TakingBack extends Run, Pick<ImportParts, 'casesAbout'> {
  readonly cases: Cases;
  readonly registry: Pick<Registry, 'ofStream'>;
  readonly orderedBy: string;
  readonly reason: string;
  /** Position of the order: cases about the same people are looked for in a read model that shows it. */
  readonly position: bigint;
}

/**
 * Takes back what a unit of the file opened: the case, its persons, and what followed from them by itself. Where somebody has
 * acted on any of these since, all of it is left for people.
 * @returns undefined for a unit that was never entered.
 */
export async function takeBackUnit(unit: Unit, run: TakingBack): Promise<UnitChange | undefined> {
  const plan = planOf(run);
  const id = caseIdOf(run.id, unit);
  const own = `${plan.process}-${id}`;
  if (!(await run.cases.glance(own)).adoption?.confirmed) return undefined;
  const persons = plan.personsOf(unit).map((one) => personIdOf(run.id, one));
  const households = plan.process === 'household' ? [id] : [];
  const about = come(await run.casesAbout({ households, persons }, run.position));
  const streams = [...new Set([...about, own, ...persons.map((one) => `person-${one}`)])];
  for (const stream of streams) if (await isActedOn(stream, run)) return { unit: unit.unit, status: 'kept' };
  for (const stream of streams) await retract(stream, run);
  return { unit: unit.unit, status: 'taken_back' };
}

/** Whether anything in the stream came from elsewhere than the import: whatever followed from it carries its correlation. */
async function isActedOn(stream: string, run: TakingBack): Promise<boolean> {
  const { id } = caseOfStream(stream);
  const { history, record } = await run.cases.load(run.registry.ofStream(stream), id);
  const foreign = ({ meta }: RecordedEvent): boolean => meta.correlationId !== run.id && !NOBODYS.includes(meta.command);
  return !record.retracted && history.some(foreign);
}

async function retract(stream: string, run: TakingBack): Promise<void> {
  if ((await run.cases.glance(stream)).retracted) return;
  const { process, id } = caseOfStream(stream);
  const order = { command: 'retract', input: { reason: run.reason }, part: `${stream} taken back` };
  await give(run, { process, id, ...order, hand: HANDS.retraction, onBehalfOf: run.orderedBy });
}
