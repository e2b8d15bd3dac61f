import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { registerRoute } from './register.ts';
import { routes } from './routes/index.ts';

interface Document {
  readonly components?: { readonly schemas?: Record<string, unknown> };
  readonly paths?: Record<
    string,
    Record<string, { responses?: Record<string, { description: string; content?: Record<string, unknown> }> }>
  >;
}

const transformObject: SwaggerTransformObject = (source) => {
  const document = jsonSchemaTransformObject(source);
  const { components, paths } = document as Document;
  // Named schemas are answers only, so nobody refers to what the transformer makes of them for requests.
  for (const name of Object.keys(components?.schemas ?? {}))
    if (name.endsWith('Input')) delete components?.schemas?.[name];
  // A problem is JSON also where the answer itself is not.
  for (const { responses } of Object.values(paths ?? {}).flatMap((path) => Object.values(path)))
    for (const [status, response] of Object.entries(responses ?? {}))
      if (/^[45]/.test(status))
        response.content = { 'application/json': Object.values(response.content ?? {})[0] };
  return document;
};

/** Makes the zod schemas of routes registered from here on validate, serialise, and describe themselves in OpenAPI. */
export async function useSchemas(app: FastifyInstance, version: string): Promise<void> {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tidewatch',
        version,
        description: 'Search, triage, live stream, health and administration.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'tidewatch_session' },
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key. It needs the scope of the route, and its user the role.',
          },
          adminToken: { type: 'http', scheme: 'bearer' },
          metricsToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'What stands in `http.metrics_token_file`; this machine itself needs none.',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject,
  });
}

/** The OpenAPI document as `docs/openapi.json` keeps it; needs no store and opens no port. */
export async function openApiDocument(version: string): Promise<object> {
  const app = fastify();
  await useSchemas(app, version);
  for (const route of routes) registerRoute(app, route, async () => undefined);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
