import { describeDemonstration } from '../../apps/tidewatch/demo/detection.suite.ts';

describeDemonstration(1_790_000_000_123);
