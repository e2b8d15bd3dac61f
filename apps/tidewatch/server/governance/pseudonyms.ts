import type { OriginalVault } from '@tidewatch/control';
import type { Stage } from '@tidewatch/normalize';
import {
  createLetterSeal,
  createOriginals,
  createPseudonymStage,
  createPseudonyms,
  createSealKeys,
  type LetterSeal,
  parsePseudonymKeys,
  type Vault,
} from '@tidewatch/normalize/pseudonyms';
import type { Config } from '../../config/schema.ts';
import { placeOfKeys, readKeys } from '../../governance/data_subject.ts';
import type { Runtime } from '../runtime.ts';

type PseudonymsConfig = NonNullable<Config['pseudonyms']>;

/** What the keys of `tidewatch.yml` make possible. */
export interface OpenPseudonyms {
  readonly vault: Vault;
  readonly letters: LetterSeal;
  /** Reads the keys again. Where that fails, those before stay. */
  reload(): Promise<void>;
}

/**
 * Reads the keys, for a process that takes events or replays them; undefined where none are configured.
 *
 * @throws PSEUDONYM_KEYS_UNREADABLE, PSEUDONYM_KEYS_EXPOSED, PSEUDONYM_KEYS_INVALID
 */
export async function openPseudonyms(
  config: Pick<Config, 'pseudonyms' | 'roles'>,
  openVault: () => Promise<OriginalVault>,
): Promise<OpenPseudonyms | undefined> {
  const { pseudonyms: configured, roles } = config;
  if (configured === undefined || !roles.some((role) => role === 'ingest' || role === 'api'))
    return undefined;
  const kept = await openVault();
  const read = async () => {
    const keys = parsePseudonymKeys(await readKeys(configured), placeOfKeys(configured));
    return {
      pseudonyms: createPseudonyms({ keys, epoch: configured.epoch, overlapMs: overlapMs(configured) }),
      keys: createSealKeys(keys, kept.keys),
      letters: createLetterSeal(keys, configured.epoch),
    };
  };
  let now = await read();
  const originals = createOriginals(
    { sealer: (...of) => now.keys.sealer(...of), open: (...of) => now.keys.open(...of) },
    kept,
  );
  return {
    vault: {
      originals,
      get pseudonyms() {
        return now.pseudonyms;
      },
      get keys() {
        return now.keys;
      },
    },
    letters: { seal: (...of) => now.letters.seal(...of), open: (...of) => now.letters.open(...of) },
    async reload() {
      now = await read();
    },
  };
}

/** The last of the stages that events pass. */
export const pseudonymStage = (runtime: Runtime): Stage =>
  createPseudonymStage({
    // Governance is read anew while this runs.
    policyOf: (dataset, { source, dataClass }) =>
      runtime.governance.fieldPolicy(source, dataset, runtime.classes.get(dataClass)?.synthetic === true),
    vault: runtime.pseudonyms?.vault,
    onMinimised: (dataClass, fields) =>
      runtime.metrics.count('minimised_fields_total', { data_class: dataClass }, fields),
  });

const overlapMs = ({ overlap }: PseudonymsConfig): number =>
  Number(overlap.slice(0, -1)) * (overlap.endsWith('d') ? 86_400_000 : 3_600_000);
