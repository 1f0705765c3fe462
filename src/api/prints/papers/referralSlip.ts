import { SENSITIVITIES } from '../../../domain/provider/codes.ts';
import type { ProviderState } from '../../../domain/provider/state.ts';
import type { ReferralState } from '../../../domain/referral/state.ts';
import { organisationName } from '../names.ts';
import type { PaperLayout } from '../paper.ts';
import type { Sheet } from '../sheet.ts';
import { apart } from '../visualRuns.ts';
import { BLANK, code, words } from '../words.ts';

/** What the client carries to the receiver: whom to ask for what, where, and how to reach who sent them. */
export interface ReferralSlip {
  readonly referralNo: string;
  readonly client: string;
  /** Absent where the need itself would tell too much to whoever finds the paper. */
  readonly need: string | undefined;
  readonly urgency: string;
  readonly receiver: string;
  readonly receiverPhone: string;
  readonly hours: string;
  readonly sender: string;
  readonly senderContact: string;
}

/** The slip leaves out age, place, safe contact and summary: the receiver has them already, and a pocket is no safe place. */
export const referralSlip = (slip: ReferralSlip): Sheet => ({
  title: 'وصل إحالة',
  blocks: [
    {
      kind: 'fields',
      rows: [
        ['رقم الإحالة', slip.referralNo],
        ['المستفيد', slip.client],
        ...(slip.need === undefined ? [] : ([['الحاجة', slip.need]] as const)),
        ['درجة الاستعجال', slip.urgency],
      ],
    },
    { kind: 'heading', text: 'الجهة التي تراجعونها' },
    {
      kind: 'fields',
      rows: [
        ['الجهة المستلمة', slip.receiver],
        ['الهاتف', slip.receiverPhone],
        ['أوقات الدوام', slip.hours],
      ],
    },
    { kind: 'heading', text: 'الجهة التي أحالتكم' },
    {
      kind: 'fields',
      rows: [
        ['الجهة المرسلة', slip.sender],
        ['للاتصال', slip.senderContact],
      ],
    },
    {
      kind: 'text',
      text: 'الإحالة نفسها بلا مقابل، ولا يحق لأحد أن يطلب منكم شيئًا لقائها. يحق لكم سحب الموافقة على الإحالة في أي وقت بمراجعة الجهة المرسلة.',
    },
    { kind: 'signatures', of: ['توقيع الموظف والختم', 'توقيع المستفيد أو بصمته'] },
  ],
});

const TELLING: readonly string[] = [...SENSITIVITIES, 'specialised_support'];

export const slipLayout: PaperLayout = {
  tier: 'T1',
  compose: async ({ record }, look, process) => {
    const referral = record.state as ReferralState;
    if (!('payload' in referral)) return referralSlip(EMPTY);
    const { payload } = referral;
    const { codes } = process.labels;
    const provider = (await look('provider', referral.providerId)).state as ProviderState;
    const service = provider.services.find((one) => one.id === referral.serviceId);
    return referralSlip({
      referralNo: apart(payload.referralNo),
      client: payload.client.kind === 'code' ? apart(payload.client.code) : words(payload.client.name),
      need: TELLING.includes(referral.needCode) ? undefined : codes.needCode?.[referral.needCode]?.ar,
      urgency: codes.urgency?.[referral.urgency]?.ar ?? BLANK,
      receiver: await organisationName(look, referral.to),
      receiverPhone: provider.phone === '' ? BLANK : apart(provider.phone),
      hours: service?.hours ?? BLANK,
      sender: await organisationName(look, payload.sender.organisation),
      senderContact: code(payload.sender.contact),
    });
  },
};

const EMPTY: ReferralSlip = {
  referralNo: BLANK,
  client: BLANK,
  need: undefined,
  urgency: BLANK,
  receiver: BLANK,
  receiverPhone: BLANK,
  hours: BLANK,
  sender: BLANK,
  senderContact: BLANK,
};
