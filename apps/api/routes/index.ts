import type { Route } from '../route.ts';
import { adminRoutes } from './admin.ts';
import { alertContextRoutes } from './alert_context.ts';
import { alertJobRoutes } from './alert_jobs.ts';
import { alertRoutes } from './alerts.ts';
import { archiveRoutes } from './archive.ts';
import { auditRoutes } from './audit.ts';
import { caseRoutes } from './cases.ts';
import { completionRoutes } from './completion.ts';
import { deadLetterRoutes } from './dead_letters.ts';
import { detectorNormalRoutes } from './detector_normal.ts';
import { detectorRoutes } from './detectors.ts';
import { enrichmentRoutes } from './enrichment.ts';
import { entityRoutes } from './entities.ts';
import { eventRoutes } from './events.ts';
import { exceptionRoutes } from './exceptions.ts';
import { featureRoutes } from './features.ts';
import { forecastRoutes } from './forecasts.ts';
import { keptRuleRoutes } from './kept_rules.ts';
import { keyRoutes } from './keys.ts';
import { liveRoutes } from './live.ts';
import { modelRoutes } from './models.ts';
import { oidcRoutes } from './oidc.ts';
import { originalRoutes } from './originals.ts';
import { parserRoutes } from './parsers.ts';
import { privacyRoutes } from './privacy.ts';
import { probeRoutes } from './probes.ts';
import { ruleRoutes } from './rules.ts';
import { sessionRoutes } from './session.ts';
import { systemRoutes } from './system.ts';
import { useCaseRoutes } from './usecases.ts';
import { userRoutes } from './users.ts';
import { viewRoutes } from './views.ts';

/** Everything the API answers, but for the console's files. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...oidcRoutes,
  ...alertRoutes,
  ...alertContextRoutes,
  ...alertJobRoutes,
  ...caseRoutes,
  ...viewRoutes,
  ...completionRoutes,
  ...eventRoutes,
  ...entityRoutes,
  ...ruleRoutes,
  ...keptRuleRoutes,
  ...exceptionRoutes,
  ...useCaseRoutes,
  ...parserRoutes,
  ...systemRoutes,
  ...enrichmentRoutes,
  ...forecastRoutes,
  ...modelRoutes,
  ...detectorRoutes,
  ...detectorNormalRoutes,
  ...featureRoutes,
  ...deadLetterRoutes,
  ...archiveRoutes,
  ...originalRoutes,
  ...privacyRoutes,
  ...liveRoutes,
  ...userRoutes,
  ...keyRoutes,
  ...auditRoutes,
  ...adminRoutes,
  ...probeRoutes,
];
