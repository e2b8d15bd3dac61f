export { type Clock, demoIndex, type PlayOptions, playDemo, systemClock } from './play.ts';
export { createSenders, type DemoAddresses, type DemoSenders, type SendProblem } from './senders.ts';
export { createStory, demonstration, type Phase, phases, type StoryEvent } from './story/index.ts';
