import type { LocalDate } from '../kernel/dates.ts';
import type { AdoptionOf } from './adopting.ts';
import { claimAdoption, claimDay, claimErrors, claimPersons, claimsIn } from './claims.ts';
import { claimColumns } from './claimTemplate.ts';
import type { Column, Row, Unit } from './columns.ts';
import type { ImportKind } from './events.ts';
import { familiesIn, familyAdoption, familyDay, familyErrors, familyPersons } from './families.ts';
import { householdColumns } from './householdTemplate.ts';
import type { RowError, RowErrorCode } from './rowErrors.ts';

/** A person a unit speaks of: the row it stands in, a key within the file, and what `person.register` takes. */
export interface PersonOf {
  readonly key: string;
  readonly row: Row;
  readonly input: ReturnType<typeof familyPersons>[number]['input'];
}

/** How the files of one kind are read and entered. */
export interface Plan {
  /** The process of what a unit opens. */
  readonly process: 'household' | 'claim';
  readonly columns: readonly Column[];
  unitsIn(rows: readonly Row[]): readonly Unit[];
  errorsOf(unit: Unit): readonly RowError[];
  personsOf(unit: Unit): readonly PersonOf[];
  /** The day from which the unit is on paper. */
  dayOf(unit: Unit): LocalDate;
  /** The input of `adopt`. */
  adoptionOf(unit: Unit, of: AdoptionOf): { readonly facts: readonly { readonly type: string; readonly data: object }[] };
  /** A number that is unique, by the scope it is reserved in: the column it stands in, and the error where it is taken. */
  readonly numbers: Readonly<Record<string, { readonly column: string; readonly code: RowErrorCode }>>;
}

export const PLANS: Readonly<Record<ImportKind, Plan>> = {
  households: {
    process: 'household',
    columns: householdColumns,
    unitsIn: familiesIn,
    errorsOf: familyErrors,
    personsOf: familyPersons,
    dayOf: familyDay,
    adoptionOf: familyAdoption,
    numbers: { 'household.fileNo': { column: 'fileNo', code: 'FILE_NUMBER_TAKEN' } },
  },
  claims: {
    process: 'claim',
    columns: claimColumns,
    unitsIn: claimsIn,
    errorsOf: claimErrors,
    personsOf: claimPersons,
    dayOf: claimDay,
    adoptionOf: claimAdoption,
    numbers: { 'claim.number': { column: 'claimNo', code: 'CLAIM_NUMBER_TAKEN' } },
  },
};
