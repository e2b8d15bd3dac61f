import type { EngineConfig, Overview } from './engine.ts';
import type { Detail } from './figures.ts';
import type { Measured } from './targets.ts';

/** What the thread is started with. */
export interface ThreadData {
  readonly config: EngineConfig;
  /** Where series are kept. */
  readonly folder: string;
}

export type Request =
  /** A minute is over. @property time epoch seconds */
  | { readonly ask: 'tick'; readonly time: number; readonly measured: readonly Measured[] }
  | {
      readonly ask: 'detail';
      readonly id: number;
      readonly name: string;
      readonly from: number;
      readonly time: number;
      readonly points: number;
    }
  | { readonly ask: 'acknowledge'; readonly id: number; readonly name: string; readonly time: number }
  | { readonly ask: 'close' };

export type Answer =
  | { readonly tell: 'overview'; readonly time: number; readonly overview: Overview }
  | { readonly tell: 'detail'; readonly id: number; readonly answer: Detail | undefined }
  | { readonly tell: 'acknowledged'; readonly id: number; readonly answer: boolean | undefined }
  | {
      readonly tell: 'log';
      readonly level: 'info' | 'warn';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    }
  | {
      readonly tell: 'fitted';
      readonly outcome: 'ok' | 'too_short' | 'failed';
      readonly method: string;
      readonly seconds: number;
    }
  | { readonly tell: 'queried'; readonly outcome: 'ok' | 'empty' | 'failed' }
  | { readonly tell: 'closed' };
