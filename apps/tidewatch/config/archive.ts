import { z } from 'zod';
import { duration } from './size.ts';

/** `archive:` of `tidewatch.yml`. */
export const archiveConfig = z
  .strictObject({
    folder: z
      .string()
      .optional()
      .describe('A folder, on a disk of its own or mounted from elsewhere; relative to this file.')
      .meta({ examples: ['/mnt/archive/tidewatch'] }),
    s3: z
      .strictObject({
        bucket: z
          .string()
          .min(3)
          .describe('Name of a bucket, which must exist.')
          .meta({ examples: ['logs'] }),
        prefix: z
          .string()
          .default('tidewatch')
          .describe('Goes before the names of all objects.')
          .meta({ examples: ['tidewatch'] }),
        region: z.string().default('us-east-1').describe('Region of the bucket.'),
        endpoint: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe('Address of a store that speaks S3. Without it Amazon’s own.')
          .meta({ examples: ['https://minio.example:9000'] }),
      })
      .optional()
      .describe(
        'An S3-compatible bucket. Credentials come from where Amazon’s tools look for them: the environment, `~/.aws`, or the role of the machine.',
      ),
    local: duration
      .optional()
      .describe(
        'How long after a partition’s end the embedded store keeps its own copy, too. Without it, for as long as the class lives.',
      )
      .meta({ examples: ['30d'] }),
  })
  .refine(({ folder, s3 }) => (folder === undefined) !== (s3 === undefined), {
    message: 'names either a `folder` or a bucket in `s3`',
  })
  .optional()
  .describe('Where copies of closed time partitions go, for as long as their data class lives.');
