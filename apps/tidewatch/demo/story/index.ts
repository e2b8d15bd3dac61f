export { type Phase, phases, type StoryEvent } from './event.ts';
export { createStory, demonstration, type StoryOptions, tellStory } from './story.ts';
