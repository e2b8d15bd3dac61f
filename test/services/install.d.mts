export type Service =
  | 'chromium'
  | 'kafka'
  | 'lighthouse'
  | 'opensearch'
  | 'prometheus'
  | 'python'
  | 's3'
  | 'rsyslog'
  | 'liblognorm'
  | 'randomcutforest'
  | 'rsigma';
export function jarFolder(service: 'kafka' | 'opensearch' | 'randomcutforest'): string;
export function crateProgram(service: 'rsigma'): string;
export function installed(service: Service): boolean;
export function install(services: readonly Service[]): void;
/** Path of a Python program. */
export function wheelProgram(service: 's3' | 'python'): string;
/** Path of a Node program. */
export function moduleProgram(service: 'lighthouse'): string;
