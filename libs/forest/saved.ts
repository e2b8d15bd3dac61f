import { Reader, UnreadableState, Writer } from './bytes.ts';
import { Forest } from './forest.ts';
import { plant } from './planting.ts';
import { type ScoreName, scoreNames } from './score.ts';

const version = 2;
/** What is kept of trees: all, or which points they have. */
const forms = ['whole', 'asleep'] as const;

/** All of a forest: one that {@link restore} makes of it goes on bit for bit as it would have. */
export function save(forest: Forest): Uint8Array {
  const { trees, samples } = forest;
  const writer = begin(forest, 'whole');
  writer.number(samples.start);
  for (const numbers of [samples.rate, samples.left, samples.weights, samples.leaves]) writer.put(numbers);
  const places = Int32Array.from(trees.place);
  const numberOf = writePoints(forest, writer);
  for (let leaf = 0; leaf < places.length; leaf++)
    if ((trees.mass[leaf] as number) > 0) places[leaf] = numberOf[places[leaf] as number] as number;
  for (const numbers of [trees.root, trees.freeNode, trees.freeLeaf, trees.left, trees.right, trees.cutValue])
    writer.put(numbers);
  writer.put(Uint16Array.from(trees.cutDimension));
  writer.put(trees.mass);
  writer.put(places);
  return writer.bytes();
}

/**
 * What a forest knows, in a fraction of the bytes: its points, and which of them each tree has, how heavy. {@link restore}
 * makes other trees of the same points: as likely ones, so that scores differ as those of another seed do.
 */
export function hibernate(forest: Forest): Uint8Array {
  const { trees, samples } = forest;
  const writer = begin(forest, 'asleep');
  writer.number(samples.start);
  const numberOf = writePoints(forest, writer);
  const references = new (forest.points.size <= 0x10000 ? Uint16Array : Int32Array)(
    trees.count * samples.size,
  );
  const weights = new Float32Array(references.length);
  for (let tree = 0; tree < trees.count; tree++)
    for (let i = 0; i < samples.size; i++) {
      const at = tree * samples.capacity + i;
      const leaf = tree * trees.capacity + (samples.leaves[at] as number);
      references[tree * samples.size + i] = numberOf[trees.place[leaf] as number] as number;
      weights[tree * samples.size + i] = samples.weights[at] as number;
    }
  writer.put(references);
  writer.put(weights);
  return writer.bytes();
}

/** The forest of what {@link save} or {@link hibernate} answered. Throws {@link UnreadableState} where it is neither. */
export function restore(bytes: Uint8Array): Forest {
  const reader = new Reader(bytes);
  const found = reader.count(0, 255);
  if (found !== version)
    throw new UnreadableState(`It has version ${found}; version ${version} is read here.`);
  const form = forms[reader.count(0, forms.length - 1)];
  const [dimensions, trees] = [reader.count(1, 0x7fff), reader.count(1, 10_000)];
  const sampleSize = reader.count(2, 16_384);
  const ways = reader.count(0, 2 * scoreNames.length - 1);
  const score = scoreNames[ways >> 1] as ScoreName;
  const options = { dimensions, trees, sampleSize, boxes: (ways & 1) === 1, score, decay: reader.number() };
  const forest = new Forest(options);
  forest.updates = reader.count(0, Number.MAX_SAFE_INTEGER);
  forest.samples.size = reader.count(0, options.sampleSize);
  reader.get(forest.random.state);
  forest.samples.start = reader.count(0, Number.MAX_SAFE_INTEGER);
  if (form === 'whole') readTrees(forest, reader);
  else plantTrees(forest, reader);
  if (reader.rest().length > 0) throw new UnreadableState('There is more of it than a forest.');
  return forest;
}

function begin({ options, updates, samples, random }: Forest, form: (typeof forms)[number]): Writer {
  const writer = new Writer();
  writer.number(version, forms.indexOf(form));
  // One number: what was saved before there were scores of several kinds is read as it was meant.
  const ways = Number(options.boxes) + 2 * scoreNames.indexOf(options.score);
  writer.number(options.dimensions, options.trees, options.sampleSize, ways, options.decay);
  writer.number(updates, samples.size);
  writer.put(random.state);
  return writer;
}

