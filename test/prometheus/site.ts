/**
 * What a Prometheus knows of a site: requests of daily rhythm and 5 % noise that have been 1.8 times as many for the last
 * minutes, requests that stay as they are, and a disk that fills steadily.
 */
const day = 86_400;
const stepSeconds = 12 * 60;
const diskPerHour = 2;
const diskNow = 930;
/** Reached in two hours, GiB. */
export const siteLimit = diskNow + 2 * diskPerHour;

const started = Math.floor(Date.now() / 1000);

/** As good as chance, and the same for the same second: within ±1. */
const noise = (time: number): number => {
  const spread = Math.sin(time * 12.9898) * 43_758.5453;
  return 2 * (spread - Math.floor(spread)) - 1;
};

function values(time: number): Readonly<Record<string, number>> {
  const usual = 200 + 120 * Math.sin((2 * Math.PI * time) / day);
  const requests = usual * (1 + 0.05 * noise(time));
  return {
    'site_requests_per_second{service="web"}': requests * (time > started - stepSeconds ? 1.8 : 1),
    'site_requests_per_second{service="steady"}': requests,
    'site_disk_used_gibibytes{mount="data"}': diskNow + ((time - started) / 3_600) * diskPerHour,
  };
}

/** All of it, each minute, in the OpenMetrics format, as if it had been scraped. */
export function siteHistory(days: number): string {
  const lines: string[] = [];
  for (let time = started - days * day; time <= started; time += 60)
    for (const [series, value] of Object.entries(values(time))) {
      lines.push(`${series} ${value} ${time}`);
    }
  return `${lines.join('\n')}\n# EOF\n`;
}

/** What the site answers to a scrape now. */
export const siteNow = (): string =>
  Object.entries(values(Math.floor(Date.now() / 1000)))
    .map(([series, value]) => `${series} ${value}\n`)
    .join('');
