import type { ConsoleBuild } from '../deps.ts';

const asText = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const titles: Readonly<Record<ConsoleBuild['state'], string>> = {
  waiting: 'The console will be built soon',
  building: 'The console is being built',
  ready: 'The console is almost there',
  failed: 'The console could not be built',
};

/** What a browser sees while the console does not exist yet. By script, as it keeps the login token behind `#`. */
export const buildingPage = ({ state, detail }: ConsoleBuild): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tidewatch</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:20vh auto;padding:0 1rem}</style>
<h1>${titles[state]}</h1>
<p role="status">${asText(detail)}</p>
<p>Tidewatch already takes and judges events. This page looks again every two seconds.</p>
<script>setTimeout(()=>location.reload(),2000)</script>
</html>
`;