/** How far a point's start is from the one before. */
const gapsOf = (count: number, dimensions: number): Uint8Array | Uint16Array =>
  new (dimensions < 256 ? Uint8Array : Uint16Array)(count);

/** Puts the points in that trees have, in the order of their starts. Answers the number of each by its place. */
function writePoints({ points }: Forest, writer: Writer): Int32Array {
  const { values, places } = points.packed();
  const numberOf = new Int32Array(points.references.length);
  const gaps = gapsOf(places.length, points.dimensions);
  let before = 0;
  for (const [number, place] of places.entries()) {
    numberOf[place] = number;
    const start = points.starts[place] as number;
    gaps[number] = start - before;
    before = start;
  }
  writer.number(places.length, values.length);
  writer.put(values);
  writer.put(gaps);
  return numberOf;
}

/** Takes the points in, each to the place of its number. Answers how many they are. */
function readPoints({ points, options }: Forest, reader: Reader): number {
  const { dimensions } = options;
  const count = reader.count(0, options.trees * options.sampleSize);
  const values = new Float32Array(reader.count(0, count * dimensions));
  reader.get(values);
  const gaps = gapsOf(count, dimensions);
  reader.get(gaps);
  const starts = new Int32Array(count);
  let start = 0;
  for (const [number, gap] of gaps.entries()) {
    start += gap;
    starts[number] = start;
    if (number > 0 && gap === 0) throw new UnreadableState('Two of its points are the same.');
  }
  if (count > 0 && start + dimensions !== values.length)
    throw new UnreadableState(`Its points end elsewhere than its ${values.length} values.`);
  points.unpack(values, starts);
  return count;
}

function readTrees(forest: Forest, reader: Reader): void {
  const { points, samples, trees } = forest;
  for (const numbers of [samples.rate, samples.left, samples.weights, samples.leaves]) reader.get(numbers);
  readPoints(forest, reader);
  for (const numbers of [trees.root, trees.freeNode, trees.freeLeaf, trees.left, trees.right, trees.cutValue])
    reader.get(numbers);
  const dimensions = new Uint16Array(trees.cutDimension.length);
  reader.get(dimensions);
  trees.cutDimension.set(dimensions);
  reader.get(trees.mass);
  const places = new Int32Array(trees.place.length);
  reader.get(places);
  trees.place.set(places);
  for (let leaf = 0; leaf < places.length; leaf++)
    for (let i = 0; i < (trees.mass[leaf] as number); i++) points.hold(places[leaf] as number);
  if (trees.boxes.kept && samples.size > 0)
    for (let tree = 0; tree < trees.count; tree++) trees.boxes.makeAll(tree);
}

function plantTrees(forest: Forest, reader: Reader): void {
  const { points, samples, trees } = forest;
  const count = readPoints(forest, reader);
  const { size } = samples;
  const references = new (count <= 0x10000 ? Uint16Array : Int32Array)(trees.count * size);
  const weights = new Float32Array(references.length);
  reader.get(references);
  reader.get(weights);
  const leafOf = new Int16Array(count);
  for (let tree = 0; size > 0 && tree < trees.count; tree++) {
    const own = references.subarray(tree * size, (tree + 1) * size);
    const places = Int32Array.from(new Set(own));
    const beyond = places.find((place) => place >= count);
    if (beyond !== undefined) throw new UnreadableState(`Point ${beyond} is not among its ${count}.`);
    const leaves = plant(trees, tree, points, forest.random, places);
    for (const [i, place] of places.entries()) {
      leafOf[place] = leaves[i] as number;
      trees.mass[tree * trees.capacity + (leaves[i] as number)] = 0;
    }
    for (let i = 0; i < size; i++) {
      const place = own[i] as number;
      const leaf = leafOf[place] as number;
      const mass = tree * trees.capacity + leaf;
      trees.mass[mass] = (trees.mass[mass] as number) + 1;
      points.hold(place);
      samples.leaves[tree * samples.capacity + i] = leaf;
      samples.weights[tree * samples.capacity + i] = weights[tree * size + i] as number;
    }
    if (trees.boxes.kept) trees.boxes.makeAll(tree);
  }
  samples.wake(forest.updates);
}
