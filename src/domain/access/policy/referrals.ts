import { APPROVERS, LOOK, on, type PolicyRow, row } from './row.ts';

/** As the sender: the own office's referrals. As the receiver: those addressed to the own organisation. */
const SEND_REFERRALS = on('referral', `${LOOK} draft send recall withdraw feedback close reopen work correct retract print`);
const RECEIVE_REFERRALS = on('referral', `${LOOK} acknowledge respond serve feedback withdraw work`);

/** "W" in column 8, with the referral focal point of §8: the organisation's gate, sending and receiving. */
const REFERRING = [
  'registrar',
  'campManager',
  'krgOffice',
  'mineAction',
  'communityPolice',
  'socialAffairs',
  'serviceDirectorate',
  'partnerCaseworker',
  'legalPartner',
  'protectionPartner',
  'referralFocalPoint',
] as const;

/** Column 8 of domain.md §14, and the posts of §8. */
export const REFERRALS: readonly PolicyRow[] = [
  // A case's office and the addressed organisation are its team, so they open T2 (§8, privacy).
  ...REFERRING.flatMap((role) => [
    row(role, 'office', 'T2', SEND_REFERRALS),
    row(role, 'party', 'T2', RECEIVE_REFERRALS),
    // A former receiver no longer sees the case; the command itself knows who has something to delete.
    row(role, 'all', 'T2', ['referral:confirmDeletion']),
  ]),
  row('referralFocalPoint', 'party', 'T2', on('referral', 'assign')),
  // Verifier R; head of branch R overdue, which are single cases.
  ...APPROVERS.map((role) => row(role, 'office', 'T2', on('referral', 'find timeline work assign pause'))),
  row('verifier', 'office', 'T2', on('referral', 'read')),
  // Provider manager (§8, escalation level 2): sees that referrals are answered.
  row('providerManager', 'party', 'T2', on('referral', `${LOOK} work assign pause`), ['dwell:read']),
  // MoMD NRM desk (§8, routing and escalation level 1): routes by need and place, without the client's data.
  row('referralDesk', 'governorate', 'T2', on('referral', 'find timeline work'), ['queue:read', 'dwell:read']),
  // Re-integration committee (§8, escalation level 3): by number only.
  row('reintegrationCommittee', 'governorate', 'T2', on('referral', 'find'), ['queue:read']),
];
