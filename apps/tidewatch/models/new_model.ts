import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startErrors } from '../errors.ts';

const manifest = (
  name: string,
) => `# What each key means: docs/model.schema.json. \`tidewatch model golden\` fills in \`files\`.
name: ${name}
version: "1"
kind: onnx
events: "event.category: process"
features:
  - { name: hour, field: "@timestamp", encode: cyclic, period: day }
  - { name: words, field: process.command_line, encode: tokens }
onnx:
  file: model.onnx
  input: features
  output: { name: probabilities, column: 1 }
score:
  title: What an alert is called
  meaning: What a score says, for the person who reads it
  threshold: 0.9
  calibration: How the threshold was found
explanation: How it is told what made a score
data: { class: scores, training: What it was trained on }
author: Who answers for it
license: LicenseRef-site
`;

const card = (name: string) => `# ${name}

- **Finds** what it is for.
- **Trained on** which data, of when.
- **Not for** what it cannot tell.
`;

/**
 * Begins a model's folder: a manifest and a card to fill in.
 *
 * Rejects with FILE_EXISTS where there is one.
 */
export async function newModel(folder: string, name: string): Promise<void> {
  const file = join(folder, 'manifest.yml');
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there) throw startErrors.FILE_NOT_WRITABLE({ file, reason: 'it is there already' });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'card.md'), card(name));
  await writeFile(file, manifest(name));
}
