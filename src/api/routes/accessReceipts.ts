import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Refused } from '../../domain/kernel/errors.ts';
import { scopeOf } from '../auditScope.ts';
import { rightsOf } from '../caseIds.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';

const AccessReceiptView = z.object({
  tree: z.string().meta({ description: 'Of the month', examples: ['access-2026-06'] }),
  leaf: z.int().meta({ description: 'The place in that tree, from 0' }),
  entry: z.string().meta({ description: 'The text that is hashed as the leaf (UTF-8), exactly' }),
  proof: z.array(z.string()).meta({ description: 'SHA-256 in base64, as in RFC 9162 §2.1' }),
  checkpoint: z.string().meta({ description: 'The newest signed note of the tree' }),
  key: z.string().meta({ description: 'The public key that signed it: hold it against the one you were given' }),
});

const Place = z.strictObject({
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  leaf: z.coerce.number().int().min(0).max(2_147_483_647),
});

/** Entries are sealed every minute. */
const SEALED_WITHIN_S = 60;

/** That somebody looked, or was refused, is in the access log: proved entry by entry, to who may read the entry. */
export async function accessReceiptRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  app.get<{ Params: z.output<typeof Place> }>(
    '/v1/audit/looks/:month/:leaf/receipt',
    {
      schema: {
        operationId: 'auditLookReceipt',
        tags: ['audit'],
        summary: 'Proof that an entry is in the access log: for who may read that entry',
        description:
          'Month and place are those of `entry` in `GET /v1/audit`. Saved as it is, `npm run verify -- --receipt FILE --key KEY` checks it. An entry of the last minute is not sealed yet (409, Retry-After).',
        params: Place,
        response: { 200: jsonSchemaOf(AccessReceiptView, 'output') },
      },
    },
    async (request) => {
      const rights = await rightsOf(parts, request);
      const { offices, tier } = scopeOf(rights, {});
      request.opener.lookedFor();
      const sight = { highestTier: tier, ...(offices === undefined ? {} : { withinOffices: offices }) };
      const receipt = await parts.accessLog.receipt(sight, request.params);
      if (!receipt) throw new Refused('NOT_FOUND');
      if (receipt === 'not sealed yet') throw new Problem('NOT_SEALED_YET', { params: { seconds: SEALED_WITHIN_S } });
      return receipt;
    },
  );
}
