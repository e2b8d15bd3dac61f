export type {
  AlertJob,
  AlertJobStore,
  ChosenAlert,
  JobCounts,
  JobPart,
} from './alert_jobs.ts';
export * from './classes.ts';
export * from './contract.ts';
export { type Deletion, deleteDue, deleteNoted, type TellDeletion } from './deletion.ts';
export { errors as storeErrors } from './errors.ts';
export { longestPartition, type Period, partitionName, partitionPeriod } from './partition.ts';
export * from './retention.ts';
