import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { defineProcess, type FoldEvent } from '../kernel/process.ts';
import { INSTALLATION } from './ids.ts';

const events = { FirstAdministratorNamed: z.strictObject({ staff: z.uuid() }) };

/** Who the installation's first administrator is, as the staff process reads it before it enrols that person. */
export interface InstallationState {
  readonly status: 'none' | 'entrusted';
  readonly administrator?: string;
}

const initial: InstallationState = { status: 'none' };

function evolve(_: InstallationState, event: FoldEvent<typeof events>): InstallationState {
  switch (event.type) {
    case 'FirstAdministratorNamed':
      return { status: 'entrusted', administrator: event.data.staff };
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
  decisions: ['FirstAdministratorNamed'],
  labels: {
    name: { en: 'Installation', ar: 'منظومة' },
    plural: { en: 'Installations', ar: 'المنظومات' },
    states: { none: { en: 'New', ar: 'جديدة' }, entrusted: { en: 'Entrusted', ar: 'مُسلَّمة' } },
    commands: { entrust: { en: 'Name the first administrator', ar: 'تسمية أول مدير للنظام' } },
    events: { FirstAdministratorNamed: { en: 'The first administrator was named', ar: 'سُمّي أول مدير للنظام' } },
    waits: {},
    parties: {},
    refusals: { NOT_THE_INSTALLATION: { en: 'There is only one installation.', ar: 'لا توجد إلا منظومة واحدة.' } },
    fields: { staff: { en: 'Staff member', ar: 'الموظف' } },
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
});
