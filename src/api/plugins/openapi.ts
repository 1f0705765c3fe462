import { setImmediate as immediate } from 'node:timers/promises';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { z } from 'zod';
import type { Registry } from '../../domain/kernel/registry.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { completed } from '../openapiDocument.ts';
import { hasRoutes } from '../paths.ts';

const ABOUT = `Case management for durable solutions in Iraq. Every command is one \`POST\` with an \`Idempotency-Key\`; sent again with the
same key it is recorded once and answered the same. A case is named by its UUID or by its short reference. A read that must see
a write sends the write's \`Masar-Position\` in \`Masar-After\`. Failures are \`application/problem+json\` with a stable \`code\` and
words in the language of \`Accept-Language\` (en, ar, ckb).`;

const REQUEST_PARTS = ['body', 'querystring', 'params', 'headers'] as const;
/** Where the page finds the document. */
const DOCUMENT = /\/(json|yaml)$/;
const PIECE_MS = 20;

/** The page loads nothing from anywhere else, so it works without a network; its widgets set styles of their own. */
const PAGE_CSP = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/**
 * The OpenAPI 3.1 document at `/openapi.json` and a page to read it at `/docs`, both derived from the routes. It is made when it is
 * first asked for: that takes a second, which no start has to wait for, and nearly all of it in pieces between other requests.
 */
export async function openapi(app: FastifyInstance, { registry }: { readonly registry: Registry }): Promise<void> {
  const schemas = new Set<z.ZodType>();
  app.addHook('onRoute', ({ schema }) => {
    for (const part of REQUEST_PARTS) {
      const given = (schema as Record<string, unknown> | undefined)?.[part];
      if (given instanceof z.ZodType) schemas.add(given);
    }
  });
  let making: Promise<void> | undefined;
  const made = () => {
    making ??= derived(schemas);
    return making;
  };
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Masar',
        version: '1.0.0',
        description: ABOUT,
        license: { name: 'All rights reserved', identifier: 'LicenseRef-Proprietary' },
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: [
        ...registry.all
          .filter(hasRoutes)
          .map(({ name, labels }) => ({ name, description: `${labels.plural.en} – ${labels.plural.ar}` })),
        { name: 'documents', description: 'Uploading files; they are opened through the cases that name them' },
        { name: 'work', description: 'Queues, own work and what changed' },
        { name: 'registers', description: 'Finding households, providers and possible duplicates' },
        { name: 'audit', description: 'Who did what, who looked, and who was refused' },
        { name: 'bulk', description: 'Many commands in one request' },
        { name: 'catalogue', description: 'Processes, code lists and places: a front end can be built from these' },
        { name: 'operations', description: 'For whoever runs the server' },
      ],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    convertConstToEnum: false,
    transform: ({ schema, url }) => ({ schema: asJsonSchemas(schema), url }),
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      completed(document.openapiObject);
      return document.openapiObject;
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_CSP,
    uiHooks: { onRequest: async ({ url }) => (DOCUMENT.test(url) ? made() : undefined) },
    uiConfig: { docExpansion: 'none', deepLinking: true, persistAuthorization: false, validatorUrl: null },
  });
  let document: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    await made();
    document ??= JSON.stringify(app.swagger());
    return reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8').send(document);
  });
}

/** Derives what the document is made of, a little at a time. */
async function derived(schemas: ReadonlySet<z.ZodType>): Promise<void> {
  let since = performance.now();
  for (const schema of schemas) {
    jsonSchemaOf(schema, 'input');
    if (performance.now() - since < PIECE_MS) continue;
    await immediate();
    since = performance.now();
  }
}

/** Requests are held to zod schemas; the document shows them as JSON Schema. Answers are JSON Schema already. */
function asJsonSchemas(schema: FastifySchema | undefined): FastifySchema {
  const shown: Record<string, unknown> = { ...schema };
  for (const part of REQUEST_PARTS) {
    const given = shown[part];
    if (given instanceof z.ZodType) shown[part] = jsonSchemaOf(given, 'input');
  }
  return shown;
}
