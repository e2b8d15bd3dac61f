import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, jarFolder } from '../../services/install.mjs';

export interface PeerOptions {
  /** The bare forest, or the one with thresholds, as OpenSearch's plugin sets it. */
  readonly kind: 'forest' | 'thresholded';
  readonly features: number;
  readonly shingle: number;
  readonly trees: number;
  readonly sampleSize: number;
  readonly seed: number;
  /** Share of the boxes that are kept; the plugin keeps none. */
  readonly cache: number;
  /** Steps that are not counted. */
  readonly warm: number;
}

/** What a run said of each step, score or grade, and how long the counted steps took: seconds of CPU, all threads. */
export interface Run {
  readonly scores: readonly Float64Array[];
  readonly seconds: number;
}

/** AWS' random cut forest, in a process of its own that ends with each run. */
export interface Peer {
  run(series: readonly Float64Array[], options: PeerOptions): Run;
  close(): void;
}

/** Compiles our `peers/ForestPeer.java` beside the jars of Maven Central, which are fetched where they are missing. */
export function forestPeer(): Peer {
  install(['randomcutforest']);
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-forest-'));
  const [input, output] = [join(folder, 'in'), join(folder, 'out')];
  const jars = `${jarFolder('randomcutforest')}/*`;
  const source = fileURLToPath(new URL('peers/ForestPeer.java', import.meta.url));
  execFileSync('javac', ['-nowarn', '-cp', jars, '-d', folder, source], { stdio: 'pipe' });
  return {
    run(series, { kind, features, shingle, trees, sampleSize, seed, cache, warm }) {
      const parts = series.flatMap((values) => [
        Buffer.from(Int32Array.of(values.length / features).buffer),
        Buffer.from(values.buffer, values.byteOffset, values.byteLength),
      ]);
      writeFileSync(input, Buffer.concat(parts));
      const numbers = [features, shingle, trees, sampleSize, seed, cache, warm].map(String);
      const args = ['-cp', `${folder}:${jars}`, 'ForestPeer', kind, input, output, ...numbers];
      const seconds = Number(execFileSync('java', args, { encoding: 'utf8' }).split(' ')[0]);
      const scores = new Float64Array(new Uint8Array(readFileSync(output)).buffer);
      let at = 0;
      return {
        seconds,
        scores: series.map((values) => {
          const from = at;
          at += values.length / features;
          return scores.subarray(from, at);
        }),
      };
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
