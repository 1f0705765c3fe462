import type { Unit } from '../../domain/importRun/columns.ts';
import { letterOf, type PersonOf, PLANS, type Plan, papersIn } from '../../domain/importRun/index.ts';
import type { Uploaded } from '../../domain/importRun/state.ts';
import { atBaghdad } from '../../domain/kernel/dates.ts';
import type { Evidence, LetterRef, RecordNote } from '../../domain/kernel/envelope.ts';
import { referenceOf } from '../../domain/kernel/reference.ts';
import type { Executor } from '../../eventlog/execute.ts';
import { derivedId } from '../../eventlog/ids.ts';

/**
 * The hands of an import. Masar gives the commands of the rows: the entry on behalf of who uploaded, the confirmation on behalf
 * of who committed, so that the trail of every case names both officers and says that neither typed it.
 */
export const HANDS = { entry: 'importEntry', confirmation: 'importConfirmation', retraction: 'importRetraction' } as const;

/**
 * Households or claims of a file that are gone through side by side; nobody published how many a machine bears. What they ask of
 * the log and the keys in one moment goes there together, so that more of them hardly cost the database more; but whoever works
 * in the same process waits while so many answers are gone through.
 */
export const AT_ONCE = 32;

/** An import whose rows are gone through. */
export interface Run extends Executor {
  readonly id: string;
  readonly state: Uploaded;
  /** Event that asked for it. */
  readonly causedBy: string;
}

export const planOf = ({ state }: Pick<Run, 'state'>): Plan => PLANS[state.kind];

/** The person a row speaks of, whenever it is gone through. */
export const personIdOf = (id: string, { key }: Pick<PersonOf, 'key'>): string => derivedId('import', id, 'person', key);

/** The household or claim a unit opens. */
export const caseIdOf = (id: string, { unit }: Unit): string => derivedId('import', id, 'unit', String(unit));

interface Given {
  readonly hand: (typeof HANDS)[keyof typeof HANDS];
  readonly onBehalfOf: string | undefined;
  readonly process: string;
  readonly command: string;
  readonly id: string;
  readonly input: object;
  /** Tells the commands of one import apart. */
  readonly part: string;
  readonly record?: RecordNote;
  readonly dryRun?: boolean;
}

/** Gives a command of the import under a key that a second run meets again. Its events carry the import as correlation. */
export function give(run: Run, { hand, onBehalfOf, part, record, ...rest }: Given) {
  return run.execute({
    ...rest,
    record: { channel: 'paper_backlog', ...record, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) },
    key: `import ${run.id} ${part}`,
    principal: { kind: 'system', name: hand, office: run.state.office },
    correlationId: run.id,
    causationId: run.causedBy,
  });
}

/** What the facts of a unit rest on: the row of the file, by checksum, and its letter. The file itself opens through the import alone. */
function backedBy({ id, state }: Run, unit: Unit, row: number): { evidence: Evidence[]; letterRef?: LetterRef } {
  const evidence = [{ docType: 'paper_register', ref: `${referenceOf(id)} / ${row}`, sha256: state.sha256 }];
  const letterRef = letterOf(unit);
  return letterRef ? { evidence, letterRef } : { evidence };
}

/** Registers a person of a row, with the papers that stand beside it. */
export async function enterPerson(person: PersonOf, unit: Unit, run: Run): Promise<void> {
  const { key, row, input } = person;
  const record = { occurredAt: atBaghdad(planOf(run).dayOf(unit)), ...backedBy(run, unit, row.row) };
  const entry = {
    hand: HANDS.entry,
    onBehalfOf: run.state.uploadedBy[0],
    process: 'person',
    id: personIdOf(run.id, person),
    record,
  };
  await give(run, { ...entry, command: 'register', input, part: `person ${key}` });
  // What stands beside a row are the papers of the one it is about first.
  const papers = key === String(row.row) ? papersIn(row) : [];
  for (const [at, paper] of papers.entries()) {
    await give(run, { ...entry, command: 'recordDocument', input: paper, part: `person ${key} paper ${at}` });
  }
}

/** Adopts the case of a unit, or tries to: a dry run writes nothing and tells what is taken. @throws Refused, InvalidInput */
export function adopt(unit: Unit, run: Run, dryRun = false) {
  const plan = planOf(run);
  const input = plan.adoptionOf(unit, {
    office: run.state.office,
    persons: new Map(plan.personsOf(unit).map((one) => [one.key, personIdOf(run.id, one)])),
    backed: backedBy(run, unit, unit.head.row),
    newId: (name) => derivedId('import', run.id, String(unit.unit), name),
  });
  const subject = { process: plan.process, id: caseIdOf(run.id, unit), command: 'adopt', input, part: `unit ${unit.unit}` };
  return give(run, { ...subject, hand: HANDS.entry, onBehalfOf: run.state.uploadedBy[0], dryRun });
}
