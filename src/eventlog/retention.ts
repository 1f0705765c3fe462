import { backupsRule, retentionRule } from '../domain/erasure/index.ts';
import { fileLifeRule, keptUploadsRule } from '../domain/kernel/documents.ts';
import type { Rulebook } from './rulebook.ts';

/** One kind of data, how long it is kept, what sets that, and who published it. */
export interface RetentionClass {
  readonly kind: string;
  readonly kept: string;
  readonly setBy: string;
  readonly source: string;
}

/** No period was published for any of this (domain.md §19.2, 16): all are defaults of ours until somebody sets them. */
const OURS = 'nobody published one';

/** Every kind of data an installation keeps, and how long, by the rules in force at an instant (RFC 3339 UTC). */
export async function retentionClasses(
  rulebook: Rulebook,
  settings: { readonly accessRetentionMonths: number },
  now: string,
): Promise<readonly RetentionClass[]> {
  const rules = await rulebook.inForce([retentionRule, backupsRule, fileLifeRule, keptUploadsRule], now);
  const { imports, exports } = rules.of(fileLifeRule).value;
  const years = Object.entries(rules.of(retentionRule).value).map(([process, count]) => ({
    kind: process === '*' ? 'personal data of every other case' : `personal data of cases: ${process}`,
    kept: `${count} years after the last entry; then an erasure may be decided`,
    setBy: `rule ${retentionRule.key}`,
    source: OURS,
  }));
  return [
    ...years,
    { kind: 'events, without what is erased in them', kept: 'for good', setBy: 'the audit tree', source: OURS },
    { kind: 'documents that a case names', kept: 'as long as the case', setBy: `rule ${retentionRule.key}`, source: OURS },
    {
      kind: 'uploads that no case names',
      kept: `${rules.of(keptUploadsRule).value.days} days`,
      setBy: `rule ${keptUploadsRule.key}`,
      source: OURS,
    },
    { kind: 'files of imports', kept: `${imports} days after the upload`, setBy: `rule ${fileLifeRule.key}`, source: OURS },
    {
      kind: 'words that an exported list was searched by',
      kept: `${exports} days`,
      setBy: `rule ${fileLifeRule.key}`,
      source: OURS,
    },
    { kind: 'exported files', kept: 'not at all: they leave with the answer', setBy: 'nothing', source: OURS },
    {
      kind: 'who looked at what',
      kept: `${settings.accessRetentionMonths} whole months`,
      setBy: 'ACCESS_RETENTION_MONTHS',
      source: OURS,
    },
    {
      kind: 'backups of keys',
      kept: `${rules.of(backupsRule).value.days} days`,
      setBy: `rule ${backupsRule.key}, and whoever keeps the backups`,
      source: OURS,
    },
    { kind: 'who is erased (ids)', kept: 'for good', setBy: 'ERASED_LIST_FILE', source: OURS },
  ];
}
