import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ROLE_LABELS } from '../../domain/access/labels.ts';
import type { StaffState } from '../../domain/access/membership.ts';
import { isOpen, type Personal } from '../../domain/kernel/privacy.ts';
import { LabelView } from '../answers.ts';
import { rightsOf } from '../caseIds.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import type { ApiParts } from '../parts.ts';

const PostView = z.object({
  id: z.string(),
  role: z.string(),
  label: LabelView,
  organisation: z.string(),
  office: z.string().optional(),
  governorate: z.string().optional(),
  from: z.string(),
  until: z.string().optional(),
});

const MeView = z.object({
  staff: z.string(),
  name: z.object({ ar: z.string(), latin: z.string().optional() }).optional(),
  day: z.string().meta({ description: 'The day in Baghdad for which this holds' }),
  posts: z.array(PostView),
  leave: z.object({ from: z.string(), until: z.string(), deputy: z.string().optional() }).optional(),
  onBehalfOf: z.string().optional(),
});

type Me = StaffState & { readonly name?: Personal<{ readonly ar: string; readonly latin?: string | undefined }> };

/** `GET /v1/me`: who the token speaks for, the posts held today, own leave and its deputy. */
export async function meRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  if (!parts.registry.byName('staff')) return;
  app.get(
    '/v1/me',
    {
      schema: {
        operationId: 'meGet',
        tags: ['work'],
        summary: 'Who I am here: posts held today, leave and deputy',
        response: { 200: jsonSchemaOf(MeView, 'output') },
      },
    },
    async (request) => {
      const [rights, record] = await Promise.all([rightsOf(parts, request), parts.cases.glance(`staff-${request.staff}`)]);
      const { name, leave } = record.state as Me & { readonly status: string };
      return {
        staff: request.staff,
        ...(name && isOpen(name) ? { name } : {}),
        day: rights.day,
        posts: rights.posts.map((post) => ({ ...post, label: ROLE_LABELS[post.role] })),
        leave,
        onBehalfOf: rights.behalf,
      };
    },
  );
}
