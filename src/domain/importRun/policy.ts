import { z } from 'zod';
import { defineRule } from '../kernel/rules.ts';
import type { OfficeKind } from '../office/events.ts';
import type { ImportKind } from './events.ts';

/** Rows one file may have, and how many units are gone through between two events of progress; defaults nobody published. */
export const importLimits = defineRule({
  key: 'import.limits',
  schema: z.strictObject({ rows: z.int().min(1).max(100_000), chunk: z.int().min(1).max(1_000) }),
  default: { rows: 20_000, chunk: 100 },
  source: '[C]',
});

/** Whose files they are: the branches keep those of families (domain.md §1), the sub-committees those of claims (§4). */
export const KEPT_BY: Readonly<Record<ImportKind, OfficeKind>> = { households: 'branch', claims: 'committee' };
