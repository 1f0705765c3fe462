import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { personal } from '../kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../kernel/process.ts';
import { INSTALLATION } from './ids.ts';

const events = {
  FirstAdministratorNamed: z.strictObject({ staff: z.uuid() }),
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
}

const initial: InstallationState = { status: 'none' };

function evolve(s: InstallationState, event: FoldEvent<typeof events>): InstallationState {
  switch (event.type) {
    case 'FirstAdministratorNamed':
      return { status: 'entrusted', administrator: event.data.staff };
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
  decisions: ['FirstAdministratorNamed', 'LossAccepted'],
  labels: {
    name: { en: 'Installation', ar: 'منظومة' },
    plural: { en: 'Installations', ar: 'المنظومات' },
    states: { none: { en: 'New', ar: 'جديدة' }, entrusted: { en: 'Entrusted', ar: 'مُسلَّمة' } },
    commands: {
      entrust: { en: 'Name the first administrator', ar: 'تسمية أول مدير للنظام' },
      acceptLoss: { en: 'Accept that records are lost', ar: 'قبول فقدان سجلات' },
    },
    events: {
      FirstAdministratorNamed: { en: 'The first administrator was named', ar: 'سُمّي أول مدير للنظام' },
      LossAccepted: { en: 'It was accepted that records are lost', ar: 'قُبل فقدان سجلات' },
    },
    waits: {},
    parties: {},
    refusals: { NOT_THE_INSTALLATION: { en: 'There is only one installation.', ar: 'لا توجد إلا منظومة واحدة.' } },
    fields: {
      staff: { en: 'Staff member', ar: 'الموظف' },
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
 * One stream whose first event decides, once and for all, who the first administrator is. Two bootstraps at the same moment
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
  acceptLoss: p.command({
    from: ['entrusted'],
    permission: 'system',
    input: events.LossAccepted,
    emits: ['LossAccepted'],
    to: ['entrusted'],
    decide: (c) => [{ type: 'LossAccepted', data: c }],
  }),
});
