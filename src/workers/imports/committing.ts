import type { Unit } from '../../domain/importRun/columns.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import type { Cases } from '../../eventlog/cases.ts';
import { settleReservation } from '../../eventlog/reservations.ts';
import { atOnce } from '../runtime/atOnce.ts';
import { verdictOn } from '../runtime/faults.ts';
import { AT_ONCE, adopt, caseIdOf, enterPerson, give, HANDS, personIdOf, planOf, type Run } from './entering.ts';
import type { ImportRow, UnitChange } from './rows.ts';

export interface Committing extends Run {
  readonly cases: Cases;
  readonly committedBy: string;
}

/**
 * Enters units side by side. Of those that reserve the same (two rows that claim one loss) the earlier row goes first, so that
 * what a file becomes does not depend on who was faster.
 */
export async function commitUnits(units: readonly Unit[], run: Committing): Promise<readonly UnitChange[]> {
  const wishes = await atOnce(units, AT_ONCE, (unit) => wishesOf(unit, run));
  const lastFor = new Map<string, Promise<unknown>>();
  return atOnce(units, AT_ONCE, (unit, index) => {
    const wish = wishes[index] ?? { reserves: [] };
    const earlier = Promise.all(wish.reserves.map((hash) => lastFor.get(hash)));
    const change = earlier.then(() => commitUnit(unit, wish.refusal, run));
    for (const hash of wish.reserves) lastFor.set(hash, change);
    return change;
  });
}

/** Enters one unit: its persons with their papers, the adoption and its confirmation. What a rule refuses ends the unit alone. */
async function commitUnit(unit: Unit, foreseen: unknown, run: Committing): Promise<UnitChange> {
  try {
    if (foreseen !== undefined) throw foreseen;
    const persons = planOf(run).personsOf(unit);
    await atOnce(persons, persons.length, (person) => enterPerson(person, unit, run));
    await adopt(unit, run);
    await confirm(unit, run);
  } catch (error) {
    const verdict = verdictOn(error);
    if (verdict.kind !== 'refused') throw error;
    await withdraw(unit, run);
    return { unit: unit.unit, status: 'refused', refusal: verdict.refusal.code };
  }
  return { unit: unit.unit, status: 'done', cases: openedBy(unit, run) };
}

/** What each row opened; the case of the unit stands with the row that stands for it. */
function openedBy(unit: Unit, run: Run): ReadonlyMap<number, ImportRow['cases']> {
  const plan = planOf(run);
  const opened = new Map<number, ImportRow['cases']>([[unit.head.row, [{ process: plan.process, id: caseIdOf(run.id, unit) }]]]);
  for (const person of plan.personsOf(unit)) {
    const { row } = person.row;
    opened.set(row, [...(opened.get(row) ?? []), { process: 'person', id: personIdOf(run.id, person) }]);
  }
  return opened;
}

interface Wish {
  /** Keyed hashes of what the unit reserves. */
  readonly reserves: readonly string[];
  /** What a rule said to a try. */
  readonly refusal?: unknown;
}

/** Asked before anything is written: a number may have been given since the file was read. */
async function wishesOf(unit: Unit, run: Committing): Promise<Wish> {
  const { process, numbers } = planOf(run);
  const { exists, reservations } = await run.cases.glance(`${process}-${caseIdOf(run.id, unit)}`);
  if (exists) return { reserves: reservations.map((one) => one.hash) };
  try {
    const { would } = await adopt(unit, run, true);
    const taken = would?.taken.find((scope) => scope in numbers);
    return { reserves: would?.reserves ?? [], ...(taken ? { refusal: new Refused(numbers[taken]?.code ?? taken) } : {}) };
  } catch (error) {
    if (verdictOn(error).kind !== 'refused') throw error;
    return { reserves: [], refusal: error };
  }
}

async function confirm(unit: Unit, run: Committing): Promise<void> {
  const { process, numbers } = planOf(run);
  const id = caseIdOf(run.id, unit);
  const stream = `${process}-${id}`;
  const confirmation = { hand: HANDS.confirmation, onBehalfOf: run.committedBy, process, id };
  const asked = (await run.cases.glance(stream)).reservations;
  // What an earlier run reserved and did not settle.
  const open = asked.filter((one) => one.status === 'requested');
  for (const { scope, hash } of open) {
    await settleReservation({ execute: run.execute, cases: run.cases }, stream, { scope, hash });
  }
  const reservations = open.length === 0 ? asked : (await run.cases.glance(stream)).reservations;
  const lost = reservations.find((one) => one.status === 'refused' && one.scope in numbers);
  if (lost) {
    const input = { reason: 'the number was given to another case' };
    await give(run, { ...confirmation, command: 'declineAdoption', input, part: `unit ${unit.unit} declined` });
    throw new Refused(numbers[lost.scope]?.code ?? lost.scope);
  }
  await give(run, { ...confirmation, command: 'confirmAdoption', input: {}, part: `unit ${unit.unit} confirmed` });
}

/** Takes back the persons of a unit that was refused: nobody else knows them yet. */
async function withdraw(unit: Unit, run: Committing): Promise<void> {
  for (const person of planOf(run).personsOf(unit)) {
    const id = personIdOf(run.id, person);
    const record = await run.cases.glance(`person-${id}`);
    if (!record.exists || record.retracted) continue;
    const retract = { process: 'person', command: 'retract', id, part: `person ${person.key} withdrawn` };
    const input = { reason: 'the case of the row was refused' };
    await give(run, { ...retract, input, hand: HANDS.entry, onBehalfOf: run.state.uploadedBy[0] });
  }
}
