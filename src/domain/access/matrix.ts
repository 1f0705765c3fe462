import { type Lang, say } from '../kernel/labels.ts';
import type { Tier } from '../kernel/privacy.ts';
import type { Registry } from '../kernel/registry.ts';
import { isWithheld, matches } from './access.ts';
import { ROLE_LABELS } from './labels.ts';
import { POLICY, type PolicyRow, QUERIES, READ_VERBS, type Scope } from './policy/index.ts';

/** How one role reaches one permission; the widest way last. */
export interface MatrixCell {
  readonly role: PolicyRow['role'];
  readonly permission: string;
  readonly reaches: readonly { readonly scope: Scope; readonly tier: Tier }[];
}

/** Every permission a person can be given in this installation, commands first, in the order of the registry. */
export function permissionsOf(registry: Registry): readonly string[] {
  const commands = registry.all
    .flatMap((process) => Object.values(process.commands))
    // A process that does not allow a kernel command lists no state for it.
    .flatMap((command) => (command.from.length === 0 ? [] : [command.permission]));
  const reads = registry.all.flatMap((process) =>
    [
      ...READ_VERBS,
      ...(process.board ? ['board'] : []),
      ...(process.store === 'restricted' ? ['queue'] : []),
      ...(process.coarse ? [process.coarse.verb] : []),
    ].map((verb) => `${process.name}:${verb}`),
  );
  return [...new Set([...commands, ...reads, ...QUERIES])].filter((one) => one !== 'system' && !isWithheld(one));
}

const SCOPES: readonly Scope[] = ['own', 'assigned', 'shared', 'party', 'office', 'organisation', 'governorate', 'all'];

/** The policy table turned round: for every role each permission it has, how far and up to which tier. */
export function permissionMatrix(registry: Registry): readonly MatrixCell[] {
  const permissions = permissionsOf(registry);
  const roles = [...new Set(POLICY.map((row) => row.role))];
  return roles.flatMap((role) =>
    permissions.flatMap((permission) => {
      const reaches = POLICY.filter((row) => row.role === role && row.allow.some((pattern) => matches(pattern, permission)))
        .map(({ scope, tier }) => ({ scope, tier }))
        .sort((a, b) => SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope));
      return reaches.length === 0 ? [] : [{ role, permission, reaches }];
    }),
  );
}

/** The matrix as Markdown for people to check: a section a role, a line a permission with every way it is held. */
export function printedMatrix(registry: Registry, lang: Lang = 'en'): string {
  const everyone = { en: 'Everyone with a post', ar: 'كل من له منصب' };
  const cells = permissionMatrix(registry);
  const roles = [...new Set(cells.map((cell) => cell.role))];
  return roles
    .map((role) => {
      const lines = cells
        .filter((cell) => cell.role === role)
        .map(
          ({ permission, reaches }) => `| \`${permission}\` | ${reaches.map((one) => `${one.scope} (${one.tier})`).join(', ')} |`,
        );
      const title = say(role === 'everyone' ? everyone : ROLE_LABELS[role], lang);
      return [`## ${title} (\`${role}\`)`, '', '| Permission | Reach (highest tier) |', '| --- | --- |', ...lines, ''].join('\n');
    })
    .join('\n');
}
