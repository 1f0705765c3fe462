import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

const Windows: z.ZodType<ClockWindows> = z.record(z.string(), Duration);

/** Send to acknowledgement (domain.md §8.1). */
export const acknowledgeWindow = defineRule<ClockWindows>({
  key: 'referral.acknowledge',
  schema: Windows,
  default: { emergency: { hours: 4 }, urgent: { hours: 24 }, normal: { days: 3 } },
  source: '[C]',
});

/** Receipt to acceptance, rejection or return: the published inter-agency form's 24 hours, 72 hours, two weeks. */
export const respondWindow = defineRule<ClockWindows>({
  key: 'referral.respond',
  schema: Windows,
  default: { emergency: { hours: 24 }, urgent: { hours: 72 }, normal: { days: 14 } },
  source: 'P-IARF',
});

/** Acceptance to first contact with the client: nobody published one, so as long again as the answer may take. */
export const startWindow = defineRule<ClockWindows>({
  key: 'referral.start',
  schema: Windows,
  default: { emergency: { hours: 24 }, urgent: { hours: 72 }, normal: { days: 14 } },
  source: '[C]',
});

/** First contact to completion. */
export const completeWindow = defineRule<ClockWindows>({
  key: 'referral.complete',
  schema: Windows,
  default: { '*': { days: 30 } },
  source: '[C]',
});

/** Completion to the answers of client and receiver. */
export const feedbackWindow = defineRule<ClockWindows>({
  key: 'referral.feedback',
  schema: Windows,
  default: { '*': { days: 14 } },
  source: '[C]',
});

/** Shares of a window at which the referral desk, the provider manager and the reintegration committee are told. */
export const escalationShares = defineRule<readonly number[]>({
  key: 'referral.escalation',
  schema: z.array(z.number().positive().max(10)).length(3).readonly(),
  default: [1, 1.33, 1.66],
  source: '[C]',
});

/** Multiple of the window after which a referral nobody acknowledged or answered expires (domain.md §8.1: twice). */
export const expiryShare = defineRule<number>({
  key: 'referral.expiry',
  schema: z.number().min(1).max(20),
  default: 2,
  source: '[C]',
});

/**
 * Words that have no place in a summary of need, which says what is needed and never why (domain.md §8, "never in payload").
 * A net under the strict payload, not a proof: the sender remains responsible for the text.
 */
export const neverWords = defineRule<readonly string[]>({
  key: 'referral.neverWords',
  schema: z.array(z.string().min(2).max(60)).max(200).readonly(),
  default: [
    ...['ISIS', 'ISIL', 'Daesh', 'affiliated', 'affiliation', 'security clearance', 'tabriya', 'perpetrator'],
    ...['HIV', 'rape', 'raped', 'survivor', 'diagnosis'],
    ...['داعش', 'دواعش', 'انتماء', 'تبرئة', 'تصريح أمني', 'موافقة أمنية', 'الجاني', 'اغتصاب', 'ناجية', 'الإيدز', 'تشخيص'],
  ],
  source: '[C]',
});
