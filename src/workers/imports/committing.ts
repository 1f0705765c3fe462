import { fileNumberIn } from '../../domain/household/fileNumber.ts';
import { textIn } from '../../domain/importRun/columns.ts';
import {
  adoptionOf,
  type Family,
  type ImportState,
  letterOf,
  papersOf,
  personOf,
  registeredOn,
} from '../../domain/importRun/index.ts';
import { atBaghdad } from '../../domain/kernel/dates.ts';
import type { RecordNote } from '../../domain/kernel/envelope.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { referenceOf } from '../../domain/kernel/reference.ts';
import type { Cases } from '../../eventlog/cases.ts';
import type { Executor } from '../../eventlog/execute.ts';
import { derivedId } from '../../eventlog/ids.ts';
import { isTaken, settleReservation } from '../../eventlog/reservations.ts';
import { verdictOn } from '../runtime/faults.ts';
import type { ImportRow, UnitChange } from './rows.ts';

/**
 * The two hands of an import. Masar gives the commands of the rows: the entry on behalf of who uploaded, the confirmation on
 * behalf of who committed, so that the trail of every case names both officers and says that neither typed it.
 */
const ENTRY = 'importEntry';
const CONFIRMATION = 'importConfirmation';

type Committing = Extract<ImportState, { status: 'committing' | 'committed' | 'taking_back' | 'taken_back' }>;

/** An import whose rows are gone through. */
export interface Run extends Executor {
  readonly id: string;
  readonly state: Committing;
  readonly cases: Cases;
  /** Event that ordered it. */
  readonly causedBy: string;
  readonly mac: (scope: string, text: string) => string;
}

/** The person a row opens, whenever it is gone through. */
export const personIdOf = (id: string, row: number): string => derivedId('import', id, 'person', String(row));

/** The household a unit opens. */
export const householdIdOf = (id: string, unit: number): string => derivedId('import', id, 'household', String(unit));

interface Given {
  readonly hand: string;
  readonly onBehalfOf: string | undefined;
  readonly process: string;
  readonly command: string;
  readonly id: string;
  readonly input: object;
  /** Tells the commands of one row apart. */
  readonly part: string;
  readonly record?: RecordNote;
}

/** Gives a command of the import under a key that a second run meets again. Its events carry the import as correlation. */
export function give(
  run: Pick<Run, 'id' | 'state' | 'causedBy' | 'execute'>,
  { hand, onBehalfOf, part, record, ...rest }: Given,
) {
  return run.execute({
    ...rest,
    record: { channel: 'paper_backlog', ...record, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) },
    key: `import ${run.id} ${part}`,
    principal: { kind: 'system', name: hand, office: run.state.office },
    correlationId: run.id,
    causationId: run.causedBy,
  });
}

/** Enters one household: its persons with their papers, the adoption and its confirmation. What a rule refuses ends the unit alone. */
export async function commitFamily(family: Family, run: Run): Promise<UnitChange> {
  const household = householdIdOf(run.id, family.unit);
  try {
    await numberFree(family, household, run);
    for (const row of family.rows) await enterPerson(row, family, run);
    await adopt(family, household, run);
  } catch (error) {
    const verdict = verdictOn(error);
    if (verdict.kind !== 'refused') throw error;
    await withdraw(family, run);
    return { unit: family.unit, status: 'refused', refusal: verdict.refusal.code };
  }
  const opened = family.rows.map((row): readonly [number, ImportRow['cases']] => {
    const person = { process: 'person', id: personIdOf(run.id, row.row) };
    return [row.row, row === family.head ? [{ process: 'household', id: household }, person] : [person]];
  });
  return { unit: family.unit, status: 'done', cases: new Map(opened) };
}

/** Asked before anything is written: the number may have been given since the file was read. @throws Refused FILE_NUMBER_TAKEN */
async function numberFree({ head }: Family, household: string, { state, cases, mac }: Run): Promise<void> {
  for (const { scope, value } of fileNumberIn(textIn(head, 'fileNo') ?? '', state.office)) {
    const hash = mac(`reservation ${scope}`, value);
    if (await isTaken(cases, `household-${household}`, { hash })) throw new Refused('FILE_NUMBER_TAKEN');
  }
}

/** Where a row is to be found: the file by its checksum, and the row. The file itself opens through the import alone. */
const evidenceOf = ({ id, state }: Run, row: number) => [
  { docType: 'paper_register', ref: `${referenceOf(id)} / ${row}`, sha256: state.sha256 },
];

async function enterPerson(row: Family['head'], family: Family, run: Run): Promise<void> {
  const id = personIdOf(run.id, row.row);
  const letterRef = letterOf(family);
  const record = {
    occurredAt: atBaghdad(registeredOn(family)),
    evidence: evidenceOf(run, row.row),
    ...(letterRef ? { letterRef } : {}),
  };
  const onBehalfOf = run.state.uploadedBy[0];
  const entry = { hand: ENTRY, onBehalfOf, process: 'person', id, record };
  await give(run, { ...entry, command: 'register', input: personOf(row), part: `row ${row.row}` });
  for (const [at, input] of papersOf(row).entries()) {
    await give(run, { ...entry, command: 'recordDocument', input, part: `row ${row.row} paper ${at}` });
  }
}

async function adopt(family: Family, household: string, run: Run): Promise<void> {
  const { id, state, cases } = run;
  const input = adoptionOf(family, {
    branch: state.office,
    persons: new Map(family.rows.map(({ row }) => [row, personIdOf(id, row)])),
    evidence: evidenceOf(run, family.head.row),
    newId: (name) => derivedId('import', id, String(family.unit), name),
  });
  const subject = { process: 'household', id: household };
  const part = `unit ${family.unit}`;
  await give(run, { ...subject, hand: ENTRY, onBehalfOf: state.uploadedBy[0], command: 'adopt', input, part });
  if (!(await isItsOwn(household, run))) {
    const decline = { command: 'declineAdoption', input: { reason: 'the file number is taken' }, part: `${part} declined` };
    await give(run, { ...subject, hand: CONFIRMATION, onBehalfOf: state.committedBy, ...decline });
    throw new Refused('FILE_NUMBER_TAKEN');
  }
  if ((await cases.glance(`household-${household}`)).retracted) throw new Refused('FILE_NUMBER_TAKEN');
  const confirm = { command: 'confirmAdoption', input: {}, part: `${part} confirmed` };
  await give(run, { ...subject, hand: CONFIRMATION, onBehalfOf: state.committedBy, ...confirm });
}

/** Whether what the household reserved is its own; a reservation that a run left unsettled is settled first. */
async function isItsOwn(household: string, run: Run): Promise<boolean> {
  const stream = `household-${household}`;
  const open = (await run.cases.glance(stream)).reservations.filter((one) => one.status === 'requested');
  for (const { scope, hash } of open) {
    await settleReservation({ execute: run.execute, cases: run.cases }, stream, { scope, hash });
  }
  return (await run.cases.glance(stream)).reservations.every((one) => one.status === 'confirmed');
}

/** Takes back the persons of a household that was refused: nobody else knows them yet. */
async function withdraw(family: Family, run: Run): Promise<void> {
  for (const { row } of family.rows) {
    const id = personIdOf(run.id, row);
    const record = await run.cases.glance(`person-${id}`);
    if (record.exists && !record.retracted) {
      const input = { reason: 'the household of the row was refused' };
      const retract = { process: 'person', command: 'retract', id, input, part: `row ${row} withdrawn` };
      await give(run, { ...retract, hand: ENTRY, onBehalfOf: run.state.uploadedBy[0] });
    }
  }
}
