/** The contract suites that every adapter runs, with what they are made of. */
export { describeAgreement } from './agreement.suite.ts';
export { describeAlertStoreContract } from './alerts.suite.ts';
export { describeEventStoreContract } from './events.suite.ts';
export {
  cutOff,
  expired,
  indexed,
  kql,
  type OpenHarness,
  type StoreHarness,
  suiteClasses,
  suiteNow,
} from './fixtures.suite.ts';
