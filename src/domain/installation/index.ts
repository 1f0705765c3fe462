import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { personal } from '../kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../kernel/process.ts';
import { INSTALLATION } from './ids.ts';

const events = {
  FirstAdministratorNamed: z.strictObject({ staff: z.uuid() }),
  /** While nobody had given a command yet, another took the place of who was named `before`. `ranBy`: as they said themselves. */
  FirstAdministratorReplaced: z.strictObject({
    staff: z.uuid(),
    before: z.uuid(),
    ranBy: personal(z.string().min(1).max(200), 'T1'),
    reason: personal(z.string().min(3).max(2_000), 'T1'),
  }),
  /**
   * A log was put back from a backup, and what was signed behind it is lost for good. `log` is the name it is signed under, `outside`
   * and `root` (base64) the newest head that is kept outside the database, `here` how many entries were left.
   */
  LossAccepted: z.strictObject({
    log: z.string().min(1).max(300),
    outside: z.int().min(0),
    root: z.string().max(100),
    here: z.int().min(0),
    by: personal(z.string().min(1).max(200), 'T1'),
    reason: personal(z.string().min(1).max(2_000), 'T1'),
  }),
};

/** Who the installation's first administrator is, as the staff process reads it before it enrols that person. */
export interface InstallationState {
  readonly status: 'none' | 'entrusted';
  readonly administrator?: string;
  /** Who was named before and gave way, the first one first. */
  readonly replaced: readonly string[];
}

const initial: InstallationState = { status: 'none', replaced: [] };

function evolve(s: InstallationState, event: FoldEvent<typeof events>): InstallationState {
  switch (event.type) {
    case 'FirstAdministratorNamed':
      return { ...s, status: 'entrusted', administrator: event.data.staff };
    case 'FirstAdministratorReplaced':
      return { ...s, administrator: event.data.staff, replaced: [...s.replaced, event.data.before] };
    case 'LossAccepted':
      return s;
  }
}

const p = defineProcess({
  name: 'installation',
  plural: 'installations',
  store: 'general',
  tier: 'T0',
  events,
  initial,
  evolve,
  waitsOn: { none: () => [], entrusted: () => [] },
  ends: [],
  decisions: ['FirstAdministratorNamed', 'FirstAdministratorReplaced', 'LossAccepted'],
  labels: {
    name: { en: 'Installation', ar: 'منظومة' },
    plural: { en: 'Installations', ar: 'المنظومات' },
    states: { none: { en: 'New', ar: 'جديدة' }, entrusted: { en: 'Entrusted', ar: 'مُسلَّمة' } },
    commands: {
      entrust: { en: 'Name the first administrator', ar: 'تسمية أول مدير للنظام' },
      replace: { en: 'Name another first administrator', ar: 'تسمية مدير أول آخر للنظام' },
      acceptLoss: { en: 'Accept that records are lost', ar: 'قبول فقدان سجلات' },
    },
    events: {
      FirstAdministratorNamed: { en: 'The first administrator was named', ar: 'سُمّي أول مدير للنظام' },
      FirstAdministratorReplaced: { en: 'Another first administrator was named', ar: 'سُمّي مدير أول آخر للنظام' },
      LossAccepted: { en: 'It was accepted that records are lost', ar: 'قُبل فقدان سجلات' },
    },
    waits: {},
    parties: {},
    refusals: {
      NOT_THE_INSTALLATION: { en: 'There is only one installation.', ar: 'لا توجد إلا منظومة واحدة.' },
      INSTALLATION_IN_USE: {
        en: 'A person has given a command already; an administrator appoints others.',
        ar: 'سبق أن أصدر شخص أمرًا؛ يعيّن مدير النظام غيره.',
      },
      NAMED_BEFORE: { en: 'This person was named already.', ar: 'سبقت تسمية هذا الشخص.' },
    },
    fields: {
      staff: { en: 'Staff member', ar: 'الموظف' },
      before: { en: 'In the place of', ar: 'بدلًا من' },
      ranBy: { en: 'Run by', ar: 'نفّذه' },
      log: { en: 'Log', ar: 'السجل' },
      outside: { en: 'Entries signed', ar: 'القيود الموقّعة' },
      root: { en: 'Signed head', ar: 'الرأس الموقّع' },
      here: { en: 'Entries left', ar: 'القيود الباقية' },
      by: { en: 'Accepted by', ar: 'قَبِله' },
      reason: { en: 'Reason', ar: 'السبب' },
    },
    codes: {},
  },
});

/**
 * One stream whose first event decides who the first administrator is; who is named later takes that place before anybody used it. Two bootstraps at the same moment
 * race for revision 0 of this stream, and the log lets one of them win.
 */
export const installation = p.withCommands({
  entrust: p.command({
    from: 'new',
    permission: 'system',
    input: events.FirstAdministratorNamed,
    emits: ['FirstAdministratorNamed'],
    to: ['entrusted'],
    decide: (c, _, ctx) => {
      ensure(ctx.id === INSTALLATION, 'NOT_THE_INSTALLATION');
      return [{ type: 'FirstAdministratorNamed', data: c }];
    },
  }),
  replace: p.command({
    from: ['entrusted'],
    permission: 'system',
    input: events.FirstAdministratorReplaced.omit({ before: true }),
    emits: ['FirstAdministratorReplaced'],
    to: ['entrusted'],
    decide: (c, s) => {
      const before = s.administrator ?? '';
      ensure(c.staff !== before && !s.replaced.includes(c.staff), 'NAMED_BEFORE');
      return [{ type: 'FirstAdministratorReplaced', data: { ...c, before } }];
    },
  }),
  acceptLoss: p.command({
    from: ['entrusted'],
    permission: 'system',
    input: events.LossAccepted,
    emits: ['LossAccepted'],
    to: ['entrusted'],
    decide: (c) => [{ type: 'LossAccepted', data: c }],
  }),
});
