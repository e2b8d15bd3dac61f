export { type Breach, type BreachRequest, breachOf, type Lifetime, type Path, project } from './breach.ts';
export { type Growth, growthOf } from './growth.ts';
