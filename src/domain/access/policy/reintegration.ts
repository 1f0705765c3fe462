import type { Role } from '../roles.ts';
import { LOOK, on, type PolicyRow, row } from './row.ts';

/** "W": keeps plans, whose team opens needs (T2). Whoever sees to a goal works on that one. */
const KEEP_PLANS = on(
  'reintegrationPlan',
  `${LOOK} propose assess agree serve review conclude work assign share transfer correct reopen pause`,
);
/** "W own service". */
const ownService = (role: Role): PolicyRow => row(role, 'party', 'T1', on('reintegrationPlan', `${LOOK} serve work`));

/** Column 7 of domain.md §14. */
export const REINTEGRATION: readonly PolicyRow[] = [
  ...(['registrar', 'verifier', 'headOfBranch', 'krgOffice'] as const).map((role) =>
    row(role, 'office', 'T1', on('reintegrationPlan', LOOK)),
  ),
  ...(['campManager', 'communityPolice', 'partnerCaseworker', 'protectionPartner'] as const).flatMap((role) => [
    row(role, 'office', 'T2', KEEP_PLANS),
    ownService(role),
  ]),
  // Directorates, and MoLSA for the social safety net.
  ownService('socialAffairs'),
  ownService('serviceDirectorate'),
  // NSS Counter-Extremism: R follow-up list, that is which plans there are, by reference alone.
  row('counterExtremism', 'governorate', 'T1', ['reintegrationPlan:find']),
];
