// `npm start`: installs and builds what is needed, then runs Tidewatch in this process.
import { launch } from './scripts/launch.mjs';

const args = process.argv.slice(2);
await launch(args[0] === '--build-only' ? ['build'] : ['start', ...args], { install: true });
