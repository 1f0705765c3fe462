import { z } from 'zod';

/** What an officer is barred from: asking for emergency access, or confirming what others ask for. */
export const Act = z.enum(['asking', 'confirming']);
export type Act = z.infer<typeof Act>;

/** One record an officer and act; asking came first, and its key is the officer alone. */
export const keyOfBar = ({ staff, act = 'asking' }: { readonly staff: string; readonly act?: Act | undefined }): string =>
  act === 'asking' ? staff : `${staff} ${act}`;
