import type { Family } from '../../domain/importRun/index.ts';
import { caseOfStream } from '../../domain/kernel/case.ts';
import type { RecordedEvent } from '../../domain/kernel/envelope.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import { give, householdIdOf, personIdOf, type Run } from './committing.ts';
import { come, type ImportParts } from './parts.ts';
import type { UnitChange } from './rows.ts';

/** What time alone and the kernel do to a case is nobody's act. */
const NOBODYS: readonly string[] = ['escalate', 'settleReservation'];

interface TakingBack extends Run, Pick<ImportParts, 'casesAbout'> {
  readonly registry: Pick<Registry, 'ofStream'>;
  readonly orderedBy: string;
  readonly reason: string;
  /** Position of the order: cases about the household are looked for in a read model that shows it. */
  readonly position: bigint;
}

/**
 * Takes back what a household of the file opened: itself, its persons, and what followed from them by itself. Where somebody
 * has acted on any of these since, all of it is left for people.
 * @returns undefined for a household that was never entered.
 */
export async function takeBackFamily(family: Family, run: TakingBack): Promise<UnitChange | undefined> {
  const household = householdIdOf(run.id, family.unit);
  if (!(await run.cases.glance(`household-${household}`)).adoption?.confirmed) return undefined;
  const persons = family.rows.map(({ row }) => personIdOf(run.id, row));
  const others = come(await run.casesAbout({ households: [household], persons }, run.position));
  const streams = [...others, `household-${household}`, ...persons.map((one) => `person-${one}`)];
  for (const stream of streams) if (await isActedOn(stream, run)) return { unit: family.unit, status: 'kept' };
  for (const stream of streams) await retract(stream, run);
  return { unit: family.unit, status: 'taken_back' };
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
  const input = { reason: run.reason };
  const order = { command: 'retract', input, part: `${stream} taken back` };
  await give(run, { process, id, ...order, hand: 'importRetraction', onBehalfOf: run.orderedBy });
}
