import fastify, { type FastifyInstance } from 'fastify';

/**
 * Has each answer's serialiser, as Fastify makes them, made when it is first needed: there are a thousand, and a start would make
 * them all before it listens. To be asked before there are routes.
 */
export async function serializersOnDemand(app: FastifyInstance): Promise<void> {
  const bare = fastify();
  bare.get('/', { schema: { response: { 200: { type: 'string' } } } }, async () => '');
  await bare.ready();
  const compile = bare.serializerCompiler;
  await bare.close();
  if (compile === undefined) return;
  app.setSerializerCompiler((route) => {
    let made: ReturnType<typeof compile> | undefined;
    return (data) => {
      made ??= compile(route);
      return made(data);
    };
  });
}
