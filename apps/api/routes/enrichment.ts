import { everyone, type Route, route } from '../route.ts';
import * as schemas from '../schemas/enrichment.ts';

export const enrichmentRoutes: readonly Route[] = [
  route({
    name: 'enrichment.get',
    method: 'GET',
    url: '/api/enrichment',
    summary:
      'What events are enriched with: databases, feeds and tables, how large and old they are, and what failed',
    policy: { kind: 'session', roles: everyone, orAdminToken: true },
    audit: 'own',
    schemas: { answer: schemas.enrichment },
    handle: async (_call, { enrichment }) => ({ sources: enrichment?.sources() ?? [] }),
  }),
];
