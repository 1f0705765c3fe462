import type { Wait } from '../kernel/process.ts';
import { RESUMES_BY_ITSELF } from './data.ts';
import type { DocRequestState, Status } from './state.ts';

/** The organisation that gives the legal help, or the office that owns the case. */
const helper = (state: DocRequestState, key: string, clock?: string): Wait => ({
  key,
  party: 'legalHelp',
  ...(state.provider === undefined ? {} : { holder: { organisation: state.provider } }),
  ...(clock === undefined ? {} : { clock }),
});

const office = (state: DocRequestState): Wait => ({
  key: 'issue',
  party: 'issuingOffice',
  ...(state.application ? { holder: { office: state.application.office } } : {}),
});

/** Cases that can go on now that the paper is there, until somebody has seen to it. */
const toResume = (state: DocRequestState): readonly Wait[] =>
  state.blocks
    .filter((one) => !one.resumed && one.process !== 'docRequest')
    .map((one) => ({ key: `resume:${one.process}:${one.id}`, party: 'owner' }));

/** What goes on once the paper is handed over keeps nobody waiting before. */
const goesOnByItself = ({ key }: Wait): boolean => RESUMES_BY_ITSELF.includes(key.split(':')[1] ?? '');

const preparing = (state: DocRequestState): readonly Wait[] => [
  helper(state, state.late && !state.court ? 'openCourtCase' : 'file', 'filing'),
];
const court = (state: DocRequestState): readonly Wait[] => [helper(state, `followCourt:${state.court?.steps ?? 0}`, 'court')];
const filed = (state: DocRequestState): readonly Wait[] => [office(state)];

export const waitsOn: { readonly [K in Status]: (state: DocRequestState) => readonly Wait[] } = {
  none: () => [],
  need_identified: (s) => [helper(s, 'counsel', 'counselling')],
  eligible_for_service: (s) => [helper(s, 'counsel', 'counselling')],
  counselled: (s) => [helper(s, 'authorise')],
  authorised: preparing,
  evidence_gathering: preparing,
  awaiting_prerequisite: (s) =>
    s.prerequisites
      .filter((one) => !one.met)
      .map((one) => ({ key: `prerequisite:${one.docType}:${one.request}`, party: 'otherRequest' })),
  court_case_open: court,
  hearing: court,
  judgment: court,
  lineage_test_ordered: court,
  lineage_result: court,
  security_check: () => [{ key: 'securityAnswer', party: 'authority' }],
  application_filed: filed,
  appointment: filed,
  biometrics_taken: filed,
  in_production: filed,
  blocked_security: (s) => [helper(s, 'unblock')],
  blocked_missing_parent_record: (s) => [helper(s, 'unblock')],
  rejected: (s) => [helper(s, 'decideNext')],
  issued: (s) => [helper(s, 'deliver', 'delivery'), ...toResume(s).filter((one) => !goesOnByItself(one))],
  delivered: (s) => [helper(s, 'verifyUse'), ...toResume(s)],
  verified_in_use: () => [],
  withdrawn: () => [],
  closed_unresolved: () => [],
};
